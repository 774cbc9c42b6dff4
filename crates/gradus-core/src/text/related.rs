//! Groups of words with similar meanings and with opposite meanings. The words of a group are less alike than synonyms.
//!
//! A word may be in several groups. `score` decides what a match by a related word is worth.

use super::synonyms::{Groups, Member};

/// Groups of words with similar meanings, some of them with an opposite group.
#[derive(Debug, Clone, Default)]
pub struct RelatedWords {
    groups: Groups,
    /// Index of the opposite group of each group.
    opposites: Vec<Option<usize>>,
}

impl RelatedWords {
    /// Takes groups of words with similar meanings, and pairs of groups with opposite meanings. Ignores members that
    /// have no words.
    pub fn new<S: AsRef<str>>(groups: &[Vec<S>], opposites: &[(Vec<S>, Vec<S>)]) -> Self {
        let pairs = opposites.iter().flat_map(|(one, other)| [one, other]);
        let first = groups.len();
        let opposites = (0..2 * opposites.len()).map(|number| Some(first + (number ^ 1)));
        Self {
            groups: Groups::new(groups.iter().chain(pairs).map(Vec::as_slice)),
            opposites: groups.iter().map(|_| None).chain(opposites).collect(),
        }
    }

    /// Members whose first word has the stem `stem`, longest first.
    pub fn starting_with(&self, stem: &str) -> &[Member] {
        self.groups.starting_with(stem)
    }

    /// The members of a group, each as its folded words; empty if there is no such group.
    pub fn group(&self, group: usize) -> &[Vec<String>] {
        self.groups.group(group)
    }

    /// Index of the group with the opposite meaning, if there is one.
    pub fn opposite(&self, group: usize) -> Option<usize> {
        self.opposites.get(group).copied().flatten()
    }

    /// All groups, each with the index of its opposite group, if there is one.
    pub fn groups(&self) -> impl Iterator<Item = (&[Vec<String>], Option<usize>)> {
        self.groups.all().iter().map(Vec::as_slice).zip(self.opposites.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::stem;

    #[test]
    fn a_word_may_be_in_several_groups_and_have_opposites() {
        let opposites = [(vec!["open"], vec!["closed", "shut"])];
        let related = RelatedWords::new(&[vec!["cell", "battery"], vec!["cell", "room"], vec!["..."]], &opposites);
        let groups = |word: &str| -> Vec<usize> {
            related.starting_with(&stem(word)).iter().map(|member| member.group).collect()
        };
        assert_eq!(groups("cell"), [0, 1]);
        assert_eq!(related.group(1), [["cell"], ["room"]]);
        assert_eq!(related.group(2), Vec::<Vec<String>>::new());
        let open = groups("open")[0];
        assert_eq!(
            related.opposite(open).map(|group| related.group(group)),
            Some(&[vec!["closed".to_owned()], vec!["shut".to_owned()]][..])
        );
        assert_eq!(related.opposite(0), None);
    }
}
