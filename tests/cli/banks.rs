//! Tests of `gradus bank check`, `new`, `schema` and `explain`.

use serde_json::Value;

use super::tiny_bank::{ANSWER, BANK, UNDO_RELEASE, tiny};
use crate::support::{RunOutput, gradus};

/// A bank with many kinds of faults, and the expected findings: file, line, column and part of the message.
pub(super) const FAULTY: [(&str, &str); 7] = [
    (
        "faulty/rubrics/t/one.toml",
        "schema = 2\nid = \"uno\"\ntopic = \"elsewhere\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \" \"\n\n\
         [[criterion]]\nid = \"A b\"\npoints = 0\nasks = \"x\"\nneed = 3\n\n[[criterion.concept]]\nid = \"c\"\nany = []\n",
    ),
    (
        "faulty/rubrics/t/two.toml",
        "schema = 1\nid = \"two\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"é two?\"\n\n\
         [[criterion]]\nid = \"a\"\npoints = 1\nasks = \"x\"\n\n[[criterion.concept]]\nid = \"c\"\n\
         any = ['fine', 'é \"open']\n",
    ),
    (
        "faulty/rubrics/t/three.toml",
        "schema = 1\nid = \"three\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"é?\"\n\n\
         [[criterion]]\nid = \"a\"\npoints = 1\nasks = \"x\"\n\n[[criterion.concept]]\nid = \"c\"\nany = ['fine']\n\n\
         [[golden]]\ntext = \"We are late.\"\nexpect = { a = 1.0 }\n\n\
         [[criterion]]\nid = \"b\"\npoints = 1\nasks = \"x\"\n\n[[criterion.concept]]\nid = \"c\"\nany = ['good']\n",
    ),
    ("faulty/rubrics/t/four.toml", "schema = 1\ncolour = \"red\"\n"),
    ("faulty/corpus/t/three.md", "No head.\n"),
    ("faulty/corpus/t/open.md", "+++\nquestion = \"open\"\n\n## strong\n\nX.\n"),
    ("faulty/corpus/t/nobody.md", "+++\nquestion = \"nobody\"\n+++\n\n## strong\n\nX.\n"),
];

const FOUND: [(&str, u64, u64, &str); 15] = [
    ("corpus/t/nobody.md", 2, 12, "the bank has no question `nobody`"),
    ("corpus/t/open.md", 1, 1, "the front matter is not closed: expected a second line `+++`"),
    ("corpus/t/three.md", 1, 1, "no front matter"),
    ("rubrics/t/four.toml", 2, 1, "unknown field `colour`"),
    ("rubrics/t/one.toml", 1, 10, "`schema` is 2, but this program reads schema 1"),
    ("rubrics/t/one.toml", 2, 6, "id `uno` in a file named `one.toml`"),
    ("rubrics/t/one.toml", 3, 9, "topic `elsewhere` in a folder named `t`"),
    ("rubrics/t/one.toml", 6, 10, "`prompt` is empty"),
    ("rubrics/t/one.toml", 9, 6, "`A b` is not a valid id"),
    ("rubrics/t/one.toml", 10, 10, "`points` is 0"),
    ("rubrics/t/one.toml", 12, 8, "`need` is 3, and the criterion has 1 concept"),
    ("rubrics/t/one.toml", 15, 6, "concept `c` has no phrase"),
    ("rubrics/t/three.toml", 17, 1, "the golden expects 1 for `a`, but the scorer gives 0"),
    ("rubrics/t/three.toml", 22, 6, "`b` is not tested by any golden"),
    ("rubrics/t/two.toml", 15, 19, "quotes that are not closed"),
];

fn check_faulty(format: &str) -> RunOutput {
    gradus(["bank", "check", "faulty", "--format", format]).files(&FAULTY).run().check_failed()
}

#[test]
fn the_shipped_bank_passes_its_check() {
    gradus(["bank", "check"]).run().success().prints(&["nothing to fix"]);
}

