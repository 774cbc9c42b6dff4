//! A program that reads answers and results and writes the results again, and does nothing else.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::thread;

use crossbeam_channel::bounded;
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// Rows that go through together.
const ROWS: usize = 512;

#[derive(Deserialize, Serialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct Given<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    question: Text<'a>,
    #[serde(borrow)]
    answer: Text<'a>,
}

#[derive(Deserialize, Serialize)]
struct Graded<'a> {
    schema: u32,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    question: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    score: Number,
    earned: Number,
    possible: Number,
    #[serde(borrow)]
    band: Text<'a>,
    #[serde(borrow)]
    grader: Grader<'a>,
    #[serde(borrow)]
    criteria: Vec<Criterion<'a>>,
    #[serde(borrow)]
    penalties: Vec<Criterion<'a>>,
    #[serde(borrow)]
    flags: Vec<Text<'a>>,
    #[serde(borrow)]
    delivery: Delivery<'a>,
    #[serde(borrow)]
    references: Vec<Text<'a>>,
    #[serde(borrow)]
    advice: Vec<Advice<'a>>,
    #[serde(borrow)]
    fingerprint: Text<'a>,
}

#[derive(Deserialize, Serialize)]
struct Grader<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    version: u32,
}

#[derive(Deserialize, Serialize)]
struct Criterion<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    points: u32,
    earned: Number,
    credit: Number,
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    evidence: Vec<Evidence<'a>>,
    #[serde(borrow)]
    missing: Vec<Text<'a>>,
    #[serde(borrow)]
    why: Text<'a>,
}

#[derive(Deserialize, Serialize)]
struct Evidence<'a> {
    start: usize,
    end: usize,
    #[serde(borrow)]
    quote: Text<'a>,
    #[serde(borrow)]
    concept: Text<'a>,
    #[serde(borrow)]
    how: Text<'a>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    half: bool,
}

#[derive(Deserialize, Serialize)]
struct Delivery<'a> {
    words: u32,
    sentences: u32,
    fillers: u32,
    #[serde(borrow)]
    star: Vec<Told<'a>>,
}

#[derive(Deserialize, Serialize)]
struct Told<'a> {
    #[serde(borrow)]
    part: Text<'a>,
    start: usize,
    end: usize,
}

#[derive(Deserialize, Serialize)]
struct Advice<'a> {
    #[serde(borrow)]
    criterion: Text<'a>,
    #[serde(borrow)]
    text: Text<'a>,
}

/// Lines of both files that belong together.
#[derive(Default)]
struct Block {
    turn: u64,
    answers: String,
    results: String,
}

/// Reads `answers` and `results`, and writes `output`, in order and on all cores.
pub(crate) fn rewrite(answers: &Path, results: &Path, output: &Path) {
    let open = |path| BufReader::with_capacity(1 << 18, File::open(path).expect("opens"));
    let (mut answers, mut results) = (open(answers), open(results));
    let mut output = File::create(output).expect("a file");
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let (read_in, read) = bounded::<Block>(jobs * 3);
    let (done_in, done) = bounded::<(u64, Vec<u8>)>(jobs * 3);
    thread::scope(|scope| {
        scope.spawn(move || {
            for turn in 0.. {
                let mut block = Block { turn, ..Block::default() };
                for _ in 0..ROWS {
                    answers.read_line(&mut block.answers).expect("reads");
                    results.read_line(&mut block.results).expect("reads");
                }
                if block.results.is_empty() || read_in.send(block).is_err() {
                    break;
                }
            }
        });
        for _ in 0..jobs {
            let (read, done_in) = (read.clone(), done_in.clone());
            scope.spawn(move || read.iter().for_each(|block| drop(done_in.send((block.turn, again(&block))))));
        }
        drop((read, done_in));
        let (mut waiting, mut turn) = (BTreeMap::new(), 0);
        for (number, bytes) in done {
            waiting.insert(number, bytes);
            while let Some(bytes) = waiting.remove(&turn) {
                output.write_all(&bytes).expect("writes");
                turn += 1;
            }
        }
    });
    output.sync_data().expect("keeps");
}

/// The results of a block, read and written again.
fn again(block: &Block) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(block.results.len());
    for (answer, result) in block.answers.lines().zip(block.results.lines()) {
        let answer: Given<'_> = serde_json::from_str(answer).expect("an answer");
        let graded: Graded<'_> = serde_json::from_str(result).expect("a result");
        let same = answer.id.0 == graded.id.0 && answer.question.0 == graded.question.0;
        assert!(same && !answer.answer.0.is_empty(), "they belong together");
        serde_json::to_writer(&mut bytes, &graded).expect("writes");
        bytes.push(b'\n');
    }
    bytes
}
