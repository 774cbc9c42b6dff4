//! A sentence of an answer on one short line, as it can stand in a comment of a file.

use std::ops::Range;

use crate::model::is_invisible;

/// Characters of the longest excerpt, without its dots.
const LONGEST: usize = 90;

/// The part of a sentence around `words`; both are places in `text`. Words are not cut, control characters
/// and invisible ones are left out.
pub(super) fn excerpt(text: &str, sentence: &Range<usize>, words: &Range<usize>) -> String {
    let [before, middle, after] = [sentence.start..words.start, words.clone(), words.end..sentence.end]
        .map(|range| plain(text.get(range).unwrap_or_default()));
    let room = LONGEST.saturating_sub(middle.chars().count());
    let (head, tail) = (before.chars().count(), after.chars().count());
    let first = room.saturating_sub(tail).max(room / 2).min(head);
    let (before, after) = (end_of(&before, first), beginning_of(&after, room - first));
    let mut line = [before.as_str(), &middle, &after].concat();
    line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    line
}

/// White space to spaces, and no character that a reader does not see.
fn plain(text: &str) -> String {
    let spaced = text.chars().filter(|c| !is_invisible(*c));
    spaced.map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect()
}

/// The last words of `text` that fit into `most` characters.
fn end_of(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let end: String = text.chars().skip(count - most).collect();
    format!("… {}", end.split_once(' ').map_or("", |(_, whole)| whole))
}

/// The first words of `text` that fit into `most` characters.
fn beginning_of(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(most).collect();
    format!("{} …", beginning.rsplit_once(' ').map_or("", |(whole, _)| whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_sentence_stays_whole_and_on_one_line() {
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
    fn odd_places_do_no_harm() {
        assert_eq!(excerpt("é", &(0..9), &(1..2)), "");
    }
}
