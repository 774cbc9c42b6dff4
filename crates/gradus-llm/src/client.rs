//! One request, one answer of a server: connections, certificates, and what is never done with a key.

use std::error::Error;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Certificate, Method, StatusCode, Url};

use super::endpoint::{Endpoint, is_loopback};

/// A server that cannot be connected to in this time is not there.
const CONNECT: Duration = Duration::from_secs(10);
/// Answers with more bytes are not read.
const LARGEST: usize = 2 << 20;
/// Larger files of certificates are not read. In bytes.
const LARGEST_PEM: u64 = 16 << 20;
/// Redirects that are followed on the same host.
const REDIRECTS: usize = 3;

/// Why an endpoint cannot be asked at all.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The certificates cannot be read.
    #[error("cannot read the certificates of {}: {}\nhint: --ca-file names a file in PEM", path.display(), error)]
    File {
        /// Where they should be.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There are none in it.
    #[error("{} holds no certificate\nhint: --ca-file names a file in PEM, which begins with -----BEGIN CERTIFICATE-----", .0.display())]
    NoCertificate(PathBuf),
    /// A key that cannot stand in a header.
    #[error("the key for {0} holds characters that a header cannot have\nhint: look for line breaks in it")]
    Key(String),
    /// HTTP cannot be set up.
    #[error(
        "cannot set up encrypted connections: {0}\nhint: where the system has no certificates, name a file of them with --ca-file"
    )]
    Setup(String),
}

/// What a server answered.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum SendError {
    /// It could not be reached, or hung up.
    Connection(String),
    /// It took too long.
    Timeout,
    /// The answer is larger than what is read.
    TooLarge,
}

/// Sends requests to one endpoint.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    headers: HeaderMap,
}

impl Client {
    pub(super) fn new(endpoint: &Endpoint) -> Result<Self, ClientError> {
        // Whoever was first chose; there is only one to choose from.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(Policy::custom(follow))
            .user_agent(concat!("gradus/", env!("CARGO_PKG_VERSION")))
            .pool_max_idle_per_host(endpoint.limits.concurrency)
            .tcp_nodelay(true);
        if is_loopback(&endpoint.base_url) {
            builder = builder.no_proxy();
        }
        if let Some(path) = &endpoint.ca_file {
            let pem = read_certificates(path).map_err(|error| ClientError::File { path: path.clone(), error })?;
            let certificates = Certificate::from_pem_bundle(&pem).unwrap_or_default();
            if certificates.is_empty() {
                return Err(ClientError::NoCertificate(path.clone()));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let http = builder.build().map_err(|error| ClientError::Setup(cause(error)))?;
        Ok(Self { http, headers: headers(endpoint)? })
    }

    /// Posts `body`, or gets what is there. The whole exchange takes `timeout` at most.
    pub(super) async fn send(&self, url: Url, body: Option<Vec<u8>>, timeout: Duration) -> Result<Raw, SendError> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = self.http.request(method, url).headers(self.headers.clone()).timeout(timeout);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let mut response = request.send().await.map_err(told)?;
        let text = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let mut raw = Raw {
            status: response.status().as_u16(),
            content_type: text(CONTENT_TYPE),
            retry_after: text(RETRY_AFTER),
            location: text(LOCATION),
            body: Vec::new(),
        };
        while let Some(chunk) = response.chunk().await.map_err(told)? {
            if raw.body.len() + chunk.len() > LARGEST {
                return Err(SendError::TooLarge);
            }
            raw.body.extend_from_slice(&chunk);
        }
        Ok(raw)
    }
}

/// The content of a file of certificates. A pipe is refused, because opening it may wait for ever.
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

/// Follows what keeps host and method; a key goes nowhere else.
fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let keeps_method = matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let is_same = attempt.previous().last().is_some_and(|before| before.origin() == attempt.url().origin());
    if keeps_method && is_same && attempt.previous().len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
}

fn headers(endpoint: &Endpoint) -> Result<HeaderMap, ClientError> {
    let wrong = || ClientError::Key(endpoint.base_url.host_str().unwrap_or_default().to_owned());
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let key = endpoint.key.as_ref().map(super::Secret::reveal);
    // What Azure calls OpenAI's protocol takes keys in a header of its own.
    let is_azure = endpoint.base_url.host_str().is_some_and(|host| host.ends_with(".azure.com"));
    let own = key.filter(|_| is_azure).map(|key| ("api-key", key.to_owned()));
    for (name, value) in endpoint.provider.headers(key).into_iter().chain(own) {
        let mut value = HeaderValue::from_str(&value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

fn told(error: reqwest::Error) -> SendError {
    if error.is_timeout() { SendError::Timeout } else { SendError::Connection(cause(error)) }
}

/// What is at the bottom of an error, without its address: a query string may hold a key.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut bottom: &dyn Error = &error;
    while let Some(source) = bottom.source() {
        bottom = source;
    }
    let text = bottom.to_string();
    let line: Vec<&str> = text.split_whitespace().collect();
    line.join(" ")
}
