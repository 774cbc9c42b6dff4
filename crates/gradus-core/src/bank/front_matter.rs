//! Front matter: the lines between two fences above an answer, which may name the question.
//!
//! `+++` fences enclose TOML; `---` fences enclose lines of `key: value`. All keys but `question` belong to the author
//! and are ignored. A first line `+++` always opens front matter; `---` may also be a horizontal rule of the answer.

use std::ops::Range;

use serde::Deserialize;

/// The front matter of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontMatter {
    /// Id of the question. `None` if the front matter names none.
    pub question: Option<String>,
    /// Offset of the first byte of the body.
    pub body: usize,
}

/// The message for a first fence without a second one.
pub(super) const NOT_CLOSED: &str = "the front matter is not closed: expected a second line `+++`";

/// A fault of front matter between `+++` fences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant explains its fields")]
pub enum FrontMatterError {
    /// `message` is that of the TOML parser, in one line.
    #[error("line {line}: the front matter is not valid TOML: {message}")]
    NotToml { line: usize, message: String },
    /// The first line is a fence, and no other line is.
    #[error("line 1: {}", NOT_CLOSED)]
    NotClosed,
}

impl FrontMatterError {
    /// How to fix the file.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotToml { .. } => "write `question = \"<id>\"` between the two `+++` lines",
            Self::NotClosed => {
                "write `+++` on a line of its own below the front matter; if the file has no front matter, remove the \
                 first line"
            }
        }
    }
}

#[derive(Deserialize)]
struct Header {
    question: Option<String>,
}

impl FrontMatter {
    /// Reads the front matter of a file. A file whose first line is not a fence is all body, after its byte order mark.
    ///
    /// # Errors
    /// When the text between `+++` fences is not TOML, or the second fence is missing.
    pub fn split(text: &str) -> Result<Self, FrontMatterError> {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let none = Self { question: None, body: start };
        let Fenced { fence, inside, body } = match fenced(text, start) {
            Ok(Some(fenced)) => fenced,
            Err(Unclosed { fence: "+++" }) => return Err(FrontMatterError::NotClosed),
            // because a single `---` is a horizontal rule
            Ok(None) | Err(Unclosed { .. }) => return Ok(none),
        };
        let header = &text[inside.clone()];
        if fence == "---" && !header.lines().all(is_header_line) {
            return Ok(none); // because `---` is also a horizontal rule, and this text has two of them
        }
        let question = if fence == "+++" {
            let parsed: Header = toml::from_str(header).map_err(|error| {
                let at = inside.start + error.span().map_or(0, |span| span.start);
                let message = error.message().trim_end().replace('\n', ", ");
                FrontMatterError::NotToml { line: text[..at].matches('\n').count() + 1, message }
            })?;
            parsed.question
        } else {
            let value = header.lines().find_map(|line| line.strip_prefix("question:"));
            let value = value.map(|value| value.split(" #").next().unwrap_or_default().trim());
            value.map(|value| value.trim_matches(['"', '\'']).to_owned())
        };
        Ok(Self { question, body })
    }
}

/// Whether a line is `key: value`, or may follow one: a comment, an indented line, an item of a list.
fn is_header_line(line: &str) -> bool {
    let key = line.split_once(':').map_or("", |(key, _)| key);
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    is_key || line.trim().is_empty() || line.starts_with(['#', ' ', '\t']) || line.starts_with("- ")
}

/// A text between two equal fences.
pub(super) struct Fenced<'t> {
    /// `+++` or `---`.
    pub(super) fence: &'t str,
    /// The lines between the fences, in bytes of the file.
    pub(super) inside: Range<usize>,
    /// Offset of the first byte after the closing fence.
    pub(super) body: usize,
}

/// A fence without a closing one.
pub(super) struct Unclosed<'t> {
    /// `+++` or `---`.
    pub(super) fence: &'t str,
}

/// The text between the fence at `start` and the next equal one. `None` if no fence starts there.
///
/// # Errors
/// When the closing fence is missing.
pub(super) fn fenced(text: &str, start: usize) -> Result<Option<Fenced<'_>>, Unclosed<'_>> {
    let first = text[start..].split_inclusive('\n').next().unwrap_or_default();
    let fence = first.trim_end();
    if !matches!(fence, "+++" | "---") {
        return Ok(None);
    }
    let inside = start + first.len();
    let mut at = inside;
    for line in text[inside..].split_inclusive('\n') {
        if line.trim_end() == fence {
            return Ok(Some(Fenced { fence, inside: inside..at, body: at + line.len() }));
        }
        at += line.len();
    }
    Err(Unclosed { fence })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Option<String>, &str) {
        let head = FrontMatter::split(text).expect("valid");
        (head.question, &text[head.body..])
    }

    #[test]
    fn front_matter_with_both_kinds_of_fences_names_the_question() {
        let named = Some("p95-win".to_owned());
        assert_eq!(split("+++\nquestion = \"p95-win\"\nmine = 1\n+++\nText"), (named.clone(), "Text"));
        assert_eq!(split("\u{feff}---\r\ntitle: x\r\nquestion: 'p95-win'\r\n---\r\nText"), (named, "Text"));
        assert_eq!(split("+++\n+++"), (None, ""));
    }

    #[test]
    fn text_without_fences_and_a_horizontal_rule_are_all_body() {
        for text in
            ["", "plain", "---\nnot closed", "+++ x\n+++\n", "\n+++\n+++\n", "---\nA rule above.\n---\nAnd below."]
        {
            assert_eq!(split(text), (None, text), "{text:?}");
        }
        assert_eq!(split("\u{feff}plain"), (None, "plain"));
    }

    #[test]
    fn front_matter_that_is_not_toml_is_an_error_with_its_line_and_a_hint() {
        let error = FrontMatter::split("+++\na = 1\nquestion = p95\n+++\n").expect_err("unquoted");
        let expected = "line 3: the front matter is not valid TOML: ";
        assert!(error.to_string().starts_with(expected) && !error.to_string().contains('\n'), "{error}");
        assert_eq!(error.hint(), "write `question = \"<id>\"` between the two `+++` lines");
    }

    #[test]
    fn front_matter_that_is_not_closed_is_an_error_and_never_part_of_the_answer() {
        for text in
            ["+++", "+++\n", "+++ \r\nquestion = \"q\"\r\nText", "\u{feff}+++\nquestion = \"q\"\n---\nText\n+++ x"]
        {
            let error = FrontMatter::split(text).expect_err(text);
            assert_eq!(error.to_string(), "line 1: the front matter is not closed: expected a second line `+++`");
            let hint = "write `+++` on a line of its own below the front matter; if the file has no front matter, \
                        remove the first line";
            assert_eq!(error.hint(), hint);
        }
    }
}
