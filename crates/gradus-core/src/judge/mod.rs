//! Grading by language models: what they are told, what is believed of their replies, and what stands in for them.
//!
//! Nothing here reaches out: a [`Chat`] carries requests, whoever provides it. A model decides credits and quotes;
//! quotes are looked for in the answer, the program adds up, and the offline scorer stands in where no usable
//! verdict came.

mod brief;
mod chat;
mod fields;
mod folded;
mod grade;
mod panel;
mod prompt;
mod quote;
mod reply;
mod rounds;
mod schema;
#[cfg(test)]
mod tests;
mod vote;

pub use brief::{Brief, Count, DoesNotFit};
pub use chat::{Chat, Failure, Halt, Message, Reply, Request, Role, Shape};
pub use grade::Judge;
pub use panel::{Member, Panel};
pub use prompt::{PROMPT_VERSION, Part, Prompt};
