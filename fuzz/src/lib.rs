//! Invariants of every grade, phrase error, hit and finding, for any input.
//!
//! The fuzz targets and `tests/properties.rs` use these checks. A failed check panics with the faulty value.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use gradus::bank::{Bank, DraftQuestion, Finding, draft, questions_from_corpus};
use gradus::model::{Answer, Basis, CriterionGrade, Explanation, Flag, Grade, Outcome, Question, Status};
use gradus::pattern::{Hit, PhraseError};
use gradus::score::Scorer;
use gradus::text::Document;

/// Scorers for the questions of the shipped bank, followed by scorers for drafted questions.
pub static SCORERS: LazyLock<Vec<Scorer>> = LazyLock::new(|| {
    let shipped = gradus::engine::shipped_bank();
    let drafted = drafted(&shipped);
    let scorers = |bank: &Bank| {
        let vocabulary = bank.vocabulary().expect("the shipped synonyms have no faults");
        let scorer = |entry| bank.scorer(entry, &vocabulary).expect("the rubrics have no faults");
        bank.entries().iter().map(scorer).collect::<Vec<Scorer>>()
    };
    scorers(&shipped).into_iter().chain(scorers(&drafted)).collect()
});

/// A bank of rubrics drafted from the strong samples of three shipped questions, and from references with negations.
fn drafted(shipped: &Bank) -> Bank {
    let mut questions = questions_from_corpus(shipped.files(), Some(shipped)).expect("the shipped corpus is valid");
    questions.truncate(3);
    let denying = r#"{"id": "gap", "prompt": "Why is it dark in the long corridor of the house?", "references":
        ["The lamp is not connected to the battery.", "There is a gap: no current flows through the open switch."]}"#;
    let denying = serde_json::from_str(denying).expect("an object");
    questions.push(DraftQuestion::from_fields(&denying).expect("a question"));
    let synonyms = shipped.synonyms().expect("sound");
    let related = shipped.related().expect("sound");
    let files = draft(&questions, "drafted", &synonyms, &related).expect("words");
    gradus::engine::bank_from_texts(files.into_iter().map(|file| (file.name, file.text)))
}

