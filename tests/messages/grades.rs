//! Messages of `gradus grade`, `gradus search`, `gradus questions` and `gradus bank explain`.

use gradus::model::Answer;
use gradus::score::VERSION;

use super::{Run, assert_messages, run};

const JUDGE: &str = "--grader llm --base-url http://127.0.0.1:9/v1 --model test-model";

/// The command `gradus grade` with the tiny bank.
fn grade(arguments: &str) -> Run {
    run(&format!("grade --bank bank {arguments}"))
}

#[test]
fn answers_that_cannot_be_read_are_reported() {
    assert_messages(
        "answers",
        &[
            grade("- -"),
            grade("none.md"),
            grade("bank"),
            grade("large.md").sparse_file("large.md", Answer::LARGEST as u64 + 1),
            grade("page.md").file("page.md", "%PDF-1.7"),
            grade("none.md answer.md --question undo-release --format csv"),
            grade("--question undo-release --format csv").input(b"We told \xff support."),
            grade("head.md").file("head.md", "+++\nquestion = \n+++\nWe told support."),
            grade("-").input(b"+++\nquestion = \n+++\nWe told support."),
            grade("-").input(b"+++\nquestion = \"undo-release\"\nWe told support."),
        ],
    );
}

#[test]
fn questions_that_cannot_be_found_are_reported() {
    let named = |id: &str| format!("+++\nquestion = \"{id}\"\n+++\n\nWe told support.");
    assert_messages(
        "finding-questions",
        &[
            grade("-").input(b"  \n"),
            grade("-").input(b"Tea needs hot water and a warm pot."),
            grade("answer.md --ask 'Which tea do you like?'"),
            grade("answer.md --ask 'Which backup do you like?'"),
            grade("-").input(b"Each backup of tea, please, and more of it every week."),
            grade("--question undo-releases"),
            grade("head.md").file("head.md", named("undo-releases")),
            grade("head.md --format csv").file("head.md", named("Have you rolled back a deployment?")),
            grade("answer.md --ask '?' --format csv"),
            grade("answer.md --ask 'What is it?' --format csv")
                .file("bank/rubrics/delivery/stage-release.toml", rubric("stage-release", "What is it?"))
                .file("bank/rubrics/recovery/restore-test.toml", rubric("restore-test", "What is it?")),
            run("grade --bank one answer.md --format csv").file("one/rubrics/tea/tea.toml", rubric("tea", "Why tea?")),
            run("grade --bank one - --format csv").file("one/rubrics/tea/tea.toml", rubric("tea", "Why tea?")),
        ],
    );
}

/// A rubric with one criterion, marked as drafted.
fn rubric(id: &str, prompt: &str) -> String {
    format!(
        "schema = 1\nid = \"{id}\"\ntopic = \"{}\"\nkind = \"process\"\nlevel = \"core\"\ndrafted = true\n\
         prompt = \"{prompt}\"\n\n[[criterion]]\nid = \"one\"\npoints = 1\nasks = \"Names it.\"\n\n\
         [[criterion.concept]]\nid = \"it\"\nany = ['it']\n",
        if id == "tea" {
            "tea"
        } else if id == "stage-release" {
            "delivery"
        } else {
            "recovery"
        }
    )
}

#[test]
fn outputs_that_would_overwrite_files_are_reported() {
    let graded = "answer.md --question undo-release";
    assert_messages(
        "outputs",
        &[
            grade(&format!("{graded} --output -")),
            grade(&format!("{graded} --output answer.md")),
            grade(&format!("{graded} --output report.md")).file("report.md", "mine"),
            grade(&format!("{graded} --output bank --format text")),
            grade(&format!("{graded} --output new/ --format text")),
            grade(&format!("{graded} --output results.csv.gradus/report.md"))
                .file("results.csv.gradus/manifest.json", "{}"),
            grade(&format!("{graded} --output answer.md/report.md")),
        ],
    );
}

#[test]
fn calibrations_that_cannot_be_used_are_reported() {
    let calibrated = |content: &str, more: &str| {
        let arguments = format!("answer.md --question undo-release --format csv --calibration c.toml{more}");
        grade(&arguments).file("c.toml", content)
    };
    let curve = |points: &str| format!("schema = 1\nscorer = {VERSION}\ncurve = [{points}]\n");
    let usable = curve("[0.0, 0.0], [1.0, 1.0]");
    assert_messages(
        "calibrations",
        &[
            grade("answer.md --question undo-release --calibration none.toml"),
            grade("answer.md --question undo-release --calibration bank"),
            grade("answer.md --question undo-release --calibration c.toml").file("c.toml", b"curve = \xff".as_slice()),
            grade("answer.md --question undo-release --calibration c.toml").sparse_file("c.toml", (16 << 20) + 1),
            calibrated("curve = 1\n", ""),
            calibrated("schema = 2\nscorer = 1\ncurve = []\n", ""),
            calibrated(&curve(""), ""),
            calibrated(&curve("[nan, 0.5]"), ""),
            calibrated(&curve("[0.5, 0.5], [0.5, 0.6]"), ""),
            calibrated(&curve("[0.5, 0.5], [0.6, 0.4]"), ""),
            calibrated(&curve(&"[0.5, 0.5],".repeat(10_001)), ""),
            calibrated(&format!("{usable}[weights]\nowner = -1.0\n"), ""),
            calibrated("schema = 1\nscorer = 1\ncurve = [[0.0, 0.0], [1.0, 1.0]]\n", ""),
            calibrated(&usable, &format!(" {JUDGE}")),
        ],
    );
}

#[test]
fn phrases_that_do_not_count_are_explained() {
    let answer =
        "Tell me about a time when you had to undo a release. Have you ever rolled back a deployment? We told sales.";
    assert_messages(
        "explanations",
        &[run("bank explain --bank bank undo-release --found").input(answer).with_output()],
    );
}

#[test]
fn notes_on_grades_are_printed_for_every_format() {
    assert_messages(
        "grade-notes",
        &[
            grade("answer.md --question undo-release --format csv --fail-under 90"),
            grade("answer.md answer.md --question undo-release --format csv --fail-under 90"),
            grade("answer.md --question tea --format csv").file("bank/rubrics/tea/tea.toml", rubric("tea", "Why tea?")),
            grade(&format!("answer.md --question undo-release --format csv {JUDGE}")).env("GRADUS_LLM_ATTEMPTS", "1"),
        ],
    );
}

#[test]
fn searches_without_results_are_reported() {
    assert_messages(
        "searches",
        &[
            run("search --bank bank zebra"),
            run("search --bank bank checkout --format json").file(".cache/gradus", "not a folder"),
            run("questions list --topic tea --bank bank"),
            run("questions find 'Which tea do you like?' --bank bank"),
            run("questions find '?' --bank bank"),
            run("questions show tea --bank bank"),
            run("questions show undo-release --bank bank"),
            run("questions show undo-release --samples --bank bank"),
            run("bank explain --bank bank undo-release --found --criterion follow-up").input(b"We waited."),
            run("bank explain --bank bank undo-release --criterion owner").input(b"We waited."),
        ],
    );
}
