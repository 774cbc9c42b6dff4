//! One answer to one grade.

use hashbrown::HashMap;
use std::borrow::Cow;

use super::credit::{self, Found};
use super::listing::Listing;
use super::print;
use super::rubric::Scorer;
use super::runs::Repetition;
use super::signals::{self, STORY_PARTS, Signals};
use crate::model::{
    Advice, Answer, Concept, Criterion, CriterionGrade, Delivery, Evidence, Flag, Grade, Grader, Outcome, SCHEMA,
    Source, StarPart, Status, Tenths, Thousandths, Why,
};
use crate::pattern::{Hit, Scratch};
use crate::text::{Document, Lexicon};

/// Version of the rules by which this module grades. It grows whenever a grade may change.
pub const VERSION: u32 = 1;

/// Answers with fewer words are flagged.
const FEW_WORDS: usize = 25;
/// Answers with fewer words are never called off-topic ...
const ENOUGH_WORDS: usize = 40;
/// ... nor are answers in which more concepts were found ...
const FEW_CONCEPTS: usize = 2;
/// ... or that share this much of their content words, in percent, with the question and its samples.
const SHARED_WORDS: usize = 25;

/// What a thread needs for grading: buffers, and what it has learned about words. Never changes a grade.
#[derive(Default)]
pub struct Workspace {
    pub(super) lexicon: Lexicon,
    pub(super) document: Document,
    scratches: HashMap<[u8; 32], Scratch>,
    signal_scratch: Scratch,
    pub(super) hits: Vec<Hit>,
    signal_hits: Vec<Hit>,
    sentences: Vec<Standing>,
    found: Vec<Option<Found>>,
    repetition: Repetition,
    listing: Listing,
}

/// What counts in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Standing {
    #[default]
    Full,
    Half,
    /// Only repeats the question.
    Echo,
}

impl Workspace {
    /// Has learned nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the answer and finds every phrase of the rubric in it.
    pub(super) fn find(&mut self, scorer: &Scorer, answer: &Answer<'_>) {
        self.lexicon.trim();
        self.document.read(answer.text, answer.body, &mut self.lexicon);
        let scratch = self.scratches.entry(scorer.print.0).or_default();
        self.hits.clear();
        scorer.matcher.run(&self.document, &mut self.lexicon, scratch, &mut self.hits);
        self.repetition.find(&scorer.runs, &self.document, &self.lexicon);
        self.listing.read(&self.document, &self.lexicon);
        self.sentences.clear();
        self.sentences.resize(self.document.sentences().len(), Standing::Full);
        for hits in self.hits.chunk_by(|one, other| one.sentence == other.sentence) {
            let number = hits[0].sentence as usize;
            let sentence = self.document.sentences()[number];
            self.sentences[number] = if self.repetition.is_echo(sentence) {
                Standing::Echo
            } else if self.listing.is_bare(scorer, (&self.document, &self.lexicon), sentence, hits) {
                Standing::Half
            } else {
                Standing::Full
            };
        }
    }

    /// What a hit counts for by where it stands.
    pub(super) fn standing(&self, hit: &Hit) -> Standing {
        match self.sentences[hit.sentence as usize] {
            Standing::Full if self.listing.is_in_stretch(hit) => Standing::Half,
            standing => standing,
        }
    }

    fn find_signals(&mut self) -> Signals {
        self.signal_hits.clear();
        signals::matcher().run(&self.document, &mut self.lexicon, &mut self.signal_scratch, &mut self.signal_hits);
        signals::read(&self.signal_hits, &self.document)
    }

    /// What was found of each concept.
    fn note_hits(&mut self, scorer: &Scorer) {
        self.found.clear();
        self.found.resize(scorer.concepts, None);
        for hit in self.hits.iter().filter(|hit| !hit.negated) {
            let half = match self.standing(hit) {
                Standing::Echo => continue,
                standing => standing == Standing::Half,
            };
            let concept = scorer.targets[hit.phrase as usize].concept as usize;
            credit::note(&mut self.found[concept], *hit, half);
        }
    }
}

impl Scorer {
    /// Grades an answer. What comes out depends on the answer and the rubric alone.
    pub fn grade<'a>(&'a self, answer: &Answer<'a>, workspace: &mut Workspace) -> Grade<'a> {
        workspace.find(self, answer);
        let signals = workspace.find_signals();
        workspace.note_hits(self);
        let words = workspace.document.tokens().len();
        let mut grade = Grade {
            schema: SCHEMA,
            id: Cow::Borrowed(answer.id),
            question: Cow::Borrowed(&self.question.id),
            outcome: Outcome::Ungraded { reason: Cow::Borrowed("the answer has no words") },
            grader: Grader::Offline { version: VERSION },
            criteria: Vec::new(),
            penalties: Vec::new(),
            flags: vec![Flag::Empty],
            delivery: Delivery::default(),
            references: Vec::new(),
            advice: Vec::new(),
            usage: None,
            fingerprint: print::answer(self.print, answer),
        };
        if words == 0 {
            return grade;
        }
        let criteria_concepts: usize = self.question.criteria.iter().map(|criterion| criterion.concepts.len()).sum();
        let (earning, losing) = workspace.found.split_at(criteria_concepts);
        let stuffed = credit::is_stuffed(earning.iter().flatten());
        let decide = Decide { answer, document: &workspace.document, stuffed };
        grade.criteria = decide.all(&self.question.criteria, earning);
        grade.penalties = decide.all(&self.question.penalties, losing);
        grade.outcome = self.outcome(&grade.criteria, &grade.penalties);
        grade.flags = self.flags(workspace, &signals, stuffed);
        grade.delivery = Delivery {
            words: words as u32,
            sentences: workspace.document.sentences().len() as u32,
            fillers: signals.fillers,
            words_per_minute: None,
            star: self.story(workspace).unwrap_or(signals.star),
        };
        grade.advice = self.advice(&grade.criteria, &grade.penalties);
        grade
    }

