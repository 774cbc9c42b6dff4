//! Tests of how `gradus grade` finds the question, and of `--fail-under`.

use super::tiny_bank::{BANK, UNDO_RELEASE, UNDO_RELEASE_SAMPLES, tiny};
use crate::support::gradus;

#[test]
fn the_question_option_overrides_front_matter() {
    let ran = tiny(["grade", "--quiet", "--question", "restore-test", "mine.md"])
        .file("mine.md", "+++\nquestion = \"undo-release\"\n+++\nA backup of every month.\n")
        .run();
    assert!(ran.success().out.starts_with("mine.md  restore-test  "));
}

#[test]
fn ask_finds_a_question_by_its_wording() {
    for wording in ["have you rolled back a deployment", "Tell me about a time you had to UNDO something"] {
        tiny(["grade", "--ask", wording, "answer.md"])
            .run()
            .success()
            .prints(&["answer.md · undo-release", "Question found by its wording"]);
    }
    tiny(["grade", "--ask", "backup restored?", "--quiet", "answer.md"]).run().success().prints(&["restore-test"]);
}

#[test]
fn front_matter_may_name_a_question_by_its_wording() {
    let ran = tiny(["grade", "--quiet", "mine.md"])
        .file("mine.md", "+++\nquestion = \"Have you rolled back a deployment?\"\n+++\nA backup of every month.\n")
        .run();
    assert!(ran.success().out.starts_with("mine.md  undo-release  "));
    tiny(["grade", "mine.md"]).file("mine.md", "+++\nquestion = \"Why is the sky blue?\"\n+++\nx\n").run().failure();
}

#[test]
fn a_question_is_found_from_the_answer() {
    let ran = tiny(["grade", "mine.md"])
        .file("mine.md", "Once a month we restore the backup and compare rows with a checksum.\n")
        .run()
        .success()
        .reports_nothing()
        .prints(&["mine.md · restore-test", "Question found from the answer, similarity 0."]);
    assert!(!ran.out.contains("close"), "{}", ran.out);
}

#[test]
fn a_close_choice_names_the_runner_up() {
    let note = "it was close with stage-release: use --question to choose";
    let ask = |format| {
        tiny(["grade", "--ask", "Where do you look before you roll back a release?", "--format", format, "answer.md"])
            .run()
            .success()
    };
    let text = ask("text").reports_nothing().out.replace('\n', " ");
    assert!(text.contains(note), "{text}");
    // With a format for programs, the note goes to standard error.
    let csv = ask("csv").reports(&["note: question `undo-release` found by its wording “", "”, similarity 0.", note]);
    assert!(!csv.out.contains("close"), "{}", csv.out);
    tiny(["grade", "--ask", "Where do you look before you roll back a release?", "--quiet", "answer.md"])
        .run()
        .success()
        .reports_nothing();
}

#[test]
fn a_close_choice_from_the_answer_names_the_runner_up() {
    let twin = |text: &str| text.replace("\"undo-release\"", "\"undo-twin\"");
    let ran = tiny(["grade", "--format", "json", "answer.md"])
        .file("bank/rubrics/delivery/undo-twin.toml", twin(UNDO_RELEASE))
        .file("bank/corpus/delivery/undo-twin.md", twin(UNDO_RELEASE_SAMPLES))
        .run()
        .success()
        .reports(&["found from the answer, similarity 0.", "; it was close with ", "use --question to choose"]);
    assert!(ran.err.contains("undo-release") && ran.err.contains("undo-twin"), "{}", ran.err);
}

#[test]
fn the_only_question_of_a_bank_needs_no_choosing() {
    let only = BANK[0];
    let ran = gradus(["--bank", "bank", "grade"]).files(&[only]).run_with(b"Nothing of the kind.").success();
    ran.prints(&["- · undo-release", "Question chosen because it is the only one in the bank"]);
}

#[test]
fn an_undecided_question_is_an_error_with_a_hint() {
    let rows: [(&[&str], &str); 4] = [
        (&["--ask", "zebra"], "no similar question in this bank"),
        (&["-"], "the question cannot be found from the answer"),
        (&["--question", "undo-relaese"], "no question `undo-relaese`\nhint: did you mean undo-release"),
        (&["--question", "zebra"], "no question `zebra`\nhint: `gradus questions` lists all questions"),
    ];
    for (arguments, expected) in rows {
        let arguments = ["grade"].into_iter().chain(arguments.iter().copied());
        tiny(arguments).run_with(b"Xyzzy plugh.").failure().reports(&[expected, "\nhint: "]);
    }
}

#[test]
fn question_and_ask_exclude_each_other() {
    let both = [
        "grade",
        "--question",
        "undo-release",
        "--ask",
        "Where do you look before you roll back a release?",
        "answer.md",
    ];
    tiny(both).run().failure().reports(&["'--question <ID>' cannot be used with '--ask <TEXT>'"]);
}

#[test]
fn a_score_below_the_threshold_exits_with_1() {
    let grade = |least| tiny(["grade", "--quiet", "--fail-under", least, "answer.md"]).run();
    for (least, expected) in [("0", 0), ("37.4", 0), ("37.5", 0), ("37.6", 1), ("100", 1)] {
        let ran = grade(least);
        assert_eq!((ran.code, ran.out.as_str()), (Some(expected), "answer.md  undo-release  37.5  partial\n"));
    }
    for least in ["-1", "100.1", "nan", "inf", "half", ""] {
        let ran = tiny(["grade", &format!("--fail-under={least}"), "answer.md"]).run().failure();
        ran.reports(&["--fail-under", "expected a number from 0 to 100"]);
    }
}
