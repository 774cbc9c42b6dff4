//! A score as a bar of block characters.

use crate::model::Tenths;

/// The filled part of a bar of `cells` columns, to an eighth of a column, and the rest of it. Scores over 100 fill it.
pub(in crate::report) fn bar(score: Tenths, cells: usize) -> (String, String) {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = score.0.min(1000) as usize * cells * 8 / 1000;
    let part = PARTS[eighths % 8];
    let rest = cells - eighths.div_ceil(8);
    ("█".repeat(eighths / 8) + part, "░".repeat(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_grows_by_eighths() {
        let drawn = |tenths| {
            let (full, rest) = bar(Tenths(tenths), 10);
            full + &rest
        };
        assert_eq!(drawn(0), "░░░░░░░░░░");
        assert_eq!(drawn(255), "██▌░░░░░░░");
        assert_eq!(drawn(1000), "██████████");
        assert_eq!(drawn(u32::MAX), "██████████");
    }
}
