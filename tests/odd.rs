//! Odd pieces of text.

use std::sync::LazyLock;

/// What scanners and reports stumble over.
pub(crate) static ODD: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let signs = "\u{0}~\u{1}~\u{2}~\r\n~\n\n~\r~\t~\u{85}~\u{2028}~\u{a0}~\u{3000}~\u{200b}~\u{200d}~\u{202e}~\u{2066}~\
        \u{feff}~\u{ad}~\u{fe0f}~\u{301}~e\u{301}~\u{335}\u{336}~’~“~…~。~\u{1b}[31m~\u{9b}2J~- ~1. ~# ~+++\n~---\n~=1+1~`\
        ~| ";
    let words = "ﬁ~Ａ~①~½~İ~ß~ǅ~ﷺ~שלום~障害~👩\u{200d}👩\u{200d}👧~🇩🇪~𝐫𝐨𝐥𝐥~<script>~$5k~99.9%\
        ~p ninety five~C I C D~e.g. ~ not ~, or ";
    signs.split('~').chain(words.split('~')).collect()
});
