//! Tests of `gradus bank check`: the choice of bank and files, unusable names, and linear time.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::banks::FAULTY;
use super::tiny_bank::{BANK, tiny};
use crate::support::{Gradus, gradus};

/// The program in a folder that is itself the tiny bank. No setting names the bank.
fn in_bank_folder(arguments: &[&str]) -> Gradus {
    let files = BANK.map(|(name, text)| (name.trim_start_matches("bank/"), text));
    gradus(arguments).files(&files).file("answer.md", super::tiny_bank::ANSWER)
}

fn rubric(id: &str, header: &str) -> String {
    format!(
        "schema = 1\nid = \"{id}\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"Why {id}?\"\n{header}\n\
         [[criterion]]\nid = \"a\"\npoints = 1\nasks = \"x\"\n[[criterion.concept]]\nid = \"c\"\nany = ['fine']\n\
         [[golden]]\ntext = \"We are fine.\"\nexpect = {{ a = 1.0 }}\n"
    )
}

/// The place (`file:line`) and the message of each finding.
fn findings(value: &Value) -> Vec<(String, String)> {
    let place_and_message = |finding: &Value| {
        let place = format!("{}:{}", finding["file"].as_str().expect("a file"), finding["line"]);
        (place, finding["message"].as_str().expect("a message").to_owned())
    };
    value.as_array().expect("a list").iter().map(place_and_message).collect()
}

#[test]
fn the_check_names_the_bank() {
    let summary = |gradus: Gradus| gradus.run().success().reports_nothing().out;
    assert_eq!(summary(in_bank_folder(&["bank", "check"])), "checked 3 questions of ./rubrics: nothing to fix\n");
    assert_eq!(summary(in_bank_folder(&["bank", "check", "."])), "checked 3 questions of ./rubrics: nothing to fix\n");
    assert_eq!(summary(tiny(["bank", "check"])), "checked 3 questions of bank/rubrics: nothing to fix\n");
    let shipped = summary(in_bank_folder(&["bank", "check", "--bank", "shipped"]));
    assert!(shipped.contains(" questions of the shipped bank: nothing to fix"), "{shipped}");
    assert_eq!(summary(gradus(["bank", "check"])), shipped);
    let json = in_bank_folder(&["bank", "check", "--format", "json"]).run().success();
    json.reports(&["note: checked 3 questions of ./rubrics: nothing to fix"]);
}

#[test]
fn a_bank_is_found_from_a_subfolder() {
    let below = in_bank_folder(&["bank", "check"]).folder("corpus/recovery").within("corpus/recovery").run().success();
    assert_eq!(below.out, "checked 3 questions of [home]/rubrics: nothing to fix\n");
    let grade = in_bank_folder(&["grade", "--question", "undo-release", "../../answer.md"]).folder("a/b").within("a/b");
    grade.run().success().reports(&["note: using the bank found in [home];"]).prints(&["37.5"]);
    in_bank_folder(&["config", "show"]).run().success().reports_nothing().prints(&["found in [home]\n"]);
}

#[test]
fn every_bank_setting_overrides_a_bank_that_is_found() {
    let shows = |gradus: Gradus, origin: &str| gradus.run().success().prints(&[origin]);
    let show = || in_bank_folder(&["config", "show"]);
    shows(show().env("GRADUS_BANK", "elsewhere"), "elsewhere  environment GRADUS_BANK\n");
    shows(show().file("gradus.toml", "bank = \"elsewhere\"\n"), "[home]/gradus.toml\n");
    for shipped in [show().env("GRADUS_BANK", "shipped"), show().file("gradus.toml", "bank = \"shipped\"\n")] {
        let out = shipped.run().success().out;
        let bank = out.lines().next().unwrap_or_default().to_owned();
        assert!(bank.starts_with("bank ") && bank.contains(" shipped ") && !bank.contains("found in"), "{out}");
    }
    // A folder called `shipped` can still be used with a path.
    let files = BANK.map(|(name, text)| (name.replacen("bank", "shipped", 1), text));
    let files = files.each_ref().map(|(name, text)| (name.as_str(), *text));
    gradus(["--bank", "./shipped", "questions", "show", "undo-release"]).files(&files).run().success();
}

