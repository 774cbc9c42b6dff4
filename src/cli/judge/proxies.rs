//! The variables that name proxies, checked before anything is asked: a value that cannot be read would be passed over
//! in silence, and answers would be sent around the proxy.

use std::env;

use anyhow::bail;

use crate::llm::{Endpoint, is_loopback, proxy_scheme};

/// For endpoints of which scheme a variable names the proxy; empty for all.
const VARIABLES: [(&str, &str); 6] = [
    ("HTTPS_PROXY", "https"),
    ("https_proxy", "https"),
    ("HTTP_PROXY", "http"),
    ("http_proxy", "http"),
    ("ALL_PROXY", ""),
    ("all_proxy", ""),
];

/// Checks every variable. A kind of proxy that is not supported matters only to endpoints that would use it.
///
/// # Errors
/// Names the variable and does not repeat its value, which may hold a password.
pub(super) fn check(endpoints: &[Endpoint]) -> anyhow::Result<()> {
    for (variable, scheme) in VARIABLES {
        let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) else { continue };
        let hint =
            "hint: write it as http://host:port, or unset it; its value is not shown, for it may hold a password";
        let Some(kind) = value.to_str().and_then(proxy_scheme) else {
            bail!("{variable} is not the address of a proxy\n{hint}");
        };
        let is_used = endpoints.iter().map(|endpoint| &endpoint.base_url);
        let is_used = is_used.filter(|url| !is_loopback(url)).any(|url| scheme.is_empty() || url.scheme() == scheme);
        if is_used && !matches!(kind.as_str(), "http" | "https") {
            bail!("{variable} names a proxy that is asked neither over http nor over https\n{hint}");
        }
    }
    Ok(())
}
