//! The two protocols by name, with their paths and headers.
//!
//! Bodies and replies are in `request_and_reply`.

/// The protocol of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Chat completions, which many servers support.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
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
