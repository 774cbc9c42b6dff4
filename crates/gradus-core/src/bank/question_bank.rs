//! A bank of questions: looks them up by id, name or wording, and parses them on request.
//!
//! A bank is made from its files. It provides questions, samples, word lists and scorers, or reports the faults of a
//! file. Checks of the whole bank are in `check`.

use hashbrown::HashMap;
use std::sync::{Arc, OnceLock};

use super::bank_error::BankError;
use super::files::Files;
use super::finding::{Finding, SourceText};
use super::ideas::{self, IDEAS};
use super::locations::{RubricLocations, inside_string};
use super::names::stated_id;
use super::wordings::Wordings;
use super::{corpus, rubric, word_lists};
use crate::model::{Ideas, Question, Sample};
use crate::score::{PhraseFault, Scorer, ScorerError, Scorers, Vocabulary};
use crate::text::{KnownWords, RelatedWords, Synonyms};

pub(super) const SYNONYMS: &str = "rubrics/synonyms.toml";
pub(super) const RELATED: &str = "rubrics/related.toml";
pub(super) const SHARED: &str = "rubrics/shared/";

/// A bank of questions. A question is parsed when it is requested.
pub struct Bank {
    files: Files,
    entries: Vec<Entry>,
    synonyms: OnceLock<Result<Arc<Synonyms>, Vec<Finding>>>,
    related: OnceLock<Result<RelatedWords, Vec<Finding>>>,
    ideas: OnceLock<Arc<Ideas>>,
    names: OnceLock<Names>,
    wordings: OnceLock<Wordings>,
}

/// The indices of the questions with a name, by the name. A name that is not unique has several indices.
type IndicesByName = HashMap<String, Vec<usize>>;

/// The names of all questions.
#[derive(Default)]
struct Names {
    ids: IndicesByName,
    known_as: OnceLock<IndicesByName>,
}

/// A question of a bank, identified by the path of its rubric file. The rubric may have faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The question's id.
    pub id: String,
    /// Name of the folder that contains the rubric.
    pub topic: String,
}

impl Entry {
    pub(super) fn rubric_path(&self) -> String {
        format!("rubrics/{}/{}.toml", self.topic, self.id)
    }

    /// Path of the file with the sample answers to the question. The file may not exist.
    pub fn corpus_path(&self) -> String {
        format!("corpus/{}/{}.md", self.topic, self.id)
    }
}

impl Bank {
    /// A bank of these files. Parses none of them.
    pub fn new(files: Files) -> Self {
        let entry = |(name, _): (&str, &str)| {
            let (topic, id) = name.strip_prefix("rubrics/")?.strip_suffix(".toml")?.split_once('/')?;
            let is_question = !["shared", "ideas"].contains(&topic) && !id.contains('/');
            is_question.then(|| Entry { id: id.to_owned(), topic: topic.to_owned() })
        };
        let entries = files.within("rubrics/", ".toml").filter_map(entry).collect();
        Self {
            files,
            entries,
            synonyms: OnceLock::new(),
            related: OnceLock::new(),
            ideas: OnceLock::new(),
            names: OnceLock::new(),
            wordings: OnceLock::new(),
        }
    }

    /// The built-in bank, whose synonyms, related words, ideas and shared criteria this bank may use.
    #[must_use]
    pub fn built_in(&self) -> Self {
        Self::new(Files::of_built_in(self.files.built_in()))
    }

    /// The files of the bank.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// All questions, sorted by topic and id.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The question with this id, or otherwise the question with this `known_as` name.
    ///
    /// # Errors
    /// [`BankError::UnknownQuestion`] with similar ids if no question has this id or name; [`BankError::Ambiguous`]
    /// with the rubric files if several questions have it.
    pub fn entry(&self, id: &str) -> Result<&Entry, BankError> {
        let names = self.names.get_or_init(|| Names { ids: self.ids(), ..Names::default() });
        let known = || names.known_as.get_or_init(|| self.read_names()).get(id);
        let numbers = names.ids.get(id).or_else(known).map_or(&[][..], Vec::as_slice);
        match numbers {
            [] => Err(self.unknown_question_error(id)),
            [number] => self.entries.get(*number).ok_or_else(|| self.unknown_question_error(id)),
            numbers => {
                let files =
                    numbers.iter().filter_map(|number| self.entries.get(*number)).map(Entry::rubric_path).collect();
                Err(BankError::Ambiguous { name: id.to_owned(), files })
            }
        }
    }

