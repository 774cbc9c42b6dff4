//! Whole grades by scripted judges, through the blocking API and through the rounds.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::brief::{Brief, Count};
use super::chat::{Chat, JudgeId, Reply, Request};
use super::halt::{Cause, Failure, Halt};
use super::panel::{Panel, tests::panel};
use super::rounds::{Judge, Rounds, Step};
use crate::model::{Answer, Explanation, Flag, Grade, Source, Status, Thousandths, Usage};
use crate::score::Workspace;
use crate::test_bank::shipped_bank;

const ANSWER: &str = "The budget is what is left of one hundred percent under the objective. We spend it on releases. \
                      When it is gone we stop shipping features, and the product owner signs that.";

/// Replies to each request with the result of `say` and stores the requests.
struct Script<F> {
    say: F,
    asked: RefCell<Vec<Request>>,
}

impl<F: Fn(usize, &Request) -> Result<String, Failure>> Script<F> {
    fn new(say: F) -> Self {
        Self { say, asked: RefCell::default() }
    }
}

impl<F: Fn(usize, &Request) -> Result<String, Failure>> Chat for Script<F> {
    fn ask(&self, requests: &[Request]) -> Vec<Result<Reply, Failure>> {
        let usage = Usage { prompt_tokens: 100, completion_tokens: 10, cost: Some(0.5) };
        let one = |request: &Request| {
            let number = self.asked.borrow().len();
            self.asked.borrow_mut().push(request.clone());
            (self.say)(number, request).map(|text| Reply { text, is_cut: false, is_refusal: false, usage })
        };
        requests.iter().map(one).collect()
    }
}

struct Words;

impl Count for Words {
    fn tokens(&self, _: JudgeId, text: &str) -> usize {
        text.split_whitespace().count()
    }
}

/// The ids that a request asks about, and its token.
fn ids_and_token(request: &Request) -> (Vec<String>, String) {
    let schema: serde_json::Value = serde_json::from_str(&request.reply_schema.schema).expect("JSON");
    let properties = &schema["properties"];
    let of = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let ids = properties["verdicts"]["required"].as_array().expect("ids");
    (ids.iter().map(of).collect(), of(&properties["for"]["enum"][0]))
}

/// A reply with a verdict for each requested id; `say` gives credit and quote.
fn verdicts(request: &Request, say: impl Fn(usize, &str) -> (&'static str, &'static str)) -> String {
    let (ids, token) = ids_and_token(request);
    let verdict = |(place, id): (usize, &String)| {
        let (credit, quote) = say(place, id);
        serde_json::json!({"criterion": id, "credit": credit, "quote": quote, "why": "it says so"})
    };
    let all: Vec<_> = ids.iter().enumerate().map(verdict).collect();
    serde_json::json!({"for": token, "verdicts": all}).to_string()
}

