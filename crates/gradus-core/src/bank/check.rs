//! Checks a bank in one run: the format of files, phrases, names, wordings, goldens and sample answers.
//!
//! Takes the whole bank, or the names of some of its files; gives findings sorted by file and location.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::check_names::check_names;
use super::check_wordings::check_wordings;
use super::corpus::{self, CorpusFile};
use super::finding::{Finding, FindingKind, SourceText};
use super::ideas::{self, IDEAS, IdeasOfFile};
use super::locations::RubricLocations;
use super::question_bank::{Bank, Entry, RELATED, SHARED, SYNONYMS};
use super::rubric::{self, Rubric};
use crate::model::{Answer, Bands, Criterion, Golden, Grade, Sample, SampleLevel, Tenths, Thousandths};
use crate::score::{Scorer, Scorers, Workspace};
use crate::text::{KnownWords, Synonyms};

/// A question that can be used for grading, with the locations for its findings.
struct PreparedQuestion<'b> {
    entry: &'b Entry,
    file: String,
    source: SourceText<'b>,
    locations: RubricLocations,
    scorer: Scorer,
    samples: Vec<Sample>,
}

/// The files of a bank that are checked.
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

    /// Whether a question is checked. If its rubric is in scope, so are its samples, and the other way round.
    fn has_question(self, entry: &Entry) -> bool {
        matches!(self, Self::Bank) || self.has(&entry.rubric_path()) || self.has(&entry.corpus_path())
    }
}

/// Checks a whole bank. Gives all findings, sorted by file and location.
pub fn check(bank: &Bank) -> Vec<Finding> {
    check_scope(bank, Scope::Bank)
}

/// Checks some files of a bank. A rubric is checked with its samples, and samples with their rubric.
///
/// Samples are not graded as answers to other questions, because that needs the whole bank.
pub fn check_files(bank: &Bank, files: &BTreeSet<String>) -> Vec<Finding> {
    check_scope(bank, Scope::Files(files))
}

