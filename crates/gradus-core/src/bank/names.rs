//! Names of questions: how they are compared, and which id a rubric states.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;

/// The key for comparing names. Names that differ only in the Unicode normal form or in white space have the same key,
/// because people cannot distinguish them.
pub(super) fn name_key(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").nfc().collect()
}

/// The part of a rubric file that [`stated_id`] reads.
#[derive(Deserialize)]
struct IdOfFile {
    id: String,
}

/// The id that a rubric states, if this id differs from `file_stem`. The rubric is parsed only if a line before the
/// first table seems to state another id.
pub(super) fn stated_id(text: &str, file_stem: &str) -> Option<String> {
    let mut top = text.lines().map(str::trim).take_while(|line| !line.starts_with('['));
    let differs = |line: &str| {
        let value = line.strip_prefix("id").and_then(|rest| rest.trim_start().strip_prefix('=')).map(str::trim_start);
        let stated = value.and_then(|value| value.strip_prefix(['"', '\''])?.split(['"', '\'']).next());
        stated.is_some_and(|stated| stated != file_stem)
    };
    top.any(differs).then(|| toml::from_str(text).ok().map(|IdOfFile { id }| id)).flatten().filter(|id| id != file_stem)
}
