//! Sends single HTTP requests to one endpoint: connections, certificates, redirects and headers.
//!
//! A key is sent to the endpoint's own host only. Retries, limits and the content of responses are decided in
//! `endpoint_client`.

use std::borrow::Cow;
use std::error::Error;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Certificate, Method, StatusCode, Url};

use super::address::is_loopback;
use super::endpoint::Endpoint;
use super::request_error::{LARGEST_RESPONSE_MIB, RequestCause};

/// Time limit of a connection attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest certificate file that is read, in bytes.
const LARGEST_PEM: u64 = 16 << 20;
/// Maximum number of redirects that are followed; all must stay on the same scheme, host and port.
const MAX_REDIRECTS: usize = 3;

/// The reason why no request can be sent to an endpoint.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The certificate file cannot be read.
    #[error("cannot read the certificates of {}: {error}", path.display())]
    CertificateFile {
        /// The configured path.
        path: PathBuf,
        /// Why the file cannot be read.
        error: io::Error,
    },
    /// The certificate file contains no certificate.
    #[error("{} contains no certificate", .0.display())]
    NoCertificate(PathBuf),
    /// The key contains characters that are not allowed in an HTTP header. The field is the endpoint's host name.
    #[error("the key for {0} contains characters that are not allowed in an HTTP header")]
    Key(String),
    /// TLS cannot be set up. The field is the message of the TLS library.
    #[error("cannot set up encrypted connections: {0}")]
    Setup(String),
}

impl ClientError {
    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(match self {
            Self::CertificateFile { .. } => "name a readable file of certificates in PEM format",
            Self::NoCertificate(_) => "name a file in PEM format, which starts with -----BEGIN CERTIFICATE-----",
            Self::Key(_) => "look for line breaks in the key",
            Self::Setup(_) => "if the system has no certificates, name a file of certificates",
        }))
    }
}

