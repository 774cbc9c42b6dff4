//! Language models over HTTP: the only part of gradus that opens network connections.
//!
//! An [`Endpoint`] describes a model on a server; a [`Pool`] holds the endpoints of all judges with their limits and
//! the cache of replies; a [`Session`] asks them about one answer, blocking or asynchronously. Prompts and the checks of
//! replies are in `gradus_core::judge`.

mod address;
mod circuit_breaker;
mod endpoint;
mod endpoint_client;
mod escapes;
mod http_client;
mod masking;
mod pool;
mod probe;
mod protocol;
mod rate_limits;
mod reply_cache;
mod reply_store;
mod request_error;
mod retry;
mod secret;
mod session;
mod session_error;
mod spending;
mod tokens;

pub use address::{AddressError, address, is_loopback, proxy_scheme, shown_url};
pub use endpoint::{Endpoint, Limits, Preset, Prices};
pub use http_client::ClientError;
pub use pool::{CacheUse, Pool, PoolOptions};
pub use probe::{ModelListError, ProbeReply, ProbeReport, ReplyFault, ReplyFormat, probe};
pub use protocol::{Provider, RefusedParameter, UnreadableBody};
pub use reply_cache::{Cache, CacheError, CacheStats, OpenedCache, PathOrigin};
pub use reply_store::CacheWarning;
pub use request_error::{RequestCause, RequestError};
pub use reqwest::Url;
pub use secret::Secret;
pub use session::Session;
pub use session_error::SessionError;
pub use spending::Meter;
pub use tokens::{TokenizerKind, Tokens};
