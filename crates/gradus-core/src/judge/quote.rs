//! Finds a judge's quote in the answer.
//!
//! A quote matches a passage that reads the same, regardless of white space, punctuation marks and capitals. It starts
//! and ends at word boundaries and has at least three words, or is a whole sentence or line. The search is linear in
//! the answer. The messages of [`Refused`] are sent to judges, so they are part of the prompt.

use std::ops::Range;

use memchr::memmem::Finder;
use unicode_normalization::char::is_combining_mark;

use super::text_folding::{Folded, fold};
use crate::model::Span;

/// A quote of fewer words must be a whole sentence or line.
const MIN_WORDS: usize = 3;
/// Largest number of places that are reported for one quote.
const MAX_PLACES: usize = 16;
/// Amount, in bytes, that each match counts toward the work limit in addition to its length.
const PLACE_COST: usize = 256;

/// The reason to refuse a quote, as a message to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// The quote has no text.
    #[error("the quote is empty: copy the words of the answer that earn the credit")]
    Empty,
    /// The quote, or a part of it, has too few words.
    #[error(
        "the quote is too short: copy at least three words in a row, before and after an ellipsis too, or a whole sentence"
    )]
    TooShort,
    /// The answer does not contain the quote.
    #[error("the quote does not stand in the answer: copy it character by character")]
    NotInAnswer,
}

/// The answer's graded part, folded once for many quotes.
#[derive(Debug)]
pub(super) struct Quotable<'a> {
    graded: &'a str,
    /// The byte position of `graded` in the text.
    body: usize,
    folded: Folded<'a>,
}

impl<'a> Quotable<'a> {
    /// `body` is the byte position of the graded part; spans count from the start of `text`. If `body` is not a
    /// character boundary of `text`, no quote is found.
    pub(super) fn new(text: &'a str, body: usize) -> Self {
        let graded = text.get(body..).unwrap_or_default();
        Self { graded, body, folded: Folded::new(graded) }
    }

    /// The first 16 places of the quote in order, which may overlap, each with a span for each part. Only a quote with
    /// an ellipsis that the answer does not contain literally has several parts, and only one place.
    ///
    /// # Errors
    /// The answer does not contain the quote, or the quote is not usable.
    pub(super) fn find_all(&self, quote: &str) -> Result<Vec<Vec<Span>>, Refused> {
        let quote = fold(quote);
        let whole = trimmed(&quote);
        if whole.is_empty() {
            return Err(Refused::Empty);
        }
        let found = self.whole(whole);
        if found.is_ok() || !quote.contains("...") {
            return found;
        }
        let plain = quote.replace("[...]", "...").replace("(...)", "...");
        let parts: Vec<&str> = plain.split("...").map(trimmed).filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] => Err(Refused::Empty),
            [only] => self.whole(only),
            parts => self.parts(parts).map(|spans| vec![spans]),
        }
    }

    fn whole(&self, quote: &str) -> Result<Vec<Vec<Span>>, Refused> {
        let words = words(quote);
        let is_long = words >= MIN_WORDS;
        let mut found = Search::new(self.folded.text(), quote, 0, self.work()).peekable();
        if found.peek().is_none() {
            return Err(Refused::NotInAnswer);
        }
        let places: Vec<Vec<Span>> = found
            .map(|place| self.span(&place))
            .filter(|span| is_long || words > 0 && self.is_whole_line(*span))
            .take(MAX_PLACES)
            .map(|span| vec![span])
            .collect();
        if places.is_empty() { Err(Refused::TooShort) } else { Ok(places) }
    }

    /// The first place of each part after the part before it.
    fn parts(&self, parts: &[&str]) -> Result<Vec<Span>, Refused> {
        if parts.iter().any(|part| words(part) < MIN_WORDS) {
            return Err(Refused::TooShort);
        }
        let (mut spans, mut from, mut work) = (Vec::new(), 0, self.work());
        for part in parts {
            let mut search = Search::new(self.folded.text(), part, from, work);
            let place = search.next().ok_or(Refused::NotInAnswer)?;
            (from, work) = (place.end, search.work);
            spans.push(self.span(&place));
        }
        Ok(spans)
    }

    /// The work limit of the search for one quote, in bytes: 16 times the length of the folded answer plus 1 MiB.
    fn work(&self) -> usize {
        self.folded.text().len().saturating_mul(16).saturating_add(1 << 20)
    }

    fn span(&self, folded: &Range<usize>) -> Span {
        let source = self.folded.source_of(folded);
        Span { start: self.body + source.start, end: self.body + source.end }
    }

    /// Whether only marks separate the span from the ends of a sentence or line.
    fn is_whole_line(&self, span: Span) -> bool {
        let before = self.graded.get(..span.start - self.body).unwrap_or_default();
        let after = self.graded.get(span.end - self.body..).unwrap_or_default();
        let before = before.trim_end_matches(is_mark).chars().next_back();
        let after = after.trim_start_matches(is_mark).chars().next();
        before.is_none_or(ends_sentence) && after.is_none_or(ends_sentence)
    }
}

