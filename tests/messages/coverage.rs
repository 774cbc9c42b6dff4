//! Tests that every message in the sources of the crates appears in a test or in a snapshot.
//!
//! A message is a literal in an error attribute, in a call that makes or prints a message, or in a function for hints.
//! Its longest piece between placeholders must occur in the literals of tests or in a snapshot. This finds messages
//! that no test shows; it does not find a test that compares too little.

use std::fs;
use std::path::{Path, PathBuf};

use crate::source_files::{Code, SourceFile, is_word, line_at, source_files};
use crate::support::root;

/// Attributes, functions and macros whose literals are messages.
const CALLS: [&str; 17] = [
    "error",
    "advised",
    "anyhow!",
    "bail!",
    "ensure!",
    "context",
    "with_context",
    "note",
    "warning",
    "warning_with_hint",
    "finding",
    "Finding::new",
    "Error::new",
    "custom",
    "damaged",
    "refused",
    "bad",
];
/// Functions whose literals are messages, if they are not named after hints.
const FUNCTIONS: [&str; 1] = ["fmt"];
/// Names of variables that contain messages.
const VARIABLES: [&str; 4] = ["let message =", "let hint =", "let warning =", "let failed ="];
/// Shorter pieces occur by chance. In bytes.
const SHORTEST: usize = 12;

/// Messages that no test shows: a piece of each, and the reason.
const UNTESTED: [(&str, &str); 19] = [
    ("only the first were compared", "millions of rows are needed"),
    ("it is replaced again and again", "another process has to replace a file at the right moments"),
    ("cannot read the tests of --junit back", "a temporary file that was written can be read"),
    (" bytes were typed", TOO_MUCH_TYPING),
    ("save the rows as a file, and name the file", TOO_MUCH_TYPING),
    ("cannot keep the typed rows in a temporary file", "a terminal and no temporary folder are needed"),
    ("cannot listen for Ctrl-C", SYSTEM),
    ("cannot install a signal handler", SYSTEM),
    ("cannot read from the terminal", SYSTEM),
    ("cannot suspend the program", SYSTEM),
    ("cannot set the mode of the terminal", SYSTEM),
    ("cannot write to the terminal", SYSTEM),
    ("has the maximum length of a line on this terminal", NO_LIMIT),
    ("save the text to a file, and name the file", NO_LIMIT),
    ("cannot find the user's cache folder", NO_HOME),
    ("cannot find the user's configuration folder", NO_HOME),
    ("set HOME, or XDG_CONFIG_HOME", NO_HOME),
    ("report this fault with the command and its input", NO_PANIC),
    ("the program failed: ", NO_PANIC),
];
const TOO_MUCH_TYPING: &str = "a gigabyte would have to be typed";
const SYSTEM: &str = "the system of the tests does not refuse this";
const NO_LIMIT: &str = "the terminals of the tests have a mode without a limit on lines";
const NO_HOME: &str = "every user of the tests has a home folder";
const NO_PANIC: &str = "no input is known that makes the program panic";

/// A literal of the sources that users see.
struct Message {
    /// The path of the file and the line.
    place: String,
    /// The longest piece between placeholders, with single spaces.
    piece: String,
}

/// The value of a string literal, with single spaces. `None` for comments and characters.
fn value(literal: &str) -> Option<String> {
    let opening = literal.find('"').filter(|at| literal[..*at].chars().all(|c| matches!(c, 'b' | 'r' | '#')))?;
    let text = literal[opening + 1..].trim_end_matches('#');
    let text = text.strip_suffix('"').unwrap_or(text);
    if literal[..opening].contains('r') {
        return Some(with_single_spaces(text));
    }
    let (mut value, mut chars) = (String::with_capacity(text.len()), text.chars().peekable());
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n' | 't' | 'r')) => value.push(' '),
            ('\\', Some('\n')) => while chars.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some('u')) => {
                let digits: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                value.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            ('\\', Some(escaped)) => value.push(escaped),
            _ => value.push(c),
        }
    }
    Some(with_single_spaces(&value))
}

/// The text with one space instead of each run of spaces and line breaks.
fn with_single_spaces(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    for c in text.chars() {
        let is_repeated = c.is_whitespace() && spaced.ends_with(' ');
        if !is_repeated {
            spaced.push(if c.is_whitespace() { ' ' } else { c });
        }
    }
    spaced
}

/// The longest piece of a message between its placeholders.
fn longest_piece(message: &str) -> String {
    let message = message.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let pieces = message.split('{').enumerate().map(|(place, part)| match part.split_once('}') {
        Some((_, piece)) if place > 0 => piece,
        _ => part,
    });
    let longest = pieces.max_by_key(|piece| piece.len()).unwrap_or_default();
    longest.replace('\u{1}', "{").replace('\u{2}', "}")
}

/// Whether the literal at `at` is a message: by the calls around it, the variable that it defines, or its function.
fn is_message(plain: &str, at: usize) -> bool {
    let before = &plain[..at];
    let code = &before[before.rfind("fn ").unwrap_or(0)..];
    let function = code.trim_start_matches("fn ").split(|c: char| !is_word(c)).next().unwrap_or_default();
    let statement = code.rfind([';', '{', '}']).map_or(code, |end| &code[end..]);
    function.contains("hint")
        || FUNCTIONS.contains(&function)
        || VARIABLES.iter().any(|variable| statement.contains(variable))
        || callers(code).any(|caller| CALLS.contains(&caller) || CALLS.contains(&last_name(caller)))
}

