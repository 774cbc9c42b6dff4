//! Tests that the documents of the project do not use phrases that readers had to read twice.
//!
//! [`RULES`] has each banned phrase with a replacement. Text in backticks, quotation marks and fenced blocks is not
//! checked, because it is code, output, or the words of an answer.

mod sources;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// A banned phrase.
struct Rule {
    /// Words that must not follow each other, in lower case.
    phrase: &'static str,
    /// A suggestion for the author.
    instead: &'static str,
    /// Longer phrases that contain `phrase` and are allowed.
    except: &'static [&'static str],
}

const fn rule(phrase: &'static str, instead: &'static str, except: &'static [&'static str]) -> Rule {
    Rule { phrase, instead, except }
}

const RULES: [Rule; 67] = [
    rule("nobody", "no one else, another process, unread", &[]),
    rule("somebody", "someone else, another process, a user", &[]),
    rule("anybody", "anyone, any process", &[]),
    rule("everybody", "everyone, all", &[]),
    rule("whoever", "the caller, the user, the grader", &[]),
    rule("anew", "again", &[]),
    rule("begin", "start", &["begin certificate"]),
    rule("begins", "starts", &[]),
    rule("began", "started", &[]),
    rule("begun", "started", &[]),
    rule("beginning", "start", &[]),
    rule("mend", "fix", &[]),
    rule("mends", "fixes", &[]),
    rule("mended", "fixed", &[]),
    rule("wish", "request", &[]),
    rule("wishes", "requests", &[]),
    rule("wished", "requested", &[]),
    rule("is told", "is given, receives, is reported", &[]),
    rule("are told", "are given, receive, are reported", &[]),
    rule("be told", "be given, receive, be reported", &[]),
    rule("was told", "was given, received, was reported", &[]),
    rule("told of", "reported", &[]),
    rule("tells of", "reports", &[]),
    rule("tells which", "shows which, names", &[]),
    rule("tells what", "shows, describes", &[]),
    rule("tells how", "shows how, measures", &[]),
    rule("tells whether", "shows whether", &[]),
    rule("tells that", "shows that, reports that", &[]),
    rule("stands in", "is in, appears in, replaces", &[]),
    rule("stand in", "are in, appear in, replace", &[]),
    rule("stood in", "was in, replaced", &[]),
    rule("stands at", "is at", &[]),
    rule("stands between", "is between", &[]),
    rule("stands before", "is before, precedes", &[]),
    rule("stands after", "is after, follows", &[]),
    rule("stands above", "is above, overrides", &[]),
    rule("stands below", "is below", &[]),
    rule("comes to", "adds up to, results in", &[]),
    rule("come to", "add up to, result in", &[]),
    rule("came to", "added up to, resulted in", &[]),
    rule("comes of", "results from", &[]),
    rule("came of", "resulted from", &[]),
    rule("becomes of", "happens to", &[]),
    rule("became of", "happened to", &[]),
    rule("of which", "one of, some of them", &[]),
    rule("rests on", "depends on", &[]),
    rule("rest on", "depend on", &["the rest on"]),
    rule("held against", "compared with", &[]),
    rule("holds against", "compares with", &[]),
    rule("is to be", "must be", &[]),
    rule("are to be", "must be", &[]),
    rule("so many", "that many, this number of", &[]),
    rule("so much", "that much, this amount of", &[]),
    rule("is no", "is not a", &["there is no", "is no longer", "is no more than", "is no one"]),
    rule("are no", "are not", &["there are no", "are no longer", "are no more than"]),
    rule("was no", "was not a", &["there was no", "was no longer", "was no more than"]),
    rule("be no", "must not be", &["there must be no", "be no longer", "be no more than", "there may be no"]),
    rule("in the place of", "instead of", &[]),
    rule("in place of", "instead of", &[]),
    rule("goes on", "continues", &[]),
    rule("go on", "continue", &[]),
    rule("gone on", "continued", &[]),
    rule("passed over", "skipped", &[]),
    rule("passes over", "skips", &[]),
    rule("taken for", "mistaken for, treated as", &[]),
    rule("all the same", "nevertheless", &[]),
    rule("of one's own", "separate, your own", &[]),
];

/// A word or a sign of a text, with its line.
struct Token {
    line: usize,
    text: String,
}

/// The words and signs of `text`, in lower case. Quoted text is left out; line numbers start at `first_line`.
fn tokens(text: &str, first_line: usize) -> Vec<Token> {
    let (mut tokens, mut line, mut rest) = (Vec::new(), first_line, text);
    while let Some(c) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '\'' | '’');
        let length = if is_word(c) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { c.len_utf8() };
        if !c.is_whitespace() {
            let word = rest[..length].trim_matches('-').replace('’', "'").to_lowercase();
            tokens.push(Token { line, text: word });
        }
        let end = length + quoted_length(c, &rest[length..]);
        line += rest[..end].matches('\n').count();
        rest = &rest[end..];
    }
    tokens
}

