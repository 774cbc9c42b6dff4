//! Running again: what did not change is not graded again, and nothing of anybody's is overwritten.

use std::fs;

use super::rows::{batch, rows};
use crate::cli::tiny::{UNDO_RELEASE, tiny};
use crate::support::{Gradus, Ran};

const RUN: [&str; 6] = ["--bank", "bank", "batch", "rows.jsonl", "-o", "out.jsonl"];

/// A run that is through, and what may be run in its folder.
fn through(count: usize) -> Gradus {
    let first = batch(count, &["rows.jsonl", "-o", "out.jsonl"]);
    let next = first.again(RUN);
    first.run().done();
    next
}

/// The results are those of a run from nothing.
#[track_caller]
fn assert_as_from_nothing(next: &Gradus) {
    let from_nothing = next.again(["--bank", "bank", "batch", "rows.jsonl"]).run().out;
    assert_eq!(fs::read_to_string(next.path("out.jsonl")).expect("reads"), from_nothing);
}

fn told(ran: &Ran) -> &str {
    ran.out.lines().nth(1).unwrap_or_default()
}

#[test]
fn nothing_changed_is_nothing_graded() {
    let next = through(1000);
    let before = fs::metadata(next.path("out.jsonl")).and_then(|about| about.modified()).expect("there");
    let (path, _desk) = (next.path("out.jsonl"), next.again([""]));
    assert_eq!(told(&next.run().done()), "0 graded now, 1000 taken from the run before");
    assert_eq!(fs::metadata(path).and_then(|about| about.modified()).expect("there"), before, "not written again");
}

#[test]
fn ten_of_a_thousand_edited_are_ten_graded() {
    let next = through(1000);
    let edited: String = rows(1000)
        .lines()
        .enumerate()
        .map(|(at, row)| if at % 100 == 7 { row.replace("That was", "It was") } else { row.to_owned() } + "\n")
        .collect();
    let next = next.file("rows.jsonl", edited);
    let check = next.again([""]);
    assert_eq!(told(&next.run().done()), "10 graded now, 990 taken from the run before");
    assert_as_from_nothing(&check);
}

#[test]
fn rows_that_come_go_or_move_are_told_by_what_they_say() {
    let all = rows(900);
    let lines: Vec<&str> = all.lines().collect();
    let new = "{\"id\":\"new\",\"question\":\"undo-release\",\"answer\":\"We rolled it back.\"}";
    let reversed: Vec<&str> = lines.iter().rev().copied().collect();
    for (name, rows, fresh) in [
        ("one more in the middle", [&lines[..450], &[new], &lines[450..]].concat(), 1),
        ("one more at the end", [&lines[..], &[new]].concat(), 1),
        ("the first gone", lines[1..].to_vec(), 0),
        ("the last gone", lines[..899].to_vec(), 0),
        ("all turned round", reversed, 0),
    ] {
        let next = through(900).file("rows.jsonl", rows.join("\n"));
        let check = next.again([""]);
        let taken = rows.len() - fresh;
        assert_eq!(
            told(&next.run().done()),
            format!("{fresh} graded now, {taken} taken from the run before"),
            "{name}"
        );
        assert_as_from_nothing(&check);
    }
}

#[test]
fn one_rubric_edited_grades_the_answers_to_its_question() {
    let next = through(400).file("bank/rubrics/delivery/undo-release.toml", UNDO_RELEASE.replace("roll* back", "undo"));
    let check = next.again([""]);
    assert_eq!(told(&next.run().done()), "200 graded now, 200 taken from the run before");
    assert_as_from_nothing(&check);
}

#[test]
fn what_another_command_wrote_is_not_overwritten() {
    let ours = "mine\n";
    let run = batch(3, &["rows.jsonl", "-o", "out.jsonl"]).file("out.jsonl", ours);
    let (path, forced) = (run.path("out.jsonl"), run.again(RUN.iter().chain(&["--force"])));
    let (desk, _home) = (run.path("out.jsonl.gradus"), run.again([""]));
    run.run().refused().tells(&["out.jsonl would be overwritten", "hint: choose another --output, or say --force"]);
    assert_eq!(fs::read_to_string(&path).expect("reads"), ours);
    assert!(!desk.exists(), "nothing is left behind");
    forced.run().done();
    assert_eq!(fs::read_to_string(path).expect("reads").lines().count(), 3);
}

#[test]
fn results_made_in_another_way_are_told_from_these() {
    let next = through(3);
    let other = next.again(RUN.iter().chain(&["--evidence", "none"]));
    let anew = next.again(RUN.iter().chain(&["--evidence", "none", "--restart"]));
    other.run().refused().tells(&["was made in another way: evidence: full before, none now", "--restart"]);
    let ran = anew.run().done();
    assert!(!ran.out.contains("taken from the run before"), "{}", ran.out);
}

