//! One answer, from the command line to the report.

use super::endpoint::{Act, Asked, Endpoint, keyed_verdicts};
use crate::cli::tiny::tiny;
use crate::support::Gradus;

/// Verdicts that give this credit with that quote to as many criteria as one passage may decide, and none to the others.
pub(super) fn all(asked: &Asked, credit: &str, quote: &str) -> String {
    let ids = asked.criteria();
    let verdict = |(place, id): (usize, &'_ String)| {
        let (credit, quote) = if place < 2 { (credit, quote) } else { ("none", "") };
        (id.clone(), credit.to_owned(), quote.to_owned())
    };
    let all: Vec<_> = ids.iter().enumerate().map(verdict).collect();
    let all: Vec<_> =
        all.iter().map(|(id, credit, quote)| (id.as_str(), credit.as_str(), quote.as_str(), "it says so")).collect();
    keyed_verdicts(&asked.token(), &all)
}

/// The same with one quote after the other, since one passage does not decide everything.
pub(super) fn each(asked: &Asked, credit: &str, quotes: &[&str]) -> String {
    let ids = asked.criteria();
    let all: Vec<_> =
        ids.iter().zip(quotes.iter().cycle()).map(|(id, quote)| (id.as_str(), credit, *quote, "it says so")).collect();
    keyed_verdicts(&asked.token(), &all)
}

/// The program with a judge at that endpoint.
pub(super) fn judged(arguments: &[&str], endpoint: &Endpoint) -> Gradus {
    tiny(arguments.iter().copied())
        .env("GRADUS_LLM_BASE_URL", &endpoint.url())
        .env("GRADUS_LLM_MODEL", "test-model")
        .env("GRADUS_LLM_ATTEMPTS", "2")
}

const QUOTES: [&str; 3] = ["rolled the release back", "within five minutes", "and told support at once"];

#[test]
fn a_judge_decides_and_is_quoted() {
    let endpoint = Endpoint::new(|_, asked| Act::Say(each(asked, "full", &QUOTES)));
    let ran = judged(&["grade", "a.md", "--format", "json"], &endpoint)
        .file("a.md", "We rolled the release back within five minutes, and told support at once.")
        .run()
        .done();
    let grade = ran.json();
    assert_eq!(grade["grader"]["kind"], "llm", "{grade}");
    for criterion in grade["criteria"].as_array().expect("criteria") {
        assert_eq!((&criterion["source"], &criterion["status"]), (&"llm".into(), &"met".into()));
        let quote = criterion["evidence"][0]["quote"].as_str().expect("a quote");
        assert!(QUOTES.contains(&quote), "{grade}");
    }
    assert_eq!(endpoint.asked().len(), 1);
}
