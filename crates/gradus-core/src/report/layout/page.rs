//! A page of a terminal report: takes text runs, and gives lines that fit the terminal.
//!
//! This is the only module that writes escape sequences. All text comes from [`TextRun`], which removes or replaces
//! control characters.

use std::iter;

use super::style::{HEADING, Ink, PLAIN, Style};
use super::text_run::{TextRun, columns_of};
use super::wrap::wrap;

/// The lines of a page so far.
#[derive(Debug)]
pub(in crate::report) struct Page {
    out: String,
    style: Style,
}

impl Page {
    pub(in crate::report) fn new(style: Style) -> Self {
        Self { out: String::new(), style }
    }

    pub(in crate::report) fn columns(&self) -> usize {
        self.style.columns()
    }

    pub(in crate::report) fn has_color(&self) -> bool {
        self.style.color
    }

    /// Adds an empty line, unless the page is empty or already ends with an empty line.
    pub(in crate::report) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Adds a heading: the name of a section and a remark. An empty `remark` is left out.
    pub(in crate::report) fn heading(&mut self, name: &str, remark: &str) {
        let separator = if remark.is_empty() { "" } else { " — " };
        self.blank();
        self.paragraph(0, &[TextRun::new(name, HEADING), TextRun::faint(separator), TextRun::faint(remark)]);
    }

    /// Adds a paragraph, indented by `indent` columns.
    pub(in crate::report) fn paragraph(&mut self, indent: usize, runs: &[TextRun<'_>]) {
        self.hanging(&[TextRun::plain(" ".repeat(indent))], runs);
    }

    /// Adds a paragraph with `lead` before its first line, and spaces of the same width before the other lines.
    pub(in crate::report) fn hanging(&mut self, lead: &[TextRun<'_>], runs: &[TextRun<'_>]) {
        let blank = TextRun::plain(" ".repeat(columns_of(lead)));
        self.with_leads(lead, &[blank], runs);
    }

    /// Adds a paragraph with `lead` before every line.
    pub(in crate::report) fn with_lead_on_every_line(&mut self, lead: &TextRun<'_>, runs: &[TextRun<'_>]) {
        let lead = std::slice::from_ref(lead);
        self.with_leads(lead, lead, runs);
    }

    fn with_leads(&mut self, first: &[TextRun<'_>], rest: &[TextRun<'_>], runs: &[TextRun<'_>]) {
        let width = self.columns().saturating_sub(columns_of(first));
        let leads = iter::once(first).chain(iter::repeat(rest));
        for (line, lead) in wrap(runs, width).iter().zip(leads) {
            self.line(
                lead.iter().map(|run| (&*run.text, run.ink)).chain(line.iter().map(|(text, ink)| (&**text, *ink))),
            );
        }
    }

    /// Adds a line without wrapping it.
    pub(in crate::report) fn unwrapped(&mut self, runs: &[TextRun<'_>]) {
        self.line(runs.iter().map(|run| (&*run.text, run.ink)));
    }

    fn line<'a>(&mut self, runs: impl Iterator<Item = (&'a str, Ink)>) {
        for (text, ink) in runs {
            let ink = if self.style.color { ink } else { PLAIN };
            self.out.extend([&ink.render().to_string(), text, &ink.render_reset().to_string()]);
        }
        self.out.push('\n');
    }

    /// The text of the page. It ends with exactly one line break.
    pub(in crate::report) fn finish(mut self) -> String {
        let end = self.out.trim_end_matches('\n').len();
        self.out.truncate(end);
        self.out.push('\n');
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::layout::style::GOOD;

    #[test]
    fn later_lines_hang_under_the_first() {
        let mut page = Page::new(Style { width: 40, color: false });
        page.hanging(&[TextRun::plain("  1  ")], &[TextRun::plain("word ".repeat(9))]);
        assert_eq!(page.finish(), "  1  word word word word word word word\n     word word\n");
    }

    #[test]
    fn color_is_reset_on_every_line() {
        let mut page = Page::new(Style { width: 40, color: true });
        page.paragraph(0, &[TextRun::new("word ".repeat(9), GOOD)]);
        let text = page.finish();
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().all(|line| line.starts_with("\u{1b}[32m") && line.ends_with("\u{1b}[0m")));
    }

    #[test]
    fn repeated_blank_lines_become_one() {
        let mut page = Page::new(Style::default());
        page.blank();
        page.paragraph(0, &[TextRun::plain("a")]);
        page.blank();
        page.blank();
        page.paragraph(0, &[TextRun::plain("b")]);
        assert_eq!(page.finish(), "a\n\nb\n");
    }
}