/// A response of the server.
#[derive(Debug)]
pub(super) struct HttpResponse {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

/// Sends requests to one endpoint.
#[derive(Debug)]
pub(super) struct HttpClient {
    http: reqwest::Client,
    headers: HeaderMap,
}

impl HttpClient {
    pub(super) fn new(endpoint: &Endpoint) -> Result<Self, ClientError> {
        // Fails if a crypto provider is installed already. It is the same one, because this crate links only one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::custom(follow))
            .user_agent(concat!("gradus/", env!("CARGO_PKG_VERSION")))
            .pool_max_idle_per_host(endpoint.limits.concurrency)
            .tcp_nodelay(true);
        if is_loopback(&endpoint.base_url) {
            builder = builder.no_proxy();
        }
        if let Some(path) = &endpoint.ca_file {
            let pem =
                read_certificates(path).map_err(|error| ClientError::CertificateFile { path: path.clone(), error })?;
            let certificates = Certificate::from_pem_bundle(&pem).unwrap_or_default();
            if certificates.is_empty() {
                return Err(ClientError::NoCertificate(path.clone()));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let http = builder.build().map_err(|error| ClientError::Setup(bottom_message(&error.without_url())))?;
        Ok(Self { http, headers: headers(endpoint)? })
    }

    /// Sends `body` with POST, or a GET request without a body. `timeout` limits the whole exchange.
    pub(super) async fn send(
        &self,
        url: Url,
        body: Option<Vec<u8>>,
        timeout: Duration,
    ) -> Result<HttpResponse, RequestCause> {
        let cause = |error: reqwest::Error| request_cause(error, timeout);
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = self.http.request(method, url).headers(self.headers.clone()).timeout(timeout);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let mut response = request.send().await.map_err(cause)?;
        let text = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let mut received = HttpResponse {
            status: response.status().as_u16(),
            content_type: text(CONTENT_TYPE),
            retry_after: text(RETRY_AFTER),
            location: text(LOCATION),
            body: Vec::new(),
        };
        while let Some(chunk) = response.chunk().await.map_err(cause)? {
            if received.body.len() + chunk.len() > LARGEST_RESPONSE_MIB << 20 {
                return Err(RequestCause::TooLarge);
            }
            received.body.extend_from_slice(&chunk);
        }
        Ok(received)
    }
}

/// The content of a certificate file. A pipe is refused, because opening it may block forever.
fn read_certificates(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut pem = Vec::new();
    fs::File::open(path)?.take(LARGEST_PEM + 1).read_to_end(&mut pem)?;
    if pem.len() as u64 > LARGEST_PEM {
        return Err(io::Error::other("it is larger than 16 MiB"));
    }
    Ok(pem)
}

/// Follows redirects that keep the method, scheme, host and port, because the key must not be sent anywhere else.
fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let keeps_method = matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let is_same_origin = attempt.previous().last().is_some_and(|before| before.origin() == attempt.url().origin());
    if keeps_method && is_same_origin && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

fn headers(endpoint: &Endpoint) -> Result<HeaderMap, ClientError> {
    let invalid_key = || ClientError::Key(endpoint.base_url.host_str().unwrap_or_default().to_owned());
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let key = endpoint.key.as_ref().map(super::Secret::reveal);
    // Azure expects the key in its own header, although it uses OpenAI's protocol.
    let is_azure = endpoint.base_url.host_str().is_some_and(|host| host.ends_with(".azure.com"));
    let azure_header = key.filter(|_| is_azure).map(|key| ("api-key", key.to_owned()));
    for (name, value) in endpoint.provider.headers(key).into_iter().chain(azure_header) {
        let mut value = HeaderValue::from_str(&value).map_err(|_| invalid_key())?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

/// The typed cause of a failed exchange. The address is removed first, because its query string may hold a key.
fn request_cause(error: reqwest::Error, timeout: Duration) -> RequestCause {
    if error.is_timeout() {
        return RequestCause::Timeout(timeout);
    }
    let error = error.without_url();
    let message = bottom_message(&error);
    match tls_error(&error) {
        Some(tls) => RequestCause::Tls { message, is_plain_http: is_plain_http(tls) },
        None => RequestCause::Connect(message),
    }
}

/// The TLS library's error in a chain of sources, if the chain has one.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref() {
            return Some(tls);
        }
        // An `io::Error` is transparent: `source` skips the error that it wraps.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(tls) = wrapped.and_then(|wrapped| tls_error(wrapped)) {
            return Some(tls);
        }
        next = error.source();
    }
    None
}

/// Whether the peer answered the TLS handshake with bytes that are not TLS, as an HTTP server does.
fn is_plain_http(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType))
}

/// The message of the last source, on one line.
fn bottom_message(error: &reqwest::Error) -> String {
    let mut bottom: &dyn Error = error;
    while let Some(source) = bottom.source() {
        bottom = source;
    }
    let text = bottom.to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_message_and_a_hint() {
        let path = PathBuf::from("some/ca.pem");
        let unreadable = ClientError::CertificateFile { path: path.clone(), error: io::Error::other("too large") };
        for (error, message, hint) in [
            (
                unreadable,
                "cannot read the certificates of some/ca.pem: too large",
                "name a readable file of certificates in PEM format",
            ),
            (
                ClientError::NoCertificate(path),
                "some/ca.pem contains no certificate",
                "name a file in PEM format, which starts with -----BEGIN CERTIFICATE-----",
            ),
            (
                ClientError::Key("llm.test".to_owned()),
                "the key for llm.test contains characters that are not allowed in an HTTP header",
                "look for line breaks in the key",
            ),
            (
                ClientError::Setup("no roots".to_owned()),
                "cannot set up encrypted connections: no roots",
                "if the system has no certificates, name a file of certificates",
            ),
        ] {
            assert_eq!(error.to_string(), message);
            assert_eq!(error.hint().as_deref(), Some(hint));
        }
    }

    #[test]
    fn a_tls_error_is_found_below_io_errors() {
        let plain = || rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
        let nested = io::Error::other(io::Error::other(plain()));
        assert!(tls_error(&nested).is_some_and(is_plain_http));
        let expired = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        assert!(tls_error(&io::Error::other(expired)).is_some_and(|error| !is_plain_http(error)));
        assert!(tls_error(&io::Error::from(io::ErrorKind::ConnectionRefused)).is_none());
    }
}
