//! Shortens a sentence of an answer to one line, for a comment in a file.

use std::ops::Range;

use crate::model::is_invisible;

/// Maximum number of characters of an excerpt, without the ellipses.
const LONGEST: usize = 90;

/// The part of a sentence around `words`. Both are byte ranges of `text`.
///
/// Words are not cut. Control characters become spaces, and invisible characters are removed.
pub(super) fn excerpt(text: &str, sentence: &Range<usize>, words: &Range<usize>) -> String {
    let [before, middle, after] = [sentence.start..words.start, words.clone(), words.end..sentence.end]
        .map(|range| plain(text.get(range).unwrap_or_default()));
    let room = LONGEST.saturating_sub(middle.chars().count());
    let (head, tail) = (before.chars().count(), after.chars().count());
    let first = room.saturating_sub(tail).max(room / 2).min(head);
    let (before, after) = (end_of(&before, first), start_of(&after, room - first));
    let mut line = [before.as_str(), &middle, &after].concat();
    line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    line
}

/// The text with spaces for white space and control characters, and without invisible characters.
fn plain(text: &str) -> String {
    let spaced = text.chars().filter(|c| !is_invisible(*c));
    spaced.map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect()
}

/// The last whole words of `text` within `most` characters.
fn end_of(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let end: String = text.chars().skip(count - most).collect();
    format!("… {}", end.split_once(' ').map_or("", |(_, whole)| whole))
}

/// The first whole words of `text` within `most` characters.
fn start_of(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most).collect();
    format!("{} …", start.rsplit_once(' ').map_or("", |(whole, _)| whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_sentence_is_kept_and_put_on_one_line() {
        let text = "One. We\n opened\tthe breaker\u{202e}\u{0}. Two.";
        assert_eq!(excerpt(text, &(5..30), &(9..15)), "We opened the breaker");
    }

    #[test]
    fn a_long_sentence_is_cut_around_the_words() {
        let text = format!("{}the breaker{}", "before ".repeat(40), " after".repeat(40));
        let at = text.find("breaker").unwrap_or_default();
        let short = excerpt(&text, &(0..text.len()), &(at..at + 7));
        assert!(short.starts_with("… before") && short.contains("the breaker after") && short.ends_with("after …"));
        assert!(short.chars().count() <= LONGEST + 4, "{short}");
    }

    #[test]
    fn ranges_outside_of_the_text_give_an_empty_excerpt() {
        assert_eq!(excerpt("é", &(0..9), &(1..2)), "");
    }
}
