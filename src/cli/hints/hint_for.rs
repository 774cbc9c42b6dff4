//! Finds the hint for an error.

use std::error::Error;

use super::advised::Advised;
use super::{bank, batch, engine, llm};
use crate::report::EarlierEvaluationError;

/// The hint for the outermost error of the chain that has a hint.
pub(in crate::cli) fn hint_for(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(hint)
}

/// The message of an error with its hint on a line of its own, for warnings.
pub(in crate::cli) fn with_hint(error: impl Error + Send + Sync + 'static) -> String {
    let message = error.to_string();
    match hint_for(&error.into()) {
        Some(hint) => format!("{message}\nhint: {hint}"),
        None => message,
    }
}

fn hint(error: &(dyn Error + 'static)) -> Option<String> {
    let own = error.downcast_ref::<Advised>().map(|advised| advised.hint().to_owned());
    own.or_else(|| bank::hint(error))
        .or_else(|| batch::hint(error))
        .or_else(|| report_hint(error))
        .or_else(|| engine::hint(error))
        .or_else(|| llm::hint(error))
}

/// The hint for an error of a report; `None` for any other error.
fn report_hint(error: &(dyn Error + 'static)) -> Option<String> {
    error.is::<EarlierEvaluationError>().then(|| "`gradus eval --format json` writes an evaluation".to_owned())
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;
    use crate::cli::hints::advised;
    use crate::report::parse_earlier_evaluation;

    #[test]
    fn a_file_that_is_not_an_evaluation_has_the_command_that_writes_one_as_its_hint() {
        let evaluation = parse_earlier_evaluation("").expect_err("not an evaluation");
        assert_eq!(hint_for(&evaluation.into()).as_deref(), Some("`gradus eval --format json` writes an evaluation"));
    }

    #[test]
    fn the_hint_of_a_cause_is_found_below_its_context() {
        let error = Err::<(), _>(advised("no answer", "name a file")).context("cannot start").expect_err("an error");
        assert_eq!(hint_for(&error).as_deref(), Some("name a file"));
        assert_eq!(format!("{error:#}"), "cannot start: no answer");
        assert_eq!(hint_for(&anyhow::anyhow!("no hint")), None);
    }
}
