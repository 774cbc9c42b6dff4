//! An invented grade that the tests of all report formats use.

use crate::model::{
    Advice, Answer, Band, Bands, Basis, Criterion, CriterionGrade, Delivery, Evidence, Explanation, Fingerprint, Flag,
    Grade, Grader, Level, MatchKind, Outcome, Question, QuestionKind, Reference, SCHEMA, SampleLevel, Source, StarPart,
    Status, Tenths, Thousandths,
};

use super::sheet::Sheet;

const ANSWER: &str = "+++\nx = 1\n+++\nOur checkout went down on a Friday. I rolled the release back within five \
    minutes and tested the failovr. I told customers in the status channel. It was Tom's fault.\n";

pub(in crate::report) struct Fixture {
    pub(in crate::report) grade: Grade<'static>,
    pub(in crate::report) question: Question,
    pub(in crate::report) answer: Answer<'static>,
}

impl Fixture {
    pub(in crate::report) fn sheet(&self) -> Sheet<'_> {
        Sheet {
            grade: &self.grade,
            question: &self.question,
            answer: &self.answer,
            note: Some("found from the answer"),
        }
    }
}

/// A grade with one criterion that is met, one partly met, one missed, and a penalty.
pub(in crate::report) fn incident() -> Fixture {
    Fixture { grade: grade(), question: question(), answer: Answer { id: "incident-3.txt", text: ANSWER, body: 14 } }
}

fn question() -> Question {
    Question {
        id: "lead-major-incident".into(),
        topic: "incident-response".into(),
        kind: QuestionKind::Behavioural,
        level: Level::Core,
        prompt: "Pick one serious production outage that you ran, and walk me through it.".into(),
        also_asked: Vec::new(),
        index_only: Vec::new(),
        known_as: Vec::new(),
        drafted: false,
        bands: Bands::default(),
        enough: None,
        criteria: vec![
            criterion("relief-first", 3, "Restores service before looking for the cause."),
            criterion("communication", 3, "Keeps the people concerned informed while it lasts."),
            criterion("follow-up", 2, "Gives each follow-up an owner and a date."),
        ],
        penalties: vec![criterion("blames-a-person", 2, "Blames an individual for the outage.")],
        goldens: Vec::new(),
    }
}

fn criterion(id: &str, points: u32, asks: &str) -> Criterion {
    Criterion {
        id: id.into(),
        points,
        asks: asks.into(),
        advice: None,
        basis: Basis::Count { need: 2 },
        concepts: Vec::new(),
    }
}

fn grade() -> Grade<'static> {
    let relief = vec![
        evidence("rolled the release back", "quick-relief", MatchKind::Stem),
        evidence("release back within five minutes", "quick-relief", MatchKind::Quantity),
        evidence("failovr", "failover", MatchKind::Spelling),
    ];
    Grade {
        schema: SCHEMA,
        id: "incident-3.txt".into(),
        question: "lead-major-incident".into(),
        question_match: None,
        outcome: Outcome::Graded {
            score: Tenths(313),
            earned: Thousandths(2500),
            possible: Thousandths(8000),
            band: Band::Weak,
        },
        calibrated: None,
        grader: Grader::Offline { version: 1 },
        criteria: vec![
            graded("relief-first", 3, 1000, relief),
            graded("communication", 3, 500, vec![evidence("status channel", "audience", MatchKind::Exact)]),
            graded("follow-up", 2, 0, Vec::new()),
        ],
        penalties: vec![graded("blames-a-person", 2, 1000, vec![evidence("Tom's fault", "blame", MatchKind::Exact)])],
        flags: vec![Flag::Stuffed],
        delivery: delivery(),
        references: vec![Reference {
            question: "lead-major-incident".into(),
            level: SampleLevel::Strong,
            excerpt: "Each action got one owner and a date, and I read the list out a week later.".into(),
            criterion: "follow-up".into(),
        }],
        advice: vec![
            Advice { criterion: "follow-up".into(), text: "Say who would do what by when.".into() },
            Advice { criterion: "blames-a-person".into(), text: "Say what the system allowed.".into() },
        ],
        fallback: None,
        incomplete_judges: Vec::new(),
        usage: None,
        fingerprint: Fingerprint([7; 32]),
    }
}

fn delivery() -> Delivery {
    let part = |part: &'static str| StarPart { part: part.into(), start: 14, end: 20 };
    Delivery {
        words: 42,
        sentences: 4,
        fillers: 0,
        words_per_minute: None,
        star: vec![part("situation"), part("action")],
    }
}

fn graded(id: &'static str, points: u32, credit: u32, evidence: Vec<Evidence<'static>>) -> CriterionGrade<'static> {
    let missing = if credit == 500 { vec!["update-rhythm".into(), "one-voice".into()] } else { Vec::new() };
    CriterionGrade {
        id: id.into(),
        points,
        earned: Thousandths(points * credit),
        credit: Thousandths(credit),
        source: Source::Offline,
        status: Status::of(Thousandths(credit)),
        evidence,
        missing,
        why: Explanation::Count { found: 1, of: 3, need: 2, halved: 0 },
        spread: None,
        votes: Vec::new(),
        offline: None,
    }
}

fn evidence(quote: &'static str, concept: &'static str, how: MatchKind) -> Evidence<'static> {
    let start = ANSWER.find(quote).expect("the quote is in the answer");
    Evidence { start, end: start + quote.len(), quote: quote.into(), concept: concept.into(), how, half: false }
}
