//! `bank check`: which bank is checked, which files of it, and which names of questions are unusable.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::banks::FAULTY;
use super::tiny::{BANK, tiny};
use crate::support::{Gradus, gradus};

/// The tiny bank in the folder that the program runs in, and not named by any setting.
fn here(arguments: &[&str]) -> Gradus {
    let files = BANK.map(|(name, text)| (name.trim_start_matches("bank/"), text));
    gradus(arguments).files(&files).file("answer.md", super::tiny::ANSWER)
}

fn rubric(id: &str, header: &str) -> String {
    format!(
        "schema = 1\nid = \"{id}\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"Why {id}?\"\n{header}\n\
         [[criterion]]\nid = \"a\"\npoints = 1\nasks = \"x\"\n[[criterion.concept]]\nid = \"c\"\nany = ['fine']\n\
         [[golden]]\ntext = \"We are fine.\"\nexpect = {{ a = 1.0 }}\n"
    )
}

/// Line and message of each finding.
fn findings(value: &Value) -> Vec<(String, String)> {
    let of = |finding: &Value| {
        let place = format!("{}:{}", finding["file"].as_str().expect("a file"), finding["line"]);
        (place, finding["message"].as_str().expect("a message").to_owned())
    };
    value.as_array().expect("a list").iter().map(of).collect()
}

#[test]
fn the_bank_that_was_checked_is_named() {
    let summary = |gradus: Gradus| gradus.run().done().tells_nothing().out;
    assert_eq!(summary(here(&["bank", "check"])), "checked 3 questions of ./rubrics: nothing to fix\n");
    assert_eq!(summary(here(&["bank", "check", "."])), "checked 3 questions of ./rubrics: nothing to fix\n");
    assert_eq!(summary(tiny(["bank", "check"])), "checked 3 questions of bank/rubrics: nothing to fix\n");
    let shipped = summary(here(&["bank", "check", "--bank", "shipped"]));
    assert!(shipped.contains(" questions of the shipped bank: nothing to fix"), "{shipped}");
    assert_eq!(summary(gradus(["bank", "check"])), shipped);
    let json = here(&["bank", "check", "--format", "json"]).run().done();
    json.tells(&["note: checked 3 questions of ./rubrics: nothing to fix"]);
}

#[test]
fn a_bank_is_found_from_a_folder_below_it() {
    let below = here(&["bank", "check"]).folder("corpus/recovery").within("corpus/recovery").run().done();
    assert_eq!(below.out, "checked 3 questions of [home]/rubrics: nothing to fix\n");
    let grade = here(&["grade", "--question", "undo-release", "../../answer.md"]).folder("a/b").within("a/b");
    grade.run().done().tells(&["note: using the bank found in [home];"]).prints(&["37.5"]);
    here(&["config", "show"]).run().done().tells_nothing().prints(&["found in [home]\n"]);
}

#[test]
fn every_setting_goes_before_a_bank_that_is_found() {
    let shows = |gradus: Gradus, origin: &str| gradus.run().done().prints(&[origin]);
    let show = || here(&["config", "show"]);
    shows(show().env("GRADUS_BANK", "elsewhere"), "elsewhere  environment GRADUS_BANK\n");
    shows(show().file("gradus.toml", "bank = \"elsewhere\"\n"), "[home]/gradus.toml\n");
    for shipped in [show().env("GRADUS_BANK", "shipped"), show().file("gradus.toml", "bank = \"shipped\"\n")] {
        let out = shipped.run().done().out;
        let bank = out.lines().next().unwrap_or_default().to_owned();
        assert!(bank.starts_with("bank ") && bank.contains(" shipped ") && !bank.contains("found in"), "{out}");
    }
    // A folder of that name is still to be had.
    let files = BANK.map(|(name, text)| (name.replacen("bank", "shipped", 1), text));
    let files = files.each_ref().map(|(name, text)| (name.as_str(), *text));
    gradus(["--bank", "./shipped", "questions", "show", "undo-release"]).files(&files).run().done();
}

