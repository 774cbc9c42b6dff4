//! `eval`, `calibrate`, `bank learn` and `bank draft` read every input format, with the columns and messages of `batch`.

use std::fmt::Write as _;

use serde_json::Value;

use super::drafting::{QUESTIONS, drafted};
use crate::support::{Gradus, gradus};

const ANSWERS: [(&str, &str, &str); 6] = [
    ("tea/1", "It looks nicer.", "0"),
    ("tea/1", "A cold pot takes heat, and leaves need \"hot\" water to give their taste.", "4"),
    ("tea/2", "Never,\nnever.", "0.5"),
    ("tea/2", "When the water covers the mark.", "4"),
    ("tea/3", "Anybody.", "1"),
    ("tea/3", "The host pours for the guests.", "3.5"),
];

fn lines() -> String {
    ANSWERS.iter().enumerate().fold(String::new(), |mut lines, (at, (question, answer, score))| {
        let answer = Value::from(*answer);
        let _ = writeln!(
            lines,
            "{{\"max_score\": 4, \"score\": {score}, \"id\": \"r{at}\", \"answer\": {answer}, \"question\": \"{question}\"}}"
        );
        lines
    })
}

fn table(delimiter: &str) -> String {
    let heading = ["answer", "id", "question", "score", "max_score"].join(delimiter) + "\n";
    ANSWERS.iter().enumerate().fold(heading, |mut table, (at, (question, answer, score))| {
        let answer = format!("\"{}\"", answer.replace('"', "\"\""));
        let _ = writeln!(table, "{}", [&answer, &format!("r{at}"), *question, *score, "4"].join(delimiter));
        table
    })
}

fn gzip(text: &str) -> Vec<u8> {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).expect("packs");
    packer.finish().expect("packs")
}

/// The measurements that `eval` prints, without the name of the input.
fn measured(run: Gradus, input: &[u8]) -> Value {
    let mut json = run.run_with(input).success().json();
    json.as_object_mut().expect("an object").remove("answers_from");
    json
}

#[test]
fn eval_gives_the_same_numbers_from_every_format() {
    let bank = drafted();
    let eval = |name: &str, flags: &[&str]| {
        bank.again(["eval", name, "--bank", "bank", "--format", "json"].iter().chain(flags))
    };
    let expected = measured(eval("a.jsonl", &[]).file("a.jsonl", lines()), b"");
    assert_eq!(expected["scores"].as_array().map(Vec::len), Some(ANSWERS.len()));
    for (name, content) in [
        ("a.csv", table(",").into_bytes()),
        ("a.tsv", table("\t").into_bytes()),
        ("a.jsonl.gz", gzip(&lines())),
        ("a.csv.gz", gzip(&table(","))),
        ("a.tsv.zst", zstd::encode_all(table("\t").as_bytes(), 1).expect("packs")),
    ] {
        assert_eq!(measured(eval(name, &[]).file(name, &content), b""), expected, "{name}");
        assert_eq!(measured(eval("-", &[]), &gzip(&table(","))), expected, "standard input");
    }
    let text = eval("data", &["--input-format", "tsv"]).file("data", table("\t"));
    assert_eq!(measured(text, b""), expected, "--input-format");
    let renamed =
        lines().replace("\"answer\"", "\"text\"").replace("\"id\"", "\"name\"").replace("\"question\"", "\"q\"");
    let flags = ["--answer", "text", "--id", "name", "--question", "q"];
    assert_eq!(measured(eval("b.jsonl", &flags).file("b.jsonl", renamed), b""), expected, "column flags");
    let mut folder = eval("answers", &[]);
    for (at, (question, answer, score)) in ANSWERS.iter().enumerate() {
        let head = format!("+++\nid = \"r{at}\"\nquestion = \"{question}\"\nscore = {score}\nmax_score = 4\n+++\n");
        folder = folder.file(&format!("answers/{at}.md"), head + answer);
    }
    assert_eq!(measured(folder, b""), expected, "a folder");
}

