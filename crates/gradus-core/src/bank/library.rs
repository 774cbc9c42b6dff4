//! A bank: its questions by id, each parsed when it is asked for.

use hashbrown::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::files::Files;
use super::finding::{Finding, SourceText};
use super::names::stated_id;
use super::wordings::Wordings;
use super::{corpus, rubric, wordlists};
use crate::model::{Question, Sample};
use crate::score::{PhraseFault, Scorer, ScorerError, Scorers, Vocabulary};
use crate::text::{KnownWords, Related, Synonyms};

pub(super) const SYNONYMS: &str = "rubrics/synonyms.toml";
pub(super) const RELATED: &str = "rubrics/related.toml";
pub(super) const SHARED: &str = "rubrics/shared/";

/// A bank of questions.
pub struct Bank {
    files: Files,
    entries: Vec<Entry>,
    synonyms: OnceLock<Result<Arc<Synonyms>, Vec<Finding>>>,
    names: OnceLock<Names>,
    wordings: OnceLock<Wordings>,
}

/// Names to the places of the questions that have them: more than one where a name is not unique.
type Places = HashMap<String, Vec<usize>>;

/// What questions can be called.
#[derive(Default)]
struct Names {
    ids: Places,
    known_as: OnceLock<Places>,
}

/// A question of a bank, by its file's name alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The question's id.
    pub id: String,
    /// The folder it stands in.
    pub topic: String,
}

impl Entry {
    pub(super) fn rubric(&self) -> String {
        format!("rubrics/{}/{}.toml", self.topic, self.id)
    }

    /// The file of its sample answers.
    pub fn corpus(&self) -> String {
        format!("corpus/{}/{}.md", self.topic, self.id)
    }
}

/// Why something cannot be had from a bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankError {
    /// There is no such question.
    UnknownQuestion {
        /// The id that was asked for.
        id: String,
        /// Ids that look like it, nearest first.
        similar: Vec<String>,
    },
    /// Several questions have this id, or are known by this name.
    Ambiguous {
        /// The id or name that was asked for.
        name: String,
        /// The rubric files of these questions.
        files: Vec<String>,
    },
    /// A file has faults: all of them.
    Faulty(Vec<Finding>),
}

impl fmt::Display for BankError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownQuestion { id, similar } => {
                write!(f, "no question `{id}`\nhint: ")?;
                match similar.as_slice() {
                    [] => write!(f, "`gradus questions` lists them all"),
                    similar => write!(f, "did you mean {}? `gradus questions` lists them all", similar.join(" or ")),
                }
            }
            Self::Ambiguous { name, files } => {
                let (last, others) = files.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
                let others = others.join(", ");
                write!(f, "several questions are called `{name}`: {others} and {last}\nhint: give each its own name")
            }
            Self::Faulty(findings) => {
                let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
                write!(f, "{}\nhint: `gradus bank check` of that bank shows the places", lines.join("\n"))
            }
        }
    }
}

impl std::error::Error for BankError {}

impl From<Vec<Finding>> for BankError {
    fn from(findings: Vec<Finding>) -> Self {
        Self::Faulty(findings)
    }
}

impl Bank {
    /// Of files by name.
    pub fn new(files: Files) -> Self {
        let entry = |(name, _): (&str, &str)| {
            let (topic, id) = name.strip_prefix("rubrics/")?.strip_suffix(".toml")?.split_once('/')?;
            let is_question = topic != "shared" && !id.contains('/');
            is_question.then(|| Entry { id: id.to_owned(), topic: topic.to_owned() })
        };
        let entries = files.within("rubrics/", ".toml").filter_map(entry).collect();
        Self { files, entries, synonyms: OnceLock::new(), names: OnceLock::new(), wordings: OnceLock::new() }
    }

    /// The built-in bank that this one may use.
    #[must_use]
    pub fn built_in(&self) -> Self {
        Self::new(Files::of_built_in(self.files.built_in()))
    }

    /// The files.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Every question there is, by topic and id.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The question of that id, or else the one that is known by it.
    ///
    /// # Errors
    /// When there is none, with the names of similar ones; when there are several, with their files.
    pub fn entry(&self, id: &str) -> Result<&Entry, BankError> {
        let names = self.names.get_or_init(|| Names { ids: self.ids(), ..Names::default() });
        let known = || names.known_as.get_or_init(|| self.read_names()).get(id);
        let places = names.ids.get(id).or_else(known).map_or(&[][..], Vec::as_slice);
        match places {
            [] => Err(self.unknown(id)),
            [place] => self.entries.get(*place).ok_or_else(|| self.unknown(id)),
            places => {
                let files = places.iter().filter_map(|place| self.entries.get(*place)).map(Entry::rubric).collect();
                Err(BankError::Ambiguous { name: id.to_owned(), files })
            }
        }
    }

