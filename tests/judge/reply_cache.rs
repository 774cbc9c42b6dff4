//! Tests of the reply cache: hits, replay, clearing, and damaged files.

use std::fs;

use serde_json::Value;

use super::endpoint::{Action, Endpoint};
use super::judged_report::{judged, same_verdicts};
use super::network::fallback_reason;
use crate::support::{Gradus, HOME};

const GRADE: [&str; 8] = ["--bank", "bank", "grade", "answer.md", "--question", "undo-release", "--format", "json"];
const FILE: &str = ".cache/gradus/replies.sqlite";

fn approving_endpoint() -> Endpoint {
    Endpoint::new(|_, request| Action::Reply(same_verdicts(request, "full", "rolled the release back")))
}

fn first_run(endpoint: &Endpoint) -> Gradus {
    judged(&GRADE[2..], endpoint)
}

/// A command in the same folder with the judge at `url`.
fn next_run(run: &Gradus, url: &str, arguments: &[&str]) -> Gradus {
    run.again(GRADE.iter().chain(arguments)).env("GRADUS_LLM_BASE_URL", url).env("GRADUS_LLM_MODEL", "test-model")
}

#[test]
fn a_cached_reply_is_used_the_second_time() {
    let endpoint = approving_endpoint();
    let run = first_run(&endpoint);
    let (again, refreshed) = (next_run(&run, &endpoint.url(), &[]), next_run(&run, &endpoint.url(), &["--refresh"]));
    let out = run.run().success().out;
    assert_eq!(again.run().success().out, out);
    assert_eq!(endpoint.requests().len(), 1);
    assert_eq!(refreshed.run().success().out, out);
    assert_eq!(endpoint.requests().len(), 2, "--refresh asks again");
}

#[test]
fn a_refreshed_reply_replaces_the_cached_reply() {
    let endpoint = Endpoint::new(|number, request| {
        Action::Reply(same_verdicts(request, if number == 0 { "full" } else { "partial" }, "rolled the release back"))
    });
    let run = first_run(&endpoint);
    let (refreshed, again) = (next_run(&run, &endpoint.url(), &["--refresh"]), next_run(&run, &endpoint.url(), &[]));
    let before = run.run().success().json();
    let after = refreshed.run().success().json();
    assert_ne!(before["score"], after["score"]);
    assert_eq!(again.run().success().json(), after);
}

#[test]
fn another_model_answer_or_sampling_is_a_cache_miss() {
    let endpoint = approving_endpoint();
    let run = first_run(&endpoint);
    let url = endpoint.url();
    let others = [
        next_run(&run, &url, &["--model", "other"]),
        next_run(&run, &url, &["--temperature", "1"]),
        next_run(&run, &url, &["--max-tokens", "999"]),
        next_run(&run, &url, &["--no-references"]),
        next_run(&run, &url, &[]).env("GRADUS_LLM_SEED", "7"),
        next_run(&run, &url, &[]).file("other.md", "").env("GRADUS_LLM_CACHE", "other.sqlite"),
    ];
    run.run().success();
    for (number, other) in others.into_iter().enumerate() {
        other.run().success();
        assert_eq!(endpoint.requests().len(), number + 2);
    }
}

#[test]
fn failed_requests_are_not_cached() {
    let endpoint = Endpoint::new(|number, request| match number {
        0 => Action::Status(403, vec![], "no".to_owned()),
        _ => Action::Reply(same_verdicts(request, "full", "rolled the release back")),
    });
    let run = first_run(&endpoint);
    let again = next_run(&run, &endpoint.url(), &[]);
    assert_ne!(fallback_reason(&run.run().success()), "");
    assert_eq!(fallback_reason(&again.run().success()), "");
}

#[test]
fn replay_without_an_endpoint_gives_the_same_result() {
    let endpoint = approving_endpoint();
    let url = endpoint.url();
    let run = first_run(&endpoint);
    let [replayed, llm] = [&["--replay"][..], &["--replay", "--grader", "llm"]].map(|more| next_run(&run, &url, more));
    let out = run.run().success().out;
    drop(endpoint);
    for replayed in [replayed, llm] {
        assert_eq!(replayed.run().success().reports_nothing().out, out);
    }
}

