//! Finds the text that a server wrote for people: in a JSON error, or in the title of an HTML page.

use gradus_core::wording::one_line;
use serde_json::Value;

/// JSON pointers to the explanation of an error, the most informative first.
const PLACES: [&str; 9] = [
    "/error/message",
    "/error/detail",
    "/error/type",
    "/error",
    "/message",
    "/detail",
    "/detail/0/msg",
    "/errors/0/message",
    "/errors/0",
];

/// The explanation in a JSON response, or in the first element of a list; `None` if there is no explanation.
pub(super) fn complaint(answer: &Value) -> Option<&str> {
    let answer = answer.get(0).unwrap_or(answer);
    let words = PLACES.iter().filter_map(|place| answer.pointer(place)?.as_str());
    words.map(str::trim).find(|words| !words.is_empty())
}

/// Whether a response is an HTML page.
pub(super) fn is_html(content_type: Option<&str>, body: &str) -> bool {
    let starts_with_tag =
        |tag: &str| body.trim_start().get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"))
        || ["<!doctype html", "<html", "<head", "<body"].into_iter().any(starts_with_tag)
}

/// The title of an HTML page, on one line; `None` if the page has no title.
pub(super) fn title(page: &str) -> Option<String> {
    // Only ASCII is folded, so byte positions stay the same.
    let folded = page.to_ascii_lowercase();
    let tag = folded.find("<title")?;
    let start = tag + folded.get(tag..)?.find('>')? + 1;
    let end = start + folded.get(start..)?.find("</title")?;
    page.get(start..end).map(one_line).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_explanation_is_found_in_every_known_place() {
        let cases = [
            (json!({ "error": { "message": " m ", "type": "t" } }), Some("m")),
            (json!({ "error": { "message": "", "type": "t" } }), Some("t")),
            (json!({ "error": "e", "message": "m" }), Some("e")),
            (json!({ "error": null, "message": "m" }), Some("m")),
            (json!({ "detail": "d" }), Some("d")),
            (json!({ "detail": [{ "loc": ["body"], "msg": "d" }] }), Some("d")),
            (json!({ "errors": ["e"] }), Some("e")),
            (json!([{ "error": { "message": "m" } }]), Some("m")),
            (json!({ "error": 7 }), None),
            (json!([]), None),
            (json!("m"), None),
        ];
        for (answer, expected) in cases {
            assert_eq!(complaint(&answer), expected, "{answer}");
        }
    }

    #[test]
    fn the_title_of_a_page_is_found() {
        let cases = [
            ("<html><TITLE lang=en>\n 502 Bad\nGateway </Title>", Some("502 Bad Gateway")),
            ("<p>ßİ</p><title>ß</title>", Some("ß")),
            ("<title></title>", None),
            ("<title>never ends", None),
            ("<title", None),
            ("", None),
        ];
        for (page, expected) in cases {
            assert_eq!(title(page).as_deref(), expected, "{page}");
        }
    }

    #[test]
    fn a_page_is_recognised_by_its_type_or_its_start() {
        assert!(is_html(Some("Text/HTML; charset=utf-8"), "x"));
        assert!(is_html(None, "\n<!DOCTYPE HTML><p>"));
        assert!(!is_html(Some("text/plain"), "<3 ß"));
    }
}