/// The places of a quote at word boundaries. Bytes that are read again, because places overlap or are refused, are
/// counted, and the search gives up at a limit.
struct Search<'h, 'n> {
    text: &'h str,
    quote: &'n str,
    finder: Finder<'n>,
    from: usize,
    work: usize,
}

impl<'h, 'n> Search<'h, 'n> {
    fn new(text: &'h str, quote: &'n str, from: usize, work: usize) -> Self {
        Self { text, quote, finder: Finder::new(quote), from, work }
    }

    fn is_between_words(&self, place: &Range<usize>) -> bool {
        let before = self.text.get(..place.start).and_then(|before| before.chars().next_back());
        let after = self.text.get(place.end..).and_then(|after| after.chars().next());
        let (first, last) = (self.quote.chars().next(), self.quote.chars().next_back());
        !are_in_same_word(before, first) && !are_in_same_word(last, after)
    }
}

impl Iterator for Search<'_, '_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.text.get(self.from..).filter(|rest| rest.len() >= self.quote.len())?;
            let start = self.from + self.finder.find(rest.as_bytes())?;
            let place = start..start + self.quote.len();
            self.from = start + self.quote.chars().next()?.len_utf8();
            self.work = self.work.checked_sub(self.quote.len() + PLACE_COST)?;
            if self.is_between_words(&place) {
                return Some(place);
            }
        }
    }
}

/// A folded quote without the marks around it.
fn trimmed(quote: &str) -> &str {
    quote.trim_matches([' ', '\'', '.', ','])
}

/// The number of words of a folded text. In scripts without spaces between words, each character counts.
fn words(text: &str) -> usize {
    let mut before = None;
    let starts_word = |character: char| {
        let starts = is_word(character) && !is_combining_mark(character) && !are_in_same_word(before, Some(character));
        before = Some(character);
        starts
    };
    text.chars().map(starts_word).filter(|starts| *starts).count()
}

/// Whether two neighbouring characters belong to the same word.
fn are_in_same_word(before: Option<char>, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    let is_apart = is_unspaced(before) || is_unspaced(after);
    is_word(before) && is_word(after) && (is_combining_mark(after) || !is_apart)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || is_combining_mark(character)
}

/// Whether `character` belongs to a script without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Han.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Whether `character` may separate a sentence or line from its end: spaces, quotation marks, emphasis, bullets.
fn is_mark(character: char) -> bool {
    let is_space = character.is_whitespace() && !ends_sentence(character);
    is_space
        || matches!(
            character,
            '*' | '_' | '`' | '"' | '\'' | '‘'..='‟' | '«' | '»' | '-' | '–' | '—' | '•' | '#' | '>' | '|'
        )
}

