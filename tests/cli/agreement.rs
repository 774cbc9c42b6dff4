//! Tests of `gradus eval` and `gradus calibrate`.

use std::fmt::Write as _;

use serde_json::json;

use super::drafting::{QUESTIONS, drafted};
use crate::support::{Gradus, gradus};

/// Answers of increasing quality to the tea questions, with the scores of two people.
fn graded() -> String {
    graded_by(1.0)
}

/// The answers of [`graded`], with the scores multiplied by `share`.
fn graded_by(share: f64) -> String {
    let mut rows = String::new();
    let answers = [
        ("tea/1", "It looks nicer.", 0.0),
        ("tea/1", "The pot is cold.", 1.5),
        ("tea/1", "A cold pot takes heat from the water.", 3.0),
        ("tea/1", "A cold pot takes heat, and leaves need hot water to give their taste.", 4.0),
        ("tea/2", "Never.", 0.0),
        ("tea/2", "The water is high.", 1.0),
        ("tea/2", "The water covers it.", 3.0),
        ("tea/2", "When the water covers the mark.", 4.0),
        ("tea/3", "Anybody.", 0.0),
        ("tea/3", "The host pours.", 2.5),
        ("tea/3", "The host pours for the guests.", 3.5),
        ("tea/3", "The host pours for the guests and for herself last.", 4.0),
    ];
    for round in 0..3 {
        for (number, (question, answer, score)) in answers.iter().enumerate() {
            let score = score * share;
            let (split, other) = (if round == 0 { "test" } else { "train" }, (score - 0.5_f64).max(0.0));
            let _ = writeln!(
                rows,
                "{{\"id\": \"{round}-{number}\", \"question\": \"{question}\", \"answer\": \"{answer}\", \"score\": {score}, \
                 \"max_score\": 4, \"split\": \"{split}\", \"score2\": {other}}}"
            );
        }
    }
    rows
}

fn eval(arguments: &[&str]) -> Gradus {
    let all = ["eval", "graded.jsonl", "--bank", "bank"].iter().chain(arguments);
    drafted().again(all).file("graded.jsonl", graded())
}

#[test]
fn the_report_shows_figures_of_grader_length_and_people() {
    let result = eval(&["--format", "json"]).run().success().reports_nothing().json();
    let groups = result["groups"].as_array().expect("groups");
    let names: Vec<_> = groups.iter().map(|group| (group["of"].as_str(), group["name"].as_str())).collect();
    let some = |of, name| (Some(of), Some(name));
    let expected = [(Some("all"), None), some("split", "test"), some("split", "train")];
    assert_eq!(names[..3], expected);
    assert_eq!(names[3..], [some("question", "tea/1"), some("question", "tea/2"), some("question", "tea/3")]);
    let pearson = &groups[0]["figures"]["pearson"];
    let value = |who: &str| pearson[who]["value"].as_f64().expect("a figure");
    assert!(value("grader") > 0.9 && value("grader") > value("length"), "{pearson}");
    assert!((0.98..1.0).contains(&value("people")), "{pearson}");
    let interval = &pearson["grader"]["interval"];
    assert!(interval[0].as_f64() < Some(value("grader")) && Some(value("grader")) < interval[1].as_f64(), "{interval}");
    let absent = &groups[0]["figures"]["macro-f1"]["grader"];
    assert_eq!(
        (&absent["value"], absent["reason"].as_str()),
        (&serde_json::Value::Null, Some("people's scores are not all 0 or 1"))
    );
    assert_eq!(result["scores"].as_array().map(Vec::len), Some(36));
    assert_eq!(result["unit"], 4.0);
}

