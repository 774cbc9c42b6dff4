//! Parses the fenced blocks of a page.
//!
//! Words after the language select how a block is checked. GitHub does not render them:
//!
//! - `console`: lines that start with `$ ` are commands, the lines below a command are its output. A line `...` matches
//!   any number of lines; `...` within a line matches any text.
//! - `exit=N`: the last command of a console block must end with this exit code.
//! - `sh`: a script that must succeed. Its output is not checked.
//! - `no-run`: the block needs a network, an endpoint or a tool that tests do not have.
//! - `file=NAME`: the block is the content of a file that later commands of the page use.

use std::ops::Range;

/// A fenced block of a page.
pub(super) struct Block {
    /// The line of the opening fence, from 1.
    pub(super) line: usize,
    pub(super) kind: Kind,
    /// The byte range between the fences.
    pub(super) place: Range<usize>,
    pub(super) body: String,
}

/// How a block is checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Console { exit: i32 },
    Script,
    File { name: String },
    Shown,
}

/// A command of a console block and the output that the page shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) command: String,
    pub(super) shown: Vec<String>,
}

/// The fenced blocks of a page, in order. Panics on an unknown info string.
pub(super) fn blocks(page: &str) -> Vec<Block> {
    let (mut blocks, mut open, mut at) = (Vec::new(), None::<(usize, &str, usize)>, 0);
    for (number, line) in page.split_inclusive('\n').enumerate() {
        match open {
            None if line.starts_with("```") => open = Some((number + 1, line.trim_end(), at + line.len())),
            Some((opened, fence, start)) if line.trim_end() == "```" => {
                let kind = kind(fence).unwrap_or_else(|fault| panic!("line {opened}: {fault}"));
                blocks.push(Block { line: opened, kind, place: start..at, body: page[start..at].to_owned() });
                open = None;
            }
            _ => {}
        }
        at += line.len();
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

fn kind(fence: &str) -> Result<Kind, String> {
    let mut words = fence.trim_start_matches('`').split_whitespace();
    let language = words.next().unwrap_or_default();
    let (mut exit, mut file, mut is_run) = (0, None, true);
    for word in words {
        match word.split_once('=') {
            Some(("exit", code)) => exit = code.parse().map_err(|_| format!("`{code}` is not an exit code"))?,
            Some(("file", name)) => file = Some(name.to_owned()),
            None if word == "no-run" => is_run = false,
            _ => return Err(format!("`{word}` is not known; use exit=N, file=NAME or no-run")),
        }
    }
    match (language, file) {
        ("console" | "sh", Some(_)) => Err("a script is not a file".to_owned()),
        ("bash" | "shell", _) => Err("write `sh` or `console`".to_owned()),
        (_, Some(name)) => Ok(Kind::File { name }),
        ("console", None) if is_run => Ok(Kind::Console { exit }),
        ("sh", None) if is_run && exit == 0 => Ok(Kind::Script),
        ("sh", None) if is_run => Err("only `console` takes exit=N".to_owned()),
        _ => Ok(Kind::Shown),
    }
}

/// The commands of a console block. A backslash at the end of a line continues the command in the next line.
pub(super) fn steps(body: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in body.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command: command.to_owned(), shown: Vec::new() }),
            (None, Some(step)) if step.shown.is_empty() && step.command.ends_with('\\') => {
                step.command = format!("{}\n{line}", step.command);
            }
            (None, Some(step)) => step.shown.push(line.trim_end().to_owned()),
            (None, None) => panic!("a console block starts with `$ `, not with {line:?}"),
        }
    }
    for step in &mut steps {
        while step.shown.last().is_some_and(String::is_empty) {
            step.shown.pop();
        }
    }
    steps
}

/// Whether `printed` matches the output on the page.
pub(super) fn is_shown(shown: &[String], printed: &[String]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "..." => {
            (0..=printed.len()).any(|skipped| is_shown(rest, &printed[skipped..]))
        }
        (Some((first, rest)), Some((line, others))) => is_line_shown(first, line) && is_shown(rest, others),
        _ => false,
    }
}

fn is_line_shown(shown: &str, line: &str) -> bool {
    match shown.split_once("...") {
        None => shown == line,
        Some((before, rest)) => line.strip_prefix(before).is_some_and(|after| {
            let mut starts = after.char_indices().map(|(at, _)| at).chain([after.len()]);
            starts.any(|at| is_line_shown(rest, &after[at..]))
        }),
    }
}

#[test]
fn info_strings_select_how_a_block_is_checked() {
    assert_eq!(kind("```console exit=1"), Ok(Kind::Console { exit: 1 }));
    assert_eq!(kind("```sh"), Ok(Kind::Script));
    assert_eq!(kind("```sh no-run"), Ok(Kind::Shown));
    assert_eq!(kind("```toml file=a/b.toml"), Ok(Kind::File { name: "a/b.toml".to_owned() }));
    assert_eq!(kind("```text"), Ok(Kind::Shown));
    for wrong in ["```sh norun", "```sh file=a", "```console exit=x", "```sh exit=1", "```bash"] {
        assert!(kind(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn console_blocks_are_commands_with_their_output() {
    let step = |command: &str, shown: &[&str]| Step {
        command: command.to_owned(),
        shown: shown.iter().map(|line| (*line).to_owned()).collect(),
    };
    let body = "$ one\nout\n\n$ two \\\n  --three\n$ four\n";
    assert_eq!(steps(body), [step("one", &["out"]), step("two \\\n  --three", &[]), step("four", &[])]);
}

#[test]
fn dots_match_elided_output_and_nothing_else() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (shown, printed, expected) in [
        ("a\n...\nd", "a\nb\nc\nd", true),
        ("a\n...\nd", "a\nd", true),
        ("a\n...", "b\na", false),
        ("took ... s", "took 0.3 s", true),
        ("took ... s", "took 0.3 min", false),
        ("a", "a\nb", false),
        ("", "a", false),
    ] {
        assert_eq!(is_shown(&lines(shown), &lines(printed)), expected, "{shown:?} {printed:?}");
    }
}