/// The paths in front of the parentheses that are open at the end of `code`, innermost first.
fn callers(code: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    code.char_indices().rev().filter_map(move |(at, c)| {
        match c {
            ')' => depth += 1,
            '(' if depth > 0 => depth -= 1,
            '(' => {
                let head = &code[..at];
                return Some(&head[head.trim_end_matches(|c| is_word(c) || matches!(c, ':' | '!')).len()..]);
            }
            _ => {}
        }
        None
    })
}

fn last_name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// The messages of a file outside of its tests.
fn messages(file: &SourceFile) -> Vec<Message> {
    let literals = file.code.literals.iter().filter(|literal| !file.code.is_test(literal.start));
    let message = |literal: &std::ops::Range<usize>| {
        let piece = longest_piece(&value(&file.text[literal.clone()])?);
        let is_long = piece.len() >= SHORTEST && piece.trim().contains(' ');
        let place = format!("{}:{}", file.full_path(), line_at(&file.text, literal.start));
        (is_long && is_message(&file.code.plain, literal.start)).then_some(Message { place, piece })
    };
    literals.filter_map(message).collect()
}

/// The literals of all tests, and all snapshots, with single spaces.
fn texts_of_tests(sources: &[SourceFile]) -> String {
    let mut texts = String::new();
    let mut add = |text: &str, code: &Code, is_test: &dyn Fn(usize) -> bool| {
        for literal in code.literals.iter().filter(|literal| is_test(literal.start)) {
            texts.extend(value(&text[literal.clone()]));
            texts.push('\n');
        }
    };
    for file in sources {
        add(&file.text, &file.code, &|at| file.is_test || file.code.is_test(at));
    }
    let files = ["tests", "crates"].map(|folder| files_below(&root().join(folder))).concat();
    let with_extension = |extension: &'static str| {
        files.iter().filter(move |path| path.extension().is_some_and(|found| found == extension))
    };
    // because this file has pieces of messages that no test shows.
    let is_test = |path: &&PathBuf| path.iter().any(|part| part == "tests") && !path.ends_with("messages/coverage.rs");
    for path in with_extension("rs").filter(is_test) {
        let text = fs::read_to_string(path).expect("UTF-8");
        add(&text, &Code::of(&text), &|_| true);
    }
    for path in with_extension("snap") {
        texts.push_str(&with_single_spaces(&fs::read_to_string(path).expect("UTF-8")));
    }
    texts
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

#[test]
fn every_message_is_in_a_test_or_in_a_snapshot() {
    let sources = source_files();
    let texts = texts_of_tests(&sources);
    let is_tested = |piece: &str| memchr::memmem::find(texts.as_bytes(), piece.as_bytes()).is_some();
    let is_excused = |piece: &str| UNTESTED.iter().any(|(excused, _)| piece.contains(excused));
    let untested: Vec<String> = sources
        .iter()
        .filter(|file| !file.is_test)
        .flat_map(messages)
        .filter(|message| !is_tested(&message.piece) && !is_excused(&message.piece))
        .map(|Message { place, piece }| format!("{place}: {piece}"))
        .collect();
    assert!(
        untested.is_empty(),
        "no test shows these messages; add a run that causes them to a table in tests/messages, or compare the whole \
         text next to the error type:\n{}",
        untested.join("\n")
    );
}

#[test]
fn excused_messages_exist_and_no_test_shows_them() {
    let sources = source_files();
    let (texts, all) = (texts_of_tests(&sources), sources.iter().filter(|file| !file.is_test).flat_map(messages));
    let all: Vec<Message> = all.collect();
    for (excused, reason) in UNTESTED {
        let messages: Vec<_> = all.iter().filter(|message| message.piece.contains(excused)).collect();
        assert!(!messages.is_empty(), "no message contains `{excused}` ({reason})");
        for Message { place, piece } in messages {
            assert!(!texts.contains(piece), "{place}: a test shows `{piece}`, so it needs no excuse");
        }
    }
}

#[test]
fn messages_are_found_by_the_code_around_them() {
    for (code, expected) in [
        ("#[error(\"the {name} of the file\")]\nenum E {}", &[" of the file"][..]),
        ("fn f() { Err(advised(format!(\"{a} is not a file\"), \"name a file\"))?; }", &[" is not a file"]),
        ("fn f() { hints::advised(x, \"name another\\\n    file: \\\"a\\\"\") }", &["name anotherfile: \"a\""]),
        (
            "fn f() { let message = format!(\"not a folder: {}\", g(\"one two three\")); }",
            &["not a folder: ", "one two three"],
        ),
        ("fn hint() -> &str { match a { A => r#\"write \"a\" or b\"# } }", &["write \"a\" or b"]),
        ("fn f() { g(x).with_context(|| { format!(\"cannot {{read}} {}\", a(b)) }) }", &["cannot {read} "]),
        ("fn f() { g(advised(a, b), \"one two three four\"); let x = \"one two three\"; } // one two three", &[]),
        ("fn f() { note(\"one\"); note(\"a short one\") }", &[]),
    ] {
        let pieces: Vec<String> =
            messages(&SourceFile::new("src", "a.rs", code)).into_iter().map(|message| message.piece).collect();
        assert_eq!(pieces, expected, "{code}");
    }
}
