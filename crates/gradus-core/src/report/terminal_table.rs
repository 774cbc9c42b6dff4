//! Formats grades as a table on a terminal, one row per answer, so that each row can be printed when its grade is
//! ready.
//!
//! Column widths depend only on the terminal's width and the longest question id, so that no row waits for another one.
//! The table is for people, not for programs, because ids are shortened.

use super::layout::page::Page;
use super::layout::style::{FAINT, Ink, PLAIN, Style, band_ink};
use super::layout::text_run::TextRun;
use crate::model::{Band, Grade, Outcome, Tenths};
use crate::wording::{columns, cut_end, cut_middle, safe_line};

/// Minimum number of columns of the table, also on narrower terminals.
const MIN_WIDTH: usize = 40;
/// Minimum width of a terminal, in columns, for flags and reasons on the line of their answer; on narrower terminals
/// they are on the next line.
const MIN_WIDTH_WITH_NOTES: usize = 72;
/// Width of "100.0", in columns.
const SCORE_WIDTH: usize = 5;
/// Width of "ungraded" in columns, which is longer than the name of any band.
const BAND_WIDTH: usize = 8;
/// Minimum number of columns for flags and reasons on a wide terminal; most flags need fewer.
const MIN_NOTES_WIDTH: usize = 16;
/// Maximum number of columns for ids; the rest of a wide terminal is for reasons.
const MAX_ID_WIDTH: usize = 60;
/// Minimum number of columns in which a reason can be understood. If the last column is narrower, the reason
/// replaces the question, the score and the band.
const MIN_REASON_WIDTH: usize = 48;

/// The column widths of the table, and the width and color of its terminal.
#[derive(Debug, Clone, Copy)]
pub struct TerminalTable {
    color: bool,
    gap: usize,
    id: usize,
    question: usize,
    /// Columns for flags and reasons at the end of a line. `None` if they have a line of their own.
    notes: Option<usize>,
    width: usize,
}

impl TerminalTable {
    /// A table for the terminal `style`. `longest_question` is the width in columns of the longest question id.
    pub fn new(style: Style, longest_question: usize) -> Self {
        let width = style.width.max(MIN_WIDTH);
        let longest_question = longest_question.max("question".len());
        let table = |gap, id, question, notes| Self { color: style.color, gap, id, question, notes, width };
        if width < MIN_WIDTH_WITH_NOTES {
            let room = width - SCORE_WIDTH - BAND_WIDTH - 3;
            let question = longest_question.min(room * 2 / 5);
            table(1, room - question, question, None)
        } else {
            let room = width - SCORE_WIDTH - BAND_WIDTH - 8;
            let question = longest_question.min(room * 28 / 100);
            let notes = (room * 30 / 100).max(MIN_NOTES_WIDTH);
            let id = (room - question - notes).min(MAX_ID_WIDTH);
            table(2, id, question, Some(room - id - question))
        }
    }

    /// The heading, ending in a line break.
    pub fn heading(&self) -> String {
        let cells = [
            left_aligned("id", self.id),
            left_aligned("question", self.question),
            right_aligned("score", SCORE_WIDTH),
            self.notes.map_or("band".to_owned(), |_| left_aligned("band", BAND_WIDTH)),
        ];
        let notes = self.notes.map(|_| "flags or reason");
        self.line(&cells.each_ref().map(String::as_str), notes, [FAINT; 3])
    }

    /// The row of a grade, ending in a line break.
    pub fn row(&self, grade: &Grade<'_>) -> String {
        let id = left_aligned(&cut_middle(&grade.id, self.id), self.id);
        let question = left_aligned(&cut_middle(&grade.question, self.question), self.question);
        match &grade.outcome {
            Outcome::Graded { score, band, .. } => {
                let (score, band) =
                    grade.calibrated.as_ref().map_or((*score, *band), |fitted| (fitted.score, fitted.band));
                self.graded(&id, &question, score, band, &notes(grade))
            }
            Outcome::Ungraded { reason } => self.ungraded(&id, &question, reason),
        }
    }

    fn graded(&self, id: &str, question: &str, score: Tenths, band: Band, notes: &str) -> String {
        let (score, inks) = (right_aligned(&score.to_string(), SCORE_WIDTH), [PLAIN, band_ink(band), PLAIN]);
        let band = left_aligned(band.name(), BAND_WIDTH);
        let cells = [id, question, &score, &band];
        match self.notes {
            Some(room) => self.line(&cells, Some(&cut_end(notes, room)), inks),
            None if notes.is_empty() => self.line(&cells, None, inks),
            None => self.line(&cells, None, inks) + &self.below(notes),
        }
    }

    fn ungraded(&self, id: &str, question: &str, reason: &str) -> String {
        let inks = [PLAIN, PLAIN, FAINT];
        let cells = [id, question, "    –", "ungraded"];
        match self.notes {
            Some(room) if room >= MIN_REASON_WIDTH => self.line(&cells, Some(&cut_end(reason, room)), inks),
            Some(room) => {
                let label = "ungraded: ";
                let room = self.question + SCORE_WIDTH + BAND_WIDTH + 3 * self.gap + room - label.len();
                self.line(&[id], Some(&format!("{label}{}", cut_end(reason, room))), inks)
            }
            None => self.line(&cells, None, inks) + &self.below(reason),
        }
    }

