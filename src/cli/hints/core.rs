//! Hints for errors of agreement and reports in `gradus-core`.

use std::error::Error;

use crate::report::EarlierEvaluationError;

/// The hint for an error of agreement or a report; `None` for any other error.
pub(super) fn hint(error: &(dyn Error + 'static)) -> Option<String> {
    error.is::<EarlierEvaluationError>().then(|| "`gradus eval --format json` writes an evaluation".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::cli::hints::hint_for;
    use crate::report::parse_earlier_evaluation;

    #[test]
    fn a_file_that_is_not_an_evaluation_has_the_command_that_writes_one_as_its_hint() {
        let evaluation = parse_earlier_evaluation("").expect_err("not an evaluation");
        assert_eq!(hint_for(&evaluation.into()).as_deref(), Some("`gradus eval --format json` writes an evaluation"));
    }
}
