//! The names of the fields of the first JSON rows.

use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};

/// Maximum number of rows that are searched for field names.
const MAX_ROWS: usize = 20;
/// Maximum number of field names that are returned.
const MAX_NAMES: usize = 100;

/// The names of the fields of the first rows of `lines`, in the order in which they first occur. A row that is not an
/// object has no names; a truncated row has the names before the end of its text.
pub(super) fn field_names(lines: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(MAX_ROWS) {
        // A row with faults is reported when it is read.
        let _ = serde_json::Deserializer::from_slice(line).deserialize_map(Names(&mut names));
    }
    names
}

struct Names<'n>(&'n mut Vec<String>);

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if !self.0.contains(&name) && self.0.len() < MAX_NAMES {
                self.0.push(name);
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_first_rows_are_found_and_faults_are_ignored() {
        let lines = b"{\"id\":1,\"Which \\\"one\\\"?\":{\"x\":[2]}}\n\n[1]\nno json\n{\"answer\":\"a\",\"id\":2}\n{\"cut\":\"sho";
        assert_eq!(field_names(lines), ["id", "Which \"one\"?", "answer", "cut"]);
        assert!(field_names(b"").is_empty() && field_names(b"{").is_empty());
    }
}
