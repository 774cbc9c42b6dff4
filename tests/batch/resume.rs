//! Tests of running a batch again: unchanged rows are not graded again, and foreign files are not overwritten.

use std::fs;

use super::rows::{batch, rows};
use crate::cli::tiny_bank::{UNDO_RELEASE, tiny};
use crate::support::{Gradus, RunOutput};

const RUN: [&str; 6] = ["--bank", "bank", "batch", "rows.jsonl", "-o", "out.jsonl"];

/// Runs a batch of `count` rows to its end. Returns the same command again, ready to run in the same folder.
fn finished_run(count: usize) -> Gradus {
    let first = batch(count, &["rows.jsonl", "-o", "out.jsonl"]);
    let next = first.again(RUN);
    first.run().success();
    next
}

/// Panics unless the results equal those of a run in an empty folder.
#[track_caller]
fn assert_same_as_fresh_run(next: &Gradus) {
    let fresh_run = next.again(["--bank", "bank", "batch", "rows.jsonl"]).run().out;
    assert_eq!(fs::read_to_string(next.path("out.jsonl")).expect("reads"), fresh_run);
}

fn counts_line(ran: &RunOutput) -> &str {
    ran.out.lines().nth(1).unwrap_or_default()
}

#[test]
fn a_rerun_without_changes_grades_no_row() {
    let next = finished_run(1000);
    let before = fs::metadata(next.path("out.jsonl")).and_then(|about| about.modified()).expect("there");
    let (path, _folder_guard) = (next.path("out.jsonl"), next.again([""]));
    assert_eq!(counts_line(&next.run().success()), "0 graded in this run, 1000 reused from an earlier run");
    assert_eq!(
        fs::metadata(path).and_then(|about| about.modified()).expect("there"),
        before,
        "the output is not written again"
    );
}

#[test]
fn a_rerun_after_ten_edits_grades_ten_rows() {
    let next = finished_run(1000);
    let edited: String = rows(1000)
        .lines()
        .enumerate()
        .map(|(at, row)| if at % 100 == 7 { row.replace("That was", "It was") } else { row.to_owned() } + "\n")
        .collect();
    let next = next.file("rows.jsonl", edited);
    let check = next.again([""]);
    assert_eq!(counts_line(&next.run().success()), "10 graded in this run, 990 reused from an earlier run");
    assert_same_as_fresh_run(&check);
}

#[test]
fn added_removed_and_moved_rows_are_recognised_by_their_content() {
    let all = rows(900);
    let lines: Vec<&str> = all.lines().collect();
    let new = "{\"id\":\"new\",\"question\":\"undo-release\",\"answer\":\"We rolled it back.\"}";
    let reversed: Vec<&str> = lines.iter().rev().copied().collect();
    for (name, rows, fresh) in [
        ("a row added in the middle", [&lines[..450], &[new], &lines[450..]].concat(), 1),
        ("a row added at the end", [&lines[..], &[new]].concat(), 1),
        ("the first row removed", lines[1..].to_vec(), 0),
        ("the last row removed", lines[..899].to_vec(), 0),
        ("all rows reversed", reversed, 0),
    ] {
        let next = finished_run(900).file("rows.jsonl", rows.join("\n"));
        let check = next.again([""]);
        let reused = rows.len() - fresh;
        assert_eq!(
            counts_line(&next.run().success()),
            format!("{fresh} graded in this run, {reused} reused from an earlier run"),
            "{name}"
        );
        assert_same_as_fresh_run(&check);
    }
}

#[test]
fn an_edited_rubric_regrades_only_answers_to_its_question() {
    let next =
        finished_run(400).file("bank/rubrics/delivery/undo-release.toml", UNDO_RELEASE.replace("roll* back", "undo"));
    let check = next.again([""]);
    assert_eq!(counts_line(&next.run().success()), "200 graded in this run, 200 reused from an earlier run");
    assert_same_as_fresh_run(&check);
}

