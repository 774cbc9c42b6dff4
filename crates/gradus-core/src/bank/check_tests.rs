//! Tests of the messages and hints of findings, each with a small bank that causes the finding.

use super::{Bank, FindingKind, check};
use crate::test_bank::files_from_texts;

const HEADER: &str = "schema = 1\nid = \"q\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"Why?\"\n";
const CRITERION: &str = "[[criterion]]\nid = \"a\"\npoints = 1\nasks = \"x\"\n";
const CONCEPT: &str = "[[criterion.concept]]\nid = \"c\"\nany = ['fine']\n";
const GOLDEN: &str = "[[golden]]\ntext = \"It is fine.\"\nexpect = { a = 1.0 }\n";
const REFERENCE: &str = "[[criterion.reference]]\ntext = \"fine lamp\"\n";

/// Files that are added to a bank with the valid rubric `rubrics/t/q.toml`, or a changed text of this rubric.
type Changes<'c> = &'c [(&'c str, String)];

fn valid_rubric() -> String {
    [HEADER, CRITERION, CONCEPT, GOLDEN].concat()
}

/// A second valid rubric.
fn second_rubric(header: &str) -> String {
    let changed = HEADER.replace("\"q\"", "\"r\"").replace("Why?", "When?");
    [&changed, header, CRITERION, CONCEPT, GOLDEN].concat()
}

fn findings(changes: Changes<'_>) -> Vec<(String, String, FindingKind)> {
    let mut files = vec![("rubrics/t/q.toml", valid_rubric())];
    for (name, text) in changes {
        files.retain(|(known, _)| known != name);
        files.push((name, text.clone()));
    }
    let findings = check(&Bank::new(files_from_texts(files)));
    findings.into_iter().map(|finding| (finding.message, finding.hint, finding.kind)).collect()
}

#[track_caller]
fn assert_found(changes: Changes<'_>, message: &str, hint: &str) {
    let found = findings(changes);
    assert!(found.iter().any(|(said, advice, _)| said == message && advice == hint), "{message}\n{found:#?}");
    for (message, hint, _) in found {
        assert!(!message.contains('\n') && !hint.contains('\n') && !hint.contains("gradus "), "{message} {hint}");
    }
}

#[track_caller]
fn assert_rubric(text: String, message: &str, hint: &str) {
    assert_found(&[("rubrics/t/q.toml", text)], message, hint);
}

#[test]
fn a_valid_bank_has_no_findings() {
    assert_eq!(findings(&[]), []);
    assert_eq!(findings(&[("rubrics/t/r.toml", second_rubric(""))]), []);
}

#[test]
fn faults_of_the_header_are_found() {
    let changed = |old: &str, new: &str| valid_rubric().replacen(old, new, 1);
    let same = "use the same name for both";
    for (text, message, hint) in [
        (
            changed("= 1", "= 2"),
            "`schema` is 2, but this program reads schema 1",
            "use schema 1, or a newer version of this program",
        ),
        (changed("\"q\"", "\"p\""), "id `p` in a file named `q.toml`", same),
        (changed("\"t\"", "\"s\""), "topic `s` in a folder named `t`", same),
        (changed("\"q\"", "\"A b\""), "`A b` is not a valid id", "use lower-case letters, digits and hyphens"),
        (changed("Why?", " "), "`prompt` is empty", "write the question as it is asked"),
        (
            changed("[[criterion", "bands = { strong = 1, solid = 2, partial = 3 }\n[[criterion"),
            "the bands are out of order",
            "use partial < solid < strong, at most 100",
        ),
        (
            changed("[[criterion", "enough = 0\n[[criterion"),
            "`enough` is 0, and all criteria together have 1 point",
            "use a number of points from 1 to the points of all criteria",
        ),
        (HEADER.to_owned(), "the rubric has no criteria", "add a `[[criterion]]` table"),
        (
            changed("[[criterion", "include = [\"none\"]\n[[criterion"),
            "the included file of shared criteria `none` does not exist",
            "shared criteria are in rubrics/shared/<name>.toml",
        ),
    ] {
        assert_rubric(text, message, hint);
    }
}

#[test]
fn faults_of_criteria_with_concepts_are_found() {
    let own_id = "give each concept its own id";
    let concept = "[[criterion.concept]]\nid = \"c\"\n";
    for (criterion, message, hint) in [
        (CRITERION.replace("= 1", "= 0") + CONCEPT, "`points` is 0", "use 1 to 100"),
        (
            CRITERION.to_owned(),
            "criterion `a` has no concept",
            "add a `[[…concept]]` table with `id` and `any`, or a `[[…reference]]` with `text` and `terms`",
        ),
        (
            format!("{CRITERION}half = 0.2\n{CONCEPT}"),
            "`half` is set, but the criterion has no reference",
            "use `half` only in criteria with `[[…reference]]` tables",
        ),
        (
            format!("{CRITERION}need = 2\n{CONCEPT}"),
            "`need` is 2, and the criterion has 1 concept",
            "use 1, or remove `need`",
        ),
        (
            format!("{CRITERION}need = 3\n{CONCEPT}{}", CONCEPT.replace("\"c\"", "\"d\"")),
            "`need` is 3, and the criterion has 2 concepts",
            "use 1 to 2",
        ),
        (format!("{CRITERION}{CONCEPT}{CONCEPT}"), "`a` has two concepts with the id `c`", own_id),
        (format!("{CRITERION}{concept}any = []\n"), "concept `c` has no phrase", "write phrases into `any`"),
        (
            format!("{CRITERION}{concept}any = ['fine', 'fine']\n"),
            "`fine` is listed twice in this concept",
            "remove one of the two phrases",
        ),
        (
            format!("{CRITERION}{CONCEPT}{CRITERION}{CONCEPT}"),
            "the id `a` is used twice",
            "give every criterion and penalty its own id",
        ),
    ] {
        assert_rubric(format!("{HEADER}{criterion}{GOLDEN}"), message, hint);
    }
    let many: String = (0..=1000).map(|number| criterion_of_100_points(&format!("n{number}"))).collect();
    assert_rubric(format!("{HEADER}{many}"), "the criteria add up to 100100 points", "use at most 100000");
}

fn criterion_of_100_points(id: &str) -> String {
    CRITERION.replace("\"a\"", &format!("\"{id}\"")).replace("points = 1", "points = 100") + CONCEPT
}

#[test]
fn faults_of_criteria_with_references_are_found() {
    let terms = "terms = { fine = 1.0 }\n";
    let one = "keep the phrase in only one of `terms`, `denied` and `also`";
    let weight = "use 0.001 to 1000, or remove the phrase";
    for (criterion, message, hint) in [
        (
            format!("{REFERENCE}{terms}{CONCEPT}"),
            "criterion `a` has both references and concepts",
            "keep one kind: concepts are counted, references are weighed",
        ),
        (
            format!("half = 0.7\n{REFERENCE}{terms}"),
            "`half` is 0.7",
            "use 0.001 to 0.5; at 0.5 the credit equals the share",
        ),
        (format!("{REFERENCE}terms = {{ fine = 0.0 }}\n"), "`fine` has the weight 0.000", weight),
        (format!("{REFERENCE}{terms}denied = {{ fine = 1.0 }}\n"), "`fine` is listed twice in this reference", one),
        (format!("{REFERENCE}{terms}also = {{ fine = 1.0 }}\n"), "`fine` is listed twice in this reference", one),
        (
            REFERENCE.to_owned(),
            "the reference has no phrase in `terms` or `denied`",
            "add phrases with their weights: `terms = { \"a phrase\" = 1.0 }`",
        ),
    ] {
        assert_rubric(format!("{HEADER}{CRITERION}{criterion}{GOLDEN}"), message, hint);
    }
}

#[test]
fn faults_of_goldens_are_found() {
    let with = |golden: &str| format!("{HEADER}{CRITERION}{CONCEPT}[[golden]]\ntext = \"It is fine.\"\n{golden}");
    for (golden, message, hint) in [
        ("expect = { b = 1.0 }", "the golden expects a credit for `b`, which is not a criterion", "use one of: a"),
        ("expect = { a = 2.0 }", "the golden expects a credit of 2 for `a`", "use 0 to 1"),
        (
            "expect = { a = 0.5 }",
            "the golden expects 0.5 for `a`, but the scorer gives 1",
            "add the missing phrase, or correct the expected credit",
        ),
        (
            "expect = {}",
            "`a` is not tested by any golden",
            "add a `[[golden]]` that expects a credit for this criterion or penalty",
        ),
    ] {
        assert_rubric(with(golden), message, hint);
    }
    let kinds: Vec<FindingKind> =
        findings(&[("rubrics/t/q.toml", with("expect = { a = 0.5 }"))]).into_iter().map(|(.., kind)| kind).collect();
    assert_eq!(kinds, [FindingKind::GoldenCredit]);
}

#[test]
fn faults_of_shared_criteria_are_found_where_they_are_included() {
    let include =
        |name: &str| valid_rubric().replacen("[[criterion", &format!("include = [\"{name}\"]\n[[criterion"), 1);
    let shared = |criterion: &str| format!("schema = 1\n{criterion}{CONCEPT}{GOLDEN}");
    assert_found(
        &[("rubrics/shared/s.toml", shared("colour = 1\n")), ("rubrics/t/q.toml", include("s"))],
        "the shared criteria `s` have faults",
        "fix the file of the shared criteria first",
    );
    assert_found(
        &[("rubrics/shared/s.toml", shared(CRITERION)), ("rubrics/t/q.toml", include("s"))],
        "the shared criteria `s` contain `a`, which is already there",
        "include them once, and give your own criterion another id",
    );
}

#[test]
fn faults_between_files_are_found() {
    for (name, text, message, hint) in [
        (
            "rubrics/deep/er/q.toml",
            valid_rubric(),
            "the rubric is not in a topic folder",
            "move it to rubrics/<topic>/<id>.toml",
        ),
        (
            "rubrics/u/q.toml",
            valid_rubric(),
            "question `q` is also in rubrics/t/q.toml",
            "give each question its own id",
        ),
        (
            "rubrics/t/r.toml",
            second_rubric("also_asked = [\"why\"]\n"),
            "the question `q` has the same wording",
            "change one of the two wordings, or remove it",
        ),
        (
            "corpus/t/x.md",
            samples("q", "strong"),
            "the samples for `q` are in the wrong file",
            "move the samples to corpus/t/q.md",
        ),
        (
            "corpus/t/x.md",
            samples("x", "strong"),
            "the bank has no question `x`",
            "write a rubric for this question, or correct the id",
        ),
    ] {
        assert_found(&[(name, text)], message, hint);
    }
}

fn samples(question: &str, level: &str) -> String {
    format!("+++\nquestion = \"{question}\"\n+++\n## {level}\n\nAll of it is fine.\n")
}

#[test]
fn faults_of_samples_are_found() {
    let level = "write `## strong`, `## fair` or `## weak` above each sample answer";
    let start = "start the file with `+++`, `question = \"<id>\"` and `+++`, each on its own line";
    let header = "write `question = \"<id>\"` between the `+++` lines, and `prompt` if no rubric has the question";
    let file = |body: &str| format!("+++\nquestion = \"q\"\n+++\n{body}");
    for (text, message, hint) in [
        ("Text.".to_owned(), "no front matter", start),
        ("---\nquestion: q\n".to_owned(), "no front matter", start),
        (
            "+++\nquestion = \"q\"\n\n## weak\n\nAll of it is fine.\n".to_owned(),
            "the front matter is not closed: expected a second line `+++`",
            "write `+++` on a line of its own between the front matter and the first heading",
        ),
        ("+++\nid = \"q\"\n+++\n".to_owned(), "unknown field `id`, expected `question` or `prompt`", header),
        (file("## great\nx\n"), "`great` is not a level", level),
        (file("x\n## weak\ny\n"), "text above the first heading", level),
        (file(""), "no sample answer", level),
        (file("## weak\n"), "an empty sample answer", "write the answer, or remove the heading"),
        (
            samples("q", "weak"),
            "a weak sample scores 100.0, expected below 35",
            "widen the phrases, or correct the level",
        ),
    ] {
        assert_found(&[("corpus/t/q.md", text)], message, hint);
    }
    let found = findings(&[("corpus/t/q.md", samples("q", "fair"))]);
    assert_eq!(found[0].0, "a fair sample scores 100.0, expected 35 to below 80");
    assert_eq!(found[0].2, FindingKind::SampleScore { question: "q".to_owned() });
    let elsewhere = second_rubric("").replace("topic = \"t\"", "topic = \"u\"");
    assert_found(
        &[("corpus/t/q.md", samples("q", "strong")), ("rubrics/u/r.toml", elsewhere)],
        "this sample scores 100.0 for `r`, a question of another topic",
        "narrow the phrases of `r`",
    );
}

#[test]
fn faults_of_names_are_found() {
    let unique = "give each question names that no other question has";
    let unused = "remove the name: ids are looked up before names, so this name never finds the question";
    for (names, message, hint) in [
        ("''", "an empty name", "write the name, or remove it"),
        (
            "\"a\\u0007b\"",
            "a name with the control character U+0007",
            "remove the character: people cannot see or type it",
        ),
        (
            "\"a\\u200Bb\"",
            "a name with the invisible character U+200B",
            "remove the character: people cannot see or type it",
        ),
        ("'x', 'x'", "`x` is listed twice", "remove one of the two names"),
        ("'r'", "`r` is the id of this question", "remove the name: every question is known by its id"),
        ("'q'", "`q` is the id of the question in rubrics/t/q.toml", unused),
        ("' q'", "` q` looks like `q`, the id of the question in rubrics/t/q.toml", unique),
        ("'one'", "`one` is also a name of the question in rubrics/t/q.toml", unique),
        ("'one '", "`one ` looks like `one`, a name of the question in rubrics/t/q.toml", unique),
        (
            "'why'",
            "`why` is a wording of the question in rubrics/t/q.toml",
            "remove the name: answers to that question would be graded by this rubric",
        ),
    ] {
        let first = valid_rubric().replacen("[[criterion", "known_as = ['one']\n[[criterion", 1);
        let second = second_rubric(&format!("known_as = [{names}]\n"));
        assert_found(&[("rubrics/t/q.toml", first), ("rubrics/t/r.toml", second)], message, hint);
    }
}
