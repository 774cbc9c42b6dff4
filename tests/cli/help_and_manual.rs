//! Tests of help, version, completions and manual pages.

use super::tiny_bank::tiny;
use crate::support::gradus;

const COMMANDS: [&str; 7] = ["grade", "questions", "search", "bank", "config", "completions", "man"];

#[test]
fn no_arguments_print_help_with_exit_code_2() {
    let ran = gradus([""; 0]).run();
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    ran.reports(&["Usage: gradus [OPTIONS] <COMMAND>"]).reports(&COMMANDS);
}

#[test]
fn command_groups_without_a_subcommand_print_help() {
    for group in ["bank", "config"] {
        let ran = gradus([group]).run();
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
        ran.reports(&[&format!("Usage: gradus {group}")]);
    }
}

#[test]
fn every_way_to_request_help_prints_it() {
    for arguments in [["--help"].as_slice(), &["-h"], &["help"]] {
        gradus(arguments)
            .run()
            .success()
            .reports_nothing()
            .prints(&COMMANDS)
            .prints(&["Exit codes: 0 done; 1 ", "2 could not run"]);
    }
    for command in COMMANDS {
        let usage = format!("Usage: gradus {command}");
        gradus([command, "--help"]).run().success().reports_nothing().prints(&[&usage]);
        gradus(["help", command]).run().success().reports_nothing().prints(&[&usage]);
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    for flag in ["--version", "-V"] {
        assert_eq!(gradus([flag]).run().success().out, concat!("gradus ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

#[test]
fn unknown_commands_and_options_are_errors() {
    let rows: [(&[&str], &str); 5] = [
        (&["grad"], "a similar subcommand exists: 'grade'"),
        (&["nonsense"], "unrecognized subcommand 'nonsense'"),
        (&["bank", "nonsense"], "unrecognized subcommand 'nonsense'"),
        (&["grade", "--nonsense"], "unexpected argument '--nonsense'"),
        (&["--color", "blue", "questions"], "[possible values: auto, always, never]"),
    ];
    for (arguments, expected) in rows {
        gradus(arguments).run().failure().reports(&[expected]);
    }
}

#[test]
fn completions_contain_every_command() {
    for (shell, mark) in [
        ("bash", "complete -F _gradus"),
        ("zsh", "#compdef gradus"),
        ("fish", "complete -c gradus"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let ran = gradus(["completions", shell]).run().success().reports_nothing().prints(&[mark]);
        ran.prints(&COMMANDS).prints(&["fail-under"]);
    }
    gradus(["completions", "tcsh"])
        .run()
        .failure()
        .reports(&["[possible values: bash, elvish, fish, powershell, zsh]"]);
}

#[test]
fn completions_offer_the_ids_of_the_bank() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = tiny(["completions", shell]).run().success().reports_nothing().out;
        if shell != "powershell" && shell != "elvish" {
            assert!(script.contains("undo-release") && !script.contains("error-budget"), "{shell}: {script}");
        }
        let shipped = gradus(["completions", shell]).run().success().out;
        assert_eq!(gradus(["--bank", "shipped", "completions", shell]).run().success().out, shipped);
    }
    // File names become part of a script that a shell runs, so they must not contain commands.
    let hostile = tiny(["completions", "bash"]).file("bank/rubrics/delivery/$(touch x).toml", "").run().success().out;
    assert!(!hostile.contains("touch"), "{hostile}");
}

#[test]
#[cfg(unix)]
fn bash_completes_ids_by_prefix() {
    let listed = |line: &str| -> Vec<String> {
        let words: Vec<&str> = line.split(' ').collect();
        let (current, previous) = (words[words.len() - 1], words[words.len() - 2]);
        let script = tiny(["completions", "bash"]).run().success().out;
        let ask = format!(
            "{script}\nCOMP_WORDS=({line}); COMP_CWORD={}; COMP_LINE='{line}'\n\
             _gradus gradus '{current}' '{previous}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            words.len() - 1
        );
        let output = std::process::Command::new("bash").args(["--norc", "-c", &ask]).output().expect("bash runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
    };
    assert_eq!(listed("gradus grade --question un"), ["undo-release"]);
    assert_eq!(listed("gradus batch answers.csv --question un"), ["undo-release"]);
    assert_eq!(listed("gradus questions show re"), ["restore-test"]);
    assert_eq!(listed("gradus bank explain st"), ["stage-release"]);
    assert_eq!(listed("gradus bank learn --only s"), ["stage-release"]);
    assert_eq!(listed("gradus prompt un"), ["undo-release"]);
    // The argument of `bank new` is a new id, so existing ids are not offered.
    assert_eq!(listed("gradus bank new un"), [""]);
}

#[test]
fn every_command_has_a_manual_page() {
    let gradus = gradus(["man", "--output", "pages"]);
    let (folder, again) = (gradus.path("pages"), gradus.again(["man", "-o", "pages"]));
    let forced = gradus.again(["man", "-o", "pages", "--force"]);
    gradus.run().success();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    for command in COMMANDS {
        assert!(names.contains(&format!("gradus-{command}.1")), "{names:?}");
    }
    for name in ["gradus.1", "gradus-bank-check.1", "gradus-questions-show.1"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    // Every page that another page refers to exists.
    for name in &names {
        let page = std::fs::read_to_string(folder.join(name)).expect("UTF-8").replace("\\-", "-");
        for other in page.split("(1)").filter(|before| !before.is_empty()) {
            let other = other.rsplit(|c: char| c != '-' && !c.is_ascii_lowercase()).next().unwrap_or_default();
            let is_page = other.is_empty() || !other.starts_with("gradus") || names.contains(&format!("{other}.1"));
            assert!(is_page, "{name} refers to {other}(1)");
        }
    }
    again.run().failure().reports(&["would be overwritten"]);
    forced.run().success();
}

#[test]
fn man_prints_the_page_of_the_named_command() {
    gradus(["man", "grade"]).run().success().prints(&[".TH gradus-grade 1", "fail\\-under"]);
    gradus(["man", "bank", "check"]).run().success().prints(&[".TH gradus-bank-check 1"]);
    gradus(["man", "grad"]).run().failure().reports(&["`gradus` has no command `grad`\nhint: "]);
}

#[test]
fn man_without_a_name_prints_the_main_page() {
    let ran = gradus(["man"]).run().success().reports_nothing();
    ran.prints(&[
        ".TH gradus 1",
        ".SH NAME",
        ".SH SYNOPSIS",
        "gradus\\-grade(1)",
        "gradus\\-questions(1)",
        "gradus\\-bank(1)",
    ]);
}

#[test]
fn help_version_and_manual_ignore_broken_settings() {
    for arguments in [["--version"].as_slice(), &["--help"], &["man"], &["completions", "fish"]] {
        gradus(arguments).file("gradus.toml", "no sense\n").env("GRADUS_FORMAT", "xml").run().success();
    }
}