fn ends_sentence(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '.' | '!' | '?' | '…' | '。' | '！' | '？' | '．'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_tells_the_model_what_to_copy() {
        let short = "the quote is too short: copy at least three words in a row, before and after an ellipsis too, or a \
                     whole sentence";
        for (refused, message) in [
            (Refused::Empty, "the quote is empty: copy the words of the answer that earn the credit"),
            (Refused::TooShort, short),
            (Refused::NotInAnswer, "the quote does not stand in the answer: copy it character by character"),
        ] {
            assert_eq!(refused.to_string(), message);
        }
    }

    fn found(text: &str, quote: &str) -> Result<Vec<String>, Refused> {
        let slices = |place: &Vec<Span>| place.iter().map(|span| span.of(text)).collect::<Vec<_>>().join("|");
        Ok(Quotable::new(text, 0).find_all(quote)?.iter().map(slices).collect())
    }

    #[test]
    fn a_quote_is_found_regardless_of_marks_spaces_and_capitals() {
        for (text, quote, expected) in [
            ("I roll back\n  the deploy, then look.", "roll back the deploy", "roll back\n  the deploy"),
            ("I Roll **back** it\u{a0}first", "roll back `it` first", "Roll **back** it\u{a0}first"),
            ("say “it’s on fire” now", "\"It's on fire.\"", "it’s on fire"),
            ("We ro\u{ad}ll\u{200b} it back — fast", "roll it back - fast...", "ro\u{ad}ll\u{200b} it back — fast"),
            ("the ﬁrst ten cafe\u{301}s close", "first ten café", ""),
            ("the ﬁrst ten cafe\u{301}s close", "first ten cafés", "ﬁrst ten cafe\u{301}s"),
            ("wait... then go on", "wait… then go", "wait... then go"),
            ("先回滚再查日志。", "回滚再查", "回滚再查"),
            ("ガス漏れがある", "漏れが", "漏れが"),
            ("먼저 서비스를 되돌리고 봅니다", "먼저 서비스를 되돌리고", "먼저 서비스를 되돌리고"),
        ] {
            let expected = if expected.is_empty() { Err(Refused::NotInAnswer) } else { Ok(vec![expected.to_owned()]) };
            assert_eq!(found(text, quote), expected, "{quote} in {text}");
        }
    }

    #[test]
    fn a_quote_that_starts_or_ends_inside_a_word_is_not_found() {
        let text = "unhappy paths are retried, a happy path is retried";
        assert_eq!(found(text, "happy paths are"), Err(Refused::NotInAnswer));
        assert_eq!(found(text, "a happy path is retrie"), Err(Refused::NotInAnswer));
        assert_eq!(found("xa a a a", "a a a"), Ok(vec!["a a a".into()]), "the first place overlaps the second");
        assert_eq!(found("one café here", "one cafe here"), Err(Refused::NotInAnswer));
        assert_eq!(found("see the cafe\u{301}", "see the cafe"), Err(Refused::NotInAnswer));
        assert_eq!(found("サービスかき", "サーヒ"), Err(Refused::NotInAnswer), "a voicing mark belongs to its letter");
    }

    #[test]
    fn a_short_quote_must_be_a_whole_sentence_or_line() {
        for text in [
            "Blue-green.",
            "How? Blue-green! Then wait.",
            "- **Blue-green**\n- canary",
            "“Blue-green”…",
            "a\rblue-green\rb",
        ] {
            assert_eq!(found(text, "blue-green").map(|places| places.len()), Ok(1), "{text}");
        }
        assert_eq!(found("Use blue-green here.", "Blue-green"), Err(Refused::TooShort));
        assert_eq!(found("Use blue-green here. Blue-green.", "Blue-green"), Ok(vec!["Blue-green".into()]));
        assert_eq!(found("Use canaries here.", "Blue-green"), Err(Refused::NotInAnswer));
        assert_eq!(found("%\n", "%"), Err(Refused::TooShort), "no word at all");
        for empty in ["", " ", "“…”", "[...]", "\u{200b}**", "... , ..."] {
            assert!(matches!(found("anything … goes", empty), Err(Refused::Empty | Refused::NotInAnswer)), "{empty}");
        }
    }

    #[test]
    fn the_parts_around_an_ellipsis_must_occur_in_order() {
        let text = "First I stop the rollout, then I page the owner, then I write it down.";
        let both = Ok(vec!["I stop the rollout|I write it down".to_owned()]);
        for quote in [
            "I stop the rollout ... I write it down",
            "I stop the rollout, […] I write it down.",
            "“… I stop the rollout… I write it down …”",
            "I stop the rollout(...)I write it down",
        ] {
            assert_eq!(found(text, quote), both, "{quote}");
        }
        assert_eq!(found(text, "I write it down ... I stop the rollout"), Err(Refused::NotInAnswer));
        assert_eq!(found(text, "I stop the rollout ... it down"), Err(Refused::TooShort));
        assert_eq!(found(text, "then I page ... I page the owner"), Err(Refused::NotInAnswer), "parts do not overlap");
        assert_eq!(found(text, "[...] page the owner"), Ok(vec!["page the owner".into()]));
        assert_eq!(found("so [...] it goes on", "so [...] it goes"), Ok(vec!["so [...] it goes".into()]));
    }

    #[test]
    fn at_most_sixteen_places_are_reported_and_none_before_the_body() {
        let text = "roll it back. ".repeat(20);
        let places = Quotable::new(&text, 14).find_all("roll it back").unwrap_or_default();
        assert_eq!(places.len(), MAX_PLACES);
        assert_eq!(places[0], [Span { start: 14, end: 26 }]);
        assert_eq!(Quotable::new("ä roll it back", 1).find_all("roll it back"), Err(Refused::NotInAnswer));
        assert_eq!(Quotable::new(&text, 999).find_all("roll it back"), Err(Refused::NotInAnswer));
    }

    #[test]
    fn hostile_repetition_does_not_take_long() {
        let period = "ab ".repeat(100_000);
        let quote = format!("{}a", &period[..150_000]);
        assert_eq!(found(&period, &quote), Err(Refused::NotInAnswer));
        assert_eq!(found(&"a".repeat(200_000), &"a".repeat(100_000)), Err(Refused::NotInAnswer));
        assert_eq!(found("short", &"... a b c ".repeat(50_000)), Err(Refused::NotInAnswer));
        assert_eq!(found(&"-".repeat(200_000), &"a ...".repeat(50_000)), Err(Refused::TooShort));
    }

    #[test]
    fn every_slice_between_words_is_found_at_its_place() {
        const PIECES: [&str; 20] = [
            "roll",
            "Back",
            "ﬁx",
            "cafe\u{301}",
            "Việt",
            "回",
            "ガ",
            "x_y",
            "½",
            "99.9",
            "—",
            "’s",
            "“q”",
            "**b**",
            "…",
            "한국",
            "\u{200b}z",
            "İ",
            "e\u{302}\u{323}",
            "(n)",
        ];
        let mut seed = 11_usize;
        let mut below = |limit: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % limit
        };
        for _ in 0..400 {
            let (mut text, mut starts) = (String::from("head\n"), Vec::new());
            for _ in 0..60 {
                starts.push(text.len());
                text.push_str(PIECES[below(PIECES.len())]);
                text.push_str([" ", "\n", "  ", "\u{a0}", " \t"][below(5)]);
            }
            let first = below(50);
            let slice = &text[starts[first]..starts[first + 6 + below(4)]];
            let quotable = Quotable::new(&text, 5);
            let places = quotable.find_all(slice).unwrap_or_else(|refused| panic!("{refused}: {slice:?} in {text:?}"));
            let within = |span: &Span| span.start >= starts[first] && span.end <= starts[first] + slice.len();
            assert!(places.iter().any(|place| place.iter().all(within)), "{slice:?} in {text:?}");
            for span in places.iter().flatten() {
                assert_eq!(trimmed(&fold(span.of(&text))), trimmed(&fold(slice)));
                assert_eq!(span.of(&text).trim(), span.of(&text));
            }
        }
    }
}
