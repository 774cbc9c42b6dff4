//! Formats answers as test cases in `JUnit` XML, which continuous integration reads.
//!
//! A document is a head, a text for each case, and a tail, so that the caller can write millions of cases one by one.
//! The text is valid XML 1.0, whatever an id or a reason contains.

use std::fmt::Write as _;

/// An answer as a test case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JunitCase {
    /// Id of the answer.
    pub id: String,
    /// Id of the question. Empty if the question is not known.
    pub question: String,
    /// Outcome of the test case.
    pub outcome: JunitOutcome,
}

/// Outcome of a test case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JunitOutcome {
    /// The score reaches the threshold, or there is none.
    Passed,
    /// The score is below the threshold, with a message.
    Failed(String),
    /// The answer could not be graded, with the reason.
    Errored(String),
}

/// The text before the cases: the start of a document with one suite. `tests` is the number of all cases, `failures` of
/// those that failed, and `errors` of those that could not be graded.
pub fn junit_head(name: &str, tests: u64, failures: u64, errors: u64) -> String {
    let name = attribute(name);
    let all = format!("name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {all}>\n  <testsuite {all}>\n")
}

/// A case, ending in a line break.
pub fn junit_case(case: &JunitCase) -> String {
    let dot = if case.question.is_empty() { "" } else { "." };
    let (question, id) = (attribute(&case.question), attribute(&case.id));
    let start = format!("    <testcase classname=\"gradus{dot}{question}\" name=\"{id}\"");
    let (element, message) = match &case.outcome {
        JunitOutcome::Passed => return start + "/>\n",
        JunitOutcome::Failed(message) => ("failure", message),
        JunitOutcome::Errored(message) => ("error", message),
    };
    format!("{start}>\n      <{element} message=\"{}\"/>\n    </testcase>\n", attribute(message))
}

/// The text after the cases.
pub fn junit_tail() -> &'static str {
    "  </testsuite>\n</testsuites>\n"
}

/// `text` as an attribute value for double quotes. Line breaks and tabs become references, because a reader would
/// replace them by spaces. Characters that XML forbids, and DEL and the C1 controls, which terminals obey, become
/// U+FFFD.
fn attribute(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            _ if c.is_control() || u32::from(c) & 0xfffe == 0xfffe => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: [&str; 7] = [
        "a\"/><evil x='1'>",
        "]]>&amp;<!-- --><?x?>",
        "tab\tline\nreturn\r",
        "\0\u{1}\u{8}\u{b}\u{1b}[2J\u{7f}\u{85}\u{9b}",
        "\u{fffe}\u{ffff}\u{1fffe}\u{10ffff}",
        "漢字 \u{1f600} e\u{301}\u{202e}",
        "",
    ];

    fn case(id: &str, question: &str, outcome: JunitOutcome) -> String {
        junit_case(&JunitCase { id: id.into(), question: question.into(), outcome })
    }

    /// Names of elements in order, an end as `/name`. `None` if the document is not well formed.
    fn elements(document: &str) -> Option<Vec<String>> {
        let (mut seen, mut open) = (Vec::new(), Vec::new());
        let mut rest = document.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        while let Some(tag) = rest.trim_start().strip_prefix('<') {
            let (inside, after) = tag.split_once('>')?;
            rest = after;
            if let Some(name) = inside.strip_prefix('/') {
                (open.pop()? == name).then_some(())?;
                seen.push(format!("/{name}"));
                continue;
            }
            let (inside, is_empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
            let (name, attributes) = inside.split_once(' ')?;
            attributes_are_well_formed(attributes).then_some(())?;
            seen.push(name.to_owned());
            if !is_empty {
                open.push(name);
            }
        }
        (rest.trim().is_empty() && open.is_empty()).then_some(seen)
    }

    fn attributes_are_well_formed(attributes: &str) -> bool {
        let mut rest = attributes;
        while !rest.is_empty() {
            let Some((name, after)) = rest.split_once("=\"") else { return false };
            let Some((value, after)) = after.split_once('"') else { return false };
            let is_reference = |part: &str| {
                let known = ["amp;", "lt;", "gt;", "quot;", "apos;", "#9;", "#10;", "#13;"];
                known.iter().any(|one| part.starts_with(one))
            };
            let is_sound = name.chars().all(|c| c.is_ascii_lowercase())
                && !value.contains(|c: char| c.is_control() || matches!(c, '<' | '\u{fffe}' | '\u{ffff}'))
                && value.split('&').skip(1).all(is_reference);
            if !is_sound {
                return false;
            }
            rest = after.trim_start();
        }
        true
    }

    #[test]
    fn a_case_has_its_outcome() {
        assert_eq!(
            case("7", "error-budget", JunitOutcome::Passed),
            "    <testcase classname=\"gradus.error-budget\" name=\"7\"/>\n"
        );
        assert_eq!(
            case("8", "", JunitOutcome::Errored("no words".into())),
            "    <testcase classname=\"gradus\" name=\"8\">\n      <error message=\"no words\"/>\n    </testcase>\n"
        );
    }

    #[test]
    fn nothing_in_an_id_or_reason_becomes_markup() {
        let mut document = junit_head(NASTY[0], 21, 7, 7);
        for nasty in NASTY {
            let outcomes =
                [JunitOutcome::Passed, JunitOutcome::Failed(nasty.into()), JunitOutcome::Errored(nasty.into())];
            document.extend(outcomes.map(|outcome| case(nasty, nasty, outcome)));
        }
        document.push_str(junit_tail());
        let elements = elements(&document).expect("well formed");
        let count = |name| elements.iter().filter(|element| *element == name).count();
        let counts = ["testsuites", "testsuite", "testcase", "failure", "error", "/testcase"].map(count);
        assert_eq!(counts, [1, 1, 21, 7, 7, 14]);
        assert_eq!(elements.len(), 1 + 1 + 21 + 7 + 7 + 14 + 2);
    }

    #[test]
    fn characters_that_xml_forbids_are_replaced_and_line_breaks_stay() {
        assert_eq!(attribute(NASTY[2]), "tab&#9;line&#10;return&#13;");
        assert_eq!(attribute("\0a\u{fffe}"), "\u{fffd}a\u{fffd}");
        assert_eq!(attribute("<'\">&"), "&lt;&apos;&quot;&gt;&amp;");
        assert_eq!(attribute("漢字 \u{1f600}"), "漢字 \u{1f600}");
    }
}
