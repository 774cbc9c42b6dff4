//! Checks the variables that name proxies before the first request. The HTTP client silently ignores a value that it
//! cannot parse, and answers would bypass the proxy.

use std::env;

use crate::cli::hints::advised;
use crate::llm::{Endpoint, is_loopback, proxy_scheme};

/// Variables that name a proxy, and the scheme of the endpoints that use it; empty for all endpoints.
const VARIABLES: [(&str, &str); 6] = [
    ("HTTPS_PROXY", "https"),
    ("https_proxy", "https"),
    ("HTTP_PROXY", "http"),
    ("http_proxy", "http"),
    ("ALL_PROXY", ""),
    ("all_proxy", ""),
];

const HINT: &str = "write it as http://host:port, or unset it; the value is hidden because it may contain a password";

/// Checks every variable. A kind of proxy that is not supported is an error only if an endpoint would use it.
///
/// # Errors
/// The name of the variable, without its value, which may contain a password.
pub(super) fn check(endpoints: &[Endpoint]) -> anyhow::Result<()> {
    for (variable, scheme) in VARIABLES {
        let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) else { continue };
        let Some(kind) = value.to_str().and_then(proxy_scheme) else {
            return Err(advised(format!("{variable} is not the address of a proxy"), HINT));
        };
        let remote = endpoints.iter().map(|endpoint| &endpoint.base_url).filter(|url| !is_loopback(url));
        let is_used = remote.into_iter().any(|url| scheme.is_empty() || url.scheme() == scheme);
        if is_used && !matches!(kind.as_str(), "http" | "https") {
            return Err(advised(format!("{variable} names a proxy that uses neither http nor https"), HINT));
        }
    }
    Ok(())
}
