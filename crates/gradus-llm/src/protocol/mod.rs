//! The two protocols that judges speak, as bytes: what a request looks like, and what an answer says.
//!
//! Nothing is sent here. A dialect is what one endpoint is known to understand of its protocol.

mod anthropic;
mod dialect;
mod openai;
mod provider;
mod refused;
mod unreadable;
mod words;

pub(super) use dialect::{Dialect, LimitField, Mode};
pub(super) use provider::Parameters;
pub use provider::Provider;
pub(super) use refused::refusal_words;
pub(super) use unreadable::Unreadable;
pub(super) use words::masked;
