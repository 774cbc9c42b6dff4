//! Generates `docs/commands.md` from the help of every command, at a width of 80 columns.

use std::fmt::Write as _;
use std::fs;

use super::{is_update, read};
use crate::support::{gradus, root};

const PAGE: &str = "docs/commands.md";
const HEAD: &str = "# Command reference

This page is generated from `gradus --help` and the help of every command; do not edit it. The
[guide](README.md) explains what the commands are for.
";

/// The output of `gradus COMMAND --help`.
fn help(command: &[String]) -> String {
    let ran = gradus(command.iter().map(String::as_str).chain(["--help"])).env("COLUMNS", "80").run().success();
    let lines: Vec<&str> = ran.out.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

/// The subcommands that a help text lists, without `help` itself.
fn subcommands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Every command with its help. A command comes before its subcommands.
fn all(command: &[String]) -> Vec<(String, String)> {
    let help = help(command);
    let below: Vec<_> = subcommands(&help).into_iter().flat_map(|name| all(&[command, &[name]].concat())).collect();
    let name = std::iter::once("gradus").chain(command.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    [vec![(name, help)], below].concat()
}

/// The help of every command, as (`gradus COMMAND`, text).
pub(crate) fn help_of_all_commands() -> Vec<(String, String)> {
    all(&[])
}

fn generated() -> String {
    let commands = help_of_all_commands();
    let mut page = HEAD.to_owned();
    page.push('\n');
    for (name, help) in &commands {
        let about: Vec<&str> = help.lines().take_while(|line| !line.is_empty()).collect();
        let _ = writeln!(page, "- [`{name}`](#{}): {}", name.replace(' ', "-"), about.join(" "));
    }
    for (name, help) in &commands {
        let _ = write!(page, "\n## {name}\n\n```text\n{help}\n```\n");
    }
    page
}

#[test]
fn the_command_reference_matches_the_help() {
    let generated = generated();
    assert!(generated.contains("\n## gradus batch merge\n"), "subcommands are listed");
    if is_update() {
        fs::write(root().join(PAGE), generated).expect("writes");
        return;
    }
    let advice = "regenerate it: UPDATE_DOCS=1 cargo test --test suite docs";
    for (shown, expected) in read(PAGE.as_ref()).lines().zip(generated.lines()) {
        assert_eq!(shown, expected, "{PAGE}: {advice}");
    }
    assert!(read(PAGE.as_ref()) == generated, "{PAGE} is longer or shorter; {advice}");
}

#[test]
fn subcommands_are_read_from_a_help_text() {
    let help = "A\n\nCommands:\n  merge  Join parts\n           and more\n  help   Print this\n\nOptions:\n  -h\n";
    assert_eq!(subcommands(help), ["merge"]);
}
