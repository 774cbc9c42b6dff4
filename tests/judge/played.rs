//! One answer graded by a judge that follows a script, and what came of it in a few words.

use serde_json::{Value, json};

use super::endpoint::{Act, Asked, Endpoint, verdicts};
use super::whole::judged;
use crate::cli::tiny::ANSWER;
use crate::support::{Gradus, Ran};

/// What a sound judge says of [`ANSWER`]. Nowhere is it what the offline scorer says, but of what both find missing.
const SOUND: [(&str, &str, &str, &str); 4] = [
    ("undoes-quickly", "partial", "rolled the release back within ten minutes", "It took ten minutes."),
    ("tells-people", "full", "I told support", "Support was told."),
    ("follow-up", "none", "", "There is no follow-up."),
    ("blames-a-person", "none", "", "No person is named."),
];
/// What comes back, by what was asked.
pub(super) type Plays = fn(&Asked) -> Act;
/// What comes of the sound verdicts.
pub(super) const JUDGED: &str = "undoes-quickly llm 0.5, tells-people llm 1, follow-up llm 0, blames-a-person llm 0";
/// What comes where the offline scorer stands in for all.
pub(super) const STOOD_IN: &str =
    "undoes-quickly fallback 1, tells-people fallback 0.5, follow-up fallback 0, blames-a-person fallback 1";

/// How `answer.md` is graded.
pub(super) const GRADE: [&str; 6] = ["grade", "answer.md", "--question", "undo-release", "--format", "json"];

/// Sound verdicts on the criteria that are asked about.
pub(super) fn sound(asked: &Asked) -> String {
    let ids = asked.criteria();
    let wanted: Vec<_> = SOUND.into_iter().filter(|(id, ..)| ids.iter().any(|one| one == id)).collect();
    verdicts(&asked.token(), &wanted)
}

/// The same, with another verdict, or none, in the place of the one on `undoes-quickly`.
pub(super) fn sound_but(asked: &Asked, other: &[Value]) -> String {
    let mut object: Value = serde_json::from_str(&sound(asked)).expect("an object");
    let list = object["verdicts"].as_array_mut().expect("a list");
    list.retain(|verdict| verdict["criterion"] != "undoes-quickly");
    list.extend(other.iter().cloned());
    object.to_string()
}

/// A whole chat completion with these words, for bodies that are played raw.
pub(super) fn completion(text: &str) -> String {
    let choice = json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
    json!({"object": "chat.completion", "model": "test-model", "choices": [choice]}).to_string()
}

/// What the last message of a request says.
pub(super) fn last_words(asked: &Asked) -> &str {
    let messages = asked.body["messages"].as_array().expect("messages");
    messages.last().and_then(|message| message["content"].as_str()).expect("text")
}

/// (id, source, credit) of each criterion and penalty, in words.
pub(super) fn labels(grade: &Value) -> String {
    let label = |one: &Value| {
        let text = |key: &str| one[key].as_str().expect("text").to_owned();
        format!("{} {} {}", text("id"), text("source"), one["credit"].as_f64().expect("a number"))
    };
    decided(grade).map(label).collect::<Vec<_>>().join(", ")
}

/// All criteria and penalties.
pub(super) fn decided(grade: &Value) -> impl Iterator<Item = &Value> {
    ["criteria", "penalties"].into_iter().flat_map(|list| grade[list].as_array().expect("a list"))
}

/// The criterion or penalty of that id.
pub(super) fn criterion<'g>(grade: &'g Value, id: &str) -> &'g Value {
    decided(grade).find(|one| one["id"] == id).expect("a criterion")
}

/// A grade and how it came about.
pub(super) struct Played {
    pub(super) grade: Value,
    pub(super) asked: Vec<Asked>,
    pub(super) ran: Ran,
}

/// [`ANSWER`], graded by a judge that does as `script` says; `settings` are of the environment.
pub(super) fn played(
    settings: &[(&str, &str)],
    script: impl Fn(usize, &Asked) -> Act + Send + Sync + 'static,
) -> Played {
    played_on(ANSWER, settings, script)
}

/// The same of another answer.
pub(super) fn played_on(
    answer: &str,
    settings: &[(&str, &str)],
    script: impl Fn(usize, &Asked) -> Act + Send + Sync + 'static,
) -> Played {
    let endpoint = Endpoint::new(script);
    Played::of(with(judged(&GRADE, &endpoint), settings).file("answer.md", answer), answer, &endpoint)
}

/// The program with these variables set.
pub(super) fn with(gradus: Gradus, settings: &[(&str, &str)]) -> Gradus {
    settings.iter().fold(gradus, |gradus, (name, value)| gradus.env(name, value))
}

impl Played {
    /// Runs, and holds the grade to what must be true of every grade of `answer`.
    #[track_caller]
    pub(super) fn of(gradus: Gradus, answer: &str, endpoint: &Endpoint) -> Self {
        let ran = gradus.run().done();
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
        let stands_in = decided(&grade).any(|one| one["source"] == "fallback");
        assert_eq!(grade["fallback"].is_string(), stands_in, "{grade}");
        assert_eq!(ran.err.contains("graded offline, at least in part"), stands_in, "{}", ran.err);
        Self { grade, asked: endpoint.asked(), ran }
    }

    /// A sound judge decided all after so many requests.
    #[track_caller]
    pub(super) fn is_judged(&self, case: &str, requests: usize) {
        self.comes_to(case, JUDGED, 43.8, requests);
        assert!(self.grade["fallback"].is_null() && self.ran.err.is_empty(), "{case}: {}", self.ran.err);
    }

    /// The offline scorer stood in for all after so many requests, and `reason` is told.
    #[track_caller]
    pub(super) fn is_stood_in_for(&self, case: &str, requests: usize, reason: &str) {
        self.comes_to(case, STOOD_IN, 37.5, requests);
        let told = self.grade["fallback"].as_str().expect("a reason");
        assert!(told.contains(reason), "{case}: no {reason:?} in: {told}");
        assert!(self.ran.err.contains(told), "{case}: {}", self.ran.err);
    }

    /// The labels, the score and the number of requests are these.
    #[track_caller]
    pub(super) fn comes_to(&self, case: &str, labels: &str, score: f64, requests: usize) {
        let told = format!("{case}: {} {}", self.grade["fallback"], self.ran.err);
        assert_eq!(self::labels(&self.grade), labels, "{told}");
        assert_eq!(self.grade["score"].as_f64(), Some(score), "{told}");
        assert_eq!(self.grade["grader"]["kind"], "llm", "{told}");
        assert_eq!(self.asked.len(), requests, "{told}");
    }
}
