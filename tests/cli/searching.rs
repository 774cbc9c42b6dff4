//! Tests of `gradus search`.

use serde_json::Value;

use super::tiny_bank::{BANK, tiny};

fn passages(words: &str, limit: &str) -> Vec<Value> {
    let found = tiny(["search", words, "--limit", limit, "--format", "json"]).run().success().json();
    found.as_array().expect("a list").clone()
}

#[test]
fn a_search_without_words_is_an_error() {
    for words in ["", " \t", "?!"] {
        let ran = tiny(["search", words]).run().failure();
        ran.reports(&[
            "error: no words to search for\nhint: name words that an answer contains, such as \"restore test\"",
        ]);
    }
}

#[test]
fn passages_are_shown_with_highlighted_query_words() {
    let ran = tiny(["search", "owner"]).run().success().reports_nothing();
    let text = ran.prints(&["undo-release (strong sample)\n", "[owner]"]).out;
    assert!(text.lines().skip(1).all(|line| line.is_empty() || line.starts_with("  ")), "{text}");
}

#[test]
fn other_forms_of_a_word_are_found_and_highlighted() {
    tiny(["search", "restoring backup"]).run().success().prints(&["[restores]", "[backup]", "[backups]"]);
}

#[test]
fn highlights_are_offsets_into_the_passage() {
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
fn the_best_passages_come_first_up_to_the_limit() {
    let scores: Vec<f64> =
        passages("backup rows", "5").iter().filter_map(|passage| passage["score"].as_f64()).collect();
    assert!(scores.len() > 1 && scores.is_sorted_by(|one, next| one >= next), "{scores:?}");
    assert_eq!(passages("backup rows", "1").len(), 1);
}

#[test]
fn finding_no_passage_exits_with_1() {
    for words in ["zebra", "zebra giraffe"] {
        let ran = tiny(["search", words])
            .run()
            .check_failed()
            .reports(&["note: no sample answer contains these words; try other words"]);
        assert_eq!(ran.out, "");
        assert_eq!(tiny(["search", words, "--format", "json"]).run().check_failed().json(), serde_json::json!([]));
    }
}

#[test]
fn query_operators_are_searched_as_plain_words() {
    for words in ["\"backup", "backup AND (", "level:backup", "backup*~2 ^[", "+backup -backup"] {
        tiny(["search", words]).run().success().prints(&["[backup"]);
    }
}

#[test]
fn a_bank_folder_is_indexed_once_and_again_when_it_changes() {
    let gradus = tiny(["search", "giraffe"]).file("bank/corpus/delivery/stage-release.md", SAMPLE);
    gradus.run().success().prints(&["[giraffe]"]);
    tiny(["search", "giraffe"]).run().check_failed();
}

#[test]
fn an_unwritable_cache_folder_is_reported_and_search_still_works() {
    tiny(["search", "owner"])
        .file(".cache", "a file, no folder")
        .run()
        .success()
        .prints(&["[owner]"])
        .reports(&["note: cannot keep"]);
}

#[test]
fn searching_a_bank_without_samples_finds_nothing() {
    crate::support::gradus(["--bank", "bank", "search", "release"]).files(&BANK[..3]).run().check_failed();
}

const SAMPLE: &str = "+++\nquestion = \"stage-release\"\n+++\n\n## weak\n\nA giraffe looks at the canary.\n";
