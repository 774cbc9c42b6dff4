//! The nouns of the program: what is asked, what is answered, and what a grade says.
//!
//! Plain values that every other module takes and gives; this module names no other.

mod answer;
mod grade;
mod invisible;
mod kept;
mod marks;
mod non_text;
mod quantity;
mod question;
mod question_match;
mod sample;
mod span;
mod verdict;

pub use answer::{Answer, AnswerTooLong};
pub use grade::{
    Advice, Band, Calibrated, Delivery, Flag, Grade, Grader, OtherModel, Outcome, Reference, SCHEMA, StarPart, Usage,
    Vote,
};
pub use invisible::{Invisible, is_blank, is_hiding, is_invisible, is_unseen};
pub use kept::Kept;
pub use marks::{Came, Marks};
pub use non_text::{NonText, file_signature, non_text};
pub use quantity::{Fingerprint, Tenths, Thousandths};
pub use question::{Bands, Basis, Concept, Criterion, Golden, Kind, Level, Question, ReferenceAnswer, Stance, Term};
pub use question_match::{QuestionChoice, QuestionMatch, SimilarQuestion};
pub use sample::{Sample, SampleLevel};
pub use span::Span;
pub use verdict::{Ballot, CriterionGrade, Evidence, How, Source, Status, Why};
