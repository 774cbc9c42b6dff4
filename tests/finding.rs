//! Tests of how well questions are found by wordings and by answers, and how often an unrelated text is assigned to a
//! question. `cargo test --test suite finding -- --nocapture` prints the figures; the tests fail if they get worse.
//!
//! The constants were chosen on the odd lines of each file (`chosen`); the even lines are held out.

#![allow(clippy::print_stdout, reason = "the figures are for people to see")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gradus::bank::{Bank, FrontMatter};
use gradus::engine::Engine;
use gradus::model::{Question, QuestionChoice, Sample, SimilarQuestion, Thousandths};
use gradus::questions::{Analyzer, QuestionIndex};
use serde::Deserialize;

use crate::support::root;

/// A text and the question that it belongs to. `None` if the bank does not contain the question.
struct Case {
    text: String,
    id: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    query: String,
    id: Option<String>,
    #[serde(default)]
    style: String,
}

/// Questions with their sample answers.
type Questions = Vec<(Question, Vec<Sample>)>;

fn questions(bank: &Bank) -> Questions {
    let load = |entry| (bank.question(entry).expect("sound"), bank.samples(entry).expect("sound"));
    bank.entries().iter().map(load).collect()
}

fn index(bank: &Bank, questions: &[(Question, Vec<Sample>)]) -> QuestionIndex {
    QuestionIndex::new(questions, &[], Analyzer::new(bank.synonyms().expect("sound")))
}

/// The questions that are most similar to an answer, by words and ideas.
fn find_by_answer(index: &QuestionIndex, engine: &Engine, text: &str) -> QuestionChoice {
    index.answered_by(text, |id| engine.questions().concept_share(text, id)).expect("sound")
}

fn queries(name: &str) -> Vec<Line> {
    let lines = fs::read_to_string(root().join("evals/retrieval").join(name)).expect("the queries");
    lines.lines().map(|line| serde_json::from_str(line).expect("a query")).collect()
}

fn cases(queries: impl IntoIterator<Item = Line>) -> Vec<Case> {
    queries.into_iter().map(|Line { query, id, .. }| Case { text: query, id }).collect()
}

/// Counts of the outcomes in one half.
#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    cases: usize,
    /// The right question was found, and no other question was close.
    right: usize,
    /// A wrong question was found.
    wrong: usize,
    /// Several questions were about equally similar.
    close: usize,
    /// No question was similar enough.
    none: usize,
}

impl Figures {
    fn of<'c>(cases: impl Iterator<Item = &'c Case>, find: impl Fn(&str) -> QuestionChoice) -> Self {
        let mut figures = Self::default();
        for case in cases {
            figures.cases += 1;
            match find(&case.text) {
                QuestionChoice::One(found) if Some(&found.id) == case.id.as_ref() => figures.right += 1,
                QuestionChoice::One(found) => {
                    println!("  wrong: {} ({}): {}", found.id, found.similarity, shorten(&case.text));
                    figures.wrong += 1;
                }
                QuestionChoice::Close { .. } => figures.close += 1,
                QuestionChoice::None { .. } => figures.none += 1,
            }
        }
        figures
    }

    /// Counts both halves and prints them: the lines on which constants were chosen, and the held-out lines.
    fn halves(name: &str, cases: &[Case], find: impl Fn(&str) -> QuestionChoice) -> [Self; 2] {
        let half = |rest| cases.iter().enumerate().filter(move |(at, _)| at % 2 == rest).map(|(_, case)| case);
        let halves = [0, 1].map(|rest| Self::of(half(rest), &find));
        for (half, Self { cases, right, wrong, close, none }) in ["chosen", "held out"].iter().zip(&halves) {
            println!("{name:<22} {half:<9} {cases:>3} texts: {right} right, {wrong} wrong, {close} close, {none} none");
        }
        halves
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(100).collect::<String>().replace('\n', " ")
}

#[test]
fn wordings_find_their_question_and_unrelated_wordings_find_none() {
    let bank = gradus::engine::shipped_bank();
    let questions = questions(&bank);
    let all = index(&bank, &questions);
    let mut by_style: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for query in queries("rewordings.jsonl") {
        by_style.entry(query.style.clone()).or_default().push(query);
    }
    assert_eq!(by_style.keys().collect::<Vec<_>>(), ["indirect", "long", "short"]);
    // The minimum number of wordings in each half that must find their question.
    let least = [("indirect", 2, 3), ("long", 7, 5), ("short", 7, 6)];
    for ((style, chosen, held_out), queries) in least.iter().zip(by_style.into_values()) {
        let cases = cases(queries);
        let [one, other] = Figures::halves(&format!("rewordings, {style}"), &cases, |text| all.asked_by(text));
        assert_eq!((one.cases, other.cases, one.wrong, other.wrong), (8, 8, 0, 0));
        assert!(one.right >= *chosen && other.right >= *held_out, "{style}");
    }
    let [one, other] = Figures::halves("queries", &cases(queries("queries.jsonl")), |text| all.asked_by(text));
    assert_eq!((one.cases, other.cases, one.wrong, other.wrong), (24, 24, 0, 0));
    assert!(one.right >= 20 && other.right >= 19);
    let [one, other] =
        Figures::halves("unrelated questions", &cases(queries("unrelated.jsonl")), |text| all.asked_by(text));
    assert_eq!((one.cases, other.cases), (30, 30));
    assert_eq!(one.wrong + other.wrong, 0);
    let [one, other] = Figures::halves("near misses", &cases(queries("near-misses.jsonl")), |text| all.asked_by(text));
    assert_eq!((one.cases, other.cases), (14, 14));
    assert!(one.wrong <= 3 && other.wrong <= 2);
}

