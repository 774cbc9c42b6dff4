//! Tests of `gradus bank draft` and of grades with drafted rubrics.

use crate::support::{Gradus, gradus};

/// Invented questions with reference answers.
pub(super) const QUESTIONS: &str = r#"{"id": "tea/1", "prompt": "Why do we warm the pot before we make tea?", "references": ["A cold pot takes heat from the water, and the leaves need hot water to give their taste."]}
{"id": "tea/2", "prompt": "When is the kettle full enough?", "references": ["When the water covers the mark.", "As soon as the mark is not seen any more."]}
{"id": "tea/3", "prompt": "Who pours?", "criteria": ["The host pours for the guests.", {"text": "The host pours for herself last.", "points": 0.5}]}
"#;

/// Drafts a bank into the folder `bank`. Returns a command in the same place.
pub(super) fn drafted() -> Gradus {
    let first = gradus(["bank", "draft", "questions.jsonl", "--output", "bank"]).file("questions.jsonl", QUESTIONS);
    let next = first.again(["bank", "check", "bank"]);
    first.run().success().prints(&["3 rubrics drafted in bank"]);
    next
}

fn score(bank: &Gradus, question: &str, answer: &str) -> f64 {
    let run = bank.again(["grade", "--bank", "bank", "--question", question, "-", "--format", "json"]);
    run.run_with(answer.as_bytes()).json()["score"].as_f64().expect("graded")
}

#[test]
fn a_draft_passes_its_check_and_is_marked_as_drafted() {
    let bank = drafted();
    let grade = bank.again(["grade", "--bank", "bank", "--question", "tea/1", "-"]);
    let show = bank.again(["questions", "show", "tea/3", "--key", "--bank", "bank", "--format", "json"]);
    let text = std::fs::read_to_string(bank.path("bank/rubrics/drafted/tea-1.toml")).expect("written");
    assert!(text.contains("drafted = true\nknown_as = [\"tea/1\"]"), "{text}");
    assert!(text.contains("\"heat\" = "), "{text}");
    bank.run().success().prints(&["checked 3 questions of bank/rubrics: nothing to fix"]);
    grade.run_with(b"It takes heat.").success().reports(&["the rubric of `tea-1` was drafted by a program"]);
    let criteria = show.run().success().json()["criteria"].clone();
    assert_eq!(criteria[0]["points"], 2, "halves become whole points: {criteria}");
    assert_eq!(criteria[1]["points"], 1);
}

#[test]
fn covering_more_of_a_reference_earns_more_and_denying_it_earns_less() {
    let bank = drafted();
    let whole = score(
        &bank,
        "tea/1",
        "A cold pot takes heat from the water, and the leaves need hot water to give their taste.",
    );
    let half = score(&bank, "tea/1", "The pot would cool the water, so the leaves give less taste.");
    let related = score(&bank, "tea/1", "The pot would chill the water, so the leaves give less flavour.");
    let little = score(&bank, "tea/1", "It looks nicer on the table.");
    assert!((whole - 100.0).abs() < f64::EPSILON, "{whole}");
    assert!(whole > half && half > related && related > little && little < 20.0, "{whole} {half} {related} {little}");
    let denied = score(&bank, "tea/2", "When the water does not cover the mark.");
    let said = score(&bank, "tea/2", "When the water does cover the mark.");
    assert!(said > denied, "{said} {denied}");
}

#[test]
fn the_best_fitting_reference_counts() {
    let bank = drafted();
    let grade = bank.again(["grade", "--bank", "bank", "--question", "tea/2", "-", "--format", "json"]);
    let result = grade.run_with(b"As soon as the mark is not seen any more.").success().json();
    assert_eq!(result["score"], 100.0);
    assert_eq!(result["criteria"][0]["why"], "100 percent of reference answer 2 of 2, which fits best, is said");
    let answer = "As soon as the mark is not seen any more.";
    for evidence in result["criteria"][0]["evidence"].as_array().expect("evidence") {
        let place = |end: &str| usize::try_from(evidence[end].as_u64().expect("a place")).expect("small");
        assert_eq!(evidence["quote"], answer[place("start")..place("end")]);
    }
}

#[test]
fn explain_shows_every_term_of_a_draft() {
    let bank = drafted();
    let explain = bank.again(["bank", "explain", "tea/1", "-", "--bank", "bank"]);
    explain.run_with(b"There is no heat. The flavour is better.").success().prints(&[
        "credit by the share of a reference that the answer contains",
        "by related word: counts",
        "counts fully if the reference denies it too, otherwise half",
    ]);
}