#[test]
fn a_valid_bank_folder_passes_the_check() {
    let rows: [&[&str]; 2] = [&["bank", "check", "bank"], &["--bank", "bank", "bank", "check"]];
    for arguments in rows {
        let ran = gradus(arguments).files(&BANK).run().success().reports_nothing();
        assert_eq!(ran.out, "checked 3 questions of bank/rubrics: nothing to fix\n");
    }
    assert_eq!(tiny(["bank", "check", "--format", "json"]).run().success().json(), serde_json::json!([]));
}

#[test]
fn the_bank_argument_overrides_the_setting() {
    tiny(["bank", "check", "faulty"]).files(&FAULTY).run().check_failed();
}

#[test]
fn one_check_reports_all_faults_with_place_and_hint() {
    let text = check_faulty("text").out;
    let findings = check_faulty("json").json();
    let findings = findings.as_array().expect("a list");
    let places: Vec<_> =
        findings.iter().map(|finding| (&finding["file"], &finding["line"], &finding["column"])).collect();
    let expected: Vec<_> =
        FOUND.iter().map(|&(file, line, column, _)| [file.into(), line.into(), column.into()]).collect();
    assert_eq!(
        places,
        expected.iter().map(|[file, line, column]: &[Value; 3]| (file, line, column)).collect::<Vec<_>>()
    );
    for (finding, (file, line, column, message)) in findings.iter().zip(FOUND) {
        assert!(finding["message"].as_str().expect("text").contains(message), "{finding:#}");
        assert!(!finding["hint"].as_str().expect("text").is_empty(), "{finding:#}");
        assert!(text.contains(&format!("--> {file}:{line}:{column}\n")), "{text}");
    }
    assert_eq!(text.matches("\nerror: ").count() + 1, FOUND.len(), "{text}");
    assert_eq!(text.matches("= help: ").count(), FOUND.len(), "{text}");
    assert!(text.ends_with("\nchecked 4 questions of faulty/rubrics: 15 to fix\n"), "{text}");
}

#[test]
fn findings_point_at_the_faulty_bytes() {
    let findings = check_faulty("json").json();
    let quoted = |line: u64, file: &str| {
        let finding =
            findings.as_array().expect("a list").iter().find(|one| one["file"] == file && one["line"] == line);
        let offset =
            |key: &str| usize::try_from(finding.expect("a finding")[key].as_u64().expect("an offset")).expect("fits");
        let (_, text) = FAULTY.iter().find(|(name, _)| name.ends_with(file)).expect("a file");
        text[offset("start")..offset("end")].to_owned()
    };
    assert_eq!(quoted(2, "rubrics/t/one.toml"), "\"uno\"");
    assert_eq!(quoted(15, "rubrics/t/two.toml"), "\"open");
    assert_eq!(quoted(2, "corpus/t/nobody.md"), "\"nobody\"");
}

#[test]
fn samples_that_score_outside_their_band_are_reported() {
    let weak = "+++\nquestion = \"stage-release\"\n+++\n\n## strong\n\nWe deploy it and we hope for the best.\n";
    let ran = tiny(["bank", "check"]).file("bank/corpus/delivery/stage-release.md", weak).run().check_failed();
    ran.prints(&["a strong sample scores 0.0, expected at least 80", "--> corpus/delivery/stage-release.md:5:1\n"]);
}

#[test]
fn other_commands_report_the_faults_of_the_rubric_they_need() {
    let grade = gradus(["--bank", "faulty", "grade", "--question", "two"]).files(&FAULTY).run_with(b"x").failure();
    grade.reports(&["rubrics/t/two.toml:15:19: quotes that are not closed", "gradus bank check"]);
    let show = gradus(["--bank", "faulty", "questions", "show", "three"]).files(&FAULTY).run().success();
    show.prints(&["three  t, concept, core"]);
}

#[test]
fn a_folder_that_is_not_a_bank_is_an_error_that_names_it() {
    let rows = [
        ("nowhere", "nowhere does not exist"),
        ("empty", "no rubric in empty"),
        ("file", "no `rubrics` folder in file"),
    ];
    for (folder, expected) in rows {
        for arguments in [["bank", "check", folder].as_slice(), &["--bank", folder, "questions"]] {
            let gradus = gradus(arguments).folder("empty/rubrics").file("file", "");
            gradus.run().failure().reports(&[expected, "\nhint: "]);
        }
    }
}

