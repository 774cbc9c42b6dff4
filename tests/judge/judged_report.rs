//! A test of one judged answer, from the command line to the report.

use super::endpoint::{Action, ChatRequest, Endpoint, verdicts_by_id};
use crate::cli::tiny_bank::tiny;
use crate::support::Gradus;

/// Verdicts with this credit and quote for the first two criteria, the maximum for one passage. The other criteria get
/// no credit.
pub(super) fn same_verdicts(request: &ChatRequest, credit: &str, quote: &str) -> String {
    let ids = request.criteria();
    let verdict = |(place, id): (usize, &'_ String)| {
        let (credit, quote) = if place < 2 { (credit, quote) } else { ("none", "") };
        (id.clone(), credit.to_owned(), quote.to_owned())
    };
    let all: Vec<_> = ids.iter().enumerate().map(verdict).collect();
    let all: Vec<_> =
        all.iter().map(|(id, credit, quote)| (id.as_str(), credit.as_str(), quote.as_str(), "it says so")).collect();
    verdicts_by_id(&request.token(), &all)
}

/// Verdicts with this credit for all criteria. The quotes are used in turn, because one passage decides at most two
/// criteria.
pub(super) fn verdicts_with_quotes(request: &ChatRequest, credit: &str, quotes: &[&str]) -> String {
    let ids = request.criteria();
    let all: Vec<_> =
        ids.iter().zip(quotes.iter().cycle()).map(|(id, quote)| (id.as_str(), credit, *quote, "it says so")).collect();
    verdicts_by_id(&request.token(), &all)
}

/// The program in a folder with the tiny bank, with the judge at `endpoint`.
pub(super) fn judged(arguments: &[&str], endpoint: &Endpoint) -> Gradus {
    tiny(arguments.iter().copied())
        .env("GRADUS_LLM_BASE_URL", &endpoint.url())
        .env("GRADUS_LLM_MODEL", "test-model")
        .env("GRADUS_LLM_ATTEMPTS", "2")
}

const QUOTES: [&str; 3] = ["rolled the release back", "within five minutes", "and told support at once"];

#[test]
fn a_judged_report_shows_verdicts_with_quotes() {
    let endpoint = Endpoint::new(|_, request| Action::Reply(verdicts_with_quotes(request, "full", &QUOTES)));
    let ran = judged(&["grade", "a.md", "--format", "json"], &endpoint)
        .file("a.md", "We rolled the release back within five minutes, and told support at once.")
        .run()
        .success();
    let grade = ran.json();
    assert_eq!(grade["grader"]["kind"], "llm", "{grade}");
    for criterion in grade["criteria"].as_array().expect("criteria") {
        assert_eq!((&criterion["source"], &criterion["status"]), (&"llm".into(), &"met".into()));
        let quote = criterion["evidence"][0]["quote"].as_str().expect("a quote");
        assert!(QUOTES.contains(&quote), "{grade}");
    }
    assert_eq!(endpoint.requests().len(), 1);
}
