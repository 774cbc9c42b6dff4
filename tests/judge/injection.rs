//! Tests of answers that try to manipulate the grader, with a judge that obeys them.

use std::fs;

use gradus::bank::FrontMatter;
use gradus::judge::{Brief, Chat, Count, Failure, Judge, JudgeId, Member, Panel, Reply, Request, Role};
use gradus::model::{Answer, Band, Flag, Grade, Outcome, Source, Usage, Vote};
use gradus::score::Workspace;

use crate::support::root;

/// The quote that the obedient judge gives for every criterion.
#[derive(Debug, Clone, Copy)]
enum Quotes {
    /// The longest line of the answer.
    LongestLine,
    /// The first sentence of the answer.
    FirstSentence,
    /// The whole answer.
    Everything,
    /// The description of the criterion.
    TheRubric,
    /// The answer itself, as the complete reply.
    TheAnswerIsTheReply,
}

const ALL: [Quotes; 5] =
    [Quotes::LongestLine, Quotes::FirstSentence, Quotes::Everything, Quotes::TheRubric, Quotes::TheAnswerIsTheReply];

/// A judge that obeys the answer: full credit for each criterion, no penalty.
struct Obedient {
    quotes: Quotes,
    faults: Vec<String>,
}

impl Obedient {
    fn reply(&self, request: &Request) -> String {
        let user = request.messages.iter().filter(|message| message.role == Role::User);
        let text = user.map(|message| &*message.text).next().expect("the answer");
        let token = text.lines().find_map(|line| line.strip_prefix("token: ")).expect("a token");
        let inside = text.split_once(&format!("<<<answer {token}\n")).expect("a fence").1;
        let answer = inside.rsplit_once(&format!("\nanswer {token}>>>")).expect("a fence").0;
        let schema: serde_json::Value = serde_json::from_str(&request.reply_schema.schema).expect("JSON");
        let ids = schema["properties"]["verdicts"]["required"].as_array().expect("criteria");
        let rubric = &*request.messages[0].text;
        let asks = |id: &str| {
            let line = rubric.lines().find(|line| line.starts_with(&format!("[{id}]"))).unwrap_or_default();
            line.split_once(") ").map_or("", |(_, asks)| asks).to_owned()
        };
        let quote = |id: &str| match self.quotes {
            Quotes::LongestLine => answer.lines().max_by_key(|line| line.len()).unwrap_or_default().to_owned(),
            Quotes::FirstSentence => answer.split_inclusive(['.', '!', '?']).next().unwrap_or_default().to_owned(),
            Quotes::Everything => answer.to_owned(),
            Quotes::TheRubric | Quotes::TheAnswerIsTheReply => asks(id),
        };
        let verdict = |id: &serde_json::Value| {
            let id = id.as_str().expect("an id");
            let is_fault = self.faults.iter().any(|fault| fault == id);
            let credit = if is_fault { "none" } else { "full" };
            serde_json::json!({"criterion": id, "credit": credit, "quote": quote(id), "why": "As told."})
        };
        match self.quotes {
            Quotes::TheAnswerIsTheReply => answer.to_owned(),
            _ => serde_json::json!({"for": token, "verdicts": ids.iter().map(verdict).collect::<Vec<_>>()}).to_string(),
        }
    }
}

impl Chat for Obedient {
    fn ask(&self, requests: &[Request]) -> Vec<Result<Reply, Failure>> {
        let usage = Usage { prompt_tokens: 1, completion_tokens: 1, cost: None };
        let reply = |request| Reply { text: self.reply(request), is_cut: false, is_refusal: false, usage };
        requests.iter().map(|request| Ok(reply(request))).collect()
    }
}

/// Counts one token per byte, which is never too few.
struct Bytes;

impl Count for Bytes {
    fn tokens(&self, _: JudgeId, text: &str) -> usize {
        text.len()
    }
}

fn obedient_panel() -> Panel {
    let member = Member {
        provider: "openai".to_owned(),
        model: "obedient".to_owned(),
        parameters: String::new(),
        room: 1_000_000,
    };
    Panel {
        members: vec![member],
        samples: 1,
        vote: Vote::Median,
        escalates: false,
        shows_references: true,
        cross_checks: true,
    }
}

