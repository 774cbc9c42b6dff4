//! What an endpoint says back, as bytes: replies in the wire format of the path, and anything else.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::Asked;

/// Where chats of the one format are asked for.
pub(super) const COMPLETIONS: &str = "/v1/chat/completions";
/// Where chats of the other format are asked for.
pub(super) const MESSAGES: &str = "/v1/messages";

const JSON: &str = "application/json";

/// A response before it is sent.
pub(super) struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    /// All of it.
    pub(super) body: Vec<u8>,
}

impl Response {
    /// With a body of any bytes and any type.
    pub(super) fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body }
    }

    /// With a body of JSON.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, JSON, body.to_string().into_bytes())
    }

    /// With headers; the body's type is told from the body where they do not say it.
    pub(super) fn with_status(status: u16, headers: Vec<(&'static str, String)>, body: String) -> Self {
        let is_json = serde_json::from_str::<Value>(&body).is_ok();
        let mut response = Self::new(status, if is_json { JSON } else { "text/plain" }, body.into_bytes());
        if headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            response.headers.clear();
        }
        response.headers.extend(headers);
        response
    }

    /// A reply with these words.
    pub(super) fn said(asked: &Asked, text: &str) -> Self {
        Self::chat(asked, &json!({"content": text}), "stop", &words(text), "end_turn")
    }

    /// A reply that grew too long after these words.
    pub(super) fn cut(asked: &Asked, text: &str) -> Self {
        Self::chat(asked, &json!({"content": text}), "length", &words(text), "max_tokens")
    }

    /// The model refuses, in these words.
    pub(super) fn refused(asked: &Asked, text: &str) -> Self {
        Self::chat(asked, &json!({"content": null, "refusal": text}), "stop", &words(text), "refusal")
    }

    /// A call, with these arguments, of the first tool that was offered.
    pub(super) fn tool(asked: &Asked, arguments: &Value) -> Self {
        let tool = &asked.body["tools"][0];
        let name = tool["name"].as_str().or_else(|| tool["function"]["name"].as_str()).unwrap_or("verdicts");
        let function = json!({"name": name, "arguments": arguments.to_string()});
        let message =
            json!({"content": null, "tool_calls": [{"id": "call-1", "type": "function", "function": function}]});
        let block = json!({"type": "tool_use", "id": "toolu-1", "name": name, "input": arguments});
        Self::chat(asked, &message, "tool_calls", &block, "tool_use")
    }

    /// The same, compressed.
    pub(super) fn compressed(mut self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.body).expect("memory takes all");
        self.body = encoder.finish().expect("memory takes all");
        self.headers.push(("content-encoding", "gzip".to_owned()));
        self
    }

    /// All that comes before the body.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Scripted\r\ncontent-length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        (head + "\r\n").into_bytes()
    }

    /// In the format of the request's path: a message and why it ended there, or a block and why it ended there.
    fn chat(asked: &Asked, message: &Value, finish: &str, block: &Value, stop: &str) -> Self {
        let model = asked.body["model"].as_str().unwrap_or("test-model");
        if asked.bare_path() == MESSAGES {
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