/// Grades an answer to the shipped question on error budgets and passes the grade to `then`.
fn graded<R>(panel: &Panel, chat: &dyn Chat, answer: &str, then: impl FnOnce(Result<Grade<'_>, Halt>) -> R) -> R {
    let bank = shipped_bank();
    let entry = bank.entry("error-budget").expect("known");
    let scorer = bank.scorer(entry, &bank.vocabulary().expect("sound")).expect("sound");
    let brief = Brief::new(scorer.question(), &bank.samples(entry).expect("sound"));
    let answer = Answer::new("mine", answer);
    let judge = Judge { panel, chat, count: &Words };
    then(judge.grade(&scorer, &brief, &answer, scorer.fingerprint_of(&answer), &mut Workspace::new()))
}

fn no_credit(request: &Request) -> String {
    verdicts(request, |_, _| ("none", ""))
}

#[test]
fn only_open_criteria_are_asked_again_and_fall_back() {
    let chat = Script::new(|_, request| {
        Ok(verdicts(request, |place, _| match place {
            0 => ("full", "We spend it on releases"),
            1 => ("full", "words that are not in the answer"),
            _ => ("none", ""),
        }))
    });
    // The second one becomes the first of those asked about again.
    let chat = Script::new(|number, request| {
        let reply = (chat.say)(0, request)?;
        Ok(if number == 0 { reply } else { verdicts(request, |_, _| ("full", "words that are not in the answer")) })
    });
    graded(&panel(&["one"]), &chat, ANSWER, |grade| {
        let grade = grade.expect("a grade");
        let sources: Vec<Source> = grade.criteria.iter().map(|one| one.source).collect();
        assert_eq!(sources[..3], [Source::Llm, Source::Fallback, Source::Llm]);
        assert!(grade.fallback.as_deref().is_some_and(|why| why.contains("does not stand in the answer")));
        assert_eq!(grade.criteria[0].evidence[0].quote, "We spend it on releases");
        assert_eq!(grade.usage.map(|usage| (usage.prompt_tokens, usage.cost)), Some((300, Some(1.5))));
    });
    let asked = chat.asked.borrow();
    assert_eq!(asked.len(), 3);
    assert_eq!(ids_and_token(&asked[1]).0, ids_and_token(&asked[0]).0[1..2]);
    assert_eq!(asked[2].messages.len(), 6);
}

#[test]
fn without_a_reply_the_offline_scorer_decides_every_criterion() {
    let chat = Script::new(|_, _| Err(Failure::Unanswered(Cause::new("connection refused"))));
    graded(&panel(&["one"]), &chat, ANSWER, |grade| {
        let grade = grade.expect("a grade");
        assert!(grade.criteria.iter().chain(&grade.penalties).all(|one| one.source == Source::Fallback));
        assert_eq!((grade.fallback.as_deref(), grade.usage), (Some("connection refused"), None));
        assert!(matches!(grade.criteria[0].why, Explanation::Count { .. }));
    });
    assert_eq!(chat.asked.borrow().len(), 1);
}

#[test]
fn a_halt_leaves_no_grade() {
    let chat = Script::new(|_, _| Err(Halt::Requested.into()));
    graded(&panel(&["one"]), &chat, ANSWER, |grade| assert!(matches!(grade, Err(Halt::Requested))));
}

#[test]
fn an_answer_without_words_is_not_sent() {
    let chat = Script::new(|_, request| Ok(no_credit(request)));
    graded(&panel(&["one"]), &chat, " ...\n", |grade| assert!(grade.expect("a grade").score().is_none()));
    assert_eq!(chat.asked.borrow().len(), 0);
}

#[test]
fn an_answer_that_does_not_fit_is_graded_offline_and_not_cut() {
    let mut small = panel(&["one"]);
    small.members[0].room = 300;
    let chat = Script::new(|_, request| Ok(no_credit(request)));
    graded(&small, &chat, ANSWER, |grade| {
        let grade = grade.expect("a grade");
        assert!(grade.fallback.as_deref().is_some_and(|why| why.contains("too long for the judge")));
    });
    assert_eq!(chat.asked.borrow().len(), 0);
}

#[test]
fn samples_are_combined_by_their_median_with_their_spread() {
    let say = RefCell::new(VecDeque::from(["full", "none", "full"]));
    let chat = Script::new(|_, request| {
        let credit = say.borrow_mut().pop_front().expect("three samples");
        let quote = if credit == "none" { "" } else { "We spend it on releases" };
        Ok(verdicts(request, |place, _| if place == 0 { (credit, quote) } else { ("none", "") }))
    });
    let panel = Panel { samples: 3, ..panel(&["one"]) };
    graded(&panel, &chat, ANSWER, |grade| {
        let first = &grade.expect("a grade").criteria[0];
        assert_eq!((first.credit, first.status), (Thousandths::ONE, Status::Met));
        assert_eq!(first.spread, Some((Thousandths(0), Thousandths::ONE)));
        assert_eq!(first.votes.iter().map(|vote| vote.credit.0).collect::<Vec<_>>(), [1000, 0, 1000]);
    });
    assert_eq!(chat.asked.borrow().iter().map(|request| request.sample).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn samples_in_different_bands_are_flagged() {
    let chat = Script::new(|number, request| {
        let quotes = ["The budget is what is left", "We spend it on releases", "we stop shipping features"];
        Ok(if number == 0 {
            verdicts(
                request,
                |place, id| if id.starts_with("no-") { ("none", "") } else { ("full", quotes[place % 3]) },
            )
        } else {
            no_credit(request)
        })
    });
    let panel = Panel { samples: 2, ..panel(&["one"]) };
    graded(&panel, &chat, ANSWER, |grade| assert!(grade.expect("a grade").flags.contains(&Flag::UncertainBand)));
}

#[test]
fn the_last_judge_is_asked_only_about_criteria_in_doubt_and_decides_them() {
    let chat = Script::new(|_, request| {
        Ok(verdicts(request, |place, _| match (request.judge.0, request.sample, place) {
            (0, 0, 0) => ("full", "We spend it on releases"),
            (1, ..) => ("partial", "The budget is what is left"),
            _ => ("none", ""),
        }))
    });
    let panel = Panel { samples: 2, escalates: true, ..panel(&["small", "large"]) };
    graded(&panel, &chat, ANSWER, |grade| {
        let grade = grade.expect("a grade");
        assert_eq!((grade.criteria[0].credit.0, grade.criteria[1].credit.0), (500, 0));
        assert_eq!(grade.criteria[0].votes.len(), 3);
        assert_eq!(grade.criteria[0].evidence[0].quote, "The budget is what is left");
    });
    let asked = chat.asked.borrow();
    assert_eq!(asked.iter().map(|request| request.judge.0).collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(ids_and_token(&asked[2]).0, ids_and_token(&asked[0]).0[..1]);
}

#[test]
fn one_passage_decides_two_criteria_and_no_more() {
    let chat = Script::new(|_, request| Ok(verdicts(request, |_, _| ("full", "We spend it on releases"))));
    graded(&panel(&["one"]), &chat, ANSWER, |grade| {
        let grade = grade.expect("a grade");
        let all = grade.criteria.iter().chain(&grade.penalties);
        assert_eq!(all.filter(|one| one.source == Source::Llm).count(), 2);
    });
}

#[test]
fn the_question_and_endless_quotes_are_not_evidence() {
    let bank = shipped_bank();
    let question = bank.question(bank.entry("error-budget").expect("known")).expect("sound").prompt;
    let long = "one two three four five six seven eight nine ten ".repeat(12);
    let answer: &'static str = Box::leak(format!("{question} {long}").into_boxed_str());
    let quotes: [&'static str; 2] = [
        Box::leak(question.split_inclusive(['.', '?']).next().expect("a sentence").to_owned().into_boxed_str()),
        Box::leak(long.into_boxed_str()),
    ];
    let chat = Script::new(|_, request| Ok(verdicts(request, |place, _| ("full", quotes[place % 2]))));
    graded(&panel(&["one"]), &chat, answer, |grade| {
        let grade = grade.expect("a grade");
        assert!(grade.criteria.iter().all(|one| one.source == Source::Fallback), "{grade:#?}");
    });
}

#[test]
fn the_rounds_give_the_same_grade_without_a_chat() {
    let bank = shipped_bank();
    let entry = bank.entry("error-budget").expect("known");
    let scorer = bank.scorer(entry, &bank.vocabulary().expect("sound")).expect("sound");
    let brief = Brief::new(scorer.question(), &bank.samples(entry).expect("sound"));
    let answer = Answer::new("mine", ANSWER);
    let panel = Panel { samples: 2, escalates: true, ..panel(&["small", "large"]) };
    let say = |request: &Request| {
        verdicts(request, |place, _| match (request.judge.0, request.sample, place) {
            (0, 0, 0) => ("full", "We spend it on releases"),
            (1, ..) => ("partial", "The budget is what is left"),
            _ => ("none", ""),
        })
    };
    let chat = Script::new(|_, request| Ok(say(request)));
    let judge = Judge { panel: &panel, chat: &chat, count: &Words };
    let offline = scorer.fingerprint_of(&answer);
    let blocking = judge.grade(&scorer, &brief, &answer, offline, &mut Workspace::new()).expect("a grade");
    let mut workspace = Workspace::new();
    let mut rounds = Rounds::new(&panel, &Words, &scorer, &brief, &answer, offline, &mut workspace);
    let mut sizes = Vec::new();
    let grade = loop {
        match rounds.step() {
            Step::Done(grade) => break grade,
            Step::Ask(round) => {
                sizes.push(round.requests().len());
                let replies = chat.ask(round.requests());
                rounds = round.take(replies).expect("no halt");
            }
        }
    };
    assert_eq!(sizes, [2, 1]);
    assert_eq!(format!("{grade:?}"), format!("{blocking:?}"));
}

#[test]
fn a_transport_that_loses_a_reply_leaves_its_criteria_to_the_offline_scorer() {
    struct Silent;
    impl Chat for Silent {
        fn ask(&self, _: &[Request]) -> Vec<Result<Reply, Failure>> {
            Vec::new()
        }
    }
    graded(&panel(&["one"]), &Silent, ANSWER, |grade| {
        assert_eq!(grade.expect("a grade").fallback.as_deref(), Some("the judge gave no reply"));
    });
}