#[test]
fn the_report_fits_80_columns_and_lists_the_answers_furthest_from_people() {
    let text = eval(&["--worst", "2"]).run().success().out;
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for part in [
        "36 answers, 36 scored by people and by the grader",
        "mae, rmse and bias are in points; the highest score is 4",
        "all answers — 36 answers",
        "split train",
        "by question",
        "no macro-f1, accuracy: people's scores",
        "largest disagreements with people",
        "  2. ",
    ] {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
    assert!(!text.contains("  3. "), "{text}");
    eval(&["--format", "markdown"]).run().success().prints(&[
        "# Agreement with people",
        "| pearson |",
        "## By question",
        "1. **",
    ]);
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let run = |seed| eval(&["--format", "json", "--seed", seed]).run().success().out;
    assert_eq!(run("7"), run("7"));
    assert_ne!(run("7"), run("8"));
}

#[test]
fn a_figure_below_its_threshold_fails_the_run() {
    eval(&["--fail-under", "pearson=0.5", "--fail-under", "test:spearman=0.5", "--fail-under", "rmse=4"])
        .run()
        .success();
    let run = eval(&["--fail-under", "pearson=0.999"]).run();
    run.check_failed().reports(&["pearson 0.", " is below the 0.999 that --fail-under pearson=0.999 requires"]);
    eval(&["--fail-under", "rmse=0.01"]).run().check_failed().reports(&["is above the 0.01"]);
    eval(&["--fail-under", "macro-f1=0.1"]).run().check_failed().reports(&[
        "macro-f1 has no value (people's scores are not all 0 or 1) to compare with the 0.1 that --fail-under",
    ]);
    eval(&["--fail-under", "odd:pearson=0.1"]).run().failure().reports(&["no answer is in that split"]);
    gradus(["eval", "x", "--fail-under", "person=1"]).run().failure().reports(&["where METRIC is one of pearson, "]);
}

#[test]
fn differences_to_an_earlier_evaluation_are_tested() {
    let first = eval(&["--format", "json"]);
    let second = first.again(["eval", "graded.jsonl", "--bank", "bank", "--compare", "before.json"]);
    let harsh = ["eval", "graded.jsonl", "--bank", "bank", "--compare", "before.json", "--format", "json"];
    let third = first.again(harsh.iter().chain(&["--calibration", "c.toml"]));
    let before = first.run().success().out;
    let shuffled =
        graded().lines().rev().fold(String::new(), |rows, line| rows + &line.replace("\"id\"", "\"no\"") + "\n");
    let again = second.again(["eval", "shuffled.jsonl", "--bank", "bank", "--compare", "before.json"]);
    let unmoved = ["changes — since ", "0 of 36 answers have a different score", "0.000"];
    second.file("before.json", &before).run().success().prints(&unmoved);
    again.file("shuffled.jsonl", shuffled).run().success().prints(&unmoved);
    let third = third.file("c.toml", "schema = 1\nscorer = 5\ncurve = [[0.0, 0.0], [1.0, 0.5]]\n");
    let moved = third.file("before.json", &before).run().success().json()["moved"].clone();
    assert_eq!(moved["answers"], 36);
    assert!(moved["changed"].as_u64() > Some(20), "{moved}");
    let figure = |metric: &str, of: &str| moved["figures"][metric][of].as_f64().expect("a figure");
    assert!(figure("bias", "difference") < -0.5 && figure("bias", "p") < 0.05, "{moved}");
    assert!(figure("pearson", "difference").abs() < 1e-9 && figure("pearson", "p") > 0.9, "{moved}");
    let refused = eval(&["--compare", "graded.jsonl"]).run().failure();
    refused.reports(&["graded.jsonl is not an evaluation: ", "hint: `gradus eval --format json` writes an evaluation"]);
}

#[test]
fn the_cut_of_two_valued_scores_is_fitted_on_its_split() {
    let mut rows = String::from("question,answer,score,split\n");
    for split in ["train", "test"] {
        for (answer, score) in
            [("When the water covers the mark.", 1), ("The mark is not seen any more.", 1), ("No.", 0), ("The lid.", 0)]
        {
            let _ = writeln!(rows, "tea/2,{answer},{score},{split}");
        }
    }
    let bank = drafted();
    let run = |cut: &str| {
        bank.again(["eval", "two.csv", "--bank", "bank", "--format", "json", "--cut", cut]).file("two.csv", &rows).run()
    };
    let result = run("fit:train").success().json();
    assert_eq!(result["cut"]["fitted_on"], "train");
    assert_eq!(result["groups"][1]["figures"]["macro-f1"]["grader"]["value"], 1.0);
    run("fit:other").failure().reports(&["no answer is in the split `other`", "hint: the splits are test, train"]);
    run("101").failure().reports(&["expected a number from 0 to 100, or fit:SPLIT"]);
}

#[test]
fn criteria_that_people_graded_have_their_own_figures() {
    let rows = "question,answer,score,criterion:point-1,criterion:point-2\n\
                tea/3,The host pours for the guests.,2,1,0\n\
                tea/3,Anybody.,0,0,0\n\
                tea/3,The host pours for herself last.,1,0,1\n";
    let run =
        drafted().again(["eval", "g.csv", "--bank", "bank", "--format", "json"]).file("g.csv", rows).run().success();
    let groups = run.json()["groups"].clone();
    let last = groups.as_array().and_then(|groups| groups.last()).expect("groups");
    assert_eq!(
        (last["of"].as_str(), last["question"].as_str(), last["name"].as_str()),
        (Some("criterion"), Some("tea/3"), Some("point-2"))
    );
    assert_eq!(last["answers"], 3);
}

#[test]
fn answers_without_a_score_or_a_question_are_counted_and_reported() {
    let rows = format!(
        "{}{}",
        graded(),
        "{\"id\": \"x\", \"question\": \"coffee\", \"answer\": \"a\", \"score\": 1, \"max_score\": 4}\n{\"id\": \"y\", \"question\": \"tea/1\", \"answer\": \"?\", \"score\": 1, \"max_score\": 4}\n{\"id\": \"z\", \"question\": \"tea/1\", \"answer\": \"heat\"}\n"
    );
    let run = drafted().again(["eval", "g.jsonl", "--bank", "bank"]).file("g.jsonl", rows).run().success();
    run.prints(&[
        "39 answers, 36 scored by people and by the grader, 1 without a human score, 2\nthat could not be graded",
        "\nnot graded\n  the question of 1 answer is not in the bank\n",
        "line 38, y: the answer has no words",
    ])
    .reports(&["1 question is not in the bank: `coffee`"]);
}

#[test]
fn reports_count_answers_to_unknown_questions_and_json_lists_them() {
    let row = |id: &str, question: &str, answer: &str| {
        format!(
            "{{\"id\": \"{id}\", \"question\": \"{question}\", \"answer\": \"{answer}\", \"score\": 1, \"max_score\": 4}}\n"
        )
    };
    let rows =
        [row("x", "coffee", "a"), row("y", "tea/1", "?"), row("z", "milk", "b")].concat() + &graded() + "broken\n";
    let bank = drafted();
    let run = |format: &str| {
        let eval = bank.again(["eval", "g.jsonl", "--bank", "bank", "--worst", "0", "--format", format]);
        eval.file("g.jsonl", &rows).run().check_failed()
    };
    let last = "not valid JSON: expected value at column 1";
    run("text").prints(&[
        "40 answers, 36 scored by people and by the grader, 4 that could not be graded\n",
        &format!(
            "\nnot graded\n  the question of 2 answers is not in the bank\n  line 2, y: the answer has no words\n  line \
             40, 40: {last}\n"
        ),
    ]);
    run("markdown").prints(&[
        "\n## Not graded\n\n- the question of 2 answers is not in the bank\n- line 2, y: the answer has no words\n- line 40",
    ]);
    let unknown = "its question is not in the bank";
    let row = |id: &str, line: u64, reason: &str| json!({ "id": id, "line": line, "reason": reason });
    let all = [row("x", 1, unknown), row("y", 2, "the answer has no words"), row("z", 3, unknown), row("40", 40, last)];
    assert_eq!(run("json").json()["ungraded"], json!(all));
}

#[test]
fn rows_may_name_their_question_by_a_wording() {
    let [one, two] = ["Why do we warm the pot before we make tea?", "When is the kettle full?"];
    let by_id = graded();
    let worded = by_id.replacen("\"tea/1\"", &format!("\"{one}\""), 5).replacen("\"tea/2\"", &format!("\"{two}\""), 5);
    assert!(worded.contains(one) && worded.contains(two), "{worded}");
    let bank = drafted();
    let result = |rows: &str| {
        let eval = bank.again(["eval", "g.jsonl", "--bank", "bank", "--format", "json"]);
        eval.file("g.jsonl", rows).run().success().reports_nothing().out
    };
    assert_eq!(result(&worded), result(&by_id));
    let table = |rows: &str| {
        let run = ["calibrate", "g.jsonl", "--bank", "bank", "--output", "c.toml", "--force", "--even-if-worse"];
        bank.again(run).file("g.jsonl", rows).run().success().out
    };
    assert_eq!(table(&worded), table(&by_id));
}

#[test]
fn a_row_whose_wording_belongs_to_several_questions_is_left_out() {
    let twins = QUESTIONS.replace("tea/", "twin/");
    let draft = drafted().again(["bank", "draft", "twins.jsonl", "--output", "bank"]).file("twins.jsonl", twins);
    let rows = graded() + "{\"question\": \"Who pours?\", \"answer\": \"The host.\", \"score\": 1, \"max_score\": 4}\n";
    let eval = draft.again(["eval", "g.jsonl", "--bank", "bank"]).file("g.jsonl", rows);
    draft.run().success();
    eval.run().check_failed().reports(&[
        "1 row of g.jsonl cannot be read and is left out: line 37: this is a wording of tea-3 and of twin-3\n",
        "hint: name the question by its id\n",
    ]);
}

#[test]
fn input_that_cannot_be_evaluated_is_an_error() {
    let bank = drafted();
    let run =
        |content: &str| bank.again(["eval", "g.jsonl", "--bank", "bank"]).file("g.jsonl", content).run().failure();
    run("").reports(&["g.jsonl has no answers\nhint: "]);
    run("{\"question\": \"tea/1\", \"answer\": \"a\"}")
        .reports(&["g.jsonl has no human scores\nhint: write the scores into `score`"]);
    run("{\"question\": \"tea/1\", \"answer\": \"a\", \"score\": 9, \"max_score\": 4}")
        .reports(&["g.jsonl: line 1: the score is 9; expected 0 to 4\nhint: "]);
    let rows = [3, -5].map(|score| format!("{{\"question\": \"tea/1\", \"answer\": \"a\", \"score\": {score}}}"));
    bank.again(["eval", "g.jsonl", "--bank", "bank"]).file("g.jsonl", rows.join("\n")).run().reports(&[
        "line 2: the score is -5; expected 0 to 3, the highest score of the file",
        "correct the score, or give each row a `max_score`",
    ]);
    run("{\"question\": \"coffee\", \"answer\": \"a\", \"score\": 1}")
        .reports(&["none of the questions is in the bank: `coffee`\nhint: "]);
    run("oops").reports(&["g.jsonl: line 1: not valid JSON: expected value at column 1\nhint: "]);
}

#[test]
fn a_calibration_is_fitted_used_and_named() {
    let fit = drafted()
        .again(["calibrate", "graded.jsonl", "--bank", "bank", "-o", "c.toml"])
        .file("graded.jsonl", graded_by(0.5));
    let again = fit.again(["calibrate", "graded.jsonl", "--bank", "bank", "-o", "c.toml"]);
    let eval = fit.again(["eval", "graded.jsonl", "--bank", "bank", "--calibration", "c.toml"]);
    let grade = |format: &str| {
        fit.again([
            "grade",
            "--bank",
            "bank",
            "--question",
            "tea/1",
            "-",
            "--calibration",
            "c.toml",
            "--format",
            format,
        ])
    };
    let (json, text, table) = (grade("json"), grade("text"), grade("csv"));
    let plain = fit.again(["grade", "--bank", "bank", "--question", "tea/1", "-", "--format", "json"]);
    fit.run()
        .success()
        .prints(&["36 answers; 3 folds for cross-validation", "rmse", "kappa"])
        .reports(&["apply the calibration with --calibration c.toml"]);
    again.run().failure().reports(&["c.toml would be overwritten\nhint: "]);
    eval.run().success().prints(&["calibrated by c.toml"]);
    let (with, without) =
        (json.run_with(b"The pot is cold.").success().json(), plain.run_with(b"The pot is cold.").success().json());
    assert_eq!(with["calibrated"]["by"], "c.toml");
    assert_eq!(with["score"], without["score"], "the original score is kept");
    assert!(without.get("calibrated").is_none());
    text.run_with(b"The pot is cold.").success().prints(&["calibrated by c.toml: "]);
    table.run_with(b"The pot is cold.").success().prints(&["reason,calibrated,calibrated_by", ",c.toml"]);
}

#[test]
fn a_calibration_that_does_not_help_is_not_written() {
    // The scores do not depend on the answers, so no fit is better than giving every answer the mean score.
    let scores = [1.0, 0.0, 4.0, 2.0, 3.0];
    let odd = graded().lines().enumerate().fold(String::new(), |rows, (number, line)| {
        let (head, tail) = line.split_once("\"score\": ").expect("a score");
        let (_, tail) = tail.split_once(',').expect("more");
        rows + head + &format!("\"score\": {}, {tail}\n", scores[number * 7 % 5])
    });
    let bank = drafted();
    let calibrate = ["calibrate", "g.jsonl", "--bank", "bank", "-o", "c.toml"];
    let run = bank.again(calibrate).file("g.jsonl", odd);
    let forced = run.again(calibrate.iter().chain(&["--even-if-worse"]));
    run.run().check_failed().reports(&[
        "on held-out questions, the calibrated scores are not closer to people",
        "nothing was written",
        "hint: use --even-if-worse",
    ]);
    assert!(!bank.path("c.toml").exists());
    forced
        .run()
        .success()
        .reports(&["warning: ", "on held-out questions, the calibrated scores are not closer to people"]);
    assert!(bank.path("c.toml").exists());
}

#[test]
fn calibration_with_too_few_answers_is_an_error() {
    let few: String = graded().lines().take(12).fold(String::new(), |rows, line| rows + line + "\n");
    let run = drafted().again(["calibrate", "g.jsonl", "--bank", "bank", "-o", "c.toml"]).file("g.jsonl", few).run();
    run.failure().reports(&[
        "cannot fit a calibration: 12 answers with a human score and a grader's score, but at least 30 are needed",
    ]);
    let one: String =
        graded().lines().filter(|line| line.contains("tea/1")).fold(String::new(), |rows, line| rows + line + "\n");
    let run = drafted()
        .again(["calibrate", "g.jsonl", "--bank", "bank", "-o", "c.toml"])
        .file("g.jsonl", one.repeat(4))
        .run();
    run.failure().reports(&["the answers are to 1 question, but at least 3 are needed"]);
    let weights = drafted().again(["calibrate", "g.jsonl", "--bank", "bank", "-o", "c.toml", "--weights"]);
    let weights = weights.file("g.jsonl", graded()).run().failure();
    weights.reports(&[
        "weights need at least 2 criterion ids that occur in several questions, but the number of these ids is 1",
        "hint: ",
    ]);
    let wrong = drafted().again(["grade", "--bank", "bank", "--question", "tea/1", "-", "--calibration", "c.toml"]);
    wrong
        .file("c.toml", "schema = 1\nscorer = 5\ncurve = 3")
        .run_with(b"x")
        .failure()
        .reports(&["c.toml is not a calibration: line 3: ", "hint: "]);
}
