//! The Messages API of Anthropic: writes the body of a request and reads the reply from a response.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::dialect::{Dialect, Mode, Parameters};
use gradus_core::judge::{Message, Reply, Request, Role};
use gradus_core::model::Usage;

/// The body of a request for one message, its keys in the order in which they are sent.
#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Value>,
    messages: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<[Tool<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Value>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    description: &'a str,
    /// Sent unchanged, because models write properties in the order of the schema.
    input_schema: &'a RawValue,
}

/// Writes the body of a request for one message. The endpoint may cache the system message for the next request.
///
/// # Errors
/// The schema is not JSON.
pub(super) fn body(request: &Request, parameters: &Parameters, dialect: &Dialect) -> serde_json::Result<Vec<u8>> {
    let system: Vec<_> =
        request.messages.iter().filter(|message| message.role == Role::System).map(|message| &*message.text).collect();
    let cached = json!({ "type": "ephemeral" });
    let system =
        (!system.is_empty()).then(|| json!({ "type": "text", "text": system.join("\n\n"), "cache_control": cached }));
    let reply_schema = &request.reply_schema;
    let uses_tool = dialect.mode == Mode::Tool;
    let tool = if uses_tool {
        let input_schema = serde_json::from_str(&reply_schema.schema)?;
        Some([Tool { name: reply_schema.name, description: reply_schema.description, input_schema }])
    } else {
        None
    };
    serde_json::to_vec(&Body {
        model: &parameters.model,
        max_tokens: parameters.max_tokens,
        system: system.into_iter().collect(),
        messages: turns(&request.messages),
        temperature: parameters.temperature.filter(|_| dialect.temperature),
        tools: tool,
        tool_choice: uses_tool.then(|| json!({ "type": "tool", "name": reply_schema.name })),
    })
}

/// The messages without the system messages. Consecutive messages with the same role are joined, separated by a blank
/// line.
fn turns(messages: &[Message]) -> Vec<Value> {
    let conversation: Vec<_> = messages.iter().filter(|message| message.role != Role::System).collect();
    let in_a_row = conversation.chunk_by(|before, after| before.role == after.role);
    in_a_row.filter_map(turn).collect()
}

fn turn(messages: &[&Message]) -> Option<Value> {
    let role = if messages.first()?.role == Role::Assistant { "assistant" } else { "user" };
    let texts: Vec<_> = messages.iter().map(|message| &*message.text).collect();
    Some(json!({ "role": role, "content": texts.join("\n\n") }))
}

/// The reply in a response; `None` if the response does not contain a reply.
pub(super) fn reply(response: &Value) -> Option<Reply> {
    let blocks = response.get("content")?.as_array()?;
    let stop = response.get("stop_reason").and_then(Value::as_str);
    let tokens = |name: &str| response.get("usage").and_then(|usage| usage.get(name)?.as_u64()).unwrap_or_default();
    let prompt = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"].map(tokens);
    Some(Reply {
        text: input(blocks).unwrap_or_else(|| text(blocks)),
        is_cut: matches!(stop, Some("max_tokens" | "model_context_window_exceeded")),
        is_refusal: stop == Some("refusal"),
        usage: Usage {
            prompt_tokens: prompt.into_iter().fold(0, u64::saturating_add),
            completion_tokens: tokens("output_tokens"),
            cost: None,
        },
    })
}

/// The input of the first tool call, as JSON; `None` if there is no tool call or it has no input.
fn input(blocks: &[Value]) -> Option<String> {
    let used = blocks.iter().find(|block| kind(block) == Some("tool_use"))?;
    used.get("input").map(Value::to_string)
}

fn text(blocks: &[Value]) -> String {
    let texts = blocks.iter().filter(|block| kind(block) == Some("text"));
    texts.filter_map(|block| block.get("text")?.as_str()).collect()
}

