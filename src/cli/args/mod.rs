//! The command line as clap parses it. `settings` and the commands decide what the arguments mean.

mod bank;
mod batch;
mod columns;
mod commands;
mod evaluation;
mod formats;
mod judge;
mod limits;
mod values;

pub(super) use bank::{Bank, BankCommand, Draft, Explain, Learn, LearnFormat, QuestionColumns, SchemaOf};
pub(super) use batch::{Batch, BatchCommand, BatchMerge, BatchRun, EvidenceDetail, ResultFormat};
pub(super) use columns::AnswerColumns;
pub(super) use commands::*;
pub(super) use evaluation::{Calibrate, Eval, EvalFormat, RowColumns};
pub(super) use formats::{Format, ListFormat, RowFormat};
pub(super) use judge::{
    CacheCommand, Config, ConfigCommand, EndpointArgs, GraderChoice, JudgeArgs, PanelArgs, Prompt, Trust,
};
pub(super) use limits::{AnswerLimit, ScoreLimit, Threshold};
pub(super) use values::score;
