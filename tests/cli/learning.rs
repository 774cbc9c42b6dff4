//! Tests of `gradus bank learn`: the proposals and the patch.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gradus::bank::{DraftQuestion, check, draft};
use gradus::model::Answer;
use gradus::score::Workspace;
use gradus::text::{RelatedWords, Synonyms};

use super::tiny_bank::{BANK, tiny};
use crate::support::{RunOutput, gradus};

/// Answers to `undo-release`. High answers mention an incident page, which the rubric lacks, and rolling back, which
/// the rubric has. They deny asking the vendor, and two of them mention a dashboard.
pub(crate) const HIGH: [&str; 6] = [
    "We rolled back at once. News went to the incident page.",
    "I rolled it back, and the incident page got every step. A dashboard proved it.",
    "Our incident page was told first. We never asked the vendor.",
    "First I told the incident page. The dashboard was green then.",
    "We never asked the vendor, we rolled back and kept an incident page open.",
    "Everyone followed the incident page. We never asked the vendor.",
];
pub(crate) const LOW: [&str; 6] = [
    "We waited for the morning.",
    "I asked the vendor what to do.",
    "We asked the vendor and rolled back later.",
    "Someone restarted it.",
    "I do not remember it well.",
    "We rolled back the day after.",
];

/// Sentences that are added to each answer to get enough different answers. High and low answers get the same
/// sentences.
const REST: [&str; 4] = ["", " It was spring.", " It was autumn then.", " That took a while."];

/// Each answer with each of [`REST`], as JSON Lines. `grade` returns the score fields for a high (`true`) or a low
/// answer.
pub(crate) fn answer_lines(question: &str, high: &[&str], low: &[&str], grade: impl Fn(bool) -> String) -> String {
    let answers = high.iter().map(|text| (text, true)).chain(low.iter().map(|text| (text, false)));
    let answers = answers.flat_map(|(text, is_high)| REST.map(|rest| (format!("{text}{rest}"), is_high)));
    answers.fold(String::new(), |mut lines, (text, is_high)| {
        let text = serde_json::json!(text);
        let _ = writeln!(lines, "{{\"question\":\"{question}\",\"answer\":{text},{}}}", grade(is_high));
        lines
    })
}

pub(crate) fn scored_answers(question: &str) -> String {
    answer_lines(question, &HIGH, &LOW, |is_high| format!("\"score\":{},\"max_score\":5", if is_high { 4 } else { 1 }))
}

/// The command `bank learn` in a folder with the tiny bank and these answers.
fn learn(answers: &str, arguments: &[&str]) -> RunOutput {
    tiny(["bank", "learn", "graded.jsonl"].into_iter().chain(arguments.iter().copied()))
        .file("graded.jsonl", answers)
        .run()
}

/// Applies a unified diff to `files`. Panics if the diff does not fit.
fn apply_patch(files: &BTreeMap<String, String>, patch: &str) -> BTreeMap<String, String> {
    let mut after = files.clone();
    for diff in patch.split("--- a/").skip(1) {
        let (name, rest) = diff.split_once('\n').expect("a name");
        let old: Vec<&str> = files[name].split_inclusive('\n').collect();
        let (mut new, mut at) = (String::new(), 0);
        for line in rest.split_inclusive('\n').skip(1) {
            let text = &line[1..];
            match line.as_bytes()[0] {
                b'@' => {
                    let start: usize = text.split(['-', ',']).nth(1).expect("a line").parse().expect("a number");
                    new.extend(old[at..start - 1].iter().copied());
                    at = start - 1;
                }
                b'+' => new.push_str(text),
                sign => {
                    assert_eq!(old[at], text, "{patch}");
                    if sign == b' ' {
                        new.push_str(text);
                    }
                    at += 1;
                }
            }
        }
        new.extend(old[at..].iter().copied());
        after.insert(name.to_owned(), new);
    }
    after
}

