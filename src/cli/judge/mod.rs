//! Judges for the commands: opened from settings, checked, and estimated.

mod cache;
mod check;
mod endpoints;
mod estimate_text;
mod panel;
mod prompt;
mod proxies;
mod setup;

pub(super) use cache::run as cache;
pub(super) use check::run as check;
pub(super) use estimate_text::estimate_text;
pub(super) use prompt::run as prompt;
pub(super) use setup::{JudgeUse, open};
