//! Finds questions by their exact wordings.
//!
//! Reads only the wordings of each rubric, so that a bank with faulty criteria can still be searched.

use hashbrown::HashMap;
use serde::Deserialize;

use crate::text::wording_key;

/// Maximum length in bytes of a text that is looked up. Longer texts find no question.
const MAX_LOOKUP_BYTES: usize = 8192;

/// The wordings in a rubric file.
#[derive(Deserialize)]
pub(super) struct RubricWordings {
    prompt: String,
    #[serde(default)]
    pub(super) drafted: bool,
    #[serde(default)]
    also_asked: Vec<String>,
    #[serde(default)]
    index_only: Vec<String>,
}

impl RubricWordings {
    /// Reads the wordings from the text of a rubric file. `None` if the text is not valid TOML, has no prompt, or has a
    /// field of the wrong type.
    pub(super) fn read(text: &str) -> Option<Self> {
        toml::from_str(text).ok()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.prompt).chain(&self.also_asked).chain(&self.index_only)
    }
}

/// The numbers of the questions that have a wording, by the key of the wording.
pub(super) struct Wordings(HashMap<String, Vec<usize>>);

impl Wordings {
    /// Reads the wordings of the rubrics of a bank, in the order of its questions. `None` stands for a question without
    /// a file.
    pub(super) fn read<'t>(rubrics: impl Iterator<Item = Option<&'t str>>) -> Self {
        let mut numbers: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, rubric) in rubrics.enumerate() {
            let wordings = rubric.and_then(RubricWordings::read);
            for wording in wordings.iter().flat_map(RubricWordings::all) {
                let key = wording_key(wording);
                if key.is_empty() {
                    continue; // Otherwise every text without words would find the question.
                }
                let with_key = numbers.entry(key).or_default();
                if with_key.last() != Some(&number) {
                    with_key.push(number);
                }
            }
        }
        Self(numbers)
    }

    /// The numbers of the questions with this wording.
    pub(super) fn questions(&self, wording: &str) -> &[usize] {
        if wording.len() > MAX_LOOKUP_BYTES {
            return &[];
        }
        self.0.get(&wording_key(wording)).map_or(&[], Vec::as_slice)
    }
}
