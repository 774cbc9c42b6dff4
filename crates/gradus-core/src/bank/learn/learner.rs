//! Learns missing phrases for the questions of a bank from graded answers: finds phrases, tries each of them, and makes
//! a patch.
//!
//! Every proposal keeps the rubric readable, breaks no golden, and raises agreement with people on held-out answers.

use std::sync::Arc;

use super::contrast::{Contrast, GradedAnswer, Refusal, contrasts};
use super::edit::{Insertion, NewPhrase, applied, insertions, ordered};
use super::holdout::{Trial, held_out};
use super::patch::unified_diff;
use super::proposal::{PhraseSources, PlacedPhrase, Proposal, Suggestion, Target, phrases};
use super::read_answer::{ReadAnswer, read_answer, stems};
use super::relatedness::{CriterionWords, WordReader};
use crate::bank::bank_error::BankError;
use crate::bank::locations::CriterionLocations;
use crate::bank::question_bank::{Bank, Entry};
use crate::model::{Answer, Criterion, Golden};
use crate::pattern::Reader;
use crate::score::{Scorer, Scorers, Vocabulary, Workspace};
use crate::text::{RelatedWords, Synonyms};

/// Maximum number of phrases per question that are tried, because each trial can succeed by chance.
const MAX_TRIED_PHRASES: usize = 20;

/// Options for learning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LearnOptions {
    /// Maximum number of proposals per question.
    pub limit: usize,
    /// Selects the fifth of the answers that is held out.
    pub seed: u64,
}

/// The result of learning about one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// Id of the question.
    pub question: String,
    /// Number of graded answers.
    pub answers: usize,
    /// Number of held-out answers.
    pub held_out: usize,
    /// Number of phrases that were considered, including phrases that do not fit into the file and phrases that break a
    /// golden.
    pub tried: usize,
    /// Proposals, strongest first.
    pub proposals: Vec<Proposal>,
    /// Phrases that are related to no concept, strongest first. They were not tried and are not in the patch.
    pub suggestions: Vec<Suggestion>,
    /// The sets of grades that were not used, with the reasons.
    pub refusals: Vec<Refusal>,
    /// Phrases that cannot be inserted because of the formatting of the rubric file.
    pub dropped: Vec<UnplacedPhrase>,
    /// The proposals as a unified diff of the rubric file. Empty if there are none.
    pub patch: String,
}

/// A phrase that cannot be inserted because of the formatting of the rubric file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnplacedPhrase {
    /// Id of the criterion to which the phrase would be added.
    pub criterion: String,
    /// The phrase, in the phrase language.
    pub phrase: String,
}

/// Learns about the questions of a bank, one after the other.
pub struct Learner<'b> {
    bank: &'b Bank,
    vocabulary: &'b Vocabulary,
    synonyms: Arc<Synonyms>,
    related: RelatedWords,
    scorers: Scorers<'b>,
    workspace: Workspace,
    reader: Reader,
}

/// A question, with the criteria that are in its rubric file and not included from another file.
struct Subject<'s> {
    entry: &'s Entry,
    /// Text of the rubric file.
    text: &'s str,
    scorer: &'s Scorer,
    own_criteria: &'s [(&'s Criterion, &'s CriterionLocations)],
}

/// The graded answers to the question.
struct GradedAnswers<'s> {
    answers: &'s [GradedAnswer<'s>],
    contrasts: &'s [Contrast],
    /// Whether each answer is held out.
    is_held_out: &'s [bool],
}

impl<'b> Learner<'b> {
    /// A learner for the questions of a bank. `vocabulary` must be the vocabulary of this bank.
    ///
    /// # Errors
    /// When the bank's synonyms or related words have faults.
    pub fn new(bank: &'b Bank, vocabulary: &'b Vocabulary) -> Result<Self, BankError> {
        let (synonyms, related) = (bank.synonyms()?, bank.related().map_err(BankError::Faulty)?);
        let scorers = Scorers::new(vocabulary);
        let (workspace, reader) = (Workspace::new(), Reader::default());
        Ok(Self { bank, vocabulary, synonyms, related, scorers, workspace, reader })
    }

