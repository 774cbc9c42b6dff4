//! Puts the files of a folder that name one question together: their texts are its references.
//!
//! The prompt, the topic and the criteria may be in any of the files. A file that contradicts an earlier file of its
//! question is reported, and its text is not used.

use gradus_core::bank::{DraftFault, DraftQuestion};
use gradus_core::model::RowLocation;
use gradus_core::text::wording_key;
use hashbrown::HashMap;

use super::draft_columns::{CRITERIA, DraftColumns, PROMPT, TOPIC};
use super::input::BadRow;

/// A file with a reference answer.
pub(super) struct DraftFile {
    /// The question with this answer as its only reference.
    pub(super) question: DraftQuestion,
    pub(super) at: RowLocation,
    /// Whether the front matter names the topic. Otherwise the topic is the name of the folder.
    pub(super) names_topic: bool,
}

/// A question, and the files that state its parts; `None` for a part that no file states.
struct Merged {
    question: DraftQuestion,
    prompt_at: Option<RowLocation>,
    topic_at: Option<RowLocation>,
    criteria_at: Option<RowLocation>,
}

/// The questions of files, in the order of their first files. Files that contradict an earlier file are added to `bad`.
pub(super) fn questions_of_files(
    files: Vec<DraftFile>,
    columns: &DraftColumns,
    bad: &mut Vec<BadRow>,
) -> Vec<DraftQuestion> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<Merged> = Vec::new();
    for file in files {
        match places.get(&file.question.id).and_then(|place| all.get_mut(*place)) {
            None => {
                places.insert(file.question.id.clone(), all.len());
                all.push(Merged::new(file));
            }
            Some(merged) => match merged.contradiction(&file) {
                None => merged.add(file),
                Some((field, first)) => {
                    let column = columns.of_field(field).to_owned();
                    let fault = DraftFault::Contradiction { id: file.question.id, column, first };
                    bad.push(BadRow { at: file.at, fault: fault.into() });
                }
            },
        }
    }
    all.into_iter().map(|merged| merged.question).collect()
}

impl Merged {
    fn new(DraftFile { question, at, names_topic }: DraftFile) -> Self {
        Self {
            prompt_at: (!question.has_made_up_prompt()).then(|| at.clone()),
            topic_at: names_topic.then(|| at.clone()),
            criteria_at: (!question.criteria.is_empty()).then_some(at),
            question,
        }
    }

    /// The first field that the file states differently, with the file that stated it before.
    fn contradiction(&self, file: &DraftFile) -> Option<(&'static str, RowLocation)> {
        let (own, other) = (&self.question, &file.question);
        let differs = |field, first: &Option<RowLocation>, is_stated, is_equal: bool| {
            first.clone().filter(|_| is_stated && !is_equal).map(|first| (field, first))
        };
        let is_same_prompt = own.prompt == other.prompt || is_same_wording(&own.prompt, &other.prompt);
        differs(PROMPT, &self.prompt_at, !other.has_made_up_prompt(), is_same_prompt)
            .or_else(|| differs(TOPIC, &self.topic_at, file.names_topic, own.topic == other.topic))
            .or_else(|| {
                differs(CRITERIA, &self.criteria_at, !other.criteria.is_empty(), own.criteria == other.criteria)
            })
    }

    /// Adds the answer of a file that contradicts nothing, and the parts that only this file states.
    fn add(&mut self, file: DraftFile) {
        let Merged {
            question: DraftQuestion { prompt, topic, mut references, criteria, .. },
            prompt_at,
            topic_at,
            criteria_at,
        } = Merged::new(file);
        self.question.references.append(&mut references);
        if self.prompt_at.is_none() && prompt_at.is_some() {
            (self.question.prompt, self.prompt_at) = (prompt, prompt_at);
        }
        if self.topic_at.is_none() && topic_at.is_some() {
            (self.question.topic, self.topic_at) = (topic, topic_at);
        }
        if self.criteria_at.is_none() && criteria_at.is_some() {
            (self.question.criteria, self.criteria_at) = (criteria, criteria_at);
        }
    }
}

/// Whether two prompts are the same, ignoring case, punctuation and spacing.
fn is_same_wording(one: &str, other: &str) -> bool {
    let key = wording_key(one);
    !key.is_empty() && key == wording_key(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of the folder `tea` with these lines of front matter.
    fn file(name: &str, lines: &[(&str, &str)]) -> (String, String) {
        let head: String = lines.iter().flat_map(|(key, value)| [key, " = ", value, "\n"]).collect();
        (format!("tea/{name}"), format!("+++\nid = \"pot\"\n{head}+++\nThe text of {name}."))
    }

    /// The only question of these files, and their faults.
    fn read(files: &[(String, String)]) -> (DraftQuestion, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("writes");
        }
        let columns = DraftColumns::default();
        let mut reader =
            crate::open_drafts(folder.path(), None, &columns, &crate::InputContext::default()).expect("opens");
        let mut read = crate::read_drafts(&mut reader, &columns).expect("reads");
        assert_eq!(read.rows.len(), 1);
        (read.rows.remove(0), read.bad.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_file_that_contradicts_an_earlier_file_is_reported_and_not_used() {
        for (column, first, other) in [
            ("prompt", "\"Why A?\"", "\"Why B?\""),
            ("topic", "\"one\"", "\"two\""),
            ("criteria", "[\"It is hot.\"]", "[\"It is cold.\"]"),
        ] {
            let files = [
                file("a.md", &[]),
                file("b.md", &[(column, first)]),
                file("c.md", &[(column, other)]),
                file("d.md", &[(column, first)]),
            ];
            let (question, bad) = read(&files);
            assert_eq!(question.references, ["The text of a.md.", "The text of b.md.", "The text of d.md."]);
            assert_eq!(bad, [format!("tea/c.md: the `{column}` of question `pot` differs from that in tea/b.md")]);
        }
    }

    #[test]
    fn each_part_of_a_question_may_be_in_any_of_its_files() {
        let (question, bad) = read(&[
            file("a.md", &[]),
            file("b.md", &[("prompt", "\"Why warm it?\"")]),
            file("c.md", &[("topic", "\"pots\""), ("prompt", "\"why warm it\"")]),
            file("d.md", &[("criteria", "[\"It is hot.\"]")]),
        ]);
        assert_eq!(bad, [""; 0]);
        assert_eq!((question.prompt.as_str(), question.topic.as_deref()), ("Why warm it?", Some("pots")));
        assert_eq!((question.criteria.len(), question.references.len()), (1, 4));
    }
}
