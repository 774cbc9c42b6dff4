//! Grading by language models: the prompt, the checks of each reply, and the grade that several verdicts add up to.
//!
//! This module performs no I/O: a [`Chat`] carries requests for the blocking [`Judge`], and [`Rounds`] leaves the
//! transport to the caller, for asynchronous programs. A model decides credits and quotes; quotes are searched for in
//! the answer, the program adds up the points, and the offline scorer decides each criterion without a usable verdict.

mod brief;
mod chat;
mod conversation;
mod halt;
mod json_fields;
mod panel;
mod prompt;
mod quote;
mod reply_reader;
mod rounds;
mod schema;
mod settle;
#[cfg(test)]
mod tests;
mod text_folding;
mod votes;

pub use brief::{Brief, Count, DoesNotFit};
pub use chat::{Chat, JudgeId, Message, Reply, ReplySchema, Request, Role};
pub use halt::{Cause, Failure, Halt};
pub use panel::{Member, Panel};
pub use prompt::{PROMPT_VERSION, Part, Prompt};
pub use rounds::{Judge, Round, Rounds, Step};
