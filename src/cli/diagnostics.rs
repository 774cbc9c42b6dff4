//! Findings as pictures of their places.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::printer::Printer;
use crate::bank::{Files, Finding};

/// Every finding with the lines it is about.
pub(super) fn render(findings: &[Finding], files: &Files, printer: &Printer) -> String {
    let renderer = if printer.style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(printer.style.width.max(40));
    findings.iter().map(|finding| picture(finding, files, &renderer)).collect()
}

fn picture(finding: &Finding, files: &Files, renderer: &Renderer) -> String {
    let text = files.text(&finding.file).unwrap_or_default();
    let line_end = text[finding.start..].find('\n').map_or(text.len(), |at| finding.start + at);
    let end = finding.end.clamp(finding.start, line_end.max(finding.start));
    let snippet = Snippet::source(text)
        .path(&finding.file)
        .fold(true)
        .annotation(AnnotationKind::Primary.span(finding.start..end));
    let report: &[Group<'_>] =
        &[Level::ERROR.primary_title(&finding.message).element(snippet).element(Level::HELP.message(&finding.hint))];
    format!("{}\n\n", renderer.render(report))
}
