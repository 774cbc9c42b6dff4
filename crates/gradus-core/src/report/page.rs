//! A page of a report in the making: inked runs in, lines that fit the terminal out.
//!
//! The only place that writes escape sequences; every text on the way here has been made safe.

use std::borrow::Cow;
use std::iter;

use super::clean::clean;
use super::style::{FAINT, HEADING, Ink, PLAIN, Style};
use super::wrap::{columns, wrap};

/// Text in one ink, safe to show and without line breaks.
#[derive(Debug, Clone)]
pub(super) struct Run<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) ink: Ink,
}

impl<'a> Run<'a> {
    pub(super) fn new(text: impl Into<Cow<'a, str>>, ink: Ink) -> Self {
        Self { text: clean(text.into()), ink }
    }

    pub(super) fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, PLAIN)
    }

    pub(super) fn faint(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, FAINT)
    }
}

/// What has been written so far.
#[derive(Debug)]
pub(super) struct Page {
    out: String,
    style: Style,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { out: String::new(), style }
    }

    pub(super) fn columns(&self) -> usize {
        self.style.columns()
    }

    pub(super) fn has_color(&self) -> bool {
        self.style.color
    }

    /// One empty line, unless there is one already.
    pub(super) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// The name of a section, and what is to be known about it.
    pub(super) fn heading(&mut self, name: &str, remark: &str) {
        let separator = if remark.is_empty() { "" } else { " — " };
        self.blank();
        self.paragraph(0, &[Run::new(name, HEADING), Run::faint(separator), Run::faint(remark)]);
    }

    /// A paragraph, `indent` columns in.
    pub(super) fn paragraph(&mut self, indent: usize, runs: &[Run<'_>]) {
        self.hanging(&[Run::plain(" ".repeat(indent))], runs);
    }

    /// A paragraph with `lead` before its first line and as much space before the others.
    pub(super) fn hanging(&mut self, lead: &[Run<'_>], runs: &[Run<'_>]) {
        let blank = Run::plain(" ".repeat(width_of(lead)));
        self.led(lead, &[blank], runs);
    }

    /// A paragraph with `lead` before every line.
    pub(super) fn barred(&mut self, lead: &Run<'_>, runs: &[Run<'_>]) {
        let lead = std::slice::from_ref(lead);
        self.led(lead, lead, runs);
    }

    fn led(&mut self, first: &[Run<'_>], rest: &[Run<'_>], runs: &[Run<'_>]) {
        let width = self.columns().saturating_sub(width_of(first));
        let leads = iter::once(first).chain(iter::repeat(rest));
        for (line, lead) in wrap(runs, width).iter().zip(leads) {
            self.line(
                lead.iter().map(|run| (&*run.text, run.ink)).chain(line.iter().map(|(text, ink)| (&**text, *ink))),
            );
        }
    }

    /// One line that is not wrapped.
    pub(super) fn unwrapped(&mut self, runs: &[Run<'_>]) {
        self.line(runs.iter().map(|run| (&*run.text, run.ink)));
    }

    fn line<'a>(&mut self, runs: impl Iterator<Item = (&'a str, Ink)>) {
        for (text, ink) in runs {
            let ink = if self.style.color { ink } else { PLAIN };
            self.out.extend([&ink.render().to_string(), text, &ink.render_reset().to_string()]);
        }
        self.out.push('\n');
    }

    /// The page without what follows its last line.
    pub(super) fn finish(mut self) -> String {
        let end = self.out.trim_end_matches('\n').len();
        self.out.truncate(end);
        self.out.push('\n');
        self.out
    }
}

/// Columns that `runs` take in a row.
pub(super) fn width_of(runs: &[Run<'_>]) -> usize {
    runs.iter().map(|run| columns(&run.text)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::GOOD;

    #[test]
    fn later_lines_hang_under_the_first() {
        let mut page = Page::new(Style { width: 40, color: false });
        page.hanging(&[Run::plain("  1  ")], &[Run::plain("word ".repeat(9))]);
        assert_eq!(page.finish(), "  1  word word word word word word word\n     word word\n");
    }

    #[test]
    fn color_is_reset_on_every_line() {
        let mut page = Page::new(Style { width: 40, color: true });
        page.paragraph(0, &[Run::new("word ".repeat(9), GOOD)]);
        let text = page.finish();
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().all(|line| line.starts_with("\u{1b}[32m") && line.ends_with("\u{1b}[0m")));
    }

    #[test]
    fn blank_lines_do_not_pile_up() {
        let mut page = Page::new(Style::default());
        page.blank();
        page.paragraph(0, &[Run::plain("a")]);
        page.blank();
        page.blank();
        page.paragraph(0, &[Run::plain("b")]);
        assert_eq!(page.finish(), "a\n\nb\n");
    }
}
