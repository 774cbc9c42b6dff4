//! Splits sample answers into passages of a few whole sentences.

use std::ops::Range;

use crate::text::{Document, Lexicon};

/// Words after which a passage ends with the current sentence.
const ENOUGH: u32 = 22;

/// The byte ranges of the passages in `text`. A passage never contains a blank line.
pub fn passages(text: &str) -> Vec<Range<usize>> {
    let (mut document, mut lexicon) = (Document::new(), Lexicon::new());
    document.read(text, 0, &mut lexicon);
    let mut passages: Vec<Range<usize>> = Vec::new();
    let mut words = ENOUGH;
    let starts =
        document.sentences().iter().skip(1).map(|sentence| document.span(sentence.first, sentence.first).start);
    let ends = starts.chain([text.len()]);
    for (sentence, next) in document.sentences().iter().zip(ends) {
        let start = document.span(sentence.first, sentence.first).start;
        let end =
            start + text[start..next].trim_end_matches(|c: char| c.is_whitespace() || "-*•#(\"'“‘".contains(c)).len();
        match passages.last_mut() {
            Some(last) if words < ENOUGH && !text[last.end..start].contains("\n\n") => {
                last.end = end;
                words += sentence.len();
            }
            _ => {
                passages.push(start..end);
                words = sentence.len();
            }
        }
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_are_whole_sentences() {
        let long = "one two three four five six seven eight nine ten eleven twelve.";
        let text = format!("Short one. {long} {long}\n\n\"New paragraph (yes).\" Last");
        let cut: Vec<&str> = passages(&text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(cut, [format!("Short one. {long} {long}").as_str(), "New paragraph (yes).\" Last"]);
        assert!(passages(" ...").is_empty());
    }
}
