//! A scripted HTTP server that replaces a language model, for tests and benchmarks.
//!
//! The server is a real HTTP/1.1 server on a local port. A script decides the reply to each chat request, its delay and
//! its faults. Both protocols are supported, depending on the path of the request.

mod connection;
mod endpoint;
mod request;
mod response;

pub use endpoint::{Action, Endpoint};
pub use request::ChatRequest;
pub use response::{verdicts, verdicts_by_id};