#[test]
fn a_bank_file_that_is_not_utf_8_is_an_error_with_its_byte_offset() {
    let gradus = tiny(["questions"]).file("bank/rubrics/delivery/odd.toml", b"id = \"\xff\"");
    gradus.run().failure().reports(&["odd.toml is not UTF-8: the first invalid byte is byte 6"]);
}

#[test]
fn a_bank_file_that_is_not_utf_8_does_not_hide_other_findings() {
    let check = |path: &str| {
        let gradus = gradus(["bank", "check", path, "--format", "json"]).files(&FAULTY);
        let gradus = gradus.file("faulty/rubrics/t/odd.toml", b"# caf\xe9\nid = 3");
        let findings = gradus.run().check_failed().json();
        let findings = findings.as_array().expect("findings").clone();
        let is_odd = |finding: &&serde_json::Value| finding["message"].as_str().expect("text").contains("is not UTF-8");
        let odd: Vec<_> = findings.iter().filter(is_odd).cloned().collect();
        (odd, findings.len())
    };
    let (odd, all) = check("faulty");
    assert_eq!(odd.len(), 1);
    assert_eq!(odd[0]["message"], "the file is not UTF-8: the first invalid byte is byte 5");
    assert_eq!((&odd[0]["hint"], &odd[0]["file"]), (&"save the file as UTF-8".into(), &"rubrics/t/odd.toml".into()));
    assert!(all > 10, "{all}");
    assert_eq!(check("faulty/rubrics/t/two.toml").0, [] as [serde_json::Value; 0]);
    assert_eq!(check("faulty/rubrics/t/odd.toml").0.len(), 1);
}

#[test]
fn a_new_rubric_passes_the_check_when_it_is_saved() {
    let new = gradus(["bank", "new", "my-question", "--topic", "gardening"]).run().success();
    let path = "bank/rubrics/gardening/my-question.toml";
    let new = new.reports(&["note: save the rubric as rubrics/gardening/my-question.toml"]);
    let checked = gradus(["bank", "check", "bank"]).file(path, &new.out).run().success();
    assert_eq!(checked.out, "checked 1 question of bank/rubrics: nothing to fix\n");
    gradus(["--quiet", "bank", "new", "my-question"])
        .run()
        .success()
        .reports_nothing()
        .prints(&["topic = \"my-topic\""]);
}

#[test]
fn a_new_rubric_needs_an_id_that_is_a_valid_file_name() {
    let rows: [&[&str]; 6] =
        [&["My-Question"], &["my question"], &["../up"], &[""], &["é"], &["fine", "--topic", "Not/Fine"]];
    for arguments in rows {
        let ran = gradus(["bank", "new"].iter().chain(arguments)).run().failure();
        ran.reports(&["is not a valid id\nhint: use lower-case letters, digits and hyphens"]);
    }
}

#[test]
fn schemas_describe_rubrics_and_results() {
    let schema = |of: &[&str]| gradus(["bank", "schema"].iter().chain(of)).run().success().json();
    let keys = |schema: &Value| -> Vec<String> {
        schema["properties"].as_object().expect("properties").keys().cloned().collect()
    };
    let mut rubric = keys(&schema(&["rubric"]));
    rubric.sort();
    assert_eq!(
        rubric,
        [
            "also_asked",
            "bands",
            "criterion",
            "drafted",
            "enough",
            "golden",
            "id",
            "include",
            "index_only",
            "kind",
            "known_as",
            "level",
            "penalty",
            "prompt",
            "schema",
            "topic"
        ]
    );
    assert_eq!(schema(&[]), schema(&["rubric"]));
    let result = keys(&schema(&["result"]));
    for key in ["schema", "id", "question", "grader", "criteria", "penalties", "flags", "delivery", "fingerprint"] {
        assert!(result.iter().any(|known| known == key), "no {key} in {result:?}");
    }
    gradus(["bank", "schema", "answer"])
        .run()
        .failure()
        .reports(&["[possible values: rubric, ideas, result, summary, eval"]);
}

