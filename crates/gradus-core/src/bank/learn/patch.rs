//! Formats the change of a file as a unified diff that `patch -p1` and `git apply` accept.

use similar::TextDiff;

/// Maximum number of unchanged lines before and after a change.
const CONTEXT: usize = 3;

/// The unified diff that changes `old` to `new`, the texts of the file at path `file`. Empty if the texts are equal.
pub(super) fn unified_diff(file: &str, old: &str, new: &str) -> String {
    // Only `\n` ends a line, because the programs that apply the patch split lines in the same way.
    let [old, new] = [old, new].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let diff = TextDiff::configure().newline_terminated(true).diff_slices(&old, &new);
    diff.unified_diff().context_radius(CONTEXT).header(&format!("a/{file}"), &format!("b/{file}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alphabet() -> String {
        ('a'..='z').flat_map(|c| [c, '\n']).collect()
    }

    #[test]
    fn new_lines_are_added_and_changed_lines_are_replaced() {
        let text = "a\nb\nc\nd\ne\n";
        assert_eq!(
            unified_diff("f", text, "a\nb\nc\nd\nx\ny\ne\n"),
            "--- a/f\n+++ b/f\n@@ -2,4 +2,6 @@\n b\n c\n d\n+x\n+y\n e\n"
        );
        assert_eq!(
            unified_diff("f", text, "# x\na!\nb\nc\nd\ne\n"),
            "--- a/f\n+++ b/f\n@@ -1,4 +1,5 @@\n-a\n+# x\n+a!\n b\n c\n d\n"
        );
    }

    #[test]
    fn changes_that_are_far_apart_have_their_own_hunks() {
        let text = alphabet();
        let changed = format!("x\n{}z\n", text.replace("h\n", "h\ny\n"));
        let diff = unified_diff("f", &text, &changed);
        let hunks: Vec<&str> = diff.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(hunks, ["@@ -1,3 +1,4 @@", "@@ -6,6 +7,7 @@", "@@ -24,3 +26,4 @@"]);
    }

    #[test]
    fn a_missing_newline_at_the_end_of_the_file_is_marked() {
        assert_eq!(
            unified_diff("f", "a\nb", "a\nb\nc"),
            "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn windows_line_endings_and_bare_carriage_returns_are_part_of_the_line() {
        assert_eq!(
            unified_diff("f", "a\r\nb\rc\r\n", "a\r\nx\r\nb\rc\r\n"),
            "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\r\n+x\r\n b\rc\r\n"
        );
    }

    #[test]
    fn equal_texts_give_an_empty_diff() {
        assert_eq!(unified_diff("f", "a\n", "a\n"), "");
    }
}
