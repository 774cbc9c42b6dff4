//! `gradus batch` as a process, beside a program that does nothing but read and write the same bytes.
//!
//! `cargo bench --bench batch -- [ANSWERS]` makes answers of 120 words, spread over the whole bank, by a seed;
//! grades them with full evidence; then reads answers and results and writes the results again, through
//! `serde_json` and types, with as many threads. It prints both rates and their ratio.
//! With `lean` it only grades, without evidence: for millions. `make ANSWERS FILE` only makes the answers.

#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "the figures are for people to see")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

mod answers;
mod rewrite;

/// Answers where none are asked for.
const ANSWERS: usize = 200_000;
/// Answers of one question that are made at a time.
const ROUND: usize = 256;
/// Whoever runs this again as the other program says so.
const REWRITE: &str = "rewrite";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [mode, answers, results, output] = &arguments[..]
        && mode == REWRITE
    {
        return rewrite::rewrite(Path::new(answers), Path::new(results), Path::new(output));
    }
    if let [mode, count, file] = &arguments[..]
        && mode == "make"
    {
        make(count.parse().expect("a number"), Path::new(file));
        return;
    }
    let count = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(ANSWERS);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let bytes = make(count, &path("answers.jsonl"));
    println!("{count} answers of 120 words over the whole bank, {} MB", bytes / 1_000_000);

    let is_lean = arguments.iter().any(|argument| argument == "lean");
    let gradus = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gradus"));
        command.args(["--quiet", "batch"]).arg(path("answers.jsonl"));
        command
    };
    if is_lean {
        let output = path("lean.jsonl");
        run("--evidence none", count, gradus().args(["--evidence", "none", "-o"]).arg(output));
        return;
    }
    let graded = run("gradus batch, full evidence", count, gradus().arg("-o").arg(path("results.jsonl")));
    let itself = std::env::current_exe().expect("a name");
    let mut other = Command::new(itself);
    other.args([REWRITE.into(), path("answers.jsonl"), path("results.jsonl"), path("again.jsonl")]);
    let rewritten = run("read both, write results again", count, &mut other);
    assert!(same(&path("results.jsonl"), &path("again.jsonl")), "it writes what it read");
    println!("speed of grading against that: {:.2}", rewritten.as_secs_f64() / graded.as_secs_f64());

    run("the same command again", count, gradus().arg("-o").arg(path("results.jsonl")));
    for detail in ["counts", "none"] {
        let output = path(&format!("{detail}.jsonl"));
        run(&format!("--evidence {detail}"), count, gradus().args(["--evidence", detail, "-o"]).arg(output));
    }
    run("one thread", count, gradus().args(["--jobs", "1", "-o"]).arg(path("one.jsonl")));
}

/// Writes answers, and says how many bytes they take.
fn make(count: usize, path: &Path) -> u64 {
    let bank = gradus::engine::shipped_bank();
    let samples: Vec<_> = bank.entries().iter().map(|entry| (entry, bank.samples(entry).expect("sound"))).collect();
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    let mut made = 0;
    for seed in 0.. {
        let round: Vec<Vec<String>> =
            samples.iter().map(|(_, samples)| answers::answers(samples, ROUND, seed + 1)).collect();
        for at in 0..ROUND {
            for ((entry, _), answers) in samples.iter().zip(&round) {
                if made == count {
                    file.flush().expect("writes");
                    return std::fs::metadata(path).expect("there").len();
                }
                let row = serde_json::json!({ "id": format!("a{made}"), "question": entry.id, "answer": answers[at] });
                writeln!(file, "{row}").expect("writes");
                made += 1;
            }
        }
    }
    0
}

/// Runs a program to its end, and prints how fast it was and how much memory it held.
fn run(name: &str, count: usize, command: &mut Command) -> Duration {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().expect("starts");
    let mut most = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("waits") {
            break status;
        }
        most = held(child.id()).unwrap_or(most);
        std::thread::sleep(Duration::from_millis(5));
    };
    let time = start.elapsed();
    assert!(status.success(), "{name}: {status}");
    let rate = count as f64 / time.as_secs_f64();
    println!("{name:<32} {:>8.2} s {rate:>9.0} answers/s {:>6} MB held", time.as_secs_f64(), most / 1024);
    time
}

/// The most memory that a process held so far, in KiB, where the system tells.
fn held(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()
}

fn same(one: &Path, other: &Path) -> bool {
    let sum = |path: &Path| {
        let mut hasher = blake3::Hasher::new();
        std::io::copy(&mut File::open(path).expect("opens"), &mut hasher).expect("reads");
        hasher.finalize()
    };
    sum(one) == sum(other)
}