fn check_scope(bank: &Bank, scope: Scope<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Faults of word lists are always reported, because every grade depends on them.
    let synonyms = bank.synonyms().unwrap_or_else(|faults| {
        findings.extend(faults);
        Arc::default()
    });
    let vocabulary = bank.vocabulary_with(synonyms.clone(), &mut findings);
    check_ideas(bank, scope, &synonyms, &mut findings);
    findings.extend(
        misplaced(bank)
            .into_iter()
            .chain(check_names(bank))
            .chain(check_wordings(bank))
            .filter(|finding| scope.has(&finding.file)),
    );
    let corpora = corpora(bank, scope, &mut findings);
    let mut scorers = Scorers::new(&vocabulary);
    check_shared(bank, scope, &mut scorers, &mut findings);
    let questions = prepare(bank, scope, &mut scorers, &corpora, &mut findings);
    let mut workspace = Workspace::new();
    for question in &questions {
        check_goldens(question, &mut workspace, &mut findings);
        check_untested(question, &mut findings);
    }
    let by_id: HashMap<&str, &PreparedQuestion<'_>> =
        questions.iter().map(|question| (question.entry.id.as_str(), question)).collect();
    for (file, corpus) in &corpora {
        if let Some(own) = by_id.get(corpus.question.as_str()) {
            let source = SourceText::new(bank.files().text(file).unwrap_or_default());
            check_samples(own, &questions, &SampleFile { name: file, source }, &mut workspace, &mut findings);
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

/// Checks the files of ideas in scope and tests their ideas.
fn check_ideas(bank: &Bank, scope: Scope<'_>, synonyms: &Synonyms, findings: &mut Vec<Finding>) {
    let mut files = Vec::new();
    for (file, text) in bank.idea_files().into_iter().filter(|(file, _)| scope.has(file)) {
        match ideas::parse(file, text) {
            Ok(ideas) => files.push(IdeasOfFile { file, text, ideas }),
            Err(faults) => findings.extend(faults),
        }
    }
    let known = KnownWords::from_sorted(bank.files().built_in().words);
    findings.extend(ideas::check(&files, bank.ideas(), synonyms, &known));
}

/// A finding for every rubric file that is not in a topic folder and therefore is not read as a question.
fn misplaced(bank: &Bank) -> Vec<Finding> {
    let rubrics: HashSet<String> = bank.entries().iter().map(Entry::rubric_path).collect();
    let belongs = |file: &str| {
        rubrics.contains(file)
            || [SYNONYMS, RELATED].contains(&file)
            || [SHARED, IDEAS].iter().any(|folder| file.strip_prefix(folder).is_some_and(|name| !name.contains('/')))
    };
    let others = bank.files().within("rubrics/", ".toml").filter(|(file, _)| !belongs(file));
    let finding = |(file, text)| {
        Finding::new(file, text, 0..0, "the rubric is not in a topic folder", "move it to rubrics/<topic>/<id>.toml")
    };
    others.map(finding).collect()
}

/// The first question with each id.
fn first_entry_by_id(bank: &Bank) -> HashMap<&str, &Entry> {
    bank.entries().iter().rev().map(|entry| (entry.id.as_str(), entry)).collect()
}

/// The sample files in scope that belong to a question.
fn corpora<'b>(bank: &'b Bank, scope: Scope<'_>, findings: &mut Vec<Finding>) -> Vec<(&'b str, CorpusFile)> {
    let ids = first_entry_by_id(bank);
    let of_questions: HashSet<String> =
        bank.entries().iter().filter(|entry| scope.has_question(entry)).map(Entry::corpus_path).collect();
    let mut corpora = Vec::new();
    for (file, text) in bank.files().within("corpus/", ".md") {
        if !scope.has(file) && !of_questions.contains(file) {
            continue;
        }
        match corpus::parse(file, text) {
            Err(faults) => findings.extend(faults),
            Ok(corpus) => {
                let (message, hint) = match ids.get(corpus.question.as_str()) {
                    Some(entry) if entry.corpus_path() == file => {
                        corpora.push((file, corpus));
                        continue;
                    }
                    Some(entry) => (
                        format!("the samples for `{}` are in the wrong file", entry.id),
                        format!("move the samples to {}", entry.corpus_path()),
                    ),
                    None => (
                        format!("the bank has no question `{}`", corpus.question),
                        "write a rubric for this question, or correct the id".to_owned(),
                    ),
                };
                findings.push(Finding::new(file, text, corpus.question_at, message, hint));
            }
        }
    }
    corpora
}

/// Checks the files of shared criteria in scope, each as a rubric of its own.
fn check_shared(bank: &Bank, scope: Scope<'_>, scorers: &mut Scorers<'_>, findings: &mut Vec<Finding>) {
    for (file, text) in bank.files().within(SHARED, ".toml").filter(|(file, _)| scope.has(file)) {
        match rubric::parse_shared_alone(file, text) {
            Err(faults) => findings.extend(faults),
            Ok(Rubric { question, locations, .. }) => match scorers.prepare(question, &[]) {
                Err(error) => findings.extend(bank.phrase_findings(file, &locations, &error)),
                Ok(scorer) => {
                    let entry = Entry { id: String::new(), topic: String::new() };
                    let (file, source) = (file.to_owned(), SourceText::new(text));
                    let question =
                        PreparedQuestion { entry: &entry, file, source, locations, scorer, samples: Vec::new() };
                    check_goldens(&question, &mut Workspace::new(), findings);
                    check_untested(&question, findings);
                }
            },
        }
    }
}

/// The questions in scope that have no faults. Reports the faults of the others.
fn prepare<'b>(
    bank: &'b Bank,
    scope: Scope<'_>,
    scorers: &mut Scorers<'_>,
    corpora: &[(&str, CorpusFile)],
    findings: &mut Vec<Finding>,
) -> Vec<PreparedQuestion<'b>> {
    let mut prepared: Vec<PreparedQuestion<'b>> = Vec::new();
    let ids = first_entry_by_id(bank);
    let corpora: HashMap<&str, &CorpusFile> =
        corpora.iter().map(|(_, corpus)| (corpus.question.as_str(), corpus)).collect();
    for entry in bank.entries().iter().filter(|entry| scope.has_question(entry)) {
        let file = entry.rubric_path();
        let text = bank.files().text(&file).unwrap_or_default();
        if let Some(first) = ids.get(entry.id.as_str()).filter(|first| **first != entry) {
            let message = format!("question `{}` is also in {}", entry.id, first.rubric_path());
            findings.push(Finding::new(&file, text, 0..0, message, "give each question its own id"));
            continue;
        }
        let samples = corpora.get(entry.id.as_str()).map(|corpus| corpus.samples.clone()).unwrap_or_default();
        match bank.parsed(entry) {
            Err(faults) => findings.extend(faults),
            Ok(Rubric { question, locations, findings: faults }) => {
                let is_sound = faults.is_empty();
                findings.extend(faults);
                match scorers.prepare(question, &samples) {
                    Err(error) => findings.extend(bank.phrase_findings(&file, &locations, &error)),
                    Ok(scorer) if is_sound => {
                        let source = SourceText::new(text);
                        prepared.push(PreparedQuestion { entry, file, source, locations, scorer, samples });
                    }
                    // The phrases compile, but other values have faults, so grades would only add misleading findings.
                    Ok(_) => {}
                }
            }
        }
    }
    prepared
}

