//! The two protocols by name, and the differences between them: paths, headers, bodies and replies.

use super::{Dialect, Mode, UnreadableBody, anthropic, openai, unreadable_body};
use gradus_core::judge::{Reply, Request};

/// The protocol of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Chat completions, which many servers support.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
}

/// The parameters of a request besides the conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    /// The endpoint's name of the model.
    pub(crate) model: String,
    /// Largest number of tokens of a reply.
    pub(crate) max_tokens: u32,
    /// Sent if the dialect supports it.
    pub(crate) temperature: Option<f64>,
    /// The seed of sample 0; each further sample adds one. Sent if the dialect supports it.
    pub(crate) seed: Option<u64>,
}

impl Provider {
    /// The name in settings and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    /// The protocol with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::OpenAi, Self::Anthropic].into_iter().find(|provider| provider.name() == name)
    }

    /// The ways to request structured output, best first.
    pub(crate) fn modes(self) -> &'static [Mode] {
        match self {
            Self::OpenAi => &[Mode::Schema, Mode::Json, Mode::Text],
            Self::Anthropic => &[Mode::Tool, Mode::Text],
        }
    }

    /// The path below the endpoint's base address.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::OpenAi => "/chat/completions",
            Self::Anthropic => "/messages",
        }
    }

    /// The headers besides the content type, with lower-case names.
    pub(crate) fn headers(self, key: Option<&str>) -> Vec<(&'static str, String)> {
        match self {
            Self::OpenAi => key.map(|key| ("authorization", format!("Bearer {key}"))).into_iter().collect(),
            Self::Anthropic => {
                let version = ("anthropic-version", "2023-06-01".to_owned());
                key.map(|key| ("x-api-key", key.to_owned())).into_iter().chain([version]).collect()
            }
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_is_found_by_its_name() {
        for provider in [Provider::OpenAi, Provider::Anthropic] {
            assert_eq!(Provider::from_name(provider.name()), Some(provider));
        }
        assert_eq!(Provider::from_name("OpenAI"), None);
    }

    #[test]
    fn a_key_is_sent_in_the_header_of_its_protocol() {
        assert_eq!(Provider::OpenAi.headers(Some("k")), [("authorization", "Bearer k".to_owned())]);
        assert_eq!(Provider::OpenAi.headers(None), []);
        let version = ("anthropic-version", "2023-06-01".to_owned());
        assert_eq!(Provider::Anthropic.headers(Some("k")), [("x-api-key", "k".to_owned()), version.clone()]);
        assert_eq!(Provider::Anthropic.headers(None), [version]);
    }
}
