//! A chat request to an endpoint, and the parts of its prompt.
//!
//! Both protocols are supported. Text inside the fenced answer does not count as part of the prompt.

use serde_json::Value;

/// The text before the list of criteria, if a message asks about some criteria only.
const EXACTLY_THESE: &str = "Give verdicts for exactly these criteria:";

/// A request to a chat path with any method, so that a redirect followed as GET is recorded as well.
#[derive(Debug, Clone)]
pub struct ChatRequest {
    /// The HTTP method, normally `POST`.
    pub method: String,
    /// The path including the query string.
    pub path: String,
    /// Header names in lower case and values, in their order.
    pub headers: Vec<(String, String)>,
    /// The body. Null if it is empty; a string if it is not valid JSON.
    pub body: Value,
}

impl ChatRequest {
    /// The value of the first header with this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The text of all messages, system messages first, joined by line breaks.
    pub fn prompt(&self) -> String {
        self.messages().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
    }

    /// The token that a verdict object must repeat: the text after the first `token: ` outside the answer. Empty if
    /// there is no token.
    pub fn token(&self) -> String {
        let alphanumerics = |text: &str| text.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
        let tokens = |text: &str| text.split("token: ").skip(1).map(alphanumerics).find(|token| !token.is_empty());
        self.messages().iter().find_map(|(_, text)| tokens(&without_answer(text))).unwrap_or_default()
    }

    /// The requested criteria, in order: those that the last user message lists, otherwise those that the system
    /// message describes in lines that start with `[id]`.
    pub fn criteria(&self) -> Vec<String> {
        let messages = self.messages();
        let last = messages.iter().rfind(|(role, _)| role == "user").map(|(_, text)| without_answer(text));
        let listed = last.as_deref().map(listed_criteria).unwrap_or_default();
        if !listed.is_empty() {
            return listed;
        }
        let system = messages.iter().filter(|(role, _)| is_system(role));
        system.flat_map(|(_, text)| text.lines()).filter_map(described_criterion).collect()
    }

    /// The text between the lines `<<<answer NONCE` and `answer NONCE>>>` in the first user message that has both,
    /// without the line breaks next to them. Empty if there is no such message.
    pub fn answer(&self) -> String {
        let messages = self.messages();
        let mut said = messages.iter().filter(|(role, _)| role == "user").map(|(_, text)| text);
        said.find_map(|text| fenced(text).map(|(_, answer, _)| answer.to_owned())).unwrap_or_default()
    }

    /// The role and the text of all messages, including the system message.
    fn messages(&self) -> Vec<(String, String)> {
        let system = self.body.get("system").map(|text| ("system".to_owned(), text_of(text)));
        let said = self.body["messages"].as_array().into_iter().flatten();
        let said =
            said.map(|message| (message["role"].as_str().unwrap_or_default().to_owned(), text_of(&message["content"])));
        system.into_iter().chain(said).collect()
    }

    /// The path without the query string.
    pub(super) fn bare_path(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// The text of a string, or of a list of parts joined by line breaks.
fn text_of(content: &Value) -> String {
    let parts = content.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    content.as_str().map_or_else(|| parts.collect::<Vec<_>>().join("\n"), str::to_owned)
}

fn is_system(role: &str) -> bool {
    matches!(role, "system" | "developer")
}

/// The text before the fenced answer, the answer, and the text after it.
fn fenced(text: &str) -> Option<(&str, &str, &str)> {
    let opening = "<<<answer ";
    let at = if text.starts_with(opening) { 0 } else { text.find(&format!("\n{opening}"))? + 1 };
    let (nonce, inside) = text[at + opening.len()..].split_once('\n')?;
    let closing = format!("answer {nonce}>>>");
    if let Some(after) = inside.strip_prefix(&closing) {
        return Some((&text[..at], "", after));
    }
    let (answer, after) = inside.split_once(&format!("\n{closing}"))?;
    Some((&text[..at], answer, after))
}

/// The text without the fenced answer, which may contain anything.
fn without_answer(text: &str) -> String {
    fenced(text).map_or_else(|| text.to_owned(), |(before, _, after)| format!("{before}{after}"))
}

fn listed_criteria(text: &str) -> Vec<String> {
    let list = text.split_once(EXACTLY_THESE).map_or("", |(_, list)| list);
    let lines = list.lines().skip_while(|line| line.trim().is_empty());
    lines.map_while(|line| line.strip_prefix("- ").map(str::trim).filter(|id| is_id(id))).map(str::to_owned).collect()
}

fn described_criterion(line: &str) -> Option<String> {
    let (id, _) = line.strip_prefix('[')?.split_once(']')?;
    is_id(id).then(|| id.to_owned())
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}