/// Reports goldens that expect other credits than the scorer gives.
fn check_goldens(prepared: &PreparedQuestion<'_>, workspace: &mut Workspace, findings: &mut Vec<Finding>) {
    let goldens = prepared.scorer.question().goldens.iter().zip(&prepared.locations.goldens);
    for (Golden { text, expect }, span) in goldens {
        let grade = prepared.scorer.grade(&Answer::new("golden", text), workspace);
        for (id, expected) in expect {
            let given = credit_of(&grade, id);
            if given != Some(*expected) {
                let given = given.map_or_else(|| "nothing".to_owned(), |credit| credit.to_string());
                let message = format!("the golden expects {expected} for `{id}`, but the scorer gives {given}");
                let hint = "add the missing phrase, or correct the expected credit";
                let finding = prepared.source.finding(&prepared.file, span.clone(), message, hint);
                findings.push(finding.with_kind(FindingKind::GoldenCredit));
            }
        }
    }
}

fn credit_of(grade: &Grade<'_>, id: &str) -> Option<Thousandths> {
    grade.criteria.iter().chain(&grade.penalties).find(|criterion| criterion.id == id).map(|criterion| criterion.credit)
}

/// Reports criteria of the file itself that no golden tests. Included criteria are tested in their own file.
fn check_untested(prepared: &PreparedQuestion<'_>, findings: &mut Vec<Finding>) {
    let question = prepared.scorer.question();
    let expected: HashSet<&str> =
        question.goldens.iter().flat_map(|golden| golden.expect.keys()).map(String::as_str).collect();
    let tested = |criterion: &Criterion| expected.contains(criterion.id.as_str());
    let all = question
        .criteria
        .iter()
        .zip(&prepared.locations.criteria)
        .chain(question.penalties.iter().zip(&prepared.locations.penalties));
    let is_untested = |criterion: &Criterion, file: &str| *file == prepared.file && !tested(criterion);
    for (criterion, locations) in all.filter(|(criterion, locations)| is_untested(criterion, &locations.id.file)) {
        let hint = "add a `[[golden]]` that expects a credit for this criterion or penalty";
        findings.push(locations.id.finding(
            &prepared.source,
            format!("`{}` is not tested by any golden", criterion.id),
            hint,
        ));
    }
}

/// A file of sample answers.
struct SampleFile<'t> {
    name: &'t str,
    source: SourceText<'t>,
}

/// Reports samples outside of the band of their level, and strong samples that also pass for a question of another topic.
fn check_samples(
    own: &PreparedQuestion<'_>,
    all: &[PreparedQuestion<'_>],
    corpus: &SampleFile<'_>,
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
            let hint = "widen the phrases, or correct the level";
            let finding = corpus.source.finding(corpus.name, sample.heading.clone(), message, hint);
            findings.push(finding.with_kind(FindingKind::SampleScore { question: id.clone() }));
        }
        if sample.level == SampleLevel::Strong {
            for other in all.iter().filter(|other| other.entry.topic != own.entry.topic) {
                let score = other.scorer.grade(&answer, workspace).score().unwrap_or(Tenths(0));
                if score.0 >= other.scorer.question().bands.partial * 10 {
                    let message =
                        format!("this sample scores {score} for `{}`, a question of another topic", other.entry.id);
                    let hint = format!("narrow the phrases of `{}`", other.entry.id);
                    findings.push(corpus.source.finding(corpus.name, sample.heading.clone(), message, hint));
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