#[test]
fn every_key_of_a_rubric_is_in_the_schema() {
    let schema = gradus(["bank", "schema"]).run().success().json();
    let rubric: toml::Table = toml::from_str(UNDO_RELEASE).expect("TOML");
    assert!(rubric.keys().all(|key| schema["properties"].get(key).is_some()), "{schema:#}");
    let required: Vec<&str> = schema["required"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(!required.is_empty() && required.iter().all(|key| rubric.contains_key(*key)), "{required:?}");
}

#[test]
fn every_phrase_is_explained_with_its_match() {
    let answer = "We did not roll back. Rolled back, previous version, status page, told sales, owner, their fault.";
    let ran = tiny(["bank", "explain", "undo-release", "-"]).run_with(answer.as_bytes()).success().reports_nothing();
    ran.prints(&[
        "criterion undoes-quickly (3 points, needs 1 of 2 concepts)\n  rollback\n",
        "    . within <duration>\n",
        "by stem: does not count: negated\n",
        "counts half: bare listing\n",
        "penalty blames-a-person (",
    ]);
}

#[test]
fn an_explanation_as_json_has_every_phrase_and_correct_offsets() {
    let answer = format!("+++\nquestion = \"restore-test\"\n+++\n{ANSWER}");
    let explain = ["bank", "explain", "undo-release", "mine.md", "--format", "json"];
    let traces = tiny(explain).file("mine.md", &answer).run().success().json();
    let traces = traces.as_array().expect("a list");
    let found = |trace: &Value| trace["finds"].as_array().expect("a list").len();
    let phrases: Vec<_> = traces.iter().map(|trace| (trace["phrase"].as_str().expect("text"), found(trace))).collect();
    assert_eq!(
        phrases,
        [
            ("roll* back", 1),
            ("\"previous version\"", 0),
            ("within <duration>", 1),
            ("status page", 0),
            ("told support|sales", 1),
            ("owner", 0),
            ("his|her|their fault", 1),
        ]
    );
    for find in traces.iter().flat_map(|trace| trace["finds"].as_array().expect("a list")) {
        let at = |key: &str| usize::try_from(find[key].as_u64().expect("an offset")).expect("fits");
        assert_eq!(find["quote"], answer[at("start")..at("end")], "{find:#}");
    }
}

#[test]
fn an_explanation_can_be_limited_to_a_criterion_and_to_matches() {
    let explain = |arguments: &[&'static str]| {
        tiny(["bank", "explain", "undo-release", "answer.md"].into_iter().chain(arguments.iter().copied()))
    };
    let phrases = |arguments: &[&'static str]| -> Vec<String> {
        let value = explain(arguments).run().success().json();
        let of = |trace: &Value| trace["phrase"].as_str().expect("text").to_owned();
        value.as_array().expect("a list").iter().map(of).collect()
    };
    assert_eq!(phrases(&["--criterion", "tells-people", "--format", "json"]), ["status page", "told support|sales"]);
    assert_eq!(
        phrases(&["--found", "--format", "json"]),
        ["roll* back", "within <duration>", "told support|sales", "his|her|their fault"]
    );
    assert_eq!(phrases(&["--criterion", "tells-people", "--found", "--format", "json"]), ["told support|sales"]);
    let text = explain(&["--criterion", "blames-a-person"]).run().success().prints(&["penalty blames-a-person ("]).out;
    assert!(!text.contains("undoes-quickly"), "{text}");
    explain(&["--criterion", "follow-up", "--found"])
        .run()
        .check_failed()
        .reports(&["contains none of the selected phrases"]);
    explain(&["--criterion", "follow"]).run().failure().reports(&[
        "`undo-release` has no criterion `follow`\nhint: ",
        "undoes-quickly, tells-people, follow-up, blames-a-person",
    ]);
}

#[test]
fn explain_needs_an_existing_question_and_answer() {
    tiny(["bank", "explain", "undo-relaese", "answer.md"]).run().failure().reports(&["did you mean undo-release"]);
    tiny(["bank", "explain", "undo-release", "nowhere.md"])
        .run()
        .failure()
        .reports(&["cannot read the answer nowhere.md"]);
}