    fn ids(&self) -> Places {
        let mut ids = Places::with_capacity(self.entries.len());
        for (place, entry) in self.entries.iter().enumerate() {
            ids.entry(entry.id.clone()).or_default().push(place);
        }
        // A rubric that states the id of another one, as a copy under a new name does, makes that id ambiguous.
        for (place, entry) in self.entries.iter().enumerate() {
            let text = self.files.text(&entry.rubric()).unwrap_or_default();
            let places = stated_id(text, &entry.id).and_then(|id| ids.get_mut(&id));
            if let Some(places) = places.filter(|places| !places.contains(&place)) {
                places.push(place);
            }
        }
        ids
    }

    /// What questions are known as besides their ids.
    fn read_names(&self) -> Places {
        let mut names = Places::new();
        for (place, entry) in self.entries.iter().enumerate() {
            let has_names = self.files.text(&entry.rubric()).is_some_and(|text| text.contains("known_as"));
            // A faulty rubric is told of when it is graded against, and is known by its id alone till then.
            let question = has_names.then(|| self.question(entry).ok()).flatten();
            for name in question.map(|question| question.known_as).unwrap_or_default() {
                let places = names.entry(name).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        names
    }

    /// The questions that have a wording equal to `wording`, apart from case, accents, punctuation and
    /// spacing; in a sound bank one at most. Rubrics are read when this is first called; a rubric that
    /// cannot be read has no wordings.
    pub fn asked_as(&self, wording: &str) -> Vec<&Entry> {
        let places = self.wordings.get_or_init(|| Wordings::of(self)).places(wording);
        places.iter().filter_map(|place| self.entries.get(*place)).collect()
    }

    fn unknown(&self, id: &str) -> BankError {
        // Comparing takes time in proportion to the product of both lengths.
        let is_short = id.chars().nth(LONGEST_COMPARED).is_none();
        let near = |entry: &Entry| {
            if !is_short || entry.id.len() > LONGEST_COMPARED {
                return None;
            }
            let distance = strsim::osa_distance(id, &entry.id);
            let like = !id.is_empty() && (distance * 2 <= id.len() || entry.id.contains(id));
            like.then(|| (distance, entry.id.clone()))
        };
        let mut similar: Vec<(usize, String)> = self.entries.iter().filter_map(near).collect();
        similar.sort_unstable();
        let similar = similar.into_iter().take(3).map(|(_, id)| id).collect();
        let id = if is_short { id.to_owned() } else { id.chars().take(LONGEST_COMPARED).chain(['…']).collect() };
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

    /// A rubric with all its faults.
    pub(super) fn parsed(&self, entry: &Entry) -> Result<rubric::Rubric, Vec<Finding>> {
        self.parsed_from(entry, self.files.text(&entry.rubric()).unwrap_or_default())
    }

    /// The same, as if `text` stood in its file.
    pub(super) fn parsed_from(&self, entry: &Entry, text: &str) -> Result<rubric::Rubric, Vec<Finding>> {
        let shared = |name: &str| {
            let path = format!("{SHARED}{name}.toml");
            self.files.text_or_built_in(&path).map(|text| (path, text))
        };
        rubric::parse(&entry.rubric(), text, shared)
    }

    /// Parses the sample answers to a question; none where there is no file.
    ///
    /// # Errors
    /// When the file has faults.
    pub fn samples(&self, entry: &Entry) -> Result<Vec<Sample>, BankError> {
        let file = entry.corpus();
        match self.files.text(&file) {
            None => Ok(Vec::new()),
            Some(text) => corpus::parse(&file, text).map(|corpus| corpus.samples).map_err(BankError::Faulty),
        }
    }

    /// The words that mean the same: the bank's own, or the shipped ones where it names none. Parsed once.
    ///
    /// # Errors
    /// When the file has faults.
    pub fn synonyms(&self) -> Result<Arc<Synonyms>, Vec<Finding>> {
        let parse = || match self.files.text_or_built_in(SYNONYMS) {
            None => Ok(Arc::default()),
            Some(text) => wordlists::parse_synonyms(SYNONYMS, text).map(Arc::new),
        };
        self.synonyms.get_or_init(parse).clone()
    }

    /// The words that mean the same, and the words that are no slips. A folder of one's own adds its
    /// words to those of the shipped bank.
    ///
    /// # Errors
    /// When the synonyms have faults.
    pub fn vocabulary(&self) -> Result<Vocabulary, BankError> {
        let mut faults = Vec::new();
        let vocabulary = self.vocabulary_with(self.synonyms()?, &mut faults);
        if faults.is_empty() { Ok(vocabulary) } else { Err(faults.into()) }
    }

    /// The same; related words that have faults are left out and told of.
    pub(super) fn vocabulary_with(&self, synonyms: Arc<Synonyms>, faults: &mut Vec<Finding>) -> Vocabulary {
        let mut vocabulary = Vocabulary::new(synonyms, KnownWords::from_sorted(self.files.built_in().words));
        if !self.files.is_built_in() {
            vocabulary = vocabulary.with_words(self.files.within("", "").map(|(_, text)| text));
        }
        let rubrics = self.files.within("rubrics/", ".toml").filter(|(name, _)| ![SYNONYMS, RELATED].contains(name));
        if !rubrics.into_iter().any(|(_, text)| may_have_references(text)) {
            return vocabulary; // only criteria with references rest on related words
        }
        match self.related() {
            Ok(related) => vocabulary.with_related(related),
            Err(found) => {
                faults.extend(found);
                vocabulary
            }
        }
    }

    /// The words that tell nearly the same: the bank's own, or the shipped ones where it names none.
    ///
    /// # Errors
    /// When the file has faults.
    pub fn related(&self) -> Result<Related, Vec<Finding>> {
        let text = self.files.text_or_built_in(RELATED);
        text.map_or_else(|| Ok(Related::default()), |text| wordlists::parse_related(RELATED, text))
    }

    /// A question made ready for grading.
    ///
    /// # Errors
    /// When its rubric or its samples have faults.
    pub fn scorer(&self, entry: &Entry, vocabulary: &Vocabulary) -> Result<Scorer, BankError> {
        let rubric = self.rubric(entry).map_err(BankError::Faulty)?;
        let samples = self.samples(entry)?;
        Scorers::new(vocabulary)
            .prepare(rubric.question, &samples)
            .map_err(|error| BankError::Faulty(self.phrase_findings(&entry.rubric(), &rubric.places, &error)))
    }

    pub(super) fn phrase_findings(
        &self,
        file: &str,
        places: &super::places::Places,
        error: &ScorerError,
    ) -> Vec<Finding> {
        let text = |file: &str| self.files.text_or_built_in(file).unwrap_or_default();
        let faults = match error {
            ScorerError::Compile(error) => {
                return vec![Finding::new(file, text(file), 0..0, error.to_string(), "split the rubric")];
            }
            ScorerError::Phrases(faults) => faults,
        };
        // Included criteria have files of their own.
        let mut sources: HashMap<String, SourceText<'_>> = HashMap::new();
        let finding = |fault: &PhraseFault| {
            let message = fault.error.message.clone();
            let Some(place) = places.phrase(fault.place) else {
                return Finding::new(file, text(file), 0..0, message, fault.error.hint);
            };
            let text = text(&place.file);
            let span = super::places::inside_string(text, place.span, &fault.error.at);
            let source = sources.entry(place.file.clone()).or_insert_with(|| SourceText::new(text));
            source.finding(&place.file, span, message, fault.error.hint)
        };
        faults.iter().map(finding).collect()
    }
}

/// Characters of the longest id for which similar ids are looked for. Of longer ones an error shows so many.
const LONGEST_COMPARED: usize = 128;

/// Whether `reference` may stand in a rubric as a key. Looked for in the text, so that a bank without
/// references need not be parsed, nor the related words be read, to find out.
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
    fn a_long_id_is_compared_with_none_and_shown_in_part() {
        let bank = shipped_bank();
        let long = bank.entries()[0].id.clone() + &"x".repeat(20_000_000);
        let Err(BankError::UnknownQuestion { id, similar }) = bank.entry(&long) else { panic!("it is unknown") };
        assert!(similar.is_empty() && id.chars().count() == LONGEST_COMPARED + 1 && id.ends_with("x…"), "{id}");
        let Err(BankError::UnknownQuestion { similar, .. }) = bank.entry("error-budgets") else {
            panic!("it is unknown")
        };
        assert_eq!(similar, ["error-budget"]);
    }

    #[test]
    fn references_are_told_from_the_word() {
        for text in ["[[criterion.reference]]", "[[ criterion . \"reference\" ]]", "x = [{ reference = [] }]"] {
            assert!(may_have_references(text), "{text}");
        }
        assert!(!may_have_references("asks = \"Names a reference architecture.\" # for reference, see reference.md"));
        let bank = shipped_bank();
        let text = |entry: &Entry| bank.files().text(&entry.rubric()).unwrap_or_default();
        assert!(bank.entries().iter().all(|entry| !may_have_references(text(entry))), "the word stands in some");
    }
}
