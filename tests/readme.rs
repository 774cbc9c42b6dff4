//! The README shows what the program prints.
//!
//! A block from `<!-- begin: gradus ARGUMENTS -->` to `<!-- end -->` holds, in a `text` fence, what
//! the program prints for these arguments in an empty folder, 80 columns wide and without colour.
//! When the program changes, `UPDATE_README=1 cargo test --test suite readme` writes the blocks anew.

use std::fs;
use std::ops::Range;

use crate::support::{gradus, root};

const BEGIN: &str = "<!-- begin: gradus ";
const END: &str = "<!-- end -->";

/// A block of the README.
struct Block {
    arguments: String,
    /// Where what it shows stands in the README, fences and all.
    place: Range<usize>,
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("a README")
}

fn blocks(readme: &str) -> Vec<Block> {
    let block = |(begin, _): (usize, &str)| {
        let line = readme[begin..].lines().next().expect("a line");
        let arguments = line.trim_end().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(" -->"));
        let inside = begin + line.len();
        let end = readme[inside..].find(END).unwrap_or_else(|| panic!("`{line}` without `{END}`"));
        let place = inside..inside + end;
        assert!(!readme[place.clone()].contains(BEGIN), "`{line}` without `{END}`");
        Block { arguments: arguments.unwrap_or_else(|| panic!("`{line}` does not end in ` -->`")).to_owned(), place }
    };
    readme.match_indices(BEGIN).map(block).collect()
}

/// Arguments apart at spaces that stand outside double quotes.
fn split(arguments: &str) -> Vec<String> {
    let mut quoted = false;
    let apart = arguments.split(|c: char| {
        quoted ^= c == '"';
        c == ' ' && !quoted
    });
    apart.filter(|part| !part.is_empty()).map(|part| part.replace('"', "")).collect()
}

/// What the program prints for `arguments`, to people who asked for help or made a mistake too.
fn printed(arguments: &str) -> String {
    let ran = gradus(split(arguments)).env("COLUMNS", "80").env("NO_COLOR", "1").run();
    let text = if ran.out.is_empty() { ran.err } else { ran.out };
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned()
}

fn fenced(text: &str) -> String {
    format!("\n```text\n{text}\n```\n")
}

fn is_to_be_updated() -> bool {
    std::env::var_os("UPDATE_README").is_some_and(|value| value == "1")
}

/// `readme` with every block as it must be.
fn updated(mut readme: String) -> String {
    for block in blocks(&readme).into_iter().rev() {
        readme.replace_range(block.place, &fenced(&printed(&block.arguments)));
    }
    readme
}

#[test]
fn blocks_show_what_the_program_prints() {
    let readme = readme();
    if is_to_be_updated() {
        fs::write(root().join("README.md"), updated(readme)).expect("writes");
        return;
    }
    for block in blocks(&readme) {
        let shown: Vec<&str> = readme[block.place].lines().map(str::trim_end).collect();
        let expected = fenced(&printed(&block.arguments));
        let advice = "UPDATE_README=1 cargo test --test suite readme";
        assert_eq!(shown, expected.lines().collect::<Vec<_>>(), "gradus {}: {advice}", block.arguments);
    }
}

#[test]
fn the_help_is_shown() {
    assert!(blocks(&readme()).iter().any(|block| block.arguments == "--help"), "no block `{BEGIN}--help -->`");
}

#[test]
fn every_command_is_mentioned() {
    let readme = readme();
    let help = printed("--help");
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"grade"), "{help}");
    // `help` explains itself.
    for name in names.into_iter().filter(|name| *name != "help") {
        assert!(readme.contains(&format!("gradus {name}")), "README.md does not mention `gradus {name}`");
    }
}

#[test]
fn updating_writes_the_blocks_and_nothing_else() {
    let before = "# A\n\n<!-- begin: gradus --version -->\n```text\nold\n```\n<!-- end -->\n\nB\n";
    let version = env!("CARGO_PKG_VERSION");
    let after = format!("# A\n\n<!-- begin: gradus --version -->\n```text\ngradus {version}\n```\n<!-- end -->\n\nB\n");
    assert_eq!(updated(before.to_owned()), after);
    assert_eq!(updated(after.clone()), after);
}

#[test]
fn arguments_in_quotes_stay_together() {
    assert_eq!(split("search \"restore test\" --limit 3"), ["search", "restore test", "--limit", "3"]);
}
