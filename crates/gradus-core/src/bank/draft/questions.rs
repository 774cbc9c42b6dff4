//! Questions to draft rubrics for, and how they are made from a folder of sample answers.

use hashbrown::HashMap;

use super::draft_error::DraftError;
use crate::bank::corpus;
use crate::bank::files::Files;
use crate::bank::finding::Finding;
use crate::bank::question_bank::Bank;
use crate::model::{SampleLevel, is_blank};
use crate::text::wording_key;

/// A question with the texts that a good answer says.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftQuestion {
    /// Id as given.
    pub id: String,
    /// Folder of the rubric. The topic of the whole draft if absent.
    pub topic: Option<String>,
    /// The question as it is asked.
    pub prompt: String,
    /// Answers that earn full credit.
    pub references: Vec<String>,
    /// Criteria that earn points. If there are any, the references are not used.
    pub criteria: Vec<DraftCriterion>,
}

impl DraftQuestion {
    /// The texts that the rubric is drafted from: those of the criteria, or the references if there are no criteria.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let references = if self.criteria.is_empty() { self.references.as_slice() } else { &[] };
        let criteria = self.criteria.iter().map(|criterion| criterion.text.as_str());
        criteria.chain(references.iter().map(String::as_str))
    }

    /// A prompt made from the words of an id, for a question whose wording is not known.
    pub fn made_up_prompt(id: &str) -> String {
        words_of_id(id)
    }

    /// Whether the prompt was made from the id, because no file contains the wording of the question.
    pub fn has_made_up_prompt(&self) -> bool {
        self.prompt == words_of_id(&self.id)
    }
}

/// A statement that earns points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftCriterion {
    /// Id, if one is given.
    pub id: Option<String>,
    /// The text that an answer must say.
    pub text: String,
    /// Points for full credit, from 1.
    pub points: u32,
}

/// Questions from the strong samples of a corpus.
///
/// The prompt comes from the rubric with the same id in `bank`, otherwise from the sample file, otherwise from the
/// words of the id.
///
/// # Errors
/// When a sample file has faults, two files have samples of one question, or no file exists.
pub fn questions_from_corpus(files: &Files, bank: Option<&Bank>) -> Result<Vec<DraftQuestion>, DraftError> {
    let (mut questions, mut findings) = (Vec::new(), Vec::new());
    let mut file_of: HashMap<String, &str> = HashMap::new();
    for (file, text) in files.within("corpus/", ".md") {
        match corpus::parse(file, text) {
            Err(faults) => findings.extend(faults),
            Ok(corpus) => {
                if let Some(first) = file_of.get(&corpus.question) {
                    let message = format!("question `{}` also has samples in {first}", corpus.question);
                    let hint = "put all samples of a question into one file, or correct the id";
                    findings.push(Finding::new(file, text, corpus.question_at, message, hint));
                    continue;
                }
                file_of.insert(corpus.question.clone(), file);
                let known = bank.and_then(|bank| bank.question(bank.entry(&corpus.question).ok()?).ok());
                let strong = corpus.samples.into_iter().filter(|sample| sample.level == SampleLevel::Strong);
                let references: Vec<String> = strong.map(|sample| sample.text).collect();
                if references.is_empty() {
                    let hint = "write one below `## strong`: rubrics are drafted from strong answers";
                    findings.push(Finding::new(file, text, corpus.question_at, "no strong sample", hint));
                    continue;
                }
                questions.push(DraftQuestion {
                    prompt: known
                        .map(|question| question.prompt)
                        .or(corpus.prompt)
                        .filter(|prompt| !is_blank(prompt))
                        .unwrap_or_else(|| words_of_id(&corpus.question)),
                    id: corpus.question,
                    topic: topic_of(file),
                    references,
                    criteria: Vec::new(),
                });
            }
        }
    }
    match (findings.is_empty(), questions.is_empty()) {
        (false, _) => Err(DraftError::Corpus(findings)),
        (true, true) => Err(DraftError::Empty),
        (true, false) => Ok(questions),
    }
}

/// The questions that share their prompt with another question, in their order. Prompts are compared like wordings.
pub fn with_shared_prompts(questions: &[DraftQuestion]) -> Vec<&DraftQuestion> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for question in questions {
        *counts.entry(wording_key(&question.prompt)).or_default() += 1;
    }
    let is_shared = |prompt: &str| {
        let key = wording_key(prompt);
        !key.is_empty() && counts.get(&key).is_some_and(|count| *count > 1)
    };
    questions.iter().filter(|question| is_shared(&question.prompt)).collect()
}

/// The words of an id.
fn words_of_id(id: &str) -> String {
    id.replace('-', " ")
}

/// The folder in `corpus/<topic>/<id>.md`. `None` for a file without a folder.
fn topic_of(file: &str) -> Option<String> {
    let (topic, _) = file.strip_prefix("corpus/")?.split_once('/')?;
    Some(topic.to_owned())
}
