//! Any result as indented JSON.

use serde::Serialize;

/// `value` as indented JSON that is safe to show on a terminal.
///
/// # Errors
/// Where `value` has no JSON form, such as a map whose keys are not strings.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(value).map(escape_controls)
}

/// JSON lets DEL and the C1 controls stand in strings as they are; terminals obey them.
fn escape_controls(json: String) -> String {
    let controls = '\u{7f}'..='\u{9f}';
    if !json.contains(|c| controls.contains(&c)) {
        return json;
    }
    controls.fold(json, |json, c| json.replace(c, &format!("\\u{:04x}", u32::from(c))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Grade;
    use crate::report::fixture;

    #[test]
    fn a_grade_survives_the_way_there_and_back() {
        let fixture = fixture::incident();
        let text = json(&fixture.grade).expect("writes");
        let back: Grade<'_> = serde_json::from_str(&text).expect("reads");
        assert_eq!(json(&back).expect("writes"), text);
    }

    #[test]
    fn no_control_character_is_written_as_it_is() {
        let text = json("a\u{1b}[2J\u{9b}2J\u{7f}").expect("writes");
        assert!(!text.chars().any(char::is_control));
        assert_eq!(serde_json::from_str::<String>(&text).expect("reads"), "a\u{1b}[2J\u{9b}2J\u{7f}");
    }
}
