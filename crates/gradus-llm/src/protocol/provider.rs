//! A protocol by its name, and what differs between the two.

use super::{Dialect, Mode, Unreadable, anthropic, openai, unreadable};
use gradus_core::judge::{Reply, Request};

/// By which protocol an endpoint is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Chat completions, as many servers speak them.
    OpenAi,
    /// Messages.
    Anthropic,
}

/// What a request says besides the conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    /// What the endpoint calls the model.
    pub(crate) model: String,
    /// The most tokens of a reply.
    pub(crate) max_tokens: u32,
    /// Sent where the dialect has it.
    pub(crate) temperature: Option<f64>,
    /// Of sample 0; the samples after it count on. Sent where the dialect has it.
    pub(crate) seed: Option<u64>,
}

impl Provider {
    /// The name as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    /// The one that is written so.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::OpenAi, Self::Anthropic].into_iter().find(|provider| provider.name() == name)
    }

    /// How it can be asked for structured output, best first.
    pub(crate) fn modes(self) -> &'static [Mode] {
        match self {
            Self::OpenAi => &[Mode::Schema, Mode::Json, Mode::Text],
            Self::Anthropic => &[Mode::Tool, Mode::Text],
        }
    }

    /// What follows the endpoint's address.
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

    /// What the body of an answer with status 200 says. An empty reply is a reply.
    pub(crate) fn reply(self, content_type: Option<&str>, body: &[u8]) -> Result<Reply, Unreadable> {
        let answer = unreadable::json(content_type, body)?;
        let reply = match self {
            Self::OpenAi => openai::reply(&answer),
            Self::Anthropic => anthropic::reply(&answer),
        };
        reply.ok_or_else(|| Unreadable::without_reply(&answer))
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
    fn a_key_goes_where_the_protocol_wants_it() {
        assert_eq!(Provider::OpenAi.headers(Some("k")), [("authorization", "Bearer k".to_owned())]);
        assert_eq!(Provider::OpenAi.headers(None), []);
        let version = ("anthropic-version", "2023-06-01".to_owned());
        assert_eq!(Provider::Anthropic.headers(Some("k")), [("x-api-key", "k".to_owned()), version.clone()]);
        assert_eq!(Provider::Anthropic.headers(None), [version]);
    }
}
