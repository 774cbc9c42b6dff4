//! The settings of one endpoint: its address, model, key, limits and prices; and presets for local servers.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use super::address::identity;
use super::protocol::{Parameters, Provider};
use super::secret::Secret;

/// A model on a server, with the settings for requests to it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The protocol of the server.
    pub provider: Provider,
    /// The base address without the protocol's path; see [`address`](fn@crate::address).
    pub base_url: Url,
    /// The name of the model on the server.
    pub model: String,
    /// The key, if the server needs one.
    pub key: Option<Secret>,
    /// The temperature; `None` leaves it to the server.
    pub temperature: Option<f64>,
    /// The seed, for servers with reproducible replies.
    pub seed: Option<u64>,
    /// Largest number of tokens of a reply.
    pub max_tokens: u32,
    /// Largest number of tokens of prompt and reply together.
    pub context: usize,
    /// Prices of tokens, if known.
    pub prices: Option<Prices>,
    /// Limits on requests.
    pub limits: Limits,
    /// Time limit of one request.
    pub timeout: Duration,
    /// Largest number of attempts for one request.
    pub attempts: u32,
    /// File of certificates that are trusted in addition to the system's, in PEM format.
    pub ca_file: Option<PathBuf>,
}

/// Prices of a million tokens, in any currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// Price of a million prompt tokens.
    pub prompt: f64,
    /// Price of a million reply tokens.
    pub completion: f64,
}

impl Prices {
    /// The cost of `prompt` prompt tokens and `completion` reply tokens.
    #[allow(clippy::cast_precision_loss)] // token counts are far below 2^53, up to which a float is exact
    pub fn cost(self, prompt: u64, completion: u64) -> f64 {
        (prompt as f64 * self.prompt + completion as f64 * self.completion) / 1e6
    }
}

/// Limits on the requests to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest number of requests at the same time.
    pub concurrency: usize,
    /// Largest number of requests per minute; `None` if there is no limit.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Largest number of tokens per minute, prompt and reply together; `None` if there is no limit.
    pub tokens_per_minute: Option<NonZeroU32>,
}

/// A server for local models, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// The name of the preset.
    pub name: &'static str,
    /// The server's default address.
    pub base_url: &'static str,
    /// The model name for servers that serve one model and ignore the name; `None` if the user must name a model.
    pub model: Option<&'static str>,
    /// The server's default limit on tokens of prompt and reply together.
    pub context: usize,
}

impl Preset {
    /// All presets.
    pub const ALL: [Self; 4] = [
        Self { name: "ollama", base_url: "http://127.0.0.1:11434/v1", model: None, context: 4096 },
        Self { name: "llamacpp", base_url: "http://127.0.0.1:8080/v1", model: Some("default"), context: 4096 },
        Self { name: "vllm", base_url: "http://127.0.0.1:8000/v1", model: None, context: 8192 },
        Self { name: "lmstudio", base_url: "http://127.0.0.1:1234/v1", model: None, context: 4096 },
    ];

    /// The preset with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name == name)
    }
}

impl Endpoint {
    /// The address of a resource below the base address, with the base address's query string.
    pub(super) fn url_of(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{path}"));
        url
    }

    /// The name under which the replies and the dialect of the endpoint are cached. It does not contain the key.
    pub(super) fn name(&self) -> String {
        format!("{} {} {}", self.provider.name(), identity(&self.base_url), self.model)
    }

    /// The settings that replies depend on besides the provider, the model and the prompt, as text. The text does not
    /// contain the key.
    pub fn parameters(&self) -> String {
        let optional = |value: Option<String>| value.unwrap_or_else(|| "usual".to_owned());
        format!(
            "{}, temperature {}, seed {}, at most {} tokens",
            identity(&self.base_url),
            optional(self.temperature.map(|value| value.to_string())),
            optional(self.seed.map(|value| value.to_string())),
            self.max_tokens
        )
    }

    /// Largest number of tokens of a prompt.
    pub fn max_prompt_tokens(&self) -> usize {
        self.context.saturating_sub(self.max_tokens as usize)
    }

    pub(super) fn request_parameters(&self) -> Parameters {
        Parameters {
            model: self.model.clone(),
            max_tokens: self.max_tokens,
            temperature: self.temperature,
            seed: self.seed,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::address::{address, shown_url};

    pub(crate) fn endpoint(url: &str) -> Endpoint {
        Endpoint {
            provider: Provider::OpenAi,
            base_url: address(url, false).expect("an address"),
            model: "test-model".to_owned(),
            key: Some(Secret::new("sk-secret")),
            temperature: Some(0.0),
            seed: None,
            max_tokens: 1000,
            context: 8000,
            prices: None,
            limits: Limits { concurrency: 4, requests_per_minute: None, tokens_per_minute: None },
            timeout: Duration::from_secs(5),
            attempts: 2,
            ca_file: None,
        }
    }

    #[test]
    fn messages_and_names_do_not_repeat_possible_keys() {
        let secret = "hunter2";
        for text in [
            "https://example.com/v1?key=hunter2",
            "https://example.com/v1?hunter2",
            "https://example.com/v1?api-version=hunter2",
            "https://example.com/v1#hunter2",
            "https://hunter2@example.com/v1",
            "https://me:hunter2@example.com/v1",
            "http://example.com/v1?key=hunter2#hunter2",
            "http://me:hunter2@example.com/v1?x",
            "ftp://example.com/?hunter2",
            "https://exa mple/?hunter2",
            "mailto:hunter2",
            "hunter2",
        ] {
            assert!(!shown_url(text).contains(secret), "{}", shown_url(text));
            match address(text, false) {
                Ok(url) => {
                    let endpoint = Endpoint { base_url: url, ..endpoint("http://localhost:1/v1") };
                    let shown = format!("{} {}", endpoint.name(), endpoint.parameters());
                    assert!(!shown.contains(secret) && shown.contains("example.com/v1"), "{shown}");
                }
                Err(error) => assert!(!error.to_string().contains(secret), "{error}"),
            }
        }
        assert_eq!(shown_url("https://a.example:8443/v1/"), "https://a.example:8443/v1/");
    }

    #[test]
    fn the_name_depends_on_the_api_version_and_not_on_the_key() {
        let name = |query: &str| endpoint(&format!("https://a.example/v1?{query}")).name();
        assert_eq!(name("api-version=1&key=one"), name("api-version=1&key=two"));
        assert_ne!(name("api-version=1"), name("api-version=2"));
        assert_ne!(name("api-version=1"), name("version=1"));
    }

    #[test]
    fn resources_are_below_the_base_address() {
        for (base, expected) in [
            ("http://localhost:1/v1", "http://localhost:1/v1/models"),
            ("http://localhost:1/v1/", "http://localhost:1/v1/models"),
            ("http://localhost:1", "http://localhost:1/models"),
            ("https://a.example/x?api-version=3", "https://a.example/x/models?api-version=3"),
        ] {
            assert_eq!(endpoint(base).url_of("/models").as_str(), expected);
        }
    }

    #[test]
    fn descriptions_of_an_endpoint_do_not_contain_its_key() {
        let endpoint = endpoint("http://localhost:1/v1");
        let shown = format!("{endpoint:?} {} {}", endpoint.name(), endpoint.parameters());
        assert!(!shown.contains("sk-secret"), "{shown}");
    }
}
