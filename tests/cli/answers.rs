//! Tests of the answers that `gradus grade` accepts and of the errors for unreadable ones.

use super::tiny_bank::{ANSWER, tiny};
use crate::support::RunOutput;

const FRONT_MATTER: &str = "+++\nquestion = \"undo-release\"\n+++\n";

fn grade_quietly(content: impl AsRef<[u8]>) -> RunOutput {
    tiny(["grade", "--quiet", "mine.md"]).file("mine.md", content).run()
}

#[test]
fn an_answer_is_read_from_a_file_or_a_pipe() {
    let rows: [(&[&str], &str); 4] = [
        (&["answer.md"], "answer.md  undo-release  37.5  partial\n"),
        (&["./answer.md"], "./answer.md  undo-release  37.5  partial\n"),
        (&["-"], "-  undo-release  37.5  partial\n"),
        (&[], "-  undo-release  37.5  partial\n"),
    ];
    for (file, expected) in rows {
        let arguments = ["grade", "--quiet", "--question", "undo-release"].into_iter().chain(file.iter().copied());
        assert_eq!(tiny(arguments).run_with(ANSWER.as_bytes()).success().reports_nothing().out, expected);
    }
}

#[test]
fn front_matter_names_the_question_and_does_not_belong_to_the_answer() {
    let heads = [
        FRONT_MATTER,
        "+++\nauthor = \"me\"\nquestion = \"undo-release\"\n+++\n",
        "---\nquestion: undo-release\n---\n",
        "---\ntitle: \"status page\"\nquestion: \"undo-release\"\n---\n",
        "---\nquestion: 'undo-release'\n---\n\n",
        "\u{feff}+++\nquestion = \"undo-release\"\n+++\n",
        "\u{feff}+++\r\nquestion = \"undo-release\"\r\n+++\r\n",
        "---\r\nquestion: undo-release\r\n---\r\n",
    ];
    // The first sentence suits another question, so only the front matter names `undo-release`.
    let body = "A backup can be restored. We rolled the release back.";
    for head in heads {
        let ran = grade_quietly(format!("{head}{body}")).success().reports_nothing();
        assert_eq!(ran.out, "mine.md  undo-release  37.5  partial\n", "{head:?}");
    }
}

#[test]
fn a_single_line_of_three_hyphens_is_a_rule_of_the_answer() {
    let ran = grade_quietly("---\nWe wrote on the status page and told support; each action got an owner.\n").success();
    assert_eq!(ran.out, "mine.md  undo-release  62.5  solid\n");
}

#[test]
fn front_matter_that_is_not_closed_is_an_error_and_never_graded() {
    let text = format!("+++\nquestion = \"undo-release\"\n\n{ANSWER}");
    let message = "line 1: the front matter is not closed: expected a second line `+++`\nhint: write `+++` on a line";
    let ran = grade_quietly(&text).failure().reports(&[&format!("error: mine.md: {message}")]);
    assert_eq!(ran.out, "");
    for arguments in [&["grade", "--question", "undo-release", "-"][..], &["bank", "explain", "undo-release", "-"]] {
        let ran = tiny(arguments.iter().copied()).run_with(text.as_bytes()).failure();
        assert_eq!(ran.reports(&[&format!("error: standard input: {message}")]).out, "");
    }
}

#[test]
fn an_answer_below_an_empty_line_may_start_with_plus_signs() {
    for start in ["\n+++\n", "+++ My answer +++\n", "++\n"] {
        let ran = tiny(["grade", "--quiet", "--question", "undo-release", "-"]);
        let ran = ran.run_with(format!("{start}{ANSWER}").as_bytes()).success().reports_nothing();
        assert_eq!(ran.out, "-  undo-release  37.5  partial\n", "{start:?}");
    }
}

#[test]
fn front_matter_that_is_not_toml_is_an_error_with_its_line() {
    grade_quietly("+++\ntitle = \"x\"\nquestion = undo-release\n+++\nx\n")
        .failure()
        .reports(&["mine.md", "line 3", "\nhint: "]);
}

#[test]
fn front_matter_that_names_an_unknown_question_is_an_error() {
    grade_quietly("+++\nquestion = \"undo-relaese\"\n+++\nx\n").failure().reports(&[
        "front matter",
        "no question `undo-relaese`",
        "did you mean undo-release",
    ]);
}

