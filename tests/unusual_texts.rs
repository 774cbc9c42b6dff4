//! Unusual texts for property tests.

use std::sync::LazyLock;

/// Pieces that scanners and reports could mishandle.
pub(crate) static ODD: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let signs = "\u{0}~\u{1}~\u{2}~\r\n~\n\n~\r~\t~\u{85}~\u{2028}~\u{a0}~\u{3000}~\u{200b}~\u{200d}~\u{202e}~\u{2066}~\
        \u{feff}~\u{ad}~\u{fe0f}~\u{301}~e\u{301}~\u{335}\u{336}~’~“~…~。~\u{1b}[31m~\u{9b}2J~- ~1. ~# ~+++\n~---\n~=1+1~`\
        ~| ";
    let words = "ﬁ~Ａ~①~½~İ~ß~ǅ~ﷺ~שלום~障害~👩\u{200d}👩\u{200d}👧~🇩🇪~𝐫𝐨𝐥𝐥~<script>~$5k~99.9%\
        ~p ninety five~C I C D~e.g. ~ not ~, or ";
    signs.split('~').chain(words.split('~')).collect()
});

/// About `bytes` bytes of single letters in pseudo-random order, with a word after every `row` letters.
pub(crate) fn letters(bytes: usize, row: usize) -> String {
    let (mut text, mut state) = (String::with_capacity(bytes), 7_u64);
    for number in 1..=bytes / 2 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push(char::from(b'a' + (state >> 33).rem_euclid(26) as u8));
        text.push_str(if number.is_multiple_of(row) { " was " } else { " " });
    }
    text
}