/// Panics unless evidence is at its offsets, points follow from credits, and the score follows from points.
pub fn assert_valid_grade(question: &Question, answer: &Answer<'_>, grade: &Grade<'_>) {
    for part in &grade.delivery.star {
        assert_is_span(answer, part.start, part.end);
    }
    match &grade.outcome {
        Outcome::Ungraded { .. } => {
            assert!(grade.flags.contains(&Flag::Empty), "an ungraded answer must have the flag empty");
            assert!(
                grade.criteria.is_empty() && grade.penalties.is_empty(),
                "an ungraded answer must not have verdicts"
            );
        }
        Outcome::Graded { score, earned, possible, band } => {
            assert_valid_criteria(question, answer, grade);
            let sum = |grades: &[CriterionGrade<'_>]| grades.iter().map(|grade| u64::from(grade.earned.0)).sum();
            let (plus, minus): (u64, u64) = (sum(&grade.criteria), sum(&grade.penalties));
            let points: u64 = question.criteria.iter().map(|criterion| u64::from(criterion.points)).sum();
            let enough = question.enough.map_or(points, u64::from);
            let most_of = |flag, part| if grade.flags.contains(&flag) { (enough, part * points) } else { (1, 1) };
            let (stuffed, theory) = (most_of(Flag::Stuffed, 3), most_of(Flag::TheoryOnly, 2));
            assert_adds_up(&grade.criteria, plus, if stuffed == (1, 1) { theory } else { stuffed });
            assert_adds_up(&grade.penalties, minus, stuffed);
            let most = enough * 1000;
            let held = plus.saturating_sub(minus).min(most);
            assert_eq!((u64::from(earned.0), u64::from(possible.0)), (held, most), "earned and possible");
            assert_eq!(u64::from(score.0), half_up(held * 1000, most), "the score of {held} in {most}");
            assert!(score.0 <= 1000, "score {score}");
            assert_eq!(*band, question.bands.of(*score));
        }
    }
}

/// Panics unless `sum`, in thousandths of a point, is the exact sum of the earned points, rounded to the nearest
/// thousandth. A criterion whose concepts are counted earns at most the share `most` of its points.
fn assert_adds_up(decided: &[CriterionGrade<'_>], sum: u64, most: (u64, u64)) {
    let shares = decided.iter().map(|one| match one.why {
        Explanation::Count { found, need, halved, .. } => {
            let (found, need) = (u64::from(2 * found - halved), 2 * u64::from(need.max(1)));
            let found = found.min(need);
            (one, if most.1 * found > most.0 * need { most } else { (found, need) })
        }
        _ => (one, (u64::from(one.credit.0), 1000)),
    });
    let shares: Vec<_> = shares.collect();
    let common: u64 = shares.iter().map(|(_, (_, of))| *of).collect::<BTreeSet<u64>>().into_iter().product();
    let exact: u64 = shares.iter().map(|(one, (part, of))| 1000 * u64::from(one.points) * part * (common / of)).sum();
    assert!(2 * (sum * common).abs_diff(exact) <= common, "{sum} thousandths are not {exact} / {common}");
}

/// The quotient, rounded half up. 0 if the divisor is 0.
fn half_up(dividend: u64, divisor: u64) -> u64 {
    let Some(whole) = dividend.checked_div(divisor) else { return 0 };
    whole + u64::from(dividend % divisor * 2 >= divisor)
}

fn assert_is_span(answer: &Answer<'_>, start: usize, end: usize) {
    assert!(
        answer.body <= start && start < end,
        "the span {start}..{end} must be inside the body, which starts at {}",
        answer.body
    );
    assert!(answer.text.get(start..end).is_some(), "{start}..{end} is not on character boundaries of the answer");
}

fn assert_valid_criteria(question: &Question, answer: &Answer<'_>, grade: &Grade<'_>) {
    for (criteria, decided) in [(&question.criteria, &grade.criteria), (&question.penalties, &grade.penalties)] {
        assert_eq!(criteria.len(), decided.len(), "each criterion is decided once");
        for (criterion, decided) in criteria.iter().zip(decided) {
            assert_eq!((&*decided.id, decided.points), (&*criterion.id, criterion.points));
            assert_valid_credit(answer, decided);
            let found = decided.evidence.iter().map(|evidence| &*evidence.concept);
            let named: Vec<&str> = found.chain(decided.missing.iter().map(|id| &**id)).collect();
            let all: BTreeSet<&str> = criterion.concepts.iter().map(|concept| concept.id.as_str()).collect();
            let once: BTreeSet<&str> = named.iter().copied().collect();
            assert_eq!(named.len(), once.len(), "each concept of {} is found or missing, once", decided.id);
            match &criterion.basis {
                Basis::Count { .. } => assert_eq!(once, all, "the concepts of {}", decided.id),
                // A grade reports only the best fitting of several references.
                Basis::Coverage { .. } => assert!(once.is_subset(&all), "the concepts of {}", decided.id),
            }
        }
    }
}

fn assert_valid_credit(answer: &Answer<'_>, decided: &CriterionGrade<'_>) {
    let CriterionGrade { id, credit, earned, points, evidence, status, .. } = decided;
    assert!(credit.0 <= 1000, "{id}: a credit of {credit}");
    // A credit is rounded to a thousandth, and earned points may be rounded up to make the sum exact, so both may
    // differ by half a thousandth per point.
    assert!((2 * earned.0).abs_diff(2 * points * credit.0) <= points + 1, "{id}: {earned} of {points} at {credit}");
    assert!(credit.0 == 0 || !evidence.is_empty(), "{id}: credit without evidence");
    let expected = match credit.0 {
        0 => Status::Missed,
        1000 => Status::Met,
        _ => Status::Partial,
    };
    assert_eq!(*status, expected, "{id}: the status of a credit of {credit}");
    for evidence in evidence {
        assert_is_span(answer, evidence.start, evidence.end);
        assert_eq!(evidence.quote, answer.text[evidence.start..evidence.end], "{id}: the quote");
    }
}

/// Panics unless the position of the error is a slice of the phrase.
pub fn assert_error_position(phrase: &str, error: &PhraseError) {
    let PhraseError { at, message, .. } = error;
    assert!(at.start <= at.end, "{phrase:?}: {message} at {at:?}");
    assert!(phrase.get(at.clone()).is_some(), "{phrase:?}: {message} at {at:?}, which is not a slice of the phrase");
}

/// Panics unless every hit is inside its sentence and belongs to a known phrase.
pub fn assert_hits_within(document: &Document, phrases: usize, hits: &[Hit]) {
    for hit in hits {
        let sentence = document.sentences().get(hit.sentence as usize).expect("a hit is in a sentence");
        assert!((hit.phrase as usize) < phrases, "{hit:?} of {phrases} phrases");
        assert!(hit.first <= hit.last, "{hit:?}");
        assert!(sentence.first <= hit.first && hit.last < sentence.end, "{hit:?} in {sentence:?}");
    }
}

/// Panics unless every finding is in a file of the bank, at the line and column that an editor shows.
pub fn assert_findings_within(bank: &Bank, findings: &[Finding]) {
    for finding in findings {
        let text = bank.files().text(&finding.file).expect("a finding is in a file of the bank");
        let before = text.get(..finding.start).expect("a finding starts in its file");
        assert!(text.get(finding.start..finding.end).is_some(), "{finding} ends outside its file");
        let (_, line) = before.rsplit_once('\n').unwrap_or(("", before));
        let place = (before.split('\n').count(), line.chars().count() + 1);
        assert_eq!((finding.line, finding.column), place, "{finding}");
    }
}
