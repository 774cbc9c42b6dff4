//! Measures the speed of `gradus batch`, and of a program that only parses and rewrites the same files.
//!
//! `cargo bench --bench batch -- [COUNT]` generates COUNT answers of 120 words from seeds, spread over all questions of
//! the bank, and grades them with full evidence. Then another process parses the answers and the results and writes the
//! results again, with `serde_json` and typed structs, on as many threads. Both rates and their ratio are printed.
//!
//! With `lean`, the answers are only graded, without evidence, so that millions of answers are feasible.
//! `make COUNT FILE` only writes the answers to FILE.

#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints rounded figures")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

mod answers;
mod rewrite;

/// Number of answers if the command line gives none.
const DEFAULT_COUNT: usize = 200_000;
/// Number of answers to one question that are generated at a time.
const ANSWERS_PER_ROUND: usize = 256;
/// The first argument with which this program starts itself as the program that only rewrites the results.
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
        write_answers(count.parse().expect("a number"), Path::new(file));
        return;
    }
    let count = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(DEFAULT_COUNT);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let bytes = write_answers(count, &path("answers.jsonl"));
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
    let own_program = std::env::current_exe().expect("a name");
    let mut rewriter = Command::new(own_program);
    rewriter.args([REWRITE.into(), path("answers.jsonl"), path("results.jsonl"), path("again.jsonl")]);
    let rewritten = run("read both, write results again", count, &mut rewriter);
    assert!(
        have_same_content(&path("results.jsonl"), &path("again.jsonl")),
        "the rewritten results differ from the results"
    );
    println!("speed of grading relative to rewriting: {:.2}", rewritten.as_secs_f64() / graded.as_secs_f64());

    run("the same command again", count, gradus().arg("-o").arg(path("results.jsonl")));
    for detail in ["counts", "none"] {
        let output = path(&format!("{detail}.jsonl"));
        run(&format!("--evidence {detail}"), count, gradus().args(["--evidence", detail, "-o"]).arg(output));
    }
    run("one thread", count, gradus().args(["--jobs", "1", "-o"]).arg(path("one.jsonl")));
}

/// Writes `count` answers to a file and returns its size in bytes.
fn write_answers(count: usize, path: &Path) -> u64 {
    let bank = gradus::engine::shipped_bank();
    let samples: Vec<_> = bank.entries().iter().map(|entry| (entry, bank.samples(entry).expect("sound"))).collect();
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    let mut made = 0;
    for seed in 0.. {
        let round: Vec<Vec<String>> =
            samples.iter().map(|(_, samples)| answers::answers(samples, ANSWERS_PER_ROUND, seed + 1)).collect();
        for at in 0..ANSWERS_PER_ROUND {
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

/// Runs a program to its end and prints its time, the answers per second and its peak memory. Returns the time.
fn run(name: &str, count: usize, command: &mut Command) -> Duration {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().expect("starts");
    let mut peak_kib = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("waits") {
            break status;
        }
        peak_kib = peak_memory(child.id()).unwrap_or(peak_kib);
        std::thread::sleep(Duration::from_millis(5));
    };
    let time = start.elapsed();
    assert!(status.success(), "{name}: {status}");
    let rate = count as f64 / time.as_secs_f64();
    println!("{name:<32} {:>8.2} s {rate:>9.0} answers/s {:>6} MiB peak", time.as_secs_f64(), peak_kib / 1024);
    time
}

/// The peak memory of a process so far, in KiB; `None` if the system does not report it.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()
}

fn have_same_content(one: &Path, other: &Path) -> bool {
    let sum = |path: &Path| {
        let mut hasher = blake3::Hasher::new();
        std::io::copy(&mut File::open(path).expect("opens"), &mut hasher).expect("reads");
        hasher.finalize()
    };
    sum(one) == sum(other)
}
