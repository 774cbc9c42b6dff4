//! What judges are asked through: requests out, replies or failures back. What carries them is not known here.

use std::sync::Arc;

use crate::model::Usage;

/// Carries requests to judges.
pub trait Chat {
    /// Asks all of them and returns what came back, in the order of `requests`. They do not depend on each other,
    /// so they may be under way at the same time.
    fn ask(&self, requests: &[Request]) -> Vec<Result<Reply, Failure>>;
}

/// One conversation that ends in a question to a judge.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Which of the judges, from 0.
    pub judge: usize,
    /// Which of several samples of the same, from 0. The same request with another number is asked for itself.
    pub sample: u32,
    /// What is said, in order; the first is the system's.
    pub messages: Vec<Message>,
    /// What the reply must look like.
    pub shape: Arc<Shape>,
}

/// What a reply must look like, for endpoints that can hold a model to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// A name without spaces.
    pub name: &'static str,
    /// One line for people and models.
    pub description: &'static str,
    /// The text of a JSON Schema in which every property is required and no other is allowed. It is sent as it is:
    /// models write properties in the order of the schema.
    pub schema: Box<str>,
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// By whom.
    pub role: Role,
    /// What.
    pub text: Arc<str>,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The program, before all else.
    System,
    /// The program.
    User,
    /// The judge.
    Assistant,
}

/// What a judge said.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Its words. Of a structured reply, the JSON text.
    pub text: String,
    /// Whether it was cut off because it grew too long.
    pub is_cut: bool,
    /// Whether the model, or the endpoint, refused to answer; `text` says in which words.
    pub is_refusal: bool,
    /// What it took; nothing where the endpoint does not tell.
    pub usage: Usage,
}

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// None came; the offline scorer may stand in. One line that says why.
    #[error("{0}")]
    Unanswered(String),
    /// Nothing more is to be graded.
    #[error(transparent)]
    Halted(#[from] Halt),
}

/// Why nothing more is to be graded: the answer at hand gets no grade, not even by the offline scorer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// Somebody asked for it.
    #[error("stopped")]
    Asked,
    /// What may be spent is spent. One line with the figures.
    #[error("{0}")]
    Spent(String),
    /// It cannot go on. What, why, and what to do.
    #[error("{0}")]
    Failed(String),
}
