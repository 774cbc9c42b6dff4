//! The wordings of all questions of a bank, by which a question is found exactly.

use hashbrown::HashMap;
use serde::Deserialize;

use super::finding::Finding;
use super::library::Bank;
use crate::text::wording_key;

/// Longer texts, in bytes, are not compared: they are not wordings.
const LONGEST: usize = 8192;

/// The part of a rubric file that this module reads.
#[derive(Deserialize)]
struct WordingsOfFile {
    prompt: String,
    #[serde(default)]
    drafted: bool,
    #[serde(default)]
    also_asked: Vec<String>,
    #[serde(default)]
    index_only: Vec<String>,
}

impl WordingsOfFile {
    fn read(text: &str) -> Option<Self> {
        toml::from_str(text).ok()
    }

    fn wordings(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.prompt).chain(&self.also_asked).chain(&self.index_only)
    }
}

/// Wordings in one spelling, each with the places of the questions that have it.
pub(super) struct Wordings(HashMap<String, Vec<usize>>);

impl Wordings {
    /// Of all rubrics that can be read.
    pub(super) fn of(bank: &Bank) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, entry) in bank.entries().iter().enumerate() {
            let asked = bank.files().text(&entry.rubric()).and_then(WordingsOfFile::read);
            for wording in asked.iter().flat_map(WordingsOfFile::wordings) {
                let key = wording_key(wording);
                if key.is_empty() {
                    continue;
                }
                let of_key = places.entry(key).or_default();
                if of_key.last() != Some(&place) {
                    of_key.push(place);
                }
            }
        }
        Self(places)
    }

    /// The places of the questions that have this wording.
    pub(super) fn places(&self, wording: &str) -> &[usize] {
        if wording.len() > LONGEST {
            return &[];
        }
        self.0.get(&wording_key(wording)).map_or(&[], Vec::as_slice)
    }
}

/// Wordings that two questions have: an answer to one of them cannot be told from an answer to the other.
///
/// Wordings that only drafts share are not reported: data sets repeat prompts, and rows that ask such a wording are not
/// graded.
pub(super) fn shared(bank: &Bank) -> Vec<Finding> {
    let asked: Vec<Option<WordingsOfFile>> =
        bank.entries().iter().map(|entry| bank.files().text(&entry.rubric()).and_then(WordingsOfFile::read)).collect();
    let mut askers: HashMap<String, Askers> = HashMap::new();
    for (place, asked) in asked.iter().enumerate() {
        let Some(asked) = asked else { continue };
        for wording in asked.wordings() {
            let of_key =
                askers.entry(wording_key(wording)).or_insert(Askers { first: place, are_drafted: asked.drafted });
            of_key.are_drafted &= asked.drafted;
        }
    }
    let mut findings = Vec::new();
    for (entry, asked) in bank.entries().iter().zip(&asked) {
        let file = entry.rubric();
        let text = bank.files().text(&file).unwrap_or_default();
        for wording in asked.iter().flat_map(WordingsOfFile::wordings) {
            let key = wording_key(wording);
            let of_key = askers.get(&key).filter(|askers| !key.is_empty() && !askers.are_drafted);
            // Two rubrics of one id are another fault, and are reported as such.
            let other = of_key.and_then(|askers| bank.entries().get(askers.first));
            let Some(other) = other.filter(|other| other.id != entry.id) else { continue };
            let span = text.find(wording.as_str()).map_or(0..0, |start| start..start + wording.len());
            let message = format!("this is a wording of `{}` too", other.id);
            findings.push(Finding::new(&file, text, span, message, "word one of them differently, or remove it"));
        }
    }
    findings
}

/// The questions that have one wording.
struct Askers {
    /// The place of the first one.
    first: usize,
    /// Whether all of them are drafts.
    are_drafted: bool,
}

#[cfg(test)]
mod tests {
    use super::super::{Bank, check, rubric_template};
    use crate::test_bank::{files_from_texts, shipped_bank};

    const WORDING: &str = "Have you ever rolled back a deployment?";

    fn bank(change: impl Fn(String) -> String) -> Bank {
        let files = [
            ("rubrics/topic/one.toml", rubric_template("topic", "one")),
            ("rubrics/topic/two.toml", change(rubric_template("topic", "two"))),
        ];
        Bank::new(files_from_texts(files))
    }

    #[test]
    fn a_shared_wording_is_a_finding_and_belongs_to_both() {
        let bank = bank(|text| {
            text.replace("Tell me about a time when you had to undo a release.", "How do you undo a release?")
                .replace(WORDING, "have you EVER rolled-back a deployment")
        });
        let ids = |wording| bank.asked_as(wording).iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids("“Have you ever rolled back a deployment”"), ["one", "two"]);
        assert_eq!(ids("How do you undo a release"), ["two"]);
        assert!(ids("How do you undo it?").is_empty() && ids("??").is_empty());
        let findings = check(&bank);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].message, "this is a wording of `one` too");
        let text = bank.files().text("rubrics/topic/two.toml").expect("text");
        assert_eq!(&text[findings[0].start..findings[0].end], "have you EVER rolled-back a deployment");
    }

    #[test]
    fn a_wording_that_only_drafts_share_is_not_a_finding() {
        let shared = |ids: &[(&str, bool)]| {
            let rubric = |&(id, is_drafted): &(&str, bool)| {
                let text = rubric_template("topic", id).replace(WORDING, &format!("Is this {id}?"));
                let head = format!("drafted = {is_drafted}\nkind = ");
                (format!("rubrics/topic/{id}.toml"), text.replacen("kind = ", &head, 1))
            };
            let bank = Bank::new(files_from_texts(ids.iter().map(rubric)));
            check(&bank).into_iter().map(|finding| (finding.file, finding.message)).collect::<Vec<_>>()
        };
        let found = |id: &str| (format!("rubrics/topic/{id}.toml"), "this is a wording of `a` too".to_owned());
        assert_eq!(shared(&[("a", true), ("b", true), ("c", true)]), []);
        assert_eq!(shared(&[("a", true), ("b", false), ("c", true)]), [found("b"), found("c")]);
        assert_eq!(shared(&[("a", false), ("b", true)]), [found("b")]);
    }

    #[test]
    fn wordings_of_the_index_alone_find_their_question() {
        let bank = bank(|text| {
            text.replace("Tell me about a time when you had to undo a release.", "How do you undo a release?")
                .replace(WORDING, "How do you plan a rollback?")
                .replace("index_only = []", "index_only = ['rollback drill']")
        });
        assert_eq!(bank.asked_as("Rollback drill!").iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["two"]);
        let question = bank.question(bank.entry("two").expect("there")).expect("sound");
        assert_eq!((question.also_asked.len(), question.index_only), (1, vec!["rollback drill".to_owned()]));
    }

    #[test]
    fn every_wording_of_the_shipped_bank_finds_its_own_question() {
        let bank = shipped_bank();
        let mut wordings = 0;
        for entry in bank.entries() {
            let question = bank.question(entry).expect("sound");
            for wording in question.wordings() {
                let disguised = format!("  {}?! ", wording.to_uppercase().replace(' ', "  ").replace('\'', "’"));
                for wording in [wording, &disguised] {
                    assert_eq!(bank.asked_as(wording), [entry], "{wording}");
                }
                wordings += 1;
            }
        }
        assert!(wordings > bank.entries().len());
    }
}