#[test]
fn replay_works_without_a_key() {
    let endpoint = approving_endpoint();
    let with_key = |run: Gradus| run.env("GRADUS_LLM_API_KEY_ENV", "MINE");
    let run = with_key(first_run(&endpoint)).env("MINE", "sk-1");
    let replayed = with_key(next_run(&run, &endpoint.url(), &["--replay"]));
    let out = run.run().success().out;
    assert_eq!(replayed.run().success().out, out);
}

#[test]
fn a_conversation_of_several_turns_is_replayed() {
    let endpoint = Endpoint::new(|number, request| match number {
        0 => Action::Reply("I think it is rather good.".to_owned()),
        _ => Action::Reply(same_verdicts(request, "full", "rolled the release back")),
    });
    let run = first_run(&endpoint);
    let replayed = next_run(&run, &endpoint.url(), &["--replay"]);
    let out = run.run().success().out;
    assert_eq!(endpoint.requests().len(), 2);
    drop(endpoint);
    assert_eq!(replayed.run().success().out, out);
}

#[test]
fn a_cache_miss_in_replay_is_an_error_that_names_the_answer() {
    let endpoint = approving_endpoint();
    let run = first_run(&endpoint);
    let missing = next_run(&run, &endpoint.url(), &["--replay"]);
    let other = next_run(&run, &endpoint.url(), &["--replay", "--model", "other"]);
    run.run().success();
    other.run().failure().reports(&["no reply is cached for answer `answer", "to `undo-release`", "judge `other`"]);
    let missing = missing.file("answer.md", "We did something else.");
    missing.run().failure().reports(&[
        "no reply is cached for answer `answer",
        "to `undo-release`",
        "judge `test-model`",
    ]);
    let row = r#"{"id":"row-7","question":"stage-release","answer":"We wait."}"#;
    let batch = judged(&["batch", "rows.jsonl", "--replay"], &endpoint).file("rows.jsonl", row);
    batch.run().failure().reports(&["no replies are cached in "]);
    assert_eq!(endpoint.requests().len(), 1, "replay sends no request");
}

#[test]
fn a_cache_miss_in_batch_replay_names_the_row() {
    let endpoint = approving_endpoint();
    let row =
        |id: &str, answer: &str| format!("{{\"id\":\"{id}\",\"question\":\"undo-release\",\"answer\":\"{answer}\"}}\n");
    let kept = row("row-1", "We rolled the release back.");
    let run = judged(&["batch", "rows.jsonl"], &endpoint).file("rows.jsonl", &kept);
    let replay = ["--bank", "bank", "batch", "rows.jsonl", "--replay", "--base-url", &endpoint.url()];
    let replayed = run.again(replay.iter().chain(&["--model", "test-model"]));
    let missed = run.again(replay.iter().chain(&["--model", "test-model", "-o", "out.jsonl"]));
    let out = run.run().success().out;
    assert_eq!(replayed.run().success().out, out);
    let missed = missed.file("rows.jsonl", kept + &row("row-7", "We waited."));
    let ran = missed.run();
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    ran.reports(&["error: no reply is cached for answer `row-7` to `undo-release`, judge `test-model`"]);
    assert_eq!(endpoint.requests().len(), 1);
}

#[test]
fn replay_with_contradicting_options_is_an_error() {
    let endpoint = approving_endpoint();
    let run = || first_run(&endpoint);
    next_run(&run(), &endpoint.url(), &["--replay", "--refresh"]).run().failure();
    next_run(&run(), &endpoint.url(), &["--replay", "--grader", "offline"])
        .run()
        .failure()
        .reports(&["--replay needs the judge"]);
    run().again(GRADE.iter().chain(&["--replay"])).run().failure().reports(&["--replay needs the judge"]);
    next_run(&run(), &endpoint.url(), &["--replay"]).run().failure().reports(&["no replies are cached in "]);
}

