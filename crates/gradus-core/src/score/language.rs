//! Detects answers that are written in another language than English.
//!
//! An answer is foreign if most letters belong to another script, or if function words of other languages outnumber
//! English ones. Names, terms and quotations have few function words, so that a list of keywords, a log or a quoted
//! phrase is not mistaken for another language.

use crate::model::Answer;
use crate::text::{Document, Lexicon, Token};

/// Smallest number of words of an answer that is classified by its words.
const MIN_WORDS: usize = 20;
/// Smallest number of letters of other scripts in an answer that is classified by its letters.
const MIN_LETTERS: usize = 30;
/// Percentage of English function words at or above which an answer is English. Prose has twice as many.
const ENGLISH_PERCENT: usize = 25;
/// Percentage of function words of other languages at or above which an answer may be foreign.
const FOREIGN_PERCENT: usize = 12;
/// Smallest number of different foreign function words.
const MIN_DIFFERENT_WORDS: usize = 4;

/// Function words of German, Dutch, French, Spanish, Portuguese, Italian, Polish, Turkish, Swedish and Czech without
/// accents, sorted. English words and abbreviations and words of one letter are left out.
#[rustfmt::skip]
const FOREIGN_FUNCTION_WORDS: &[&str] = &[
    "aan", "abbiamo", "aber", "acik", "al", "ale", "alla", "alle", "allora", "als", "ama", "ao", "aos", "att",
    "auch", "auf", "aus", "aux", "avait", "avec", "avons", "bei", "beim", "bez", "bij", "bir", "biz", "bu", "bunu",
    "byl", "byla", "bylo", "byly", "che", "cok", "como", "con", "dabei", "dado", "daha", "dalla", "damit", "dann",
    "dans", "das", "dass", "de", "degil", "dei", "deki", "del", "della", "delle", "dem", "den", "denn", "depois",
    "der", "des", "det", "deze", "dit", "dla", "doch", "donc", "door", "dopo", "du", "durch", "een", "ein", "eine",
    "einem", "einen", "einer", "eines", "el", "elle", "elles", "em", "en", "entonces", "entre", "erst", "esta",
    "estaba", "estava", "este", "esto", "et", "ett", "eu", "foi", "foram", "fue", "fueron", "fur", "gdy", "geen",
    "gegen", "gibi", "gli", "haben", "habia", "hatte", "hatten", "hebben", "heeft", "het", "hier", "hij", "ich",
    "icin", "ihr", "ihre", "il", "ile", "ils", "inte", "ist", "isto", "iyi", "jag", "jak", "jako", "je", "jeden",
    "jest", "kadar", "kan", "karsi", "kde", "kein", "keine", "kiedy", "ktera", "ktere", "ktora", "ktore", "ktory",
    "la", "las", "le", "les", "lo", "los", "lub", "lui", "maar", "mais", "mas", "med", "meer", "mein", "met", "mit",
    "moje", "mon", "muy", "naar", "nach", "nad", "nao", "ne", "nel", "nella", "nicht", "nie", "niet", "noch", "nog",
    "noi", "nos", "nous", "nur", "och", "od", "oder", "olan", "olarak", "oldu", "om", "onda", "onde", "ook", "op",
    "oraz", "ou", "para", "pas", "pelo", "pero", "piu", "po", "podle", "poi", "por", "porque", "potom", "pour",
    "pred", "przed", "przez", "qu", "quando", "que", "quel", "questo", "qui", "sans", "schon", "se", "sehr", "ses",
    "si", "sie", "sind", "sobre", "som", "sommes", "sonra", "sont", "sowie", "sua", "sul", "sulla", "suoi", "sur",
    "tak", "te", "tem", "tez", "tinha", "toen", "tous", "tout", "tudo", "tutti", "tym", "uber", "uit", "uma", "un",
    "una", "und", "une", "uns", "unser", "unsere", "van", "ve", "veya", "vom", "von", "voor", "vor", "vous", "waren",
    "weil", "wenn", "werd", "werden", "wie", "wij", "wir", "wird", "worden", "wordt", "wurde", "wurden", "yani",
    "za", "ze", "zijn", "zu", "zum", "zur",
];

/// Whether an answer, read as `document`, is not written in English.
pub(super) fn is_not_english(answer: &Answer<'_>, document: &Document, lexicon: &Lexicon) -> bool {
    let body = answer.text.get(answer.body..).unwrap_or_default();
    is_in_another_script(body) || has_foreign_words(answer.text, document, lexicon)
}

fn is_in_another_script(body: &str) -> bool {
    if body.is_ascii() {
        return false;
    }
    let (mut latin, mut other) = (0, 0);
    for c in body.chars() {
        if c.is_ascii_alphabetic() || (c.is_alphabetic() && is_latin(c)) {
            latin += 1;
        } else if c.is_alphabetic() {
            other += 1;
        }
    }
    other >= MIN_LETTERS && other > latin
}

/// Whether `c` is a Latin letter, or a phonetic, mathematical or full-width form or ligature of one.
fn is_latin(c: char) -> bool {
    matches!(c,
        '\0'..='\u{36f}' | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1eff}' | '\u{2071}'..='\u{214f}'
        | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}' | '\u{fb00}'..='\u{fb06}'
        | '\u{ff21}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}')
}

fn has_foreign_words(text: &str, document: &Document, lexicon: &Lexicon) -> bool {
    let words = document.tokens().len();
    let english: usize = document.sentences().iter().map(|sentence| sentence.function_words as usize).sum();
    if words < MIN_WORDS || english * 100 >= words * ENGLISH_PERCENT {
        return false;
    }
    let (mut count, mut seen) = (0, [false; FOREIGN_FUNCTION_WORDS.len()]);
    for token in document.tokens().iter().filter(|token| !is_name_in_code(text, token)) {
        if let Ok(place) = FOREIGN_FUNCTION_WORDS.binary_search(&first_part(lexicon.folded(token.word))) {
            count += 1;
            seen[place] = true;
        }
    }
    let different = seen.into_iter().filter(|seen| *seen).count();
    different >= MIN_DIFFERENT_WORDS && count > english && count * 100 >= words * FOREIGN_PERCENT
}

/// Whether a word is next to a sign that code, paths and commands use next to names: `con.execute`, `$un`, `el=`,
/// `/la`.
fn is_name_in_code(text: &str, token: &Token) -> bool {
    const BESIDE_NAMES: &str = "$=_/\\<>{}[]@#&|+*~`";
    let before = text.get(..token.start as usize).unwrap_or_default().chars().next_back();
    let mut after = text.get(token.end as usize..).unwrap_or_default().chars();
    let beside = |c: Option<char>| c.is_some_and(|c| BESIDE_NAMES.contains(c));
    beside(before)
        || before == Some('.')
        || match after.next() {
            Some('.' | '(' | ':' | ';') => after.next().is_some_and(|c| !c.is_whitespace()),
            c => beside(c),
        }
}

/// The part before an apostrophe: "l'equipe" and "qu'il" start with a function word.
fn first_part(word: &str) -> &str {
    word.split('\'').next().unwrap_or(word)
}
