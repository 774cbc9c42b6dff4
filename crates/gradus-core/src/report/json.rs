//! Formats any value as indented JSON.

use serde::Serialize;

use super::json_line::escape_controls;

/// `value` as indented JSON that is safe to show on a terminal.
///
/// # Errors
/// When `value` has no JSON form, such as a map whose keys are not strings.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    let mut json = serde_json::to_vec_pretty(value)?;
    escape_controls(&mut json, 0);
    String::from_utf8(json).map_err(serde::ser::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Grade;
    use crate::report::grade::fixture;

    #[test]
    fn a_grade_is_read_back_unchanged() {
        let fixture = fixture::incident();
        let text = json(&fixture.grade).expect("writes");
        let back: Grade<'_> = serde_json::from_str(&text).expect("reads");
        assert_eq!(json(&back).expect("writes"), text);
    }

    #[test]
    fn every_control_character_is_escaped() {
        let text = json("a\u{1b}[2J\u{9b}2J\u{7f}").expect("writes");
        assert!(!text.chars().any(char::is_control));
        assert_eq!(serde_json::from_str::<String>(&text).expect("reads"), "a\u{1b}[2J\u{9b}2J\u{7f}");
    }
}