/// Wordings of a question that is removed from the bank. The remaining questions are about the same field.
#[test]
fn wordings_of_a_removed_question_find_no_question() {
    let bank = gradus::engine::shipped_bank();
    let questions = questions(&bank);
    let others: Vec<Line> = ["queries.jsonl", "rewordings.jsonl"].into_iter().flat_map(queries).collect();
    let mut sets: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    let mut lacking = BTreeMap::new();
    for (place, (question, _)) in questions.iter().enumerate() {
        let mut rest = questions.clone();
        rest.remove(place);
        lacking.insert(question.id.as_str(), index(&bank, &rest));
        let case = |text: &str| Case { text: text.to_owned(), id: Some(question.id.clone()) };
        sets.entry("own wordings").or_default().extend(question.wordings().map(case));
        let reworded = others.iter().filter(|query| query.id.as_ref() == Some(&question.id));
        sets.entry("reworded").or_default().extend(reworded.map(|query| case(&query.query)));
    }
    for (name, cases) in &sets {
        let find = |case: &&Case| lacking[case.id.as_deref().expect("an id")].asked_by(&case.text);
        let found: Vec<_> = cases.iter().map(|case| (case, find(&case))).collect();
        let wrong = found.iter().filter(|(_, choice)| matches!(choice, QuestionChoice::One(_)));
        let wrong = wrong.inspect(|(case, choice)| println!("  wrong: {} -> {choice:?}", shorten(&case.text))).count();
        println!("{name:<22} of a removed question: {wrong} of {} find another question", cases.len());
        assert!(wrong * 100 <= cases.len() * 5, "{name}: {wrong} of {}", cases.len());
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn answer(path: &Path) -> Case {
    let text = fs::read_to_string(path).expect("text");
    let head = FrontMatter::split(&text).expect("front matter");
    Case { text: text[head.body..].to_owned(), id: head.question }
}

#[test]
fn answers_find_their_question_and_unrelated_answers_find_none() {
    let bank = gradus::engine::shipped_bank();
    let questions = questions(&bank);
    let all = index(&bank, &questions);
    let engine = Engine::shipped().expect("sound");
    let drafts: Vec<Case> = files("evals/drafts").iter().map(|path| answer(path)).collect();
    let [one, other] = Figures::halves("drafts", &drafts, |text| find_by_answer(&all, &engine, text));
    assert_eq!((one.cases, other.cases, one.wrong, other.wrong), (16, 16, 0, 0));
    assert!(one.right >= 14 && other.right >= 14);

    let without_samples: Questions = questions.iter().map(|(one, _)| (one.clone(), Vec::new())).collect();
    let bare = index(&bank, &without_samples);
    let [one, other] = Figures::halves("drafts, no samples", &drafts, |text| find_by_answer(&bare, &engine, text));
    assert_eq!((one.wrong, other.wrong), (0, 0));
    assert!(one.right >= 7 && other.right >= 11);

    let is_off_topic =
        |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("off-topic"));
    let off_topic: Vec<Case> =
        files("evals/adversarial").iter().filter(is_off_topic).map(|path| answer(path)).collect();
    assert_eq!(off_topic.len(), 3);
    for case in &off_topic {
        assert!(
            matches!(find_by_answer(&all, &engine, &case.text), QuestionChoice::None { .. }),
            "{}",
            shorten(&case.text)
        );
    }

    let mut wrong = 0;
    for case in &drafts {
        let mut rest = questions.clone();
        rest.retain(|(question, _)| Some(&question.id) != case.id.as_ref());
        wrong +=
            usize::from(matches!(find_by_answer(&index(&bank, &rest), &engine, &case.text), QuestionChoice::One(_)));
    }
    println!("drafts of a removed question: {wrong} of {} find another question", drafts.len());
    assert_eq!(wrong, 0);
}

#[test]
fn without_thresholds_the_right_question_ranks_first() {
    let bank = gradus::engine::shipped_bank();
    let all = index(&bank, &questions(&bank));
    let rank = |found: Vec<SimilarQuestion>, id: &Option<String>| {
        found.iter().take(5).position(|one| Some(&one.id) == id.as_ref())
    };
    let within = |ranks: &[Option<usize>], limit: usize| ranks.iter().flatten().filter(|rank| **rank < limit).count();
    for (name, cases, least) in [
        ("queries", cases(queries("queries.jsonl")), [46, 48]),
        ("rewordings", cases(queries("rewordings.jsonl")), [43, 46]),
    ] {
        let ranks: Vec<_> = cases.iter().map(|case| rank(all.by_wording(&case.text), &case.id)).collect();
        println!("{name}: recall@1 {} of {}, recall@5 {}", within(&ranks, 1), cases.len(), within(&ranks, 5));
        assert!(within(&ranks, 1) >= least[0] && within(&ranks, 5) >= least[1], "{name}");
    }
    let drafts: Vec<Case> = files("evals/drafts").iter().map(|path| answer(path)).collect();
    let engine = Engine::shipped().expect("sound");
    let found = |text: &str| all.by_answer(text, |id| engine.questions().concept_share(text, id)).expect("sound");
    let ranks: Vec<_> = drafts.iter().map(|case| rank(found(&case.text), &case.id)).collect();
    println!("drafts: recall@1 {} of {}, recall@3 {}", within(&ranks, 1), drafts.len(), within(&ranks, 3));
    assert_eq!(within(&ranks, 1), 32);
}

/// Prints the results for other thresholds on the chosen halves: the share of texts that find their question, and the
/// share of unrelated texts that find any question.
fn thresholds(name: &str, steps: &[u32], own: &[Case], lacking: &[Case], find: impl Fn(&str) -> Vec<SimilarQuestion>) {
    let found = |cases: &[Case]| -> Vec<(bool, u32)> {
        let clear = cases.iter().step_by(2).filter_map(|case| {
            let found = find(&case.text);
            let (best, others) = found.split_first()?;
            let is_close = others.first().is_some_and(|other| other.similarity.0 * 5 >= best.similarity.0 * 4);
            (!is_close).then(|| (Some(&best.id) == case.id.as_ref(), best.similarity.0))
        });
        clear.collect()
    };
    let (right, wrong) = (found(own), found(lacking));
    for &least in steps {
        let passing =
            |all: &[(bool, u32)], is_right| all.iter().filter(|(own, of)| *own == is_right && *of >= least).count();
        println!(
            "{name} at {least:>3}: found {} of {} ({} wrong), accepted {} of {} without a question",
            passing(&right, true),
            own.len().div_ceil(2),
            passing(&right, false),
            passing(&wrong, false),
            lacking.len().div_ceil(2),
        );
    }
}

/// Prints figures for data that is not part of the project: questions as TOML (`[[question]]` with `id` and `prompt`)
/// and answers as JSON lines (`question` and `answer`). An answer is unrelated if the bank does not contain its
/// question.
#[test]
#[ignore = "needs OTHER_QUESTIONS and OTHER_ANSWERS"]
fn figures_on_other_questions_and_answers() {
    #[derive(Deserialize)]
    struct Other {
        question: Vec<OtherQuestion>,
    }
    #[derive(Deserialize)]
    struct OtherQuestion {
        id: String,
        prompt: String,
    }
    #[derive(Deserialize)]
    struct OtherAnswer {
        question: String,
        answer: String,
    }
    let read = |name: &str| fs::read_to_string(std::env::var_os(name).expect(name)).expect("text");
    let bank = gradus::engine::shipped_bank();
    let questions = questions(&bank);
    let all = index(&bank, &questions);
    let known = |id: String| Some(id).filter(|id| bank.entry(id).is_ok());
    let other: Other = toml::from_str(&read("OTHER_QUESTIONS")).expect("TOML");
    let wordings = other.question.into_iter().map(|one| Case { text: one.prompt, id: known(one.id) });
    let lacking: Vec<Case> = wordings.filter(|case| case.id.is_none()).collect();
    Figures::halves("other questions", &lacking, |text| all.asked_by(text));
    let own = cases(["queries.jsonl", "rewordings.jsonl"].into_iter().flat_map(queries));
    thresholds("wordings", &[500, 600, 650, 700, 750, 800, 900], &own, &lacking, |text| all.by_wording(text));
    let answers = read("OTHER_ANSWERS");
    let answers = answers.lines().map(|line| serde_json::from_str::<OtherAnswer>(line).expect("an answer"));
    let (own, lacking): (Vec<Case>, Vec<Case>) =
        answers.map(|one| Case { text: one.answer, id: known(one.question) }).partition(|case| case.id.is_some());
    let engine = Engine::shipped().expect("sound");
    Figures::halves("answers, own", &own, |text| find_by_answer(&all, &engine, text));
    Figures::halves("answers, other", &lacking, |text| find_by_answer(&all, &engine, text));
    let without_samples: Questions = questions.iter().map(|(one, _)| (one.clone(), Vec::new())).collect();
    let bare = index(&bank, &without_samples);
    Figures::halves("own, no samples", &own, |text| find_by_answer(&bare, &engine, text));
    Figures::halves("other, no samples", &lacking, |text| find_by_answer(&bare, &engine, text));
    let own: Vec<Case> = own.into_iter().chain(files("evals/drafts").iter().map(|path| answer(path))).collect();
    thresholds("answers", &[120, 140, 150, 160, 165, 170, 180], &own, &lacking, |text| {
        all.by_answer(text, |id| engine.questions().concept_share(text, id)).expect("sound")
    });
}

/// Wordings, each with the id of its question.
type Wordings = Vec<(String, String)>;

/// The shipped bank, its wordings, and its index.
static SHIPPED: LazyLock<(Bank, Wordings, QuestionIndex)> = LazyLock::new(|| {
    let bank = gradus::engine::shipped_bank();
    let all = questions(&bank);
    let wordings = |question: &Question| {
        question.wordings().map(|wording| (question.id.clone(), wording.to_owned())).collect::<Vec<_>>()
    };
    let index = index(&bank, &all);
    (bank, all.iter().flat_map(|(question, _)| wordings(question)).collect(), index)
});

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

    /// Case, punctuation, quotes and spacing do not change which question a wording belongs to.
    #[test]
    fn a_wording_in_other_case_or_punctuation_finds_its_question(
        place in 0_usize..10_000,
        upper in proptest::collection::vec(proptest::bool::ANY, 1..40),
        gaps in proptest::collection::vec("[ \t\n\u{a0}]{1,3}|, | - |: |; |… | \\(|\u{201c} |\" ", 1..20),
        ends in "[ ?!.…\u{201d}\"]{0,6}",
    ) {
        let (bank, all, _) = &*SHIPPED;
        let (id, wording) = &all[place % all.len()];
        let mut disguised = ends.clone();
        for (at, c) in wording.chars().enumerate() {
            match c {
                ' ' => disguised.push_str(&gaps[at % gaps.len()]),
                '\'' => disguised.push('’'),
                c if upper[at % upper.len()] => disguised.extend(c.to_uppercase()),
                c => disguised.push(c),
            }
        }
        disguised.push_str(&ends);
        let found: Vec<&str> = bank.entries_with_wording(&disguised).iter().map(|entry| entry.id.as_str()).collect();
        proptest::prop_assert_eq!(found, [id.as_str()], "{}", disguised);
    }

    /// For any text, similarities are between 0 and 1 and sorted.
    #[test]
    fn similarities_are_bounded_and_sorted(text in "(?s).{0,200}|([a-z]{2,9} ){0,30}|((alert|error budget|release) ){0,9}") {
        let (_, _, all) = &*SHIPPED;
        let by_answer = |share| all.by_answer(&text, |_| Ok::<_, String>(Thousandths(share))).expect("no error");
        for found in [all.by_wording(&text), by_answer(0), by_answer(1000)] {
            proptest::prop_assert!(found.iter().all(|one| (1..=1000).contains(&one.similarity.0)));
            proptest::prop_assert!(found.is_sorted_by(|one, next| one.similarity >= next.similarity));
        }
    }
}

