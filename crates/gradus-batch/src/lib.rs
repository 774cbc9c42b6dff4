//! Reads rows of answers from any input format, and grades them in resumable batches.
//!
//! [`Input`] and [`RecordReader`] read rows; [`run`] takes rows block by block, grades them on several threads and writes
//! results in the order of rows, each once, to a stream or to a file that an interrupted run continues. The caller formats
//! results; nothing here prints.

mod answer_grader;
mod atomic_file;
mod batch_run;
mod catch_panic;
mod draft_columns;
mod draft_files;
mod draft_rows;
mod error;
mod finished_row;
#[cfg(test)]
mod format_tests;
mod graded_rows;
mod ids;
mod in_flight_block;
mod input;
mod input_scan;
mod key;
mod merge;
mod ordered_output;
#[cfg(test)]
mod panic_tests;
#[cfg(feature = "parquet")]
mod parquet;
mod pipeline;
#[cfg(test)]
mod refusal_tests;
mod resume;
#[cfg(test)]
mod resume_tests;
mod row;
mod row_processor;
mod row_question;
#[cfg(test)]
mod run_fixture;
mod run_folder;
mod run_plan;
mod run_stop;
#[cfg(test)]
mod stop_tests;

pub use answer_grader::{AnswerGrader, OfflineGrader};
pub use atomic_file::{FileAccess, StagedFile};
pub use batch_run::{RunSummary, RunTarget, reports_of, run};
pub use catch_panic::{Panicked, catch_panic, note_panic};
pub use draft_columns::{DraftColumn, DraftColumns};
pub use draft_rows::{open_drafts, read_drafts};
pub use error::{BatchError, PanicPlace, PartsFault, PartsMismatch};
pub use finished_row::{FinishedRow, RowObserver};
pub use graded_rows::{GradedColumns, open_graded, read_graded};
pub use input::{
    BadRow, Field, FileColumns, Input, InputContext, InputDigest, InputError, InputFault, InputFormat, Pipe, ReadRows,
    Record, RecordColumns, RecordReader, RowFault,
};
pub use input_scan::{each_answer, questions_of_rows};
pub use merge::{MergedOutput, merge};
#[cfg(feature = "parquet")]
pub use parquet::{ColumnType, ReadError, WriteError, from_csv};
pub use row::{Columns, Row, first_characters};
pub use row_question::no_question_reason;
pub use run_folder::{
    ConvertResults, Durable, ExistingOutput, Manifest, OutputEncoding, Provenance, ResultSettings, RunState, Shard,
    SyncToDisk, folder_of,
};
pub use run_plan::{RenderGrade, RunPlan};