#[test]
fn cached_replies_can_be_counted_and_cleared() {
    let endpoint = approving_endpoint();
    let run = first_run(&endpoint);
    let cache = |what: &str| run.again(["cache", what]);
    cache("path").run().success().prints(&[&format!("{HOME}/{FILE}\n")]);
    cache("stats").run().success().prints(&["no replies are cached"]);
    cache("clear").run().success().prints(&["no replies were cached"]);
    assert!(!run.path(FILE).exists(), "reading commands do not create the file");
    next_run(&run, &endpoint.url(), &[]).run().success();
    let reported = ["1 reply cached, ", "1  test-model", "their requests used 100 prompt tokens and 20 reply tokens"];
    cache("stats").run().success().prints(&reported);
    next_run(&run, &endpoint.url(), &["--model", "other"]).run().success();
    cache("stats").run().success().prints(&["2 replies cached, ", "1  other", "200 prompt tokens and 40 reply tokens"]);
    cache("clear").run().success().prints(&["2 replies deleted"]);
    cache("stats").run().success().prints(&["0 replies cached"]);
    next_run(&run, &endpoint.url(), &["--replay"]).run().failure().reports(&["no reply is cached for"]);
    next_run(&run, &endpoint.url(), &[]).run().success();
    assert_eq!(endpoint.requests().len(), 3, "cleared replies are requested again");
    cache("path").env("GRADUS_LLM_CACHE", "/elsewhere/r.sqlite").run().success().prints(&["/elsewhere/r.sqlite\n"]);
}

/// Damages the bytes of a file.
type Spoil<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

