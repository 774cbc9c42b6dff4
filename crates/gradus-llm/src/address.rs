//! Reads and shows the addresses of endpoints and proxies without revealing the keys that they may hold.

use std::borrow::Cow;
use std::net::IpAddr;

use gradus_core::model::FingerprintHasher;
use reqwest::Url;

/// The reason why an address cannot be used. No message repeats a user name, query string or fragment, because each
/// may hold a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text is not an address; contains the reason.
    #[error("the base URL is not a valid address: {0}")]
    NotAUrl(String),
    /// The scheme is neither `http` nor `https`.
    #[error("the base URL has an unknown scheme")]
    Scheme,
    /// The key would be sent unencrypted over the network; contains the address as it may be shown.
    #[error("`{0}` is not encrypted and not on this machine")]
    Unencrypted(String),
    /// The address contains a user name or a password; contains the host name.
    #[error("the address of {0} contains a user name or a password")]
    Password(String),
}

impl AddressError {
    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Self::NotAUrl(_) => "write it as https://host/v1",
            Self::Scheme => "use https, or http for a server on this machine",
            Self::Unencrypted(_) => "use https, or allow unencrypted requests",
            Self::Password(_) => "remove it from the address and pass the key separately",
        }))
    }
}

/// Reads an address. Unencrypted HTTP is accepted for this machine, and for other machines if it is allowed.
///
/// # Errors
/// The text is not an address, or using it would reveal a secret.
pub fn address(text: &str, allow_http: bool) -> Result<Url, AddressError> {
    let url = Url::parse(text.trim()).map_err(|error| AddressError::NotAUrl(error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Password(url.host_str().unwrap_or_default().to_owned()));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_http || is_loopback(&url) => Ok(url),
        "http" => Err(AddressError::Unencrypted(shown_url(text))),
        _ => Err(AddressError::Scheme),
    }
}

/// An address as it may be shown: scheme, host, port and path. All other parts may hold a key and are replaced by
/// `[hidden]`; a text that is not an address is replaced as a whole.
pub fn shown_url(text: &str) -> String {
    let Ok(url) = Url::parse(text.trim()) else { return "[hidden]".to_owned() };
    let Some(host) = url.host_str() else { return format!("{}:[hidden]", url.scheme()) };
    let user = if url.username().is_empty() && url.password().is_none() { "" } else { "[hidden]@" };
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let query = if url.query().is_some() { "?[hidden]" } else { "" };
    let fragment = if url.fragment().is_some() { "#[hidden]" } else { "" };
    format!("{}://{user}{host}{port}{}{query}{fragment}", url.scheme(), url.path())
}

/// The part of an address that replies depend on: the address as it may be shown, and a short hash of the names in the
/// query string and of the values of versions. Other values may be keys, which do not change replies.
pub(super) fn identity(url: &Url) -> String {
    let shown = shown_url(url.as_str());
    if url.query().is_none() {
        return shown;
    }
    let mut hasher = FingerprintHasher::new();
    for (name, value) in url.query_pairs() {
        let value = if name.contains("version") { &*value } else { "" };
        for text in [&*name, value] {
            hasher.text(text);
        }
    }
    format!("{shown} {}", &hasher.finish().to_string()[..8])
}

/// The scheme of a proxy address, which is `http` if the text has none; `None` if the text is not an address.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unencrypted_http_is_accepted_for_this_machine_only() {
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
            assert!(matches!(address(away, false), Err(AddressError::Unencrypted(_))), "{away}");
            assert!(address(away, true).is_ok(), "{away}");
        }
    }

    #[test]
    fn invalid_addresses_and_passwords_are_refused() {
        assert!(matches!(address("localhost:8080", false), Err(AddressError::Scheme)));
        assert!(matches!(address("v1/chat", false), Err(AddressError::NotAUrl(_))));
        assert!(matches!(address("file:///etc/passwd", true), Err(AddressError::Scheme)));
        let error = address("https://me:hunter2@example.com/v1", false).expect_err("a password");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn a_proxy_address_may_lack_its_scheme() {
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
    fn every_error_has_a_message_and_a_hint() {
        for (text, message, hint) in [
            (
                "v1/chat",
                "the base URL is not a valid address: relative URL without a base",
                "write it as https://host/v1",
            ),
            ("ftp://a.test", "the base URL has an unknown scheme", "use https, or http for a server on this machine"),
            (
                "http://a.test/v1?key=k",
                "`http://a.test/v1?[hidden]` is not encrypted and not on this machine",
                "use https, or allow unencrypted requests",
            ),
            (
                "https://me:pw@a.test/v1",
                "the address of a.test contains a user name or a password",
                "remove it from the address and pass the key separately",
            ),
        ] {
            let error = address(text, false).expect_err("an error");
            assert_eq!(error.to_string(), message);
            assert_eq!(error.hint().as_deref(), Some(hint));
        }
    }
}
