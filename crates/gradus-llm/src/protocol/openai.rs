//! Chat completions: writes the body of a request and reads the reply from a response.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::dialect::{Dialect, LimitField, Mode, Parameters};
use gradus_core::judge::{Message, Reply, Request, Role};
use gradus_core::model::Usage;

/// The body of a request for one completion, its keys in the order in which they are sent.
#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<ChatMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Format<'a>>,
}

#[derive(Serialize)]
struct ChatMessage<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    JsonSchema { json_schema: StrictSchema<'a> },
    JsonObject {},
}

/// A schema that the server enforces.
#[derive(Serialize)]
struct StrictSchema<'a> {
    name: &'a str,
    description: &'a str,
    strict: bool,
    /// Sent unchanged, because models write properties in the order of the schema.
    schema: &'a RawValue,
}

/// Writes the body of a request for one completion.
///
/// # Errors
/// The schema is not JSON.
pub(super) fn body(request: &Request, parameters: &Parameters, dialect: &Dialect) -> serde_json::Result<Vec<u8>> {
    let chat_message = |message| ChatMessage { role: role(message), content: &message.text };
    let limit = |field| (dialect.limit == field).then_some(parameters.max_tokens);
    serde_json::to_vec(&Body {
        model: &parameters.model,
        messages: request.messages.iter().map(chat_message).collect(),
        max_tokens: limit(LimitField::MaxTokens),
        max_completion_tokens: limit(LimitField::MaxCompletionTokens),
        temperature: parameters.temperature.filter(|_| dialect.temperature),
        seed: parameters.seed.filter(|_| dialect.seed).map(|seed| seed.wrapping_add(request.sample.into())),
        response_format: format(request, dialect.mode)?,
    })
}

fn role(message: &Message) -> &'static str {
    match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

fn format(request: &Request, mode: Mode) -> serde_json::Result<Option<Format<'_>>> {
    let reply_schema = &request.reply_schema;
    Ok(match mode {
        Mode::Schema => {
            let schema = serde_json::from_str(&reply_schema.schema)?;
            let strict =
                StrictSchema { name: reply_schema.name, description: reply_schema.description, strict: true, schema };
            Some(Format::JsonSchema { json_schema: strict })
        }
        Mode::Json => Some(Format::JsonObject {}),
        Mode::Tool | Mode::Text => None,
    })
}

/// The reply in the first choice of a response; `None` if the response does not contain a reply.
pub(super) fn reply(answer: &Value) -> Option<Reply> {
    let choice = answer.pointer("/choices/0")?;
    // Not a reply: gateways report an error of the server behind them in a choice, with the text so far.
    if choice.get("error").is_some_and(Value::is_object) {
        return None;
    }
    let message = choice.get("message").filter(|message| message.is_object())?;
    let refusal = refusal(message);
    let finish = choice.get("finish_reason").and_then(Value::as_str);
    let is_refusal = finish == Some("content_filter") || !refusal.is_empty();
    let said = Some(content(message)).filter(|content| !content.is_empty()).unwrap_or_else(|| arguments(message));
    let tokens = |name| answer.pointer(name).and_then(Value::as_u64).unwrap_or_default();
    Some(Reply {
        text: if said.is_empty() { refusal } else { said },
        is_cut: finish == Some("length"),
        is_refusal,
        usage: Usage {
            prompt_tokens: tokens("/usage/prompt_tokens"),
            completion_tokens: tokens("/usage/completion_tokens"),
            cost: None,
        },
    })
}

/// The text of a message, which may come in parts.
fn content(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => joined(parts, "text"),
        _ => String::new(),
    }
}

fn refusal(message: &Value) -> String {
    match (message.get("refusal"), message.get("content")) {
        (Some(Value::String(text)), _) => text.clone(),
        (_, Some(Value::Array(parts))) => joined(parts, "refusal"),
        _ => String::new(),
    }
}

fn joined(parts: &[Value], field: &str) -> String {
    parts.iter().filter_map(|part| part.get(field)?.as_str()).collect()
}

