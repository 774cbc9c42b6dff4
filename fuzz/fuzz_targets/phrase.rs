//! The first line as a phrase, the rest as a document that it is looked for in.

#![no_main]

use gradus::pattern::{Compiler, Reader, Scratch};
use gradus::text::{Document, KnownWords, Lexicon, Synonyms};
use gradus_fuzz::{assert_hits_within, assert_places};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (phrase, rest) = text.split_once('\n').unwrap_or((text, text));
    let synonyms = Synonyms::default();
    let mut reader = Reader::default();
    let mut compiler = Compiler::new(&synonyms, &mut reader);
    if let Err(error) = compiler.add(phrase) {
        return assert_places(phrase, &error);
    }
    let Ok(matcher) = compiler.finish(&KnownWords::default()) else { return };
    let (mut document, mut lexicon, mut hits) = (Document::new(), Lexicon::new(), Vec::new());
    document.read(rest, 0, &mut lexicon);
    matcher.run(&document, &mut lexicon, &mut Scratch::new(), &mut hits);
    assert_hits_within(&document, matcher.phrases(), &hits);
});
