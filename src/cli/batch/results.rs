//! What results look like: settled from the flags and the ending of the output's name.

use std::fs::File;
use std::io;
use std::path::Path;

use anyhow::bail;

use crate::batch::{Convert, InputFormat, Layout, Shard};
use crate::cli::args::{EvidenceDetail, RowFormat};
use crate::cli::calibration::Loaded;
use crate::model::{Grade, Kept, Marks, Question};
use crate::report::{Detail, Table, json_line};

/// How results are written.
pub(super) struct Results {
    format: RowFormat,
    detail: Detail,
    keep: Vec<String>,
    calibration: Option<Loaded>,
    table: Option<Table>,
}

impl Results {
    /// `criteria` are the columns of criteria, where results are a table.
    pub(super) fn new(
        format: RowFormat,
        evidence: EvidenceDetail,
        keep: &[String],
        calibration: Option<Loaded>,
        criteria: Vec<String>,
        judged: bool,
    ) -> Self {
        let detail = match evidence {
            EvidenceDetail::Full => Detail::Full,
            EvidenceDetail::Counts => Detail::Counts,
            EvidenceDetail::None => Detail::None,
        };
        let table = is_table(format).then(|| Table {
            criteria,
            calibrated: calibration.is_some(),
            judged,
            keep: keep.to_vec(),
            delimiter: if format == RowFormat::Tsv { b'\t' } else { b',' },
            for_spreadsheets: format != RowFormat::Parquet,
        });
        Self { format, detail, keep: keep.to_vec(), calibration, table }
    }

    pub(super) fn layout(&self, shard: Option<Shard>, grader: &str) -> io::Result<Layout> {
        let head = self.table.as_ref().map_or(Ok(Vec::new()), Table::heading)?;
        Ok(Layout {
            format: format_name(self.format).to_owned(),
            evidence: if self.table.is_some() { "none" } else { self.detail.name() }.to_owned(),
            keep: self.keep.clone(),
            head: String::from_utf8(head).map_err(io::Error::other)?,
            grader: grader.to_owned(),
            calibration: self.calibration.as_ref().map(|of| of.calibration.fingerprint().to_string()),
            shard,
        })
    }

    /// Writes a result.
    pub(super) fn write(
        &self,
        grade: Grade<'_>,
        question: Option<&Question>,
        kept: &[Kept<'_>],
        out: &mut Vec<u8>,
    ) -> io::Result<Marks> {
        let grade = match (&self.calibration, question) {
            (Some(calibration), Some(question)) => calibration.applied(grade, question),
            _ => grade,
        };
        match &self.table {
            Some(table) => table.row(&grade, kept, out)?,
            None => json_line(&grade, self.detail, &self.keep, kept, out)?,
        }
        Ok(Marks::of(&grade))
    }

    pub(super) fn calibration_name(&self) -> Option<String> {
        self.calibration.as_ref().map(|loaded| loaded.name.clone())
    }
}

/// How results are written: as said, or as the ending of the output's name tells, or one JSON object a line.
pub(super) fn format_of(format: Option<RowFormat>, output: Option<&Path>) -> anyhow::Result<RowFormat> {
    let told = output.and_then(told_by_name);
    if let (None, None, Some(output)) = (format, told, output)
        && (output.is_file() || !output.exists())
        && let Some(ending) = output.extension()
    {
        bail!(
            "{}: `.{}` does not say how to write it\nhint: end it with .jsonl, .csv or .tsv, or say --format",
            output.display(),
            ending.display()
        );
    }
    let settled = format.or(told).unwrap_or(RowFormat::Jsonl);
    if settled == RowFormat::Parquet && !cfg!(feature = "parquet") {
        bail!(
            "this program was built without Parquet\nhint: build it with `--features parquet`, or choose another --format"
        );
    }
    if settled == RowFormat::Parquet && output.is_none() {
        bail!("Parquet is no stream\nhint: name a file with --output");
    }
    Ok(settled)
}

/// What the ending of a name tells, below that of packing.
pub(super) fn told_by_name(output: &Path) -> Option<RowFormat> {
    Some(match InputFormat::by_name(output)? {
        InputFormat::Jsonl => RowFormat::Jsonl,
        InputFormat::Csv => RowFormat::Csv,
        InputFormat::Tsv => RowFormat::Tsv,
        InputFormat::Parquet => RowFormat::Parquet,
    })
}

/// What makes the output of results, where these are no text.
pub(super) fn conversion(format: RowFormat) -> Option<&'static Convert<'static>> {
    (format == RowFormat::Parquet).then_some(&to_parquet)
}

#[cfg(feature = "parquet")]
fn to_parquet(table: File, output: File) -> io::Result<()> {
    use crate::batch::{Kind, from_csv};
    let kind = |name: &str| match name {
        "words" | "prompt_tokens" | "completion_tokens" => Kind::Count,
        "score" | "earned" | "possible" | "calibrated" | "cost" => Kind::Number,
        name if name.starts_with("credit:") => Kind::Number,
        _ => Kind::Text,
    };
    from_csv(table, output, kind).map(drop).map_err(io::Error::other)
}

#[cfg(not(feature = "parquet"))]
fn to_parquet(_: File, _: File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn is_table(format: RowFormat) -> bool {
    format != RowFormat::Jsonl
}

fn format_name(format: RowFormat) -> &'static str {
    match format {
        RowFormat::Jsonl => "jsonl",
        RowFormat::Csv => "csv",
        RowFormat::Tsv => "tsv",
        RowFormat::Parquet => "parquet",
    }
}
