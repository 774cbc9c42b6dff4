//! The responses of an endpoint as bytes: chat replies in the protocol of the path, and any other response.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::request::ChatRequest;

/// The path of chat requests in the protocol `openai`.
pub(super) const COMPLETIONS: &str = "/v1/chat/completions";
/// The path of chat requests in the protocol `anthropic`.
pub(super) const MESSAGES: &str = "/v1/messages";

const JSON: &str = "application/json";

/// A complete response, ready to send.
pub(super) struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    /// The complete body.
    pub(super) body: Vec<u8>,
}

impl Response {
    /// A response with any body and content type.
    pub(super) fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body }
    }

    /// A response with a JSON body.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, JSON, body.to_string().into_bytes())
    }

    /// A response with headers. If they contain no content type, it is derived from the body.
    pub(super) fn with_status(status: u16, headers: Vec<(&'static str, String)>, body: String) -> Self {
        let is_json = serde_json::from_str::<Value>(&body).is_ok();
        let mut response = Self::new(status, if is_json { JSON } else { "text/plain" }, body.into_bytes());
        if headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            response.headers.clear();
        }
        response.headers.extend(headers);
        response
    }

    /// A reply with this text.
    pub(super) fn reply(request: &ChatRequest, text: &str) -> Self {
        Self::chat(request, &json!({"content": text}), "stop", &words(text), "end_turn")
    }

    /// A reply that was cut off after this text, because it reached the token limit.
    pub(super) fn cut_off(request: &ChatRequest, text: &str) -> Self {
        Self::chat(request, &json!({"content": text}), "length", &words(text), "max_tokens")
    }

    /// A refusal of the model with this text.
    pub(super) fn refusal(request: &ChatRequest, text: &str) -> Self {
        Self::chat(request, &json!({"content": null, "refusal": text}), "stop", &words(text), "refusal")
    }

    /// A call of the first tool that the request offers, with these arguments.
    pub(super) fn tool(request: &ChatRequest, arguments: &Value) -> Self {
        let tool = &request.body["tools"][0];
        let name = tool["name"].as_str().or_else(|| tool["function"]["name"].as_str()).unwrap_or("verdicts");
        let function = json!({"name": name, "arguments": arguments.to_string()});
        let message =
            json!({"content": null, "tool_calls": [{"id": "call-1", "type": "function", "function": function}]});
        let block = json!({"type": "tool_use", "id": "toolu-1", "name": name, "input": arguments});
        Self::chat(request, &message, "tool_calls", &block, "tool_use")
    }

    /// Compresses the body with gzip.
    pub(super) fn compressed(mut self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.body).expect("writing to memory succeeds");
        self.body = encoder.finish().expect("writing to memory succeeds");
        self.headers.push(("content-encoding", "gzip".to_owned()));
        self
    }

    /// The status line and the headers, including the empty line.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Scripted\r\ncontent-length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        (head + "\r\n").into_bytes()
    }

    /// A chat reply in the protocol of the path: `message` with the reason `finish` for `openai`, or `block` with the
    /// reason `stop` for `anthropic`.
    fn chat(request: &ChatRequest, message: &Value, finish: &str, block: &Value, stop: &str) -> Self {
        let model = request.body["model"].as_str().unwrap_or("test-model");
        if request.bare_path() == MESSAGES {
            let usage = json!({"input_tokens": 100, "output_tokens": 20});
            let body = json!({"id": "msg-1", "type": "message", "role": "assistant", "model": model,
                "content": [block], "stop_reason": stop, "stop_sequence": null, "usage": usage});
            return Self::json(200, &body);
        }
        let mut message = message.clone();
        message["role"] = json!("assistant");
        let usage = json!({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120});
        let choice = json!({"index": 0, "message": message, "finish_reason": finish});
        let body = json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": model,
            "choices": [choice], "usage": usage});
        Self::json(200, &body)
    }
}

fn words(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// A verdict object as JSON text. Each verdict is (criterion, credit, quote, why).
pub fn verdicts(token: &str, verdicts: &[(&str, &str, &str, &str)]) -> String {
    let object = |verdict: &(&str, &str, &str, &str)| {
        let (criterion, credit, quote, why) = verdict;
        json!({"criterion": criterion, "quote": quote, "why": why, "credit": credit})
    };
    json!({"for": token, "verdicts": verdicts.iter().map(object).collect::<Vec<_>>()}).to_string()
}

/// Like [`verdicts`], but with the verdicts as an object by criterion id, as the schema requires.
///
/// # Panics
/// Never: the text of [`verdicts`] is valid JSON.
pub fn verdicts_by_id(token: &str, list: &[(&str, &str, &str, &str)]) -> String {
    let mut object: Value = serde_json::from_str(&verdicts(token, list)).expect("JSON");
    let keyed = object["verdicts"].as_array().into_iter().flatten();
    let keyed: serde_json::Map<String, Value> =
        keyed.map(|one| (one["criterion"].as_str().expect("an id").to_owned(), one.clone())).collect();
    object["verdicts"] = keyed.into();
    object.to_string()
}
