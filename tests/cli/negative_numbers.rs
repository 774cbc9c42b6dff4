//! A negative number is read as the value of a numeric flag and not as a flag, so that the message names the numbers
//! that the flag takes.

use super::tiny_bank::tiny;
use crate::docs::commands::help_of_all_commands;

/// Names of values that are numbers, or texts with a number.
const NUMERIC: [&str; 3] = ["N", "I/N", "CUT"];
/// Names of all other values.
const OTHER: [&str; 18] = [
    "DETAIL",
    "DIR",
    "FIELD",
    "FILE",
    "FORMAT",
    "GRADER",
    "HOW",
    "ID",
    "KIND",
    "LEVEL",
    "METRIC=VALUE",
    "NAME",
    "NAMES",
    "TEXT",
    "TOPIC",
    "URL",
    "WHAT",
    "WHEN",
];

/// The long flags of a help text that take a value, with the name of the value.
fn flags(help: &str) -> Vec<(String, String)> {
    let described = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let flag = |line: &str| {
        let (_, rest) = line.split_once("--")?;
        let (name, value) = rest.split_once(" <")?;
        let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        is_name.then(|| Some((format!("--{name}"), value.split_once('>')?.0.to_owned()))).flatten()
    };
    described.filter_map(flag).collect()
}

/// The arguments that the first usage line requires after the command.
fn required(help: &str, command: &str) -> Vec<&'static str> {
    let usage = help.lines().find_map(|line| line.strip_prefix("Usage: ")).expect("a usage line");
    let rest = usage.strip_prefix(command).expect("the command").split_whitespace();
    let argument = |word: &str| match word.trim_end_matches('.') {
        "--output" => Some("--output"),
        "<FILE>" | "<DIR>" => Some("out"),
        "<ANSWERS>" | "<INPUT>" | "<PARTS>" => Some("rows.jsonl"),
        "<QUESTION>" | "<ID>" => Some("undo-release"),
        "<TEXT>" | "<WORDS>" => Some("release"),
        optional => {
            assert!(optional.starts_with('['), "{usage}: this test does not know {optional}");
            None
        }
    };
    rest.filter_map(argument).collect()
}

#[test]
fn a_negative_number_is_rejected_as_the_value_of_every_numeric_flag() {
    let mut tested = 0;
    for (command, help) in help_of_all_commands() {
        for (flag, value) in flags(&help) {
            if !NUMERIC.contains(&value.as_str()) {
                continue;
            }
            let words = command.split_whitespace().skip(1).map(str::to_owned);
            let required = required(&help, &command).into_iter().map(str::to_owned);
            let arguments: Vec<String> = words.chain(required).chain([flag.clone(), "-3".to_owned()]).collect();
            let run = tiny(arguments.iter().map(String::as_str)).file("rows.jsonl", "");
            let err = run.run().failure().err;
            let is_about_value = err.contains(&flag) && err.contains("-3") && err.contains(": expected ");
            assert!(is_about_value && !err.contains("unexpected argument"), "{arguments:?}: {err}");
            tested += 1;
        }
    }
    assert!(tested >= 50, "only {tested} flags were found");
}

#[test]
fn every_value_name_is_known_to_be_numeric_or_not() {
    for (command, help) in help_of_all_commands() {
        for (flag, value) in flags(&help) {
            let is_known = NUMERIC.contains(&value.as_str()) || OTHER.contains(&value.as_str());
            assert!(is_known, "add the value name {value} of {command} {flag} to a list");
        }
    }
}

#[test]
fn flags_are_read_from_a_help_text() {
    let help =
        "Options:\n      --limit <N>\n          Most\n  -j, --jobs <N>  Threads\n      --all  Not <N>\n  -h, --help\n";
    let expected = [("--limit", "N"), ("--jobs", "N")].map(|(flag, value)| (flag.to_owned(), value.to_owned()));
    assert_eq!(flags(help), expected);
}
