//! Folds texts so that texts which read the same become equal, and maps folded positions back to the source.
//!
//! Folding removes differences in compatibility forms, case, white space, quotation marks, dashes, emphasis marks and
//! invisible characters; accents remain. The map stores a position about every 256 bytes, and the text in between is
//! folded again on demand.

use std::ops::Range;

use unicode_normalization::char::{canonical_combining_class, decompose_compatible};

use crate::model::is_invisible;

/// Approximate number of source bytes between two stored positions.
const STEP: usize = 256;
/// Largest number of characters of a cluster; a longer run of accents becomes several clusters.
const CLUSTER: usize = 32;

/// A text and its folded form.
#[derive(Debug)]
pub(super) struct Folded<'a> {
    source: &'a str,
    text: String,
    places: Vec<Place>,
}

/// A pair of equivalent byte positions in the folded text and in the source.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    folded: usize,
    source: usize,
}

impl<'a> Folded<'a> {
    /// Folds `source` in linear time. Needs about 17/16 of its size in memory.
    pub(super) fn new(source: &'a str) -> Self {
        let (mut text, mut places) = (String::with_capacity(source.len()), Vec::new());
        let mut walk = Walk::new(source);
        let mut next = 0;
        loop {
            if walk.at >= next {
                places.push(Place { folded: text.len(), source: walk.at });
                next = walk.at + STEP;
            }
            if !walk.step(&mut text) {
                return Self { source, text, places };
            }
        }
    }

    /// The text after folding.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the source from which the non-empty range `folded` was made: whole characters with their accents.
    pub(super) fn source_of(&self, folded: &Range<usize>) -> Range<usize> {
        self.cluster_at(folded.start).start..self.cluster_at(folded.end.saturating_sub(1)).end
    }

    /// The cluster of the source from which the byte at `folded` was made.
    fn cluster_at(&self, folded: usize) -> Range<usize> {
        let after = self.places.partition_point(|place| place.folded <= folded);
        let place = after.checked_sub(1).and_then(|last| self.places.get(last)).copied().unwrap_or_default();
        let mut walk = Walk::new(self.source);
        walk.at = place.source;
        walk.ends_in_space =
            self.text.get(..place.folded).is_none_or(|before| before.is_empty() || before.ends_with(' '));
        let (mut made, mut end) = (String::new(), place.folded);
        loop {
            let start = walk.at;
            made.clear();
            let is_more = walk.step(&mut made);
            end += made.len();
            if end > folded || !is_more {
                return start..walk.at;
            }
        }
    }
}

/// Folds a text without a map to its source.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut walk = Walk::new(text);
    while walk.step(&mut folded) {}
    folded
}

/// Folds a text cluster by cluster.
struct Walk<'a> {
    source: &'a str,
    /// The byte position of the next cluster.
    at: usize,
    /// Whether further white space is dropped.
    ends_in_space: bool,
    /// A buffer that is reused for each cluster.
    cluster: Vec<char>,
}

impl<'a> Walk<'a> {
    fn new(source: &'a str) -> Self {
        Self { source, at: 0, ends_in_space: true, cluster: Vec::new() }
    }

    /// Folds the next character with its accents and appends the result, which may be empty; `false` at the end.
    fn step(&mut self, folded: &mut String) -> bool {
        let rest = self.source.get(self.at..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { return false };
        if first.is_ascii() && rest.as_bytes().get(1).is_none_or(u8::is_ascii) {
            self.at += 1;
            self.emit(first, folded);
            return true;
        }
        let mut cluster = std::mem::take(&mut self.cluster);
        self.at += decompose(rest, &mut cluster);
        cluster.drain(..).for_each(|character| self.emit(character, folded));
        self.cluster = cluster;
        true
    }

    fn emit(&mut self, character: char, folded: &mut String) {
        if character.is_whitespace() {
            if !self.ends_in_space {
                folded.push(' ');
            }
            self.ends_in_space = true;
        } else if let Some(alike) = alike(character) {
            folded.extend(alike.to_lowercase());
            self.ends_in_space = false;
        }
    }
}

/// Decomposes the first character of `rest` with its accents, accents in canonical order; returns their bytes in `rest`.
fn decompose(rest: &str, cluster: &mut Vec<char>) -> usize {
    let mut length = 0;
    for (index, character) in rest.chars().take(CLUSTER).enumerate() {
        if index > 0 && canonical_combining_class(character) == 0 {
            break;
        }
        length += character.len_utf8();
        if character == '´' {
            cluster.push('\''); // decomposed, it is a space with an accent
        } else {
            decompose_compatible(character, |part| cluster.push(part));
        }
    }
    for accented in cluster.chunk_by_mut(|_, next| canonical_combining_class(*next) != 0) {
        accented.sort_by_key(|character| canonical_combining_class(*character));
    }
    length
}

/// The representative of all characters that read like `character`; `None` if folding drops it.
fn alike(character: char) -> Option<char> {
    match character {
        '*' | '_' | '`' => None,
        '"' | '‘'..='‟' | '′'..='‷' | '‹' | '›' | '«' | '»' | 'ʼ' | '「'..='』' | '〝'..='〟' | '❛'..='❞' => {
            Some('\'')
        }
        '‐'..='―' | '−' | '⸺' | '⸻' => Some('-'),
        'ς' => Some('σ'),
        _ if character.is_control() || is_invisible(character) => None,
        _ => Some(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_read_the_same_fold_to_the_same() {
        for (one, other) in [
            ("Relief  first", "relief\r\n\t first"),
            ("a\u{a0}b\u{3000}c", "a b c"),
            ("“it’s”", "\"it's\""),
            ("«x» „y‟ ´z´", "'x' 'y' 'z'"),
            ("a – b — c − d", "a - b - c - d"),
            ("wait…", "wait..."),
            ("roll\u{ad}\u{200b}back\u{fe0f}\u{e0041}\u{feff}", "rollback"),
            ("**bold** and `max_connections`", "bold and maxconnections"),
            ("2 * 3", "2 3"),
            ("ﬁx ＡＢ½", "fix ab1⁄2"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("vi\u{1ec7}t", "vie\u{302}\u{323}t"),
            ("ΟΔΟΣ", "οδος"),
            ("Ğİ", "g\u{306}i\u{307}"),
            ("한", "\u{1112}\u{1161}\u{11ab}"),
        ] {
            assert_eq!(fold(one), fold(other), "{one:?} and {other:?}");
        }
        assert_ne!(fold("café"), fold("cafe"));
    }

    #[test]
    fn every_folded_byte_maps_back_to_its_source_cluster() {
        let source = "A**ﬁ** e\u{302}\u{323}\u{a0}\n ½—…İ한 \u{200b}z. ".repeat(60);
        let folded = Folded::new(&source);
        assert_eq!(folded.text(), fold(&source));
        let (mut walk, mut made) = (Walk::new(&source), String::new());
        loop {
            let (start, from) = (walk.at, made.len());
            if !walk.step(&mut made) {
                break;
            }
            for byte in from..made.len() {
                assert_eq!(folded.source_of(&(byte..byte + 1)), start..walk.at, "{byte}");
            }
        }
    }

    #[test]
    fn long_runs_of_accents_and_of_dropped_characters_are_folded() {
        for part in ["\u{301}", "\u{323}\u{301}", "*", "\u{200b}", " "] {
            let source = format!("a{}b", part.repeat(20_000));
            let folded = Folded::new(&source);
            let last = folded.text().len() - 1;
            assert_eq!(folded.source_of(&(last..last + 1)), source.len() - 1..source.len());
        }
    }
}
