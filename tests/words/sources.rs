//! Tests that help, messages and doc comments of the program do not use the phrases of [`super::RULES`].
//!
//! The doc comments and string literals of all crates are checked, except those of test modules and literals that
//! are data.

use super::{assert_none, is_at, tokens, violations, without_fences};
use crate::docs::commands::help_of_all_commands;
use crate::source_files::{Code, SourceFile, line_at, source_files};

/// Doc comments must not start with these words, because they refer to the identifier or to another item instead of
/// describing the documented one. Punctuation marks count as words.
const OPENINGS: [&str; 11] = [
    "it",
    "its",
    "as",
    "what .",
    "which .",
    "who .",
    "the same .",
    "the same ,",
    "the same ;",
    "the same for",
    "the same with",
];

/// Files whose literals are data and not messages, by the end of their path, with the reason.
const DATA: [(&str, &str); 5] = [
    ("judge/prompt.rs", "a judge's replies depend on every word of the prompt"),
    ("judge/conversation.rs", "its texts are sent to judges and are part of cache keys"),
    ("judge/quote.rs", "its texts are sent to judges and are part of cache keys"),
    ("judge/reply_reader.rs", "its texts are sent to judges and are part of cache keys"),
    ("score/injection/orders.rs", "the phrases are those of answers that address the grader"),
];

/// Doc comments and literals of a source file.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Doc { line: usize, text: String },
    Literal { line: usize, text: String },
}

/// The pieces of a text outside test modules, in order.
fn pieces(text: &str, code: &Code) -> Vec<Piece> {
    let literals = code.literals.iter().filter(|range| !code.is_test(range.start));
    join_docs(literals.filter_map(|range| piece(line_at(text, range.start), &text[range.clone()])))
}

/// A comment or literal as a piece. `None` for plain comments, characters and literals of fewer than three words.
fn piece(line: usize, text: &str) -> Option<Piece> {
    if let Some(text) = text.strip_prefix("///").or_else(|| text.strip_prefix("//!")) {
        return Some(Piece::Doc { line, text: text.strip_prefix(' ').unwrap_or(text).to_owned() });
    }
    let opening = text.find('"').filter(|_| !text.starts_with('/') && !text.starts_with('\''))?;
    let text = text[opening + 1..].trim_end_matches('#').trim_end_matches('"');
    // A line break in a message separates sentences. A backslash at the end of a line does not.
    let text = text.replace("\\\n", "\n").replace("\\n", " ; ").replace("\\\"", "\"");
    (text.split_whitespace().count() > 2).then_some(Piece::Literal { line, text })
}

/// Joins the lines of each doc comment.
fn join_docs(pieces: impl Iterator<Item = Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for next in pieces {
        match (joined.last_mut(), next) {
            (Some(Piece::Doc { line, text }), Piece::Doc { line: below, text: more })
                if *line + text.matches('\n').count() + 1 == below =>
            {
                text.push('\n');
                text.push_str(&more);
            }
            (_, next) => joined.push(next),
        }
    }
    joined
}

/// The violations in the doc comments and messages of a file.
fn violations_in_code(name: &str, pieces: &[Piece]) -> Vec<String> {
    let is_data = DATA.iter().any(|(end, _)| name.ends_with(end));
    let mut found = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal { .. } if is_data => {}
            Piece::Literal { line, text } => found.extend(violations(name, *line, text)),
            Piece::Doc { line, text } => {
                let text = without_fences(text);
                let words = tokens(&text, *line);
                let opening = OPENINGS.iter().find(|opening| is_at(&words, 0, opening));
                found.extend(opening.map(|opening| format!("{name}:{line}: starts with `{opening}`: name the thing")));
                found.extend(violations(name, *line, &text));
            }
        }
    }
    found
}

#[test]
fn help_does_not_use_banned_phrases() {
    let help = help_of_all_commands();
    let found = help.iter().flat_map(|(command, help)| violations(&format!("help of `{command}`"), 1, help));
    assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn messages_and_doc_comments_do_not_use_banned_phrases() {
    let mut found = Vec::new();
    for file in source_files().iter().filter(|file| !file.is_test) {
        found.extend(violations_in_code(&file.full_path(), &pieces(&file.text, &file.code)));
    }
    assert_none(&found);
}

#[test]
fn files_with_data_exist() {
    let paths: Vec<String> = source_files().iter().map(SourceFile::full_path).collect();
    for (end, reason) in DATA {
        assert!(paths.iter().any(|path| path.ends_with(end)), "{end}: {reason}");
    }
}

#[test]
fn violations_in_comments_and_literals_are_found() {
    for (code, expected) in [
        ("fn f() {\n    error(\"this is no\\\n        file\");\n}\n", "a.rs:2: `is no`, better: is not a"),
        ("/// A file\n/// of which one is read.\nstruct A;\n", "a.rs:2: `of which`, better: one of, some of them"),
        ("//! Reads.\n\n/// What.\nstruct A;", "a.rs:3: starts with `what .`: name the thing"),
        ("const A: char = '\"'; const B: &str = r#\"a mend\" x\"#;", "a.rs:1: `mend`, better: fix"),
        ("fn f<'a>(x: &'a str) { g(\"done \\\" and begun at last\") }", "a.rs:1: `begun`, better: started"),
        ("#[cfg(not(test))]\nmod a { const A: &str = \"asked anew by it\"; }", "a.rs:2: `anew`, better: again"),
    ] {
        assert_eq!(violations_in_code("a.rs", &pieces(code, &Code::of(code))), [expected], "{code}");
    }
}

#[test]
fn tests_plain_comments_and_short_literals_are_left_out() {
    for code in [
        "#[cfg(test)]\nmod tests {\n    /// Nobody.\n    const A: &str = \"nobody at all { there\";\n}\n",
        "#[cfg(all(test, unix))]\nmod tests { const A: &str = \"anew, anew, anew\"; }",
        "// nobody reads this\nconst A: &str = \"nobody\"; const B: char = '\\'';",
        "/// Prints `nobody is told`.\n///\n/// ```\n/// begin();\n/// ```\nfn f() {}",
    ] {
        assert_eq!(violations_in_code("a.rs", &pieces(code, &Code::of(code))), [""; 0], "{code}");
    }
}
