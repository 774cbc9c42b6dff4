//! Grades one answer: finds phrases, computes credits and points, and sets flags.
//!
//! Takes a prepared [`Scorer`] and an answer, and gives a [`Grade`] that borrows from both. Passages of sample answers,
//! verdicts of judges and calibration are added by other modules.

use hashbrown::HashMap;
use std::borrow::Cow;

use super::credit::{self, ConceptHit, ConceptHits};
use super::criteria::CriterionGrader;
use super::fingerprint::VERSION;
use super::injection;
use super::language;
use super::listing::Listing;
use super::points::Share;
use super::rubric::{Scorer, Weighing};
use super::signals::{self, STORY_PARTS, Signals};
use super::theory::is_theory_only;
use super::word_runs::Repetition;
use crate::model::{
    Advice, Answer, Band, Concept, Criterion, CriterionGrade, Delivery, Fingerprint, Flag, Grade, Grader, Outcome,
    Question, StarPart, Status, Tenths, Thousandths,
};
use crate::pattern::{Hit, Scratch};
use crate::text::{Document, Lexicon, StanceWord, Stances};

/// Smallest number of words of an answer that can be off-topic.
const OFF_TOPIC_MIN_WORDS: usize = 40;
/// Greatest number of concepts in an answer that can be flagged as off-topic, or as addressing the grader because of
/// its words about grading.
const OFF_TOPIC_MAX_CONCEPTS: usize = 2;
/// Percentage of content words in common with the question and its samples at or above which an answer is not
/// off-topic. Answers to questions without samples are never off-topic, because even an honest answer may have as few
/// words in common with such a question as an answer to another question.
const ON_TOPIC_SHARED_PERCENT: usize = 25;

/// Buffers for grading in one thread, with what was learned about words. Their content never changes a grade.
#[derive(Default)]
pub struct Workspace {
    pub(super) lexicon: Lexicon,
    pub(super) document: Document,
    scratches: HashMap<[u8; 32], Scratch>,
    signal_scratch: Scratch,
    /// Text that was decoded from the answer while looking for instructions to the grader.
    decoded: Document,
    pub(super) hits: Vec<Hit>,
    signal_hits: Vec<Hit>,
    sentences: Vec<HitWeight>,
    concept_hits: Vec<ConceptHits>,
    repetition: Repetition,
    listing: Listing,
    pub(super) stances: Stances,
}

/// How hits in a sentence count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum HitWeight {
    #[default]
    Full,
    Half,
    /// The sentence mostly repeats the question, so that its hits do not count.
    Echo,
}

impl Workspace {
    /// A workspace without any knowledge about words.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the answer and finds all phrases of the rubric in it.
    pub(super) fn find(&mut self, scorer: &Scorer, answer: &Answer<'_>) {
        self.lexicon.trim();
        self.document.read(answer.text, answer.body, &mut self.lexicon);
        let scratch = self.scratches.entry(scorer.fingerprint.0).or_default();
        self.hits.clear();
        scorer.matcher.find_hits(&self.document, &mut self.lexicon, scratch, &mut self.hits);
        self.repetition.find(&scorer.runs, &self.document, &self.lexicon);
        self.listing.read(&self.document, &self.lexicon);
        self.sentences.clear();
        self.sentences.resize(self.document.sentences().len(), HitWeight::Full);
        for hits in self.hits.chunk_by(|one, other| one.sentence == other.sentence) {
            let number = hits[0].sentence as usize;
            let sentence = self.document.sentences()[number];
            self.sentences[number] = if self.repetition.is_echo(sentence) {
                HitWeight::Echo
            } else if self.listing.is_bare(&scorer.targets, &self.document, &self.lexicon, sentence, hits) {
                HitWeight::Half
            } else {
                HitWeight::Full
            };
        }
    }

