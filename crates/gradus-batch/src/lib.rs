//! Reads rows of answers from any input format, and grades them in resumable batches.
//!
//! [`Input`] and [`RecordReader`] read rows; [`run`] takes rows block by block, grades them on several threads and writes
//! results in the order of rows, each once, to a stream or to a file that an interrupted run continues. The caller formats
//! results; nothing here prints.

mod begin;
mod caught;
mod draft_rows;
mod error;
#[cfg(test)]
mod format_tests;
mod graded_rows;
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

pub use caught::{Panicked, caught, note_panic};
pub use draft_rows::{open_drafts, read_drafts};
pub use error::{Apart, BatchError, PanicPlace, PartsFault};
pub use graded_rows::{GradedColumns, open_graded, read_graded};
pub use input::{
    Asked, BadRow, Field, FileColumns, Input, InputError, InputFault, InputFormat, Pipe, ReadRows, Record,
    RecordColumns, RecordReader, RowFault, SummedUp,
};
pub use merge::{Merged, merge};
pub use order::{Observe, Through};
#[cfg(feature = "parquet")]
pub use parquet::{ColumnType, ReadError, WriteError, from_csv};
pub use row::{Columns, Row, short};
pub use row_question::no_question_reason;
pub use run::{Ended, Plan, Target, reports_of, run};
pub use run_folder::{By, Convert, Durable, Existing, Keep, Layout, Manifest, Shard, State, Stored, folder_of};
pub use survey::{each_answer, survey};
pub use work::{AnswerGrader, OfflineGrader, Render};
