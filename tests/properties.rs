//! Property tests of grading, reporting and reading with unusual answers, phrases and rubrics.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use gradus::bank::{Bank, Files, FrontMatter, check};
use gradus::model::{Answer, Fingerprint, Grade, Ideas};
use gradus::pattern::{Compiler, Reader, Scratch};
use gradus::report::{self, Sheet, Style};
use gradus::score::{Scorer, Workspace};
use gradus::text::{Document, KnownWords, Lexicon, Synonyms};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use unicode_width::UnicodeWidthStr;

#[path = "../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets use it as a crate of its own")]
pub(crate) mod oracle;

use crate::unusual_texts::{ODD, letters};
use oracle::SCORERS;

/// Words that do not occur in any rubric, and function words.
const FLUENT: [&str; 8] = ["the", "walrus", "hummed", "to", "its", "purple", "umbrella", "with"];

/// Runs this share of the usual number of cases with a fixed seed. `PROPTEST_CASES` and `PROPTEST_RNG_SEED` change
/// both.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let rng_seed = if usual.rng_seed == RngSeed::Random { RngSeed::Fixed(7) } else { usual.rng_seed };
    ProptestConfig { cases: cases * usual.cases / 256, failure_persistence: None, rng_seed, ..usual }
}

static BANK: LazyLock<Bank> = LazyLock::new(gradus::engine::shipped_bank);

static SAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let samples = |entry| BANK.samples(entry).expect("the shipped corpus has no faults");
    BANK.entries().iter().flat_map(samples).map(|sample| sample.text).collect()
});

/// The phrases of all rubrics.
static PHRASES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let questions = SCORERS.iter().map(Scorer::question);
    let criteria = questions.flat_map(|question| question.criteria.iter().chain(&question.penalties));
    criteria.flat_map(|criterion| &criterion.concepts).flat_map(|concept| concept.any.clone()).collect()
});

/// The words of all phrases and of all questions.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let prompts = SCORERS.iter().map(|scorer| scorer.question().prompt.as_str());
    let texts = PHRASES.iter().map(String::as_str).chain(prompts);
    let words = texts.flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
});

fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        select(ODD.as_slice()).prop_map(str::to_owned),
        select(WORDS.as_slice()),
        "[ .,;:()'-]{1,3}",
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn rubric_words() -> impl Strategy<Value = String> {
    let gap = select(&[" ", " ", " ", " the ", " we ", ". ", ", ", "\n", " not ", " & "][..]);
    vec((select(WORDS.as_slice()), gap), 1..80)
        .prop_map(|words| words.into_iter().flat_map(|(word, gap)| [word, gap.to_owned()]).collect())
}

/// Pieces of questions. Each has a full stop inside and a word of a rubric at the end.
fn question_echoes() -> impl Strategy<Value = String> {
    let piece = (number(), any::<Index>(), 1..5_usize, 5..9_usize, select(WORDS.as_slice()));
    let piece = piece.prop_map(|(number, at, stop, length, hit)| {
        let words: Vec<&str> = SCORERS[number].question().prompt.split_whitespace().collect();
        let run = words.windows(length).nth(at.index(words.len() - length)).unwrap_or_default();
        format!("{}. {} {hit}", run[..stop].join(" "), run[stop..].join(" "))
    });
    vec(piece, 1..4).prop_map(|pieces| pieces.join(". "))
}

/// A text whose second sentence repeats the question only together with the end of the first sentence.
const RUN_OVER_A_STOP: &str = "changes broke production. Tell the story and I";

fn edits() -> impl Strategy<Value = Vec<(u8, Index, Index)>> {
    vec((0..9_u8, any::<Index>(), any::<Index>()), 0..8)
}

fn mutated_sample() -> impl Strategy<Value = String> {
    (select(SAMPLES.as_slice()), edits()).prop_map(|(text, edits)| edited(&text, &edits))
}