#[test]
#[cfg(feature = "parquet")]
fn eval_gives_the_same_numbers_from_parquet() {
    use gradus::batch::{ColumnType, from_csv};
    let mut parquet = Vec::new();
    let type_of = |name: &str| if name.ends_with("score") { ColumnType::Number } else { ColumnType::Text };
    from_csv(table(",").as_bytes(), &mut parquet, type_of).expect("a table");
    let bank = drafted();
    let eval = |name: &str| bank.again(["eval", name, "--bank", "bank", "--format", "json"]);
    let expected = measured(eval("a.jsonl").file("a.jsonl", lines()), b"");
    assert_eq!(measured(eval("a.parquet").file("a.parquet", parquet), b""), expected);
}

#[test]
fn a_row_that_cannot_be_read_is_reported_counted_and_left_out() {
    let bank = drafted();
    let bad = "{\"question\": \"tea/1\", \"answer\": \"x\", \"score\": \"high\"}\n";
    let (rows, many) = (lines() + bad, bad.to_owned() + &lines().repeat(6));
    let eval = bank.again(["eval", "g.jsonl", "--bank", "bank"]).file("g.jsonl", &rows);
    let calibrate = bank.again(["calibrate", "many.jsonl", "--bank", "bank", "-o", "c.toml", "--even-if-worse"]);
    let learn = bank.again(["bank", "learn", "g.jsonl", "--bank", "bank"]);
    let batch = bank.again(["batch", "b.jsonl", "--bank", "bank"]);
    let warning = "1 row of g.jsonl cannot be read and is left out: line 7: `score` is `high`; expected a number\nhint: \
                   write a number, or leave the field out";
    eval.run()
        .check_failed()
        .reports(&[warning])
        .prints(&["7 answers, 6 scored by people and by the grader, 1 that could not be", "line 7"]);
    let many = calibrate.file("many.jsonl", many).run().check_failed();
    many.reports(&["1 row of many.jsonl cannot be read and is left out: line 1: `score` is `high`"]);
    learn.run().check_failed().reports(&[warning]);
    // `batch` needs no score, and reports a damaged row in the same words.
    let damaged = lines() + "{\"id\": \"x\"";
    let fault = "not valid JSON: EOF while parsing an object at column 10";
    batch.file("b.jsonl", &damaged).run().check_failed().prints(&[fault]);
    let eval = bank.again(["eval", "d.jsonl", "--bank", "bank"]).file("d.jsonl", &damaged).run().check_failed();
    eval.reports(&[&format!("1 row of d.jsonl cannot be read and is left out: line 7: {fault}")]);
}

/// `run` with the answers in a folder `answers`, whose third file `b/odd.md` is not UTF-8.
fn with_an_unreadable_file(mut run: Gradus) -> Gradus {
    for (at, (question, answer, score)) in ANSWERS.iter().cycle().take(40).enumerate() {
        let head = format!("+++\nquestion = \"{question}\"\nscore = {score}\nmax_score = 4\n+++\n");
        let folder = if at < 2 { "a" } else { "c" };
        run = run.file(&format!("answers/{folder}/{at}.md"), head + answer);
    }
    run.file("answers/b/odd.md", b"+++\nquestion = \"tea/1\"\n+++\nIt takes h\xe9at.")
}

