//! What stands above an answer: its question, between two fences.
//!
//! `+++` fences hold TOML; `---` fences hold lines of `key: value`. Keys other than `question` are the
//! author's own.

use serde::Deserialize;

/// The head of a file and where its body begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontMatter {
    /// Id of the question, where one is named.
    pub question: Option<String>,
    /// First byte of the body.
    pub body: usize,
}

/// Why the head cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: the front matter is not valid TOML: {message}\nhint: write `question = \"<id>\"` between the two `+++` lines"
)]
pub struct FrontMatterError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What the parser said.
    pub message: String,
}

#[derive(Deserialize)]
struct Head {
    question: Option<String>,
}

impl FrontMatter {
    /// Splits a file. A file without a closed head is all body, after its byte order mark.
    ///
    /// # Errors
    /// When a `+++` head is not TOML.
    pub fn split(text: &str) -> Result<Self, FrontMatterError> {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let none = Self { question: None, body: start };
        let Some((fence, head, body)) = fenced(text, start) else {
            return Ok(none);
        };
        let inside = &text[head.clone()];
        if fence == "---" && !inside.lines().all(is_head_line) {
            return Ok(none); // two rules in a text of somebody's own
        }
        let question = if fence == "+++" {
            let parsed: Head = toml::from_str(inside).map_err(|error| {
                let at = head.start + error.span().map_or(0, |span| span.start);
                FrontMatterError { line: text[..at].matches('\n').count() + 1, message: error.message().to_owned() }
            })?;
            parsed.question
        } else {
            let value = inside.lines().find_map(|line| line.strip_prefix("question:"));
            let value = value.map(|value| value.split(" #").next().unwrap_or_default().trim());
            value.map(|value| value.trim_matches(['"', '\'']).to_owned())
        };
        Ok(Self { question, body })
    }
}

/// `key: value`, or what may stand below one: a comment, an indented line, an item of a list.
fn is_head_line(line: &str) -> bool {
    let key = line.split_once(':').map_or("", |(key, _)| key);
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    is_key || line.trim().is_empty() || line.starts_with(['#', ' ', '\t']) || line.starts_with("- ")
}

/// The fence, what stands between the fences, and where the rest begins.
pub(super) fn fenced(text: &str, start: usize) -> Option<(&str, std::ops::Range<usize>, usize)> {
    let first = text[start..].split_inclusive('\n').next()?;
    let fence = first.trim_end();
    if !matches!(fence, "+++" | "---") {
        return None;
    }
    let inside = start + first.len();
    let mut at = inside;
    for line in text[inside..].split_inclusive('\n') {
        if line.trim_end() == fence {
            return Some((fence, inside..at, at + line.len()));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Option<String>, &str) {
        let head = FrontMatter::split(text).expect("valid");
        (head.question, &text[head.body..])
    }

    #[test]
    fn heads_of_both_kinds_name_the_question() {
        let named = Some("p95-win".to_owned());
        assert_eq!(split("+++\nquestion = \"p95-win\"\nmine = 1\n+++\nText"), (named.clone(), "Text"));
        assert_eq!(split("\u{feff}---\r\ntitle: x\r\nquestion: 'p95-win'\r\n---\r\nText"), (named, "Text"));
        assert_eq!(split("+++\n+++"), (None, ""));
    }

    #[test]
    fn text_without_a_closed_head_is_all_body() {
        for text in
            ["", "plain", "---\nnot closed", "+++ x\n+++\n", "\n+++\n+++\n", "---\nA rule above.\n---\nAnd below."]
        {
            assert_eq!(split(text), (None, text), "{text:?}");
        }
        assert_eq!(split("\u{feff}plain"), (None, "plain"));
    }

    #[test]
    fn a_head_that_is_not_toml_is_told_with_its_line() {
        let error = FrontMatter::split("+++\na = 1\nquestion = p95\n+++\n").expect_err("unquoted");
        assert_eq!(error.line, 3);
    }
}