#[test]
fn existing_rubrics_are_not_overwritten_without_force() {
    let bank = drafted();
    let again = bank.again(["bank", "draft", "questions.jsonl", "-o", "bank"]);
    let forced = bank.again(["bank", "draft", "questions.jsonl", "-o", "bank", "--force"]);
    again.run().failure().reports(&["bank/rubrics/drafted/tea-1.toml", "would be overwritten\nhint: "]);
    forced.run().success();
}

#[test]
fn strong_samples_of_a_corpus_can_be_references() {
    let corpus = "+++\nquestion = \"warm-pot\"\nprompt = \"Why warm the pot?\"\n+++\n\n## strong\n\nThe water stays hot.\n\n## weak\n\nNo idea.\n";
    let draft =
        gradus(["bank", "draft", "--corpus", "samples", "--output", "bank"]).file("samples/tea/warm-pot.md", corpus);
    let show = draft.again(["questions", "show", "warm-pot", "--key", "--bank", "bank"]);
    draft.run().success().prints(&["1 rubric drafted in bank"]);
    show.run().success().prints(&["Why warm the pot?", "The water stays hot."]);
}

#[test]
fn a_prompt_derived_from_the_id_is_reported() {
    for head in ["", "prompt = \" \"\n"] {
        let corpus = format!("+++\nquestion = \"warm-pot\"\n{head}+++\n\n## strong\n\nThe water stays hot.\n");
        let draft = gradus(["bank", "draft", "--corpus", "samples", "--output", "bank"])
            .file("samples/tea/warm-pot.md", corpus);
        draft
            .run()
            .success()
            .reports(&["warning: the id is used as the prompt of `warm-pot`", "\nhint: add `prompt = "]);
    }
}

#[test]
fn questions_that_share_a_prompt_are_named_and_their_bank_passes_its_check() {
    let row = |id: usize, prompt: &str| {
        format!("{{\"id\":\"q{id}\",\"prompt\":\"{prompt}\",\"references\":[\"Hot water number {id}.\"]}}\n")
    };
    let draft =
        |rows: &[String]| gradus(["bank", "draft", "q.jsonl", "--output", "bank"]).file("q.jsonl", rows.concat());
    let five: Vec<String> =
        (1..=5).map(|id| row(id, if id < 5 { "Why warm it?" } else { "Why is it warm?" })).collect();
    let drafted = draft(&five);
    let check = drafted.again(["bank", "check", "bank"]);
    let batch = drafted.again(["batch", "rows.jsonl", "--bank", "bank", "--format", "jsonl"]);
    drafted
        .run()
        .success()
        .reports(&["note: these questions share their prompt with another question: `q1`, `q2`, `q3` and 1 more"]);
    check.run().success().prints(&["checked 5 questions of bank/rubrics: nothing to fix"]);
    let ungraded =
        batch.file("rows.jsonl", "{\"question\":\"why warm it\",\"answer\":\"Hot water number 1.\"}\n").run();
    ungraded.check_failed().prints(&["this is a wording of q1 and of q2 and of q3 and of q4"]);
    let apart = draft(&[row(1, "Why?"), row(2, "When?")]).run().success();
    assert!(!apart.err.contains("share"), "{}", apart.err);
}

#[test]
fn drafted_criteria_earn_half_of_the_points_for_half_of_the_words() {
    let bank = drafted();
    let text = std::fs::read_to_string(bank.path("bank/rubrics/drafted/tea-3.toml")).expect("written");
    assert_eq!(text.matches("half = 0.5\n").count(), 2, "{text}");
    // "host" occurs in both criteria and "guests" in one, so "guests" weighs more.
    let weight = |phrase: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("\"{phrase}\" = "))).expect("a weight");
        line.parse::<f64>().expect("a number")
    };
    assert!(weight("guests") > weight("host"), "{text}");
    let references = std::fs::read_to_string(bank.path("bank/rubrics/drafted/tea-1.toml")).expect("written");
    assert!(references.contains("half = 0.1\n"), "{references}");
}

