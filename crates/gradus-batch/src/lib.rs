//! Many answers: read block by block, graded by several threads, written in order, never twice.
//!
//! Takes rows from an [`Input`], finds their questions, and hands results to a file that survives
//! whatever happens on the way, or to a stream. What results look like is for the caller to say; nothing
//! here prints.

mod begin;
mod caught;
mod error;
mod ids;
mod input;
mod key;
mod load;
mod merge;
mod order;
#[cfg(test)]
mod panic_tests;
#[cfg(feature = "parquet")]
mod parquet;
mod pipeline;
mod row;
mod row_question;
mod run;
mod run_folder;
mod survey;
#[cfg(test)]
mod test_bank;
#[cfg(test)]
mod tests;
mod work;

pub use caught::{Panicked, caught};
pub use error::{BatchError, PanicPlace};
pub use input::{Asked, Input, InputError, InputFormat, Pipe, SummedUp};
pub use merge::{Merged, merge};
pub use order::{Observe, Through};
#[cfg(feature = "parquet")]
pub use parquet::{Kind, WriteError, from_csv};
pub use row::{Columns, Row, short};
pub use row_question::no_question_reason;
pub use run::{Ended, Plan, Target, reports_of, run};
pub use run_folder::{By, Convert, Durable, Existing, Keep, Layout, Manifest, Shard, State, Stored, folder_of};
pub use survey::{each_answer, survey};
pub use work::{AnswerGrader, OfflineGrader, Render};
