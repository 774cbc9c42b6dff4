//! Where a model is, and how it may be used.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use super::protocol::{Parameters, Provider};
use super::secret::Secret;

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

/// Why an address cannot be used. No message repeats a user name, query string or fragment: each may hold a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The text is not an address; holds the reason.
    #[error("the base URL is not a valid address: {0}\nhint: write it as https://host/v1")]
    NoUrl(String),
    /// Another scheme than HTTP.
    #[error("the base URL has an unknown scheme\nhint: endpoints are asked over https, or over http on this machine")]
    Scheme,
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
    let url = Url::parse(text.trim()).map_err(|error| EndpointError::NoUrl(error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointError::Password(url.host_str().unwrap_or_default().to_owned()));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http || is_loopback(&url) => Ok(url),
        "http" => Err(EndpointError::Plain(shown_url(text))),
        _ => Err(EndpointError::Scheme),
    }
}

/// An address as it may be shown: scheme, host, port and path. What else there is may be a key and is replaced by
/// `[hidden]`, and a text that is not an address is replaced as a whole.
pub fn shown_url(text: &str) -> String {
    let Ok(url) = Url::parse(text.trim()) else { return "[hidden]".to_owned() };
    let Some(host) = url.host_str() else { return format!("{}:[hidden]", url.scheme()) };
    let user = if url.username().is_empty() && url.password().is_none() { "" } else { "[hidden]@" };
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let query = if url.query().is_some() { "?[hidden]" } else { "" };
    let fragment = if url.fragment().is_some() { "#[hidden]" } else { "" };
    format!("{}://{user}{host}{port}{}{query}{fragment}", url.scheme(), url.path())
}

/// The address as replies are told apart by it: as it may be shown, and a short hash of the query's names and of the
/// values that are called versions. Other values may be keys, which do not change replies.
fn identity(url: &Url) -> String {
    let shown = shown_url(url.as_str());
    if url.query().is_none() {
        return shown;
    }
    let mut hasher = blake3::Hasher::new();
    for (name, value) in url.query_pairs() {
        let value = if name.contains("version") { &*value } else { "" };
        for text in [&*name, value] {
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        }
    }
    format!("{shown} {}", &hasher.finalize().to_hex()[..8])
}

/// Whether a value of a proxy variable can be read as an address; the scheme may be absent.
pub fn proxy_scheme(text: &str) -> Option<String> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    Url::parse(&whole).ok().filter(Url::has_host).map(|url| url.scheme().to_owned())
}

/// Whether the address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
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
        format!("{} {} {}", self.provider.name(), identity(&self.base_url), self.model)
    }

    /// What its replies rest on besides the prompt.
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
        assert!(matches!(address("localhost:8080", false), Err(EndpointError::Scheme)));
        assert!(matches!(address("v1/chat", false), Err(EndpointError::NoUrl(_))));
        assert!(matches!(address("file:///etc/passwd", true), Err(EndpointError::Scheme)));
        let error = address("https://me:hunter2@example.com/v1", false).expect_err("a password");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn no_message_and_no_name_repeats_what_may_be_a_key() {
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
                    let told = format!("{} {}", endpoint.name(), endpoint.parameters());
                    assert!(!told.contains(secret) && told.contains("example.com/v1"), "{told}");
                }
                Err(error) => assert!(!error.to_string().contains(secret), "{error}"),
            }
        }
        assert_eq!(shown_url("https://a.example:8443/v1/"), "https://a.example:8443/v1/");
    }

    #[test]
    fn replies_of_another_api_version_are_told_apart_and_those_of_another_key_are_not() {
        let name = |query: &str| endpoint(&format!("https://a.example/v1?{query}")).name();
        assert_eq!(name("api-version=1&key=one"), name("api-version=1&key=two"));
        assert_ne!(name("api-version=1"), name("api-version=2"));
        assert_ne!(name("api-version=1"), name("version=1"));
    }

    #[test]
    fn a_proxy_is_an_address_with_or_without_a_scheme() {
        for (text, scheme) in [
            ("http://proxy.test:3128", Some("http")),
            ("https://me:pw@proxy.test", Some("https")),
            ("socks5://proxy.test", Some("socks5")),
            ("proxy.test:3128", Some("http")),
            ("127.0.0.1", Some("http")),
            ("://", None),
            ("http://", None),
            ("http://proxy.test:99999", None),
            ("not a proxy", None),
        ] {
            assert_eq!(proxy_scheme(text).as_deref(), scheme, "{text}");
        }
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