#[test]
fn a_rubrics_folder_without_rubrics_is_skipped() {
    let other =
        gradus(["config", "show"]).file("rubrics/marking.toml", "title = \"Essay\"\n").file("rubrics/a.txt", "");
    assert!(!other.run().success().out.contains("found in"));
}

#[test]
fn bank_check_reports_the_faults_of_a_found_bank_without_a_valid_rubric() {
    let broken = gradus(["bank", "check"]).file("rubrics/t/q.toml", "schema = 1\nid = \"q\"\ncolour = \n");
    broken.run().check_failed().prints(&["--> rubrics/t/q.toml:3:", "checked 1 question of ./rubrics: 1 to fix"]);
}

#[test]
fn bank_check_takes_a_rubrics_folder_with_only_broken_files() {
    for text in ["id = q1", "not toml [", ""] {
        for name in ["rubrics/t/q.toml", "rubrics/q.toml"] {
            for from in [".", "rubrics", "a/b"] {
                let check =
                    gradus(["bank", "check", "--format", "json"]).file(name, text).folder("a/b").within(from).run();
                let found = findings(&check.check_failed().json());
                assert!(!found.is_empty() && found.iter().all(|(place, _)| place.starts_with(name)), "{found:?}");
            }
        }
    }
    let shipped = gradus(["--bank", "shipped", "bank", "check"]).file("rubrics/t/q.toml", "").run().success();
    shipped.prints(&["questions of the shipped bank: nothing to fix"]);
}

#[test]
fn bank_check_rejects_a_rubrics_folder_without_a_toml_file() {
    for name in ["rubrics/t/q.txt", "rubrics/.q.toml", "rubrics/t/q.md"] {
        let check = gradus(["bank", "check"]).file(name, "").folder("a").within("a").run().failure();
        check.reports(&["no .toml file in [home]/rubrics\nhint: ", "--bank shipped"]);
    }
    let check = gradus(["bank", "check"]).file("rubrics/synonyms.toml", "schema = 1\n").run().failure();
    check.reports(&["no rubric in ./rubrics\nhint: "]);
}

#[test]
fn grading_reports_a_rubrics_folder_that_it_skips() {
    let grade = |more: &[&str], file: (&str, &str)| {
        let arguments = [&["grade", "--question", "error-budget", "answer.md"], more].concat();
        let gradus = gradus(arguments).file("answer.md", super::tiny_bank::ANSWER).file(file.0, file.1).folder("a");
        gradus.run().success().err
    };
    let broken = ("rubrics/t/q.toml", "id = q1");
    let note = "note: [home]/rubrics is not used as a bank: no .toml file in it has `schema` and `id` at the top (files read: 1); \
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
    let one = findings(&check(&["faulty/rubrics/t/one.toml"]).check_failed().json());
    assert_eq!(one.len(), 8);
    assert!(one.iter().all(|(place, _)| place.starts_with("rubrics/t/one.toml:")), "{one:?}");
    // Checking a rubric also checks its samples.
    let three = findings(&check(&["faulty/rubrics/t/three.toml"]).check_failed().json());
    let files: Vec<&str> = three.iter().filter_map(|(place, _)| place.split(':').next()).collect();
    assert_eq!(files, ["corpus/t/three.md", "rubrics/t/three.toml", "rubrics/t/three.toml"]);
    let two = check(&["faulty/rubrics/t/two.toml", "faulty/corpus/t/nobody.md"]).check_failed();
    assert_eq!(findings(&two.json()).len(), 2);
    two.reports(&["note: checked 2 files of [home]/faulty/rubrics: 2 to fix"]);
    // A folder among the paths is checked completely.
    assert_eq!(findings(&check(&["faulty/rubrics/t/two.toml", "faulty"]).check_failed().json()).len(), 15);
    let sound = tiny(["bank", "check", "bank/rubrics/recovery/restore-test.toml"]).files(&FAULTY).run().success();
    assert_eq!(sound.out, "checked 1 file of [home]/bank/rubrics: nothing to fix\n");
}