fn scores(files: &BTreeMap<String, String>, question: &str, answers: &[&str]) -> Vec<u32> {
    let bank = gradus::engine::bank_from_texts(files.clone());
    let scorer = bank.scorer(bank.entry(question).expect("known"), &bank.vocabulary().expect("words")).expect("sound");
    let score = |text: &&str| scorer.grade(&Answer::new("a", text), &mut Workspace::new()).score().expect("graded").0;
    answers.iter().map(score).collect()
}

fn tiny_files() -> BTreeMap<String, String> {
    BANK.iter().map(|(name, text)| (name.trim_start_matches("bank/").to_owned(), (*text).to_owned())).collect()
}

/// A bank with the drafted question `ways-out`.
fn drafted_bank() -> BTreeMap<String, String> {
    let question = r#"{"id":"Ways Out","prompt":"How do two services find each other?","references":["A registry knows the address of every service.","Names are resolved by a server."]}"#;
    let question = DraftQuestion::from_fields(&serde_json::from_str(question).expect("an object")).expect("a question");
    draft(&[question], "nets", &Synonyms::default(), &RelatedWords::default())
        .expect("words")
        .into_iter()
        .map(|file| (file.name, file.text))
        .collect()
}

const DRAFTED_HIGH: [&str; 4] = [
    "Through a sidecar proxy next to each.",
    "A sidecar proxy asks the registry.",
    "Every one has its sidecar proxy.",
    "The sidecar proxy routes it.",
];
const DRAFTED_LOW: [&str; 4] = ["By chance.", "They call and hope.", "By a wire.", "Somebody types it in."];

fn drafted_answers() -> String {
    answer_lines("Ways Out", &DRAFTED_HIGH, &DRAFTED_LOW, |is_high| {
        format!("\"score\":{},\"max_score\":5", if is_high { 4 } else { 1 })
    })
}

#[test]
fn a_phrase_that_separates_high_from_low_answers_is_proposed() {
    learn(&scored_answers("undo-release"), &[]).success().prints(&[
        "undo-release (48 answers)\n",
        "+ incident page\n",
        "      tells-people: a further phrase of `status-page`\n",
        "      19 of 19 high answers, 0 of 19 low (strength ",
        "      held out: pearson ",
        " on 10 answers\n",
        "1 proposal for 1 of 1 question\n",
    ]);
}

#[test]
fn covered_denied_or_rare_phrases_are_not_proposed() {
    let found = learn(&scored_answers("undo-release"), &["--format", "json"]).success().json();
    let phrases: Vec<&str> =
        found[0]["proposals"].as_array().expect("a list").iter().filter_map(|one| one["phrase"].as_str()).collect();
    assert_eq!(phrases, ["incident page"], "not `rolled back`, `asked the vendor` or `dashboard`");
    assert_eq!(found[0]["proposals"][0]["target"]["kind"], "alternative");
    let held_out = &found[0]["proposals"][0]["held_out"];
    assert!(held_out["after"].as_f64() > held_out["before"].as_f64(), "{held_out}");
    assert_eq!((&held_out["metric"], &held_out["answers"]), (&"pearson".into(), &10.into()));
    assert_eq!(found[0]["proposals"][0]["examples"].as_array().map(Vec::len), Some(3));
    assert_eq!(found[0]["refused"], serde_json::json!([]));
}

#[test]
fn the_patch_raises_the_scores_of_high_answers_only() {
    let patch = learn(&scored_answers("undo-release"), &["--format", "patch"]).success().reports_nothing().out;
    assert!(
        patch.starts_with("--- a/rubrics/delivery/undo-release.toml\n+++ b/rubrics/delivery/undo-release.toml\n@@ ")
    );
    assert!(patch.contains("+# learned `incident page`: ") && patch.contains(" low; pearson "), "{patch}");
    assert!(patch.contains("-any = ['status page']\n") && patch.contains("+any = ['status page', 'incident page']\n"));
    let (before, after) = (tiny_files(), apply_patch(&tiny_files(), &patch));
    let both = |answers| [&before, &after].map(|files| scores(files, "undo-release", answers));
    let [old, new] = both(&HIGH);
    assert!(old.iter().zip(&new).all(|(old, new)| old < new), "{old:?} {new:?}");
    let [old, new] = both(&LOW);
    assert_eq!(old, new);
    assert_eq!(gradus::bank::check(&gradus::engine::bank_from_texts(after)), []);
}

