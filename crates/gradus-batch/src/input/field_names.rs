//! The names of the fields of JSON rows.

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
        let _ = each_field_name(line, &mut |name| {
            if names.len() < MAX_NAMES && !names.contains(&name) {
                names.push(name);
            }
        });
    }
    names
}

/// Passes the names of the fields of a JSON object to `take`; of a damaged object, those before the damage.
///
/// # Errors
/// When the row is not an object, or is damaged.
pub(super) fn each_field_name(row: &[u8], take: &mut dyn FnMut(String)) -> serde_json::Result<()> {
    serde_json::Deserializer::from_slice(row).deserialize_map(Names(take))
}

struct Names<'n>(&'n mut dyn FnMut(String));

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(name) = map.next_key::<String>()? {
            (self.0)(name);
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
