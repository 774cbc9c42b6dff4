//! The JSON of a batch. An absent value is `null`, with its reason next to it if the counts do not explain the absence.

use serde_json::{Map, Value, json};

use super::phrases::{BANDS, HARDEST};
use super::types::BatchReport;
use crate::agreement::overview::{
    CriterionStats, HardCriterion, ItemStats, JudgeUsage, QuestionStats, ScoreStats, UngradedAnswers,
};

/// Version of the layout of a batch's JSON.
const SCHEMA: u32 = 1;

impl BatchReport<'_> {
    /// The batch as JSON, described by [`summary_schema`](crate::report::summary_schema).
    pub fn to_json(&self) -> Value {
        let overview = self.overview;
        let flags: Map<_, _> =
            overview.flags.iter().map(|(flag, count)| (flag.name().to_owned(), json!(count))).collect();
        json!({
            "schema": SCHEMA,
            "input": self.input,
            "output": self.output,
            "bank": self.bank,
            "grader": self.grader,
            "calibration": self.calibration,
            "fresh": self.fresh,
            "reused": self.reused,
            "below": self.below,
            "disputed": self.disputed,
            "answers": overview.answers,
            "graded": overview.graded(),
            "fallback": overview.fallback,
            "ungraded": overview.ungraded(),
            "unmatched": overview.unmatched,
            "scores": scores(&overview.scores),
            "flags": flags,
            "questions": overview.questions.iter().map(|(id, answers)| question(id, answers)).collect::<Vec<_>>(),
            "hardest": overview.hardest(HARDEST).iter().map(hard).collect::<Vec<_>>(),
            "not_graded": not_graded(&overview.not_graded),
            "found_questions": self.found_questions,
            "usage": overview.spent.as_ref().map(usage),
        })
    }
}

fn scores(scores: &ScoreStats) -> Value {
    let count = |band| scores.bands.get(&band).copied().unwrap_or(0);
    let bands: Map<_, _> = BANDS.iter().map(|&band| (band.name().to_owned(), json!(count(band)))).collect();
    json!({
        "mean": scores.mean().ok(),
        "median": scores.median().ok(),
        "deviation": scores.deviation().ok(),
        "lowest": scores.lowest,
        "highest": scores.highest,
        "histogram": scores.histogram,
        "bands": bands,
    })
}

fn question(id: &str, answers: &QuestionStats) -> Value {
    json!({
        "id": id,
        "answers": answers.answers,
        "graded": answers.scores.graded,
        "scores": scores(&answers.scores),
        "criteria": answers.criteria.iter().map(criterion).collect::<Vec<_>>(),
        "penalties": answers.penalties.iter().map(penalty).collect::<Vec<_>>(),
    })
}

fn criterion(criterion: &CriterionStats) -> Value {
    let item = &criterion.item;
    let discrimination = match criterion.discrimination() {
        Ok(value) => json!({ "value": value }),
        Err(absent) => json!({ "value": null, "reason": absent.to_string() }),
    };
    json!({
        "id": item.id,
        "points": item.points,
        "decided": item.decided,
        "hit": item.hit_rate().ok(),
        "no_credit": item.missed_rate().ok(),
        "credit": item.mean_credit().ok(),
        "discrimination": discrimination,
    })
}

fn penalty(item: &ItemStats) -> Value {
    json!({
        "id": item.id,
        "points": item.points,
        "decided": item.decided,
        "applied": item.applied_rate().ok(),
        "credit": item.mean_credit().ok(),
    })
}

fn hard(hard: &HardCriterion<'_>) -> Value {
    json!({ "question": hard.question, "criterion": hard.criterion, "credit": hard.credit, "answers": hard.answers })
}

fn not_graded(not_graded: &UngradedAnswers) -> Value {
    let first = not_graded.first.iter().map(|one| json!({ "line": one.line, "id": one.id, "reason": one.reason }));
    let reasons =
        not_graded.by_count().into_iter().map(|(reason, count)| json!({ "reason": reason, "answers": count }));
    json!({
        "first": first.collect::<Vec<_>>(),
        "reasons": reasons.collect::<Vec<_>>(),
        "other_reasons": not_graded.other,
    })
}

fn usage(spent: &JudgeUsage) -> Value {
    json!({
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
        "cost": spent.cost_as_f64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::Overview;
    use crate::report::batch::fixture::{add_answers, add_ungraded, question, report};

    #[test]
    fn values_are_numbers_or_null_with_a_reason() {
        let mut overview = Overview::new();
        add_answers(&mut overview, &question("q"), 2);
        let value = report(&overview).to_json();
        let criterion = &value["questions"][0]["criteria"][0];
        assert_eq!((&value["schema"], &value["scores"]["mean"]), (&json!(1), &json!(50.0)));
        assert_eq!((&criterion["decided"], &criterion["id"]), (&json!(2), &json!("relief-first")));
        let reason = json!({ "value": null, "reason": "2 answers, 10 needed" });
        assert_eq!((&criterion["discrimination"], &value["usage"]), (&reason, &Value::Null));
        assert_eq!(value["scores"]["bands"], json!({ "strong": 0, "solid": 1, "partial": 0, "weak": 1 }));
    }

    #[test]
    fn every_value_is_null_without_graded_answers() {
        let mut overview = Overview::new();
        add_ungraded(&mut overview, 21);
        let value = report(&overview).to_json();
        for name in ["mean", "median", "deviation", "lowest", "highest"] {
            assert_eq!(value["scores"][name], Value::Null, "{name}");
        }
        assert_eq!(value["not_graded"]["first"].as_array().map(Vec::len), Some(20));
        assert_eq!(value["not_graded"]["reasons"][1], json!({ "reason": "the answer is empty", "answers": 7 }));
    }
}
