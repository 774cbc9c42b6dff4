//! Shortens a long answer to the passages around its evidence.

use std::ops::Range;

use super::pieces::Piece;
use crate::wording::units;

/// Maximum number of words of an answer that is shown whole.
const WHOLE: usize = 400;
/// Number of words shown on either side of the start and end of a mark.
const AROUND: usize = 15;
/// Maximum number of words between two passages that are shown rather than left out.
const FEW: usize = 8;
/// Number of words shown from the start of an answer without evidence.
const START: usize = 80;

/// The pieces of an answer of at most 400 words. Of a longer answer, only the pieces around its evidence are kept, with
/// [`Piece::Gap`] instead of the others. The middle of a long mark is left out too.
pub(super) fn excerpt(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let (edges, length) = edges(&pieces);
    if length <= WHOLE { pieces } else { keep(pieces, &kept(&edges, length)) }
}

/// The starts and ends of marks, as numbers of words before them, and the number of all words.
fn edges(pieces: &[Piece<'_>]) -> (Vec<usize>, usize) {
    let mut edges = Vec::new();
    let mut word = 0;
    for piece in pieces {
        match piece {
            Piece::Text(text, _) => word += units(text).count(),
            Piece::Open(_) | Piece::Close(_) => edges.push(word),
            Piece::Gap => {}
        }
    }
    (edges, word)
}

fn kept(edges: &[usize], length: usize) -> Vec<Range<usize>> {
    if edges.is_empty() {
        return vec![Range { start: 0, end: START }];
    }
    let mut kept: Vec<Range<usize>> = Vec::new();
    for edge in edges {
        let around = edge.saturating_sub(AROUND)..length.min(edge + AROUND);
        match kept.last_mut() {
            Some(last) if around.start <= last.end + FEW => last.end = around.end,
            _ => kept.push(around),
        }
    }
    kept
}

fn keep<'a>(pieces: Vec<Piece<'a>>, kept: &[Range<usize>]) -> Vec<Piece<'a>> {
    let mut shown = Vec::new();
    let mut kept = kept.iter().peekable();
    let mut word = 0;
    for piece in pieces {
        let Piece::Text(text, worth) = piece else {
            shown.push(piece);
            continue;
        };
        for unit in units(text) {
            while kept.next_if(|range| range.end <= word).is_some() {}
            if kept.peek().is_some_and(|range| range.contains(&word)) {
                shown.push(Piece::Text(unit, worth));
            } else if shown.last() != Some(&Piece::Gap) {
                shown.push(Piece::Gap);
            }
            word += 1;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: Vec<Piece<'_>>) -> String {
        let written = |piece: &Piece<'_>| match piece {
            Piece::Text(text, _) => (*text).to_owned(),
            _ => "…".to_owned(),
        };
        excerpt(pieces).iter().map(written).collect()
    }

    #[test]
    fn short_answers_are_shown_whole() {
        let text = "word ".repeat(WHOLE);
        assert_eq!(shown(vec![Piece::Text(&text, None)]), text);
    }

    #[test]
    fn without_evidence_the_beginning_is_shown() {
        let text = "word ".repeat(WHOLE + 1);
        assert_eq!(shown(vec![Piece::Text(&text, None)]), format!("{}…", "word ".repeat(START)));
    }

    #[test]
    fn passages_around_marks_are_shown() {
        assert_eq!(kept(&[100, 103, 300], 310), [85..118, 285..310]);
        assert_eq!(kept(&[2], 500), [Range { start: 0, end: 17 }]);
    }

    #[test]
    fn long_unspaced_text_is_cut_too() {
        let text = "障害".repeat(WHOLE);
        assert_eq!(shown(vec![Piece::Text(&text, None)]).chars().count(), START + 1);
    }
}
