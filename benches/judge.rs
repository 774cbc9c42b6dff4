//! Measures the overhead of judging: runs `gradus batch` against an endpoint that replies after 50 ms.
//!
//! `cargo bench --bench judge -- [COUNT]` writes COUNT answers of 120 words to all questions of the bank, and judges
//! them with 16 concurrent requests. It compares the elapsed time with the ideal (COUNT / 16 x 50 ms), and prints the
//! processor time per answer. The endpoint is another process, so its processor time does not count.

#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints rounded figures")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

mod answers;
mod endpoint;

/// Number of answers if the command line gives none.
const DEFAULT_COUNT: usize = 2000;
/// Number of concurrent requests.
const CONCURRENCY: usize = 16;
/// Time that the endpoint takes to reply.
const LATENCY: Duration = Duration::from_millis(50);
/// The first argument with which this program starts itself as the endpoint.
const SERVE: &str = "serve";
/// The unit in which Linux reports processor time.
const TICK: Duration = Duration::from_millis(10);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if arguments.first().is_some_and(|mode| mode == SERVE) {
        return endpoint::serve_for_ever(LATENCY);
    }
    let count = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(DEFAULT_COUNT);
    let folder = tempfile::tempdir().expect("a folder");
    write_answers(count, &folder.path().join("answers.jsonl"));
    let (mut server, url) = start_endpoint();
    let ideal = LATENCY.as_secs_f64() * count.div_ceil(CONCURRENCY) as f64;
    println!(
        "{count} answers of 120 words, {CONCURRENCY} concurrent requests of {} ms: ideal time {ideal:.2} s",
        LATENCY.as_millis()
    );
    // The first run opens the connections and sends every request; the second run reads every reply from the cache.
    for (name, arguments) in [("judged", &[][..]), ("again, from the cache", &["--restart"][..])] {
        let mut gradus = Command::new(env!("CARGO_BIN_EXE_gradus"));
        gradus.current_dir(folder.path()).env_clear().env("HOME", folder.path());
        gradus.args(["--quiet", "batch", "answers.jsonl", "-o", "graded.jsonl", "--grader", "llm", "--model", "bench"]);
        gradus.args(["--base-url", &url, "--concurrency", &CONCURRENCY.to_string()]).args(arguments);
        let (before, started) = (processor_time_of_children(), Instant::now());
        let status = gradus.stdout(Stdio::null()).status().expect("gradus runs");
        assert!(status.success(), "gradus failed");
        let took = started.elapsed().as_secs_f64();
        let spent = before.zip(processor_time_of_children()).map(|(before, after)| after.saturating_sub(before));
        let spent = spent.map_or("?".to_owned(), |spent| format!("{:.2}", spent.as_secs_f64() * 1000.0 / count as f64));
        println!("{name:<28} {took:>6.2} s  {:.3} of the ideal  {spent} ms of processor time per answer", took / ideal);
    }
    let results = std::fs::read_to_string(folder.path().join("graded.jsonl")).expect("results");
    let judged = results.lines().filter(|line| line.contains("\"llm\"") && !line.contains("\"fallback\"")).count();
    println!("{judged} of {} results were decided by the judge alone", results.lines().count());
    server.kill().expect("the endpoint ends");
    let _ = server.wait();
}

/// Starts the endpoint. Returns its process and its URL.
fn start_endpoint() -> (Child, String) {
    let own_program = std::env::current_exe().expect("a name");
    let mut server = Command::new(own_program).arg(SERVE).stdout(Stdio::piped()).spawn().expect("the endpoint starts");
    let mut url = String::new();
    BufReader::new(server.stdout.take().expect("piped")).read_line(&mut url).expect("an address");
    (server, url.trim().to_owned())
}

/// Writes `count` answers as JSON Lines.
fn write_answers(count: usize, path: &Path) {
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

/// The processor time of all child processes that have ended. `None` on systems other than Linux.
fn processor_time_of_children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The process name, in parentheses, may contain spaces. Fields 14 and 15 after it are the user time and the system
    // time of the children, in ticks.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: Vec<u32> = fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    Some(TICK * ticks.iter().sum())
}