#[test]
fn an_answer_without_words_is_ungraded_and_has_no_score() {
    for content in ["", FRONT_MATTER, " \n\t\r\n \n", "\u{feff}", "…—!?\n"] {
        for format in ["text", "markdown", "csv", "json"] {
            let ran = tiny(["grade", "--question", "undo-release", "--format", format, "mine.md"])
                .file("mine.md", content)
                .run()
                .check_failed();
            assert!(ran.out.contains("no words"), "{content:?}: {}", ran.out);
            if format == "json" {
                let result = ran.json();
                assert_eq!((&result["status"], &result["score"]), (&"ungraded".into(), &serde_json::Value::Null));
            } else {
                assert!(!ran.out.contains('0'), "{content:?}: {}", ran.out);
            }
        }
    }
}

#[test]
fn quiet_prints_the_reason_of_an_ungraded_answer() {
    let ran = grade_quietly(FRONT_MATTER).check_failed().reports_nothing();
    assert_eq!(ran.out, "mine.md  undo-release  ungraded: the answer has no words\n");
}

#[test]
fn invalid_utf_8_is_reported_and_the_rest_is_graded() {
    let ran = grade_quietly([FRONT_MATTER.as_bytes(), b"We \xff\xfe rolled the release back."].concat()).success();
    // --quiet omits notes but not warnings.
    let ran = ran.reports(&["warning: mine.md is not UTF-8: byte 37 is 0xff", "U+FFFD"]);
    assert_eq!(ran.out, "mine.md  undo-release  37.5  partial\n");
}

#[test]
fn nul_bytes_are_shown_and_do_not_change_the_grade() {
    let ran =
        tiny(["grade", "mine.md"]).file("mine.md", format!("{FRONT_MATTER}We rolled\0 back.\0\0")).run().success();
    assert!(!ran.prints(&["37.5", "␀"]).out.contains('\0'));
}

#[test]
fn escape_sequences_of_an_answer_do_not_reach_the_terminal() {
    let content = format!("{FRONT_MATTER}\u{1b}[2J\u{9b}31m We rolled back \u{1b}]0;title\u{7} \u{202e}now.");
    for format in ["text", "json", "markdown", "csv"] {
        let ran = tiny(["grade", "--format", format, "mine.md"]).file("mine.md", &content).run().success();
        let control_character = ran.out.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(control_character, None, "{format}: {:?}", ran.out);
    }
}

#[test]
fn an_unreadable_answer_is_an_error_that_names_the_file() {
    tiny(["grade", "nowhere.md"]).run().failure().reports(&["cannot read the answer nowhere.md"]);
    tiny(["grade", "bank"]).run().failure().reports(&["error: bank is a folder\nhint: `gradus batch`"]);
}

#[test]
fn an_answer_that_is_not_text_is_an_error_in_grade_and_ungraded_in_batch() {
    let utf_16: Vec<u8> = ANSWER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, name) in [
        (&b"PK\x03\x04\x14\0\x06\0\x08\0word/document.xml"[..], "a Word document (.docx)"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
        (&utf_16, "UTF-16 text without a byte order mark"),
    ] {
        let ran = tiny(["grade", "--question", "undo-release", "mine.md"]).file("mine.md", bytes).run().failure();
        let reported = format!("error: mine.md is {name}, which is not graded\nhint: save it as plain text in UTF-8\n");
        assert_eq!(ran.err, reported);
        let arguments = ["batch", "answers", "--format", "jsonl"];
        let ran = tiny(arguments).file("answers/undo-release.md", ANSWER).file("answers/undo-release_b.md", bytes);
        let lines: Vec<serde_json::Value> =
            ran.run().check_failed().out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        assert_eq!((&lines[0]["status"], &lines[1]["status"]), (&"graded".into(), &"ungraded".into()), "{lines:?}");
        assert_eq!(lines[1]["reason"], format!("it is {name}: save it as plain text in UTF-8"));
    }
    let row =
        serde_json::json!({"id": "a", "question": "undo-release", "answer": "PK\u{3}\u{4} and so on"}).to_string();
    let ran = tiny(["batch", "-", "--format", "jsonl"]).run_with(row.as_bytes()).check_failed();
    assert!(ran.out.contains("a ZIP archive"), "{}", ran.out);
}

#[test]
fn an_answer_above_the_size_limit_is_an_error() {
    let grade = tiny(["grade", "--question", "undo-release", "mine.md"]).file("mine.md", "");
    let file = std::fs::File::options().write(true).open(grade.path("mine.md")).expect("a file");
    file.set_len(gradus::model::Answer::LARGEST as u64 + 1).expect("a long file");
    let ran = grade.run().failure();
    assert!(ran.err.contains("hint: grade its parts separately"), "{}", ran.err);
}