    /// The parts of a story as a criterion named `star` found them; `None` where the rubric has none.
    fn story(&self, workspace: &Workspace) -> Option<Vec<StarPart>> {
        let criteria = &self.question.criteria;
        let at = criteria.iter().position(|criterion| criterion.id == "star")?;
        let before: usize = criteria[..at].iter().map(|criterion| criterion.concepts.len()).sum();
        let told = |(concept, found): (&Concept, &Option<Found>)| {
            let name = STORY_PARTS.into_iter().find(|name| *name == concept.id)?;
            let hit = found.as_ref()?.hit;
            let span = workspace.document.span(hit.first, hit.last);
            Some(StarPart { part: Cow::Borrowed(name), start: span.start, end: span.end })
        };
        Some(criteria[at].concepts.iter().zip(&workspace.found[before..]).filter_map(told).collect())
    }

    fn outcome<'a>(&self, criteria: &[CriterionGrade<'_>], penalties: &[CriterionGrade<'_>]) -> Outcome<'a> {
        let sum = |grades: &[CriterionGrade<'_>]| grades.iter().map(|grade| grade.earned.0).sum::<u32>();
        let possible = self.question.possible();
        let earned = Thousandths(sum(criteria).saturating_sub(sum(penalties)).min(possible.0));
        let score = Tenths::share(earned, possible);
        Outcome::Graded { score, earned, possible, band: self.question.bands.of(score) }
    }

    fn flags(&self, workspace: &Workspace, signals: &Signals, stuffed: bool) -> Vec<Flag> {
        let (document, repetition) = (&workspace.document, &workspace.repetition);
        let words = document.tokens().len();
        let echoed = || document.sentences().iter().filter(|sentence| repetition.is_echo(**sentence));
        let found = workspace.found.iter().flatten().count();
        let conditions = [
            (Flag::TooShort, words < FEW_WORDS),
            (Flag::Echo, echoed().map(|sentence| sentence.len() as usize).sum::<usize>() * 2 > words),
            (Flag::RepeatsItself, repetition.repeats_itself),
            (Flag::CopiedSample, repetition.copies_sample),
            (Flag::Stuffed, stuffed),
            (Flag::AddressesTheGrader, signals.to_grader),
            (
                Flag::OffTopic,
                found <= FEW_CONCEPTS
                    && words >= ENOUGH_WORDS
                    && self.runs.shared_words(document, &workspace.lexicon) < SHARED_WORDS,
            ),
        ];
        conditions.into_iter().filter_map(|(flag, holds)| holds.then_some(flag)).collect()
    }

    fn advice<'a>(&'a self, criteria: &[CriterionGrade<'_>], penalties: &[CriterionGrade<'_>]) -> Vec<Advice<'a>> {
        let missed = self.question.criteria.iter().zip(criteria).filter(|(_, grade)| grade.status != Status::Met);
        let incurred =
            self.question.penalties.iter().zip(penalties).filter(|(_, grade)| grade.status != Status::Missed);
        let advice = |criterion: &'a Criterion| {
            let text = criterion.advice.as_deref()?;
            Some(Advice { criterion: Cow::Borrowed(&criterion.id), text: Cow::Borrowed(text) })
        };
        missed.chain(incurred).filter_map(|(criterion, _)| advice(criterion)).collect()
    }
}

/// Decides criteria by what was found of their concepts.
struct Decide<'w, 'a> {
    answer: &'w Answer<'a>,
    document: &'w Document,
    stuffed: bool,
}

impl<'a> Decide<'_, 'a> {
    fn all(&self, criteria: &'a [Criterion], mut found: &[Option<Found>]) -> Vec<CriterionGrade<'a>> {
        let decide = |criterion: &'a Criterion| {
            let (own, rest) = found.split_at(criterion.concepts.len());
            found = rest;
            self.one(criterion, own)
        };
        criteria.iter().map(decide).collect()
    }

    fn one(&self, criterion: &'a Criterion, found: &[Option<Found>]) -> CriterionGrade<'a> {
        let credit = credit::credit(found, criterion.need, self.stuffed);
        let concepts = criterion.concepts.iter().map(|concept| concept.id.as_str()).zip(found);
        let mut evidence = Vec::with_capacity(found.len());
        let mut missing = Vec::new();
        for (concept, found) in concepts {
            match found {
                Some(found) => evidence.push(self.evidence(concept, found)),
                None => missing.push(Cow::Borrowed(concept)),
            }
        }
        CriterionGrade {
            id: Cow::Borrowed(&criterion.id),
            points: criterion.points,
            earned: Thousandths(criterion.points * credit.0),
            credit,
            source: Source::Offline,
            status: Status::of(credit),
            why: Why::Coverage {
                found: evidence.len() as u32,
                of: found.len() as u32,
                need: criterion.need,
                halved: evidence.iter().filter(|evidence| evidence.half).count() as u32,
            },
            evidence,
            missing,
            spread: None,
        }
    }

    fn evidence(&self, concept: &'a str, found: &Found) -> Evidence<'a> {
        let span = self.document.span(found.hit.first, found.hit.last);
        Evidence {
            start: span.start,
            end: span.end,
            quote: Cow::Borrowed(span.of(self.answer.text)),
            concept: Cow::Borrowed(concept),
            how: found.hit.how,
            half: found.half,
        }
    }
}
