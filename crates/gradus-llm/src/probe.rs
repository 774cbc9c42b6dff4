//! Tests whether an endpoint can judge: its models, the size of their context, and one small request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::endpoint_client::{AskError, EndpointClient, PaidRequests};
use super::pool::Pool;
use super::protocol::{Mode, refusal_text};
use super::request_error::{RequestCause, RequestError};
use super::session_error::SessionError;
use gradus_core::judge::{Halt, JudgeId, Message, ReplySchema, Request, Role};

/// The result of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReport {
    /// The names of the endpoint's models.
    pub models: Result<Vec<String>, ModelListError>,
    /// The largest number of tokens of prompt and reply together; `None` if the endpoint does not report it.
    pub context: Option<usize>,
    /// The reply to a small request.
    pub reply: Result<ProbeReply, RequestError>,
}

/// The reply to a small request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeReply {
    /// How the endpoint is asked for structured replies.
    pub format: ReplyFormat,
    /// The time until the reply arrived.
    pub latency: Duration,
    /// A fault of the reply, if it has one.
    pub fault: Option<ReplyFault>,
}

/// How an endpoint is asked for structured replies, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyFormat {
    /// With a JSON schema that the endpoint enforces.
    Schema,
    /// The endpoint enforces JSON, but no schema.
    Json,
    /// The reply is in the arguments of a tool call.
    ToolCall,
    /// By the instructions of the prompt only.
    PlainText,
}

/// A fault of the reply to a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyFault {
    /// The reply has no text.
    Empty,
    /// The reply is not JSON, although JSON was requested.
    NotJson,
}

/// The reason why an endpoint lists no models.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelListError {
    /// The request for the list failed.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The list is not valid JSON.
    #[error("the list of models is not valid JSON")]
    NotJson,
}

/// Asks the endpoint of a judge for its models and for one small reply. This is a blocking call.
///
/// # Errors
/// No request can be sent at all.
pub fn probe(pool: &Pool, judge: JudgeId) -> Result<ProbeReport, Halt> {
    let unknown = SessionError::UnknownJudge(judge);
    let client = pool.client(judge).ok_or_else(|| unknown.into_halt())?;
    let listed = pool.block_on(list_models(client)).map_err(SessionError::into_halt)?;
    let (models, context) = match listed {
        Ok(list) => {
            let names = ids(&list).iter().map(|id| client.redactor.message(id)).collect();
            (Ok(names), context_of(&list, &client.endpoint.model))
        }
        Err(error) => (Err(error), None),
    };
    let start = Instant::now();
    let request = request(judge);
    let paid = PaidRequests::default();
    let asked = pool.block_on(client.ask(&request, 0, client.endpoint.timeout, &paid));
    let (reply, _) = asked.map_err(SessionError::into_halt)?;
    let reply = match reply {
        Ok(reply) => Ok(ProbeReply {
            format: format(client.dialect().mode),
            latency: start.elapsed(),
            fault: fault(&reply.text),
        }),
        Err(AskError::Failed(error)) => Err(error),
        Err(AskError::Stopped) => return Err(Halt::Requested),
    };
    Ok(ProbeReport { models, context, reply })
}

async fn list_models(client: &EndpointClient) -> Result<Value, ModelListError> {
    let response = client.get("/models").await?;
    if response.status != 200 {
        let redacted = |text: &str| client.redactor.message(text);
        let message = refusal_text(response.status, response.content_type.as_deref(), &response.body, redacted);
        let cause = RequestCause::Status { code: response.status, message, retry_after: None, refused: None };
        return Err(client.error(cause, 1).into());
    }
    serde_json::from_slice(&response.body).map_err(|_| ModelListError::NotJson)
}

fn format(mode: Mode) -> ReplyFormat {
    match mode {
        Mode::Schema => ReplyFormat::Schema,
        Mode::Json => ReplyFormat::Json,
        Mode::Tool => ReplyFormat::ToolCall,
        Mode::Text => ReplyFormat::PlainText,
    }
}

fn request(judge: JudgeId) -> Request {
    const SCHEMA: &str = r#"{"type":"object","properties":{"ready":{"type":"string","enum":["yes"]}},"required":["ready"],"additionalProperties":false}"#;
    let message = |role, text: &str| Message { role, text: text.into() };
    Request {
        judge,
        sample: 0,
        messages: vec![
            message(Role::System, "You reply with one JSON object and nothing else."),
            message(Role::User, "Reply with {\"ready\": \"yes\"}"),
        ],
        reply_schema: Arc::new(ReplySchema { name: "ready", description: "Whether it works", schema: SCHEMA.into() }),
    }
}

fn fault(text: &str) -> Option<ReplyFault> {
    if text.trim().is_empty() {
        return Some(ReplyFault::Empty);
    }
    let object = text.find('{').and_then(|start| text.rfind('}').and_then(|end| text.get(start..=end)));
    let is_json = object.is_some_and(|object| serde_json::from_str::<Value>(object).is_ok());
    (!is_json).then_some(ReplyFault::NotJson)
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

/// The context of a model, under any of the names that servers use for it.
fn context_of(list: &Value, model: &str) -> Option<usize> {
    const NAMES: [&str; 6] =
        ["max_model_len", "context_length", "max_context_length", "loaded_context_length", "context_window", "n_ctx"];
    let entry = entries(list).find(|entry| id(entry) == Some(model))?;
    let mut places = [Some(entry), entry.get("meta")].into_iter().flatten();
    let tokens = places.find_map(|place| NAMES.iter().find_map(|name| place.get(name)?.as_u64()))?;
    usize::try_from(tokens).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_list_of_models_has_a_message() {
        assert_eq!(ModelListError::NotJson.to_string(), "the list of models is not valid JSON");
    }

    #[test]
    fn models_and_their_context_are_read_in_every_known_form() {
        for (list, context) in [
            (r#"{"data":[{"id":"m","max_model_len":8192}]}"#, Some(8192)),
            (r#"{"data":[{"id":"m","meta":{"n_ctx":4096}}]}"#, Some(4096)),
            (r#"{"models":[{"name":"m"}]}"#, None),
        ] {
            let list: Value = serde_json::from_str(list).expect("JSON");
            assert_eq!((ids(&list), context_of(&list, "m")), (vec!["m".to_owned()], context));
        }
        assert_eq!(ids(&Value::Null), [""; 0]);
    }

    #[test]
    fn empty_replies_and_replies_without_json_have_a_fault() {
        assert_eq!(fault("```json\n{\"ready\": \"yes\"}\n```"), None);
        assert_eq!(fault("Yes, I am ready {."), Some(ReplyFault::NotJson));
        assert_eq!(fault(" "), Some(ReplyFault::Empty));
    }
}
