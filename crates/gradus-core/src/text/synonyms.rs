//! Groups of words and word sequences with the same meaning: abbreviations, short forms, naming variants.
//!
//! Groups are checked: a member may be in one group only. Looser groups of related words use the same index unchecked.

use hashbrown::HashMap;
use std::cmp::Reverse;

use super::{Document, Lexicon, stem};

/// Groups of words or word sequences that can replace each other.
#[derive(Debug, Clone, Default)]
pub struct Synonyms(Groups);

/// Groups of words or word sequences, indexed by the stem of each member's first word.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    groups: Vec<Vec<Vec<String>>>,
    by_first_stem: HashMap<String, Vec<Member>>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Stems of the words, in order.
    pub stems: Vec<String>,
    /// The folded words, in order.
    pub words: Vec<String>,
    /// Index of the group.
    pub group: usize,
}

/// Synonym groups are not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SynonymsError {
    /// The member has no words.
    #[error("`{member}` in group {group} has no words")]
    NoWords {
        /// Index of the group.
        group: usize,
        /// Text of the member.
        member: String,
    },
    /// The member is in two groups, or twice in one.
    #[error("`{member}` is in group {first} and again in group {second}")]
    Twice {
        /// Text of the member.
        member: String,
        /// Index of the first group with the member.
        first: usize,
        /// Index of the second group with the member.
        second: usize,
    },
}

impl Synonyms {
    /// Takes groups of members as texts.
    ///
    /// # Errors
    /// When a member has no words, or two members have the same stems.
    pub fn new<S: AsRef<str>, G: AsRef<[S]>>(groups: &[G]) -> Result<Self, SynonymsError> {
        let mut known = Groups::default();
        let (mut document, mut lexicon) = (Document::new(), Lexicon::new());
        for (group, members) in groups.iter().enumerate() {
            known.groups.push(Vec::with_capacity(members.as_ref().len()));
            for member in members.as_ref() {
                let words = words(member.as_ref(), &mut document, &mut lexicon);
                let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
                let Some(first) = stems.first() else {
                    return Err(SynonymsError::NoWords { group, member: member.as_ref().to_owned() });
                };
                if let Some(other) = known.starting_with(first).iter().find(|other| other.stems == stems) {
                    let (first, second) = (other.group, group);
                    return Err(SynonymsError::Twice { member: member.as_ref().to_owned(), first, second });
                }
                known.add_member(words, stems);
            }
        }
        known.sort_by_length();
        Ok(Self(known))
    }

    /// Members whose first word has the stem `stem`, longest first.
    pub fn starting_with(&self, stem: &str) -> &[Member] {
        self.0.starting_with(stem)
    }

    /// All groups, each member as its folded words.
    pub fn groups(&self) -> &[Vec<Vec<String>>] {
        &self.0.groups
    }

    /// The members of a group, each as its folded words; empty if there is no such group.
    pub fn group(&self, group: usize) -> &[Vec<String>] {
        self.0.group(group)
    }
}

impl Groups {
    /// Takes groups of members as texts. Ignores members that have no words.
    pub(super) fn new<'a, S: AsRef<str> + 'a>(groups: impl Iterator<Item = &'a [S]>) -> Self {
        let mut known = Self::default();
        let (mut document, mut lexicon) = (Document::new(), Lexicon::new());
        for group in groups {
            known.groups.push(Vec::with_capacity(group.len()));
            for member in group {
                let words = words(member.as_ref(), &mut document, &mut lexicon);
                let stems = words.iter().map(|word| stem(word)).collect();
                known.add_member(words, stems);
            }
        }
        known.sort_by_length();
        known
    }

    /// Adds a member to the last group.
    fn add_member(&mut self, words: Vec<String>, stems: Vec<String>) {
        let number = self.groups.len() - 1;
        if let (Some(group), Some(first)) = (self.groups.last_mut(), stems.first()) {
            group.push(words.clone());
            self.by_first_stem.entry_ref(first.as_str()).or_default().push(Member { stems, words, group: number });
        }
    }

    fn sort_by_length(&mut self) {
        self.by_first_stem.values_mut().for_each(|members| members.sort_by_key(|member| Reverse(member.stems.len())));
    }

    pub(super) fn starting_with(&self, stem: &str) -> &[Member] {
        self.by_first_stem.get(stem).map_or(&[], Vec::as_slice)
    }

    pub(super) fn group(&self, group: usize) -> &[Vec<String>] {
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }

    pub(super) fn all(&self) -> &[Vec<Vec<String>>] {
        &self.groups
    }
}

fn words(member: &str, document: &mut Document, lexicon: &mut Lexicon) -> Vec<String> {
    document.read(member, 0, lexicon);
    document.tokens().iter().map(|token| lexicon.folded(token.word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_their_first_stem_longest_first() {
        let synonyms = Synonyms::new(&[vec!["mttr", "mean time to recovery"], vec!["mean", "average"]]).expect("valid");
        let found = synonyms.starting_with(&stem("mean"));
        assert_eq!(found.iter().map(|member| member.group).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(synonyms.group(0)[1], ["mean", "time", "to", "recovery"]);
        assert!(synonyms.starting_with("nothing").is_empty());
    }

    #[test]
    fn ambiguous_and_empty_members_are_rejected() {
        assert!(matches!(
            Synonyms::new(&[vec!["a b"], vec!["A-B"]]),
            Err(SynonymsError::Twice { first: 0, second: 1, .. })
        ));
        assert!(matches!(Synonyms::new(&[vec!["..."]]), Err(SynonymsError::NoWords { group: 0, .. })));
    }
}