#[test]
fn a_damaged_cache_is_set_aside_and_grading_continues() {
    let noise: Vec<u8> = (0..9000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let whole = |_: &[u8]| noise.clone();
    let middle =
        |bytes: &[u8]| [&bytes[..100], &noise[..bytes.len().min(9000) - 100], &bytes[bytes.len().min(9000)..]].concat();
    let spoils: [(&str, Spoil<'_>); 3] = [("garbage", &whole), ("cut", &half), ("spoilt", &middle)];
    for (what, spoil) in spoils {
        let endpoint = approving_endpoint();
        let run = first_run(&endpoint);
        let (damaged, after) = (next_run(&run, &endpoint.url(), &[]), next_run(&run, &endpoint.url(), &[]));
        let (path, stats) = (run.path(FILE), run.again(["cache", "stats"]));
        let out = run.run().success().out;
        let bytes = spoil(&fs::read(&path).expect("reads"));
        fs::write(&path, &bytes).expect("writes");
        let ran = damaged.run().success();
        assert_eq!(ran.out, out, "{what}");
        assert_eq!(endpoint.requests().len(), 2, "{what}");
        assert!(ran.err.contains("the cached replies were damaged and are now in "), "{what}: {}", ran.err);
        let aside = path.with_file_name("replies.sqlite.damaged-1");
        assert_eq!(fs::read(aside).expect("the reply is cached"), bytes, "{what}");
        assert_eq!(after.run().success().reports_nothing().out, out, "{what}");
        assert_eq!(endpoint.requests().len(), 2, "new replies are cached");
        stats.run().success().prints(&["1 reply cached"]);
    }
}

#[test]
fn cache_commands_that_only_read_report_a_damaged_cache() {
    let endpoint = approving_endpoint();
    let run = first_run(&endpoint).file(FILE, "this is no database, ".repeat(1000));
    let replayed = next_run(&run, &endpoint.url(), &["--replay"]);
    let before = fs::read(run.path(FILE)).expect("reads");
    let path = run.path(FILE);
    run.again(["cache", "stats"]).run().failure().reports(&["replies.sqlite"]);
    replayed.run().failure().reports(&["replies.sqlite"]);
    assert_eq!(fs::read(path).expect("reads"), before);
    run.again(["cache", "clear"]).run().success();
}

#[test]
fn grading_works_without_a_writable_cache() {
    for place in ["answer.md/replies.sqlite", "/proc/none/replies.sqlite"] {
        let endpoint = approving_endpoint();
        let run = first_run(&endpoint).env("GRADUS_LLM_CACHE", place);
        let ran = run.run().success().reports(&["replies are not cached: "]);
        assert_eq!((fallback_reason(&ran), endpoint.requests().len()), (String::new(), 1), "{place}");
    }
}

#[test]
fn a_chosen_cache_file_that_is_not_a_cache_is_an_error_and_stays_unchanged() {
    let endpoint = approving_endpoint();
    let run = first_run(&endpoint).file("notes.txt", "my notes").folder("folder");
    let before = fs::read_dir(run.path("")).expect("reads").count();
    for (place, reported) in
        [("notes.txt", "notes.txt is not a reply cache"), ("folder", "folder is a folder, not a reply cache")]
    {
        for arguments in [&GRADE[..], &["cache", "clear"], &["cache", "stats"]] {
            let ran = run.again(arguments).env("GRADUS_LLM_CACHE", place).env("GRADUS_LLM_BASE_URL", &endpoint.url());
            let ran = ran.env("GRADUS_LLM_MODEL", "test-model").run().failure();
            if arguments != ["cache", "stats"] {
                ran.reports(&[reported, "hint: "]);
            }
        }
    }
    assert_eq!(fs::read(run.path("notes.txt")).expect("reads"), b"my notes");
    assert_eq!(fs::read_dir(run.path("")).expect("reads").count(), before);
    assert_eq!(endpoint.requests().len(), 0);
}

#[test]
fn a_read_only_cache_is_used_without_adding_replies() {
    let endpoint = approving_endpoint();
    let run = first_run(&endpoint);
    let again = next_run(&run, &endpoint.url(), &[]);
    let other = next_run(&run, &endpoint.url(), &["--model", "other"]);
    let lock = run.path(&format!("{FILE}.lock"));
    let out = run.run().success().out;
    // A folder in place of the file cannot be opened for writing, not even by root.
    fs::remove_file(&lock).and_then(|()| fs::create_dir(&lock)).expect("a folder in place of the lock");
    let ran = again.run().success().reports(&["cached replies are used and new ones are not cached: cannot create "]);
    assert_eq!((ran.out, endpoint.requests().len()), (out, 1));
    let ran = other.run().success();
    assert_eq!(
        (fallback_reason(&ran), ran.err.matches("cached").count(), endpoint.requests().len()),
        (String::new(), 2, 2)
    );
}

#[test]
#[cfg(unix)]
fn grading_works_with_a_cache_in_a_read_only_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let endpoint = approving_endpoint();
    let run = first_run(&endpoint).folder("closed").env("GRADUS_LLM_CACHE", "closed/replies.sqlite");
    let (folder, _work_dir) = (run.path("closed"), run.again([""]));
    let allow = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("the test owns the file");
    allow(0o500);
    let can_write_anyway = fs::write(folder.join("probe"), "").is_ok(); // true for root
    let ran = run.run().success();
    allow(0o700);
    assert_eq!((fallback_reason(&ran), endpoint.requests().len()), (String::new(), 1));
    assert_eq!(ran.err.contains("replies are not cached: "), !can_write_anyway, "{}", ran.err);
}

#[test]
fn a_cached_reply_reports_its_original_tokens_and_cost() {
    let endpoint = approving_endpoint();
    let run = first_run(&endpoint);
    let priced = ["--price-prompt", "1000", "--price-completion", "2000"];
    let (again, usage) = (next_run(&run, &endpoint.url(), &priced), |ran: &Value| ran["usage"].clone());
    let first = usage(&run.run().success().json());
    let again = usage(&again.run().success().json());
    assert_eq!((&first["prompt_tokens"], &first["completion_tokens"]), (&100.into(), &20.into()));
    assert_eq!((&again["prompt_tokens"], &again["completion_tokens"]), (&100.into(), &20.into()));
    assert!(again["cost"].as_f64().is_some_and(|cost| (cost - 0.14).abs() < 1e-9), "{again}");
}
