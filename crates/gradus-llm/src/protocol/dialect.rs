//! The parameters of a request, the parts of a protocol that an endpoint supports, and the fallback after a refused
//! request.
//!
//! Servers support different parts of the same protocol and explain a refusal in free text. Searching that text for the
//! refused parameter is the only way to find it, and it is done here and nowhere else. Each fallback drops one part and
//! none is taken back, so the fallbacks end.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::provider::Provider;
use super::server_text::is_html;

/// The way to request structured output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// A JSON Schema that the server enforces.
    Schema,
    /// Any JSON.
    Json,
    /// A tool that the model must call.
    Tool,
    /// The instructions of the conversation only.
    Text,
}

/// The name of the limit on tokens of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LimitField {
    /// The name in most servers.
    MaxTokens,
    /// The name in servers that also count reasoning tokens.
    MaxCompletionTokens,
}

/// The parameters of a request besides the conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    /// The endpoint's name of the model.
    pub(crate) model: String,
    /// Largest number of tokens of a reply.
    pub(crate) max_tokens: u32,
    /// Sent if the dialect supports it.
    pub(crate) temperature: Option<f64>,
    /// The seed of sample 0; each further sample adds one. Sent if the dialect supports it.
    pub(crate) seed: Option<u64>,
}

/// The parts of its protocol that an endpoint is known, or assumed, to support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dialect {
    /// The way to request structured output.
    pub(crate) mode: Mode,
    /// The name of the limit on tokens of a reply.
    pub(crate) limit: LimitField,
    /// Whether a temperature may be sent.
    pub(crate) temperature: bool,
    /// Whether a seed may be sent.
    pub(crate) seed: bool,
}

/// Phrases of refusals that a different dialect does not solve. All phrases of a row must occur.
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

/// Words of refusals of structured output.
const FORMAT: [&str; 8] =
    ["response_format", "json_schema", "json_object", "schema", "structured", "tool", "function", "grammar"];

/// Fields in which servers repeat the request.
const ECHOES: [&str; 3] = ["input", "body", "request"];

/// A parameter of a request that a server does not support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedParameter {
    /// The name of the limit on tokens of a reply.
    TokenLimit,
    /// `temperature`; some models accept only their default.
    Temperature,
    /// `seed`, which makes replies repeatable where it is supported.
    Seed,
    /// The way to request structured output.
    OutputFormat,
}

/// A refused parameter, and the dialect without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) parameter: RefusedParameter,
    pub(crate) next: Dialect,
}

impl Provider {
    /// The ways to request structured output, best first.
    pub(crate) fn modes(self) -> &'static [Mode] {
        match self {
            Self::OpenAi => &[Mode::Schema, Mode::Json, Mode::Text],
            Self::Anthropic => &[Mode::Tool, Mode::Text],
        }
    }
}

impl Dialect {
    /// The dialect to try first: every part of the protocol.
    pub(crate) fn first(provider: Provider) -> Self {
        let mode = provider.modes().first().copied().unwrap_or(Mode::Text);
        Self { mode, limit: LimitField::MaxTokens, temperature: true, seed: provider == Provider::OpenAi }
    }

    /// The refused parameter of a response with this status and body; `None` if the refusal has another reason, or no
    /// fallback is left. The next dialect never contains a part that was dropped before.
    pub(crate) fn after(&self, provider: Provider, status: u16, body: &str) -> Option<Refusal> {
        let may_lack_explanation = match status {
            400 | 422 => true,
            404 | 415 | 501 => false,
            _ => return None,
        };
        // A server that answers with an HTML page does not support the protocol at all.
        if is_html(None, body) {
            return None;
        }
        let text = explanation(body);
        let mentions = |word: &str| text.contains(word);
        let refused = |parameter, next| Some(Refusal { parameter, next });
        if OTHER_MATTERS.iter().any(|matter| matter.iter().all(|word| mentions(word))) {
            return None;
        }
        if self.limit == LimitField::MaxTokens && provider == Provider::OpenAi && mentions("max_completion_tokens") {
            return refused(RefusedParameter::TokenLimit, Self { limit: LimitField::MaxCompletionTokens, ..*self });
        }
        if self.temperature && mentions("temperature") {
            return refused(RefusedParameter::Temperature, Self { temperature: false, ..*self });
        }
        if self.seed && mentions("seed") {
            return refused(RefusedParameter::Seed, Self { seed: false, ..*self });
        }
        let is_about_format = may_lack_explanation || FORMAT.into_iter().any(mentions);
        let mode = self.next_mode(provider).filter(|_| is_about_format)?;
        refused(RefusedParameter::OutputFormat, Self { mode, ..*self })
    }

