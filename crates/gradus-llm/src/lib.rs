//! Language models over HTTP: the one part of the program that opens connections.
//!
//! An [`Endpoint`] says where a model is and how it may be used; a [`Pool`] holds one for each judge, with their
//! limits, and the replies that are kept. What is asked, and what replies are worth, is `judge`'s.

mod ask;
mod breaker;
mod client;
mod endpoint;
mod limits;
mod meter;
mod pool;
mod preset;
mod probe;
mod protocol;
mod reply_cache;
mod retry;
mod secret;
mod tokens;

pub use client::ClientError;
pub use endpoint::{Endpoint, EndpointError, Limits, Prices, address, is_loopback, proxy_scheme, shown_url};
pub use meter::Meter;
pub use pool::{Kept, Options, Pool, Session};
pub use preset::Preset;
pub use probe::{Context, Found, NoReply, NoReplyKind, probe};
pub use protocol::Provider;
pub use reply_cache::{Cache, Opened, Place, Stats};
pub use reqwest::Url;
pub use secret::Secret;
pub use tokens::{Counting, Tokens};
