//! How fast answers are graded, rubrics compiled and passages found, each beside a yardstick that
//! does less of the same work in the same run. `cargo bench` prints the figures of `evals/SPEED.md`.

#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "the figures are for people to see")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use gradus::bank::Bank;
use gradus::model::{Answer, Question, Sample};
use gradus::questions::{Analyzer, QuestionIndex};
use gradus::score::{Scorers, Workspace};
use gradus::text::{Document, Lexicon};
use tantivy::TantivyDocument;
use tantivy::collector::TopDocs;
use tantivy::query::QueryParser;
use tantivy::schema::{Field, STORED, STRING, Schema, TEXT, Value as _};

mod answers;

use answers::answers;

const ROUNDS: usize = 15;

fn main() {
    let bank = gradus::engine::shipped_bank();
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

/// The queries of `evals/retrieval`, each asked many times: of the index, and of an index that tantivy
/// makes of the same texts by its own defaults.
fn retrieval(bank: &Bank, all: &[(Question, Vec<Sample>)]) {
    let analyzer = Analyzer::new(bank.synonyms().expect("sound"));
    let building = fastest(|| {
        black_box(QuestionIndex::new(all, &[], analyzer.clone()));
    });
    println!("\nbuilding the index: {:.2} ms", building.as_secs_f64() * 1e3);

    let lines = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/evals/retrieval/queries.jsonl"));
    let query = |line: &str| {
        serde_json::from_str::<serde_json::Value>(line).expect("JSON")["query"].as_str().map(str::to_owned)
    };
    let queries: Vec<String> = lines.expect("the queries").lines().filter_map(query).collect();
    let index = QuestionIndex::new(all, &[], analyzer);
    let raw = Raw::new(all).expect("builds");
    let own = percentiles(&queries, |query| {
        black_box(index.by_wording(query));
    });
    let yardstick = percentiles(&queries, |query| {
        black_box(raw.questions(query, 5).expect("searches"));
    });
    println!("finding a question, microseconds:     p50 {:.1}, p99 {:.1}", own.0, own.1);
    println!("the same on raw tantivy:              p50 {:.1}, p99 {:.1}", yardstick.0, yardstick.1);
    println!("ratio:                                p50 {:.2}, p99 {:.2}", own.0 / yardstick.0, own.1 / yardstick.1);
}

/// The median and the 99th percentile over all queries, in microseconds.
fn percentiles(queries: &[String], mut ask: impl FnMut(&str)) -> (f64, f64) {
    const TIMES: usize = 200;
    let mut times = Vec::with_capacity(TIMES * queries.len());
    for _ in 0..TIMES {
        for query in queries {
            let start = Instant::now();
            ask(query);
            times.push(start.elapsed().as_secs_f64() * 1e6);
        }
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

/// Tantivy by its own defaults: its tokenizer, its query parser, the same fields.
struct Raw {
    searcher: tantivy::Searcher,
    parser: QueryParser,
    id: Field,
}

impl Raw {
    fn new(all: &[(Question, Vec<Sample>)]) -> tantivy::Result<Self> {
        let mut schema = Schema::builder();
        let id = schema.add_text_field("question", STRING | STORED);
        let fields = ["wording", "asks", "samples"].map(|name| schema.add_text_field(name, TEXT));
        let index = tantivy::Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 50_000_000)?;
        for (question, samples) in all {
            let mut document = TantivyDocument::new();
            document.add_text(id, &question.id);
            question.also_asked.iter().chain([&question.prompt]).for_each(|text| document.add_text(fields[0], text));
            question.criteria.iter().for_each(|criterion| document.add_text(fields[1], &criterion.asks));
            samples.iter().for_each(|sample| document.add_text(fields[2], &sample.text));
            writer.add_document(document)?;
        }
        writer.commit()?;
        let parser = QueryParser::for_index(&index, fields.to_vec());
        Ok(Self { searcher: index.reader()?.searcher(), parser, id })
    }

    fn questions(&self, text: &str, limit: usize) -> tantivy::Result<Vec<String>> {
        let (query, _) = self.parser.parse_query_lenient(text);
        let found = self.searcher.search(&query, &TopDocs::with_limit(limit).order_by_score())?;
        let id = |document: TantivyDocument| {
            document.get_first(self.id).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
        };
        found.into_iter().map(|(_, address)| self.searcher.doc(address).map(id)).collect()
    }
}
