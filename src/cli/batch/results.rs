//! Chooses the output format of a batch from the flags and the file extension, and writes each result.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::batch::{ConvertResults, InputFormat, ResultSettings, Shard};
use crate::cli::args::{EvidenceDetail, ResultFormat};
use crate::cli::hints::advised;
use crate::model::{CarriedValue, Fingerprint, Grade, GradeSummary};
use crate::report::{CsvTable, DataLayout, Detail, Style, TerminalTable, for_terminal, json_line};

/// The format of results, and the terminal that shows them.
pub(super) struct Look<'a> {
    pub(super) format: ResultFormat,
    pub(super) evidence: EvidenceDetail,
    pub(super) keep: &'a [String],
    /// Whether there are columns for the usage of a judge.
    pub(super) is_judged: bool,
    /// Whether a terminal shows the results, which must not receive control characters.
    pub(super) is_terminal: bool,
    /// The terminal that `--format table` writes for.
    pub(super) style: Style,
    /// Width of the longest question id in the bank, in terminal columns.
    pub(super) longest_question: usize,
}

/// Writes results in one format.
pub(super) struct Results {
    format: ResultFormat,
    detail: Detail,
    keep: Vec<String>,
    /// The fingerprint of the calibration.
    calibration: Option<Fingerprint>,
    rows: RowWriter,
    is_terminal: bool,
}

/// The writer of a row.
enum RowWriter {
    Json,
    /// CSV, TSV, and the CSV that becomes Parquet.
    Columns(CsvTable),
    /// A table for reading.
    Terminal(TerminalTable),
}

impl Results {
    /// `criteria` are the ids that have a column. Empty if the format has no such columns.
    pub(super) fn new(look: &Look<'_>, calibration: Option<Fingerprint>, criteria: Vec<String>) -> Self {
        let detail = match look.evidence {
            EvidenceDetail::Full => Detail::Full,
            EvidenceDetail::Counts => Detail::Counts,
            EvidenceDetail::None => Detail::None,
        };
        let format = look.format;
        let rows = match format {
            ResultFormat::Jsonl => RowWriter::Json,
            ResultFormat::Table => RowWriter::Terminal(TerminalTable::new(look.style, look.longest_question)),
            ResultFormat::Csv | ResultFormat::Tsv | ResultFormat::Parquet => RowWriter::Columns(CsvTable {
                criteria,
                calibrated: calibration.is_some(),
                judged: look.is_judged,
                keep: look.keep.to_vec(),
                delimiter: if format == ResultFormat::Tsv { b'\t' } else { b',' },
                for_spreadsheets: format != ResultFormat::Parquet,
            }),
        };
        Self { format, detail, keep: look.keep.to_vec(), calibration, rows, is_terminal: look.is_terminal }
    }

    pub(super) fn layout(&self, shard: Option<Shard>, grader: &str) -> io::Result<ResultSettings> {
        let mut head = match &self.rows {
            RowWriter::Json => Vec::new(),
            RowWriter::Columns(table) => table.heading()?,
            RowWriter::Terminal(table) => table.heading().into_bytes(),
        };
        self.make_visible(&mut head, 0)?;
        Ok(ResultSettings {
            format: format_name(self.format).to_owned(),
            evidence: if matches!(self.rows, RowWriter::Json) { self.detail.name() } else { "none" }.to_owned(),
            keep: self.keep.clone(),
            head: String::from_utf8(head).map_err(io::Error::other)?,
            grader: grader.to_owned(),
            calibration: self.calibration.map(|fingerprint| fingerprint.to_string()),
            shard,
        })
    }

