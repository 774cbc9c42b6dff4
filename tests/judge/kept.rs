//! Replies that are kept: used again, replayed, cleared, damaged.

use std::fs;

use serde_json::Value;

use super::endpoint::{Act, Endpoint};
use super::network::fallback;
use super::whole::{all, judged};
use crate::support::{Gradus, HOME};

const GRADE: [&str; 8] = ["--bank", "bank", "grade", "answer.md", "--question", "undo-release", "--format", "json"];
const FILE: &str = ".cache/gradus/replies.sqlite";

fn content() -> Endpoint {
    Endpoint::new(|_, asked| Act::Say(all(asked, "full", "rolled the release back")))
}

fn first(endpoint: &Endpoint) -> Gradus {
    judged(&GRADE[2..], endpoint)
}

/// Once more in the same folder, with the same judge.
fn next(run: &Gradus, url: &str, arguments: &[&str]) -> Gradus {
    run.again(GRADE.iter().chain(arguments)).env("GRADUS_LLM_BASE_URL", url).env("GRADUS_LLM_MODEL", "test-model")
}

#[test]
fn a_reply_is_used_the_second_time() {
    let endpoint = content();
    let run = first(&endpoint);
    let (again, refreshed) = (next(&run, &endpoint.url(), &[]), next(&run, &endpoint.url(), &["--refresh"]));
    let out = run.run().done().out;
    assert_eq!(again.run().done().out, out);
    assert_eq!(endpoint.asked().len(), 1);
    assert_eq!(refreshed.run().done().out, out);
    assert_eq!(endpoint.asked().len(), 2, "--refresh asks again");
}

#[test]
fn what_is_asked_anew_takes_the_place_of_what_was_kept() {
    let endpoint = Endpoint::new(|number, asked| {
        Act::Say(all(asked, if number == 0 { "full" } else { "partial" }, "rolled the release back"))
    });
    let run = first(&endpoint);
    let (refreshed, again) = (next(&run, &endpoint.url(), &["--refresh"]), next(&run, &endpoint.url(), &[]));
    let before = run.run().done().json();
    let after = refreshed.run().done().json();
    assert_ne!(before["score"], after["score"]);
    assert_eq!(again.run().done().json(), after);
}

#[test]
fn another_model_answer_or_sampling_is_asked_for() {
    let endpoint = content();
    let run = first(&endpoint);
    let url = endpoint.url();
    let others = [
        next(&run, &url, &["--model", "other"]),
        next(&run, &url, &["--temperature", "1"]),
        next(&run, &url, &["--max-tokens", "999"]),
        next(&run, &url, &["--no-references"]),
        next(&run, &url, &[]).env("GRADUS_LLM_SEED", "7"),
        next(&run, &url, &[]).file("other.md", "").env("GRADUS_LLM_CACHE", "other.sqlite"),
    ];
    run.run().done();
    for (number, other) in others.into_iter().enumerate() {
        other.run().done();
        assert_eq!(endpoint.asked().len(), number + 2);
    }
}

#[test]
fn failures_are_not_kept() {
    let endpoint = Endpoint::new(|number, asked| match number {
        0 => Act::Status(403, vec![], "no".to_owned()),
        _ => Act::Say(all(asked, "full", "rolled the release back")),
    });
    let run = first(&endpoint);
    let again = next(&run, &endpoint.url(), &[]);
    assert_ne!(fallback(&run.run().done()), "");
    assert_eq!(fallback(&again.run().done()), "");
}

#[test]
fn replay_needs_no_endpoint_and_gives_the_same_bytes() {
    let endpoint = content();
    let url = endpoint.url();
    let run = first(&endpoint);
    let [replayed, llm] = [&["--replay"][..], &["--replay", "--grader", "llm"]].map(|more| next(&run, &url, more));
    let out = run.run().done().out;
    drop(endpoint);
    for replayed in [replayed, llm] {
        assert_eq!(replayed.run().done().tells_nothing().out, out);
    }
}

