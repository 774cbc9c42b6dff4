//! Hints for errors of rows, batches and run folders.

use std::error::Error;

use crate::batch::{BadRow, BatchError, InputError, InputFault, PartsFault};

/// The hint for an error of a row, a batch or a run folder; `None` for any other error.
pub(super) fn hint(error: &(dyn Error + 'static)) -> Option<String> {
    let of_batch = || error.downcast_ref::<BatchError>().and_then(of_batch);
    let of_input = || error.downcast_ref::<InputError>().and_then(of_input);
    let of_row = || error.downcast_ref::<BadRow>().and_then(BadRow::hint);
    of_batch().or_else(of_input).or_else(of_row).map(str::to_owned)
}

fn of_batch(error: &BatchError) -> Option<&'static str> {
    match error {
        BatchError::Input(error) => of_input(error),
        BatchError::OutputExists { .. } => Some("choose another --output, or use --force"),
        BatchError::OtherSettings { .. } => Some("choose another --output, or replace it with --restart"),
        BatchError::OutputChanged { .. } => Some("choose another --output, or use --force to lose the changes"),
        BatchError::Busy { .. } => Some("wait for it, or choose another --output"),
        BatchError::ManifestMissing { .. } => {
            Some("to start again from the first row, use --force or remove the folder")
        }
        BatchError::ManifestDamaged { .. } => {
            Some("to start again from the first row, use --force or remove the folder that contains this file")
        }
        BatchError::Parts(fault) => Some(of_parts(fault)),
        BatchError::Disk { .. }
        | BatchError::ManifestUnreadable { .. }
        | BatchError::Panicked { .. }
        | BatchError::Halted(_)
        | BatchError::Empty { .. } => error.hint(),
    }
}

fn of_parts(fault: &PartsFault) -> &'static str {
    match fault {
        PartsFault::None
        | PartsFault::GivenTwice { .. }
        | PartsFault::Mismatch { .. }
        | PartsFault::MissingParts { .. } => {
            "give each part of one input once, graded by the same command except for --shard"
        }
        PartsFault::NotAResult { .. } | PartsFault::HasAllRows { .. } => "grade each part with `gradus batch --shard`",
        PartsFault::Incomplete { .. } | PartsFault::MissingFile { .. } => "run its command again",
        PartsFault::WrongResultCount => fault.hint(),
    }
}

