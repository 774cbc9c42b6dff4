//! Renders findings with the lines of the file that they are about.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::printer::Printer;
use crate::bank::{Files, Finding};
use crate::report::printable;

/// Renders findings. `shown` gives the name to print for a file of the bank.
pub(super) fn render(findings: &[Finding], files: &Files, shown: impl Fn(&str) -> String, printer: &Printer) -> String {
    let renderer = if printer.style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(printer.style.width.max(40));
    findings.iter().map(|finding| render_one(finding, files, &shown(&finding.file), &renderer)).collect()
}

/// Renders a finding. The renderer gets only the lines around the finding, so that the time does not depend on the length
/// of the file.
fn render_one(finding: &Finding, files: &Files, shown: &str, renderer: &Renderer) -> String {
    let text = files.text_or_built_in(&finding.file).unwrap_or_default();
    let start = text.floor_char_boundary(finding.start.min(text.len()));
    let end_of_line = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = text.floor_char_boundary(finding.end.clamp(start, end_of_line)).max(start);
    let (from, to) = excerpt(text, start, end, end_of_line);
    let (path, message, hint) = (printable(shown), printable(&finding.message), printable(&finding.hint));
    let snippet = Snippet::source(&text[from..to])
        .line_start(finding.line)
        .annotation(AnnotationKind::Primary.span(start - from..end - from));
    let title = Level::ERROR.primary_title(&*message);
    // The renderer counts columns in the excerpt, which is wrong if the line was cut.
    let report = if from == 0 || text[..from].ends_with('\n') {
        title.element(snippet.path(&*path))
    } else {
        title.element(Origin::path(&*path).line(finding.line).char_column(finding.column)).element(snippet)
    };
    let report: &[Group<'_>] = &[report.element(Level::HELP.message(&*hint))];
    format!("{}\n\n", renderer.render(report))
}

/// Limit for the bytes of a line before and after the finding.
const AROUND: usize = 400;

/// The byte range of the line of a finding, or the part of a very long line around it.
fn excerpt(text: &str, start: usize, end: usize, end_of_line: usize) -> (usize, usize) {
    let earliest = text.floor_char_boundary(start.saturating_sub(AROUND));
    let from = text[earliest..start].rfind('\n').map_or(earliest, |at| earliest + at + 1);
    let latest = text.ceil_char_boundary(end.saturating_add(AROUND).min(text.len()));
    (from, end_of_line.min(latest))
}