#[test]
fn replay_needs_no_key() {
    let endpoint = content();
    let with_key = |run: Gradus| run.env("GRADUS_LLM_API_KEY_ENV", "MINE");
    let run = with_key(first(&endpoint)).env("MINE", "sk-1");
    let replayed = with_key(next(&run, &endpoint.url(), &["--replay"]));
    let out = run.run().done().out;
    assert_eq!(replayed.run().done().out, out);
}

#[test]
fn a_conversation_of_several_turns_is_replayed() {
    let endpoint = Endpoint::new(|number, asked| match number {
        0 => Act::Say("I think it is rather good.".to_owned()),
        _ => Act::Say(all(asked, "full", "rolled the release back")),
    });
    let run = first(&endpoint);
    let replayed = next(&run, &endpoint.url(), &["--replay"]);
    let out = run.run().done().out;
    assert_eq!(endpoint.asked().len(), 2);
    drop(endpoint);
    assert_eq!(replayed.run().done().out, out);
}

#[test]
fn a_miss_of_replay_is_named() {
    let endpoint = content();
    let run = first(&endpoint);
    let missing = next(&run, &endpoint.url(), &["--replay"]);
    let other = next(&run, &endpoint.url(), &["--replay", "--model", "other"]);
    run.run().done();
    other.run().refused().tells(&["no reply is kept for answer `answer", "to `undo-release`", "judge `other`"]);
    let missing = missing.file("answer.md", "We did something else.");
    missing.run().refused().tells(&["no reply is kept for answer `answer", "to `undo-release`", "judge `test-model`"]);
    let row = r#"{"id":"row-7","question":"stage-release","answer":"We wait."}"#;
    let batch = judged(&["batch", "rows.jsonl", "--replay"], &endpoint).file("rows.jsonl", row);
    batch.run().refused().tells(&["no replies are kept in "]);
    assert_eq!(endpoint.asked().len(), 1, "replay asks nothing");
}

#[test]
fn a_row_that_is_missed_is_named() {
    let endpoint = content();
    let row =
        |id: &str, answer: &str| format!("{{\"id\":\"{id}\",\"question\":\"undo-release\",\"answer\":\"{answer}\"}}\n");
    let kept = row("row-1", "We rolled the release back.");
    let run = judged(&["batch", "rows.jsonl"], &endpoint).file("rows.jsonl", &kept);
    let replay = ["--bank", "bank", "batch", "rows.jsonl", "--replay", "--base-url", &endpoint.url()];
    let replayed = run.again(replay.iter().chain(&["--model", "test-model"]));
    let missed = run.again(replay.iter().chain(&["--model", "test-model", "-o", "out.jsonl"]));
    let out = run.run().done().out;
    assert_eq!(replayed.run().done().out, out);
    let missed = missed.file("rows.jsonl", kept + &row("row-7", "We waited."));
    let ran = missed.run();
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    ran.tells(&["error: no reply is kept for answer `row-7` to `undo-release`, judge `test-model`"]);
    assert_eq!(endpoint.asked().len(), 1);
}

#[test]
fn replay_beside_what_contradicts_it_is_refused() {
    let endpoint = content();
    let run = || first(&endpoint);
    next(&run(), &endpoint.url(), &["--replay", "--refresh"]).run().refused();
    next(&run(), &endpoint.url(), &["--replay", "--grader", "offline"])
        .run()
        .refused()
        .tells(&["--replay needs the judge"]);
    run().again(GRADE.iter().chain(&["--replay"])).run().refused().tells(&["--replay needs the judge"]);
    next(&run(), &endpoint.url(), &["--replay"]).run().refused().tells(&["no replies are kept in "]);
}

