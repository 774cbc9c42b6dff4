//! The two protocols of judges: writing requests as bytes, and reading responses.
//!
//! This module does not send requests. A dialect describes the parts of its protocol that one endpoint supports.

mod anthropic;
mod dialect;
mod openai;
mod provider;
mod refusal_text;
mod request_and_reply;
mod server_text;
mod unreadable_body;

pub use dialect::RefusedParameter;
pub(super) use dialect::{Dialect, Mode, Parameters, Refusal};
pub use provider::Provider;
pub(super) use refusal_text::refusal_text;
pub use unreadable_body::UnreadableBody;
