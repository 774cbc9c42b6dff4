//! Requests to judges and their replies, independent of the transport that carries them.

use std::sync::Arc;

use super::halt::Failure;
use crate::model::Usage;

/// Carries requests to judges and waits for the replies.
pub trait Chat {
    /// Sends all requests and returns their replies, in the order of `requests`. The requests do not depend on each
    /// other, so an implementation may send them at the same time.
    fn ask(&self, requests: &[Request]) -> Vec<Result<Reply, Failure>>;
}

/// A judge's position in its panel, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JudgeId(pub usize);

impl std::fmt::Display for JudgeId {
    /// The position for people, from 1.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.saturating_add(1))
    }
}

/// A conversation that ends with a question to a judge.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The judge that receives the request.
    pub judge: JudgeId,
    /// The number of the sample, from 0. The same messages with another sample number are a request of their own.
    pub sample: u32,
    /// The messages in order; the first one is the system message.
    pub messages: Vec<Message>,
    /// The structure that the reply must have.
    pub reply_schema: Arc<ReplySchema>,
}

/// The structure of a reply, for endpoints that can restrict a model to a schema.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplySchema {
    /// A name without spaces.
    pub name: &'static str,
    /// One line for people and models.
    pub description: &'static str,
    /// The text of a JSON Schema in which every property is required and no other property is allowed. It is sent
    /// unchanged: models write properties in the order of the schema.
    pub schema: Box<str>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The author of the message.
    pub role: Role,
    /// The text of the message.
    pub text: Arc<str>,
}

/// The author of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The program, with the instructions that precede the conversation.
    System,
    /// The program.
    User,
    /// The judge.
    Assistant,
}

/// A judge's reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The text; the JSON text of a structured reply.
    pub text: String,
    /// Whether the reply reached the token limit and was cut off.
    pub is_cut: bool,
    /// Whether the model or the endpoint refused to answer; `text` holds its explanation.
    pub is_refusal: bool,
    /// Tokens and cost; zero tokens if the endpoint does not report them.
    pub usage: Usage,
}