/// Bytes up to and including the sign that closes a quotation or code. 0 if `opening` does not open one, or if the
/// paragraph ends first, because then the sign is an apostrophe or an inch.
fn quoted_length(opening: char, rest: &str) -> usize {
    let closing = match opening {
        '`' => '`',
        '"' => '"',
        '“' => '”',
        _ => return 0,
    };
    let paragraph = &rest[..rest.find("\n\n").unwrap_or(rest.len())];
    paragraph.find(closing).map_or(0, |at| at + closing.len_utf8())
}

/// Whether the words of `phrase` are at `at`.
fn is_at(tokens: &[Token], at: usize, phrase: &str) -> bool {
    let mut words = phrase.split(' ').enumerate();
    words.all(|(offset, word)| tokens.get(at + offset).is_some_and(|token| token.text == word))
}

/// Whether an allowed phrase covers the banned phrase at `at`.
fn is_excepted(tokens: &[Token], at: usize, rule: &Rule) -> bool {
    rule.except.iter().any(|allowed| {
        let before = allowed.split_once(rule.phrase).map_or(0, |(before, _)| before.split_whitespace().count());
        at.checked_sub(before).is_some_and(|start| is_at(tokens, start, allowed))
    })
}

/// The banned phrases in `text`, as lines `name:line: phrase`, with suggestions.
fn violations(name: &str, first_line: usize, text: &str) -> Vec<String> {
    let tokens = tokens(text, first_line);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        for rule in RULES.iter().filter(|rule| is_at(&tokens, at, rule.phrase) && !is_excepted(&tokens, at, rule)) {
            found.push(format!("{name}:{}: `{}`, better: {}", token.line, rule.phrase, rule.instead));
        }
    }
    found
}

/// Panics with all violations, if there are any.
fn assert_none(found: &[String]) {
    let mut list = String::new();
    for violation in found {
        let _ = writeln!(list, "{violation}");
    }
    assert!(found.is_empty(), "{} phrases to replace:\n{list}", found.len());
}

/// A page without the content of its fenced blocks. The number of lines stays the same.
fn without_fences(page: &str) -> String {
    let mut is_fenced = false;
    let mut text = String::new();
    for line in page.lines() {
        let is_fence = line.starts_with("```");
        text.push_str(if is_fenced || is_fence { "" } else { line });
        text.push('\n');
        is_fenced ^= is_fence;
    }
    text
}

/// The documents, by path below the project folder.
fn documents() -> Vec<PathBuf> {
    let mut documents: Vec<PathBuf> = DOCUMENTS.iter().map(PathBuf::from).collect();
    for folder in ["docs", "evals"] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            documents.push(PathBuf::from(folder).join(entry.expect("an entry").file_name()));
        }
    }
    for entry in fs::read_dir(root().join("crates")).expect("a folder") {
        documents.push(Path::new("crates").join(entry.expect("an entry").file_name()).join("README.md"));
    }
    documents.retain(|path| root().join(path).is_file());
    // The command reference is generated from the help, which another test checks.
    documents
        .retain(|path| path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("commands.md"));
    documents.sort();
    documents
}

/// Documents outside `docs/`, `evals/` and `crates/`.
const DOCUMENTS: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "fuzz/README.md"];

#[test]
fn documents_do_not_use_banned_phrases() {
    let mut found = Vec::new();
    for path in documents() {
        let page = fs::read_to_string(root().join(&path)).expect("reads");
        found.extend(violations(&path.to_string_lossy(), 1, &without_fences(&page)));
    }
    assert_none(&found);
}

#[test]
fn banned_phrases_are_found_with_their_line() {
    for (text, expected) in [
        ("One.\nThis is\nno folder.", "a.md:2: `is no`, better: is not a"),
        ("A note\ntells\n  which one.", "a.md:2: `tells which`, better: shows which, names"),
        ("Whoever asks", "a.md:1: `whoever`, better: the caller, the user, the grader"),
        ("It isn’t so. `x` stands in a file", "a.md:1: `stands in`, better: is in, appears in, replaces"),
        ("10\" wide, and begun", "a.md:1: `begun`, better: started"),
    ] {
        assert_eq!(violations("a.md", 1, text), [expected], "{text}");
    }
    assert_eq!(violations("a.md", 1, "Nobody is told anew.").len(), 3);
    assert_eq!(violations("a.md", 1, &without_fences("a\n```sh\nbegin\n```\nbegin\n")).len(), 1);
}

#[test]
fn allowed_phrases_and_quotations_are_not_found() {
    for text in [
        "There is no folder, and it is no longer read.",
        "The file is. No folder is read.",
        "“Nobody was told”, \"whoever asks\" and `begin`",
        "A stand-in starts; the rest on disk stays.",
        "```text\nnobody\n```\n",
    ] {
        assert_eq!(violations("a.md", 1, &without_fences(text)), [""; 0], "{text}");
    }
}

#[test]
fn every_allowed_phrase_contains_its_banned_phrase() {
    for rule in &RULES {
        assert!(rule.except.iter().all(|allowed| allowed.contains(rule.phrase)), "{}", rule.phrase);
    }
}
