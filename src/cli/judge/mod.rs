//! Judges as people configure and use them.

mod cache;
mod check;
mod dry;
mod keys;
mod llm;
mod prompt;
mod proxies;
mod setup;
mod untrusted;
mod variables;

pub(super) use cache::run as cache;
pub(super) use check::run as check;
pub(super) use dry::estimate_text;
pub(super) use keys::KEYS;
pub(super) use llm::{Llm, Table, Values};
pub(super) use prompt::run as prompt;
pub(super) use setup::{Uses, open};
pub(super) use untrusted::{Withheld, needing_trust, one_line};
pub(super) use variables::rejected;