    fn ids(&self) -> IndicesByName {
        let mut ids = IndicesByName::with_capacity(self.entries.len());
        for (number, entry) in self.entries.iter().enumerate() {
            ids.entry(entry.id.clone()).or_default().push(number);
        }
        // A rubric that states the id of another question makes that id ambiguous. This happens when a rubric is copied
        // to a new file name and its id is not changed.
        for (number, entry) in self.entries.iter().enumerate() {
            let text = self.files.text(&entry.rubric_path()).unwrap_or_default();
            let numbers = stated_id(text, &entry.id).and_then(|id| ids.get_mut(&id));
            if let Some(numbers) = numbers.filter(|numbers| !numbers.contains(&number)) {
                numbers.push(number);
            }
        }
        ids
    }

    /// The questions with each `known_as` name. Rubrics with faults are skipped.
    fn read_names(&self) -> IndicesByName {
        let mut names = IndicesByName::new();
        for (number, entry) in self.entries.iter().enumerate() {
            let has_names = self.files.text(&entry.rubric_path()).is_some_and(|text| text.contains("known_as"));
            // A faulty rubric is reported when it is used for grading. Until then only its id is known.
            let question = has_names.then(|| self.question(entry).ok()).flatten();
            for name in question.map(|question| question.known_as).unwrap_or_default() {
                let numbers = names.entry(name).or_default();
                if numbers.last() != Some(&number) {
                    numbers.push(number);
                }
            }
        }
        names
    }

    /// The questions with a wording that equals `wording`, apart from case, accents, punctuation and spacing.
    ///
    /// In a bank without faults, at most one question has a given wording. The first call reads all rubrics. A rubric
    /// that is not valid TOML has no wordings.
    pub fn entries_with_wording(&self, wording: &str) -> Vec<&Entry> {
        let read = || Wordings::read(self.entries.iter().map(|entry| self.files.text(&entry.rubric_path())));
        let numbers = self.wordings.get_or_init(read).questions(wording);
        numbers.iter().filter_map(|number| self.entries.get(*number)).collect()
    }

    fn unknown_question_error(&self, id: &str) -> BankError {
        // The time of a comparison is proportional to the product of the two lengths.
        let is_short = id.chars().nth(MAX_COMPARED_CHARS).is_none();
        let near = |entry: &Entry| {
            if !is_short || entry.id.len() > MAX_COMPARED_CHARS {
                return None;
            }
            let distance = strsim::osa_distance(id, &entry.id);
            let like = !id.is_empty() && (distance * 2 <= id.len() || entry.id.contains(id));
            like.then(|| (distance, entry.id.clone()))
        };
        let mut similar: Vec<(usize, String)> = self.entries.iter().filter_map(near).collect();
        similar.sort_unstable();
        let similar = similar.into_iter().take(3).map(|(_, id)| id).collect();
        let id = if is_short { id.to_owned() } else { id.chars().take(MAX_COMPARED_CHARS).chain(['…']).collect() };
        BankError::UnknownQuestion { id, similar }
    }

    /// Parses a question.
    ///
    /// # Errors
    /// When its rubric has faults.
    pub fn question(&self, entry: &Entry) -> Result<Question, BankError> {
        self.rubric(entry).map(|rubric| rubric.question).map_err(BankError::Faulty)
    }

    fn rubric(&self, entry: &Entry) -> Result<rubric::Rubric, Vec<Finding>> {
        let rubric = self.parsed(entry)?;
        if rubric.findings.is_empty() { Ok(rubric) } else { Err(rubric.findings) }
    }

    /// The rubric of a question, with the faults that do not prevent parsing.
    ///
    /// # Errors
    /// When the file does not have the format of a rubric.
    pub(super) fn parsed(&self, entry: &Entry) -> Result<rubric::Rubric, Vec<Finding>> {
        self.parsed_from(entry, self.files.text(&entry.rubric_path()).unwrap_or_default())
    }

