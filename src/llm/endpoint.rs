//! Where a model is, and how it may be used.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use super::secret::Secret;
use super::wire::{Parameters, Provider};

/// Where a model is, and how it may be used.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// By which protocol it is asked.
    pub provider: Provider,
    /// Where, up to what the protocol adds: see [`address`].
    pub base_url: Url,
    /// What the model is called there.
    pub model: String,
    /// The key, where one is needed.
    pub key: Option<Secret>,
    /// Left to the endpoint where absent.
    pub temperature: Option<f64>,
    /// For endpoints that can repeat themselves.
    pub seed: Option<u64>,
    /// Tokens that a reply may have.
    pub max_tokens: u32,
    /// Tokens that prompt and reply may have together.
    pub context: usize,
    /// What tokens cost.
    pub prices: Option<Prices>,
    /// What is asked of it at most.
    pub limits: Limits,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often a request is sent at most.
    pub attempts: u32,
    /// Certificates that are trusted besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// What a million tokens cost, in whatever currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// Of a prompt.
    pub prompt: f64,
    /// Of a reply.
    pub completion: f64,
}

impl Prices {
    /// What so many tokens cost.
    #[allow(clippy::cast_precision_loss)] // far fewer tokens than a float counts exactly
    pub fn of(self, prompt: u64, completion: u64) -> f64 {
        (prompt as f64 * self.prompt + completion as f64 * self.completion) / 1e6
    }
}

/// What is asked of an endpoint at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way at the same time.
    pub concurrency: usize,
    /// Requests a minute.
    pub requests_per_minute: Option<NonZeroU32>,
    /// Tokens a minute, prompt and reply.
    pub tokens_per_minute: Option<NonZeroU32>,
}

/// Why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is no address.
    #[error("`{0}` is no address: {1}\nhint: write it as https://host/v1")]
    NoUrl(String, String),
    /// It is something else than HTTP.
    #[error("`{0}`: endpoints are asked over https, or http on this machine")]
    Scheme(String),
    /// A key would go over the network for everybody to read.
    #[error(
        "`{0}` is not encrypted and not on this machine\nhint: use https, or say --allow-http (`allow_http = true`)"
    )]
    Plain(String),
    /// There is a name or a password in it.
    #[error(
        "the address of {0} holds a user name or a password\nhint: put the key into the environment, see --api-key-env"
    )]
    Password(String),
}

/// Reads an address. Plain HTTP is for this machine alone, or where it is allowed.
///
/// # Errors
/// When it is none, or would give a secret away.
pub fn address(text: &str, allow_http: bool) -> Result<Url, EndpointError> {
    let url =
        Url::parse(text.trim()).map_err(|error| EndpointError::NoUrl(without_password(text), error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointError::Password(url.host_str().unwrap_or_default().to_owned()));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http || is_loopback(&url) => Ok(url),
        "http" => Err(EndpointError::Plain(text.to_owned())),
        _ => Err(EndpointError::Scheme(text.to_owned())),
    }
}

/// An address as it may be shown: without what stands between `//` and `@`, and without values behind `?`.
pub fn without_password(text: &str) -> String {
    if let Some((before, query)) = text.split_once('?')
        && text.contains("//")
    {
        let shown: Vec<String> = query.split('&').map(shown).collect();
        return format!("{}?{}", without_password(before), shown.join("&"));
    }
    let Some((scheme, rest)) = text.split_once("//") else { return text.to_owned() };
    let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..host].rfind('@') {
        Some(at) => format!("{scheme}//[hidden]{}", &rest[at..]),
        None => text.to_owned(),
    }
}

/// A pair of a query: what is called a version is no secret, all else may be one.
fn shown(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if !name.contains("version") => format!("{name}=[hidden]"),
        _ => pair.to_owned(),
    }
}

/// Whether the address is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Endpoint {
    /// The address of a resource below the base; what stands behind `?` stays.
    pub(super) fn at(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{path}"));
        url
    }

    /// By what its replies, and what is known of it, are told from those of others. No key is in it.
    pub(super) fn name(&self) -> String {
        format!("{} {} {}", self.provider.name(), without_password(self.base_url.as_str()), self.model)
    }

    /// What its replies rest on besides the prompt.
    pub fn parameters(&self) -> String {
        let optional = |value: Option<String>| value.unwrap_or_else(|| "usual".to_owned());
        format!(
            "{}, temperature {}, seed {}, at most {} tokens",
            without_password(self.base_url.as_str()),
            optional(self.temperature.map(|value| value.to_string())),
            optional(self.seed.map(|value| value.to_string())),
            self.max_tokens
        )
    }

    /// Tokens that a prompt may have.
    pub fn room(&self) -> usize {
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

    pub(in crate::llm) fn endpoint(url: &str) -> Endpoint {
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
    fn plain_http_is_for_this_machine() {
        for here in [
            "http://localhost:8080/v1",
            "http://127.0.0.1/v1",
            "http://127.9.9.9",
            "http://[::1]:1/",
            "http://LOCALHOST",
        ] {
            assert!(address(here, false).is_ok(), "{here}");
        }
        for away in [
            "http://example.com/v1",
            "http://192.168.1.5:11434/v1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
        ] {
            assert!(matches!(address(away, false), Err(EndpointError::Plain(_))), "{away}");
            assert!(address(away, true).is_ok(), "{away}");
        }
    }

    #[test]
    fn what_is_no_address_or_holds_a_secret_is_refused() {
        assert!(matches!(address("localhost:8080", false), Err(EndpointError::Scheme(_))));
        assert!(matches!(address("v1/chat", false), Err(EndpointError::NoUrl(..))));
        assert!(matches!(address("file:///etc/passwd", true), Err(EndpointError::Scheme(_))));
        let error = address("https://me:hunter2@example.com/v1", false).expect_err("a password");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn resources_stand_below_the_base() {
        for (base, whole) in [
            ("http://localhost:1/v1", "http://localhost:1/v1/models"),
            ("http://localhost:1/v1/", "http://localhost:1/v1/models"),
            ("http://localhost:1", "http://localhost:1/models"),
            ("https://a.example/x?api-version=3", "https://a.example/x/models?api-version=3"),
        ] {
            assert_eq!(endpoint(base).at("/models").as_str(), whole);
        }
    }

    #[test]
    fn nothing_that_names_an_endpoint_has_its_key() {
        let endpoint = endpoint("http://localhost:1/v1");
        let told = format!("{endpoint:?} {} {}", endpoint.name(), endpoint.parameters());
        assert!(!told.contains("sk-secret"), "{told}");
    }
}