    /// How a hit counts. For weighed concepts, an echo of the question does not matter: words of the question have
    /// little weight, and a short answer is often one sentence that repeats the question. For these concepts, only
    /// stretches without function words matter, and only if no reference answer contains such a stretch.
    pub(super) fn hit_weight(&self, hit: &Hit, weighing: Weighing) -> HitWeight {
        match (weighing, self.sentences[hit.sentence as usize]) {
            (Weighing::Counted, weight @ (HitWeight::Echo | HitWeight::Half)) => weight,
            (Weighing::Counted | Weighing::Weighed, _) if self.listing.is_in_stretch(hit) => HitWeight::Half,
            _ => HitWeight::Full,
        }
    }

    fn find_signals(&mut self, answer: &Answer<'_>) -> Signals {
        let Self { document, decoded, lexicon, signal_scratch, signal_hits, .. } = self;
        let matcher = signals::matcher();
        signal_hits.clear();
        matcher.find_hits(document, lexicon, signal_scratch, signal_hits);
        let mut signals = signals::collect(signal_hits, document);
        let mut is_order = |text: &str| {
            decoded.read(text, 0, lexicon);
            signal_hits.clear();
            matcher.find_hits(decoded, lexicon, signal_scratch, signal_hits);
            signals::collect(signal_hits, decoded).is_hidden_order(decoded.tokens().len())
        };
        let body = answer.text.get(answer.body..).unwrap_or_default();
        signals.addresses_grader =
            signals.addresses_grader || injection::addresses_grader(body, signals.is_obscured, &mut is_order);
        signals
    }

    /// Collects the best hits of each concept.
    fn collect_concept_hits(&mut self, scorer: &Scorer) {
        self.concept_hits.clear();
        self.concept_hits.resize(scorer.concepts, ConceptHits::default());
        for number in 0..self.hits.len() {
            let mut hit = self.hits[number];
            let concept = scorer.targets[hit.phrase as usize].concept as usize;
            let weighing = scorer.weighing[concept];
            let weight = self.hit_weight(&hit, weighing);
            if weight == HitWeight::Echo {
                continue;
            }
            if weighing == Weighing::Counted {
                let is_penalty = scorer.targets[hit.phrase as usize].place.penalty;
                if self.is_rejected(&hit, is_penalty) != hit.asks_rejection {
                    continue;
                }
                hit.negated = false; // because a phrase may ask for a rejection
            }
            self.concept_hits[concept].add(ConceptHit::new(hit, weight == HitWeight::Half));
        }
    }

    /// The words that decide the stance towards the hit.
    pub(super) fn reasons(&mut self, hit: &Hit) -> Vec<StanceWord> {
        let Self { stances, document, lexicon, .. } = self;
        stances.reasons(document, lexicon, hit.sentence as usize, (hit.first, hit.last))
    }

    /// Whether the speaker rejects what the hit mentions. Wrong claims, for which there are penalties, are often made in
    /// words that dismiss something else, so that only a grammatical negation rejects them.
    pub(super) fn is_rejected(&mut self, hit: &Hit, is_penalty: bool) -> bool {
        if hit.negated || hit.denies || (is_penalty && !hit.asks_rejection) {
            return hit.negated;
        }
        let Self { stances, document, lexicon, .. } = self;
        stances.is_rejected(document, lexicon, hit.sentence as usize, (hit.first, hit.last))
    }
}

impl Scorer {
    /// Grades an answer. The grade depends only on the answer and the rubric. An answer without words, or with more
    /// than [`Answer::LARGEST`] bytes, is ungraded.
    pub fn grade<'a>(&'a self, answer: &Answer<'a>, workspace: &mut Workspace) -> Grade<'a> {
        self.grade_with_fingerprint(answer, self.fingerprint_of(answer), workspace)
    }

