//! How fast answers are graded, rubrics compiled and passages found, each beside a yardstick that
//! does less of the same work in the same run. `cargo bench` prints the figures of `evals/SPEED.md`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use gradus::bank::Bank;
use gradus::model::{Answer, Question, Sample};
use gradus::retrieve::{Analyzer, Contents, Index, Wanted};
use gradus::score::{Scorers, Workspace};
use gradus::text::{Document, Lexicon};

const ROUNDS: usize = 15;

fn main() {
    let bank = Bank::shipped();
    let vocabulary = bank.vocabulary().expect("the shipped bank is sound");
    let mut all = Vec::new();
    for entry in bank.entries() {
        all.push((bank.question(entry).expect("sound"), bank.samples(entry).expect("sound")));
    }
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let wanted = |name: &str| only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    if wanted("grading") {
        grading(&bank);
    }
    if wanted("compiling") {
        compiling(&all, &vocabulary);
    }
    if wanted("retrieval") {
        retrieval(&bank, &all);
    }
}

/// The fastest of several rounds: what the machine can do when nobody else uses it.
fn fastest(mut work: impl FnMut()) -> Duration {
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(|_| time(&mut work)).min().unwrap_or_default()
}

/// Answers of 120 words, made of the sentences of all samples to a question in an order that a seed
/// decides, so that no two are alike and no cache of whole answers could help.
fn answers(samples: &[Sample], count: usize, seed: u64) -> Vec<String> {
    let text = samples.iter().map(|sample| sample.text.replace('\n', " ")).collect::<Vec<_>>().join(" ");
    let sentences: Vec<&str> =
        text.split_inclusive(". ").map(str::trim).filter(|sentence| !sentence.is_empty()).collect();
    let mut state = seed;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut answer = || {
        let mut words: Vec<&str> = Vec::with_capacity(160);
        while words.len() < 120 {
            words.extend(sentences[next(sentences.len())].split(' '));
        }
        words.truncate(120);
        words.join(" ")
    };
    (0..count).map(|_| answer()).collect()
}

fn grading(bank: &Bank) {
    const COUNT: usize = 4000;
    let vocabulary = bank.vocabulary().expect("sound");
    println!("grading, one thread, full evidence, {COUNT} answers of 120 words");
    println!("{:<32} {:>10} {:>12} {:>8} {:>8} {:>7}", "question", "criteria", "answers/s", "MB/s", "read", "share");
    for entry in bank.entries() {
        let id = entry.id.as_str();
        let samples = bank.samples(entry).expect("sound");
        let scorer = bank.scorer(entry, &vocabulary).expect("sound");
        let answers = answers(&samples, COUNT, 7);
        let bytes: usize = answers.iter().map(String::len).sum();
        let mut workspace = Workspace::new();
        let grading = fastest(|| {
            for answer in &answers {
                black_box(scorer.grade(&Answer::new("bench", black_box(answer)), &mut workspace));
            }
        });
        let (mut document, mut lexicon) = (Document::new(), Lexicon::new());
        let reading = fastest(|| {
            for answer in &answers {
                document.read(black_box(answer), 0, &mut lexicon);
                black_box(document.tokens().len());
            }
        });
        let rate = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
        println!(
            "{id:<32} {:>10} {:>12.0} {:>8.0} {:>8.0} {:>7.2}",
            scorer.question().criteria.len(),
            COUNT as f64 / grading.as_secs_f64(),
            rate(grading),
            rate(reading),
            rate(grading) / rate(reading),
        );
    }
}

fn compiling(all: &[(Question, Vec<Sample>)], vocabulary: &gradus::score::Vocabulary) {
    let compile = || {
        let questions = all.to_vec();
        let start = Instant::now();
        let mut scorers = Scorers::new(vocabulary);
        for (question, samples) in questions {
            black_box(scorers.prepare(question, &samples).expect("sound"));
        }
        start.elapsed()
    };
    let time = (0..ROUNDS).map(|_| compile()).min().unwrap_or_default();
    println!("\ncompiling all {} rubrics: {:.2} ms", all.len(), time.as_secs_f64() * 1e3);
}

fn retrieval(bank: &Bank, all: &[(Question, Vec<Sample>)]) {
    let contents: Vec<Contents<'_>> = all.iter().map(|(question, samples)| Contents { question, samples }).collect();
    let analyzer = Analyzer::new(bank.synonyms().expect("sound"));
    let index = Index::in_memory(&contents, &analyzer).expect("builds");
    let building = fastest(|| {
        black_box(Index::in_memory(&contents, &analyzer).expect("builds"));
    });
    println!("building the index: {:.2} ms", building.as_secs_f64() * 1e3);
    let _ = index.questions(Wanted::Wording("restore"), 1);
}
