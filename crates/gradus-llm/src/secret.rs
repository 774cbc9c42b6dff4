//! API keys, which are never shown, and their removal from texts that servers send back.

use std::fmt;

use reqwest::Url;

use super::masking::{masked, repeats};

/// Minimum length, in bytes, of a key that is removed from verdicts. Shorter keys may be ordinary words.
const SHORTEST_KEY: usize = 8;
/// Minimum length, in bytes, of a value in an address that is treated as a secret.
const SHORTEST_VALUE: usize = 6;

/// An API key. It has no `Display`, and its `Debug` prints `[key]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a key, for example the value of an environment variable; white space around it is removed.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// The key itself, for HTTP headers and for the [`Redactor`] only.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

/// Replaces the secrets of one endpoint with `[key]` in texts of its server: the key, and possible keys in the base URL.
pub(super) struct Redactor {
    key: String,
    /// Values of the URL's query string and user info, as they are written and decoded; long ones first.
    values: Vec<String>,
}

impl Redactor {
    pub(super) fn new(key: Option<&Secret>, url: &Url) -> Self {
        let decoded = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
        let written = url.query().unwrap_or_default().split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        });
        // The name itself may be a key, as in `?KEY`.
        let of_query = decoded.chain(written).filter(|(name, _)| !name.to_lowercase().contains("version"));
        let of_query = of_query.map(|(name, value)| if value.is_empty() { name } else { value });
        let of_user = [url.username(), url.password().unwrap_or_default()].map(str::to_owned);
        let mut values: Vec<String> =
            of_query.chain(of_user).filter(|value| value.trim().len() >= SHORTEST_VALUE).collect();
        // Long values first, because a value may be part of another one.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self { key: key.map(Secret::reveal).unwrap_or_default().to_owned(), values }
    }

    /// A message of the server without the secrets and without their longer parts.
    pub(super) fn message(&self, text: &str) -> String {
        self.values.iter().fold(masked(text, &self.key), |text, value| masked(&text, value))
    }

    /// A verdict without the secrets; a verdict that contains none of them as a whole is unchanged.
    pub(super) fn verdict(&self, text: String) -> String {
        let key = Some(&self.key).filter(|key| key.len() >= SHORTEST_KEY);
        key.into_iter()
            .chain(&self.values)
            .fold(text, |text, secret| if repeats(&text, secret) { masked(&text, secret) } else { text })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?} {:#?}", Secret::new("sk-1"), Secret::new("sk-1")), "[key] [key]");
    }

    fn redactor(key: &str, url: &str) -> Redactor {
        Redactor::new(Some(&Secret::new(key)), &Url::parse(url).expect("an address"))
    }

    #[test]
    fn possible_keys_of_an_address_are_replaced_in_messages_and_verdicts() {
        let redactor = redactor(
            "sk-12345678",
            "https://ada99x:hunter2@a.test/v1?key=QUERYSECRET77&sig=a%2Fb%2Bcdef&BARESECRET88&api-version=2024-06-01&k=abc",
        );
        for (text, expected) in [
            ("no QUERYSECRET77 here", "no [key] here"),
            ("a/b+cdef or a%2Fb%2Bcdef", "[key] or [key]"),
            ("BARESECRET88, ada99x, hunter2, sk-12345678", "[key], [key], [key], [key]"),
            ("Basic YWRhOTl4Omh1bnRlcjI=, UVVFUllTRUNSRVQ3Nw", "Basic [key]O[key], [key]"),
            ("2024-06-01 and abc stay", "2024-06-01 and abc stay"),
        ] {
            assert_eq!(redactor.message(text), expected);
            assert_eq!(redactor.verdict(text.to_owned()), expected);
        }
    }

    #[test]
    fn parts_of_keys_and_short_keys_remain_in_verdicts() {
        let verdict = "it says sk-12345 and QUERYSECR";
        assert_eq!(redactor("sk-12345678", "https://a.test?key=QUERYSECRET77").verdict(verdict.to_owned()), verdict);
        assert_eq!(redactor("says", "https://a.test").verdict(verdict.to_owned()), verdict);
    }
}
