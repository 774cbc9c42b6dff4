//! Finds words that are spelled letter by letter: "C I C D".
//!
//! Collects only the candidates. The matcher decides which letters make up a word of a phrase.

use super::token::{Sentence, Token};
use super::{Class, Lexicon};

/// Greatest number of letters in a spelled word.
pub(super) const MAX_WORD_LETTERS: usize = 8;
/// Greatest number of consecutive letters that may spell words. Three acronyms in a row fit; a longer row is not
/// speech.
pub(super) const MAX_RUN_LETTERS: usize = 12;

/// 2 to 12 consecutive single letters in one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetterRun {
    first: u32,
    count: u8,
    letters: [u8; MAX_RUN_LETTERS],
}

/// A word of 2 to 8 lower-case ASCII letters, padded with zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spelling([u8; MAX_WORD_LETTERS]);

/// Adds the runs of single letters to `letter_runs`. A row of letters that continues in the next sentence counts as one
/// row, because long sentences are cut at arbitrary places.
pub(super) fn find(tokens: &[Token], sentences: &[Sentence], lexicon: &Lexicon, letter_runs: &mut Vec<LetterRun>) {
    let is_letter = |token: &Token| token.class.has(Class::LETTER);
    let (mut row, mut spelled) = (0..0, 0);
    for sentence in sentences {
        let (mut at, end) = (sentence.range().start, sentence.range().end);
        while at < end {
            if !is_letter(&tokens[at]) {
                at += 1;
                continue;
            }
            if at >= row.end {
                row = at..at + tokens[at..].iter().take_while(|token| is_letter(token)).count();
            }
            let stop = row.end.min(end);
            if row.len() <= MAX_RUN_LETTERS {
                let letters = tokens[at..stop].iter().filter_map(|token| lexicon.folded(token.word).bytes().next());
                let run = LetterRun::new(at as u32, letters);
                spelled += run.map_or(0, |run| usize::from(run.count));
                letter_runs.extend(run);
            }
            at = stop;
        }
    }
    if spelled > 2 * MAX_RUN_LETTERS && 2 * spelled > tokens.len() {
        letter_runs.clear(); // because a text of mostly single letters is not speech, and would be slow to match
    }
}

impl LetterRun {
    /// The run of `letters` from token `first` on; `None` unless there are 2 to 12 letters.
    pub(super) fn new(first: u32, letters: impl Iterator<Item = u8>) -> Option<Self> {
        let mut run = Self { first, count: 0, letters: [0; MAX_RUN_LETTERS] };
        for letter in letters {
            *run.letters.get_mut(usize::from(run.count))? = letter;
            run.count += 1;
        }
        (run.count > 1).then_some(run)
    }

    /// One past the last token.
    pub fn end(&self) -> u32 {
        self.first + u32::from(self.count)
    }

    /// Candidate words from token `at` on, each with its last token. Empty if `at` is before the run.
    pub fn spellings_from(self, at: u32) -> impl Iterator<Item = (u32, Spelling)> {
        let start = at.checked_sub(self.first).unwrap_or(u32::MAX) as usize;
        let mut spelling = Spelling([0; MAX_WORD_LETTERS]);
        let letters = self.letters.into_iter().take(usize::from(self.count)).skip(start).take(MAX_WORD_LETTERS);
        letters.enumerate().filter_map(move |(place, letter)| {
            spelling.0[place] = letter;
            (place > 0).then_some((at + place as u32, spelling))
        })
    }

    /// Candidate words from any token of the run, each with its first and last token.
    pub fn spellings(self) -> impl Iterator<Item = (u32, u32, Spelling)> {
        (self.first..self.end()).flat_map(move |at| self.spellings_from(at).map(move |(last, of)| (at, last, of)))
    }
}

impl Spelling {
    /// The letters of `word`; `None` unless it consists of 2 to 8 lower-case ASCII letters.
    pub fn of(word: &str) -> Option<Self> {
        let mut spelling = Self([0; MAX_WORD_LETTERS]);
        spelling.0.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
        (word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase())).then_some(spelling)
    }

    /// The letters without padding.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|letter| *letter == 0).unwrap_or(MAX_WORD_LETTERS);
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::read;
    use super::*;

    fn spelled(text: &str) -> Vec<String> {
        let (document, _) = read(text);
        let all = document.letter_runs().iter().flat_map(|run| run.spellings());
        all.map(|(_, _, spelling)| spelling.as_str().to_owned()).collect()
    }

    #[test]
    fn consecutive_single_letters_are_joined() {
        assert_eq!(spelled("our C I C D"), ["ci", "cic", "cicd", "ic", "icd", "cd"]);
        assert_eq!(spelled("one a. b two"), [""; 0]);
        assert_eq!(spelled("a plan b"), [""; 0]);
        let (document, _) = read("we have an S L O");
        let places: Vec<_> =
            document.letter_runs()[0].spellings_from(4).map(|(last, of)| (last, of.as_str().to_owned())).collect();
        assert_eq!(places, [(5, "lo".to_owned())]);
        assert_eq!(document.letter_runs()[0].spellings_from(0).count(), 0);
    }

    #[test]
    fn a_long_row_of_letters_spells_nothing() {
        let row = |letters: usize| "a ".repeat(letters);
        assert_eq!(spelled(&row(MAX_RUN_LETTERS)).len(), 7 * 5 + 6 + 5 + 4 + 3 + 2 + 1);
        assert_eq!(spelled(&row(MAX_RUN_LETTERS + 1)), [""; 0]);
        assert_eq!(spelled(&row(1000)), [""; 0]);
        assert_eq!(spelled(&(row(6) + "was ").repeat(20)), [""; 0], "most of the words are letters");
        assert_ne!(spelled(&(row(2) + "was told to go. ").repeat(20)), [""; 0]);
    }

    #[test]
    fn a_word_and_its_letters_have_one_spelling() {
        let (document, _) = read("s l o");
        let (_, _, slo) = document.letter_runs()[0].spellings().nth(1).expect("three letters");
        assert_eq!(Spelling::of("slo"), Some(slo));
        for word in ["", "a", "SLO", "k8s", "abcdefghi", "é"] {
            assert_eq!(Spelling::of(word), None, "{word}");
        }
    }
}