/// The text after an edit of characters, sentences, or the whole text.
fn edited(text: &str, edits: &[(u8, Index, Index)]) -> String {
    let mut text = text.to_owned();
    for (kind, one, other) in edits {
        let by_sentence = (4..7).contains(kind);
        let mut parts: Vec<String> = if by_sentence {
            text.split_inclusive(['.', '\n']).map(str::to_owned).collect()
        } else {
            text.chars().map(String::from).collect()
        };
        if parts.is_empty() {
            return text;
        }
        let (one, other) = (one.index(parts.len()), other.index(parts.len()));
        match kind {
            0 | 4 => parts.swap(one, other),
            1 | 5 => drop(parts.remove(one)),
            2 | 6 => parts.insert(other, parts[one].clone()),
            3 => parts.insert(one, ODD[other % ODD.len()].to_owned()),
            7 => parts.iter_mut().for_each(|part| *part = part.to_uppercase()),
            _ => parts.retain(|part| !part.starts_with(|c: char| c.is_ascii_punctuation())),
        }
        text = parts.concat();
    }
    text
}

fn answer() -> impl Strategy<Value = String> {
    prop_oneof![soup(), mutated_sample(), mutated_sample(), rubric_words(), question_echoes()]
}

/// An index of a question.
fn number() -> std::ops::Range<usize> {
    0..SCORERS.len()
}

fn json(number: usize, text: &str, workspace: &mut Workspace) -> String {
    serde_json::to_string(&SCORERS[number].grade(&Answer::new("a", text), workspace)).expect("writes")
}

fn score(scorer: &Scorer, text: &str) -> Option<u32> {
    scorer.grade(&Answer::new("a", text), &mut Workspace::new()).score().map(|score| score.0)
}

fn read(text: &str) -> Document {
    let mut document = Document::new();
    document.read(text, 0, &mut Lexicon::new());
    document
}

/// The sentences of `text` as slices of it.
fn sentences(text: &str) -> Vec<&str> {
    let document = read(text);
    document.sentences().iter().map(|sentence| document.span(sentence.first, sentence.end - 1).of(text)).collect()
}

/// Whether `longer` continues `text` with separate sentences.
fn continues_separately(text: &str, longer: &str) -> bool {
    read(longer).sentences().starts_with(read(text).sentences())
}

