//! Whether an answer is written in another language than English.
//!
//! Two tests: most letters belong to another script, or function words of other languages outnumber English ones.
//! Names, terms and quotations are no function words, so a list of keywords, a log or a quoted phrase is not taken
//! for another language.

use crate::model::Answer;
use crate::text::{Document, Lexicon, Token};

/// Shorter answers are not judged by their words ...
const ENOUGH_WORDS: usize = 20;
/// ... nor by their letters.
const ENOUGH_LETTERS: usize = 30;
/// Percent of English function words from which on an answer is English. Prose has twice as many.
const ENGLISH: usize = 25;
/// Percent of another language's function words from which on an answer may be written in it.
const FOREIGN: usize = 12;
/// So many different ones must occur.
const DIFFERENT: usize = 4;

/// Function words of German, Dutch, French, Spanish, Portuguese, Italian, Polish, Turkish, Swedish and Czech without
/// accents, sorted. Words of English, of its abbreviations and of one letter are left out.
#[rustfmt::skip]
const WORDS: &[&str] = &[
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

/// Whether an answer, read as `document`, does not look English.
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
    other >= ENOUGH_LETTERS && other > latin
}

/// Latin letters, also as phonetic signs, ligatures, mathematical letters and full-width forms.
fn is_latin(c: char) -> bool {
    matches!(c,
        '\0'..='\u{36f}' | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1eff}' | '\u{2071}'..='\u{214f}'
        | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}' | '\u{fb00}'..='\u{fb06}'
        | '\u{ff21}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}')
}

fn has_foreign_words(text: &str, document: &Document, lexicon: &Lexicon) -> bool {
    let words = document.tokens().len();
    let english: usize = document.sentences().iter().map(|sentence| sentence.function_words as usize).sum();
    if words < ENOUGH_WORDS || english * 100 >= words * ENGLISH {
        return false;
    }
    let (mut count, mut seen) = (0, [false; WORDS.len()]);
    for token in document.tokens().iter().filter(|token| !is_name_in_code(text, token)) {
        if let Ok(place) = WORDS.binary_search(&first_part(lexicon.folded(token.word))) {
            count += 1;
            seen[place] = true;
        }
    }
    let different = seen.into_iter().filter(|seen| *seen).count();
    different >= DIFFERENT && count > english && count * 100 >= words * FOREIGN
}

/// Whether a word touches what only code, paths and commands write beside a word: `con.execute`, `$un`, `el=`, `/la`.
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

/// What stands before an apostrophe: "l'equipe" and "qu'il" begin with a function word.
fn first_part(word: &str) -> &str {
    word.split('\'').next().unwrap_or(word)
}
