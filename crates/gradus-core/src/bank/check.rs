//! Everything that is wrong with a bank, in one run: syntax, phrases, goldens, samples.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::corpus::{self, Corpus};
use super::finding::{Finding, SourceText};
use super::library::{Bank, Entry, RELATED, SHARED, SYNONYMS};
use super::names::check_names;
use super::places::Places;
use super::rubric::{self, Rubric};
use super::wordings;
use crate::model::{Answer, Bands, Criterion, Golden, Grade, Sample, SampleLevel, Tenths};
use crate::score::{Scorer, Scorers, Workspace};

/// A question that can be graded, with what is needed to say where its faults are.
struct Ready<'b> {
    entry: &'b Entry,
    file: String,
    source: SourceText<'b>,
    places: Places,
    scorer: Scorer,
    samples: Vec<Sample>,
}

/// Which files of a bank are checked.
#[derive(Clone, Copy)]
enum Scope<'s> {
    Bank,
    Files(&'s BTreeSet<String>),
}

impl Scope<'_> {
    fn has(self, file: &str) -> bool {
        match self {
            Self::Bank => true,
            Self::Files(files) => files.contains(file),
        }
    }

    /// Whether the question is checked: its rubric and its samples belong together.
    fn has_question(self, entry: &Entry) -> bool {
        matches!(self, Self::Bank) || self.has(&entry.rubric()) || self.has(&entry.corpus())
    }
}

/// All findings, by file and place.
pub fn check(bank: &Bank) -> Vec<Finding> {
    check_scope(bank, Scope::Bank)
}

/// The findings about some files of a bank: a rubric is checked with its samples, and samples with their
/// rubric. Samples are not graded as answers to other questions, which takes the whole bank.
pub fn check_files(bank: &Bank, files: &BTreeSet<String>) -> Vec<Finding> {
    check_scope(bank, Scope::Files(files))
}

