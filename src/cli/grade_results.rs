//! Writes the results of `grade`: each one as soon as it is ready, or all of them into one file at the end.

use std::io;
use std::path::Path;

use super::args::{Color, Format, Grade as Args};
use super::files::write_atomically;
use super::printer::Printer;
use super::settings::Settings;
use crate::model::Grade;
use crate::report::{self, DataLayout, Detail, Sheet, Style};

/// The results of one run, in the order of the answers.
pub(super) struct Results<'a, 'g> {
    format: Format,
    quiet: bool,
    style: Style,
    /// Whether there are several answers. Their JSON is one object per line; the JSON of a single answer is indented.
    several: bool,
    output: Option<&'a Path>,
    printer: &'a Printer,
    /// Text that is written to `output` at the end.
    text: String,
    count: usize,
    /// The rows of a CSV table, whose columns depend on all of them.
    rows: Vec<Grade<'g>>,
}

impl<'a, 'g> Results<'a, 'g> {
    pub(super) fn new(args: &'a Args, settings: &Settings, printer: &'a Printer) -> Self {
        let color = settings.color.value == Color::Always;
        let style = if args.output.is_some() { Style { color, ..Style::default() } } else { printer.style };
        Self {
            format: settings.format.value,
            quiet: settings.quiet.value,
            style,
            several: args.files.len() > 1,
            output: args.output.as_deref(),
            printer,
            text: String::new(),
            count: 0,
            rows: Vec::new(),
        }
    }

    /// Writes one result. A row of a CSV table is kept until the end, see [`Self::keep`].
    pub(super) fn add(&mut self, sheet: &Sheet<'_>) -> anyhow::Result<()> {
        let shown = match self.format {
            Format::Text if self.quiet => report::brief(sheet, self.style),
            Format::Text => report::text(sheet, self.style),
            Format::Json if self.several => line(sheet.grade)?,
            Format::Json => report::json(sheet.grade)?,
            Format::Markdown => report::markdown(sheet),
            Format::Csv => return Ok(()),
        };
        let is_report = matches!(self.format, Format::Text | Format::Markdown) && !self.quiet;
        let shown = if is_report && self.count > 0 { format!("\n{shown}") } else { shown };
        self.count += 1;
        self.write(&shown)
    }

    /// Keeps the row of a CSV table.
    pub(super) fn keep(&mut self, grade: Grade<'g>) {
        if self.format == Format::Csv {
            self.rows.push(grade);
        }
    }

    /// Writes the CSV table, and the file with all results.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        if !self.rows.is_empty() {
            let table = report::csv(&self.rows)?;
            self.write(&table)?;
        }
        match self.output {
            Some(output) => write_atomically(output, &self.text),
            None => Ok(()),
        }
    }

    fn write(&mut self, shown: &str) -> anyhow::Result<()> {
        if self.output.is_none() {
            return match self.format {
                Format::Csv => self.printer.data(shown, DataLayout::Rows),
                Format::Json => self.printer.data(shown, DataLayout::Json),
                Format::Text | Format::Markdown => self.printer.result(shown),
            };
        }
        self.text.push_str(shown);
        if !shown.ends_with('\n') {
            self.text.push('\n');
        }
        Ok(())
    }
}

/// A grade as one line of JSON.
fn line(grade: &Grade<'_>) -> anyhow::Result<String> {
    let mut line = Vec::new();
    report::json_line(grade, Detail::Full, &[], &[], &mut line)?;
    Ok(String::from_utf8(line).map_err(io::Error::other)?)
}
