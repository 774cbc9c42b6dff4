//! The command line as clap parses it. `settings` and the commands decide what the arguments mean.

mod bank;
mod batch;
mod commands;
mod evaluation;
mod judge;
mod values;

pub(super) use bank::{Bank, BankCommand, Explain, SchemaOf};
pub(super) use batch::{
    AnswerLimit, Batch, BatchCommand, BatchMerge, BatchRun, EvidenceDetail, ResultFormat, RowFormat, ScoreLimit,
};
pub(super) use commands::*;
pub(super) use evaluation::{Calibrate, Eval, EvalFormat, RowColumns, Threshold};
pub(super) use judge::{
    CacheCommand, Config, ConfigCommand, EndpointArgs, GraderChoice, JudgeArgs, PanelArgs, Prompt, Trust,
};
pub(super) use values::score;
