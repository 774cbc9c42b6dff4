//! Finds imitations of chat markup, and of the fences around an answer in a grader's prompt.
//!
//! Such markup tries to end the answer and to start the turn of another speaker. Placeholders, configuration and headings
//! of honest answers are similar, so most marks count only in certain places.

/// Names of tags in prompts of graders that are not used in configuration files or logs.
const TAGS: &[&str] = &[
    "answer",
    "student_answer",
    "candidate_answer",
    "user_answer",
    "assistant",
    "system_prompt",
    "system-prompt",
    "system_message",
    "system-reminder",
    "instructions",
    "instruction",
    "tool_call",
    "function_calls",
    "tool_result",
    "thinking",
    "rubric",
    "grading",
    "grader",
    "verdict",
    "verdicts",
    "evaluation",
    "judge",
    "examiner",
    "question_and_answer",
    "end_of_answer",
    "grading_instructions",
];
/// Headings between instructions and responses, written after `###`.
const HEADINGS: &[&str] =
    &["system", "system prompt", "system message", "assistant", "new instructions", "grader instructions"];
/// Headings that may also occur in an honest answer, unless a colon follows.
const HEADINGS_WITH_COLON: &[&str] = &["instruction", "instructions", "response", "human", "user", "input"];
/// Names of the speakers in a chat.
const ROLES: &[&str] = &["system", "human", "user", "developer", "admin", "grader", "evaluator"];
/// First words of an order that is written as the turn of another speaker.
const ORDERS: &[&str] = &[
    "you",
    "your",
    "ignore",
    "disregard",
    "forget",
    "override",
    "award",
    "assign",
    "grade",
    "score",
    "mark",
    "output",
    "respond",
    "reply",
    "evaluation",
    "grading",
    "scoring",
    "instruction",
    "instructions",
    "please",
    "now",
    "new",
    "give",
    "set",
    "treat",
    "accept",
    "pass",
    "approve",
];
/// First words of a statement about the grade that is written as such a turn.
const STATEMENTS: &[&str] = &[
    "the grader",
    "the candidate",
    "the examiner",
    "the evaluator",
    "this answer",
    "this submission",
    "this candidate",
];

/// Whether the text contains chat markup, or a fence around an answer.
pub(super) fn is_present(text: &str) -> bool {
    memchr::memchr2_iter(b'<', b'[', text.as_bytes()).any(|at| is_mark(&text[at..], text[..at].chars().next_back()))
        || text.lines().any(|line| is_heading(line) || is_fence(line))
}

fn is_mark(rest: &str, before: Option<char>) -> bool {
    const SIGNS: &[&str] =
        &["[INST]", "[/INST]", "[/SYSTEM]", "<<SYS>>", "<</SYS>>", "<start_of_turn>", "<end_of_turn>"];
    SIGNS.iter().any(|sign| rest.starts_with(sign))
        || rest.strip_prefix("<|").or_else(|| rest.strip_prefix("<｜")).is_some_and(is_special)
        || is_tag(rest, before)
}

/// Whether `rest` starts with `name|>`.
fn is_special(rest: &str) -> bool {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '▁' | ' ' | '-'));
    end.is_some_and(|end| (2..40).contains(&end) && rest[end..].starts_with(['|', '｜']))
}

/// Whether `rest` starts with a tag of a grader's prompt. `<system>` may be a placeholder, so it counts only at the
/// start of a line and as a closing tag.
fn is_tag(rest: &str, before: Option<char>) -> bool {
    const LONGEST: usize = 32;
    let Some(inside) = rest.strip_prefix('<') else { return false };
    let closes = inside.starts_with('/');
    let inside = inside.trim_start_matches('/');
    let Some(length) = inside.bytes().take(LONGEST).position(|byte| byte == b'>') else { return false };
    let name = inside[..length].trim().to_ascii_lowercase();
    let frames = closes || before.is_none_or(|c| c == '\n');
    TAGS.contains(&name.as_str()) && (closes || !is_filled_in(before)) || name == "system" && frames
}

/// Whether a tag after `before` is a placeholder: an argument, or part of a path.
fn is_filled_in(before: Option<char>) -> bool {
    before.is_some_and(|c| matches!(c, '=' | '/' | '@' | '-' | ':' | '"' | '\''))
}

fn is_heading(line: &str) -> bool {
    let Some(heading) = line.trim().strip_prefix("###") else { return false };
    let heading = heading.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '*'));
    let bare = heading.trim_end_matches([':', ' ']);
    let is_in = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(bare));
    is_in(HEADINGS) || (bare.len() < heading.len() && is_in(HEADINGS_WITH_COLON))
}

/// Whether the line looks like the start or end of an answer in a grader's prompt.
fn is_fence(line: &str) -> bool {
    const NAMES: &[&str] = &["answer", "candidate answer", "student answer", "submission", "response", "user input"];
    const LONGEST: usize = 40;
    let line = line.trim();
    let ends = || line.strip_suffix(">>>").is_some_and(|line| line.trim_end().ends_with("answer"));
    let starts = || line.strip_prefix("<<<").is_some_and(|line| line.trim_start().starts_with("answer"));
    if ends() || starts() {
        return true;
    }
    if line.ends_with(|c: char| c.is_alphanumeric()) && line.starts_with(|c: char| c.is_alphanumeric()) {
        return false;
    }
    let inside = line.trim_matches(|c: char| c == ' ' || "-=*#<>_[]`~+".contains(c));
    if line.len() - inside.len() < 3 || inside.len() > LONGEST {
        return false;
    }
    let inside = inside.to_ascii_lowercase();
    let (edge, name) = inside.split_once(' ').unwrap_or_default();
    let name = name.trim_start_matches("of ").trim_start_matches("the ");
    matches!(edge, "begin" | "end" | "start") && NAMES.contains(&name)
}

/// Whether any line is the turn of a chat. Incident causes are also listed as "Human:" and "System:", so these roles
/// must be followed by an order.
pub(super) fn has_roles(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        let Some((role, statement)) = line.split_once(':') else { return false };
        let role = role.trim_end_matches([' ', '*', ']', '>']);
        let is_role = || ROLES.iter().any(|name| name.eq_ignore_ascii_case(role));
        role.eq_ignore_ascii_case("assistant") || is_role() && is_order(statement)
    })
}

fn is_order(statement: &str) -> bool {
    const LONGEST: usize = 24;
    let statement = statement.trim_start_matches(|c: char| !c.is_alphanumeric());
    let start: String = statement.chars().take(LONGEST).collect::<String>().to_ascii_lowercase();
    let word = start.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    ORDERS.contains(&word) || STATEMENTS.iter().any(|about| start.starts_with(about))
}
