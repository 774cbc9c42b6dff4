//! Messages of `gradus batch` and `gradus batch merge`.

use super::{Run, assert_messages, run};

const ROWS: &str = "{\"id\": \"a\", \"question\": \"undo-release\", \"answer\": \"We rolled it back within a minute.\"}\n\
                    {\"id\": \"b\", \"question\": \"restore-test\", \"answer\": \"We compare the rows every month.\"}\n";

/// The command `gradus batch` with the tiny bank and two rows.
fn batch(arguments: &str) -> Run {
    run(&format!("batch --bank bank --quiet {arguments}")).file("rows.jsonl", ROWS)
}

#[test]
fn outputs_of_a_batch_that_cannot_be_written_are_reported() {
    assert_messages(
        "batch-outputs",
        &[
            batch("rows.jsonl --output results.xlsx"),
            batch("rows.jsonl --output results.jsonl --format table"),
            batch("rows.jsonl --output bank"),
            batch("rows.jsonl --output new.csv/"),
            batch("rows.jsonl --output new.csv --summary summary.md/"),
            batch("rows.jsonl --output rows.jsonl"),
            batch("rows.jsonl --output results.jsonl.gradus/x.csv").file("results.jsonl.gradus/lock", ""),
            batch("rows.jsonl --keep id,id"),
            batch("rows.jsonl --output none/../rows.jsonl/x.csv"),
            run("batch --bank bank rows.jsonl --format table --keep answer").file("rows.jsonl", ROWS),
        ],
    );
}

#[test]
fn a_program_without_parquet_reports_how_to_get_it() {
    if !cfg!(feature = "parquet") {
        assert_messages("without-parquet", &[batch("rows.jsonl --output results.parquet")]);
    }
}

#[test]
fn a_program_with_parquet_does_not_write_it_to_standard_output() {
    if cfg!(feature = "parquet") {
        assert_messages("with-parquet", &[batch("rows.jsonl --format parquet")]);
    }
}

#[test]
fn reports_of_a_batch_that_cannot_be_written_are_reported() {
    let folder = |flags: &str| run(&format!("batch --bank bank answers {flags}")).file("answers/a.md", "We waited.");
    assert_messages(
        "batch-reports",
        &[
            batch("rows.jsonl --summary summary.txt"),
            batch("rows.jsonl --output out.csv --summary out.csv.gradus/s.md"),
            batch("rows.jsonl --summary one.md --junit one.md"),
            batch("rows.jsonl --summary other.csv.gradus/s.md").file("other.csv.gradus/lock", ""),
            batch("rows.jsonl --summary s.md").file("s.md", "mine"),
            batch("rows.jsonl --junit rows.jsonl"),
            batch("rows.jsonl --junit rows.jsonl/junit.xml"),
            folder("--summary answers/summary.md"),
        ],
    );
}

#[test]
fn batches_that_miss_a_limit_are_reported() {
    let ungraded = "{\"question\": \"undo-release\", \"answer\": \"\"}\n";
    assert_messages(
        "batch-limits",
        &[
            batch("rows.jsonl --format csv --fail-under 90"),
            batch("rows.jsonl --format csv --fail-under mean=90"),
            run("batch --bank bank rows.jsonl --format csv --fail-under mean=90").file("rows.jsonl", ungraded),
            run("batch --bank bank rows.jsonl --format csv --max-ungraded 0").file("rows.jsonl", ungraded),
            run("batch --bank bank rows.jsonl --format csv --max-ungraded 10%").file("rows.jsonl", ungraded),
            run("batch --bank bank rows.jsonl --format csv").file("rows.jsonl", ROWS),
            run("batch --bank bank rows.jsonl --format csv").file("rows.jsonl", ""),
        ],
    );
}

#[test]
fn questions_of_a_batch_are_reported() {
    let row = "{\"answer\": \"We waited.\", \"Topic\": \"x\"}\n";
    let of = |question: &str| {
        run(&format!("batch --bank bank --format csv rows.jsonl --question {question}")).file("rows.jsonl", row)
    };
    assert_messages(
        "batch-questions",
        &[
            of("undo-release"),
            of("'How do you stage a release so that it can be rolled back?'"),
            of("'How do you stage a release that can be rolled back?'"),
            of("Topic"),
            of("tea"),
            run("batch --bank bank --format csv answers --question tea").file("answers/a.md", "We waited."),
            run("batch --bank bank --format csv - --question undo-release --dry-run").input(row),
        ],
    );
}

#[test]
fn parts_that_cannot_be_merged_are_reported() {
    let part = |arguments: &str| {
        run(&format!("batch merge --bank bank {arguments}"))
            .file("rows.jsonl", ROWS)
            .after("batch --bank bank rows.jsonl --shard 1/2 --output one.jsonl")
            .after("batch --bank bank rows.jsonl --shard 2/2 --output two.jsonl")
    };
    assert_messages(
        "merges",
        &[
            part("one.jsonl two.jsonl --output -"),
            part("one.jsonl two.jsonl --output one.jsonl"),
            part("one.jsonl two.jsonl --output all.csv"),
            part("one.jsonl --output all.jsonl"),
            part("one.jsonl one.jsonl --output all.jsonl"),
            part("one.jsonl none.jsonl --output all.jsonl"),
            part("one.jsonl two.jsonl --output all.jsonl"),
        ],
    );
}

#[test]
fn damaged_and_foreign_runs_are_reported() {
    let again = |arguments: &str| batch(arguments).after("batch --bank bank rows.jsonl --output out.jsonl");
    assert_messages(
        "resumed-runs",
        &[
            again("rows.jsonl --output out.jsonl --keep answer"),
            batch("rows.jsonl --output out.jsonl").file("out.jsonl", "mine"),
            batch("rows.jsonl --output out.jsonl").file("out.jsonl.gradus/manifest.json", "{}"),
            batch("rows.jsonl --output out.jsonl").file("out.jsonl.gradus", "not a folder"),
        ],
    );
}
