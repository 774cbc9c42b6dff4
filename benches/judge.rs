//! What asking a judge costs besides the judge: `gradus batch` as a process against an endpoint that takes 50 ms.
//!
//! `cargo bench --bench judge -- [ANSWERS]` makes answers of 120 words over the whole bank, has them judged with 16
//! requests under way, and holds the time against the ideal (answers / 16 x 50 ms), the processor's time against the
//! number of requests. The endpoint is another process, so its time does not count.

#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "the figures are for people to see")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

mod answers;
mod endpoint;

/// Answers where none are asked for.
const ANSWERS: usize = 2000;
/// Requests under way.
const AT_ONCE: usize = 16;
/// What the endpoint takes.
const LATENCY: Duration = Duration::from_millis(50);
/// Whoever runs this again as the endpoint says so.
const SERVE: &str = "serve";
/// What Linux counts processor time in.
const TICK: Duration = Duration::from_millis(10);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if arguments.first().is_some_and(|mode| mode == SERVE) {
        return endpoint::serve_for_ever(LATENCY);
    }
    let count = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(ANSWERS);
    let folder = tempfile::tempdir().expect("a folder");
    make(count, &folder.path().join("answers.jsonl"));
    let (mut server, url) = serve();
    let ideal = LATENCY.as_secs_f64() * count.div_ceil(AT_ONCE) as f64;
    println!("{count} answers of 120 words, {AT_ONCE} at once, {} ms each: ideal {ideal:.2} s", LATENCY.as_millis());
    // Every connection is new the first time, every reply is kept the second time.
    for (name, arguments) in [("judged", &[][..]), ("again, from kept replies", &["--restart"][..])] {
        let mut gradus = Command::new(env!("CARGO_BIN_EXE_gradus"));
        gradus.current_dir(folder.path()).env_clear().env("HOME", folder.path());
        gradus.args(["--quiet", "batch", "answers.jsonl", "-o", "graded.jsonl", "--grader", "llm", "--model", "bench"]);
        gradus.args(["--base-url", &url, "--concurrency", &AT_ONCE.to_string()]).args(arguments);
        let (before, begun) = (of_children(), Instant::now());
        let status = gradus.stdout(Stdio::null()).status().expect("gradus runs");
        assert!(status.success(), "gradus failed");
        let took = begun.elapsed().as_secs_f64();
        let spent = before.zip(of_children()).map(|(before, after)| after.saturating_sub(before));
        let spent = spent.map_or("?".to_owned(), |spent| format!("{:.2}", spent.as_secs_f64() * 1000.0 / count as f64));
        println!("{name:<28} {took:>6.2} s  {:.3} of the ideal  {spent} ms of processor an answer", took / ideal);
    }
    let results = std::fs::read_to_string(folder.path().join("graded.jsonl")).expect("results");
    let judged = results.lines().filter(|line| line.contains("\"llm\"") && !line.contains("\"fallback\"")).count();
    println!("{judged} of {} results are the judge's alone", results.lines().count());
    server.kill().expect("the endpoint ends");
    let _ = server.wait();
}

/// Starts the endpoint; returns it with where it is.
fn serve() -> (Child, String) {
    let itself = std::env::current_exe().expect("a name");
    let mut server = Command::new(itself).arg(SERVE).stdout(Stdio::piped()).spawn().expect("the endpoint starts");
    let mut url = String::new();
    BufReader::new(server.stdout.take().expect("piped")).read_line(&mut url).expect("an address");
    (server, url.trim().to_owned())
}

/// Writes so many answers, as JSON Lines.
fn make(count: usize, path: &Path) {
    let bank = gradus::engine::shipped_bank();
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    let each = count.div_ceil(bank.entries().len());
    let mut left = count;
    for entry in bank.entries() {
        let samples = bank.samples(entry).expect("sound");
        for (number, answer) in answers::answers(&samples, each.min(left), 7).into_iter().enumerate() {
            let row =
                serde_json::json!({"id": format!("{}-{number}", entry.id), "question": entry.id, "answer": answer});
            writeln!(file, "{row}").expect("writes");
            left -= 1;
        }
    }
    file.flush().expect("writes");
}

/// The processor time of all children that have ended; nothing where Linux does not tell.
fn of_children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in parentheses, may hold spaces. Of the rest the 14th and 15th count ticks for user and system.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: Vec<u32> = fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    Some(TICK * ticks.iter().sum())
}
