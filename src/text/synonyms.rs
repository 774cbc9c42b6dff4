//! Words and word groups that mean the same: abbreviations, short forms, naming variants.

use hashbrown::HashMap;

use super::{Document, Lexicon, stem};

/// Groups of words or word sequences that stand for each other.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    groups: Vec<Vec<Vec<String>>>,
    by_first_stem: HashMap<String, Vec<Member>>,
}

/// A member of a group, by its stems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Stems of its words, in order.
    pub stems: Vec<String>,
    /// Number of its group.
    pub group: usize,
}

/// Why groups cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SynonymsError {
    /// The member consists of no words.
    #[error("`{member}` in group {group} has no words")]
    NoWords {
        /// Which group, from 0.
        group: usize,
        /// The member as written.
        member: String,
    },
    /// The member stands in two groups, or twice in one.
    #[error("`{member}` stands in group {first} and again in group {second}")]
    Twice {
        /// The member as written.
        member: String,
        /// Group it stands in first, from 0.
        first: usize,
        /// Group it stands in again.
        second: usize,
    },
}

impl Synonyms {
    /// From groups of members as written.
    ///
    /// # Errors
    /// When a member has no words, or the same stems stand in two places.
    pub fn new<S: AsRef<str>, G: AsRef<[S]>>(groups: &[G]) -> Result<Self, SynonymsError> {
        let mut synonyms = Self::default();
        let mut reader = (Document::new(), Lexicon::new());
        for (group, members) in groups.iter().enumerate() {
            let mut words_of_group = Vec::with_capacity(members.as_ref().len());
            for member in members.as_ref() {
                let words = words(member.as_ref(), &mut reader);
                let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
                let Some(first) = stems.first() else {
                    return Err(SynonymsError::NoWords { group, member: member.as_ref().to_owned() });
                };
                let same_start = synonyms.by_first_stem.entry_ref(first.as_str()).or_default();
                if let Some(other) = same_start.iter().find(|other| other.stems == stems) {
                    let (first, second) = (other.group, group);
                    return Err(SynonymsError::Twice { member: member.as_ref().to_owned(), first, second });
                }
                same_start.push(Member { stems, group });
                words_of_group.push(words);
            }
            synonyms.groups.push(words_of_group);
        }
        synonyms
            .by_first_stem
            .values_mut()
            .for_each(|members| members.sort_by_key(|member| std::cmp::Reverse(member.stems.len())));
        Ok(synonyms)
    }

    /// Members that begin with the stem, longest first.
    pub fn starting_with(&self, stem: &str) -> &[Member] {
        self.by_first_stem.get(stem).map_or(&[], Vec::as_slice)
    }

    /// All groups, each member as its folded words.
    pub fn groups(&self) -> &[Vec<Vec<String>>] {
        &self.groups
    }

    /// All members of a group, each as its folded words.
    pub fn group(&self, group: usize) -> &[Vec<String>] {
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }
}

fn words(member: &str, (document, lexicon): &mut (Document, Lexicon)) -> Vec<String> {
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
    fn ambiguous_and_empty_members_are_refused() {
        assert!(matches!(
            Synonyms::new(&[vec!["a b"], vec!["A-B"]]),
            Err(SynonymsError::Twice { first: 0, second: 1, .. })
        ));
        assert!(matches!(Synonyms::new(&[vec!["..."]]), Err(SynonymsError::NoWords { group: 0, .. })));
    }
}
