//! Parts of one input, graded apart and joined.

use std::fs;

use super::rows::{batch, rows};
use crate::support::Gradus;

/// Rows of which two are called the same, in different parts.
fn twins() -> String {
    rows(100) + &rows(3)
}

fn part(of: &Gradus, shard: &str, name: &str) -> Gradus {
    of.again(["--bank", "bank", "batch", "rows.jsonl", "--shard", shard, "-o", name, "-q", "--max-ungraded", "9"])
}

fn merge(of: &Gradus, arguments: &[&str]) -> Gradus {
    of.again(["--bank", "bank", "batch", "merge", "-o", "all.jsonl", "--max-ungraded", "9"].iter().chain(arguments))
}

/// Three parts that are complete.
fn three() -> Gradus {
    let desk = batch(0, &["rows.jsonl", "-o", "whole.jsonl", "--max-ungraded", "9"]).file("rows.jsonl", twins());
    let again = desk.again([""]);
    desk.run().done();
    for (shard, name) in [("1/3", "a.jsonl"), ("2/3", "b.jsonl"), ("3/3", "c.jsonl")] {
        part(&again, shard, name).run().done();
    }
    again
}

#[test]
fn parts_joined_are_the_whole() {
    let desk = three();
    merge(&desk, &["c.jsonl", "a.jsonl", "b.jsonl"]).run().done().prints(&["103 answers: 100 graded, 3 ungraded"]);
    let read = |name: &str| fs::read(desk.path(name)).expect("reads");
    assert_eq!(read("all.jsonl"), read("whole.jsonl"));
    // What was joined is a run like any other.
    let ran = desk.again(["--bank", "bank", "batch", "rows.jsonl", "-o", "all.jsonl", "--max-ungraded", "9"]).run();
    ran.done().prints(&["0 graded now, 103 taken from the run before"]);
    merge(&desk, &["a.jsonl", "b.jsonl", "c.jsonl"]).run().done();
}

#[test]
fn parts_that_make_no_whole_are_refused() {
    let desk = three();
    part(&desk, "1/2", "half.jsonl").run().done();
    part(&desk, "2/3", "twin.jsonl").run().done();
    desk.again(["--bank", "bank", "batch", "rows.jsonl", "--shard", "3/3", "-o", "thin.jsonl", "--evidence", "none"])
        .run();
    for (parts, told) in [
        (&["a.jsonl", "c.jsonl"][..], "parts are missing: 2/3"),
        (&["a.jsonl", "b.jsonl", "twin.jsonl", "c.jsonl"], "both are part 2"),
        (&["a.jsonl", "b.jsonl", "c.jsonl", "a.jsonl"], "a.jsonl is given twice"),
        (&["half.jsonl", "b.jsonl", "c.jsonl"], "one is of 2 parts, the other of 3"),
        (&["a.jsonl", "b.jsonl", "thin.jsonl"], "evidence: full there, none here"),
        (&["a.jsonl", "b.jsonl", "whole.jsonl"], "whole.jsonl is no part"),
        (&["a.jsonl", "b.jsonl", "rows.jsonl"], "rows.jsonl is no result of `gradus batch --shard`"),
    ] {
        merge(&desk, parts).run().refused().tells(&[told, "hint: "]);
        assert!(!desk.path("all.jsonl").exists() && !desk.path("all.jsonl.gradus").exists(), "{told}");
    }
}

#[test]
fn parts_of_different_inputs_are_refused() {
    let desk = three();
    fs::write(
        desk.path("rows.jsonl"),
        twins() + &rows(200).lines().last().map(|row| format!("{row}\n")).expect("a row"),
    )
    .expect("writes");
    part(&desk, "3/3", "late.jsonl").run().done();
    merge(&desk, &["a.jsonl", "b.jsonl", "late.jsonl"]).run().refused().tells(&["made of different inputs"]);
}

#[test]
fn a_part_that_was_touched_is_refused() {
    let desk = three();
    fs::write(desk.path("b.jsonl"), "mine\n").expect("writes");
    merge(&desk, &["a.jsonl", "b.jsonl", "c.jsonl"])
        .run()
        .refused()
        .tells(&["b.jsonl was changed since it was written"]);
}

#[test]
fn a_part_may_be_empty() {
    let desk = batch(2, &["rows.jsonl", "-o", "whole.jsonl"]);
    let again = desk.again([""]);
    desk.run().done();
    for (shard, name) in [("1/3", "a.jsonl"), ("2/3", "b.jsonl"), ("3/3", "c.jsonl")] {
        part(&again, shard, name).run().done();
    }
    merge(&again, &["a.jsonl", "b.jsonl", "c.jsonl"]).run().done();
    let read = |name: &str| fs::read(again.path(name)).expect("reads");
    assert_eq!(read("all.jsonl"), read("whole.jsonl"));
}

#[test]
fn parts_graded_by_different_banks_are_refused() {
    let desk = three();
    let rubric = desk.path("bank/rubrics/delivery/undo-release.toml");
    let changed = fs::read_to_string(&rubric).expect("reads").replace("points = 3", "points = 4");
    fs::write(rubric, changed).expect("writes");
    part(&desk, "2/3", "other.jsonl").run().done();
    merge(&desk, &["a.jsonl", "other.jsonl", "c.jsonl"]).run().refused().tells(&["graded by different banks"]);
}

#[test]
fn a_merge_that_was_broken_off_may_be_run_again() {
    let desk = three();
    merge(&desk, &["a.jsonl", "b.jsonl", "c.jsonl"]).run().done();
    let path = desk.path("all.jsonl.gradus/manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("reads")).expect("JSON");
    manifest["state"] = "running".into();
    manifest.as_object_mut().expect("an object").remove("published");
    fs::write(&path, manifest.to_string()).expect("writes");
    fs::remove_file(desk.path("all.jsonl")).expect("removes");
    merge(&desk, &["a.jsonl", "b.jsonl", "c.jsonl"]).run().done();
    let read = |name: &str| fs::read(desk.path(name)).expect("reads");
    assert_eq!(read("all.jsonl"), read("whole.jsonl"));
}