#[test]
fn a_file_whose_front_matter_is_not_closed_is_left_out_with_a_hint() {
    let bank = drafted();
    for arguments in [&["eval", "answers", "--bank", "bank"][..], &["bank", "draft", "answers", "-o", "other"]] {
        let open = "+++\nquestion = \"tea/1\"\nscore = 4\n\nIt takes heat.";
        let ran = with_an_unreadable_file(bank.again(arguments)).file("answers/b/odd.md", open).run().check_failed();
        ran.reports(&[
            "warning: 1 file of answers cannot be read and is left out: b/odd.md: line 1: the front matter is not \
             closed: expected a second line `+++`\nhint: write `+++` on a line of its own below the front matter",
        ]);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_in_every_command() {
    let bank = drafted();
    let fault = "b/odd.md: not UTF-8 from byte 38 on: save it as UTF-8";
    let warning = format!("warning: 1 file of answers cannot be read and is left out: {fault}\n");
    let run = |arguments: &[&str]| with_an_unreadable_file(bank.again(arguments)).run().check_failed();
    for arguments in [
        &["eval", "answers", "--bank", "bank"][..],
        &["bank", "learn", "answers", "--bank", "bank"],
        &["calibrate", "answers", "--bank", "bank", "-o", "c.toml", "--even-if-worse"],
        &["bank", "draft", "answers", "-o", "other"],
    ] {
        let ran = run(arguments).reports(&[&warning]);
        assert!(![ran.out, ran.err].concat().contains("line 3"), "{arguments:?}");
    }
    for format in ["text", "markdown"] {
        let shown = run(&["eval", "answers", "--bank", "bank", "--format", format]).out;
        assert!(shown.contains(&format!(" {fault}\n")), "{shown}");
    }
    let json = run(&["eval", "answers", "--bank", "bank", "--format", "json"]).json();
    assert_eq!((&json["ungraded"][0]["id"], &json["ungraded"][0]["line"]), (&"b/odd.md".into(), &3.into()));
}

#[test]
#[cfg(unix)]
fn a_subfolder_that_cannot_be_read_is_named_in_every_command() {
    let bank = drafted();
    let readable = with_an_unreadable_file(bank.again([""]));
    std::fs::remove_dir_all(readable.path("answers/b")).expect("removes");
    gradus_testing::create_unreadable_folder(&readable.path("answers/b")).expect("folders");
    for arguments in [
        &["eval", "answers", "--bank", "bank"][..],
        &["bank", "learn", "answers", "--bank", "bank"],
        &["calibrate", "answers", "--bank", "bank", "-o", "c.toml", "--even-if-worse"],
        &["bank", "draft", "answers", "-o", "other"],
    ] {
        let ran = bank.again(arguments).run().check_failed();
        ran.reports(&[
            "warning: 1 file of answers cannot be read and is left out: b/xxxx",
            "x: this folder cannot be read: ",
        ]);
    }
    let ran = bank.again(["batch", "answers", "--bank", "bank"]).run().check_failed();
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 41);
    assert!(rows[2]["id"].as_str().is_some_and(|id| id.starts_with("b/xxxx")), "{}", rows[2]);
    assert!(rows[2]["reason"].as_str().is_some_and(|reason| reason.starts_with("this folder cannot be read: ")));
    assert!(rows.iter().enumerate().all(|(at, row)| at == 2 || row["status"] == "graded"));
}

#[test]
fn a_batch_names_a_file_that_cannot_be_read_and_keeps_its_number_in_json() {
    let bank = drafted();
    let run = |arguments: &[&str]| {
        let all = ["batch", "answers", "--bank", "bank"].iter().chain(arguments);
        with_an_unreadable_file(bank.again(all))
    };
    let fault = "b/odd.md: not UTF-8 from byte 38 on: save it as UTF-8";
    for arguments in [&[][..], &["--verbose"]] {
        let ran = run(arguments).run().check_failed().reports(&[&format!("  {fault}\n")]);
        assert!(!ran.err.contains("line 3"), "{}", ran.err);
    }
    let reports = run(&["--summary", "s.json", "--junit", "j.xml", "--quiet"]);
    let (summary, junit, _work_dir) = (reports.path("s.json"), reports.path("j.xml"), reports.again([""]));
    reports.run().check_failed();
    let summary: Value = serde_json::from_slice(&std::fs::read(summary).expect("written")).expect("JSON");
    let first = &summary["not_graded"]["first"][0];
    assert_eq!((&first["line"], &first["id"]), (&3.into(), &"b/odd.md".into()), "{summary}");
    let junit = std::fs::read_to_string(junit).expect("written");
    assert!(junit.contains("\"not UTF-8 from byte 38 on") && !junit.contains("line 3"), "{junit}");
}

#[test]
fn a_missing_column_is_refused_with_the_columns_there_are() {
    let bank = drafted();
    let eval = |arguments: &[&str]| {
        let all = ["eval", "g.csv", "--bank", "bank"].iter().chain(arguments);
        bank.again(all).file("g.csv", "frage,answer,score\ntea/1,x,1\n").run().failure()
    };
    eval(&[]).reports(&[
        "g.csv: it has no column `question`; it has `frage`, `answer`, `score`\nhint: name the columns with --id, \
         --question, --answer and --score",
    ]);
    eval(&["--question", "tea"]).reports(&[
        "--question `tea`: not a column of the input, and no question `tea`; did you mean tea-1 or tea-2 or tea-3?\nhint: \
         the columns of g.csv are `frage`, `answer`, `score`",
    ]);
    let draft = gradus(["bank", "draft", "q.csv", "-o", "b"]).file("q.csv", "id,question\n1,Why?\n").run().failure();
    draft.reports(&[
        "q.csv: it has no column `prompt`; it has `id`, `question`\nhint: name the columns with --id, --prompt",
    ]);
}

#[test]
fn a_named_column_that_no_row_of_json_lines_has_is_refused_with_the_fields_there_are() {
    let bank = drafted();
    let refused = |arguments: &[&str], messages: &[&str]| {
        bank.again(arguments.iter().copied())
            .file("g.jsonl", lines())
            .file("q.jsonl", QUESTIONS)
            .run()
            .failure()
            .reports(messages);
    };
    let fields = "only `max_score`, `score`, `id`, `answer`, `question`\nhint: name the columns with --id";
    let fault = |field: &str| format!("g.jsonl: no row has `{field}`, {fields}");
    for command in [&["eval"][..], &["calibrate", "-o", "c.toml"], &["bank", "learn"], &["batch"]] {
        let run = |flags: &[&'static str]| [command, &["g.jsonl", "--bank", "bank"], flags].concat();
        refused(&run(&["--id", "student"]), &[&fault("student")]);
        refused(&run(&["--answer", "text"]), &[&fault("text")]);
    }
    refused(&["batch", "g.jsonl", "--bank", "bank", "--keep", "score,class"], &[&fault("class")]);
    for command in [&["eval"][..], &["calibrate", "-o", "c.toml"], &["bank", "learn"]] {
        let run = |flags: &[&'static str]| [command, &["g.jsonl", "--bank", "bank"], flags].concat();
        refused(&run(&["--score", "points"]), &["g.jsonl has no human scores", "write the scores into `points`"]);
    }
    for flag in ["--id", "--prompt", "--references", "--criteria"] {
        let draft = ["bank", "draft", "q.jsonl", "-o", "other", flag, "nowhere"];
        refused(&draft, &["`nowhere`, only `id`, `prompt`", "hint: name the columns with --id, --prompt"]);
    }
}

#[test]
fn a_named_column_that_no_file_of_a_folder_has_is_refused() {
    let bank = drafted();
    let run = |arguments: &[&str]| {
        bank.again(arguments).file("answers/a.md", "+++\nscore = 1\nquestion = \"tea/1\"\n+++\nHot.").run()
    };
    let missing = |column: &str| format!("answers: it is a folder, and its files have no column `{column}`\nhint: ");
    for command in [&["eval"][..], &["calibrate", "-o", "c.toml"], &["bank", "learn"]] {
        for column in ["student", "question"] {
            let refused = run(&[command, &["answers", "--bank", "bank", "--id", column]].concat()).failure();
            let hint = "leave --id out; the id of an answer is `id` in its front matter, or the path of its file\n";
            refused.reports(&[&(missing(column) + hint)]);
        }
    }
    for flags in [["--id", "student"], ["--id", "question"], ["--keep", "student"]] {
        let arguments = [&["batch", "answers", "--bank", "bank"][..], &flags].concat();
        let hint = "leave --id and --keep out; the id of an answer is the path of its file\n";
        run(&arguments).failure().reports(&[&(missing(flags[1]) + hint)]);
    }
}

#[test]
fn flags_that_mean_nothing_for_a_folder_are_refused() {
    let bank = drafted();
    let folder =
        |arguments: &[&str]| bank.again(arguments).file("answers/a.md", "+++\nscore = 1\n+++\nHot.").run().failure();
    for command in [&["batch"][..], &["eval"], &["calibrate", "-o", "c.toml"], &["bank", "learn"]] {
        let run = |flags: [&'static str; 2]| folder(&[command, &["answers", "--bank", "bank"], &flags].concat());
        run(["--answer", "text"])
            .reports(&["answers is a folder, where the text of each file is the answer\nhint: leave out --answer\n"]);
        run(["--input-format", "csv"]).reports(&[
            "answers: it is a folder of text files, which has no input format\nhint: leave out --input-format\n",
        ]);
    }
    let draft = folder(&["bank", "draft", "answers", "-o", "other", "--input-format", "jsonl"]);
    draft.reports(&["which has no input format\nhint: leave out --input-format\n"]);
}

#[test]
fn a_question_flag_may_name_the_question_of_rows_that_name_none() {
    let bank = drafted();
    let rows = "answer,score\nWhen the water covers the mark.,1\nNever.,0\n";
    for name in ["tea/2", "When is the kettle full enough?"] {
        let run = bank.again(["eval", "g.csv", "--bank", "bank", "--question", name, "--format", "json"]);
        let scores = run.file("g.csv", rows).run().success().json()["scores"].clone();
        assert_eq!(scores[0]["question"], "tea-2", "{scores}");
    }
}

#[test]
fn a_question_flag_has_the_same_meaning_and_note_in_every_command() {
    let bank = drafted();
    let wording = "When is the kettle full enough?";
    let similar = "When is that kettle full enough?";
    for (name, heading, note) in [
        ("frage", "frage", "is a column of the input"),
        ("frage", "Frage", "is a column of the input"),
        ("tea-2", "tea-2", "is a column of the input; it is also the id of a question"),
        ("tea-2", "TEA-2", "is the id of a question"),
        (wording, "Frage", "is a wording of question tea-2"),
        (similar, "Frage", "is similar to the wordings of question tea-2 (similarity "),
    ] {
        let table = format!("{heading},answer,score\n")
            + &"tea-2,When the water covers the mark.,1\ntea-2,Never.,0\n".repeat(20);
        let note = format!("note: --question `{name}` {note}");
        for command in [
            &["eval"][..],
            &["calibrate", "-o", "c.toml", "--even-if-worse", "--force"],
            &["bank", "learn"],
            &["batch"],
        ] {
            let flags = ["g.csv", "--bank", "bank", "--question", name];
            let arguments = command.iter().chain(&flags);
            let run = bank.again(arguments).file("g.csv", &table).run();
            run.reports(&[&note]);
        }
    }
    for command in [&["eval"][..], &["bank", "learn"], &["batch"]] {
        let arguments = command.iter().chain(&["g.csv", "--bank", "bank", "--question", "tea"]);
        let run = bank.again(arguments).file("g.csv", "frage,answer,score\ntea/1,x,1\n").run().failure();
        run.reports(&["--question `tea`: not a column of the input, and no question `tea`", "columns of g.csv are"]);
    }
}

#[test]
fn a_column_of_a_criterion_may_be_the_score() {
    let bank = drafted();
    let table = "question,answer,criterion:point-1\ntea/2,When the water covers the mark.,1\ntea/2,Never.,0\n";
    let run = bank.again(["eval", "g.csv", "--bank", "bank", "--score", "criterion:point-1", "--format", "json"]);
    let scores = run.file("g.csv", table).run().success().json()["scores"].clone();
    assert_eq!(scores.as_array().map(Vec::len), Some(2), "{scores}");
}

#[test]
fn rubrics_are_the_same_from_a_table_and_from_lines() {
    let table = "prompt,id,criteria,references\n\
        Why do we warm the pot before we make tea?,tea/1,,\"A cold pot takes heat from the water, and the leaves need hot water to give their taste.\"\n\
        When is the kettle full enough?,tea/2,,\"[\"\"When the water covers the mark.\"\", \"\"As soon as the mark is not seen any more.\"\"]\"\n\
        Who pours?,tea/3,\"[\"\"The host pours for the guests.\"\", {\"\"text\"\": \"\"The host pours for herself last.\"\", \"\"points\"\": 0.5}]\",\n";
    let read = |name: &str, content: &str| {
        let run = gradus(["bank", "draft", name, "--output", "bank"]).file(name, content);
        let folder = run.path("bank/rubrics/drafted");
        let again = run.again([""]);
        run.run().success().prints(&["3 rubrics drafted in bank"]);
        let texts = ["tea-1", "tea-2", "tea-3"]
            .map(|id| std::fs::read_to_string(folder.join(format!("{id}.toml"))).expect("written"));
        drop(again);
        texts
    };
    assert_eq!(read("q.csv", table), read("q.jsonl", QUESTIONS));
}

#[test]
fn a_question_that_cannot_be_drafted_is_left_out() {
    let rows = QUESTIONS.to_owned() + "{\"id\": \"tea/1\", \"prompt\": \"Why?\", \"references\": [\"So.\"]}\n";
    let run = gradus(["bank", "draft", "q.jsonl", "--output", "bank"]).file("q.jsonl", rows).run().check_failed();
    run.prints(&["3 rubrics drafted in bank"]).reports(&[
        "1 row of q.jsonl cannot be read and is left out: line 4: question `tea/1` is already in line 1\nhint: give each \
         question its own id",
    ]);
}