    /// Grades an answer with a fingerprint that [`Self::fingerprint_of`] has already computed for it.
    pub fn grade_with_fingerprint<'a>(
        &'a self,
        answer: &Answer<'a>,
        fingerprint: Fingerprint,
        workspace: &mut Workspace,
    ) -> Grade<'a> {
        self.grade_within(Answer::LARGEST, answer, fingerprint, workspace)
    }

    /// Grades an answer with a length limit other than [`Answer::LARGEST`].
    pub(super) fn grade_within<'a>(
        &'a self,
        limit: usize,
        answer: &Answer<'a>,
        fingerprint: Fingerprint,
        workspace: &mut Workspace,
    ) -> Grade<'a> {
        if let Err(too_long) = answer.check_length_within(limit) {
            let reason = format!("{too_long}: {}", too_long.hint());
            return self.ungraded(answer, fingerprint, Cow::Owned(reason));
        }
        workspace.find(self, answer);
        let signals = workspace.find_signals(answer);
        workspace.collect_concept_hits(self);
        let words = workspace.document.tokens().len();
        if words == 0 {
            let grade = self.ungraded(answer, fingerprint, Cow::Borrowed("the answer has no words"));
            return Grade { flags: vec![Flag::Empty], ..grade };
        }
        let mut grade = self.ungraded(answer, fingerprint, Cow::Borrowed(""));
        let criteria_concepts: usize = self.question.criteria.iter().map(|criterion| criterion.concepts.len()).sum();
        let (earning, losing) = workspace.concept_hits.split_at(criteria_concepts);
        let counted = earning.iter().zip(&self.weighing).filter(|(_, weighing)| **weighing == Weighing::Counted);
        let stuffed = credit::is_stuffed(counted.filter_map(|(concept_hits, _)| concept_hits.affirmed));
        let document = &workspace.document;
        let theory = is_theory_only(&self.question, document, &workspace.lexicon, signals.admits_theory);
        let most = if stuffed { self.share_of_full_score(3) } else { Share::WHOLE };
        let deeds = if theory { most.min(self.share_of_full_score(2)) } else { most };
        grade.criteria = CriterionGrader { answer, document, most: deeds }.grade_all(&self.question.criteria, earning);
        grade.penalties = CriterionGrader { answer, document, most }.grade_all(&self.question.penalties, losing);
        grade.flags = self.flags(answer, workspace, &signals, stuffed, theory);
        grade.delivery = Delivery {
            words: words as u32,
            sentences: workspace.document.sentences().len() as u32,
            fillers: signals.fillers,
            words_per_minute: None,
            star: self.story(workspace).unwrap_or(signals.star),
        };
        self.set_outcome_and_advice(&mut grade);
        grade
    }

    /// The share of each criterion's points with which all criteria together earn `1 / divisor` of the full score.
    fn share_of_full_score(&self, divisor: u32) -> Share {
        let all = self.question.points();
        Share::new(self.question.enough.unwrap_or(all), all.saturating_mul(divisor))
    }

    /// A grade without a score, with the reason.
    fn ungraded<'a>(&'a self, answer: &Answer<'a>, fingerprint: Fingerprint, reason: Cow<'a, str>) -> Grade<'a> {
        let grader = Grader::Offline { version: VERSION };
        Grade::ungraded(answer.id, &self.question.id, reason, grader, fingerprint)
    }

    /// Sets the outcome and the advice of a grade from its criteria and penalties.
    pub fn set_outcome_and_advice<'a>(&'a self, grade: &mut Grade<'a>) {
        grade.outcome = self.outcome(&grade.criteria, &grade.penalties);
        grade.advice = self.advice(&grade.criteria, &grade.penalties);
    }

    /// The parts of a story as matched by the criterion `star`; `None` if the rubric has no such criterion.
    fn story(&self, workspace: &Workspace) -> Option<Vec<StarPart>> {
        let criteria = &self.question.criteria;
        let at = criteria.iter().position(|criterion| criterion.id == "star")?;
        let before: usize = criteria[..at].iter().map(|criterion| criterion.concepts.len()).sum();
        let star_part = |(concept, concept_hits): (&Concept, &ConceptHits)| {
            let name = STORY_PARTS.into_iter().find(|name| *name == concept.id)?;
            let hit = concept_hits.affirmed?.hit;
            let span = workspace.document.span(hit.first, hit.last);
            Some(StarPart { part: Cow::Borrowed(name), start: span.start, end: span.end })
        };
        Some(criteria[at].concepts.iter().zip(&workspace.concept_hits[before..]).filter_map(star_part).collect())
    }

    /// The band for these credits: first those of all criteria, then those of all penalties.
    pub fn band_of(&self, credits: impl IntoIterator<Item = Thousandths>) -> Band {
        let Question { criteria, penalties, bands, .. } = &self.question;
        let all = criteria.iter().map(|of| (of, false)).chain(penalties.iter().map(|of| (of, true)));
        let (mut earned, mut lost) = (0, 0);
        for ((criterion, is_penalty), credit) in all.zip(credits) {
            *(if is_penalty { &mut lost } else { &mut earned }) += criterion.points * credit.0;
        }
        bands.of(self.score_and_points(earned, lost).0)
    }

    /// The score, and the points earned after deductions. `earned` are the points before deductions and `lost` the
    /// deductions, both in thousandths of a point.
    fn score_and_points(&self, earned: u32, lost: u32) -> (Tenths, Thousandths) {
        let possible = self.question.possible();
        let earned = Thousandths(earned.saturating_sub(lost).min(possible.0));
        (Tenths::share(earned, possible), earned)
    }

    fn outcome<'a>(&self, criteria: &[CriterionGrade<'_>], penalties: &[CriterionGrade<'_>]) -> Outcome<'a> {
        let sum = |grades: &[CriterionGrade<'_>]| grades.iter().map(|grade| grade.earned.0).sum::<u32>();
        let (score, earned) = self.score_and_points(sum(criteria), sum(penalties));
        Outcome::Graded { score, earned, possible: self.question.possible(), band: self.question.bands.of(score) }
    }

    fn flags(
        &self,
        answer: &Answer<'_>,
        workspace: &Workspace,
        signals: &Signals,
        stuffed: bool,
        theory: bool,
    ) -> Vec<Flag> {
        let (document, repetition) = (&workspace.document, &workspace.repetition);
        let words = document.tokens().len();
        let echo_sentences = || document.sentences().iter().filter(|sentence| repetition.is_echo(**sentence));
        let found = workspace.concept_hits.iter().filter(|hits| hits.worth(false) > 0).count();
        let conditions = [
            (Flag::TooShort, words < self.few_words),
            (Flag::Echo, echo_sentences().map(|sentence| sentence.len() as usize).sum::<usize>() * 2 > words),
            (Flag::RepeatsItself, repetition.repeats_itself),
            (Flag::CopiedSample, repetition.copies_sample),
            (Flag::Stuffed, stuffed),
            (
                Flag::AddressesTheGrader,
                signals.addresses_grader || (found <= OFF_TOPIC_MAX_CONCEPTS && signals.is_about_grading(words)),
            ),
            (
                Flag::OffTopic,
                found <= OFF_TOPIC_MAX_CONCEPTS
                    && words >= OFF_TOPIC_MIN_WORDS
                    && self.runs.has_samples
                    && self.runs.shared_words(document, &workspace.lexicon) < ON_TOPIC_SHARED_PERCENT,
            ),
            (Flag::TheoryOnly, theory),
            (Flag::NotEnglish, language::is_not_english(answer, document, &workspace.lexicon)),
        ];
        conditions.into_iter().filter_map(|(flag, holds)| holds.then_some(flag)).collect()
    }

    fn advice<'a>(&'a self, criteria: &[CriterionGrade<'_>], penalties: &[CriterionGrade<'_>]) -> Vec<Advice<'a>> {
        let not_met = self.question.criteria.iter().zip(criteria).filter(|(_, grade)| grade.status != Status::Met);
        let incurred =
            self.question.penalties.iter().zip(penalties).filter(|(_, grade)| grade.status != Status::Missed);
        let advice = |criterion: &'a Criterion| {
            let text = criterion.advice.as_deref()?;
            Some(Advice { criterion: Cow::Borrowed(&criterion.id), text: Cow::Borrowed(text) })
        };
        not_met.chain(incurred).filter_map(|(criterion, _)| advice(criterion)).collect()
    }
}
