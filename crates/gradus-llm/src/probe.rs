//! Looks whether an endpoint can judge: what it offers, how it can be spoken to, how long it takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::pool::Pool;
use super::protocol::{Mode, refusal_words};
use super::retry::Trouble;
use gradus_core::judge::{Failure, Message, Request, Role, Shape};

/// What was found of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The models it lists, or why it lists none.
    pub models: Result<Vec<String>, String>,
    /// Tokens that the model takes, where the endpoint tells.
    pub context: Context,
    /// How replies are asked to be written, and how long one took; or why there is none.
    pub reply: Result<(&'static str, Duration), NoReply>,
    /// What is wrong with the reply, where one came.
    pub odd: Option<String>,
}

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoReply {
    /// The reason for people; it may repeat what the server said.
    pub why: String,
    /// The kind of failure, to decide by.
    pub kind: NoReplyKind,
}

/// What kept a reply from coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoReplyKind {
    /// The server answered with this HTTP status.
    Status(u16),
    /// The server could not be reached.
    Unreachable,
    /// Anything else, such as a timeout or an unreadable answer.
    Other,
}

/// How many tokens a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// The endpoint tells.
    Told(usize),
    /// It does not.
    Untold,
}

/// Asks the endpoint of that judge for its models, and for one small verdict.
///
/// # Errors
/// When requests cannot be sent at all.
pub fn probe(pool: &Pool, judge: usize) -> Result<Found, Failure> {
    let Some(line) = pool.line(judge) else {
        return Err(Failure::Unanswered("no endpoint is asked with --replay".to_owned()));
    };
    let runtime = pool.runtime()?;
    let (models, context) = match runtime.block_on(line.get("/models")) {
        Err(words) => (Err(words), Context::Untold),
        Ok(raw) if raw.status != 200 => {
            let said =
                refusal_words(raw.status, raw.content_type.as_deref(), &raw.body, |words| line.redactor.message(words));
            (Err(format!("it answered {} {said}", raw.status).trim_end().to_owned()), Context::Untold)
        }
        Ok(raw) => match serde_json::from_slice(&raw.body) {
            Ok(list) => (
                Ok(ids(&list).iter().map(|id| line.redactor.message(id)).collect()),
                context_of(&list, &line.endpoint.model),
            ),
            Err(_) => (Err("its list of models is no JSON".to_owned()), Context::Untold),
        },
    };
    let begun = Instant::now();
    let (reply, _) = runtime.block_on(line.ask(&request(judge), 0, line.endpoint.timeout));
    let took = begun.elapsed();
    let (reply, odd) = match reply {
        Ok(reply) => (Ok((mode(line.known().dialect.mode), took)), oddity(&reply.text)),
        Err(failure) => {
            let kind = match line.given_up() {
                Some(Trouble::Status { code, .. }) => NoReplyKind::Status(code),
                Some(Trouble::Connection) => NoReplyKind::Unreachable,
                _ => NoReplyKind::Other,
            };
            (Err(NoReply { why: failure.to_string(), kind }), None)
        }
    };
    Ok(Found { models, context, reply, odd })
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Schema => "held to a JSON schema",
        Mode::Json => "as JSON, without a schema",
        Mode::Tool => "as a tool call",
        Mode::Text => "as plain text",
    }
}

fn request(judge: usize) -> Request {
    const SCHEMA: &str = r#"{"type":"object","properties":{"ready":{"type":"string","enum":["yes"]}},"required":["ready"],"additionalProperties":false}"#;
    let message = |role, text: &str| Message { role, text: text.into() };
    Request {
        judge,
        sample: 0,
        messages: vec![
            message(Role::System, "You reply with one JSON object and nothing else."),
            message(Role::User, "Reply with {\"ready\": \"yes\"}"),
        ],
        shape: Arc::new(Shape { name: "ready", description: "Whether it works", schema: SCHEMA.into() }),
    }
}

/// What is wrong with the reply to that.
fn oddity(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some("it replied with nothing".to_owned());
    }
    let object = text.find('{').and_then(|start| text.rfind('}').map(|end| text.get(start..=end)));
    let is_json = object.flatten().is_some_and(|object| serde_json::from_str::<Value>(object).is_ok());
    (!is_json).then(|| "it does not reply with JSON when asked to".to_owned())
}

fn entries(list: &Value) -> impl Iterator<Item = &Value> {
    list.get("data").or(list.get("models")).and_then(Value::as_array).into_iter().flatten()
}

fn id(model: &Value) -> Option<&str> {
    ["id", "name", "model"].iter().find_map(|name| model.get(name)?.as_str())
}

fn ids(list: &Value) -> Vec<String> {
    entries(list).filter_map(id).map(str::to_owned).collect()
}

/// Servers tell it under various names.
fn context_of(list: &Value, model: &str) -> Context {
    const NAMES: [&str; 6] =
        ["max_model_len", "context_length", "max_context_length", "loaded_context_length", "context_window", "n_ctx"];
    let of = entries(list).find(|entry| id(entry) == Some(model));
    let told = of.and_then(|of| {
        let places = [Some(of), of.get("meta")];
        places.into_iter().flatten().find_map(|place| NAMES.iter().find_map(|name| place.get(name)?.as_u64()))
    });
    told.and_then(|tokens| usize::try_from(tokens).ok()).map_or(Context::Untold, Context::Told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_and_their_context_are_read_as_servers_tell_them() {
        for (list, context) in [
            (r#"{"data":[{"id":"m","max_model_len":8192}]}"#, Context::Told(8192)),
            (r#"{"data":[{"id":"m","meta":{"n_ctx":4096}}]}"#, Context::Told(4096)),
            (r#"{"models":[{"name":"m"}]}"#, Context::Untold),
        ] {
            let list: Value = serde_json::from_str(list).expect("JSON");
            assert_eq!((ids(&list), context_of(&list, "m")), (vec!["m".to_owned()], context));
        }
        assert_eq!(ids(&Value::Null), [""; 0]);
    }

    #[test]
    fn replies_that_are_no_json_are_odd() {
        assert_eq!(oddity("```json\n{\"ready\": \"yes\"}\n```"), None);
        assert!(oddity("Yes, I am ready {.").is_some() && oddity(" ").is_some());
    }
}