fn check_scope(bank: &Bank, scope: Scope<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Faulty lists of words are reported in any case, because every grade depends on them.
    let synonyms = bank.synonyms().unwrap_or_else(|faults| {
        findings.extend(faults);
        Arc::default()
    });
    let vocabulary = bank.vocabulary_with(synonyms, &mut findings);
    findings.extend(
        misplaced(bank)
            .into_iter()
            .chain(check_names(bank))
            .chain(wordings::shared(bank))
            .filter(|finding| scope.has(&finding.file)),
    );
    let corpora = corpora(bank, scope, &mut findings);
    let mut scorers = Scorers::new(&vocabulary);
    shared(bank, scope, &mut scorers, &mut findings);
    let ready = ready(bank, scope, &mut scorers, &corpora, &mut findings);
    let mut workspace = Workspace::new();
    for question in &ready {
        goldens(question, &mut workspace, &mut findings);
        without_golden(question, &mut findings);
    }
    let by_id: HashMap<&str, &Ready<'_>> = ready.iter().map(|ready| (ready.entry.id.as_str(), ready)).collect();
    for (file, corpus) in &corpora {
        if let Some(own) = by_id.get(corpus.question.as_str()) {
            let source = SourceText::new(bank.files().text(file).unwrap_or_default());
            samples(own, &ready, &Placed { file, source }, &mut workspace, &mut findings);
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

/// Rubric files that are not questions because of their folder.
fn misplaced(bank: &Bank) -> Vec<Finding> {
    let rubrics: HashSet<String> = bank.entries().iter().map(Entry::rubric).collect();
    let belongs = |file: &str| {
        rubrics.contains(file)
            || [SYNONYMS, RELATED].contains(&file)
            || file.strip_prefix(SHARED).is_some_and(|name| !name.contains('/'))
    };
    let others = bank.files().within("rubrics/", ".toml").filter(|(file, _)| !belongs(file));
    let finding = |(file, text)| {
        Finding::new(file, text, 0..0, "a rubric where none is looked for", "move it to rubrics/<topic>/<id>.toml")
    };
    others.map(finding).collect()
}

/// The first question of each id.
fn first_of_ids(bank: &Bank) -> HashMap<&str, &Entry> {
    bank.entries().iter().rev().map(|entry| (entry.id.as_str(), entry)).collect()
}

fn corpora<'b>(bank: &'b Bank, scope: Scope<'_>, findings: &mut Vec<Finding>) -> Vec<(&'b str, Corpus)> {
    let ids = first_of_ids(bank);
    let of_questions: HashSet<String> =
        bank.entries().iter().filter(|entry| scope.has_question(entry)).map(Entry::corpus).collect();
    let mut corpora = Vec::new();
    for (file, text) in bank.files().within("corpus/", ".md") {
        if !scope.has(file) && !of_questions.contains(file) {
            continue;
        }
        match corpus::parse(file, text) {
            Err(faults) => findings.extend(faults),
            Ok(corpus) => {
                let (message, hint) = match ids.get(corpus.question.as_str()) {
                    Some(entry) if entry.corpus() == file => {
                        corpora.push((file, corpus));
                        continue;
                    }
                    Some(entry) => (
                        format!("samples for `{}` in the wrong file", entry.id),
                        format!("move them to {}", entry.corpus()),
                    ),
                    None => {
                        (format!("no question `{}`", corpus.question), "write its rubric, or correct the id".to_owned())
                    }
                };
                findings.push(Finding::new(file, text, corpus.question_at, message, hint));
            }
        }
    }
    corpora
}

/// Shared criteria, graded by themselves.
fn shared(bank: &Bank, scope: Scope<'_>, scorers: &mut Scorers<'_>, findings: &mut Vec<Finding>) {
    for (file, text) in bank.files().within(SHARED, ".toml").filter(|(file, _)| scope.has(file)) {
        match rubric::parse_shared_alone(file, text) {
            Err(faults) => findings.extend(faults),
            Ok(Rubric { question, places, .. }) => match scorers.prepare(question, &[]) {
                Err(error) => findings.extend(bank.phrase_findings(file, &places, &error)),
                Ok(scorer) => {
                    let entry = Entry { id: String::new(), topic: String::new() };
                    let (file, source) = (file.to_owned(), SourceText::new(text));
                    let ready = Ready { entry: &entry, file, source, places, scorer, samples: Vec::new() };
                    goldens(&ready, &mut Workspace::new(), findings);
                    without_golden(&ready, findings);
                }
            },
        }
    }
}

fn ready<'b>(
    bank: &'b Bank,
    scope: Scope<'_>,
    scorers: &mut Scorers<'_>,
    corpora: &[(&str, Corpus)],
    findings: &mut Vec<Finding>,
) -> Vec<Ready<'b>> {
    let mut ready: Vec<Ready<'b>> = Vec::new();
    let ids = first_of_ids(bank);
    let corpora: HashMap<&str, &Corpus> =
        corpora.iter().map(|(_, corpus)| (corpus.question.as_str(), corpus)).collect();
    for entry in bank.entries().iter().filter(|entry| scope.has_question(entry)) {
        let file = entry.rubric();
        let text = bank.files().text(&file).unwrap_or_default();
        if let Some(first) = ids.get(entry.id.as_str()).filter(|first| **first != entry) {
            let message = format!("question `{}` is in {} as well", entry.id, first.rubric());
            findings.push(Finding::new(&file, text, 0..0, message, "give each question its own id"));
            continue;
        }
        let samples = corpora.get(entry.id.as_str()).map(|corpus| corpus.samples.clone()).unwrap_or_default();
        match bank.parsed(entry) {
            Err(faults) => findings.extend(faults),
            Ok(Rubric { question, places, findings: faults }) => {
                let sound = faults.is_empty();
                findings.extend(faults);
                match scorers.prepare(question, &samples) {
                    Err(error) => findings.extend(bank.phrase_findings(&file, &places, &error)),
                    Ok(scorer) if sound => {
                        let source = SourceText::new(text);
                        ready.push(Ready { entry, file, source, places, scorer, samples });
                    }
                    Ok(_) => {}
                }
            }
        }
    }
    ready
}

