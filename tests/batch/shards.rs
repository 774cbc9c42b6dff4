//! Tests of `--shard` and `batch merge`.

use std::fs;

use super::rows::{batch, rows};
use crate::support::Gradus;

/// Rows with the same id in different shards.
fn rows_with_same_id() -> String {
    rows(100) + &rows(3)
}

fn shard_run(of: &Gradus, shard: &str, name: &str) -> Gradus {
    of.again(["--bank", "bank", "batch", "rows.jsonl", "--shard", shard, "-o", name, "-q", "--max-ungraded", "9"])
}

fn merge(of: &Gradus, arguments: &[&str]) -> Gradus {
    of.again(["--bank", "bank", "batch", "merge", "-o", "all.jsonl", "--max-ungraded", "9"].iter().chain(arguments))
}

/// Runs three complete shards of one input.
fn three_shards() -> Gradus {
    let work_dir =
        batch(0, &["rows.jsonl", "-o", "whole.jsonl", "--max-ungraded", "9"]).file("rows.jsonl", rows_with_same_id());
    let again = work_dir.again([""]);
    work_dir.run().success();
    for (shard, name) in [("1/3", "a.jsonl"), ("2/3", "b.jsonl"), ("3/3", "c.jsonl")] {
        shard_run(&again, shard, name).run().success();
    }
    again
}

#[test]
fn merged_shards_equal_the_output_of_one_run() {
    let work_dir = three_shards();
    merge(&work_dir, &["c.jsonl", "a.jsonl", "b.jsonl"])
        .run()
        .success()
        .prints(&["103 answers: 100 graded, 3 ungraded"]);
    let read = |name: &str| fs::read(work_dir.path(name)).expect("reads");
    assert_eq!(read("all.jsonl"), read("whole.jsonl"));
    // A merged output can be resumed like any other.
    let ran = work_dir.again(["--bank", "bank", "batch", "rows.jsonl", "-o", "all.jsonl", "--max-ungraded", "9"]).run();
    ran.success().prints(&["0 graded in this run, 103 reused from an earlier run"]);
    merge(&work_dir, &["a.jsonl", "b.jsonl", "c.jsonl"]).run().success();
}

#[test]
fn incomplete_or_overlapping_shards_are_rejected() {
    let work_dir = three_shards();
    shard_run(&work_dir, "1/2", "half.jsonl").run().success();
    shard_run(&work_dir, "2/3", "twin.jsonl").run().success();
    work_dir
        .again(["--bank", "bank", "batch", "rows.jsonl", "--shard", "3/3", "-o", "thin.jsonl", "--evidence", "none"])
        .run();
    for (parts, reported) in [
        (&["a.jsonl", "c.jsonl"][..], "parts are missing: 2/3"),
        (&["a.jsonl", "b.jsonl", "twin.jsonl", "c.jsonl"], "both are part 2"),
        (&["a.jsonl", "b.jsonl", "c.jsonl", "a.jsonl"], "a.jsonl is given twice"),
        (&["half.jsonl", "b.jsonl", "c.jsonl"], "one is from a run with 2 parts, the other from a run with 3"),
        (&["a.jsonl", "b.jsonl", "thin.jsonl"], "evidence: full in the first, none in the second"),
        (&["a.jsonl", "b.jsonl", "whole.jsonl"], "whole.jsonl is not a part"),
        (&["a.jsonl", "b.jsonl", "rows.jsonl"], "rows.jsonl is not the result of a part"),
    ] {
        merge(&work_dir, parts).run().failure().reports(&[reported, "hint: "]);
        assert!(!work_dir.path("all.jsonl").exists() && !work_dir.path("all.jsonl.gradus").exists(), "{reported}");
    }
}

#[test]
fn shards_of_different_inputs_are_rejected() {
    let work_dir = three_shards();
    fs::write(
        work_dir.path("rows.jsonl"),
        rows_with_same_id() + &rows(200).lines().last().map(|row| format!("{row}\n")).expect("a row"),
    )
    .expect("writes");
    shard_run(&work_dir, "3/3", "late.jsonl").run().success();
    merge(&work_dir, &["a.jsonl", "b.jsonl", "late.jsonl"]).run().failure().reports(&["graded from different inputs"]);
}

#[test]
fn an_edited_shard_is_rejected() {
    let work_dir = three_shards();
    fs::write(work_dir.path("b.jsonl"), "mine\n").expect("writes");
    merge(&work_dir, &["a.jsonl", "b.jsonl", "c.jsonl"])
        .run()
        .failure()
        .reports(&["b.jsonl was changed since it was written"]);
}

#[test]
fn a_shard_may_be_empty() {
    let work_dir = batch(2, &["rows.jsonl", "-o", "whole.jsonl"]);
    let again = work_dir.again([""]);
    work_dir.run().success();
    for (shard, name) in [("1/3", "a.jsonl"), ("2/3", "b.jsonl"), ("3/3", "c.jsonl")] {
        shard_run(&again, shard, name).run().success();
    }
    merge(&again, &["a.jsonl", "b.jsonl", "c.jsonl"]).run().success();
    let read = |name: &str| fs::read(again.path(name)).expect("reads");
    assert_eq!(read("all.jsonl"), read("whole.jsonl"));
}

#[test]
fn shards_graded_with_different_banks_are_rejected() {
    let work_dir = three_shards();
    let rubric = work_dir.path("bank/rubrics/delivery/undo-release.toml");
    let changed = fs::read_to_string(&rubric).expect("reads").replace("points = 3", "points = 4");
    fs::write(rubric, changed).expect("writes");
    shard_run(&work_dir, "2/3", "other.jsonl").run().success();
    merge(&work_dir, &["a.jsonl", "other.jsonl", "c.jsonl"]).run().failure().reports(&["graded by different banks"]);
}

#[test]
fn an_interrupted_merge_can_be_run_again() {
    let work_dir = three_shards();
    merge(&work_dir, &["a.jsonl", "b.jsonl", "c.jsonl"]).run().success();
    let path = work_dir.path("all.jsonl.gradus/manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("reads")).expect("JSON");
    manifest["state"] = "running".into();
    manifest.as_object_mut().expect("an object").remove("published");
    fs::write(&path, manifest.to_string()).expect("writes");
    fs::remove_file(work_dir.path("all.jsonl")).expect("removes");
    merge(&work_dir, &["a.jsonl", "b.jsonl", "c.jsonl"]).run().success();
    let read = |name: &str| fs::read(work_dir.path(name)).expect("reads");
    assert_eq!(read("all.jsonl"), read("whole.jsonl"));
}
