//! Findings as pictures of their places.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::printer::Printer;
use crate::bank::{Files, Finding};
use crate::report::printable;

/// Every finding with the lines it is about.
pub(super) fn render(findings: &[Finding], files: &Files, printer: &Printer) -> String {
    let renderer = if printer.style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(printer.style.width.max(40));
    findings.iter().map(|finding| picture(finding, files, &renderer)).collect()
}

fn picture(finding: &Finding, files: &Files, renderer: &Renderer) -> String {
    let text = files.text_or_shipped(&finding.file).unwrap_or_default();
    let start = finding.start.min(text.len());
    let line_end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at);
    let end = finding.end.clamp(start, line_end);
    let (path, message, hint) = (printable(&finding.file), printable(&finding.message), printable(&finding.hint));
    let snippet = Snippet::source(text).path(&*path).fold(true).annotation(AnnotationKind::Primary.span(start..end));
    let report: &[Group<'_>] =
        &[Level::ERROR.primary_title(&*message).element(snippet).element(Level::HELP.message(&*hint))];
    format!("{}\n\n", renderer.render(report))
}
