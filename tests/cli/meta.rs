//! What the program says about itself: help, version, completions and the manual page.

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
