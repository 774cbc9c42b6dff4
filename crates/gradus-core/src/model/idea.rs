//! Ideas: notions of a field with the wordings that people use for them, and lists of words.

use std::collections::BTreeMap;

/// A notion that phrases refer to by its id, as in `<roll-back>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Idea {
    /// What the idea means, in one sentence. Empty for a list of words.
    pub means: String,
    /// Phrases that express the idea, or the words of a list.
    pub any: Vec<String>,
}

/// The ideas of a bank by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ideas(BTreeMap<String, Idea>);

/// Smallest number of letters in a name that a fault suggests by a common part.
const MIN_COMMON: usize = 4;

impl Ideas {
    /// The idea with an id.
    pub fn get(&self, id: &str) -> Option<&Idea> {
        self.0.get(id)
    }

    /// All ideas with their ids, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Idea)> {
        self.0.iter().map(|(id, idea)| (id.as_str(), idea))
    }

    /// The id that is most similar to `id`, if any is similar.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        let near = |known: &String| {
            let distance = strsim::osa_distance(id, known);
            let like = distance * 3 <= id.len().max(3) || (id.len() >= MIN_COMMON && known.contains(id));
            like.then(|| (distance, known.clone()))
        };
        let (_, nearest) = self.0.keys().filter_map(near).min()?;
        self.0.get_key_value(&nearest).map(|(id, _)| id.as_str())
    }
}

impl FromIterator<(String, Idea)> for Ideas {
    fn from_iter<I: IntoIterator<Item = (String, Idea)>>(ideas: I) -> Self {
        Self(ideas.into_iter().collect())
    }
}
