//! Ids that questions of one draft cannot have together, because an answer could be graded by the wrong rubric.

use hashbrown::HashMap;

use super::source::{DraftError, DraftQuestion};
use crate::bank::names::name_key;
use crate::text::wording_key;

/// Refuses ids that a person cannot tell apart, and an id that is the prompt of another question. `bank check` reports
/// such names of questions.
///
/// # Errors
/// Names the first such question.
pub(super) fn refuse_ambiguous(questions: &[DraftQuestion]) -> Result<(), DraftError> {
    let refused = |question: &DraftQuestion, message, hint| {
        Err(DraftError::Question { question: question.id.clone(), message, hint })
    };
    let mut ids: HashMap<String, &str> = HashMap::new();
    let mut prompts: HashMap<String, Vec<&str>> = HashMap::new();
    for question in questions {
        if let Some(other) = ids.insert(name_key(&question.id), &question.id).filter(|other| *other != question.id) {
            let message = format!("its id differs from `{other}` in spaces or in the Unicode normal form only");
            return refused(question, message, "give each question an id that a person can tell from the others");
        }
        prompts.entry(wording_key(&question.prompt)).or_default().push(&question.id);
    }
    for question in questions {
        let key = wording_key(&question.id);
        let askers = prompts.get(&key).filter(|_| !key.is_empty());
        if let Some(other) = askers.into_iter().flatten().find(|other| **other != question.id) {
            let message = format!("its id is the prompt of `{other}`");
            return refused(
                question,
                message,
                "give it another id: answers to that prompt would be graded by its rubric",
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{draft, questions_from_jsonl};
    use crate::text::{Related, Synonyms};

    fn refusal(ids_and_prompts: &[(&str, &str)]) -> Option<String> {
        let line = |(id, prompt): &(&str, &str)| {
            serde_json::json!({ "id": id, "prompt": prompt, "references": ["Hot water."] }).to_string()
        };
        let lines: Vec<String> = ids_and_prompts.iter().map(line).collect();
        let questions = questions_from_jsonl(&lines.join("\n")).expect("questions");
        let drafted = draft(&questions, "t", &Synonyms::default(), &Related::default());
        drafted.err().map(|error| error.to_string())
    }

    #[test]
    fn ids_that_cannot_be_told_apart_are_refused() {
        for other in ["q ", " q"] {
            let said = refusal(&[("q", "Why?"), (other, "When?")]).unwrap_or_default();
            assert!(said.starts_with(&format!("question `{other}`: its id differs from `q` in spaces ")), "{said}");
        }
        assert!(refusal(&[("caf\u{e9}", "Why?"), ("cafe\u{301}", "When?")]).is_some());
        assert!(refusal(&[("tea  1", "Why?"), ("tea 1", "When?")]).is_some());
        assert_eq!(refusal(&[("caf\u{e9}", "Why?"), ("cafe", "When?"), ("Q", "Who?"), ("q", "Where?")]), None);
    }

    #[test]
    fn an_id_that_is_the_prompt_of_another_question_is_refused() {
        let said = refusal(&[("Why warm it?", "Why?"), ("b", "why WARM it")]).unwrap_or_default();
        assert!(said.starts_with("question `Why warm it?`: its id is the prompt of `b`\nhint: "), "{said}");
        assert_eq!(refusal(&[("Why warm it?", "Why warm it?"), ("b", "Why?")]), None);
    }
}
