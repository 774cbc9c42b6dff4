//! Notes about the judges of a grade: their models and usage, and where the offline scorer replaced them.

use crate::model::{CriterionGrade, Grade, Grader, Source};
use crate::wording::counted;

/// Models, samples, vote and usage of the judges; `None` for an offline grade.
pub(super) fn judge(grade: &Grade<'_>) -> Option<String> {
    let Grader::Llm { model, samples, others, vote, .. } = &grade.grader else { return None };
    let names: Vec<&str> =
        std::iter::once(model).chain(others.iter().map(|of| &of.model)).map(String::as_str).collect();
    let mut parts = vec![format!("Judge: {}", names.join(" and "))];
    if grade.criteria.iter().chain(&grade.penalties).all(|one| one.source == Source::Fallback) {
        parts.push("decided nothing".to_owned());
    }
    if *samples > 1 {
        parts.push(format!("{samples} samples"));
    }
    parts.extend(vote.map(|vote| format!("{} of verdicts", vote.name())));
    if let Some(usage) = grade.usage {
        parts.push(format!("{} tokens sent, {} received", usage.prompt_tokens, usage.completion_tokens));
        parts.extend(usage.cost.map(|cost| format!("cost {}", price(cost))));
    }
    Some(parts.join(", "))
}

/// A cost with two to six decimals, as many as it needs.
pub(in crate::report) fn price(cost: f64) -> String {
    let text = format!("{cost:.6}");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let decimals = decimals.trim_end_matches('0');
    format!("{whole}.{decimals:0<2}")
}

/// The part of the grade that the offline scorer decided instead of the judge, and the reason. `None` if the judge
/// decided everything.
pub(super) fn fallback(grade: &Grade<'_>) -> Option<String> {
    let reason = grade.fallback.as_deref()?;
    let all = grade.criteria.iter().chain(&grade.penalties);
    let (offline, judged): (Vec<_>, Vec<_>) = all.partition(|one| one.source == Source::Fallback);
    Some(if judged.is_empty() {
        format!("Graded offline instead of by the judge: {reason}")
    } else {
        let all = offline.len() + judged.len();
        format!("{} of {all} decided offline instead of by the judge: {reason}", counted(offline.len(), "criterion"))
    })
}

/// A line for each judge that did not decide every criterion.
pub(super) fn incomplete_judges(grade: &Grade<'_>) -> Vec<String> {
    grade.incomplete_judges.iter().map(|note| format!("Judge did not decide everything: {note}")).collect()
}

/// Remarks on a criterion that was for a judge to decide: who decided it, and disagreement between judges or with the
/// offline scorer.
pub(super) fn remarks(graded: &CriterionGrade<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if graded.source == Source::Llm && graded.why.to_string().trim().is_empty() {
        remarks.push("decided by the judge".to_owned());
    }
    if graded.source == Source::Fallback {
        remarks.push("decided offline: the judge gave no verdict".to_owned());
    }
    if graded.spread.is_some_and(|(low, high)| low != high) {
        let votes: Vec<String> = graded.votes.iter().map(|vote| format!("{} {}", vote.model, vote.credit)).collect();
        remarks.push(match (votes.as_slice(), graded.spread) {
            ([], Some((low, high))) => format!("verdicts from {low} to {high}"),
            (votes, _) => format!("verdicts differ: {}", votes.join(", ")),
        });
    }
    if let (true, Some(offline)) = (graded.is_disputed(), graded.offline) {
        remarks.push(format!("the offline scorer gives {offline} of 1, the judge {}", graded.credit));
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Ballot, Explanation, Thousandths, Usage, Vote};
    use crate::report::grade::fixture;

    fn judged() -> Grade<'static> {
        let mut grade = fixture::incident().grade;
        grade.grader = Grader::Llm {
            provider: "openai".to_owned(),
            model: "small".to_owned(),
            samples: 3,
            others: Vec::new(),
            vote: Some(Vote::Median),
            prompt: 1,
            version: 1,
        };
        grade.usage = Some(Usage { prompt_tokens: 900, completion_tokens: 80, cost: Some(0.00125) });
        grade
    }

    #[test]
    fn the_judge_is_named_with_its_usage() {
        let note = "Judge: small, 3 samples, median of verdicts, 900 tokens sent, 80 received, cost 0.00125";
        assert_eq!(judge(&judged()).as_deref(), Some(note));
        assert_eq!(judge(&fixture::incident().grade), None);
        assert_eq!([0.0, 1.5, 12.34567].map(price), ["0.00", "1.50", "12.34567"]);
    }

    #[test]
    fn a_fallback_is_reported_for_all_criteria_or_for_some() {
        let mut grade = judged();
        assert_eq!(fallback(&grade), None);
        grade.fallback = Some("no reply".into());
        grade.criteria[0].source = Source::Fallback;
        grade.criteria[1..].iter_mut().chain(&mut grade.penalties).for_each(|one| one.source = Source::Llm);
        let all = grade.criteria.len() + grade.penalties.len();
        let note = format!("1 criterion of {all} decided offline instead of by the judge: no reply");
        assert_eq!(fallback(&grade), Some(note));
        grade.criteria.iter_mut().chain(&mut grade.penalties).for_each(|one| one.source = Source::Fallback);
        assert_eq!(fallback(&grade).as_deref(), Some("Graded offline instead of by the judge: no reply"));
    }

    #[test]
    fn disagreement_is_reported() {
        let mut graded = judged().criteria.remove(0);
        graded.source = Source::Llm;
        graded.spread = Some((Thousandths(0), Thousandths(1000)));
        graded.votes = [("a", 0), ("b", 1000)]
            .map(|(model, credit)| Ballot { model: model.into(), credit: Thousandths(credit) })
            .to_vec();
        graded.offline = Some(Thousandths(graded.credit.0.abs_diff(1000)));
        let note = remarks(&graded);
        assert_eq!(note[0], "verdicts differ: a 0, b 1");
        let (offline, judge) = (graded.credit.0.abs_diff(1000), graded.credit);
        assert_eq!(note[1], format!("the offline scorer gives {} of 1, the judge {judge}", Thousandths(offline)));
        graded.why = Explanation::Text("".into());
        assert_eq!(remarks(&graded)[0], "decided by the judge");
    }

    #[test]
    fn judges_that_did_not_decide_everything_are_named() {
        let mut grade = judged();
        grade.incomplete_judges = vec!["b gave no reply".into()];
        assert_eq!(incomplete_judges(&grade), ["Judge did not decide everything: b gave no reply"]);
    }
}
