//! `search`: passages of sample answers.

use serde_json::Value;

use super::tiny::{BANK, tiny};

fn passages(words: &str, limit: &str) -> Vec<Value> {
    let found = tiny(["search", words, "--limit", limit, "--format", "json"]).run().done().json();
    found.as_array().expect("a list").clone()
}

#[test]
fn passages_are_shown_with_the_words_that_were_looked_for() {
    let ran = tiny(["search", "owner"]).run().done().tells_nothing();
    let text = ran.prints(&["undo-release (strong sample)\n", "[owner]"]).out;
    assert!(text.lines().skip(1).all(|line| line.is_empty() || line.starts_with("  ")), "{text}");
}

#[test]
fn other_forms_of_a_word_are_found_and_highlighted() {
    tiny(["search", "restoring backup"]).run().done().prints(&["[restores]", "[backup]", "[backups]"]);
}

#[test]
fn highlights_are_places_in_the_passage() {
    let found = passages("backups", "5");
    assert_eq!(found.len(), 2, "{found:?}");
    for passage in &found {
        let text = passage["text"].as_str().expect("text");
        let highlights = passage["highlights"].as_array().expect("a list");
        assert!(!highlights.is_empty());
        for highlight in highlights {
            let at = |key: &str| usize::try_from(highlight[key].as_u64().expect("an offset")).expect("an offset");
            assert!(["backup", "backups"].contains(&&text[at("start")..at("end")]), "{passage:#}");
        }
    }
}

#[test]
fn the_best_come_first_and_no_more_than_asked_for() {
    let scores: Vec<f64> =
        passages("backup rows", "5").iter().filter_map(|passage| passage["score"].as_f64()).collect();
    assert!(scores.len() > 1 && scores.is_sorted_by(|one, next| one >= next), "{scores:?}");
    assert_eq!(passages("backup rows", "1").len(), 1);
}

#[test]
fn finding_nothing_ends_with_1() {
    for words in ["zebra", "", "!?"] {
        let ran = tiny(["search", words]).run().found().tells(&["note: no sample answer says that; try other words"]);
        assert_eq!(ran.out, "");
        assert_eq!(tiny(["search", words, "--format", "json"]).run().found().json(), serde_json::json!([]));
    }
}

#[test]
fn words_are_words_and_no_query_language() {
    for words in ["\"backup", "backup AND (", "level:backup", "backup*~2 ^[", "+backup -backup"] {
        tiny(["search", words]).run().done().prints(&["[backup"]);
    }
}

#[test]
fn a_bank_in_a_folder_is_indexed_once_and_anew_when_it_changes() {
    let gradus = tiny(["search", "giraffe"]).file("bank/corpus/delivery/stage-release.md", SAMPLE);
    gradus.run().done().prints(&["[giraffe]"]);
    tiny(["search", "giraffe"]).run().found();
}

#[test]
fn a_cache_folder_that_cannot_be_written_is_told_and_does_no_harm() {
    tiny(["search", "owner"])
        .file(".cache", "a file, no folder")
        .run()
        .done()
        .prints(&["[owner]"])
        .tells(&["note: cannot keep"]);
}

#[test]
fn a_bank_without_samples_has_nothing_to_search() {
    crate::support::gradus(["--bank", "bank", "search", "release"]).files(&BANK[..3]).run().found();
}

const SAMPLE: &str = "+++\nquestion = \"stage-release\"\n+++\n\n## weak\n\nA giraffe looks at the canary.\n";
