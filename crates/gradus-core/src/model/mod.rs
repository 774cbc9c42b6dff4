//! Plain data types: questions, answers and grades.
//!
//! Every other module uses these types; this module uses no other.

mod answer;
mod fingerprint;
mod fixed_point;
mod grade;
mod grade_summary;
mod idea;
mod invisible;
mod non_text;
mod question;
mod question_match;
mod row_location;
mod sample;
mod verdict;

pub use answer::{Answer, AnswerTooLong, CarriedValue, Span};
pub use fingerprint::{Fingerprint, FingerprintHasher};
pub use fixed_point::{Tenths, Thousandths};
pub use grade::{
    Advice, Band, Calibrated, Delivery, Flag, Grade, Grader, OtherModel, Outcome, Reference, SCHEMA, StarPart, Usage,
    Vote,
};
pub use grade_summary::{GradeSummary, RowOutcome};
pub use idea::{Idea, Ideas};
pub use invisible::{Invisible, is_blank, is_hiding, is_invisible, is_unseen};
pub use non_text::{NonText, file_signature, non_text};
pub use question::{
    Bands, Basis, Concept, Criterion, Golden, Level, Question, QuestionKind, ReferenceAnswer, Stance, Term,
};
pub use question_match::{QuestionChoice, QuestionMatch, SimilarQuestion};
pub use row_location::RowLocation;
pub use sample::{Sample, SampleLevel};
pub use verdict::{Ballot, CriterionGrade, Evidence, Explanation, MatchKind, Source, Status};