    /// The rubric that `entry` would have if its file contained `text`, with the faults that do not prevent parsing.
    pub(super) fn parsed_from(&self, entry: &Entry, text: &str) -> Result<rubric::Rubric, Vec<Finding>> {
        let shared = |name: &str| {
            let path = format!("{SHARED}{name}.toml");
            self.files.text_or_built_in(&path).map(|text| (path, text))
        };
        rubric::parse(&entry.rubric_path(), text, shared)
    }

    /// Parses the sample answers to a question. The list is empty if the bank has no file of sample answers to it.
    ///
    /// # Errors
    /// When the file has faults.
    pub fn samples(&self, entry: &Entry) -> Result<Vec<Sample>, BankError> {
        let file = entry.corpus_path();
        match self.files.text(&file) {
            None => Ok(Vec::new()),
            Some(text) => corpus::parse(&file, text).map(|corpus| corpus.samples).map_err(BankError::Faulty),
        }
    }

    /// The groups of words with the same meaning: the groups of this bank if it has a synonym file, otherwise the
    /// groups of the built-in bank.
    ///
    /// Parsed once.
    ///
    /// # Errors
    /// When the file has faults.
    pub fn synonyms(&self) -> Result<Arc<Synonyms>, Vec<Finding>> {
        let parse = || match self.files.text_or_built_in(SYNONYMS) {
            None => Ok(Arc::default()),
            Some(text) => word_lists::parse_synonyms(SYNONYMS, text).map(Arc::new),
        };
        self.synonyms.get_or_init(parse).clone()
    }

    /// The ideas of this bank and those of the built-in bank. An idea of this bank replaces the built-in idea with the
    /// same id.
    pub fn ideas(&self) -> &Arc<Ideas> {
        let collect = || Arc::new(ideas::collect(self.built_in_idea_files().into_iter().chain(self.idea_files())));
        self.ideas.get_or_init(collect)
    }

    /// The ids of the built-in ideas that this bank defines in another way, sorted.
    pub fn replaced_ideas(&self) -> Vec<&str> {
        ideas::replaced(&self.idea_files(), &self.built_in_idea_files())
    }

    /// The files of ideas of this bank: name and text.
    pub(super) fn idea_files(&self) -> Vec<(&str, &str)> {
        self.files.within(IDEAS, ".toml").collect()
    }

    /// The files of ideas of the built-in bank, unless this is the built-in bank.
    pub(super) fn built_in_idea_files(&self) -> Vec<(&str, &str)> {
        if self.files.is_built_in() {
            return Vec::new();
        }
        let files = self.files.built_in().files.iter().copied();
        files.filter(|(name, _)| name.starts_with(IDEAS)).collect()
    }

    /// The synonyms, related words and known words for grading. Known words are not corrected as typing errors.
    ///
    /// The known words are those of the built-in bank. If this is another bank, the words of its files are added.
    ///
    /// # Errors
    /// When the word lists have faults.
    pub fn vocabulary(&self) -> Result<Vocabulary, BankError> {
        let mut faults = Vec::new();
        let vocabulary = self.vocabulary_with(self.synonyms()?, &mut faults);
        if faults.is_empty() { Ok(vocabulary) } else { Err(faults.into()) }
    }

    /// The vocabulary with these synonyms. Related words with faults are left out, and the faults are added to `faults`.
    pub(super) fn vocabulary_with(&self, synonyms: Arc<Synonyms>, faults: &mut Vec<Finding>) -> Vocabulary {
        let known = KnownWords::from_sorted(self.files.built_in().words);
        let mut vocabulary = Vocabulary::new(synonyms, known).with_ideas(Arc::clone(self.ideas()));
        if !self.files.is_built_in() {
            // because the words of the other files are known already
            vocabulary = vocabulary.with_words(self.files.changed().map(|(_, text)| text));
        }
        let rubrics = self.files.within("rubrics/", ".toml").filter(|(name, _)| ![SYNONYMS, RELATED].contains(name));
        if !rubrics.into_iter().any(|(_, text)| may_have_references(text)) {
            return vocabulary; // Only criteria with references use related words.
        }
        match self.related() {
            Ok(related) => vocabulary.with_related(related),
            Err(found) => {
                faults.extend(found);
                vocabulary
            }
        }
    }

