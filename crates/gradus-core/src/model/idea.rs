//! Ideas: notions of a field with the wordings that people use for them, and lists of words.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A notion that phrases refer to by its id, as in `<roll-back>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Idea {
    /// What the idea means, in one sentence. Empty for a list of words.
    pub means: String,
    /// Phrases that express the idea, or the words of a list.
    pub any: Vec<String>,
}

/// The ideas of a bank by id.
///
/// A bank has many more ideas than one question needs, so the text of an idea is parsed when the idea is first used.
#[derive(Debug, Clone, Default)]
pub struct Ideas(BTreeMap<String, UnparsedIdea>);

/// An idea that is parsed when it is first used.
#[derive(Debug, Clone)]
struct UnparsedIdea {
    text: Box<str>,
    /// Parses `text`. `None` if the text has faults.
    parse: fn(&str) -> Option<Idea>,
    parsed: OnceLock<Option<Idea>>,
}

/// Smallest number of letters in a name that a fault suggests by a common part.
const MIN_COMMON: usize = 4;

impl Ideas {
    /// Adds an idea as a text. It replaces an earlier idea with the same id. `parse` returns `None` for a text with faults.
    pub fn add(&mut self, id: &str, text: &str, parse: fn(&str) -> Option<Idea>) {
        self.0.insert(id.to_owned(), UnparsedIdea { text: text.into(), parse, parsed: OnceLock::new() });
    }

    /// The stored id and the idea with an id. `None` instead of the idea if its text has faults.
    pub fn get(&self, id: &str) -> Option<(&str, Option<&Idea>)> {
        let (id, unparsed) = self.0.get_key_value(id)?;
        Some((id, unparsed.parsed.get_or_init(|| (unparsed.parse)(&unparsed.text)).as_ref()))
    }

    /// All ids, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The id that is most similar to `id`, if any is similar.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        let near = |known: &&str| {
            let distance = strsim::osa_distance(id, known);
            let is_similar = distance * 3 <= id.len().max(3) || (id.len() >= MIN_COMMON && known.contains(id));
            is_similar.then_some(distance)
        };
        self.ids().filter_map(|known| near(&known).map(|distance| (distance, known))).min().map(|(_, known)| known)
    }
}

impl FromIterator<(String, Idea)> for Ideas {
    fn from_iter<I: IntoIterator<Item = (String, Idea)>>(ideas: I) -> Self {
        let parsed = |(id, idea)| {
            let parsed = OnceLock::from(Some(idea));
            (id, UnparsedIdea { text: Box::default(), parse: |_| None, parsed })
        };
        Self(ideas.into_iter().map(parsed).collect())
    }
}