/// Every sample answer is searched in an index without that sample.
#[test]
fn a_sample_finds_its_question_without_being_in_the_index() {
    let bank = gradus::engine::shipped_bank();
    let questions = questions(&bank);
    let engine = Engine::shipped().expect("sound");
    let mut figures = Figures::default();
    let mut lacking = 0;
    for (place, (question, samples)) in questions.iter().enumerate() {
        let mut rest = questions.clone();
        rest.remove(place);
        let without = index(&bank, &rest);
        for (number, sample) in samples.iter().enumerate() {
            let mut others = questions.clone();
            others[place].1.remove(number);
            figures.cases += 1;
            match find_by_answer(&index(&bank, &others), &engine, &sample.text) {
                QuestionChoice::One(found) if found.id == question.id => figures.right += 1,
                QuestionChoice::One(_) => figures.wrong += 1,
                QuestionChoice::Close { .. } => figures.close += 1,
                QuestionChoice::None { .. } => figures.none += 1,
            }
            lacking += usize::from(matches!(find_by_answer(&without, &engine, &sample.text), QuestionChoice::One(_)));
        }
    }
    println!("samples: {figures:?}; {lacking} find another question when their own question is removed");
    assert_eq!((figures.cases, figures.wrong), (83, 0));
    assert!(figures.right >= 55 && lacking <= 4);
}