    /// Cells and notes on one line. The inks are for id and question, for score and band, and for the notes.
    fn line(&self, cells: &[&str], notes: Option<&str>, [name, score, note]: [Ink; 3]) -> String {
        let mut page = Page::new(Style { width: self.width, color: self.color });
        let gap = " ".repeat(self.gap);
        let mut runs = Vec::with_capacity(2 * cells.len() + 1);
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                runs.push(TextRun::plain(gap.as_str()));
            }
            let is_last = place + 1 == cells.len() && notes.is_none_or(str::is_empty);
            runs.push(TextRun::new(if is_last { cell.trim_end() } else { cell }, if place < 2 { name } else { score }));
        }
        if let Some(notes) = notes.filter(|notes| !notes.is_empty()) {
            runs.extend([TextRun::plain(gap.as_str()), TextRun::new(notes, note)]);
        }
        page.unwrapped(&runs);
        page.finish()
    }

    /// The notes on a separate line, below the row of their answer.
    fn below(&self, notes: &str) -> String {
        let mut page = Page::new(Style { width: self.width, color: self.color });
        page.unwrapped(&[TextRun::faint(format!("  {}", cut_end(notes, self.width - 2)))]);
        page.finish()
    }
}

/// Width of `id` in columns when it is shown in full.
pub fn shown_columns(id: &str) -> usize {
    columns(&safe_line(id))
}

/// The flags of a graded answer, and a note if the offline scorer graded it.
fn notes(grade: &Grade<'_>) -> String {
    let fallback = grade.fallback.as_ref().map(|_| "graded offline");
    let all: Vec<&str> = fallback.into_iter().chain(grade.flags.iter().map(|flag| flag.name())).collect();
    all.join(", ")
}

fn left_aligned(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

fn right_aligned(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Flag;
    use crate::report::grade::fixture;
    use proptest::prelude::*;
    use std::borrow::Cow;

    fn grade(id: &str, question: &str, outcome: Outcome<'static>) -> Grade<'static> {
        let (id, question) = (Cow::Owned(id.to_owned()), Cow::Owned(question.to_owned()));
        Grade { id, question, outcome, flags: Vec::new(), ..fixture::incident().grade }
    }

    fn graded(id: &str, tenths: u32, band: Band) -> Grade<'static> {
        let one = crate::model::Thousandths(1000);
        grade(id, "error-budget", Outcome::Graded { score: Tenths(tenths), earned: one, possible: one, band })
    }

    fn ungraded(id: &str, reason: &str) -> Grade<'static> {
        grade(id, "error-budget", Outcome::Ungraded { reason: Cow::Owned(reason.to_owned()) })
    }

    fn table(width: usize) -> String {
        let table = TerminalTable::new(Style { width, color: false }, 27);
        let flagged = Grade { flags: vec![Flag::TooShort, Flag::Echo], ..graded("ben.txt", 125, Band::Weak) };
        let rows = [
            graded("week-3/anna-marie-the-second-error-budget-final-version-2.txt", 1000, Band::Strong),
            flagged,
            Grade {
                fallback: Some("timed out".into()),
                ..graded("漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字.txt", 500, Band::Partial)
            },
            ungraded(
                "cleo.txt",
                "no question is called `eror-budget`; the nearest are `error-budget` and `error-handling`",
            ),
        ];
        rows.iter().fold(table.heading(), |text, grade| text + &table.row(grade))
    }

    #[test]
    fn a_narrow_table_has_flags_and_reasons_under_their_answer() {
        insta::assert_snapshot!(table(40));
    }

    #[test]
    fn at_80_columns_the_reason_replaces_question_score_and_band() {
        insta::assert_snapshot!(table(80));
    }

    #[test]
    fn a_wide_table_has_room_for_everything() {
        insta::assert_snapshot!(table(200));
    }

    #[test]
    fn color_marks_score_and_band_and_does_not_change_the_text() {
        let [plain, colored] = [false, true].map(|color| {
            let row = TerminalTable::new(Style { width: 80, color }, 27).row(&graded("a", 900, Band::Strong));
            row.trim_end().to_owned()
        });
        assert!(colored.contains("\u{1b}[32m 90.0") && !plain.contains('\u{1b}'), "{colored:?}");
        assert_eq!(anstream::adapter::strip_str(&colored).to_string().trim_end(), plain);
    }

    #[test]
    fn a_huge_id_is_cut_to_a_short_row() {
        let row =
            TerminalTable::new(Style::default(), 27).row(&graded(&"e\u{301}\u{301}".repeat(4_000_000), 0, Band::Weak));
        assert!(row.len() < 5000, "{}", row.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_line_fits_the_terminal_and_is_safe_to_print(
            width in 0..240_usize, longest in 0..60_usize, id in "\\PC{0,90}|.{0,60}|(é|漢|\u{1b}|\u{202e}|\n){0,80}",
            reason in ".{0,200}", tenths in 0..=1000_u32, is_graded in any::<bool>(),
        ) {
            let table = TerminalTable::new(Style { width, color: false }, longest);
            let grade = if is_graded {
                Grade { flags: vec![Flag::TooShort; tenths as usize % 8], ..graded(&id, tenths, Band::Weak) }
            } else {
                ungraded(&id, &reason)
            };
            let row = table.row(&grade);
            let wide = width >= MIN_WIDTH_WITH_NOTES;
            prop_assert!(row.lines().count() == 1 || (!wide && row.lines().count() == 2), "{}", row);
            for line in row.lines().chain(table.heading().lines()) {
                prop_assert!(columns(line) <= width.max(MIN_WIDTH), "{} {}", width, line);
                prop_assert!(!line.contains(char::is_control) && !line.contains('\u{202e}'), "{:?}", line);
            }
        }
    }
}