    /// The groups of words with nearly the same meaning: the groups of this bank if it has a file of related words,
    /// otherwise the groups of the built-in bank.
    ///
    /// # Errors
    /// When the file has faults.
    pub fn related(&self) -> Result<RelatedWords, Vec<Finding>> {
        let parse = || match self.files.text_or_built_in(RELATED) {
            None => Ok(RelatedWords::default()),
            Some(text) => word_lists::parse_related(RELATED, text),
        };
        self.related.get_or_init(parse).clone()
    }

    /// Prepares a question for grading.
    ///
    /// # Errors
    /// When its rubric or its samples have faults.
    pub fn scorer(&self, entry: &Entry, vocabulary: &Vocabulary) -> Result<Scorer, BankError> {
        let rubric = self.rubric(entry).map_err(BankError::Faulty)?;
        let samples = self.samples(entry)?;
        Scorers::new(vocabulary)
            .prepare(rubric.question, &samples)
            .map_err(|error| BankError::Faulty(self.phrase_findings(&entry.rubric_path(), &rubric.locations, &error)))
    }

    /// The findings for phrases that a scorer cannot compile. `locations` are the locations of the rubric in `file`.
    pub(super) fn phrase_findings(&self, file: &str, locations: &RubricLocations, error: &ScorerError) -> Vec<Finding> {
        let text = |file: &str| self.files.text_or_built_in(file).unwrap_or_default();
        let faults = match error {
            ScorerError::Compile(error) => {
                return vec![Finding::new(file, text(file), 0..0, error.to_string(), "split the rubric")];
            }
            ScorerError::Phrases(faults) => faults,
        };
        // Phrases of included criteria are in other files.
        let mut sources: HashMap<String, SourceText<'_>> = HashMap::new();
        let finding = |fault: &PhraseFault| {
            let message = fault.error.message.clone();
            let Some(location) = locations.phrase(fault.place) else {
                return Finding::new(file, text(file), 0..0, message, fault.error.hint.as_ref());
            };
            let text = text(&location.file);
            let span = inside_string(text, location.span, &fault.error.at);
            let source = sources.entry(location.file.clone()).or_insert_with(|| SourceText::new(text));
            source.finding(&location.file, span, message, fault.error.hint.as_ref())
        };
        faults.iter().map(finding).collect()
    }
}

/// Maximum number of characters of an id that is compared with other ids. Error messages cut longer ids to this length.
const MAX_COMPARED_CHARS: usize = 128;

/// Whether the text of a rubric may have the key `reference`. The search in the text avoids parsing the rubrics and
/// reading the related words of a bank without references.
fn may_have_references(text: &str) -> bool {
    text.match_indices("reference").any(|(at, key)| {
        let rest = text[at + key.len()..].trim_start_matches([' ', '\t', '"', '\'']);
        rest.starts_with([']', '='])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_bank::shipped_bank;

    #[test]
    fn a_long_unknown_id_is_not_compared_with_others_and_is_cut_in_the_error() {
        let bank = shipped_bank();
        let long = bank.entries()[0].id.clone() + &"x".repeat(20_000_000);
        let Err(BankError::UnknownQuestion { id, similar }) = bank.entry(&long) else { panic!("it is unknown") };
        assert!(similar.is_empty() && id.chars().count() == MAX_COMPARED_CHARS + 1 && id.ends_with("x…"), "{id}");
        let Err(BankError::UnknownQuestion { similar, .. }) = bank.entry("error-budgets") else {
            panic!("it is unknown")
        };
        assert_eq!(similar, ["error-budget"]);
    }

    #[test]
    fn references_are_distinguished_from_the_word_reference() {
        for text in ["[[criterion.reference]]", "[[ criterion . \"reference\" ]]", "x = [{ reference = [] }]"] {
            assert!(may_have_references(text), "{text}");
        }
        assert!(!may_have_references("asks = \"Names a reference architecture.\" # for reference, see reference.md"));
        let bank = shipped_bank();
        let text = |entry: &Entry| bank.files().text(&entry.rubric_path()).unwrap_or_default();
        assert!(bank.entries().iter().all(|entry| !may_have_references(text(entry))), "some rubrics contain the word");
    }
}