#[test]
fn a_rubrics_folder_of_something_else_changes_nothing() {
    let other =
        gradus(["config", "show"]).file("rubrics/marking.toml", "title = \"Essay\"\n").file("rubrics/a.txt", "");
    assert!(!other.run().done().out.contains("found in"));
}

#[test]
fn a_found_bank_without_a_sound_rubric_is_reported_and_not_passed_over() {
    let broken = gradus(["bank", "check"]).file("rubrics/t/q.toml", "schema = 1\nid = \"q\"\ncolour = \n");
    broken.run().found().prints(&["--> rubrics/t/q.toml:3:", "checked 1 question of ./rubrics: 1 to fix"]);
}

#[test]
fn a_rubrics_folder_with_broken_files_alone_is_the_bank_to_check() {
    for text in ["id = q1", "not toml [", ""] {
        for name in ["rubrics/t/q.toml", "rubrics/q.toml"] {
            for from in [".", "rubrics", "a/b"] {
                let check =
                    gradus(["bank", "check", "--format", "json"]).file(name, text).folder("a/b").within(from).run();
                let found = findings(&check.found().json());
                assert!(!found.is_empty() && found.iter().all(|(place, _)| place.starts_with(name)), "{found:?}");
            }
        }
    }
    let shipped = gradus(["--bank", "shipped", "bank", "check"]).file("rubrics/t/q.toml", "").run().done();
    shipped.prints(&["questions of the shipped bank: nothing to fix"]);
}

#[test]
fn a_rubrics_folder_without_a_toml_file_is_refused_and_not_replaced_by_the_shipped_bank() {
    for name in ["rubrics/t/q.txt", "rubrics/.q.toml", "rubrics/t/q.md"] {
        let check = gradus(["bank", "check"]).file(name, "").folder("a").within("a").run().refused();
        check.tells(&["no .toml file in [home]/rubrics\nhint: ", "--bank shipped"]);
    }
    let check = gradus(["bank", "check"]).file("rubrics/synonyms.toml", "schema = 1\n").run().refused();
    check.tells(&["no rubric in ./rubrics\nhint: "]);
}

#[test]
fn grading_notes_which_rubrics_folder_it_passes_over() {
    let grade = |more: &[&str], file: (&str, &str)| {
        let arguments = [&["grade", "--question", "error-budget", "answer.md"], more].concat();
        let gradus = gradus(arguments).file("answer.md", super::tiny::ANSWER).file(file.0, file.1).folder("a");
        gradus.run().done().err
    };
    let broken = ("rubrics/t/q.toml", "id = q1");
    let note = "note: [home]/rubrics is not used as a bank: no .toml file in it has `schema` and `id` at the top (1 read); \
                `gradus bank check [home]` reports what is wrong\n";
    assert!(grade(&[], broken).contains(note), "{}", grade(&[], broken));
    for (more, file) in [
        (["--bank", "shipped"].as_slice(), broken),
        (&["--quiet"], broken),
        (&[], ("rubrics/t/q.txt", "id = q1")),
        (&[], ("rubric/t/q.toml", "id = q1")),
    ] {
        assert!(!grade(more, file).contains("not used as a bank"), "{more:?} {file:?}");
    }
}

#[test]
fn a_bank_can_be_named_by_its_rubrics_folder() {
    let checked = |path: &str, from: &str| {
        let gradus = gradus(["bank", "check", path]).files(&FAULTY).files(&BANK).within(from);
        gradus.run().out
    };
    for bank in ["bank", "faulty"] {
        let expected = checked(bank, ".");
        assert!(expected.contains(&format!(" of {bank}/rubrics: ")), "{expected}");
        assert_eq!(checked(&format!("{bank}/rubrics"), "."), expected);
        assert_eq!(checked(&format!("{bank}/rubrics/"), "."), expected);
    }
    for (path, from) in
        [("rubrics", "bank"), (".", "bank/rubrics"), ("..", "bank/rubrics"), ("..", "bank/rubrics/delivery")]
    {
        let summary = checked(path, from);
        assert!(
            summary.starts_with("checked 3 questions of ") && summary.ends_with("rubrics: nothing to fix\n"),
            "{summary}"
        );
    }
}

