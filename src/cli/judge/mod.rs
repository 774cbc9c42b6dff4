//! Judges for the commands: opened from settings, checked, and estimated.

mod cache;
mod check;
mod endpoints;
mod estimate_text;
mod panel;
mod proxies;
mod setup;

pub(super) use cache::run as cache;
pub(super) use check::run as check;
pub(super) use estimate_text::estimate_text;
pub(super) use setup::{COMMON_TOKENIZER, JudgeUse, UNKNOWN_MODEL, open, panel_of};