#[test]
fn columns_of_questions_may_have_any_names() {
    let flags = ["--id", "nr", "--prompt", "frage", "--references", "muster", "--criteria", "punkte"];
    let draft = |name: &str, content: &str, flags: &[&str]| {
        gradus([&["bank", "draft", name, "--output", "bank"][..], flags].concat()).file(name, content)
    };
    let rubrics = |run: Gradus| {
        let (folder, again) = (run.path("bank/rubrics/drafted"), run.again([""]));
        run.run().success().prints(&["3 rubrics drafted in bank"]);
        let read = |id: &str| std::fs::read_to_string(folder.join(format!("{id}.toml"))).expect("written");
        let texts = ["tea-1", "tea-2", "tea-3"].map(read);
        drop(again);
        texts
    };
    let expected = rubrics(draft("q.jsonl", QUESTIONS, &[]));
    let renamed = [("\"id\"", "\"nr\""), ("prompt", "frage"), ("references", "muster"), ("criteria", "punkte")];
    // Fields with the usual names are not read when other columns are named.
    let lines = renamed.iter().fold(QUESTIONS.to_owned(), |text, (one, other)| text.replace(one, other));
    let lines = lines.replace("\"nr\"", "\"id\": true, \"references\": 5, \"nr\"");
    assert_eq!(rubrics(draft("q.jsonl", &lines, &flags)), expected);
    let table = "NR,frage,muster\nq,Why?,Because it is hot.\n";
    draft("q.csv", table, &flags[..6]).run().success().prints(&["1 rubric drafted in bank"]);
    for (flags, message) in [
        (&[][..], "q.csv: it has no column `id`; it has `NR`, `frage`, `muster`"),
        (&flags, "q.csv: it has no column `punkte`; it has `NR`, `frage`, `muster`"),
    ] {
        let hint = "hint: name the columns with --id, --prompt, --references and --criteria";
        draft("q.csv", table, flags).run().failure().reports(&[&format!("{message}\n{hint}")]);
    }
    let row = "{\"nr\": 1, \"frage\": 5, \"muster\": [\"x\"], \"punkte\": []}\n";
    draft("q.jsonl", row, &flags).run().failure().reports(&["line 1: `frage` is a number; expected text"]);
    let row = "{\"nr\": 1, \"frage\": \"Why?\"}\n";
    draft("q.jsonl", row, &flags).run().failure().reports(&["q.jsonl: no row has `muster`, only `nr`, `frage`"]);
    let corpus = ["bank", "draft", "--corpus", "c", "-o", "b", "--id", "nr"];
    gradus(corpus).run().failure().reports(&["--corpus", "cannot be used with", "--id"]);
}

#[test]
fn input_that_cannot_be_drafted_from_is_an_error_with_its_place() {
    for (content, said) in [
        ("", "questions.jsonl has no questions\nhint: "),
        (
            "{\"id\": \"a\", \"prompt\": \"?\"}",
            "questions.jsonl: line 1: question `a` has neither references nor criteria\nhint: ",
        ),
        (
            "{\"id\": \"a\", \"prompt\": \"\", \"references\": [\"r\"]}",
            "questions.jsonl: line 1: question `a` has an empty prompt\nhint: ",
        ),
        (
            "\n{\"id\": true, \"prompt\": \"?\"}",
            "questions.jsonl: line 2: `id` is a boolean; expected text or a number\nhint: write text in quotes",
        ),
        (
            "{\"id\": \"a\", \"frage\": \"?\"}",
            "questions.jsonl: line 1: the row has no `prompt`, only `id`, `frage`\nhint: name the columns with --id, --prompt, --references and --criteria",
        ),
        (
            "{\"id\": 7, \"prompt\": null}",
            "questions.jsonl: line 1: `prompt` is null; expected text\nhint: write text in quotes",
        ),
        (
            "{\"id\": 7, \"prompt\": \"?\", \"references\": [\"a\", 1]}",
            "questions.jsonl: line 1: `references` is an array with a number; expected a list of texts\nhint: write a value of that type",
        ),
        (
            "{\"id\": 7, \"prompt\": \"?\", \"criteria\": [{\"points\": 1}]}",
            "line 1: `criteria` is an array with an object of other fields or types; expected a list of texts, or of objects",
        ),
    ] {
        let run = gradus(["bank", "draft", "questions.jsonl", "-o", "bank"]).file("questions.jsonl", content).run();
        run.failure().reports(&[said]);
    }
    gradus(["bank", "draft", "none.jsonl", "-o", "bank"]).run().failure().reports(&["cannot read none.jsonl"]);
    gradus(["bank", "draft", "q.jsonl", "-o", "b"])
        .file("q.jsonl", b"\xff")
        .run()
        .failure()
        .reports(&["q.jsonl: line 1: not UTF-8 from byte 1 on"]);
    gradus(["bank", "draft", "--corpus", "none", "-o", "b"]).run().failure().reports(&["none is not a folder\nhint: "]);
    let weak = "+++\nquestion = \"a\"\n+++\n## weak\nx\n";
    let run = gradus(["bank", "draft", "--corpus", "c", "-o", "b"]).file("c/t/a.md", weak).run();
    run.failure().reports(&["corpus/t/a.md:2:12", "no strong sample"]);
}
