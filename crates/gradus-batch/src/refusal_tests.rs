//! Readers of answers, of graded answers and of questions refuse the same inputs in the same words.

use std::fmt::Write as _;
use std::fs;

use serde_json::json;

use super::format_tests::{gzip, read};
use super::input::{Block, Input, InputContext, InputError, InputFault};
use super::row::Columns;
use super::{DraftColumns, GradedColumns, open_drafts, open_graded, read_drafts, read_graded};

/// The error that ends reading, with its cause.
fn failure(read: Result<(), InputError>) -> String {
    let error = read.expect_err("the input is cut off");
    format!("{error}: {}", std::error::Error::source(&error).expect("a cause"))
}

#[test]
fn packed_data_that_ends_too_early_is_reported_in_the_same_words_by_every_reader() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut lines, mut table) = (String::new(), "id,question,answer,score,prompt,references\n".to_owned());
    for at in 0..20_000_u64 {
        let text = format!("{:x}", at.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let row =
            json!({ "id": text, "question": "q", "answer": text, "score": 1, "prompt": "p", "references": [text] });
        let _ = writeln!(lines, "{row}");
        let _ = writeln!(table, "{text},q,{text},1,p,{text}");
    }
    for (name, packed) in [
        ("a.jsonl.gz", gzip(lines.as_bytes())),
        ("a.csv.gz", gzip(table.as_bytes())),
        ("a.jsonl.zst", zstd::encode_all(lines.as_bytes(), 1).expect("packs")),
        ("a.csv.zst", zstd::encode_all(table.as_bytes(), 1).expect("packs")),
    ] {
        let path = folder.path().join(name);
        for (length, is_after_rows) in [(packed.len() * 3 / 4, true), (12, false)] {
            fs::write(&path, &packed[..length]).expect("writes");
            let (context, columns, drafts) =
                (InputContext::default(), GradedColumns::default(), DraftColumns::default());
            let graded = open_graded(&path, None, &columns, &context)
                .and_then(|mut reader| read_graded(&mut reader, &columns).map(|_| ()));
            let drafts = open_drafts(&path, None, &drafts, &context)
                .and_then(|mut reader| read_drafts(&mut reader, &drafts).map(|_| ()));
            let answers = Input::open(&path, None, &Columns::default(), &context).and_then(|mut input| {
                let mut block = Block::default();
                while input.fill(&mut block)? {}
                Ok(())
            });
            let expected = failure(answers);
            let start = format!("cannot read {}: its compressed data is truncated after ", path.display());
            assert!(expected.starts_with(&start), "{expected}");
            assert_eq!(!expected.ends_with(" after 0 rows"), is_after_rows, "{expected}");
            assert_eq!((failure(graded), failure(drafts)), (expected.clone(), expected), "{name}");
        }
    }
}

#[test]
fn damaged_compressed_data_is_refused_with_advice() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = format!("question,answer\n{}", "q,a long answer to the question\n".repeat(200));
    for (name, packed) in
        [("a.csv.gz", gzip(table.as_bytes())), ("a.csv.zst", zstd::encode_all(table.as_bytes(), 1).expect("packs"))]
    {
        let path = folder.path().join(name);
        let mut damaged = packed;
        let end = damaged.len().min(24);
        damaged[10..end].fill(0xff);
        fs::write(&path, damaged).expect("writes");
        let error = Input::open(&path, None, &Columns::default(), &InputContext::default()).and_then(|mut input| {
            let mut block = Block::default();
            while input.fill(&mut block)? {}
            Ok(())
        });
        let error = error.expect_err("damaged");
        assert_eq!(error.hint(), Some("compress the file again, or give it uncompressed"), "{name}");
        let start = format!("cannot read {}: its compressed data is damaged: ", path.display());
        assert!(failure(Err(error)).starts_with(&start), "{name}");
    }
}

#[test]
fn a_text_file_is_read_only_if_it_starts_with_an_object() {
    let folder = tempfile::tempdir().expect("a folder");
    let row = r#"{"id":"q","prompt":"p","references":["r"],"question":"q","answer":"x","score":1}"#;
    for (name, text, is_read) in [
        ("a.txt", format!("{row}\n"), true),
        ("a.md", format!("\u{feff}\n  {row}\n"), true),
        ("a.txt", "We paged. {\"a\":1}".to_owned(), false),
        ("a.txt", "question,answer,score\nq,x,1\n".to_owned(), false),
        ("a.MD", format!("[{row}]"), false),
        ("a.txt", "a\0b\0".to_owned(), false),
        ("a.txt", String::new(), false),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, &text).expect("writes");
        let context = InputContext::default();
        let opened = [
            open_graded(&path, None, &GradedColumns::default(), &context).map(|_| ()),
            open_drafts(&path, None, &DraftColumns::default(), &context).map(|_| ()),
            Input::open(&path, None, &Columns::default(), &context).map(|_| ()),
        ];
        for opened in opened {
            match opened {
                Ok(()) => assert!(is_read, "{text}"),
                Err(InputError::Unusable { fault: InputFault::PlainText, .. }) => assert!(!is_read, "{text}"),
                Err(error) => panic!("{text}: {error}"),
            }
        }
    }
}

#[test]
fn text_that_holds_credits_is_read_from_a_table_and_refused_in_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("writes");
        read(&path, None)
    };
    let table = write("a.csv", "question,answer,score,criteria\nq,x,1,\"{\"\"a\"\":1}\"\n");
    assert_eq!((table.bad.len(), table.rows[0].criteria.get("a")), (0, Some(&1.0)));
    for text in ["{\\\"a\\\":1}", ""] {
        let row = format!("{{\"question\":\"q\",\"answer\":\"x\",\"score\":1,\"criteria\":\"{text}\"}}");
        let bad: Vec<String> = write("a.jsonl", &row).bad.iter().map(ToString::to_string).collect();
        assert_eq!(bad, ["line 1: `criteria` is text; expected an object of credits by criterion id"]);
    }
}