#[test]
fn single_files_are_checked_within_their_bank() {
    let check = |files: &[&str]| gradus(["bank", "check", "--format", "json"].iter().chain(files)).files(&FAULTY).run();
    let one = findings(&check(&["faulty/rubrics/t/one.toml"]).found().json());
    assert_eq!(one.len(), 8);
    assert!(one.iter().all(|(place, _)| place.starts_with("rubrics/t/one.toml:")), "{one:?}");
    // Samples belong to their rubric.
    let three = findings(&check(&["faulty/rubrics/t/three.toml"]).found().json());
    let files: Vec<&str> = three.iter().filter_map(|(place, _)| place.split(':').next()).collect();
    assert_eq!(files, ["corpus/t/three.md", "rubrics/t/three.toml", "rubrics/t/three.toml"]);
    let two = check(&["faulty/rubrics/t/two.toml", "faulty/corpus/t/nobody.md"]).found();
    assert_eq!(findings(&two.json()).len(), 2);
    two.tells(&["note: checked 2 files of [home]/faulty/rubrics: 2 to fix"]);
    // A folder among the paths is checked whole.
    assert_eq!(findings(&check(&["faulty/rubrics/t/two.toml", "faulty"]).found().json()).len(), 14);
    let sound = tiny(["bank", "check", "bank/rubrics/recovery/restore-test.toml"]).files(&FAULTY).run().done();
    assert_eq!(sound.out, "checked 1 file of [home]/bank/rubrics: nothing to fix\n");
}

#[test]
fn a_rubric_outside_of_a_bank_is_checked_alone() {
    let sound = gradus(["bank", "check", "mine.toml"]).file("mine.toml", rubric("mine", "")).run().done();
    assert_eq!(sound.out, "checked mine.toml, which is not in a bank: nothing to fix\n");
    let faulty = gradus(["bank", "check", "mine.toml"]).file("mine.toml", rubric("other", ""));
    faulty.run().found().prints(&["id `other` in a file named `mine.toml`", "--> mine.toml:2:6\n"]);
}

#[test]
fn what_is_not_a_file_of_a_bank_is_refused() {
    gradus(["bank", "check", "gone.toml"]).run().refused().tells(&["cannot read gone.toml"]);
    gradus(["bank", "check", "x.md"]).file("x.md", "").run().refused().tells(&["x.md is not in a bank\nhint: "]);
    gradus(["bank", "check", "x.txt"]).file("x.txt", "").run().refused().tells(&["no `rubrics` folder in x.txt"]);
    let two = tiny(["bank", "check", "bank", "faulty"]).files(&FAULTY).run().refused();
    two.tells(&["are different banks\nhint: check one bank at a time"]);
}

#[test]
fn names_that_cannot_be_used_are_found_each_with_its_line() {
    let files = [
        ("bank/rubrics/t/a.toml", rubric("a", "known_as = [\"one\", \"b\", \"\", \" \\t\",\n \"a\",\n \"one\"]")),
        (
            "bank/rubrics/t/b.toml",
            rubric("b", "known_as = [\n \"one\",\n \"fine\",\n \"li\\u0000ne\",\n \"hid\\u202Eden\"]"),
        ),
    ];
    let gradus = gradus(["bank", "check", "bank", "--format", "json"]);
    let found = files.iter().fold(gradus, |gradus, (name, text)| gradus.file(name, text)).run().found();
    let expected = [
        ("rubrics/t/a.toml:7", "`b` is the id of the question in rubrics/t/b.toml"),
        ("rubrics/t/a.toml:7", "an empty name"),
        ("rubrics/t/a.toml:7", "an empty name"),
        ("rubrics/t/a.toml:8", "`a` is the id of this question"),
        ("rubrics/t/a.toml:9", "`one` is listed twice"),
        ("rubrics/t/b.toml:8", "`one` is also a name of the question in rubrics/t/a.toml"),
        ("rubrics/t/b.toml:10", "a name with the control character U+0000"),
        ("rubrics/t/b.toml:11", "a name with the invisible character U+202E"),
    ];
    assert_eq!(findings(&found.json()), expected.map(|(place, message)| (place.to_owned(), message.to_owned())));
}