/// The grade with its offsets moved as if the body started at byte 0.
fn without_front_matter(mut grade: Grade<'_>, by: usize) -> Grade<'_> {
    grade.fingerprint = Fingerprint([0; 32]);
    for evidence in grade.criteria.iter_mut().chain(&mut grade.penalties).flat_map(|decided| &mut decided.evidence) {
        (evidence.start, evidence.end) = (evidence.start - by, evidence.end - by);
    }
    for part in &mut grade.delivery.star {
        (part.start, part.end) = (part.start - by, part.end - by);
    }
    grade
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn every_point_has_its_evidence_and_the_score_adds_up(text in answer()) {
        let mut workspace = Workspace::new();
        for scorer in SCORERS.iter() {
            let answer = Answer::new("a", &text);
            oracle::assert_valid_grade(scorer.question(), &answer, &scorer.grade(&answer, &mut workspace));
        }
    }

    #[test]
    fn earlier_answers_do_not_change_a_grade(
        past in vec((number(), answer()), 0..4), number in number(), text in answer(),
    ) {
        let alone = json(number, &text, &mut Workspace::new());
        let mut used = Workspace::new();
        for (number, text) in &past {
            json(*number, text, &mut used);
        }
        prop_assert_eq!([(); 2].map(|()| json(number, &text, &mut used)), [alone.clone(), alone]);
    }

    #[test]
    fn front_matter_does_not_change_a_grade(
        head in prop_oneof![soup(), Just("+++\nquestion = \"q\"\n+++\n".to_owned()), Just("Ends in e.".to_owned())],
        text in prop_oneof![answer(), answer().prop_map(|text| format!("g. {text}"))], number in number(),
    ) {
        let (scorer, whole) = (&SCORERS[number], head.clone() + &text);
        let answer = Answer { id: "a", text: &whole, body: head.len() };
        let grade = scorer.grade(&answer, &mut Workspace::new());
        oracle::assert_valid_grade(scorer.question(), &answer, &grade);
        let alone = Answer::new("a", &text);
        prop_assert_eq!(without_front_matter(grade, head.len()), without_front_matter(scorer.grade(&alone, &mut Workspace::new()), 0));
    }

    #[test]
    fn reports_fit_the_width_and_contain_no_escape_sequence(
        id in soup(), text in answer(), number in number(), width in 0..200_usize, body in any::<Index>(),
    ) {
        let body = text.floor_char_boundary(body.index(text.len() + 1));
        for body in [0, body] {
            let answer = Answer { id: &id, text: &text, body };
            let grade = SCORERS[number].grade(&answer, &mut Workspace::new());
            let sheet = Sheet { grade: &grade, question: SCORERS[number].question(), answer: &answer, note: None };
            let (plain, color) = (Style { width, color: false }, Style { width, color: true });
            let _ = (report::text(&sheet, color), report::brief(&sheet, color));
            let page = report::text(&sheet, plain);
            for line in page.lines().filter(|_| width >= 40) {
                prop_assert!(line.width() <= width, "more than {width} columns: {line:?}");
            }
            for shown in [&page, &report::brief(&sheet, plain), &report::markdown(&sheet)] {
                prop_assert!(!shown.contains('\u{1b}'), "{shown:?}");
            }
            let named = Grade { id: "a".into(), ..grade.clone() };
            let table = report::csv(&[named]).expect("writes");
            prop_assert!(!table.contains('\u{1b}'), "{table:?}");
            report::csv(&[grade.clone(), grade]).expect("writes");
        }
    }
}

proptest! {
    #![proptest_config(config(192))]

    #[test]
    fn repeating_a_sentence_never_raises_the_score(
        text in prop_oneof![4 => answer(), 1 => Just(RUN_OVER_A_STOP.to_owned())], which in any::<Index>(),
    ) {
        prop_assume!(!sentences(&text).is_empty());
        let longer = format!("{text}. {}", which.get(&sentences(&text)));
        prop_assume!(continues_separately(&text, &longer));
        for scorer in SCORERS.iter() {
            let (before, after) = (score(scorer, &text), score(scorer, &longer));
            prop_assert!(after <= before, "{}: {before:?} to {after:?}: {longer:?}", scorer.question().id);
        }
    }

    #[test]
    fn a_sentence_without_a_match_never_raises_the_score(text in answer(), words in vec(select(&FLUENT[..]), 1..30)) {
        let sentence = words.join(" ");
        let longer = format!("{text}\n\n{sentence}.");
        prop_assume!(continues_separately(&text, &longer) && score(&SCORERS[0], &text).is_some());
        for scorer in SCORERS.iter() {
            let phrases = scorer.explain(&Answer::new("a", &sentence), &mut Workspace::new());
            if phrases.iter().all(|phrase| phrase.matches.is_empty()) {
                let (before, after) = (score(scorer, &text), score(scorer, &longer));
                prop_assert!(after <= before, "{}: {before:?} to {after:?}: {longer:?}", scorer.question().id);
            }
        }
    }
}

fn phrase() -> impl Strategy<Value = String> {
    let sign = select(
        &["\"", "&", " & ", "|", "*", "=", "<", ">", "\\", " ", " ", "<number>", "<percent>", "roll", "IT", "..."][..],
    );
    let signs = vec(prop_oneof![sign.prop_map(str::to_owned), soup()], 0..12).prop_map(|pieces| pieces.concat());
    let edited = (select(PHRASES.as_slice()), edits()).prop_map(|(phrase, edits)| edited(&phrase, &edits));
    let wide_spaces =
        ("[ab]", "[&|*=<\"\\\\]| [&]", "[\u{a0}\u{3000}\u{85}]", "[ab]?").prop_map(|(a, b, c, d)| a + &b + &c + &d);
    prop_oneof![signs, edited, soup(), wide_spaces]
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn a_phrase_matches_within_sentences_or_its_error_has_a_position(phrase in phrase(), text in soup()) {
        let (synonyms, mut reader) = (Synonyms::default(), Reader::default());
        let ideas = Ideas::default();
        let mut compiler = Compiler::new(&synonyms, &ideas, &mut reader);
        if let Err(error) = compiler.add(&phrase) {
            oracle::assert_error_position(&phrase, &error);
            return Ok(());
        }
        let matcher = compiler.finish(&KnownWords::default()).expect("one phrase matches");
        let (mut document, mut lexicon, mut hits) = (Document::new(), Lexicon::new(), Vec::new());
        document.read(&format!("{text} {phrase}"), 0, &mut lexicon);
        matcher.find_hits(&document, &mut lexicon, &mut Scratch::new(), &mut hits);
        oracle::assert_hits_within(&document, matcher.phrases(), &hits);
    }

    #[test]
    fn a_body_starts_on_a_character_boundary(
        mark in select(&["", "\u{feff}"][..]), fence in select(&["+++", "---", ""][..]), parts in vec(soup(), 0..3),
    ) {
        let text = [mark, fence, "\n", &parts.join(&format!("\n{fence}\r\n"))].concat();
        if let Ok(head) = FrontMatter::split(&text) {
            prop_assert!(text.is_char_boundary(head.body));
        }
    }
}

/// A rubric with lines removed, repeated, exchanged or damaged.
fn damaged_rubric(text: &str, edits: &[(u8, Index, Index)], spoil: &str) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for (kind, one, other) in edits {
        let (from, to) = (one.index(lines.len()), other.index(lines.len()));
        match kind {
            0 => lines.swap(from, to),
            1 if lines.len() > 1 => drop(lines.remove(from)),
            2 => lines.insert(to, lines[from].clone()),
            3 => lines.insert(to, format!("{spoil}\n")),
            _ => lines[from] = edited(&lines[from], &[(kind % 4, *other, *one)]),
        }
    }
    lines.concat()
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn a_damaged_bank_is_checked_and_its_faults_have_positions(
        which in any::<Index>(), edits in edits(), spoil in prop_oneof![soup(), phrase()],
    ) {
        let shipped = Files::of_built_in(gradus::engine::SHIPPED);
        let all = shipped.within("rubrics/", ".toml").chain(shipped.within("corpus/", ".md"));
        let names: Vec<&str> = all.map(|(name, _)| name).collect();
        let name = *which.get(&names);
        let stem = name.rsplit_once('.').and_then(|(path, _)| path.split_once('/')).expect("a folder and an ending").1;
        let related = names.iter().filter(|other| other.contains(stem) || other.contains("/shared/"));
        let text = |other: &str| shipped.text(other).expect("the file is listed");
        let files = related.map(|other| {
            let spoilt = if *other == name { damaged_rubric(text(other), &edits, &spoil) } else { text(other).to_owned() };
            (other.to_string(), spoilt)
        });
        let bank = gradus::engine::bank_from_texts(files);
        oracle::assert_findings_within(&bank, &check(&bank));
    }
}

