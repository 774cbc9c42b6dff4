//! Splits a text into words with byte spans, sentences, quantities, spelled-out words and negated clauses.
//!
//! Takes a `&str` and fills a [`Document`], whose spans are valid in that text. Reading takes one pass, and more work
//! only for sentences with numbers, negations or single letters. Nothing here depends on a rubric.

mod class;
mod document;
mod fold;
mod inflection;
mod letters;
mod lexicon;
mod number;
mod polarity;
mod quantity;
mod related;
mod scan;
mod spoken;
mod stance;
mod stem;
mod synonyms;
mod token;
mod visible;
mod wording;

pub use gradus_words::{KnownWords, simple_words};

pub use class::Class;
pub use document::Document;
pub use fold::fold;
pub use inflection::{inflection_key, inflection_keys};
pub use letters::{LetterRun, Spelling};
pub use lexicon::{Lexicon, WordId};
pub use quantity::{Quantity, QuantityKinds};
pub use related::RelatedWords;
pub use stance::{Place, StanceWord, Stances, visit_features};
pub use stem::stem;
pub use synonyms::{Member, Synonyms, SynonymsError};
pub use token::{Join, Sentence, Token};
pub use wording::wording_key;