#[test]
fn the_kept_replies_are_counted_and_forgotten() {
    let endpoint = content();
    let run = first(&endpoint);
    let cache = |what: &str| run.again(["cache", what]);
    cache("path").run().done().prints(&[&format!("{HOME}/{FILE}\n")]);
    cache("stats").run().done().prints(&["no replies are kept"]);
    cache("clear").run().done().prints(&["no replies were kept"]);
    assert!(!run.path(FILE).exists(), "looking makes no file");
    next(&run, &endpoint.url(), &[]).run().done();
    let told = ["1 reply kept, ", "1  test-model", "they took 100 tokens of prompts and 20 of replies"];
    cache("stats").run().done().prints(&told);
    next(&run, &endpoint.url(), &["--model", "other"]).run().done();
    cache("stats").run().done().prints(&["2 replies kept, ", "1  other", "200 tokens of prompts and 40 of replies"]);
    cache("clear").run().done().prints(&["2 replies forgotten"]);
    cache("stats").run().done().prints(&["0 replies kept"]);
    next(&run, &endpoint.url(), &["--replay"]).run().refused().tells(&["no reply is kept for"]);
    next(&run, &endpoint.url(), &[]).run().done();
    assert_eq!(endpoint.asked().len(), 3, "what was forgotten is asked again");
    cache("path").env("GRADUS_LLM_CACHE", "/elsewhere/r.sqlite").run().done().prints(&["/elsewhere/r.sqlite\n"]);
}

/// Makes damaged bytes of whole ones.
type Spoil<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