    /// Adds a result to `out`, and returns the summary of its grade.
    pub(super) fn write(
        &self,
        grade: &Grade<'_>,
        kept: &[CarriedValue<'_>],
        out: &mut Vec<u8>,
    ) -> io::Result<GradeSummary> {
        let start = out.len();
        match &self.rows {
            RowWriter::Json => json_line(grade, self.detail, &self.keep, kept, out)?,
            RowWriter::Columns(table) => table.row(grade, kept, out)?,
            RowWriter::Terminal(table) => out.extend_from_slice(table.row(grade).as_bytes()),
        }
        self.make_visible(out, start)?;
        Ok(GradeSummary::of(grade))
    }

    /// Replaces control characters in `out` from `start` on if a terminal shows the results.
    fn make_visible(&self, out: &mut Vec<u8>, start: usize) -> io::Result<()> {
        let layout = match &self.rows {
            RowWriter::Json => DataLayout::Json,
            RowWriter::Columns(_) => DataLayout::Rows,
            // The cells are safe already, and the escape sequences of colours must stay.
            RowWriter::Terminal(_) => return Ok(()),
        };
        if self.is_terminal {
            let written = String::from_utf8(out.split_off(start)).map_err(io::Error::other)?;
            out.extend_from_slice(for_terminal(&written, layout).as_bytes());
        }
        Ok(())
    }
}

/// The output format: from the flag, otherwise from the file extension, otherwise a table on a terminal and JSON Lines
/// elsewhere.
pub(super) fn format_of(
    format: Option<ResultFormat>,
    output: Option<&Path>,
    is_terminal: bool,
) -> anyhow::Result<ResultFormat> {
    let by_name = output.and_then(format_by_extension);
    if let (None, None, Some(output)) = (format, by_name, output)
        && (output.is_file() || !output.exists())
        && let Some(ending) = output.extension()
    {
        return Err(advised(
            format!("{}: cannot tell the output format from `.{}`", output.display(), ending.display()),
            "end it with .jsonl, .csv or .tsv, or use --format",
        ));
    }
    let default = if is_terminal && output.is_none() { ResultFormat::Table } else { ResultFormat::Jsonl };
    let format = format.or(by_name).unwrap_or(default);
    if format == ResultFormat::Parquet && !cfg!(feature = "parquet") {
        return Err(advised(
            "this program was built without Parquet",
            "build it with `--features parquet`, or choose another --format",
        ));
    }
    if format == ResultFormat::Parquet && output.is_none() {
        return Err(advised("Parquet cannot be written to standard output", "name a file with --output"));
    }
    if let (ResultFormat::Table, Some(output)) = (format, output) {
        return Err(advised(
            format!(
                "--format table is for reading on a terminal and cannot be stored in {}, because it shortens names",
                output.display()
            ),
            "omit --output, or use jsonl, csv, tsv or parquet",
        ));
    }
    Ok(format)
}

/// The output format for a file extension, after removing the extension of a compressed file. `None` for other
/// extensions.
pub(super) fn format_by_extension(output: &Path) -> Option<ResultFormat> {
    Some(match InputFormat::by_name(output)? {
        InputFormat::Jsonl => ResultFormat::Jsonl,
        InputFormat::Csv => ResultFormat::Csv,
        InputFormat::Tsv => ResultFormat::Tsv,
        InputFormat::Parquet => ResultFormat::Parquet,
    })
}

/// The conversion of the CSV text into the output. `None` if the output is text.
pub(super) fn conversion(format: ResultFormat) -> Option<&'static ConvertResults<'static>> {
    (format == ResultFormat::Parquet).then_some(&to_parquet)
}

#[cfg(feature = "parquet")]
fn to_parquet(settings: &ResultSettings, table: File, output: File) -> io::Result<()> {
    use crate::batch::{ColumnType, from_csv};
    let mut heading = csv::Reader::from_reader(settings.head.as_bytes());
    // The last columns are columns of the input, which may have any name.
    let names: Vec<&str> = heading.headers().map_err(io::Error::other)?.iter().collect();
    let (_, kept) = names.split_at(names.len().saturating_sub(settings.keep.len()));
    let type_of = |name: &str| match name {
        name if kept.contains(&name) => ColumnType::Text,
        "words" | "prompt_tokens" | "completion_tokens" => ColumnType::Count,
        "score" | "earned" | "possible" | "calibrated" | "cost" => ColumnType::Number,
        name if name.starts_with("credit:") => ColumnType::Number,
        _ => ColumnType::Text,
    };
    from_csv(table, output, type_of).map(drop).map_err(io::Error::other)
}

#[cfg(not(feature = "parquet"))]
fn to_parquet(_: &ResultSettings, _: File, _: File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the format has a column for each criterion, which must be known before the first row.
pub(super) fn has_criteria_columns(format: ResultFormat) -> bool {
    match format {
        ResultFormat::Csv | ResultFormat::Tsv | ResultFormat::Parquet => true,
        ResultFormat::Jsonl | ResultFormat::Table => false,
    }
}

fn format_name(format: ResultFormat) -> &'static str {
    match format {
        ResultFormat::Jsonl => "jsonl",
        ResultFormat::Csv => "csv",
        ResultFormat::Tsv => "tsv",
        ResultFormat::Parquet => "parquet",
        ResultFormat::Table => "table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    const HOSTILE: &str = "a\u{1b}]0;t\u{7}b\u{9b}2J\u{202e}\u{7f}c";

    /// The heading and one row, with hostile text in every cell that users write.
    fn written(format: ResultFormat, is_terminal: bool) -> String {
        let look = Look {
            format,
            evidence: EvidenceDetail::None,
            keep: &[HOSTILE.to_owned()],
            is_judged: false,
            is_terminal,
            style: Style::default(),
            longest_question: 10,
        };
        let results = Results::new(&look, None, Vec::new());
        let mut out = results.layout(None, "offline").expect("a layout").head.into_bytes();
        let line = format!(
            "{{\"schema\":1,\"id\":{0},\"question\":{0},\"status\":\"ungraded\",\"reason\":{0},\"grader\":{{\"kind\":\"offline\",\"version\":1}},\"criteria\":[],\"penalties\":[],\"flags\":[],\"delivery\":{{\"words\":0,\"sentences\":0,\"fillers\":0,\"star\":[]}},\"references\":[],\"advice\":[],\"fingerprint\":\"{1}\"}}",
            serde_json::json!(HOSTILE),
            "0".repeat(64)
        );
        let grade: Grade<'_> = serde_json::from_str(&line).expect("a grade");
        results.write(&grade, &[CarriedValue::Text(Cow::Borrowed(HOSTILE))], &mut out).expect("writes");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn a_terminal_gets_no_control_character_in_any_format() {
        for format in [ResultFormat::Jsonl, ResultFormat::Csv, ResultFormat::Tsv, ResultFormat::Table] {
            let shown = written(format, true);
            let is_bad = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202e}';
            assert!(!shown.contains(is_bad), "{format:?}: {shown:?}");
        }
        let json = written(ResultFormat::Jsonl, true);
        let row: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!((&row["id"], &row["kept"][HOSTILE]), (&serde_json::json!(HOSTILE), &serde_json::json!(HOSTILE)));
    }

    #[test]
    fn a_file_or_pipe_gets_the_bytes_as_they_are() {
        for format in [ResultFormat::Csv, ResultFormat::Tsv] {
            assert_eq!(written(format, false).matches(HOSTILE).count(), 5, "{format:?}");
        }
        assert!(written(ResultFormat::Jsonl, false).contains('\u{202e}'));
    }

    #[test]
    fn without_a_format_a_terminal_gets_a_table_and_everything_else_json_lines() {
        let csv = Path::new("nowhere/x.csv");
        for (format, output, is_terminal, expected) in [
            (None, None, true, ResultFormat::Table),
            (None, None, false, ResultFormat::Jsonl),
            (Some(ResultFormat::Jsonl), None, true, ResultFormat::Jsonl),
            (Some(ResultFormat::Table), None, false, ResultFormat::Table),
            (None, Some(csv), true, ResultFormat::Csv),
            (Some(ResultFormat::Jsonl), Some(csv), true, ResultFormat::Jsonl),
        ] {
            assert_eq!(format_of(format, output, is_terminal).expect("a format"), expected);
        }
        assert!(format_of(Some(ResultFormat::Table), Some(csv), true).is_err());
    }
}