fn kind(block: &Value) -> Option<&str> {
    block.get("type")?.as_str()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Provider;
    use super::*;
    use gradus_core::judge::{JudgeId, ReplySchema};

    fn request(said: &[(Role, &str)]) -> Request {
        let messages = said.iter().map(|(role, text)| Message { role: *role, text: (*text).into() }).collect();
        let reply_schema =
            ReplySchema { name: "verdict", description: "A verdict.", schema: r#"{"type":"object"}"#.into() };
        Request { judge: JudgeId(0), sample: 3, messages, reply_schema: Arc::new(reply_schema) }
    }

    fn parameters() -> Parameters {
        Parameters { model: "m".to_owned(), max_tokens: 9, temperature: Some(0.5), seed: Some(1) }
    }

    fn sent(request: &Request, dialect: &Dialect) -> Value {
        serde_json::from_slice(&body(request, &parameters(), dialect).expect("JSON")).expect("JSON")
    }

    fn read(body: &Value) -> Reply {
        Provider::Anthropic.reply(None, body.to_string().as_bytes()).expect("a reply")
    }

    #[test]
    fn a_request_caches_the_system_message_and_forces_the_tool() {
        let request = request(&[(Role::System, "Grade."), (Role::User, "This.")]);
        let bytes = body(&request, &parameters(), &Dialect::first(Provider::Anthropic)).expect("JSON");
        let expected = json!({
            "model": "m", "max_tokens": 9, "temperature": 0.5,
            "system": [{ "type": "text", "text": "Grade.", "cache_control": { "type": "ephemeral" } }],
            "messages": [{ "role": "user", "content": "This." }],
            "tools": [{ "name": "verdict", "description": "A verdict.", "input_schema": { "type": "object" } }],
            "tool_choice": { "type": "tool", "name": "verdict" },
        });
        assert_eq!(serde_json::from_slice::<Value>(&bytes).ok(), Some(expected));
    }

    #[test]
    fn parameters_outside_the_dialect_are_omitted() {
        let dialect = Dialect { mode: Mode::Text, temperature: false, ..Dialect::first(Provider::Anthropic) };
        let sent = sent(&request(&[(Role::User, "This.")]), &dialect);
        let mut names: Vec<_> = sent.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
        names.sort();
        assert_eq!(names, ["max_tokens", "messages", "model"]);
    }

    #[test]
    fn consecutive_messages_with_one_role_are_joined() {
        let said = [
            (Role::User, "a"),
            (Role::User, "b"),
            (Role::Assistant, "c"),
            (Role::System, "s"),
            (Role::Assistant, "d"),
            (Role::User, "e"),
        ];
        let sent = sent(&request(&said), &Dialect::first(Provider::Anthropic));
        let turn = |role: &str, content: &str| json!({ "role": role, "content": content });
        assert_eq!(sent["messages"], json!([turn("user", "a\n\nb"), turn("assistant", "c\n\nd"), turn("user", "e")]));
    }

    #[test]
    fn the_reply_is_the_input_of_the_tool_or_else_the_text() {
        let text = |text: &str| json!({ "type": "text", "text": text });
        let used = json!({ "type": "tool_use", "name": "verdict", "input": { "a": [1] } });
        let cases = [
            (json!([text("so: "), used]), "{\"a\":[1]}"),
            (json!([text("y"), { "type": "thinking", "text": "hm" }, text("es"), 7]), "yes"),
            (json!([{ "type": "tool_use" }, text("yes")]), "yes"),
            (json!([]), ""),
        ];
        for (content, expected) in cases {
            let reply = read(&json!({ "content": content, "stop_reason": "tool_use" }));
            assert_eq!((reply.text.as_str(), reply.is_cut, reply.is_refusal), (expected, false, false), "{content}");
        }
    }

    #[test]
    fn cut_and_refused_replies_are_recognised() {
        let flags = |stop: &str| {
            let reply = read(&json!({ "content": [], "stop_reason": stop }));
            (reply.is_cut, reply.is_refusal)
        };
        assert_eq!(["end_turn", "max_tokens", "refusal"].map(flags), [(false, false), (true, false), (false, true)]);
    }

    #[test]
    fn cached_tokens_count_as_prompt_tokens() {
        let usage = json!({
            "input_tokens": 1, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 300, "output_tokens": 7,
        });
        let reply = read(&json!({ "content": [], "usage": usage }));
        assert_eq!(reply.usage, Usage { prompt_tokens: 321, completion_tokens: 7, cost: None });
        let reply =
            read(&json!({ "content": [], "usage": { "input_tokens": u64::MAX, "cache_read_input_tokens": 1 } }));
        assert_eq!(reply.usage.prompt_tokens, u64::MAX);
    }
}