#[test]
fn output_of_another_command_is_not_overwritten() {
    let ours = "mine\n";
    let run = batch(3, &["rows.jsonl", "-o", "out.jsonl"]).file("out.jsonl", ours);
    let (path, forced) = (run.path("out.jsonl"), run.again(RUN.iter().chain(&["--force"])));
    let (work_dir, _folder_guard) = (run.path("out.jsonl.gradus"), run.again([""]));
    run.run().failure().reports(&["out.jsonl would be overwritten", "hint: choose another --output, or use --force"]);
    assert_eq!(fs::read_to_string(&path).expect("reads"), ours);
    assert!(!work_dir.exists(), "no temporary file remains");
    forced.run().success();
    assert_eq!(fs::read_to_string(path).expect("reads").lines().count(), 3);
}

#[test]
fn a_rerun_with_other_settings_is_an_error_without_restart() {
    let next = finished_run(3);
    let other = next.again(RUN.iter().chain(&["--evidence", "none"]));
    let restarted = next.again(RUN.iter().chain(&["--evidence", "none", "--restart"]));
    other.run().failure().reports(&["was written with other settings: evidence: full before, none now", "--restart"]);
    let ran = restarted.run().success();
    assert!(!ran.out.contains("reused from an earlier run"), "{}", ran.out);
}

#[test]
fn results_edited_by_hand_are_not_overwritten() {
    let next = finished_run(3);
    let path = next.path("out.jsonl");
    let text = fs::read_to_string(&path).expect("reads") + "{\"mine\":1}\n";
    fs::write(&path, &text).expect("writes");
    let restart = next.again(RUN.iter().chain(&["--restart"]));
    let forced = next.again(RUN.iter().chain(&["--force"]));
    let check = next.again([""]);
    for run in [next, restart] {
        run.run().failure().reports(&["out.jsonl was changed since it was written"]);
        assert_eq!(fs::read_to_string(&path).expect("reads"), text);
    }
    forced.run().success();
    assert_same_as_fresh_run(&check);
}

#[test]
fn restart_grades_everything_again() {
    let next = finished_run(5);
    let restarted = next.again(RUN.iter().chain(&["--restart"]));
    let check = next.again([""]);
    restarted.run().success().prints(&["5 answers: 5 graded"]);
    assert_same_as_fresh_run(&check);
}

#[test]
fn missing_results_are_graded_again_and_a_missing_manifest_is_an_error() {
    for gone in ["out.jsonl.gradus/journal.1", "out.jsonl"] {
        let next = finished_run(5);
        fs::remove_file(next.path(gone)).expect("removes");
        let check = next.again([""]);
        next.run().success().prints(&["5 answers: 5 graded"]);
        assert_same_as_fresh_run(&check);
    }
    let next = finished_run(5);
    fs::remove_file(next.path("out.jsonl.gradus/manifest.json")).expect("removes");
    let forced = next.again(RUN.iter().chain(&["--force"]));
    let check = next.again([""]);
    next.run().failure().reports(&["manifest.json is missing, although the folder contains results", "hint: "]);
    forced.run().success();
    assert_same_as_fresh_run(&check);
    fs::write(check.path("out.jsonl.gradus/manifest.json"), "{").expect("writes");
    check.again(RUN).run().failure().reports(&["manifest.json is damaged", "--force"]);
}

#[test]
fn two_processes_cannot_write_the_same_output() {
    let next = finished_run(2);
    let lock = fs::File::options().append(true).open(next.path("out.jsonl.gradus/lock")).expect("opens");
    lock.lock().expect("locks");
    let later = next.again(RUN);
    next.run().failure().reports(&["another process is writing", "hint: "]);
    drop(lock);
    later.run().success();
}