#[test]
fn phrases_are_proposed_for_each_criterion_that_people_graded() {
    let graded = |criterion: &str| {
        let answers = answer_lines("undo-release", &HIGH, &LOW, |is_high| {
            format!("\"score\":1,\"criteria\":{{\"{criterion}\":{}}}", if is_high { 0.5 } else { 0.25 })
        });
        learn(&answers, &[]).success()
    };
    graded("tells-people").prints(&["      tells-people: a further phrase of `status-page`\n"]);
    graded("manners").prints(&[
        "criterion `manners`: the rubric file itself does not contain\n",
        "all 48 graded answers have the same grade",
    ]);
}

#[test]
fn a_phrase_is_not_proposed_for_an_unrelated_concept() {
    // The graded criterion is `follow-up`, whose only concept is `owner`.
    let answers = answer_lines("undo-release", &HIGH, &LOW, |is_high| {
        format!("\"score\":1,\"criteria\":{{\"follow-up\":{}}}", u8::from(is_high))
    });
    learn(&answers, &[]).success().prints(&[
        "  ? incident page\n",
        "      related to no concept, so it was not tried; it may be missing in follow-up\n",
        "0 proposals for 0 of 1 question\n",
    ]);
    assert_eq!(learn(&answers, &["--format", "patch"]).success().out, "");
    let found = learn(&answers, &["--format", "json"]).success().json();
    assert_eq!(found[0]["suggestions"][0]["phrase"], "incident page");
}

#[test]
fn the_seed_selects_the_held_out_answers() {
    let learned = |seed| learn(&scored_answers("undo-release"), &["--format", "json", "--seed", seed]).success().json();
    assert_eq!(
        learned("1"),
        learn(&scored_answers("undo-release"), &["--format", "json"]).success().json(),
        "1 is the default"
    );
    assert_eq!(learned("7"), learned("7"));
    let others = ["2", "3", "4", "5"].map(learned);
    assert!(others.iter().any(|other| *other != learned("1")), "other answers are held out");
}

#[test]
fn a_drafted_rubric_gets_a_term() {
    let files = drafted_bank();
    let run = |format| {
        let program = gradus(["--bank", "b", "bank", "learn", "graded.jsonl", "--format", format]);
        let program = files.iter().fold(program, |program, (name, text)| program.file(&format!("b/{name}"), text));
        program.file("graded.jsonl", drafted_answers()).run().success()
    };
    run("text").prints(&["+ sidecar proxy\n", "reference: a further term of reference 1 with the weight "]);
    let patch = run("patch").out;
    let after = apply_patch(&files, &patch);
    let (old, new) = (scores(&files, "ways-out", &DRAFTED_HIGH), scores(&after, "ways-out", &DRAFTED_HIGH));
    assert!(old.iter().zip(&new).all(|(old, new)| old < new), "{old:?} {new:?}\n{patch}");
    let bank = gradus::engine::bank_from_texts(after);
    assert_eq!(check(&bank), [], "the reference itself still earns full credit");
}

#[test]
fn csv_and_json_lines_give_the_same_proposals() {
    let row = |text: &str, score: u8| REST.map(|rest| format!("undo-release,\"{text}{rest}\",{score}\n")).concat();
    let rows = HIGH.iter().map(|text| row(text, 4)).chain(LOW.iter().map(|text| row(text, 1)));
    let table: String = std::iter::once("question,answer,score\n".to_owned()).chain(rows).collect();
    let from_table = tiny(["bank", "learn", "graded.CSV"]).file("graded.CSV", table).run().success();
    assert_eq!(from_table.out, learn(&scored_answers("undo-release"), &[]).out);
}

