//! Hints for errors of banks: their files, questions, drafts and learning.

use std::error::Error;

use crate::bank::{BankError, DraftError, Finding, FindingKind, FrontMatterError};
use crate::engine::{LoadError, OpenError, ReferenceError, SearchError};
use crate::questions::FindError;

/// The hint for an error of a bank; `None` for any other error.
pub(super) fn hint(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = bank_error(error) {
        return bank_hint(error);
    }
    if let Some(error) = error.downcast_ref::<DraftError>() {
        return draft_hint(error);
    }
    let front_matter = error.downcast_ref::<FrontMatterError>().map(FrontMatterError::hint);
    front_matter.or_else(|| load_error(error).and_then(LoadError::hint)).map(str::to_owned)
}

/// The error of a bank, also inside of an error that only forwards it and is therefore not its cause.
fn bank_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e BankError> {
    if let Some(FindError::Bank(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(OpenError::Bank(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(SearchError::Bank(error)) = error.downcast_ref() {
        return Some(error);
    }
    if let Some(ReferenceError::Bank(error)) = error.downcast_ref() {
        return Some(error);
    }
    error.downcast_ref()
}

fn load_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e LoadError> {
    if let Some(OpenError::Load(error)) = error.downcast_ref() {
        return Some(error);
    }
    error.downcast_ref()
}

/// The hint for a finding, with the command that shows more about it.
pub(in crate::cli) fn finding_hint(finding: &Finding) -> String {
    let hint = &finding.hint;
    match &finding.kind {
        FindingKind::RubricSyntax => "see `gradus bank schema`, or compare with `gradus bank new <id>`".to_owned(),
        FindingKind::GoldenCredit => format!("{hint}; `gradus bank explain` shows every phrase"),
        FindingKind::SampleScore { question } => {
            format!("{hint}; `gradus bank explain {question}` shows what was found")
        }
        FindingKind::Other => hint.clone(),
    }
}

fn bank_hint(error: &BankError) -> Option<String> {
    match error {
        BankError::UnknownQuestion { .. } => {
            let list = "`gradus questions` lists all questions";
            Some(error.hint().map_or_else(|| list.to_owned(), |similar| format!("{similar} {list}")))
        }
        BankError::Faulty(findings) => {
            let list = "`gradus bank check` of that bank shows every fault";
            let first = findings.first().map(finding_hint);
            Some(first.map_or_else(|| list.to_owned(), |first| format!("{first}; {list}")))
        }
        BankError::Ambiguous { .. } => error.hint().map(Into::into),
    }
}

fn draft_hint(error: &DraftError) -> Option<String> {
    match error {
        DraftError::Corpus(findings) => findings.first().map(finding_hint),
        _ => error.hint().map(Into::into),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{FrontMatter, QuestionFault};

    fn finding(kind: FindingKind) -> Finding {
        Finding { kind, ..Finding::new("f.toml", "text", 0..1, "a fault", "fix it") }
    }

    fn unknown(similar: &[&str]) -> BankError {
        let similar = similar.iter().map(|&id| id.to_owned()).collect();
        BankError::UnknownQuestion { id: "x".to_owned(), similar }
    }

    #[test]
    fn every_kind_of_finding_has_a_hint_that_names_the_command_for_it() {
        for (kind, expected) in [
            (FindingKind::Other, "fix it"),
            (FindingKind::RubricSyntax, "see `gradus bank schema`, or compare with `gradus bank new <id>`"),
            (FindingKind::GoldenCredit, "fix it; `gradus bank explain` shows every phrase"),
            (
                FindingKind::SampleScore { question: "q".to_owned() },
                "fix it; `gradus bank explain q` shows what was found",
            ),
        ] {
            assert_eq!(finding_hint(&finding(kind)), expected);
        }
    }

    #[test]
    fn every_error_of_a_bank_has_a_hint() {
        let ambiguous = BankError::Ambiguous { name: "x".to_owned(), files: vec!["a".to_owned(), "b".to_owned()] };
        let fault = QuestionFault::PartialCredit;
        let front_matter = FrontMatter::split("+++\nquestion = p\n+++\n").expect_err("not TOML");
        let no_rubrics = || LoadError::NoRubrics { folder: "b".into() };
        let name_folder = "name the folder that contains `rubrics` and `corpus`";
        let list = "`gradus questions` lists all questions";
        let errors: [(Box<dyn Error>, &str); 15] = [
            (Box::new(FindError::Bank(unknown(&[]))), list),
            (Box::new(OpenError::Bank(unknown(&[]))), list),
            (Box::new(SearchError::Bank(unknown(&[]))), list),
            (Box::new(ReferenceError::Bank(unknown(&[]))), list),
            (Box::new(OpenError::Load(no_rubrics())), name_folder),
            (Box::new(unknown(&[])), list),
            (Box::new(unknown(&["a", "b"])), "did you mean a or b? `gradus questions` lists all questions"),
            (Box::new(ambiguous), "give each question its own id and names"),
            (
                Box::new(BankError::Faulty(vec![finding(FindingKind::Other)])),
                "fix it; `gradus bank check` of that bank shows every fault",
            ),
            (Box::new(BankError::Faulty(Vec::new())), "`gradus bank check` of that bank shows every fault"),
            (Box::new(DraftError::Corpus(vec![finding(FindingKind::Other)])), "fix it"),
            (
                Box::new(DraftError::Question { question: "q".to_owned(), fault }),
                "remove unusual characters from its texts",
            ),
            (Box::new(front_matter), "write `question = \"<id>\"` between the two `+++` lines"),
            (
                Box::new(FrontMatter::split("+++\n").expect_err("not closed")),
                "write `+++` on a line of its own below the front matter; if the file has no front matter, remove the \
                 first line",
            ),
            (Box::new(no_rubrics()), name_folder),
        ];
        for (error, expected) in errors {
            assert_eq!(hint(&*error).as_deref(), Some(expected), "{error}");
        }
        assert_eq!(hint(&std::fmt::Error), None);
    }
}
