//! Insertions as a unified diff, as `patch -p1` and `git apply` take it.

use std::fmt::Write as _;

use super::edit::Insertion;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;
const NO_NEWLINE: &str = "\\ No newline at end of file";

/// A line of a diff, with its end.
enum Line {
    Kept(String),
    Removed(String),
    Added(String),
}

/// The text with the insertions, which are in order and at character boundaries.
pub(super) fn applied(text: &str, insertions: &[Insertion]) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut from = 0;
    for insertion in insertions {
        changed.push_str(text.get(from..insertion.at).unwrap_or_default());
        changed.push_str(&insertion.text);
        from = insertion.at;
    }
    changed.push_str(text.get(from..).unwrap_or_default());
    changed
}

/// The same as a diff of the file of that name; nothing where nothing is inserted.
pub(super) fn diff(file: &str, text: &str, insertions: &[Insertion]) -> String {
    if insertions.is_empty() {
        return String::new();
    }
    let mut diff = format!("--- a/{file}\n+++ b/{file}\n");
    let lines = compared(text, insertions);
    let changed: Vec<usize> = (0..lines.len()).filter(|&number| !matches!(lines[number], Line::Kept(_))).collect();
    for hunk in changed.chunk_by(|one, next| next - one <= 2 * CONTEXT + 1) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let range = first.saturating_sub(CONTEXT)..(last + 1 + CONTEXT).min(lines.len());
        let (before, inside) = (&lines[..range.start], &lines[range]);
        let at = |count: fn(&Line) -> bool| {
            let (start, length) = [before, inside].map(|lines| lines.iter().filter(|line| count(line)).count()).into();
            // A side without lines is named by the line before it.
            format!("{},{length}", if length == 0 { start } else { start + 1 })
        };
        let _ = writeln!(diff, "@@ -{} +{} @@", at(Line::is_old), at(Line::is_new));
        inside.iter().for_each(|line| line.write(&mut diff));
    }
    diff
}

/// The lines of both texts, in the order of a diff.
fn compared(text: &str, insertions: &[Insertion]) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut start, mut rest) = (0, insertions);
    let mut old_lines = text.split_inclusive('\n').peekable();
    while let Some(old) = old_lines.next() {
        let end = start + old.len();
        let is_last = old_lines.peek().is_none();
        let count = rest.iter().take_while(|insertion| insertion.at < end || is_last).count();
        let (here, later) = rest.split_at(count);
        let here: Vec<Insertion> =
            here.iter().map(|one| Insertion { at: one.at - start, text: one.text.clone() }).collect();
        let new = applied(old, &here);
        let new: Vec<&str> = new.split_inclusive('\n').collect();
        if !new.contains(&old) {
            lines.push(Line::Removed(old.to_owned()));
        }
        let kept = new.iter().position(|line| *line == old);
        lines.extend(new.iter().enumerate().map(|(number, line)| {
            if kept == Some(number) { Line::Kept(old.to_owned()) } else { Line::Added((*line).to_owned()) }
        }));
        (start, rest) = (end, later);
    }
    lines
}

impl Line {
    fn is_old(&self) -> bool {
        !matches!(self, Self::Added(_))
    }

    fn is_new(&self) -> bool {
        !matches!(self, Self::Removed(_))
    }

    fn write(&self, diff: &mut String) {
        let (sign, text) = match self {
            Self::Kept(text) => (' ', text),
            Self::Removed(text) => ('-', text),
            Self::Added(text) => ('+', text),
        };
        diff.push(sign);
        diff.push_str(text);
        if !text.ends_with('\n') {
            let _ = writeln!(diff, "\n{NO_NEWLINE}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insertion(at: usize, text: &str) -> Insertion {
        Insertion { at, text: text.to_owned() }
    }

    #[test]
    fn lines_between_lines_are_added_and_changed_lines_replaced() {
        let text = "a\nb\nc\nd\ne\n";
        assert_eq!(
            diff("f", text, &[insertion(8, "x\ny\n")]),
            "--- a/f\n+++ b/f\n@@ -2,4 +2,6 @@\n b\n c\n d\n+x\n+y\n e\n"
        );
        assert_eq!(
            diff("f", text, &[insertion(0, "# x\n"), insertion(1, "!")]),
            "--- a/f\n+++ b/f\n@@ -1,4 +1,5 @@\n-a\n+# x\n+a!\n b\n c\n d\n"
        );
    }

    #[test]
    fn changes_far_apart_are_hunks_of_their_own() {
        let text: String = ('a'..='z').flat_map(|c| [c, '\n']).collect();
        let diff = diff("f", &text, &[insertion(0, "x\n"), insertion(16, "y\n"), insertion(52, "z\n")]);
        let hunks: Vec<&str> = diff.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(hunks, ["@@ -1,3 +1,4 @@", "@@ -6,6 +7,7 @@", "@@ -24,3 +26,4 @@"]);
    }

    #[test]
    fn a_file_without_a_last_line_end_is_told_of() {
        assert_eq!(
            diff("f", "a\nb", &[insertion(3, "\nc")]),
            "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn nothing_inserted_is_no_diff() {
        assert_eq!(diff("f", "a\n", &[]), "");
    }
}
