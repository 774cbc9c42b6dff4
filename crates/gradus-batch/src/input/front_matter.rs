//! The values of columns in the front matter of a file: `key = value` in TOML, or lines of `key: value`.

use super::record::Field;

/// The values in the front matter at the start of a file; empty without front matter. `head` is the part of
/// the file before its body, fences included, and is known to be valid.
pub(super) fn fields(head: &str) -> Vec<(String, Field)> {
    let head = head.trim_start_matches('\u{feff}');
    let mut lines = head.lines();
    let fence = lines.next().map(str::trim_end);
    let inside: Vec<&str> = lines.take_while(|line| Some(line.trim_end()) != fence).collect();
    match fence {
        Some("+++") => toml::from_str::<toml::Table>(&inside.join("\n")).map_or_else(|_| Vec::new(), of_table),
        Some("---") => inside.iter().filter_map(|line| of_line(line)).collect(),
        _ => Vec::new(),
    }
}

fn of_table(table: toml::Table) -> Vec<(String, Field)> {
    let field = |value: toml::Value| match value {
        toml::Value::String(text) => Field::Text(text),
        toml::Value::Integer(number) => Field::Number(number.to_string()),
        toml::Value::Float(number) => Field::Number(number.to_string()),
        toml::Value::Datetime(time) => Field::Text(time.to_string()),
        other => Field::Json(serde_json::to_string(&other).unwrap_or_default()),
    };
    table.into_iter().map(|(name, value)| (name, field(value))).collect()
}

/// A line of `key: value`; every value is text. Lists and comments are not read.
fn of_line(line: &str) -> Option<(String, Field)> {
    let (key, value) = line.split_once(':')?;
    if key.is_empty() || key.starts_with([' ', '\t', '#', '-']) {
        return None;
    }
    let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    Some((key.to_owned(), Field::Text(value.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(head: &str) -> Vec<String> {
        fields(head).into_iter().map(|(name, field)| format!("{name} {field:?}")).collect()
    }

    #[test]
    fn both_kinds_of_front_matter_have_values() {
        let toml = "\u{feff}+++\nscore = 3\nhalf = 0.5\nsplit = \"train\"\ncriteria = { a = 1.0 }\n+++\n";
        let expected = [
            "score Number(\"3\")",
            "half Number(\"0.5\")",
            "split Text(\"train\")",
            "criteria Json(\"{\\\"a\\\":1.0}\")",
        ];
        let mut found = shown(toml);
        found.sort_by_key(|text| expected.iter().position(|one| one == text));
        assert_eq!(found, expected);
        let lines = "---\r\nscore: 3 # of 4\r\nsplit: 'train'\r\ntags:\r\n- a\r\n---\r\n";
        assert_eq!(shown(lines), ["score Text(\"3\")", "split Text(\"train\")", "tags Text(\"\")"]);
        assert_eq!(shown(""), [""; 0]);
    }
}