/// An answer to `undo-release` with enough words to tell its question.
const LONG_ANSWER: &str =
    "We had to undo a release, so we rolled the release back within ten minutes and told support.";

#[test]
fn a_rubric_that_states_the_id_of_another_file_makes_the_id_ambiguous() {
    let copy = super::tiny::UNDO_RELEASE;
    let grade = |text: &str| {
        tiny(["grade", "--question", "undo-release", "answer.md"]).file("bank/rubrics/delivery/copy.toml", text).run()
    };
    let files = "rubrics/delivery/undo-release.toml and rubrics/delivery/copy.toml";
    grade(copy).refused().tells(&["several questions are called `undo-release`", "hint: ", files]);
    grade(&copy.replace("id = \"undo-release\"", "id   =   'undo-release' # a copy")).refused().tells(&[files]);
    // The id of another file in a text is not an id.
    let prompt = "prompt = \"\"\"Why?\nid = \"undo-release\"\n\"\"\"";
    grade(&rubric("copy", "").replace("\"t\"", "\"delivery\"").replace("prompt = \"Why copy?\"", prompt)).done();
}

#[test]
fn a_question_that_is_there_twice_is_never_graded_by_the_first() {
    let twice = |arguments: &[&str]| {
        let other = rubric("undo-release", "").replace("\"t\"", "\"other\"");
        tiny(arguments.iter().copied()).file("bank/rubrics/other/undo-release.toml", other)
    };
    let files = "rubrics/delivery/undo-release.toml and rubrics/other/undo-release.toml";
    for arguments in
        [["grade", "--question", "undo-release", "answer.md"].as_slice(), &["questions", "show", "undo-release"]]
    {
        twice(arguments).run().refused().tells(&["several questions are called `undo-release`", files, "\nhint: "]);
    }
    let check = twice(&["bank", "check"]).run().found();
    check.prints(&["question `undo-release` is in rubrics/delivery/undo-release.toml as well"]);
    // By its wording, by an answer, and in rows of a batch.
    let wording = "Have you ever rolled back a deployment?";
    let twins = |arguments: &[&str]| {
        let other = super::tiny::UNDO_RELEASE.replace("\"delivery\"", "\"other\"");
        twice(arguments).file("bank/rubrics/other/undo-release.toml", other)
    };
    for is_twin in [false, true] {
        let program = |arguments: &[&str]| if is_twin { twins(arguments) } else { twice(arguments) };
        let asked = program(&["grade", "--ask", wording, "answer.md"]).run().refused();
        asked.tells(&["several questions are called `undo-release`", files]);
        program(&["grade", "answer.md"]).run().refused().tells(&["several questions are called `undo-release`", files]);
        for question in [wording, "undo-release", "How have you rolled back a deployment?"] {
            let row = serde_json::json!({ "question": question, "answer": LONG_ANSWER }).to_string();
            let batch = program(&["batch", "-"]).run_with(row.as_bytes()).found();
            batch.prints(&["several questions are called `undo-release`", files]);
        }
        let folder =
            program(&["batch", "answers", "--format", "jsonl"]).file("answers/a.txt", LONG_ANSWER).run().found();
        folder.prints(&["several questions are called `undo-release`", files]);
    }
    let graded = "{\"question\":\"undo-release\",\"answer\":\"x\",\"score\":1}\n";
    for command in [["eval", "graded.jsonl"].as_slice(), &["bank", "learn", "graded.jsonl"]] {
        let refused = twins(command).file("graded.jsonl", graded).run().refused();
        refused.tells(&["several questions are called `undo-release`", files]);
    }
    let named = |id: &str| rubric(id, "known_as = [\"old\"]");
    let grade = gradus(["--bank", "bank", "grade", "--question", "old", "-"]);
    let grade = grade.file("bank/rubrics/t/a.toml", named("a")).file("bank/rubrics/t/b.toml", named("b"));
    grade
        .run_with(b"Fine.")
        .refused()
        .tells(&["several questions are called `old`: rubrics/t/a.toml and rubrics/t/b.toml"]);
}