#[test]
fn a_damaged_file_is_set_aside_and_the_grade_is_made() {
    let noise: Vec<u8> = (0..9000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let whole = |_: &[u8]| noise.clone();
    let middle =
        |bytes: &[u8]| [&bytes[..100], &noise[..bytes.len().min(9000) - 100], &bytes[bytes.len().min(9000)..]].concat();
    let spoils: [(&str, Spoil<'_>); 3] = [("garbage", &whole), ("cut", &half), ("spoilt", &middle)];
    for (what, spoil) in spoils {
        let endpoint = content();
        let run = first(&endpoint);
        let (damaged, after) = (next(&run, &endpoint.url(), &[]), next(&run, &endpoint.url(), &[]));
        let (path, stats) = (run.path(FILE), run.again(["cache", "stats"]));
        let out = run.run().done().out;
        let bytes = spoil(&fs::read(&path).expect("reads"));
        fs::write(&path, &bytes).expect("writes");
        let ran = damaged.run().done();
        assert_eq!(ran.out, out, "{what}");
        assert_eq!(endpoint.asked().len(), 2, "{what}");
        assert!(ran.err.contains("the kept replies were damaged; they stand in "), "{what}: {}", ran.err);
        let aside = path.with_file_name("replies.sqlite.damaged-1");
        assert_eq!(fs::read(aside).expect("it is kept"), bytes, "{what}");
        assert_eq!(after.run().done().tells_nothing().out, out, "{what}");
        assert_eq!(endpoint.asked().len(), 2, "new ones are kept");
        stats.run().done().prints(&["1 reply kept"]);
    }
}

#[test]
fn a_damaged_file_is_told_by_those_who_only_read() {
    let endpoint = content();
    let run = first(&endpoint).file(FILE, "this is no database, ".repeat(1000));
    let replayed = next(&run, &endpoint.url(), &["--replay"]);
    let before = fs::read(run.path(FILE)).expect("reads");
    let path = run.path(FILE);
    run.again(["cache", "stats"]).run().refused().tells(&["replies.sqlite"]);
    replayed.run().refused().tells(&["replies.sqlite"]);
    assert_eq!(fs::read(path).expect("reads"), before);
    run.again(["cache", "clear"]).run().done();
}

#[test]
fn where_nothing_can_be_kept_the_grade_is_made() {
    for place in ["answer.md/replies.sqlite", "/proc/none/replies.sqlite"] {
        let endpoint = content();
        let run = first(&endpoint).env("GRADUS_LLM_CACHE", place);
        let ran = run.run().done().tells(&["replies are not kept: "]);
        assert_eq!((fallback(&ran), endpoint.asked().len()), (String::new(), 1), "{place}");
    }
}

#[test]
fn a_chosen_file_that_is_not_a_cache_is_an_error_and_stays() {
    let endpoint = content();
    let run = first(&endpoint).file("notes.txt", "my notes").folder("folder");
    let before = fs::read_dir(run.path("")).expect("reads").count();
    for (place, told) in [
        ("notes.txt", "notes.txt is not a reply cache; choose another file"),
        ("folder", "folder is a folder, not a reply cache; choose another file"),
    ] {
        for arguments in [&GRADE[..], &["cache", "clear"], &["cache", "stats"]] {
            let ran = run.again(arguments).env("GRADUS_LLM_CACHE", place).env("GRADUS_LLM_BASE_URL", &endpoint.url());
            let ran = ran.env("GRADUS_LLM_MODEL", "test-model").run().refused();
            if arguments != ["cache", "stats"] {
                ran.tells(&[told, "hint: "]);
            }
        }
    }
    assert_eq!(fs::read(run.path("notes.txt")).expect("reads"), b"my notes");
    assert_eq!(fs::read_dir(run.path("")).expect("reads").count(), before);
    assert_eq!(endpoint.asked().len(), 0);
}

#[test]
fn kept_replies_are_used_where_no_new_ones_can_be_kept() {
    let endpoint = content();
    let run = first(&endpoint);
    let again = next(&run, &endpoint.url(), &[]);
    let other = next(&run, &endpoint.url(), &["--model", "other"]);
    let lock = run.path(&format!("{FILE}.lock"));
    let out = run.run().done().out;
    // Nobody can lock a folder for writing, not even root.
    fs::remove_file(&lock).and_then(|()| fs::create_dir(&lock)).expect("a folder in place of the lock");
    let ran = again.run().done().tells(&["kept replies are used and new ones are not kept: cannot make "]);
    assert_eq!((ran.out, endpoint.asked().len()), (out, 1));
    let ran = other.run().done();
    assert_eq!((fallback(&ran), ran.err.matches("kept").count(), endpoint.asked().len()), (String::new(), 2, 2));
}

#[test]
#[cfg(unix)]
fn in_a_folder_that_may_only_be_read_the_grade_is_made() {
    use std::os::unix::fs::PermissionsExt as _;
    let endpoint = content();
    let run = first(&endpoint).folder("closed").env("GRADUS_LLM_CACHE", "closed/replies.sqlite");
    let (folder, _desk) = (run.path("closed"), run.again([""]));
    let allow = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("it is ours");
    allow(0o500);
    let may_write_all_the_same = fs::write(folder.join("probe"), "").is_ok(); // whoever is root
    let ran = run.run().done();
    allow(0o700);
    assert_eq!((fallback(&ran), endpoint.asked().len()), (String::new(), 1));
    assert_eq!(ran.err.contains("replies are not kept: "), !may_write_all_the_same, "{}", ran.err);
}

#[test]
fn the_grade_names_what_was_used_from_what_is_kept() {
    let endpoint = content();
    let run = first(&endpoint);
    let priced = ["--price-prompt", "1000", "--price-completion", "2000"];
    let (again, usage) = (next(&run, &endpoint.url(), &priced), |ran: &Value| ran["usage"].clone());
    let first = usage(&run.run().done().json());
    let again = usage(&again.run().done().json());
    assert_eq!((&first["prompt_tokens"], &first["completion_tokens"]), (&100.into(), &20.into()));
    assert_eq!((&again["prompt_tokens"], &again["completion_tokens"]), (&100.into(), &20.into()));
    assert!(again["cost"].as_f64().is_some_and(|cost| (cost - 0.14).abs() < 1e-9), "{again}");
}