/// The shortest time of three gradings.
#[allow(clippy::disallowed_methods, reason = "the test measures time")]
fn fastest(scorer: &Scorer, text: &str) -> Duration {
    let once = |_| {
        let (answer, mut workspace, start) = (Answer::new("a", text), Workspace::new(), Instant::now());
        scorer.grade(&answer, &mut workspace);
        start.elapsed()
    };
    (0..3).map(once).min().unwrap_or_default()
}

#[test]
fn grading_time_grows_linearly_with_length() {
    const BYTES: usize = 30_000;
    let scorer = SCORERS.first().expect("there are questions");
    let unknown = |bytes: usize| (0..bytes / 8).map(|number| format!("q{number:06x}")).collect::<Vec<_>>().join(" ");
    let words = &PHRASES[0].replace('|', " ");
    let repeated = [
        " ",
        "x",
        "a.",
        &format!("{words} "),
        &format!("{words}. "),
        "not ",
        ", or ",
        "7",
        "7 ",
        "nine billion ",
        "a ",
        "C I C D ",
        "\n",
        "- x\n",
        "-",
        "'",
        "\u{301}",
        "\u{200b}",
        "no x, y or ",
        "never without ",
        "…",
        "1.",
        "e.g. ",
        "1,000",
    ];
    let of = |piece: &str, bytes: usize| piece.repeat(bytes.div_ceil(piece.len()));
    let mut texts: Vec<(String, String, String)> =
        repeated.iter().map(|piece| ((*piece).to_owned(), of(piece, BYTES), of(piece, 10 * BYTES))).collect();
    texts.push(("unknown words".to_owned(), unknown(BYTES), unknown(10 * BYTES)));
    for row in [usize::MAX, 12] {
        texts.push((format!("rows of {row} letters"), letters(BYTES, row), letters(10 * BYTES, row)));
    }
    for (name, short, long) in texts {
        // Times below a tenth of a millisecond are too short to compare.
        let (short, long) = (fastest(scorer, &short).max(Duration::from_micros(100)), fastest(scorer, &long));
        assert!(long < 25 * short, "{name:?}: {short:?} for {BYTES} bytes, {long:?} for ten times as many");
    }
}