/// The arguments of the first tool call, which some servers send although a schema was requested.
fn arguments(message: &Value) -> String {
    match message.pointer("/tool_calls/0/function/arguments") {
        Some(Value::String(text)) => text.clone(),
        Some(arguments @ Value::Object(_)) => arguments.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::Provider;
    use super::*;
    use gradus_core::judge::{JudgeId, ReplySchema};

    fn request(sample: u32) -> Request {
        let said = |role, text: &str| Message { role, text: text.into() };
        let messages = vec![said(Role::System, "Grade."), said(Role::User, "a \"b\""), said(Role::Assistant, "1")];
        let reply_schema =
            ReplySchema { name: "verdict", description: "A verdict.", schema: r#"{"type":"object"}"#.into() };
        Request { judge: JudgeId(0), sample, messages, reply_schema: Arc::new(reply_schema) }
    }

    fn parameters(temperature: Option<f64>, seed: Option<u64>) -> Parameters {
        Parameters { model: "m".to_owned(), max_tokens: 9, temperature, seed }
    }

    fn sent(request: &Request, parameters: &Parameters, dialect: &Dialect) -> Value {
        serde_json::from_slice(&body(request, parameters, dialect).expect("JSON")).expect("JSON")
    }

    #[test]
    fn a_schema_is_sent_unchanged() {
        let schema = r#"{"z":1,"a":{"y":2,"b":3}}"#;
        let mut request = request(0);
        request.reply_schema = Arc::new(ReplySchema { name: "n", description: "d", schema: schema.into() });
        for (provider, mode) in [(Provider::OpenAi, Mode::Schema), (Provider::Anthropic, Mode::Tool)] {
            let dialect = Dialect { mode, ..Dialect::first(provider) };
            let bytes = provider.body(&request, &parameters(None, None), &dialect).expect("JSON");
            assert!(String::from_utf8_lossy(&bytes).contains(schema), "{provider:?}");
        }
    }

    fn read(body: &Value) -> Reply {
        Provider::OpenAi.reply(None, body.to_string().as_bytes()).expect("a reply")
    }

    fn choice(message: &Value, finish: &str) -> Value {
        json!({ "choices": [{ "message": message, "finish_reason": finish }] })
    }

    #[test]
    fn a_request_contains_every_parameter_of_the_dialect() {
        let dialect = Dialect::first(Provider::OpenAi);
        let bytes = body(&request(2), &parameters(Some(0.5), Some(40)), &dialect).expect("JSON");
        let expected = json!({
            "model": "m", "max_tokens": 9, "temperature": 0.5, "seed": 42,
            "messages": [
                { "role": "system", "content": "Grade." },
                { "role": "user", "content": "a \"b\"" },
                { "role": "assistant", "content": "1" },
            ],
            "response_format": { "type": "json_schema", "json_schema": {
                "name": "verdict", "description": "A verdict.", "strict": true, "schema": { "type": "object" },
            } },
        });
        assert_eq!(serde_json::from_slice::<Value>(&bytes).ok(), Some(expected));
    }

    #[test]
    fn parameters_outside_the_dialect_are_omitted() {
        let limit = LimitField::MaxCompletionTokens;
        let dialect = Dialect { mode: Mode::Text, limit, temperature: false, seed: false };
        let bare = sent(&request(0), &parameters(Some(0.5), Some(1)), &dialect);
        let mut names: Vec<_> = bare.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
        names.sort();
        assert_eq!(names, ["max_completion_tokens", "messages", "model"]);
        let json_mode = sent(&request(0), &parameters(None, None), &Dialect { mode: Mode::Json, ..dialect });
        assert_eq!(json_mode["response_format"], json!({ "type": "json_object" }));
    }

    #[test]
    fn the_largest_seed_wraps_around() {
        let sent = sent(&request(1), &parameters(None, Some(u64::MAX)), &Dialect::first(Provider::OpenAi));
        assert_eq!(sent["seed"], 0);
    }

    #[test]
    fn the_reply_is_found_in_every_known_place() {
        let call = |arguments: Value| json!([{ "function": { "name": "verdict", "arguments": arguments } }]);
        let cases = [
            (json!({ "content": "yes" }), "yes"),
            (json!({ "content": "yes", "tool_calls": call(json!("{}")) }), "yes"),
            (json!({ "content": [{ "type": "thinking" }, { "text": "y" }, { "text": "es" }, 7] }), "yes"),
            (json!({ "content": null, "tool_calls": call(json!("{\"a\":1}")) }), "{\"a\":1}"),
            (json!({ "content": "", "tool_calls": call(json!({ "a": 1 })) }), "{\"a\":1}"),
            (json!({ "content": null, "tool_calls": [] }), ""),
            (json!({ "content": 7 }), ""),
            (json!({}), ""),
        ];
        for (message, expected) in cases {
            let reply = read(&choice(&message, "stop"));
            assert_eq!((reply.text.as_str(), reply.is_cut, reply.is_refusal), (expected, false, false), "{message}");
        }
    }

    #[test]
    fn cut_and_refused_replies_are_recognised() {
        let reply = read(&choice(&json!({ "content": "{\"a" }), "length"));
        assert_eq!((reply.text.as_str(), reply.is_cut, reply.is_refusal), ("{\"a", true, false));
        let reply = read(&choice(&json!({ "content": "" }), "content_filter"));
        assert_eq!((reply.text.as_str(), reply.is_cut, reply.is_refusal), ("", false, true));
        for message in [
            json!({ "content": null, "refusal": "no" }),
            json!({ "content": [{ "type": "refusal", "refusal": "no" }] }),
        ] {
            let reply = read(&choice(&message, "stop"));
            assert_eq!((reply.text.as_str(), reply.is_refusal), ("no", true), "{message}");
        }
        assert!(!read(&choice(&json!({ "content": "yes", "refusal": null }), "stop")).is_refusal);
    }

    #[test]
    fn usage_is_zero_unless_the_endpoint_reports_it() {
        let mut answer = choice(&json!({ "content": "" }), "stop");
        assert_eq!(read(&answer).usage, Usage { prompt_tokens: 0, completion_tokens: 0, cost: None });
        answer["usage"] = json!({ "prompt_tokens": 12, "completion_tokens": -1 });
        assert_eq!(read(&answer).usage, Usage { prompt_tokens: 12, completion_tokens: 0, cost: None });
    }
}