    /// The next way to request structured output; `None` after the last one, and if the provider does not have the mode.
    fn next_mode(&self, provider: Provider) -> Option<Mode> {
        let mut modes = provider.modes().iter().copied();
        modes.find(|mode| *mode == self.mode)?;
        modes.next()
    }
}

/// The text of a body in lower case, without the fields that repeat the request.
fn explanation(body: &str) -> String {
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

    /// The next dialect after a refusal.
    fn next(dialect: &Dialect, provider: Provider, status: u16, body: &str) -> Option<Dialect> {
        dialect.after(provider, status, body).map(|refusal| refusal.next)
    }

    #[test]
    fn every_part_of_a_protocol_is_tried_first() {
        assert_eq!(Dialect::first(Provider::OpenAi), OPEN_AI);
        assert_eq!(Dialect::first(Provider::Anthropic), ANTHROPIC);
    }

    #[test]
    fn a_refusal_drops_the_parameter_that_it_mentions() {
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
            assert_eq!(next(&OPEN_AI, Provider::OpenAi, status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_refusal_for_another_reason_drops_nothing() {
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
                assert_eq!(next(&OPEN_AI, Provider::OpenAi, status, body), None, "{body}");
                assert_eq!(next(&ANTHROPIC, Provider::Anthropic, status, body), None, "{body}");
            }
        }
    }

    #[test]
    fn text_repeated_from_the_request_is_not_searched() {
        let body = r#"{"detail":[{"loc":["body","seed"],"msg":"no","input":{"temperature":1,"said":"billing"}}]}"#;
        assert_eq!(next(&OPEN_AI, Provider::OpenAi, 422, body), Some(Dialect { seed: false, ..OPEN_AI }));
    }

    #[test]
    fn a_dropped_part_is_not_dropped_again() {
        let reduced = Dialect { temperature: false, ..ANTHROPIC };
        let expected = Some(Dialect { mode: Mode::Text, ..reduced });
        assert_eq!(next(&reduced, Provider::Anthropic, 400, "temperature and tool_choice"), expected);
        assert_eq!(next(&ANTHROPIC, Provider::Anthropic, 404, "max_completion_tokens, seed"), None);
    }

    #[test]
    fn every_sequence_of_fallbacks_ends() {
        let bodies = ["", "seed", "temperature", "max_completion_tokens", "tool", "seed temperature schema"];
        for provider in [Provider::OpenAi, Provider::Anthropic] {
            for mode in [Mode::Schema, Mode::Json, Mode::Tool, Mode::Text] {
                for skipped in 0..bodies.len() {
                    let mut tried = vec![Dialect { mode, ..Dialect::first(provider) }];
                    let mut turn = bodies.iter().cycle().skip(skipped);
                    let mut refused = 0;
                    while let (Some(last), Some(body)) = (tried.last(), turn.next()) {
                        match next(last, provider, 400, body) {
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
    fn the_refused_parameter_is_reported() {
        for (body, parameter) in [
            ("use max_completion_tokens", RefusedParameter::TokenLimit),
            ("no temperature", RefusedParameter::Temperature),
            ("no seed", RefusedParameter::Seed),
            ("no json_schema", RefusedParameter::OutputFormat),
        ] {
            let refusal = OPEN_AI.after(Provider::OpenAi, 400, body).expect("a refusal");
            assert_eq!(refusal.parameter, parameter, "{body}");
        }
    }

    #[test]
    fn a_dialect_is_stored_by_names() {
        let stored = r#"{"mode":"schema","limit":"max_tokens","temperature":true,"seed":true}"#;
        assert_eq!(serde_json::to_string(&OPEN_AI).ok().as_deref(), Some(stored));
        assert_eq!(serde_json::from_str::<Dialect>(stored).ok(), Some(OPEN_AI));
    }
}