#[test]
fn a_rubric_outside_a_bank_is_checked_alone() {
    let sound = gradus(["bank", "check", "mine.toml"]).file("mine.toml", rubric("mine", "")).run().success();
    assert_eq!(sound.out, "checked mine.toml, which is not in a bank: nothing to fix\n");
    let faulty = gradus(["bank", "check", "mine.toml"]).file("mine.toml", rubric("other", ""));
    faulty.run().check_failed().prints(&["id `other` in a file named `mine.toml`", "--> mine.toml:2:6\n"]);
}

#[test]
fn a_path_that_is_not_a_bank_file_is_an_error() {
    gradus(["bank", "check", "gone.toml"]).run().failure().reports(&["cannot read gone.toml"]);
    gradus(["bank", "check", "x.md"]).file("x.md", "").run().failure().reports(&["x.md is not in a bank\nhint: "]);
    gradus(["bank", "check", "x.txt"]).file("x.txt", "").run().failure().reports(&["no `rubrics` folder in x.txt"]);
    let two = tiny(["bank", "check", "bank", "faulty"]).files(&FAULTY).run().failure();
    two.reports(&["are different banks\nhint: check one bank at a time"]);
}

#[test]
fn unusable_names_are_reported_with_their_lines() {
    let files = [
        ("bank/rubrics/t/a.toml", rubric("a", "known_as = [\"one\", \"b\", \"\", \" \\t\",\n \"a\",\n \"one\"]")),
        (
            "bank/rubrics/t/b.toml",
            rubric("b", "known_as = [\n \"one\",\n \"fine\",\n \"li\\u0000ne\",\n \"hid\\u202Eden\"]"),
        ),
    ];
    let gradus = gradus(["bank", "check", "bank", "--format", "json"]);
    let found = files.iter().fold(gradus, |gradus, (name, text)| gradus.file(name, text)).run().check_failed();
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

/// An answer to `undo-release` with enough words to find its question.
const LONG_ANSWER: &str =
    "We had to undo a release, so we rolled the release back within ten minutes and told support.";

#[test]
fn a_rubric_that_states_the_id_of_another_file_makes_the_id_ambiguous() {
    let copy = super::tiny_bank::UNDO_RELEASE;
    let grade = |text: &str| {
        tiny(["grade", "--question", "undo-release", "answer.md"]).file("bank/rubrics/delivery/copy.toml", text).run()
    };
    let files = "rubrics/delivery/undo-release.toml and rubrics/delivery/copy.toml";
    grade(copy).failure().reports(&["several questions are called `undo-release`", "hint: ", files]);
    grade(&copy.replace("id = \"undo-release\"", "id   =   'undo-release' # a copy")).failure().reports(&[files]);
    // A line inside a multi-line string that looks like an id is not an id.
    let prompt = "prompt = \"\"\"Why?\nid = \"undo-release\"\n\"\"\"";
    grade(&rubric("copy", "").replace("\"t\"", "\"delivery\"").replace("prompt = \"Why copy?\"", prompt)).success();
}

#[test]
fn a_question_id_in_two_files_is_an_error_in_every_command() {
    let with_second_rubric = |arguments: &[&str]| {
        let other = rubric("undo-release", "").replace("\"t\"", "\"other\"");
        tiny(arguments.iter().copied()).file("bank/rubrics/other/undo-release.toml", other)
    };
    let files = "rubrics/delivery/undo-release.toml and rubrics/other/undo-release.toml";
    for arguments in
        [["grade", "--question", "undo-release", "answer.md"].as_slice(), &["questions", "show", "undo-release"]]
    {
        with_second_rubric(arguments).run().failure().reports(&[
            "several questions are called `undo-release`",
            files,
            "\nhint: ",
        ]);
    }
    let check = with_second_rubric(&["bank", "check"]).run().check_failed();
    check.prints(&["question `undo-release` is also in rubrics/delivery/undo-release.toml"]);
    // A question that is found by its wording or by the answer gives the same error, and so does a row of a batch.
    let wording = "Have you ever rolled back a deployment?";
    let with_copied_rubric = |arguments: &[&str]| {
        let other = super::tiny_bank::UNDO_RELEASE.replace("\"delivery\"", "\"other\"");
        with_second_rubric(arguments).file("bank/rubrics/other/undo-release.toml", other)
    };
    for is_copy in [false, true] {
        let program =
            |arguments: &[&str]| if is_copy { with_copied_rubric(arguments) } else { with_second_rubric(arguments) };
        let asked = program(&["grade", "--ask", wording, "answer.md"]).run().failure();
        asked.reports(&["several questions are called `undo-release`", files]);
        program(&["grade", "answer.md"])
            .run()
            .failure()
            .reports(&["several questions are called `undo-release`", files]);
        for question in [wording, "undo-release", "How have you rolled back a deployment?"] {
            let row = serde_json::json!({ "question": question, "answer": LONG_ANSWER }).to_string();
            let batch = program(&["batch", "-"]).run_with(row.as_bytes()).check_failed();
            batch.prints(&["several questions are called `undo-release`", files]);
        }
        let folder =
            program(&["batch", "answers", "--format", "jsonl"]).file("answers/a.txt", LONG_ANSWER).run().check_failed();
        folder.prints(&["several questions are called `undo-release`", files]);
    }
    let graded = "{\"question\":\"undo-release\",\"answer\":\"x\",\"score\":1}\n";
    for command in [["eval", "graded.jsonl"].as_slice(), &["bank", "learn", "graded.jsonl"]] {
        let refused = with_copied_rubric(command).file("graded.jsonl", graded).run().failure();
        refused.reports(&["several questions are called `undo-release`", files]);
    }
    let named = |id: &str| rubric(id, "known_as = [\"old\"]");
    let grade = gradus(["--bank", "bank", "grade", "--question", "old", "-"]);
    let grade = grade.file("bank/rubrics/t/a.toml", named("a")).file("bank/rubrics/t/b.toml", named("b"));
    grade
        .run_with(b"Fine.")
        .failure()
        .reports(&["several questions are called `old`: rubrics/t/a.toml and rubrics/t/b.toml"]);
}

#[test]
fn names_that_resemble_another_name_or_equal_another_wording_are_reported() {
    let named =
        |id: &str, names: &str| (format!("bank/rubrics/t/{id}.toml"), rubric(id, &format!("known_as = {names}")));
    let files = [
        // Two Unicode spellings of one name are not a fault, because names are looked up as written.
        named("a", "[\"caf\u{e9}\", \"cafe\u{301}\"]"),
        named("b", "[\"cafe\u{301}\", \"a \", \"why D\", \"why b\", \"asked so\", \"indexed\"]"),
        named("c", "[\"tea  1\"]\nalso_asked = [\"Asked so?\"]"),
        named("d", "[\" tea 1\"]\nindex_only = [\"Indexed\"]"),
    ];
    let gradus = gradus(["bank", "check", "bank", "--format", "json"]);
    let found = files.iter().fold(gradus, |gradus, (name, text)| gradus.file(name, text)).run().check_failed();
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

/// Checks a rubric with `count` faults on one line. Returns the elapsed time and the output.
fn timed_check(count: usize) -> (Duration, String) {
    let phrases: Vec<String> = (0..count).map(|number| format!("'word{number} \"open'")).collect();
    let text = rubric("q", "").replace("'fine'", &phrases.join(", "));
    let gradus = gradus(["bank", "check", "bank"]).file("bank/rubrics/t/q.toml", text);
    let start = Instant::now();
    let out = gradus.run().check_failed().out;
    (start.elapsed(), out)
}

#[test]
fn ten_times_as_many_findings_take_about_ten_times_as_long() {
    let (small, out) = timed_check(500);
    assert!(out.ends_with(": 500 to fix\n"), "{out}");
    // A finding shows a part of the long line, but its column is counted from the start of the line.
    let column = 8 + "'word0 \"open', ".len() * 10 + "'word10 \"open', ".len() * 90 + "'word100 ".len();
    assert!(out.contains(&format!("--> rubrics/t/q.toml:14:{column}\n")), "{column}: {}", &out[..2000]);
    // Quadratic time would be a factor of 100; the constant part of a run only makes the factor smaller. The fastest
    // of three runs counts, because other processes may slow one down.
    let large = (0..3).map(|_| {
        let (large, out) = timed_check(5000);
        assert!(out.ends_with(": 5000 to fix\n"));
        large
    });
    let large = large.min().expect("three runs");
    assert!(large < small * 40, "{small:?} for 500 findings, {large:?} for 5000");
}