#[test]
fn compressed_results_and_tables_can_be_resumed() {
    for name in ["out.jsonl.gz", "out.csv.zst", "out.tsv"] {
        let first = tiny(["batch", "rows.jsonl", "-o", name]).file("rows.jsonl", rows(40));
        let next = first.again(["--bank", "bank", "batch", "rows.jsonl", "-o", name]);
        first.run().success();
        let edited = rows(40).replacen("That was", "It was", 3);
        let next = next.file("rows.jsonl", edited);
        let fresh_run = next.again(["--bank", "bank", "batch", "rows.jsonl", "-o", &format!("fresh-{name}")]);
        let (one, other, _folder_guard) = (next.path(name), next.path(&format!("fresh-{name}")), next.again([""]));
        assert_eq!(counts_line(&next.run().success()), "3 graded in this run, 37 reused from an earlier run", "{name}");
        fresh_run.run().success();
        assert_eq!(fs::read(one).expect("reads"), fs::read(other).expect("reads"), "{name}");
    }
}

#[test]
fn results_of_another_input_are_not_replaced() {
    let next = finished_run(5);
    let other = next.again(["--bank", "bank", "batch", "other.jsonl", "-o", "out.jsonl"]);
    let other = other.file("other.jsonl", rows(9).replace("\"r", "\"other-"));
    let copy = next.again(["--bank", "bank", "batch", "copy.jsonl", "-o", "out.jsonl"]).file("copy.jsonl", rows(6));
    other.run().failure().reports(&["input: rows.jsonl before, other.jsonl now", "--restart"]);
    assert_eq!(counts_line(&copy.run().success()), "1 graded in this run, 5 reused from an earlier run");
}

#[test]
fn an_output_created_during_the_run_is_not_overwritten() {
    let next = finished_run(5);
    // The state after a run that was killed before it published its output.
    let (out, work_dir) = (next.path("out.jsonl"), next.path("out.jsonl.gradus"));
    fs::rename(&out, work_dir.join("results.1")).expect("moves");
    let manifest = fs::read_to_string(work_dir.join("manifest.json")).expect("reads");
    let mut manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    manifest["state"] = "running".into();
    manifest["published"].take();
    fs::write(work_dir.join("manifest.json"), manifest.to_string()).expect("writes");
    fs::write(&out, "mine\n").expect("writes");
    let forced = next.again(RUN.iter().chain(&["--force"]));
    let check = next.again([""]);
    next.run().failure().reports(&["out.jsonl would be overwritten"]);
    assert_eq!(fs::read_to_string(&out).expect("reads"), "mine\n");
    assert_eq!(counts_line(&forced.run().success()), "0 graded in this run, 5 reused from an earlier run");
    assert_same_as_fresh_run(&check);
}

#[test]
fn a_run_killed_while_publishing_its_output_is_completed_by_the_next_run() {
    let next = finished_run(5);
    let path = next.path("out.jsonl.gradus/manifest.json");
    let read = || serde_json::from_str::<serde_json::Value>(&fs::read_to_string(&path).expect("reads")).expect("JSON");
    let complete = read();
    let mut moved = read();
    moved["state"] = "running".into();
    moved["publishing"] = moved["published"].take();
    moved.as_object_mut().expect("an object").remove("published");
    fs::write(&path, moved.to_string()).expect("writes");
    let _folder_guard = next.again([""]);
    assert_eq!(counts_line(&next.run().success()), "0 graded in this run, 5 reused from an earlier run");
    assert_eq!(read(), complete);
}

#[test]
fn a_new_question_changes_the_columns_of_a_table() {
    let rows_without_restore =
        |count: usize| rows(count).split_inclusive('\n').filter(|row| !row.contains("restore")).collect::<String>();
    let first = tiny(["batch", "rows.jsonl", "-o", "out.csv"]).file("rows.jsonl", rows_without_restore(9));
    let next = first.again(["--bank", "bank", "batch", "rows.jsonl", "-o", "out.csv"]);
    first.run().success();
    let next = next.file("rows.jsonl", rows(9));
    let path = next.path("out.csv");
    let _folder_guard = next.again([""]);
    next.run().success().prints(&["9 answers: 9 graded"]);
    assert!(fs::read_to_string(path).expect("reads").contains("credit:drill"));
}

