//! Words that mean nearly the same, and words that mean the opposite: looser than synonyms.
//!
//! A word may stand in several groups. What a related word is worth is for `score`.

use super::synonyms::{Groups, Member};

/// Groups of words that tell the same idea, some of them the opposite of another.
#[derive(Debug, Clone, Default)]
pub struct Related {
    groups: Groups,
    /// By group: the group that means the opposite.
    opposites: Vec<Option<usize>>,
}

impl Related {
    /// From groups of near synonyms, and pairs of groups of which one means the opposite of the other.
    /// Members without words are passed over.
    pub fn new<S: AsRef<str>>(groups: &[Vec<S>], opposites: &[(Vec<S>, Vec<S>)]) -> Self {
        let pairs = opposites.iter().flat_map(|(one, other)| [one, other]);
        let first = groups.len();
        let opposites = (0..2 * opposites.len()).map(|number| Some(first + (number ^ 1)));
        Self {
            groups: Groups::new(groups.iter().chain(pairs).map(Vec::as_slice)),
            opposites: groups.iter().map(|_| None).chain(opposites).collect(),
        }
    }

    /// Members that begin with the stem, longest first.
    pub fn starting_with(&self, stem: &str) -> &[Member] {
        self.groups.starting_with(stem)
    }

    /// All members of a group, each as its folded words.
    pub fn group(&self, group: usize) -> &[Vec<String>] {
        self.groups.group(group)
    }

    /// The group that means the opposite, if there is one.
    pub fn opposite(&self, group: usize) -> Option<usize> {
        self.opposites.get(group).copied().flatten()
    }

    /// All groups, each with the number of its opposite.
    pub fn groups(&self) -> impl Iterator<Item = (&[Vec<String>], Option<usize>)> {
        self.groups.all().iter().map(Vec::as_slice).zip(self.opposites.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::stem;

    #[test]
    fn a_word_may_stand_in_several_groups_and_have_opposites() {
        let opposites = [(vec!["open"], vec!["closed", "shut"])];
        let related = Related::new(&[vec!["cell", "battery"], vec!["cell", "room"], vec!["..."]], &opposites);
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
