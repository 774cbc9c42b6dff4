//! Messages of `gradus bank draft`.

use super::{Run, assert_messages, run};

/// The command with these questions.
fn draft(questions: &str) -> Run {
    run("bank draft questions.jsonl --output drafts").file("questions.jsonl", questions)
}

fn question(id: &str, prompt: &str, reference: &str) -> String {
    format!("{{\"id\": \"{id}\", \"prompt\": \"{prompt}\", \"references\": [\"{reference}\"]}}\n")
}

/// A file of sample answers with one answer of this level.
fn sample(level: &str) -> String {
    format!("+++\nquestion = \"pot\"\n+++\n\n## {level}\n\nIt takes heat.\n")
}

#[test]
fn questions_that_cannot_be_drafted_from_are_reported() {
    assert_messages(
        "draft-errors",
        &[
            draft(""),
            draft("{\"id\": \"a\"}\n"),
            draft(&question("", "Why?", "It is warm.")),
            draft(&question("a", "Why?", " ")),
            draft(&(question("a", "Why tea?", "It is warm.") + &question("a", "Why water?", "It is wet."))),
            draft(&(question("a b", "Why tea?", "It is warm.") + &question("a  b", "Why water?", "It is wet."))),
            draft(&(question("a", "b", "It is warm.") + &question("b", "Why water?", "It is wet."))),
            draft(
                "{\"id\": \"a\", \"prompt\": \"Why?\", \"criteria\": [{\"text\": \"It is warm.\", \"points\": 0}]}\n",
            ),
            run("bank draft --corpus none --output drafts"),
            run("bank draft --corpus corpus --output drafts").file("corpus/tea/pot.md", sample("weak")),
            run("bank draft questions.csv --output drafts").file("questions.csv", "id\na\n"),
            run("bank draft --corpus corpus --output drafts")
                .file("corpus/tea/pot.md", sample("strong"))
                .file("corpus/water/pot.md", sample("strong")),
        ],
    );
}

/// A file of a folder with a reference answer to the question `pot`.
fn reference(line: &str) -> String {
    format!("+++\nid = \"pot\"\n{line}\n+++\nIt takes heat.\n")
}

#[test]
fn folders_that_cannot_be_drafted_from_are_reported() {
    let draft = |flags: &str| {
        run(&format!("bank draft answers --output drafts {flags}"))
            .file("answers/a.md", reference("prompt = 'Why tea?'"))
            .file("answers/b.md", reference("prompt = 'Why water?'"))
    };
    assert_messages(
        "draft-folders",
        &[
            draft(""),
            draft("--id nr"),
            draft("--prompt frage"),
            draft("--criteria punkte"),
            draft("--references muster"),
            draft("--id id --prompt prompt"),
        ],
    );
}

#[test]
fn outputs_that_cannot_be_the_folder_of_a_bank_are_reported() {
    let draft = |output: &str| {
        run(&format!("bank draft questions.jsonl --output {output}"))
            .file("questions.jsonl", question("a", "Why?", "It is warm."))
    };
    assert_messages(
        "draft-outputs",
        &[
            draft("-"),
            draft("answer.md"),
            draft("answer.md/"),
            draft("answer.md/drafts"),
            draft("a.toml"),
            draft("bank/rubrics"),
            draft("out.csv.gradus").file("out.csv.gradus/lock", ""),
            draft("new/"),
            draft("a.toml/"),
        ],
    );
}

#[test]
fn notes_of_a_draft_name_what_to_check() {
    let shared = question("a", "Why tea?", "It is warm.") + &question("b", "Why tea?", "It is wet.");
    assert_messages(
        "draft-notes",
        &[
            draft(&shared),
            draft(&shared).after("bank draft questions.jsonl --output drafts"),
            run("bank draft --corpus corpus --output drafts").file("corpus/tea/pot.md", sample("strong")),
            run("bank draft answers --output drafts").file("answers/pot.md", "It takes heat."),
        ],
    );
}