#[test]
fn results_changed_by_hand_are_not_lost() {
    let next = through(3);
    let path = next.path("out.jsonl");
    let text = fs::read_to_string(&path).expect("reads") + "{\"mine\":1}\n";
    fs::write(&path, &text).expect("writes");
    let restart = next.again(RUN.iter().chain(&["--restart"]));
    let forced = next.again(RUN.iter().chain(&["--force"]));
    let check = next.again([""]);
    for run in [next, restart] {
        run.run().refused().tells(&["out.jsonl was changed since it was written"]);
        assert_eq!(fs::read_to_string(&path).expect("reads"), text);
    }
    forced.run().done();
    assert_as_from_nothing(&check);
}

#[test]
fn starting_over_grades_everything() {
    let next = through(5);
    let anew = next.again(RUN.iter().chain(&["--restart"]));
    let check = next.again([""]);
    anew.run().done().prints(&["5 answers: 5 graded"]);
    assert_as_from_nothing(&check);
}

#[test]
fn a_folder_that_lost_something_is_made_whole() {
    for gone in ["out.jsonl.gradus/journal.1", "out.jsonl"] {
        let next = through(5);
        fs::remove_file(next.path(gone)).expect("removes");
        let check = next.again([""]);
        next.run().done().prints(&["5 answers: 5 graded"]);
        assert_as_from_nothing(&check);
    }
    let next = through(5);
    fs::remove_file(next.path("out.jsonl.gradus/manifest.json")).expect("removes");
    let forced = next.again(RUN.iter().chain(&["--force"]));
    let check = next.again([""]);
    next.run().refused().tells(&["manifest.json is damaged: it is missing, and there are results", "hint: "]);
    forced.run().done();
    assert_as_from_nothing(&check);
    fs::write(check.path("out.jsonl.gradus/manifest.json"), "{").expect("writes");
    check.again(RUN).run().refused().tells(&["manifest.json is damaged", "--force"]);
}

#[test]
fn two_processes_do_not_write_one_output() {
    let next = through(2);
    let lock = fs::File::options().append(true).open(next.path("out.jsonl.gradus/lock")).expect("opens");
    lock.lock().expect("locks");
    let later = next.again(RUN);
    next.run().refused().tells(&["another process writes", "hint: "]);
    drop(lock);
    later.run().done();
}

#[test]
fn packed_results_and_tables_are_gone_on_with() {
    for name in ["out.jsonl.gz", "out.csv.zst", "out.tsv"] {
        let first = tiny(["batch", "rows.jsonl", "-o", name]).file("rows.jsonl", rows(40));
        let next = first.again(["--bank", "bank", "batch", "rows.jsonl", "-o", name]);
        first.run().done();
        let edited = rows(40).replacen("That was", "It was", 3);
        let next = next.file("rows.jsonl", edited);
        let whole = next.again(["--bank", "bank", "batch", "rows.jsonl", "-o", &format!("whole-{name}")]);
        let (one, other, _desk) = (next.path(name), next.path(&format!("whole-{name}")), next.again([""]));
        assert_eq!(told(&next.run().done()), "3 graded now, 37 taken from the run before", "{name}");
        whole.run().done();
        assert_eq!(fs::read(one).expect("reads"), fs::read(other).expect("reads"), "{name}");
    }
}

#[test]
fn another_input_does_not_take_the_place_of_results() {
    let next = through(5);
    let other = next.again(["--bank", "bank", "batch", "other.jsonl", "-o", "out.jsonl"]);
    let other = other.file("other.jsonl", rows(9).replace("\"r", "\"other-"));
    let copy = next.again(["--bank", "bank", "batch", "copy.jsonl", "-o", "out.jsonl"]).file("copy.jsonl", rows(6));
    other.run().refused().tells(&["input: rows.jsonl before, other.jsonl now", "--restart"]);
    assert_eq!(told(&copy.run().done()), "1 graded now, 5 taken from the run before");
}

#[test]
fn an_output_that_came_while_it_was_not_finished_is_not_overwritten() {
    let next = through(5);
    // As a run leaves it that was killed before its output was there.
    let (out, desk) = (next.path("out.jsonl"), next.path("out.jsonl.gradus"));
    fs::rename(&out, desk.join("results.1")).expect("moves");
    let manifest = fs::read_to_string(desk.join("manifest.json")).expect("reads");
    let mut manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    manifest["state"] = "running".into();
    manifest["published"].take();
    fs::write(desk.join("manifest.json"), manifest.to_string()).expect("writes");
    fs::write(&out, "mine\n").expect("writes");
    let forced = next.again(RUN.iter().chain(&["--force"]));
    let check = next.again([""]);
    next.run().refused().tells(&["out.jsonl would be overwritten"]);
    assert_eq!(fs::read_to_string(&out).expect("reads"), "mine\n");
    assert_eq!(told(&forced.run().done()), "0 graded now, 5 taken from the run before");
    assert_as_from_nothing(&check);
}

#[test]
fn a_run_that_ended_while_its_output_was_moved_is_complete_the_next_time() {
    let next = through(5);
    let path = next.path("out.jsonl.gradus/manifest.json");
    let read = || serde_json::from_str::<serde_json::Value>(&fs::read_to_string(&path).expect("reads")).expect("JSON");
    let complete = read();
    let mut moved = read();
    moved["state"] = "running".into();
    moved["publishing"] = moved["published"].take();
    moved.as_object_mut().expect("an object").remove("published");
    fs::write(&path, moved.to_string()).expect("writes");
    let _home = next.again([""]);
    assert_eq!(told(&next.run().done()), "0 graded now, 5 taken from the run before");
    assert_eq!(read(), complete);
}

