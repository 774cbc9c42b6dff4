//! Reads the scores out of the JSON of an earlier evaluation.

use serde::Deserialize;

use super::json::SCHEMA;
use super::types::AnswerScore;

/// The part of an earlier evaluation that a later one is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierEvaluation {
    /// The cut score, 0 to 1: an answer counts as right if its score is at least the cut score.
    pub cut: f64,
    /// The score of every answer.
    pub scores: Vec<AnswerScore>,
}

/// The reason why a text cannot be used as an earlier evaluation.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum EarlierEvaluationError {
    /// The text is not JSON, or the JSON is not an evaluation.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The evaluation has a schema version that this program does not read.
    #[error("the evaluation has schema {found}, but this program reads schema {SCHEMA}")]
    Schema { found: u32 },
    /// A score is outside 0 to 1.
    #[error("the score of `{id}` is not between 0 and 1")]
    Score { id: String },
}

#[derive(Deserialize)]
struct CutInFile {
    /// The cut score, from 0 to 100.
    score: f64,
}

#[derive(Deserialize)]
struct EvaluationFile {
    schema: u32,
    cut: CutInFile,
    scores: Vec<AnswerScore>,
}

/// Parses the JSON that [`super::types::Evaluation::to_json`] gives.
///
/// # Errors
/// When `json` is not an evaluation, has another schema version, or contains a score outside 0 to 1.
pub fn parse_earlier_evaluation(json: &str) -> Result<EarlierEvaluation, EarlierEvaluationError> {
    let file: EvaluationFile = serde_json::from_str(json)?;
    if file.schema != SCHEMA {
        return Err(EarlierEvaluationError::Schema { found: file.schema });
    }
    let is_share = |score: &&AnswerScore| score.given.is_none_or(|given| (0.0..=1.0).contains(&given));
    if let Some(odd) = file.scores.iter().find(|score| !is_share(score)) {
        return Err(EarlierEvaluationError::Score { id: odd.id.clone() });
    }
    Ok(EarlierEvaluation { cut: file.cut.score / 100.0, scores: file.scores })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(json: &str) -> String {
        parse_earlier_evaluation(json).expect_err("not an evaluation").to_string()
    }

    #[test]
    fn the_cut_score_and_all_scores_are_read() {
        let json =
            r#"{"schema":1,"cut":{"score":50.0},"scores":[{"id":"a","question":"q","answer":"h","given":null}]}"#;
        let earlier = parse_earlier_evaluation(json).expect("an evaluation");
        assert_eq!((earlier.cut.to_bits(), earlier.scores.len()), (0.5_f64.to_bits(), 1));
    }

    #[test]
    fn a_text_that_is_not_an_evaluation_is_refused_with_the_reason() {
        assert_eq!(
            message(r#"{"schema":2,"cut":{"score":50.0},"scores":[]}"#),
            "the evaluation has schema 2, but this program reads schema 1"
        );
        let json = r#"{"schema":1,"cut":{"score":50},"scores":[{"id":"a","question":"q","answer":"h","given":1.5}]}"#;
        assert_eq!(message(json), "the score of `a` is not between 0 and 1");
        assert!(message("{}").starts_with("missing field `schema`"));
    }
}
