//! Writes the body of a request and reads a reply, each in the protocol of a provider.

use super::dialect::{Dialect, Parameters};
use super::provider::Provider;
use super::unreadable_body::{self, UnreadableBody};
use super::{anthropic, openai};
use gradus_core::judge::{Reply, Request};

impl Provider {
    /// A request as JSON. The same arguments give the same bytes.
    ///
    /// # Errors
    /// The schema of the request is not JSON.
    pub(crate) fn body(
        self,
        request: &Request,
        parameters: &Parameters,
        dialect: &Dialect,
    ) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::OpenAi => openai::body(request, parameters, dialect),
            Self::Anthropic => anthropic::body(request, parameters, dialect),
        }
    }

    /// Reads the reply from the body of a response with status 200. An empty reply is a reply.
    pub(crate) fn reply(self, content_type: Option<&str>, body: &[u8]) -> Result<Reply, UnreadableBody> {
        let answer = unreadable_body::json(content_type, body)?;
        let reply = match self {
            Self::OpenAi => openai::reply(&answer),
            Self::Anthropic => anthropic::reply(&answer),
        };
        reply.ok_or_else(|| UnreadableBody::without_reply(&answer))
    }
}
