//! Refuses ids within one draft that could lead to an answer being graded by the wrong rubric.
//!
//! The check of a bank reports such names of existing questions.

use hashbrown::HashMap;

use super::draft_error::{DraftError, QuestionFault};
use super::questions::DraftQuestion;
use crate::bank::names::name_key;
use crate::text::wording_key;

/// Refuses ids that a person cannot tell apart, and an id that is the prompt of another question.
///
/// # Errors
/// The first such question.
pub(super) fn refuse_ambiguous(questions: &[DraftQuestion]) -> Result<(), DraftError> {
    let refused = |question: &DraftQuestion, fault| Err(DraftError::Question { question: question.id.clone(), fault });
    let mut ids: HashMap<String, &str> = HashMap::new();
    let mut prompts: HashMap<String, Vec<&str>> = HashMap::new();
    for question in questions {
        if let Some(other) = ids.insert(name_key(&question.id), &question.id).filter(|other| *other != question.id) {
            return refused(question, QuestionFault::SimilarId { other: other.to_owned() });
        }
        prompts.entry(wording_key(&question.prompt)).or_default().push(&question.id);
    }
    for question in questions {
        let key = wording_key(&question.id);
        let askers = prompts.get(&key).filter(|_| !key.is_empty());
        if let Some(other) = askers.into_iter().flatten().find(|other| **other != question.id) {
            return refused(question, QuestionFault::IdIsPrompt { other: (*other).to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{DraftQuestion, draft};
    use crate::text::{RelatedWords, Synonyms};

    fn refusal(ids_and_prompts: &[(&str, &str)]) -> Option<String> {
        let question = |(id, prompt): &(&str, &str)| {
            let fields = serde_json::json!({ "id": id, "prompt": prompt, "references": ["Hot water."] });
            DraftQuestion::from_fields(fields.as_object().expect("an object")).expect("a question")
        };
        let questions: Vec<DraftQuestion> = ids_and_prompts.iter().map(question).collect();
        let drafted = draft(&questions, "t", &Synonyms::default(), &RelatedWords::default());
        drafted.err().map(|error| error.to_string())
    }

    #[test]
    fn ids_that_cannot_be_told_apart_are_refused() {
        for other in ["q ", " q"] {
            let said = refusal(&[("q", "Why?"), (other, "When?")]).unwrap_or_default();
            assert!(
                said.starts_with(&format!("question `{other}`: its id differs from `q` only in spaces ")),
                "{said}"
            );
        }
        assert!(refusal(&[("caf\u{e9}", "Why?"), ("cafe\u{301}", "When?")]).is_some());
        assert!(refusal(&[("tea  1", "Why?"), ("tea 1", "When?")]).is_some());
        assert_eq!(refusal(&[("caf\u{e9}", "Why?"), ("cafe", "When?"), ("Q", "Who?"), ("q", "Where?")]), None);
    }

    #[test]
    fn an_id_that_is_the_prompt_of_another_question_is_refused() {
        let said = refusal(&[("Why warm it?", "Why?"), ("b", "why WARM it")]).unwrap_or_default();
        assert_eq!(said, "question `Why warm it?`: its id is the prompt of `b`");
        assert_eq!(refusal(&[("Why warm it?", "Why warm it?"), ("b", "Why?")]), None);
    }
}
