//! Text to a document: words with byte spans, sentences, quantities, spoken forms, negation.
//!
//! Takes `&str` and gives a [`Document`] whose spans always refer to that text. Everything is one
//! pass plus work in proportion to what is odd about a sentence; nothing here knows any rubric.

mod class;
mod document;
mod fold;
mod letters;
mod lexicon;
mod number;
mod polarity;
mod quantity;
mod related;
mod scan;
mod spoken;
mod stem;
mod synonyms;
mod visible;
mod wording;

pub use gradus_words::{KnownWords, simple_words};

pub use class::Class;
pub use document::{Document, Join, Sentence, Token};
pub use fold::fold;
pub use letters::{LetterRun, Spelling};
pub use lexicon::{Lexicon, WordId};
pub use quantity::{Quantities, Quantity};
pub use related::Related;
pub use stem::stem;
pub use synonyms::{Member, Synonyms, SynonymsError};
pub use wording::wording_key;