fn of_input(error: &InputError) -> Option<&'static str> {
    let InputError::Unusable { fault, .. } = error else { return error.hint() };
    Some(match fault {
        InputFault::FormatOfFolder => "leave out --input-format",
        InputFault::PlainText => "grade it with `gradus grade`, or name the folder it is in",
        InputFault::Document(kind) if kind.is_parquet() => {
            "give the file a name that ends in .parquet, or use --input-format parquet"
        }
        InputFault::ParquetDisabled => "build it with `--features parquet`, or convert the file",
        InputFault::Tabs => "use --input-format tsv",
        InputFault::Commas => "use --input-format csv",
        InputFault::NoColumn { .. } | InputFault::NoField { .. } | InputFault::TwoColumns { .. } => {
            "name the columns with --id, --question, --answer and --keep; --question may name a question too"
        }
        InputFault::NoColumnInFolder { .. } => "leave --id and --keep out; the id of an answer is the path of its file",
        other => other.hint(),
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::batch::{PanicPlace, Panicked, PartsMismatch, RowFault, catch_panic};
    use crate::judge::Halt;
    use crate::model::{RowLocation, file_signature};

    fn unusable(fault: InputFault) -> Box<dyn Error> {
        InputError::Unusable { name: "in".to_owned(), fault }.into()
    }

    fn parts(fault: PartsFault) -> Box<dyn Error> {
        BatchError::Parts(fault).into()
    }

    fn panicked() -> Panicked {
        catch_panic(|| panic!("oops")).map(|()| "no panic").expect_err("a panic")
    }

    #[track_caller]
    fn check(table: Vec<(Box<dyn Error>, &str)>) {
        for (error, expected) in table {
            assert_eq!(hint(&*error).unwrap_or_default(), expected, "{error}");
        }
    }

    #[test]
    fn errors_of_a_run_have_hints_with_flags() {
        let path = || "out".into();
        check(vec![
            (BatchError::OutputExists { output: path() }.into(), "choose another --output, or use --force"),
            (
                BatchError::OtherSettings { output: path(), differences: Vec::new() }.into(),
                "choose another --output, or replace it with --restart",
            ),
            (
                BatchError::OutputChanged { output: path() }.into(),
                "choose another --output, or use --force to lose the changes",
            ),
            (BatchError::Busy { output: path() }.into(), "wait for it, or choose another --output"),
            (
                BatchError::ManifestMissing { path: path() }.into(),
                "to start again from the first row, use --force or remove the folder",
            ),
            (
                BatchError::ManifestDamaged { path: path(), why: String::new() }.into(),
                "to start again from the first row, use --force or remove the folder that contains this file",
            ),
            (
                BatchError::ManifestUnreadable { path: path(), error: io::Error::other("x") }.into(),
                "finished results are kept; correct the cause, and run the same command again",
            ),
            (
                BatchError::Panicked { at: PanicPlace::Run, panicked: panicked() }.into(),
                "report this fault; finished results are kept, and the same command continues from there",
            ),
            (BatchError::Disk { doing: "write", path: path(), error: io::Error::other("x") }.into(), ""),
            (BatchError::Halted(Halt::Spent { spent: 1.0, limit: 1.0, next: 1.0 }).into(), ""),
            (
                BatchError::Empty { input: "in".to_owned() }.into(),
                "write one JSON object per line, or a table with a header",
            ),
        ]);
    }

    #[test]
    fn parts_that_cannot_be_merged_have_hints_with_flags() {
        let path = || "out".into();
        let together = "give each part of one input once, graded by the same command except for --shard";
        check(vec![
            (parts(PartsFault::None), together),
            (parts(PartsFault::GivenTwice { path: path() }), together),
            (parts(PartsFault::Mismatch { one: path(), other: path(), why: PartsMismatch::Judges }), together),
            (parts(PartsFault::MissingParts { parts: vec![1], of: 2 }), together),
            (parts(PartsFault::NotAResult { path: path() }), "grade each part with `gradus batch --shard`"),
            (parts(PartsFault::HasAllRows { path: path() }), "grade each part with `gradus batch --shard`"),
            (parts(PartsFault::Incomplete { path: path() }), "run its command again"),
            (parts(PartsFault::MissingFile { path: path() }), "run its command again"),
            (parts(PartsFault::WrongResultCount), "grade the parts again"),
        ]);
    }

    #[test]
    fn errors_of_an_input_have_hints_with_flags() {
        let columns = "name the columns with --id, --question, --answer and --keep; --question may name a question too";
        let column = || "score".to_owned();
        let document = |bytes: &[u8]| unusable(InputFault::Document(file_signature(bytes).expect("a document")));
        check(vec![
            (InputError::Unreadable { name: "in".to_owned(), error: io::Error::other("x") }.into(), ""),
            (InputError::Stopped { name: "in".to_owned() }.into(), ""),
            (unusable(InputFault::EmptyFolder), "name another folder, or a file with rows"),
            (unusable(InputFault::FormatOfFolder), "leave out --input-format"),
            (unusable(InputFault::PlainText), "grade it with `gradus grade`, or name the folder it is in"),
            (document(b"PAR1\x15\0\0\0"), "give the file a name that ends in .parquet, or use --input-format parquet"),
            (
                document(b"%PDF-1.4\n"),
                "save a table as CSV in UTF-8; save texts as plain text (.txt), and name the folder they are in",
            ),
            (unusable(InputFault::JsonList), "write one object per line, for example with `jq -c '.[]'`"),
            (unusable(InputFault::ParquetStream), "name a file"),
            (unusable(InputFault::ParquetDisabled), "build it with `--features parquet`, or convert the file"),
            (unusable(InputFault::NoHeading), "write a header row with the names of the columns"),
            (unusable(InputFault::Semicolons), "save it with commas, or with tabs as .tsv"),
            (unusable(InputFault::Tabs), "use --input-format tsv"),
            (unusable(InputFault::Commas), "use --input-format csv"),
            (unusable(InputFault::NoColumn { column: column(), present: Vec::new() }), columns),
            (unusable(InputFault::TwoColumns { column: column() }), columns),
            (unusable(InputFault::NoField { field: column(), present: Vec::new() }), columns),
            (
                unusable(InputFault::NoColumnInFolder { column: column() }),
                "leave --id and --keep out; the id of an answer is the path of its file",
            ),
            (unusable(InputFault::TooLarge { mebibytes: 1024 }), "name a smaller file"),
            (BadRow { at: RowLocation::Line(1), fault: RowFault::OpenQuotes }.into(), "close the quotes"),
            (BadRow { at: RowLocation::Line(1), fault: RowFault::Lost }.into(), ""),
        ]);
        let input = InputError::Unusable { name: "in".to_owned(), fault: InputFault::Tabs };
        assert_eq!(hint(&BatchError::Input(input)).as_deref(), Some("use --input-format tsv"));
        assert_eq!(hint(&io::Error::other("x")), None);
    }
}