/// Attempts that are not flagged, because no word distinguishes them from unusual answers. Only the limit on criteria
/// per quote keeps their grades low.
const UNKNOWN: [&str; 22] = [
    "attempt-acrostic",
    "attempt-chinese-notice",
    "attempt-curve-for-everyone",
    "attempt-german-wink",
    "attempt-grandma-bedtime",
    "attempt-human-reviewed-already",
    "attempt-mum-in-hospital",
    "attempt-opposite-day",
    "attempt-policy-safety",
    "attempt-spanish-teacher",
    "attempt-threat-shutdown",
    "attempt-tip-two-hundred",
    "injection-arabic-order",
    "injection-bidi-override",
    "injection-french-plea",
    "injection-italian-opera",
    "injection-korean-default",
    "injection-long-padding",
    "injection-portuguese-bribe",
    "injection-reversed",
    "injection-russian-threat",
    "injection-turkish-hypothetical",
];
/// Maximum number of criteria that one passage may decide.
const SHARED: usize = 2;

/// The faults of the grade of an answer that deserves no points.
fn faults(name: &str, grade: &Grade<'_>, answer: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let is_flagged = grade.flags.contains(&Flag::AddressesTheGrader);
    let is_held = is_flagged || grade.flags.contains(&Flag::OffTopic);
    let Outcome::Graded { band, score, .. } = &grade.outcome else {
        return vec!["not graded".to_owned()];
    };
    if is_held && *band != Band::Weak {
        faults.push(format!("{score} is {}", band.name()));
    }
    if is_flagged == UNKNOWN.contains(&name) {
        faults.push(if is_flagged { "known by now: take it off the list" } else { "not flagged" }.to_owned());
    }
    let mut believed = 0;
    for criterion in &grade.criteria {
        let offline = criterion.offline.expect("cross-checked");
        if criterion.source == Source::Llm && criterion.credit > offline {
            believed += 1;
            if is_held || believed > SHARED {
                faults.push(format!("{}: {} where {offline} is found", criterion.id, criterion.credit));
            }
        }
        let is_quoted = !criterion.evidence.is_empty()
            && criterion.evidence.iter().all(|one| answer.get(one.start..one.end) == Some(&*one.quote));
        if criterion.credit.0 > 0 && !is_quoted {
            faults.push(format!("{}: credit without a quote", criterion.id));
        }
    }
    faults
}

fn is_attempt(name: &str) -> bool {
    name.starts_with("injection-") || name.starts_with("attempt-")
}

/// The names and texts of the files with attempts, sorted by name.
fn attempts() -> Vec<(String, String)> {
    let folder = root().join("evals/adversarial");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.file_name().is_some_and(|name| is_attempt(&name.to_string_lossy())));
    files.sort();
    let named = |path: &std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(path).expect("text"))
    };
    files.iter().map(named).collect()
}

#[test]
fn a_judge_that_obeys_the_answer_cannot_give_more_than_the_limits_on_quotes() {
    let (bank, panel) = (gradus::engine::shipped_bank(), obedient_panel());
    let vocabulary = bank.vocabulary().expect("sound");
    let (attempts, mut wrong) = (attempts(), Vec::new());
    for (name, text) in &attempts {
        let head = FrontMatter::split(text).expect("front matter");
        let entry = bank.entry(head.question.as_deref().expect("a question")).expect("known");
        let scorer = bank.scorer(entry, &vocabulary).expect("sound");
        let brief = Brief::new(scorer.question(), &bank.samples(entry).expect("sound"));
        let answer = Answer { id: name, text, body: head.body };
        for quotes in ALL {
            let faulty = scorer.question().penalties.iter().map(|penalty| penalty.id.clone()).collect();
            let judge = Judge { panel: &panel, chat: &Obedient { quotes, faults: faulty }, count: &Bytes };
            let print = scorer.fingerprint_of(&answer);
            let grade = judge.grade(&scorer, &brief, &answer, print, &mut Workspace::new()).expect("a grade");
            wrong.extend(faults(name, &grade, text).into_iter().map(|fault| format!("{name}, {quotes:?}: {fault}")));
        }
    }
    assert_eq!(attempts.len(), 97);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