    /// Learns about a question. Finds phrases in four fifths of the answers, and proposes the phrases that raise
    /// agreement with people on the held-out answers.
    ///
    /// # Errors
    /// When the question's rubric or samples have faults.
    pub fn learn(
        &mut self,
        entry: &Entry,
        answers: &[GradedAnswer<'_>],
        options: LearnOptions,
    ) -> Result<Learned, BankError> {
        let scorer = self.bank.scorer(entry, self.vocabulary)?;
        let locations = self.bank.parsed(entry)?.locations;
        let file = entry.rubric_path();
        let own: Vec<(&Criterion, &CriterionLocations)> =
            scorer.question().criteria.iter().zip(&locations.criteria).filter(|(_, of)| of.id.file == file).collect();
        let ids: Vec<&str> = own.iter().map(|(criterion, _)| criterion.id.as_str()).collect();
        let (contrasts, refusals) = contrasts(&ids, answers);
        let text = self.bank.files().text(&file).unwrap_or_default();
        let mut learned = Learned {
            question: entry.id.clone(),
            answers: answers.len(),
            held_out: 0,
            tried: 0,
            proposals: Vec::new(),
            suggestions: Vec::new(),
            refusals,
            dropped: Vec::new(),
            patch: String::new(),
        };
        if !contrasts.is_empty() {
            let subject = Subject { entry, text, scorer: &scorer, own_criteria: &own };
            let held = held_out(answers, &contrasts, options.seed);
            learned.held_out = held.iter().filter(|held| **held).count();
            let graded = GradedAnswers { answers, contrasts: &contrasts, is_held_out: &held };
            let (found, suggestions) = self.find(&subject, &graded);
            learned.suggestions = suggestions;
            let insertions = self.try_phrases(&subject, &graded, found, options.limit, &mut learned);
            learned.patch = unified_diff(&file, text, &applied(text, &insertions));
        }
        Ok(learned)
    }

    /// The phrases to try and the suggestions, from the answers that are not held out.
    fn find(&mut self, subject: &Subject<'_>, graded: &GradedAnswers<'_>) -> (Vec<PlacedPhrase>, Vec<Suggestion>) {
        let GradedAnswers { answers, contrasts, is_held_out } = *graded;
        let Self { workspace, reader, synonyms, related, .. } = self;
        let asked = stems(&subject.scorer.question().prompt, reader);
        let word_reader = WordReader { synonyms, related, asked: &asked };
        let words: Vec<CriterionWords> =
            subject.own_criteria.iter().map(|(criterion, _)| word_reader.words(criterion, reader)).collect();
        let mut read = |(answer, held): (&GradedAnswer<'_>, &bool)| {
            if *held {
                return ReadAnswer::default();
            }
            read_answer(answer.text, &asked, subject.scorer, workspace, reader)
        };
        let read: Vec<ReadAnswer> = answers.iter().zip(is_held_out).map(&mut read).collect();
        let contrasts: Vec<Contrast> = contrasts.iter().map(|contrast| contrast.without(is_held_out)).collect();
        let sources =
            PhraseSources { own: subject.own_criteria, words: &words, contrasts: &contrasts, answers, read: &read };
        phrases(&sources, MAX_TRIED_PHRASES, reader)
    }

    /// Tries the phrases one by one. Keeps each that raises agreement on the held-out answers, does not lower agreement
    /// on the other answers, and breaks no golden. Returns the insertions for the phrases that are kept.
    fn try_phrases(
        &mut self,
        subject: &Subject<'_>,
        graded: &GradedAnswers<'_>,
        found: Vec<PlacedPhrase>,
        limit: usize,
        learned: &mut Learned,
    ) -> Vec<Insertion> {
        let GradedAnswers { answers, contrasts, is_held_out } = *graded;
        let id = |contrast: &Contrast| {
            subject.own_criteria.get(contrast.criterion?).map(|(criterion, _)| criterion.id.as_str())
        };
        let rest: Vec<bool> = is_held_out.iter().map(|held| !held).collect();
        let trials: Vec<[Trial<'_>; 2]> = contrasts
            .iter()
            .map(|contrast| [is_held_out, &rest].map(|takes| Trial::new(answers, id(contrast), takes)))
            .collect();
        let mut kept: Vec<Insertion> = Vec::new();
        let mut current: Option<Scorer> = None;
        for placed in found {
            if learned.proposals.len() == limit {
                break;
            }
            let Some([held_out, learned_from]) = trials.get(placed.contrast) else { continue };
            learned.tried += 1;
            let Some((_, text)) = inserted(subject, &kept, &placed, "") else {
                learned
                    .dropped
                    .push(UnplacedPhrase { criterion: placed.criterion.clone(), phrase: placed.phrase.clone() });
                continue;
            };
            let Some(changed) = self.scorer_that_passes_goldens(subject, &text) else { continue };
            let now = current.as_ref().unwrap_or(subject.scorer);
            let workspace = &mut self.workspace;
            let mut agreements = |trial: &Trial<'_>| {
                Some([trial.agreement(now, workspace).ok()?, trial.agreement(&changed, workspace).ok()?])
            };
            let Some(([before, after], [own_before, own_after])) = agreements(held_out).zip(agreements(learned_from))
            else {
                continue;
            };
            let Some(held_out) = held_out.rise(before, after).filter(|_| own_after >= own_before) else { continue };
            let comment = placed.comment(&held_out);
            let Some((insertions, _)) = inserted(subject, &kept, &placed, &comment) else { continue };
            kept = insertions;
            current = Some(changed);
            learned.proposals.push(placed.proposal(held_out));
        }
        ordered(subject.text, &kept.iter().collect::<Vec<_>>())
    }

    /// A scorer for the rubric that has `text` as the content of its file. `None` if this rubric has faults or fails
    /// more expectations of a golden than the current rubric.
    fn scorer_that_passes_goldens(&mut self, subject: &Subject<'_>, text: &str) -> Option<Scorer> {
        let changed = self.scorer_from(subject.entry, text)?;
        let (now, workspace) = (subject.scorer, &mut self.workspace);
        let goldens = &now.question().goldens;
        let passes = goldens
            .iter()
            .all(|golden| differences(&changed, golden, workspace) <= differences(now, golden, workspace));
        passes.then_some(changed)
    }

    /// A scorer for the rubric with `text` as its file. `None` if the rubric has faults.
    fn scorer_from(&mut self, entry: &Entry, text: &str) -> Option<Scorer> {
        let rubric = self.bank.parsed_from(entry, text).ok().filter(|rubric| rubric.findings.is_empty())?;
        self.scorers.prepare(rubric.question, &[]).ok()
    }
}

/// The kept insertions and those for `placed`, and the text of the file with all of them. `None` if the phrase cannot
/// be inserted.
fn inserted(
    subject: &Subject<'_>,
    kept: &[Insertion],
    placed: &PlacedPhrase,
    comment: &str,
) -> Option<(Vec<Insertion>, String)> {
    let (_, locations) = subject.own_criteria.get(placed.placement.criterion)?;
    let id = match &placed.target {
        Target::NewConcept { concept } => concept.as_str(),
        _ => "",
    };
    let new = NewPhrase { phrase: &placed.phrase, comment, id };
    let own = insertions(subject.text, locations, placed.placement.slot, &new)?;
    let all: Vec<Insertion> = kept.iter().cloned().chain(own).collect();
    let text = applied(subject.text, &ordered(subject.text, &all.iter().collect::<Vec<_>>()));
    Some((all, text))
}

/// The number of credits that differ from the golden's expectations.
fn differences(scorer: &Scorer, golden: &Golden, workspace: &mut Workspace) -> usize {
    let grade = scorer.grade(&Answer::new("", &golden.text), workspace);
    let decided = grade.criteria.iter().chain(&grade.penalties);
    decided.filter(|one| golden.expect.get(&*one.id).is_some_and(|expected| *expected != one.credit)).count()
}

#[cfg(test)]
#[path = "learner_tests.rs"]
mod tests;
