//! The scripted server as a judge for benchmarks: it replies to each request after the same pause.
//!
//! Each reply gives full credit for two of the requested criteria, with quotes from the answer, and none for the others.

use std::thread;
use std::time::Duration;

use gradus_testing::server::{Action, ChatRequest, Endpoint, verdicts};

/// Words of a quote.
const QUOTE: usize = 10;

/// Prints the address of the server and replies to each request after `pause`, until the process is killed.
pub(crate) fn serve_for_ever(pause: Duration) {
    let endpoint = Endpoint::new(move |_, request| Action::After(pause, Box::new(Action::Reply(reply(request)))));
    let endpoint = endpoint.without_history();
    println!("{}", endpoint.url());
    loop {
        thread::park();
    }
}

fn reply(request: &ChatRequest) -> String {
    let (criteria, answer) = (request.criteria(), request.answer());
    let words: Vec<&str> = answer.split_whitespace().take(2 * QUOTE).collect();
    let quotes: Vec<String> = words.chunks(QUOTE).map(|words| words.join(" ")).collect();
    let verdict = |(place, id): (usize, &String)| match quotes.get(place) {
        Some(quote) => (id.clone(), "full", quote.clone(), "it is said"),
        None => (id.clone(), "none", String::new(), "it is not said"),
    };
    let all: Vec<_> = criteria.iter().enumerate().map(verdict).collect();
    let all: Vec<_> = all.iter().map(|(id, credit, quote, why)| (&**id, *credit, &**quote, *why)).collect();
    verdicts(&request.token(), &all)
}
