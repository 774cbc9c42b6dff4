//! Compiles the first line as a phrase and searches for it in the rest.

#![no_main]

use gradus::pattern::{Compiler, Reader, Scratch};
use gradus::text::{Document, KnownWords, Lexicon, Synonyms};
use gradus_fuzz::{assert_error_position, assert_hits_within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (phrase, rest) = text.split_once('\n').unwrap_or((text, text));
    let synonyms = Synonyms::default();
    let mut reader = Reader::default();
    let ideas = Ideas::default();
    let mut compiler = Compiler::new(&synonyms, &ideas, &mut reader);
    if let Err(error) = compiler.add(phrase) {
        return assert_error_position(phrase, &error);
    }
    let Ok(matcher) = compiler.finish(&KnownWords::default()) else { return };
    let (mut document, mut lexicon, mut hits) = (Document::new(), Lexicon::new(), Vec::new());
    document.read(rest, 0, &mut lexicon);
    matcher.find_hits(&document, &mut lexicon, &mut Scratch::new(), &mut hits);
    assert_hits_within(&document, matcher.phrases(), &hits);
});
