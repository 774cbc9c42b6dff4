//! Tests of the formats, colours and widths of `gradus grade`.

use super::tiny_bank::{ANSWER, tiny};

#[test]
fn every_format_shows_the_same_grade() {
    let rows: [(&str, &[&str]); 4] = [
        ("text", &["answer.md · undo-release\n", "  37.5   ", "3 of 8 points", "“It was their fault”"]),
        (
            "markdown",
            &["# answer.md\n", "**37.5 of 100, partial**", "| 2 | ◐ partial | 1/2 |", "**It was their faultᴾ¹**"],
        ),
        ("csv", &["answer.md,undo-release,graded,37.5,3,8,partial,", ",1,0.5,0,blames-a-person=1,\n"]),
        ("json", &["\"score\": 37.5", "\"band\": \"partial\"", "\"quote\": \"It was their fault\""]),
    ];
    for (format, expected) in rows {
        tiny(["grade", "--question", "undo-release", "--format", format, "answer.md"])
            .run()
            .success()
            .reports_nothing()
            .prints(expected);
    }
    tiny(["grade", "--format", "xml", "answer.md"])
        .run()
        .failure()
        .reports(&["[possible values: text, json, markdown, csv]"]);
}

#[test]
fn csv_has_a_header_and_one_row_of_the_same_width() {
    let ran = tiny(["grade", "--format", "csv", "=1+1, \"x\".md"]).file("=1+1, \"x\".md", ANSWER).run().success();
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let columns = reader.headers().expect("a header").len();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.iter().map(csv::StringRecord::len).collect::<Vec<_>>(), [columns]);
    assert_eq!(&rows[0][0], "'=1+1, \"x\".md", "a spreadsheet must not take the name for a formula");
}

#[test]
fn quiet_shortens_only_the_text_format() {
    let grade = |arguments: &[&str]| {
        let arguments =
            ["grade", "--question", "undo-release", "answer.md"].into_iter().chain(arguments.iter().copied());
        tiny(arguments).run().success().reports_nothing().out
    };
    assert_eq!(grade(&["-q"]), "answer.md  undo-release  37.5  partial\n");
    for format in ["json", "markdown", "csv"] {
        assert_eq!(grade(&["-q", "--format", format]), grade(&["--format", format]));
    }
}

#[test]
fn colour_is_used_on_terminals_and_on_request() {
    type Row<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], bool);
    let rows: [Row<'_>; 9] = [
        (&[], &[], false),
        (&["--color", "auto"], &[("CLICOLOR_FORCE", "1")], false),
        (&["--color", "auto"], &[("NO_COLOR", "1")], false),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&["--color", "always"], &[], true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&[], &[("GRADUS_COLOR", "always")], true),
        (&[], &[("GRADUS_COLOR", "always"), ("NO_COLOR", "1")], true),
        (&["--color", "never"], &[("GRADUS_COLOR", "always")], false),
    ];
    for (flags, variables, expected) in rows {
        let gradus = tiny(flags.iter().copied().chain(["grade", "answer.md"]));
        let ran = variables.iter().fold(gradus, |gradus, (name, value)| gradus.env(name, value)).run().success();
        assert_eq!(ran.out.contains('\u{1b}'), expected, "{flags:?} {variables:?}: {:?}", ran.out);
    }
}

#[test]
fn every_report_can_be_coloured() {
    let commands: [&[&str]; 5] = [
        &["grade", "--quiet", "answer.md"],
        &["questions"],
        &["search", "backup"],
        &["bank", "explain", "undo-release", "answer.md"],
        &["bank", "check", "faulty"],
    ];
    for command in commands {
        let gradus = tiny(["--color", "always"].into_iter().chain(command.iter().copied()));
        let ran = gradus.file("faulty/rubrics/t/x.toml", "schema = 1\n").run();
        assert!(ran.out.contains('\u{1b}'), "{command:?}: {ran:?}");
    }
}

#[test]
fn colour_does_not_change_machine_readable_formats() {
    for format in ["json", "csv", "markdown"] {
        let grade = |color| tiny(["grade", "--color", color, "--format", format, "answer.md"]).run().success().out;
        assert_eq!(grade("always"), grade("never"));
    }
}

#[test]
fn errors_and_warnings_are_coloured_only_on_request() {
    let err = |color| tiny(["grade", "--color", color, "nowhere.md"]).run().err;
    assert!(err("always").starts_with("\u{1b}[1m\u{1b}[31merror\u{1b}[0m: "), "{:?}", err("always"));
    assert!(err("never").starts_with("error: ") && err("auto") == err("never"));
}

#[test]
fn reports_have_at_most_80_columns_without_a_terminal() {
    let long = format!("{} {ANSWER}", "We rolled the release back and told support about the status page. ".repeat(20));
    let commands: [&[&str]; 6] = [
        &["grade", "--question", "undo-release", "long.md"],
        &["grade", "--ask", "Where do you look before you roll back a release?", "long.md"],
        &["questions"],
        &["questions", "show", "undo-release"],
        &["questions", "find", "Where do you look before you roll back a release?"],
        &["search", "backup release owner"],
    ];
    for command in commands {
        let ran = tiny(command.iter().copied()).file("long.md", &long).run().success();
        for line in ran.out.lines() {
            assert!(line.chars().count() <= 80, "{command:?}: {line}");
            assert_eq!(line, line.trim_end(), "{command:?}");
        }
    }
}