#[test]
fn names_that_look_like_another_name_or_are_a_wording_of_another_question_are_found() {
    let named =
        |id: &str, names: &str| (format!("bank/rubrics/t/{id}.toml"), rubric(id, &format!("known_as = {names}")));
    let files = [
        // Both spellings of one name of the same question are useful: names are looked up as they are written.
        named("a", "[\"caf\u{e9}\", \"cafe\u{301}\"]"),
        named("b", "[\"cafe\u{301}\", \"a \", \"why D\", \"why b\", \"asked so\", \"indexed\"]"),
        named("c", "[\"tea  1\"]\nalso_asked = [\"Asked so?\"]"),
        named("d", "[\" tea 1\"]\nindex_only = [\"Indexed\"]"),
    ];
    let gradus = gradus(["bank", "check", "bank", "--format", "json"]);
    let found = files.iter().fold(gradus, |gradus, (name, text)| gradus.file(name, text)).run().found();
    let expected = [
        ("rubrics/t/b.toml:7", "`cafe\u{301}` is also a name of the question in rubrics/t/a.toml"),
        ("rubrics/t/b.toml:7", "`a ` looks like `a`, the id of the question in rubrics/t/a.toml"),
        ("rubrics/t/b.toml:7", "`why D` is a wording of the question in rubrics/t/d.toml"),
        ("rubrics/t/b.toml:7", "`asked so` is a wording of the question in rubrics/t/c.toml"),
        ("rubrics/t/b.toml:7", "`indexed` is a wording of the question in rubrics/t/d.toml"),
        ("rubrics/t/d.toml:7", "` tea 1` looks like `tea  1`, a name of the question in rubrics/t/c.toml"),
    ];
    let expected = expected.map(|(place, message)| (place.to_owned(), message.to_owned()));
    assert_eq!(findings(&found.json())[..], expected[..]);
}

/// The time of a check of `count` faults on one line, and its output.
fn check_of(count: usize) -> (Duration, String) {
    let phrases: Vec<String> = (0..count).map(|number| format!("'word{number} \"open'")).collect();
    let text = rubric("q", "").replace("'fine'", &phrases.join(", "));
    let gradus = gradus(["bank", "check", "bank"]).file("bank/rubrics/t/q.toml", text);
    let start = Instant::now();
    let out = gradus.run().found().out;
    (start.elapsed(), out)
}

#[test]
fn ten_times_as_many_findings_take_about_ten_times_as_long() {
    let (small, out) = check_of(500);
    assert!(out.ends_with(": 500 to fix\n"), "{out}");
    // The line is longer than what is shown of it, and its columns are counted from its start.
    let column = 8 + "'word0 \"open', ".len() * 10 + "'word10 \"open', ".len() * 90 + "'word100 ".len();
    assert!(out.contains(&format!("--> rubrics/t/q.toml:14:{column}\n")), "{column}: {}", &out[..2000]);
    // Quadratic time would be a factor of 100; the constant part of a run only makes the factor smaller. The fastest
    // of three runs counts, because other processes may hold one up.
    let large = (0..3).map(|_| {
        let (large, out) = check_of(5000);
        assert!(out.ends_with(": 5000 to fix\n"));
        large
    });
    let large = large.min().expect("three runs");
    assert!(large < small * 40, "{small:?} for 500 findings, {large:?} for 5000");
}
