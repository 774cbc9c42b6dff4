//! What an endpoint understands of its protocol, and what to try next when it refuses a request.
//!
//! Endpoints that speak the same protocol differ in what they know of it, and say so in words of their own. Every
//! step gives something up and nothing is taken back, so the steps end.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Provider;
use super::words::is_html;

/// How structured output is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// By a JSON Schema that the reply is held to.
    Schema,
    /// By asking for any JSON.
    Json,
    /// By a tool that must be used.
    Tool,
    /// By the words of the conversation alone.
    Text,
}

/// What the most tokens of a reply are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LimitField {
    /// By most.
    MaxTokens,
    /// By those that count what a model thinks.
    MaxCompletionTokens,
}

/// What one endpoint is known, or taken, to understand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dialect {
    /// The best way to ask for structured output.
    pub(crate) mode: Mode,
    /// The name of the limit.
    pub(crate) limit: LimitField,
    /// Whether a temperature may be sent.
    pub(crate) temperature: bool,
    /// Whether a seed may be sent.
    pub(crate) seed: bool,
}

/// Words of refusals that no other dialect helps with; in each row, all of them.
const OTHER_MATTERS: [&[&str]; 41] = [
    &["context length"],
    &["context_length"],
    &["context window"],
    &["context size"],
    &["too many tokens"],
    &["too many input tokens"],
    &["prompt", "too long"],
    &[" tokens", "too long"],
    &[" tokens", "too large"],
    &[" tokens", "maximum"],
    &[" tokens", "at most"],
    &[" tokens", "exceed"],
    &["model", "not found"],
    &["model", "not exist"],
    &["model", "not loaded"],
    &["no models loaded"],
    &["model_not_found"],
    &["unknown model"],
    &["no such model"],
    &["invalid model"],
    &["not a valid model"],
    &["decommissioned"],
    &["api key"],
    &["api_key"],
    &["api-key"],
    &["apikey"],
    &["authenticat"],
    &["unauthor"],
    &["credential"],
    &["permission"],
    &["quota"],
    &["billing"],
    &["credit balance"],
    &["insufficient"],
    &["payment"],
    &["rate limit"],
    &["rate_limit"],
    &["content", "policy"],
    &["content", "filter"],
    &["moderation"],
    &["content management"],
];

/// Words of refusals of the way structured output was asked for.
const FORMAT: [&str; 8] =
    ["response_format", "json_schema", "json_object", "schema", "structured", "tool", "function", "grammar"];

/// Fields in which servers repeat what they were sent.
const ECHOES: [&str; 3] = ["input", "body", "request"];

impl Dialect {
    /// What is tried first: all of the protocol.
    pub(crate) fn first(provider: Provider) -> Self {
        let mode = provider.modes().first().copied().unwrap_or(Mode::Text);
        Self { mode, limit: LimitField::MaxTokens, temperature: true, seed: provider == Provider::OpenAi }
    }

    /// What to try after a refusal with this status and body; `None` where the refusal is about something else, or
    /// nothing is left to give up. Never the same dialect, and never one that was given up.
    pub(crate) fn after(&self, provider: Provider, status: u16, body: &str) -> Option<Self> {
        let may_be_wordless = match status {
            400 | 422 => true,
            404 | 415 | 501 => false,
            _ => return None,
        };
        // Whoever answers with a page does not speak the protocol at all.
        if is_html(None, body) {
            return None;
        }
        let words = words(body);
        let speaks_of = |word: &str| words.contains(word);
        if OTHER_MATTERS.iter().any(|matter| matter.iter().all(|word| speaks_of(word))) {
            return None;
        }
        if self.limit == LimitField::MaxTokens && provider == Provider::OpenAi && speaks_of("max_completion_tokens") {
            return Some(Self { limit: LimitField::MaxCompletionTokens, ..*self });
        }
        if self.temperature && speaks_of("temperature") {
            return Some(Self { temperature: false, ..*self });
        }
        if self.seed && speaks_of("seed") {
            return Some(Self { seed: false, ..*self });
        }
        let is_about_format = may_be_wordless || FORMAT.into_iter().any(speaks_of);
        let mode = self.next_mode(provider).filter(|_| is_about_format)?;
        Some(Self { mode, ..*self })
    }

    /// The next best way; `None` after the last one, and where the mode is not one of the provider's.
    fn next_mode(&self, provider: Provider) -> Option<Mode> {
        let mut modes = provider.modes().iter().copied();
        modes.find(|mode| *mode == self.mode)?;
        modes.next()
    }
}