#[test]
fn too_few_answers_are_reported_with_the_reason() {
    let few = answer_lines("restore-test", &HIGH[..2], &LOW[..2], |is_high| format!("\"score\":{}", u8::from(is_high)));
    learn(&few, &[])
        .success()
        .prints(&["nothing learned: 16 different answers, but at least 25 are needed"])
        .reports(&["note: no proposals\n"]);
    let uneven = answer_lines("restore-test", &HIGH, &LOW[..2], |is_high| format!("\"score\":{}", u8::from(is_high)));
    let ran = learn(&uneven, &["--format", "patch"]).success();
    assert_eq!(ran.out, "");
    ran.reports(&[
        "nothing learned: `restore-test`: 24 high and 8 low answers, but at least 10 different ones of each are needed\n",
    ]);
    let found = learn(&few, &["--format", "json"]).success().json();
    assert_eq!(
        found[0]["refused"][0]["reason"],
        "16 different answers, but at least 25 are needed to hold out a fifth of them"
    );
}

#[test]
fn unknown_questions_are_reported_once() {
    let others: String = ["w", "x", "y", "z"].map(scored_answers).concat();
    let reported = "warning: 4 questions are not in the bank, and left out: `w`, `x`, `y` and 1 more\n";
    let ran = learn(&(scored_answers("undo-release") + &others), &[])
        .success()
        .prints(&["incident page"])
        .reports(&[reported]);
    assert_eq!(ran.err.matches("warning").count(), 1);
    learn(&others, &[])
        .failure()
        .reports(&["error: no question of graded.jsonl is in the bank: `w`, `x`, `y`", "hint: "]);
}

#[test]
fn learning_can_be_limited_to_one_question() {
    let all = scored_answers("undo-release") + &scored_answers("stage-release") + &scored_answers("nobody");
    let ran = learn(&all, &["--only", "stage-release"]).success().reports(&["--output FILE"]);
    assert!(ran.out.starts_with("stage-release (48 answers)\n") && !ran.out.contains("undo-release"), "{}", ran.out);
    learn(&all, &["--only", "restore-test"]).failure().reports(&["no answer to `restore-test`", "hint: "]);
    learn(&all, &["--only", "nobody"]).failure().reports(&["no question `nobody`", "hint: "]);
}

#[test]
fn the_patch_file_is_written_even_if_it_is_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("learned.patch");
    let path = path.to_str().expect("UTF-8");
    let answers = scored_answers("undo-release");
    let shown = learn(&answers, &["--format", "patch"]).out;
    learn(&answers, &["--output", path]).success().prints(&["incident page"]).reports(&["patch -p1 -d bank < "]);
    assert_eq!(std::fs::read_to_string(path).expect("a patch"), shown);
    learn(&answers, &["--output", path]).failure().reports(&["would be overwritten", "hint: "]);
    learn(&answers, &["--output", path, "--force"]).success();
    let nothing = folder.path().join("nothing.patch");
    let few = answer_lines("undo-release", &HIGH[..1], &[], |_| "\"score\":1".to_owned());
    learn(&few, &["--output", nothing.to_str().expect("UTF-8")])
        .success()
        .reports(&["no proposals; wrote an empty patch to "]);
    assert_eq!(std::fs::read_to_string(&nothing).expect("an empty patch"), "");
    // An old patch must not look like the patch of this run.
    learn(&few, &["--output", path]).failure();
    learn(&few, &["--output", path, "--force"]).success().reports(&["no proposals; wrote an empty patch to "]);
    assert_eq!(std::fs::read_to_string(path).expect("still there"), "");
}

#[test]
fn unreadable_answers_are_reported_with_their_line() {
    learn("{\"question\":\"undo-release\",\"answer\":\"a\",\"score\":\"high\"}\n", &[])
        .failure()
        .reports(&["graded.jsonl: line 1: "]);
    learn("", &[]).failure().reports(&["graded.jsonl has no answers", "hint: "]);
    tiny(["bank", "learn", "nowhere.jsonl"]).run().failure().reports(&["cannot read nowhere.jsonl"]);
}

#[test]
fn learning_works_with_the_shipped_bank() {
    let program = gradus(["--quiet", "bank", "learn", "-"]);
    let ran = program.run_with(scored_answers("error-budget").as_bytes()).success().reports_nothing();
    assert!(
        ran.out.lines().any(|line| line.starts_with("error-budget ") && line.ends_with("incident page")),
        "{}",
        ran.out
    );
}
