//! Everything that is wrong with a bank, in one run: syntax, phrases, goldens, samples.

use std::sync::Arc;

use super::corpus::{self, Corpus};
use super::finding::Finding;
use super::library::{Bank, Entry, RELATED, SHARED, SYNONYMS};
use super::places::Places;
use super::rubric::{self, Rubric};
use crate::model::{Answer, Bands, Criterion, Golden, Grade, Sample, SampleLevel, Tenths};
use crate::score::{Scorer, Scorers, Workspace};

/// A question that can be graded, with what is needed to say where its faults are.
struct Ready<'b> {
    entry: &'b Entry,
    file: String,
    text: &'b str,
    places: Places,
    scorer: Scorer,
    samples: Vec<Sample>,
}

/// All findings, by file and place.
pub fn check(bank: &Bank) -> Vec<Finding> {
    let mut findings = Vec::new();
    let synonyms = bank.synonyms().unwrap_or_else(|faults| {
        findings.extend(faults);
        Arc::default()
    });
    let vocabulary = bank.vocabulary_with(synonyms, &mut findings);
    findings.extend(misplaced(bank));
    let corpora = corpora(bank, &mut findings);
    let mut scorers = Scorers::new(&vocabulary);
    shared(bank, &mut scorers, &mut findings);
    let ready = ready(bank, &mut scorers, &corpora, &mut findings);
    let mut workspace = Workspace::new();
    for question in &ready {
        goldens(question, &mut workspace, &mut findings);
        without_golden(question, &mut findings);
    }
    for (file, corpus) in &corpora {
        let text = bank.files().text(file).unwrap_or_default();
        samples(&ready, file, text, corpus, &mut workspace, &mut findings);
    }
    findings.sort();
    findings.dedup();
    findings
}

/// Rubric files that are no question by where they stand.
fn misplaced(bank: &Bank) -> Vec<Finding> {
    let stands = |file: &str| {
        let is_rubric = bank.entries().iter().any(|entry| entry.rubric() == file);
        is_rubric
            || [SYNONYMS, RELATED].contains(&file)
            || file.strip_prefix(SHARED).is_some_and(|name| !name.contains('/'))
    };
    let others = bank.files().within("rubrics/", ".toml").filter(|(file, _)| !stands(file));
    let finding = |(file, text)| {
        Finding::new(file, text, 0..0, "a rubric where none is looked for", "move it to rubrics/<topic>/<id>.toml")
    };
    others.map(finding).collect()
}

fn corpora<'b>(bank: &'b Bank, findings: &mut Vec<Finding>) -> Vec<(&'b str, Corpus)> {
    let mut corpora = Vec::new();
    for (file, text) in bank.files().within("corpus/", ".md") {
        match corpus::parse(file, text) {
            Err(faults) => findings.extend(faults),
            Ok(corpus) => {
                let (message, hint) = match bank.entries().iter().find(|entry| entry.id == corpus.question) {
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
fn shared(bank: &Bank, scorers: &mut Scorers<'_>, findings: &mut Vec<Finding>) {
    for (file, text) in bank.files().within(SHARED, ".toml") {
        match rubric::parse_shared_alone(file, text) {
            Err(faults) => findings.extend(faults),
            Ok(Rubric { question, places, .. }) => match scorers.prepare(question, &[]) {
                Err(error) => findings.extend(bank.phrase_findings(file, &places, &error)),
                Ok(scorer) => {
                    let entry = Entry { id: String::new(), topic: String::new() };
                    let ready =
                        Ready { entry: &entry, file: file.to_owned(), text, places, scorer, samples: Vec::new() };
                    goldens(&ready, &mut Workspace::new(), findings);
                    without_golden(&ready, findings);
                }
            },
        }
    }
}

fn ready<'b>(
    bank: &'b Bank,
    scorers: &mut Scorers<'_>,
    corpora: &[(&str, Corpus)],
    findings: &mut Vec<Finding>,
) -> Vec<Ready<'b>> {
    let mut ready: Vec<Ready<'b>> = Vec::new();
    for entry in bank.entries() {
        let file = entry.rubric();
        let text = bank.files().text(&file).unwrap_or_default();
        if let Some(other) = ready.iter().find(|other| other.entry.id == entry.id) {
            let message = format!("question `{}` stands in {} as well", entry.id, other.file);
            findings.push(Finding::new(&file, text, 0..0, message, "give each question its own id"));
            continue;
        }
        let samples = corpora.iter().find(|(_, corpus)| corpus.question == entry.id);
        let samples = samples.map(|(_, corpus)| corpus.samples.clone()).unwrap_or_default();
        match bank.parsed(entry) {
            Err(faults) => findings.extend(faults),
            Ok(Rubric { question, places, findings: faults }) => {
                let sound = faults.is_empty();
                findings.extend(faults);
                match scorers.prepare(question, &samples) {
                    Err(error) => findings.extend(bank.phrase_findings(&file, &places, &error)),
                    Ok(scorer) if sound => ready.push(Ready { entry, file, text, places, scorer, samples }),
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
                findings.push(Finding::new(&ready.file, ready.text, span.clone(), message, hint));
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
    let tested =
        |criterion: &Criterion| question.goldens.iter().any(|golden| golden.expect.contains_key(&criterion.id));
    let all = question
        .criteria
        .iter()
        .zip(&ready.places.criteria)
        .chain(question.penalties.iter().zip(&ready.places.penalties));
    for (criterion, places) in all.filter(|(criterion, places)| places.id.file == ready.file && !tested(criterion)) {
        let hint = "add a `[[golden]]` that expects something of it";
        findings.push(places.id.finding(ready.text, format!("no golden tests `{}`", criterion.id), hint));
    }
}

/// Samples must fall into the band of their level, and a strong one must not do for other topics.
fn samples(
    ready: &[Ready<'_>],
    file: &str,
    text: &str,
    corpus: &Corpus,
    workspace: &mut Workspace,
    findings: &mut Vec<Finding>,
) {
    let Some(own) = ready.iter().find(|ready| ready.entry.id == corpus.question) else { return };
    let bands = own.scorer.question().bands;
    for sample in &own.samples {
        let answer = Answer::new(&corpus.question, &sample.text);
        let score = own.scorer.grade(&answer, workspace).score().unwrap_or(Tenths(0));
        if !fits(sample.level, score, bands) {
            let message =
                format!("a {} sample scores {score}, expected {}", sample.level.name(), expected(sample.level, bands));
            let hint = format!(
                "`gradus bank explain {}` shows what was found; widen the phrases, or correct the level",
                corpus.question
            );
            findings.push(Finding::new(file, text, sample.heading.clone(), message, hint));
        }
        if sample.level == SampleLevel::Strong {
            for other in ready.iter().filter(|other| other.entry.topic != own.entry.topic) {
                let score = other.scorer.grade(&answer, workspace).score().unwrap_or(Tenths(0));
                if score.0 >= other.scorer.question().bands.partial * 10 {
                    let message =
                        format!("this sample scores {score} under `{}`, which is about something else", other.entry.id);
                    findings.push(Finding::new(
                        file,
                        text,
                        sample.heading.clone(),
                        message,
                        format!("narrow the phrases of `{}`", other.entry.id),
                    ));
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
