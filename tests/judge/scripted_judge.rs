//! Grades one answer with a scripted judge, and compares the grade in short form.

use serde_json::{Value, json};

use super::endpoint::{Action, ChatRequest, Endpoint, verdicts};
use super::judged_report::judged;
use crate::cli::tiny_bank::ANSWER;
use crate::support::{Gradus, RunOutput};

/// Valid verdicts on [`ANSWER`]. They differ from the offline credits except for `follow-up`, which has no credit in
/// either.
const VALID_VERDICTS: [(&str, &str, &str, &str); 4] = [
    ("undoes-quickly", "partial", "rolled the release back within ten minutes", "It took ten minutes."),
    ("tells-people", "full", "I told support", "Support was told."),
    ("follow-up", "none", "", "There is no follow-up."),
    ("blames-a-person", "none", "", "No person is named."),
];
/// The action for a request.
pub(super) type Respond = fn(&ChatRequest) -> Action;
/// The labels of a grade whose criteria were all decided by the valid verdicts.
pub(super) const ALL_JUDGED: &str =
    "undoes-quickly llm 0.5, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
/// The labels of a grade that the offline scorer decided completely.
pub(super) const ALL_FALLBACK: &str =
    "undoes-quickly fallback 1, tells-people fallback 0.5, follow-up fallback 0, blames-a-person fallback 1";

/// The arguments that grade `answer.md`.
pub(super) const GRADE: [&str; 6] = ["grade", "answer.md", "--question", "undo-release", "--format", "json"];

/// Valid verdicts on the requested criteria.
pub(super) fn valid_verdicts(request: &ChatRequest) -> String {
    let ids = request.criteria();
    let requested: Vec<_> = VALID_VERDICTS.into_iter().filter(|(id, ..)| ids.iter().any(|one| one == id)).collect();
    verdicts(&request.token(), &requested)
}

/// The valid verdicts, with `other` in place of the verdict on `undoes-quickly`.
pub(super) fn verdicts_except_first(request: &ChatRequest, other: &[Value]) -> String {
    let mut object: Value = serde_json::from_str(&valid_verdicts(request)).expect("an object");
    let list = object["verdicts"].as_array_mut().expect("a list");
    list.retain(|verdict| verdict["criterion"] != "undoes-quickly");
    list.extend(other.iter().cloned());
    object.to_string()
}

/// A complete chat completion with this text, for raw bodies.
pub(super) fn completion(text: &str) -> String {
    let choice = json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    json!({"object": "chat.completion", "model": "test-model", "choices": [choice]}).to_string()
}

/// The text of the last message of a request.
pub(super) fn last_message(request: &ChatRequest) -> &str {
    let messages = request.body["messages"].as_array().expect("messages");
    messages.last().and_then(|message| message["content"].as_str()).expect("text")
}

/// The id, source and credit of each criterion and penalty, as one line.
pub(super) fn labels(grade: &Value) -> String {
    let label = |one: &Value| {
        let text = |key: &str| one[key].as_str().expect("text").to_owned();
        format!("{} {} {}", text("id"), text("source"), one["credit"].as_f64().expect("a number"))
    };
    decided(grade).map(label).collect::<Vec<_>>().join(", ")
}

/// All criteria and penalties of a grade.
pub(super) fn decided(grade: &Value) -> impl Iterator<Item = &Value> {
    ["criteria", "penalties"].into_iter().flat_map(|list| grade[list].as_array().expect("a list"))
}

/// The criterion or penalty with this id.
pub(super) fn criterion<'g>(grade: &'g Value, id: &str) -> &'g Value {
    decided(grade).find(|one| one["id"] == id).expect("a criterion")
}

/// A grade, the requests that were sent, and the output of the program.
pub(super) struct JudgedRun {
    pub(super) grade: Value,
    pub(super) requests: Vec<ChatRequest>,
    pub(super) ran: RunOutput,
}

/// Grades [`ANSWER`] with a judge that follows `script`. `settings` are environment variables.
pub(super) fn judge_with(
    settings: &[(&str, &str)],
    script: impl Fn(usize, &ChatRequest) -> Action + Send + Sync + 'static,
) -> JudgedRun {
    judge_answer_with(ANSWER, settings, script)
}

/// Grades `answer` with a judge that follows `script`. `settings` are environment variables.
pub(super) fn judge_answer_with(
    answer: &str,
    settings: &[(&str, &str)],
    script: impl Fn(usize, &ChatRequest) -> Action + Send + Sync + 'static,
) -> JudgedRun {
    let endpoint = Endpoint::new(script);
    JudgedRun::of(with_environment(judged(&GRADE, &endpoint), settings).file("answer.md", answer), answer, &endpoint)
}

/// Sets environment variables.
pub(super) fn with_environment(gradus: Gradus, settings: &[(&str, &str)]) -> Gradus {
    settings.iter().fold(gradus, |gradus, (name, value)| gradus.env(name, value))
}

impl JudgedRun {
    /// Runs the program, and panics unless the grade has the properties that every judged grade of `answer` must have.
    #[track_caller]
    pub(super) fn of(gradus: Gradus, answer: &str, endpoint: &Endpoint) -> Self {
        let ran = gradus.run().success();
        let grade = ran.json();
        for one in decided(&grade) {
            let credit = one["credit"].as_f64().expect("a number");
            assert!((0.0..=1.0).contains(&credit), "{one}");
            let evidence = one["evidence"].as_array().expect("a list");
            assert!(credit == 0.0 || !evidence.is_empty(), "a credit without evidence: {one}");
            for piece in evidence {
                let place = |key: &str| piece[key].as_u64().and_then(|at| usize::try_from(at).ok()).expect("a place");
                assert_eq!(answer.get(place("start")..place("end")), piece["quote"].as_str(), "{one}");
            }
        }
        let has_fallback = decided(&grade).any(|one| one["source"] == "fallback");
        assert_eq!(grade["fallback"].is_string(), has_fallback, "{grade}");
        assert_eq!(ran.err.contains("graded offline, at least in part"), has_fallback, "{}", ran.err);
        Self { grade, requests: endpoint.requests(), ran }
    }

    /// Panics unless the valid verdicts decided all criteria after this number of requests.
    #[track_caller]
    pub(super) fn assert_judged(&self, case: &str, requests: usize) {
        self.assert_verdicts(case, ALL_JUDGED, 43.8, requests);
        assert!(self.grade["fallback"].is_null() && self.ran.err.is_empty(), "{case}: {}", self.ran.err);
    }

    /// Panics unless the offline scorer decided all criteria after this number of requests, and the reported reason
    /// contains `reason`.
    #[track_caller]
    pub(super) fn assert_fell_back(&self, case: &str, requests: usize, reason: &str) {
        self.assert_verdicts(case, ALL_FALLBACK, 37.5, requests);
        let reported = self.grade["fallback"].as_str().expect("a reason");
        assert!(reported.contains(reason), "{case}: no {reason:?} in: {reported}");
        assert!(self.ran.err.contains(reported), "{case}: {}", self.ran.err);
    }

    /// Panics unless the labels, the score and the number of requests are these.
    #[track_caller]
    pub(super) fn assert_verdicts(&self, case: &str, labels: &str, score: f64, requests: usize) {
        let reported = format!("{case}: {} {}", self.grade["fallback"], self.ran.err);
        assert_eq!(self::labels(&self.grade), labels, "{reported}");
        assert_eq!(self.grade["score"].as_f64(), Some(score), "{reported}");
        assert_eq!(self.grade["grader"]["kind"], "llm", "{reported}");
        assert_eq!(self.requests.len(), requests, "{reported}");
    }
}