#[test]
fn an_edited_compressed_output_is_not_overwritten() {
    let run = ["--bank", "bank", "batch", "rows.jsonl", "-o", "out.jsonl.gz"];
    let first = batch(5, &["rows.jsonl", "-o", "out.jsonl.gz"]);
    let (next, path) = (first.again(run), first.path("out.jsonl.gz"));
    first.run().success();
    let complete_output = fs::read(&path).expect("reads");
    next.again(run).run().success();
    fs::remove_file(&path).expect("removes");
    next.again(run).run().success();
    assert_eq!(fs::read(&path).expect("reads"), complete_output, "the output is written again");
    fs::write(&path, "mine").expect("writes");
    next.again(run).run().failure().reports(&["was changed since it was written"]);
    next.again(run.iter().chain(&["--force"])).run().success();
    assert_eq!(fs::read(&path).expect("reads"), complete_output);
    assert_eq!(fs::read_dir(next.path("out.jsonl.gz.gradus")).expect("lists").count(), 3);
}

#[test]
fn conflicting_outputs_and_repeated_columns_are_rejected() {
    for (arguments, reported) in [
        (&["-o", "c.json", "--summary", "./c.json"][..], "is both --output and --summary"),
        (&["--summary", "x.md", "--junit", "x.md"], "is both --summary and --junit"),
        (&["-o", "o.jsonl", "--summary", "o.jsonl.gradus/manifest.json"], "is in the folder of the run"),
        (&["--keep", "id,id"], "--keep names `id` twice"),
    ] {
        let run = batch(2, &[&["rows.jsonl"], arguments].concat()).folder("o.jsonl.gradus");
        run.run().failure().reports(&[reported, "hint: "]);
    }
    let run = tiny(["batch", "drafts", "--summary", "drafts/sum.md"]).file("drafts/undo-release.md", "We rolled back.");
    run.run().failure().reports(&["would be read as an answer by the next run"]);
}

#[test]
fn a_rubric_with_a_new_word_regrades_only_its_own_answers() {
    let edited = UNDO_RELEASE.replace("roll* back", "gobbledegook backout");
    let next = finished_run(400).file("bank/rubrics/delivery/undo-release.toml", edited);
    let check = next.again([""]);
    assert_eq!(counts_line(&next.run().success()), "200 graded in this run, 200 reused from an earlier run");
    assert_same_as_fresh_run(&check);
}

#[test]
fn a_run_killed_before_its_first_result_starts_from_the_beginning() {
    let next = finished_run(5);
    let work_dir = next.path("out.jsonl.gradus");
    let read =
        || serde_json::from_slice::<serde_json::Value>(&fs::read(work_dir.join("manifest.json")).expect("reads"));
    let mut started = read().expect("JSON");
    started["state"] = "running".into();
    started.as_object_mut().expect("an object").remove("published");
    fs::write(work_dir.join("manifest.json"), started.to_string()).expect("writes");
    fs::remove_file(next.path("out.jsonl")).expect("removes");
    fs::write(work_dir.join("results.1"), "").expect("writes");
    fs::write(work_dir.join("journal.1"), "").expect("writes");
    let check = next.again([""]);
    next.run().success().prints(&["5 answers: 5 graded"]);
    assert_same_as_fresh_run(&check);
}

#[test]
fn a_run_after_a_killed_run_with_force_replaces_only_the_output_that_the_killed_run_found() {
    let next = finished_run(5);
    let (out, work_dir) = (next.path("out.jsonl"), next.path("out.jsonl.gradus"));
    fs::rename(&out, work_dir.join("results.1")).expect("moves");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(work_dir.join("manifest.json")).expect("reads")).expect("JSON");
    manifest["state"] = "running".into();
    // The state after a killed run with --force that found an output of three bytes.
    manifest["replaces"] = serde_json::json!({"bytes": 3, "checksum": crc32fast::hash(b"old")});
    manifest.as_object_mut().expect("an object").remove("published");
    fs::write(work_dir.join("manifest.json"), manifest.to_string()).expect("writes");
    fs::write(&out, "new").expect("writes");
    next.again(RUN).run().failure().reports(&["would be overwritten"]);
    fs::write(&out, "old").expect("writes");
    next.again(RUN).run().success();
    assert_same_as_fresh_run(&next);
}