fn goldens(ready: &Ready<'_>, workspace: &mut Workspace, findings: &mut Vec<Finding>) {
    let goldens = ready.scorer.question().goldens.iter().zip(&ready.places.goldens);
    for (Golden { text, expect }, span) in goldens {
        let grade = ready.scorer.grade(&Answer::new("golden", text), workspace);
        for (id, expected) in expect {
            let found = credit_of(&grade, id);
            if found != Some(*expected) {
                let found = found.map_or_else(|| "nothing".to_owned(), |credit| credit.to_string());
                let message = format!("golden expects {expected} for `{id}`, the scorer gives {found}");
                let hint = "add the phrase that is missing, or correct what is expected; `gradus bank explain` shows every phrase";
                findings.push(ready.source.finding(&ready.file, span.clone(), message, hint));
            }
        }
    }
}

fn credit_of(grade: &Grade<'_>, id: &str) -> Option<crate::model::Thousandths> {
    grade.criteria.iter().chain(&grade.penalties).find(|criterion| criterion.id == id).map(|criterion| criterion.credit)
}

/// Criteria of the file itself that no golden tests.
fn without_golden(ready: &Ready<'_>, findings: &mut Vec<Finding>) {
    let question = ready.scorer.question();
    let expected: HashSet<&str> =
        question.goldens.iter().flat_map(|golden| golden.expect.keys()).map(String::as_str).collect();
    let tested = |criterion: &Criterion| expected.contains(criterion.id.as_str());
    let all = question
        .criteria
        .iter()
        .zip(&ready.places.criteria)
        .chain(question.penalties.iter().zip(&ready.places.penalties));
    for (criterion, places) in all.filter(|(criterion, places)| places.id.file == ready.file && !tested(criterion)) {
        let hint = "add a `[[golden]]` that expects something of it";
        findings.push(places.id.finding(&ready.source, format!("no golden tests `{}`", criterion.id), hint));
    }
}

/// A file and its text.
struct Placed<'t> {
    file: &'t str,
    source: SourceText<'t>,
}

/// Samples must fall into the band of their level, and a strong one must not do for other topics.
fn samples(
    own: &Ready<'_>,
    ready: &[Ready<'_>],
    corpus: &Placed<'_>,
    workspace: &mut Workspace,
    findings: &mut Vec<Finding>,
) {
    let (id, bands) = (&own.entry.id, own.scorer.question().bands);
    for sample in &own.samples {
        let answer = Answer::new(id, &sample.text);
        let score = own.scorer.grade(&answer, workspace).score().unwrap_or(Tenths(0));
        if !fits(sample.level, score, bands) {
            let message =
                format!("a {} sample scores {score}, expected {}", sample.level.name(), expected(sample.level, bands));
            let hint =
                format!("`gradus bank explain {id}` shows what was found; widen the phrases, or correct the level");
            findings.push(corpus.source.finding(corpus.file, sample.heading.clone(), message, hint));
        }
        if sample.level == SampleLevel::Strong {
            for other in ready.iter().filter(|other| other.entry.topic != own.entry.topic) {
                let score = other.scorer.grade(&answer, workspace).score().unwrap_or(Tenths(0));
                if score.0 >= other.scorer.question().bands.partial * 10 {
                    let message =
                        format!("this sample scores {score} under `{}`, which is about something else", other.entry.id);
                    let hint = format!("narrow the phrases of `{}`", other.entry.id);
                    findings.push(corpus.source.finding(corpus.file, sample.heading.clone(), message, hint));
                }
            }
        }
    }
}

fn fits(level: SampleLevel, score: Tenths, bands: Bands) -> bool {
    match level {
        SampleLevel::Strong => score.0 >= bands.strong * 10,
        SampleLevel::Fair => (bands.partial * 10..bands.strong * 10).contains(&score.0),
        SampleLevel::Weak => score.0 < bands.partial * 10,
    }
}

fn expected(level: SampleLevel, bands: Bands) -> String {
    match level {
        SampleLevel::Strong => format!("at least {}", bands.strong),
        SampleLevel::Fair => format!("{} to below {}", bands.partial, bands.strong),
        SampleLevel::Weak => format!("below {}", bands.partial),
    }
}