#[test]
fn a_new_question_changes_the_columns_of_a_table() {
    let of =
        |count: usize| rows(count).split_inclusive('\n').filter(|row| !row.contains("restore")).collect::<String>();
    let first = tiny(["batch", "rows.jsonl", "-o", "out.csv"]).file("rows.jsonl", of(9));
    let next = first.again(["--bank", "bank", "batch", "rows.jsonl", "-o", "out.csv"]);
    first.run().done();
    let next = next.file("rows.jsonl", rows(9));
    let path = next.path("out.csv");
    let _home = next.again([""]);
    next.run().done().prints(&["9 answers: 9 graded"]);
    assert!(fs::read_to_string(path).expect("reads").contains("credit:drill"));
}

#[test]
fn a_packed_output_is_looked_at_too() {
    let run = ["--bank", "bank", "batch", "rows.jsonl", "-o", "out.jsonl.gz"];
    let first = batch(5, &["rows.jsonl", "-o", "out.jsonl.gz"]);
    let (next, path) = (first.again(run), first.path("out.jsonl.gz"));
    first.run().done();
    let whole = fs::read(&path).expect("reads");
    next.again(run).run().done();
    fs::remove_file(&path).expect("removes");
    next.again(run).run().done();
    assert_eq!(fs::read(&path).expect("reads"), whole, "it is made again");
    fs::write(&path, "mine").expect("writes");
    next.again(run).run().refused().tells(&["was changed since it was written"]);
    next.again(run.iter().chain(&["--force"])).run().done();
    assert_eq!(fs::read(&path).expect("reads"), whole);
    assert_eq!(fs::read_dir(next.path("out.jsonl.gz.gradus")).expect("lists").count(), 3);
}

#[test]
fn reports_and_results_are_different_files() {
    for (arguments, told) in [
        (&["-o", "c.json", "--summary", "./c.json"][..], "is both --output and --summary"),
        (&["--summary", "x.md", "--junit", "x.md"], "is both --summary and --junit"),
        (&["-o", "o.jsonl", "--summary", "o.jsonl.gradus/manifest.json"], "stands in the folder of the run"),
        (&["--keep", "id,id"], "--keep names `id` twice"),
    ] {
        let run = batch(2, &[&["rows.jsonl"], arguments].concat()).folder("o.jsonl.gradus");
        run.run().refused().tells(&[told, "hint: "]);
    }
    let run = tiny(["batch", "drafts", "--summary", "drafts/sum.md"]).file("drafts/undo-release.md", "We rolled back.");
    run.run().refused().tells(&["would be an answer the next time"]);
}

#[test]
fn a_rubric_with_a_word_that_is_new_to_the_bank_concerns_its_own_answers() {
    let edited = UNDO_RELEASE.replace("roll* back", "gobbledegook backout");
    let next = through(400).file("bank/rubrics/delivery/undo-release.toml", edited);
    let check = next.again([""]);
    assert_eq!(told(&next.run().done()), "200 graded now, 200 taken from the run before");
    assert_as_from_nothing(&check);
}

#[test]
fn a_run_that_was_killed_before_its_first_result_begins_anew() {
    let next = through(5);
    let desk = next.path("out.jsonl.gradus");
    let read = || serde_json::from_slice::<serde_json::Value>(&fs::read(desk.join("manifest.json")).expect("reads"));
    let mut begun = read().expect("JSON");
    begun["state"] = "running".into();
    begun.as_object_mut().expect("an object").remove("published");
    fs::write(desk.join("manifest.json"), begun.to_string()).expect("writes");
    fs::remove_file(next.path("out.jsonl")).expect("removes");
    fs::write(desk.join("results.1"), "").expect("writes");
    fs::write(desk.join("journal.1"), "").expect("writes");
    let check = next.again([""]);
    next.run().done().prints(&["5 answers: 5 graded"]);
    assert_as_from_nothing(&check);
}

#[test]
fn what_was_to_be_replaced_is_replaced_and_nothing_else() {
    let next = through(5);
    let (out, desk) = (next.path("out.jsonl"), next.path("out.jsonl.gradus"));
    fs::rename(&out, desk.join("results.1")).expect("moves");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(desk.join("manifest.json")).expect("reads")).expect("JSON");
    manifest["state"] = "running".into();
    // As a run with --force leaves it that found a file of three bytes and was killed.
    manifest["replaces"] = serde_json::json!({"bytes": 3, "checksum": crc32fast::hash(b"old")});
    manifest.as_object_mut().expect("an object").remove("published");
    fs::write(desk.join("manifest.json"), manifest.to_string()).expect("writes");
    fs::write(&out, "new").expect("writes");
    next.again(RUN).run().refused().tells(&["would be overwritten"]);
    fs::write(&out, "old").expect("writes");
    next.again(RUN).run().done();
    assert_as_from_nothing(&next);
}
