//! What the program says about itself: help, version, completions and the manual page.

use super::tiny::tiny;
use crate::support::gradus;

const COMMANDS: [&str; 7] = ["grade", "questions", "search", "bank", "config", "completions", "man"];

#[test]
fn without_arguments_there_is_help_and_exit_code_2() {
    let ran = gradus([""; 0]).run();
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    ran.tells(&["Usage: gradus [OPTIONS] <COMMAND>"]).tells(&COMMANDS);
}

#[test]
fn groups_of_commands_without_one_print_help_too() {
    for group in ["bank", "config"] {
        let ran = gradus([group]).run();
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
        ran.tells(&[&format!("Usage: gradus {group}")]);
    }
}

#[test]
fn help_is_asked_for_in_many_ways() {
    for arguments in [["--help"].as_slice(), &["-h"], &["help"]] {
        gradus(arguments)
            .run()
            .done()
            .tells_nothing()
            .prints(&COMMANDS)
            .prints(&["Exit codes: 0 done; 1 ", "2 could not run"]);
    }
    for command in COMMANDS {
        let usage = format!("Usage: gradus {command}");
        gradus([command, "--help"]).run().done().tells_nothing().prints(&[&usage]);
        gradus(["help", command]).run().done().tells_nothing().prints(&[&usage]);
    }
}

#[test]
fn the_version_is_the_packages() {
    for flag in ["--version", "-V"] {
        assert_eq!(gradus([flag]).run().done().out, concat!("gradus ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

#[test]
fn commands_and_options_that_do_not_exist_are_refused() {
    let rows: [(&[&str], &str); 5] = [
        (&["grad"], "a similar subcommand exists: 'grade'"),
        (&["nonsense"], "unrecognized subcommand 'nonsense'"),
        (&["bank", "nonsense"], "unrecognized subcommand 'nonsense'"),
        (&["grade", "--nonsense"], "unexpected argument '--nonsense'"),
        (&["--color", "blue", "questions"], "[possible values: auto, always, never]"),
    ];
    for (arguments, expected) in rows {
        gradus(arguments).run().refused().tells(&[expected]);
    }
}

#[test]
fn completions_know_every_command() {
    for (shell, mark) in [
        ("bash", "complete -F _gradus"),
        ("zsh", "#compdef gradus"),
        ("fish", "complete -c gradus"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let ran = gradus(["completions", shell]).run().done().tells_nothing().prints(&[mark]);
        ran.prints(&COMMANDS).prints(&["fail-under"]);
    }
    gradus(["completions", "tcsh"]).run().refused().tells(&["[possible values: bash, elvish, fish, powershell, zsh]"]);
}

#[test]
fn completions_offer_the_ids_of_the_bank() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = tiny(["completions", shell]).run().done().tells_nothing().out;
        if shell != "powershell" && shell != "elvish" {
            assert!(script.contains("undo-release") && !script.contains("error-budget"), "{shell}: {script}");
        }
        let shipped = gradus(["completions", shell]).run().done().out;
        assert_eq!(gradus(["--bank", "shipped", "completions", shell]).run().done().out, shipped);
    }
    // Names of files go into a script that a shell runs.
    let hostile = tiny(["completions", "bash"]).file("bank/rubrics/delivery/$(touch x).toml", "").run().done().out;
    assert!(!hostile.contains("touch"), "{hostile}");
}

#[test]
#[cfg(unix)]
fn bash_lists_the_ids_that_begin_as_typed() {
    let listed = |line: &str| -> Vec<String> {
        let words: Vec<&str> = line.split(' ').collect();
        let (current, previous) = (words[words.len() - 1], words[words.len() - 2]);
        let script = tiny(["completions", "bash"]).run().done().out;
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
    // A new question is not one that is there.
    assert_eq!(listed("gradus bank new un"), [""]);
}

#[test]
fn every_command_has_a_manual_page() {
    let gradus = gradus(["man", "--output", "pages"]);
    let (folder, again) = (gradus.path("pages"), gradus.again(["man", "-o", "pages"]));
    let forced = gradus.again(["man", "-o", "pages", "--force"]);
    gradus.run().done();
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
    // What a page refers to is there.
    for name in &names {
        let page = std::fs::read_to_string(folder.join(name)).expect("UTF-8").replace("\\-", "-");
        for other in page.split("(1)").filter(|before| !before.is_empty()) {
            let other = other.rsplit(|c: char| c != '-' && !c.is_ascii_lowercase()).next().unwrap_or_default();
            let is_page = other.is_empty() || !other.starts_with("gradus") || names.contains(&format!("{other}.1"));
            assert!(is_page, "{name} refers to {other}(1)");
        }
    }
    again.run().refused().tells(&["would be overwritten"]);
    forced.run().done();
}

#[test]
fn one_page_is_printed_by_the_name_of_its_command() {
    gradus(["man", "grade"]).run().done().prints(&[".TH gradus-grade 1", "fail\\-under"]);
    gradus(["man", "bank", "check"]).run().done().prints(&[".TH gradus-bank-check 1"]);
    gradus(["man", "grad"]).run().refused().tells(&["`gradus` has no command `grad`\nhint: "]);
}

#[test]
fn the_manual_page_is_one() {
    let ran = gradus(["man"]).run().done().tells_nothing();
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
fn what_it_says_about_itself_needs_no_settings() {
    for arguments in [["--version"].as_slice(), &["--help"], &["man"], &["completions", "fish"]] {
        gradus(arguments).file("gradus.toml", "no sense\n").env("GRADUS_FORMAT", "xml").run().done();
    }
}
