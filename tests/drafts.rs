//! Tests that every drafted bank passes its own check, for any questions.

use gradus::bank::{DraftError, DraftFault, DraftQuestion, check, draft};
use gradus::text::Synonyms;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use crate::unusual_texts::ODD;

/// Words and signs that drafting treats specially: negators, numbers, synonyms, composed characters.
const PIECES: [&str; 40] = [
    "the",
    "is",
    "not",
    "never",
    "no",
    "without",
    "nothing",
    "isn't",
    "neither",
    "and",
    "of",
    "heat",
    "water",
    "cold",
    "pot",
    "kubernetes",
    "k8s",
    "nodes",
    "start",
    "end",
    "three",
    "3",
    "21",
    "twenty-one",
    "10%",
    "TCP/IP",
    "C++",
    "x|y",
    "a&b",
    "½",
    "ﷺ",
    "e.g.",
    "“it’s”",
    "'",
    ".",
    ",",
    ";",
    "\n",
    "•",
    "日本語",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(PIECES.as_slice()).prop_map(str::to_owned),
        3 => "[a-z]{1,12}",
        1 => any::<char>().prop_map(String::from),
        1 => select(ODD.as_slice()).prop_map(str::to_owned),
        1 => "[a-z]{60,70}",
    ]
}

/// A text of at most `most` words.
fn text(most: usize) -> impl Strategy<Value = String> {
    let words = prop_oneof![1..20_usize, 1..200_usize, 1..2_000_usize];
    (words, vec(piece(), 1..60), 1..4_usize).prop_map(move |(count, pieces, step)| {
        let words = pieces.iter().cycle().step_by(step).take(count.min(most));
        words.map(String::as_str).collect::<Vec<_>>().join(" ")
    })
}

/// A question as a line of JSON: the id, the prompt, and references or criteria.
fn question() -> impl Strategy<Value = Value> {
    let kinds = (any::<bool>(), any::<bool>(), any::<bool>());
    (piece(), text(12), vec(text(2_000), 1..4), kinds).prop_map(|(id, prompt, mut texts, (as_criteria, own, twice))| {
        if own {
            texts.push(prompt.clone());
        }
        if twice {
            texts.extend(texts.first().map(|text| format!("{text} {text}")));
        }
        let field = if as_criteria { "criteria" } else { "references" };
        json!({ "id": id, "prompt": prompt, field: texts })
    })
}

/// The questions in rows, each an object.
fn questions(rows: &[Value]) -> Result<Vec<DraftQuestion>, DraftFault> {
    rows.iter().map(|row| DraftQuestion::from_fields(row.as_object().expect("an object"))).collect()
}

/// The findings in the drafted bank. Empty if drafting rejects a question with an error that has a name and a hint.
fn findings(questions: &[Value]) -> Vec<String> {
    let refused = |error: &DraftError| {
        assert!(error.hint().is_some(), "{error}");
        let error = error.to_string();
        assert!(!error.contains('\n') && error.contains("question `"), "{error}");
    };
    let questions = match self::questions(questions) {
        Ok(questions) => questions,
        Err(fault) => {
            assert!(!fault.to_string().is_empty() && !fault.hint().is_empty());
            return Vec::new();
        }
    };
    let shipped = gradus::engine::shipped_bank();
    let (synonyms, related) = (shipped.synonyms().expect("sound"), shipped.related().expect("sound"));
    match draft(&questions, "drafted", &synonyms, &related) {
        Ok(files) => {
            assert_eq!(files.len(), questions.len());
            let bank = gradus::engine::bank_from_texts(files.into_iter().map(|file| (file.name, file.text)));
            check(&bank).iter().map(ToString::to_string).collect()
        }
        Err(error) => {
            refused(&error);
            Vec::new()
        }
    }
}

fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let rng_seed = if usual.rng_seed == RngSeed::Random { RngSeed::Fixed(7) } else { usual.rng_seed };
    ProptestConfig { cases: 24 * usual.cases / 256, failure_persistence: None, rng_seed, ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn drafted_banks_with_equal_prompts_pass_their_check(questions in vec(question(), 2..5), prompt in text(12)) {
        let mut questions = questions;
        questions.iter_mut().for_each(|question| question["prompt"] = json!(prompt));
        prop_assert_eq!(findings(&questions), Vec::<String>::new());
    }

    #[test]
    fn every_drafted_bank_passes_its_check(questions in vec(question(), 1..4)) {
        prop_assert_eq!(findings(&questions), Vec::<String>::new());
    }
}

#[test]
fn texts_whose_terms_their_own_matcher_misses_are_drafted_without_these_terms() {
    for text in ["half is ½ of it", "the sign ﷺ is long", "rock ' roll", "It is not cold, but no pot is ½ cold."] {
        for field in ["references", "criteria"] {
            assert_eq!(findings(&[json!({ "id": "a", "prompt": "Why?", field: [text] })]), [""; 0], "{text}");
        }
    }
}

#[test]
fn a_question_without_searchable_words_is_an_error_that_names_it() {
    let long = "a".repeat(70);
    for (field, what) in [("references", "reference"), ("criteria", "criterion")] {
        let questions =
            questions(&[json!({ "id": "q7", "prompt": "Why?", field: ["a lamp", long] })]).expect("a question");
        let error =
            draft(&questions, "t", &Synonyms::default(), &gradus::text::RelatedWords::default()).expect_err("no words");
        let expected = format!("question `q7`: {what} 2 has no words that can be searched for");
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.hint().as_deref(), Some("write it in words, or remove it"));
    }
}

#[test]
fn questions_whose_names_collide_are_graded_by_their_own_rubrics() {
    let question = |id: &str, text: &str| json!({ "id": id, "prompt": "Why?", "references": [text] });
    let all =
        [question("Tea 1", "The pot is cold."), question("tea-1", "Water boils."), question("tea_1", "No tea left.")];
    let questions = questions(&all).expect("questions");
    let files = draft(&questions, "t", &Synonyms::default(), &gradus::text::RelatedWords::default()).expect("words");
    let bank = gradus::engine::bank_from_texts(files.into_iter().map(|file| (file.name, file.text)));
    for (id, text) in [("Tea 1", "The pot is cold."), ("tea-1", "Water boils."), ("tea_1", "No tea left.")] {
        let found = bank.question(bank.entry(id).expect("known")).expect("sound");
        assert_eq!(found.goldens[0].text, text, "{id}");
    }
}