/// All words of a body in lower case, but for those that repeat the request.
fn words(body: &str) -> String {
    let Ok(answer) = serde_json::from_str::<Value>(body) else { return body.to_lowercase() };
    let (mut words, mut open) = (String::new(), vec![&answer]);
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => words.extend(["\n", text]),
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => {
                for (name, value) in fields.iter().filter(|(name, _)| !ECHOES.contains(&name.as_str())) {
                    words.extend(["\n", name]);
                    open.push(value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    words.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN_AI: Dialect =
        Dialect { mode: Mode::Schema, limit: LimitField::MaxTokens, temperature: true, seed: true };
    const ANTHROPIC: Dialect = Dialect { mode: Mode::Tool, seed: false, ..OPEN_AI };

    #[test]
    fn all_of_a_protocol_is_tried_first() {
        assert_eq!(Dialect::first(Provider::OpenAi), OPEN_AI);
        assert_eq!(Dialect::first(Provider::Anthropic), ANTHROPIC);
    }

    #[test]
    fn a_refusal_names_what_is_given_up() {
        let limit = Dialect { limit: LimitField::MaxCompletionTokens, ..OPEN_AI };
        let temperature = Dialect { temperature: false, ..OPEN_AI };
        let seed = Dialect { seed: false, ..OPEN_AI };
        let mode = Dialect { mode: Mode::Json, ..OPEN_AI };
        let cases = [
            (
                400,
                r#"{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}"#,
                Some(limit),
            ),
            (400, "'Temperature' does not support 0.0 with this model", Some(temperature)),
            (422, r#"{"detail":[{"loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}"#, Some(seed)),
            (400, r#"{"error":{"message":"Unknown field","param":"response_format"}}"#, Some(mode.clone())),
            (400, r#"{"errors":{"response_format":["unknown"]}}"#, Some(mode.clone())),
            (400, "failed to parse grammar", Some(mode.clone())),
            (400, "", Some(mode.clone())),
            (422, r#"{"detail":"Unprocessable"}"#, Some(mode.clone())),
            (404, "No endpoints found that support tool use", Some(mode.clone())),
            (415, "json_schema is not supported", Some(mode.clone())),
            (501, "Structured output: not implemented", Some(mode.clone())),
            (404, "404 page not found", None),
            (415, "", None),
            (501, "", None),
            (400, "<html><script>function schema() {}</script>", None),
            (401, "json_schema", None),
            (429, "json_schema", None),
            (500, "json_schema", None),
        ];
        for (status, body, expected) in cases {
            assert_eq!(OPEN_AI.after(Provider::OpenAi, status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_refusal_of_something_else_gives_nothing_up() {
        let bodies = [
            "This model's maximum context length is 8192 tokens. Reduce the length of the messages or functions.",
            "'max_tokens' or 'max_completion_tokens' is too large: 9. This model's maximum context length is 8",
            "max_tokens is too large: 99. This model supports at most 16 completion tokens",
            "max_tokens: 99 > 64, which is the maximum allowed number of output tokens",
            "prompt is too long: 210000 tokens > 200000",
            "The request exceeds the available context size",
            "model \"tool-7b\" not found, try pulling it first",
            "The model `x` does not exist",
            "Incorrect API key provided",
            "You exceeded your current quota",
            "Your credit balance is too low. Please go to Plans & Billing",
            "The response was filtered due to Azure's content management policy",
        ];
        for body in bodies {
            for status in [400, 404, 422] {
                assert_eq!(OPEN_AI.after(Provider::OpenAi, status, body), None, "{body}");
                assert_eq!(ANTHROPIC.after(Provider::Anthropic, status, body), None, "{body}");
            }
        }
    }

    #[test]
    fn what_a_server_repeats_of_the_request_is_not_its_word() {
        let body = r#"{"detail":[{"loc":["body","seed"],"msg":"no","input":{"temperature":1,"said":"billing"}}]}"#;
        assert_eq!(OPEN_AI.after(Provider::OpenAi, 422, body), Some(Dialect { seed: false, ..OPEN_AI }));
    }

    #[test]
    fn what_is_given_up_already_is_not_given_up_again() {
        let given_up = Dialect { temperature: false, ..ANTHROPIC };
        let expected = Some(Dialect { mode: Mode::Text, ..given_up });
        assert_eq!(given_up.after(Provider::Anthropic, 400, "temperature and tool_choice"), expected);
        assert_eq!(ANTHROPIC.after(Provider::Anthropic, 404, "max_completion_tokens, seed"), None);
    }

    #[test]
    fn every_way_down_ends() {
        let bodies = ["", "seed", "temperature", "max_completion_tokens", "tool", "seed temperature schema"];
        for provider in [Provider::OpenAi, Provider::Anthropic] {
            for mode in [Mode::Schema, Mode::Json, Mode::Tool, Mode::Text] {
                for skipped in 0..bodies.len() {
                    let mut tried = vec![Dialect { mode, ..Dialect::first(provider) }];
                    let mut turn = bodies.iter().cycle().skip(skipped);
                    let mut refused = 0;
                    while let (Some(last), Some(body)) = (tried.last(), turn.next()) {
                        match last.after(provider, 400, body) {
                            Some(next) => {
                                assert!(!tried.contains(&next), "{next:?}");
                                tried.push(next);
                                refused = 0;
                            }
                            None if refused == bodies.len() => break,
                            None => refused += 1,
                        }
                    }
                    assert!(tried.len() <= 6, "{tried:?}");
                }
            }
        }
    }

    #[test]
    fn a_dialect_is_stored_by_names() {
        let stored = r#"{"mode":"schema","limit":"max_tokens","temperature":true,"seed":true}"#;
        assert_eq!(serde_json::to_string(&OPEN_AI).ok().as_deref(), Some(stored));
        assert_eq!(serde_json::from_str::<Dialect>(stored).ok(), Some(OPEN_AI));
    }
}
