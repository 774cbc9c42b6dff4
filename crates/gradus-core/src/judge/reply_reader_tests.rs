//! Reading of replies, including confused and hostile ones.

use super::*;

const IDS: [&str; 2] = ["first", "second"];
const GOOD: &str = r#"{"for":"k3x","verdicts":[
    {"criterion":"first","credit":"full","quote":"a \"b\" {","why":"it says so"},
    {"criterion":"second","credit":"none","quote":"","why":""}]}"#;

fn is_good(text: &str) -> bool {
    let Read { verdicts, faults } = read(text, false, "k3x", &IDS);
    let credits: Vec<(usize, u32)> = verdicts.iter().map(|one| (one.criterion, one.credit.thousandths())).collect();
    faults.is_empty() && credits == [(0, 1000), (1, 0)] && verdicts[0].quote == "a \"b\" {"
}

fn faults(verdicts: &str) -> Vec<String> {
    let text = format!(r#"{{"for":"k3x","verdicts":[{verdicts}]}}"#);
    read(&text, false, "k3x", &IDS).faults.iter().map(ToString::to_string).collect()
}

fn only_fault(text: &str, is_cut: bool) -> String {
    let Read { verdicts, faults } = read(text, is_cut, "k3x", &IDS);
    assert!(verdicts.is_empty(), "{text}");
    assert_eq!(faults.len(), 1, "{text}");
    faults[0].to_string()
}

#[test]
fn the_object_is_found_anywhere_in_the_text() {
    let late_token = format!("{},\"for\" :\n \"k3x\"}}", &GOOD.replace("\"for\":\"k3x\",", "")[..GOOD.len() - 13]);
    let in_each = GOOD.replace("{\"criterion\"", "{\"for\":\"k3x\",\"criterion\"");
    for text in [
        GOOD.to_owned(),
        format!("```json\n{GOOD}\n```"),
        format!("So {{ I \"think: \\\" }}]\n{GOOD} and }} that \" is {{ it [\""),
        format!("{{\"for\":\"other\",\"verdicts\":[]}} {GOOD} {{\"for\":\"guess\",\"verdicts\":[]}}"),
        format!("{{\"for\":\"k3x\",\"verdicts\":[]}} no, rather {GOOD}"),
        format!("{GOOD} {{\"for\":\"k3x\",\"verdicts\":"),
        format!("{GOOD} {{\"for\":\"k3x\",\"verdicts\":\"none\"}} {{\"for\":\"k3x\"}}"),
        format!("{{\"result\":[{{\"deep\":{GOOD}}}]}}"),
        serde_json::Value::from(GOOD).to_string(),
        GOOD.replace("{\"for\"", "{\"note\":[{\"x\":\"]}\\\\\"}],\"for\""),
        GOOD.replace("\"why\"", "\"extra\":{\"for\":\"k3x\",\"verdicts\":[]},\"why\""),
        GOOD.replace("full", " FULL ").replace("\"quote\":\"\"", "\"quote\":null").replace(",\"why\":\"\"", ""),
        late_token,
        in_each,
    ] {
        assert!(is_good(&text), "{text}");
    }
}

#[test]
fn an_object_without_the_token_never_counts() {
    let quoted = serde_json::Value::from(GOOD).to_string();
    for text in [
        String::new(),
        "k3x".to_owned(),
        GOOD.replace("k3x", "K3X"),
        GOOD.replace("\"k3x\"", "3"),
        GOOD.replace("for", "from"),
        format!("He wrote {quoted}."),
        serde_json::Value::from(quoted).to_string(),
        "[\"for\":\"k3x\"]".to_owned(),
    ] {
        assert!(only_fault(&text, false).starts_with("there is no JSON object with `for` \"k3x\""), "{text}");
    }
}

#[test]
fn a_reply_without_its_object_has_one_fault() {
    let half = &GOOD[..60];
    assert!(only_fault(half, true).contains("cut off"));
    assert!(only_fault("", true).contains("cut off"));
    assert!(
        only_fault(half, false).ends_with("cannot be read: EOF while parsing a value"),
        "{}",
        only_fault(half, false)
    );
    assert!(only_fault(&GOOD.replace("}]}", "}}]"), false).contains("cannot be read"));
    let twice = GOOD.replace("\"for\"", "\"verdicts\":[],\"for\"");
    assert_eq!(only_fault(&twice, false), "the JSON object says `verdicts` twice");
    assert!(read(GOOD, true, "k3x", &IDS).faults.is_empty(), "complete although cut");
}

#[test]
fn each_wrong_verdict_is_one_fault_and_is_dropped() {
    let second = r#"{"criterion":"second","credit":"partial","why":"it says so"}"#;
    for (first, expected) in [
        ("", "no verdict for `first`"),
        (r#"{"criterion":"first"},"#, "`credit` of `first` is missing; it must be none, partial or full"),
        (r#"{"criterion":"first","credit":9},"#, "`credit` of `first` is 9; it must be none, partial or full"),
        (r#"{"criterion":"first","credit":"9"},"#, "`credit` of `first` is \"9\"; it must be none, partial or full"),
        (r#"{"criterion":"first","credit":true},"#, "`credit` of `first` is true; it must be none, partial or full"),
        (r#"{"criterion":"first","credit":"full","quote":["a"]},"#, "`quote` of `first` is no text"),
        (r#"{"criterion":"first","credit":"full","quote":"\ud800"},"#, "`quote` of `first` is no text"),
        (r#"{"criterion":"first","credit":"full","why":1},"#, "`why` of `first` is no text"),
        (r#"{"criterion":"first","credit":"none","credit":"full"},"#, "the verdict for `first` says `credit` twice"),
        (
            r#"{"criterion":"first","cr\u0065dit":"none","credit":"full"},"#,
            "the verdict for `first` says `credit` twice",
        ),
        (r#"{"criterion":"first","credit":"full"},{"criterion":"first"},"#, "two verdicts for `first`"),
    ] {
        assert_eq!(faults(&format!("{first}{second}")), [expected]);
    }
}

#[test]
fn verdicts_on_unknown_criteria_are_additional_faults() {
    let both = r#"{"criterion":" first ","credit":"full","why":"it says so"},{"criterion":"second","credit":"none"}"#;
    for (stray, expected) in [
        (r#"{"criterion":"f\noo\u202e","credit":"full"}"#, "`f oo` is no criterion"),
        (r#"{"criterion":"First","credit":"full"},{"criterion":"First"}"#, "`First` is no criterion"),
        (r#"{"credit":"full"}"#, "verdict 3 names no `criterion`"),
        ("7", "verdict 3 names no `criterion`"),
        (r#"{"criterion":"first","criterion":"second"}"#, "verdict 3 says `criterion` twice"),
    ] {
        assert_eq!(faults(&format!("{both},{stray}")), [expected]);
    }
    let many: Vec<String> = (0..500).map(|stray| format!(r#"{{"criterion":"x{stray}"}}"#)).collect();
    assert_eq!(faults(&format!("{both},{}", many.join(","))).len(), STRAYS);
}

#[test]
fn a_reason_is_one_short_line() {
    assert_eq!(one_line(" a\n\tb\u{202e}\u{0}c\u{200b} ", 10), "a b c");
    assert_eq!(one_line("abcdef", 6), "abcdef");
    assert_eq!(one_line("abcdefg", 6), "abcde…");
    assert_eq!(one_line("ab d  fg", 6), "ab d…");
    assert_eq!(one_line("abcde fg", 6), "abcde…");
    let why = format!("so {}", "é".repeat(298));
    let text = GOOD.replace("it says so", &why);
    assert_eq!(read(&text, false, "k3x", &IDS).verdicts[0].why, format!("so {}…", "é".repeat(296)));
}

#[test]
fn hostile_repetition_neither_hangs_nor_overflows() {
    for part in [
        "{",
        "[",
        "{\"for\":",
        "{\"for\":\"k3x\",\"verdicts\":",
        "\"for\":\"k3x\",",
        "\"k3x\"",
        "\\\"",
        "\"",
        "[{\"a\":",
        "}",
    ] {
        let noise = part.repeat(200_000 / part.len());
        assert!(read(&noise, false, "k3x", &IDS).verdicts.is_empty(), "{part}");
        assert!(is_good(&format!("{noise}\n{GOOD}")), "{part}");
    }
    let deep = format!("{{\"for\":\"k3x\",\"note\":{}{},\"verdicts\":[]}}", "[".repeat(500_000), "]".repeat(500_000));
    assert_eq!(read(&deep, false, "k3x", &IDS).faults.len(), 2);
}

const KEYED: &str = r#"{"for":"k3x","verdicts":{
    "first":{"criterion":"first","quote":"a \"b\" {","why":"it says so","credit":"full"},
    "second":{"criterion":"second","quote":"","why":"it does not","credit":"none"}}}"#;

#[test]
fn verdicts_may_be_keyed_by_the_ids_of_their_criteria() {
    let without_ids = KEYED.replace("\"criterion\":\"first\",", "").replace("\"criterion\":\"second\",", "");
    for text in [
        KEYED.to_owned(),
        without_ids,
        format!("```json\n{KEYED}\n```"),
        format!("{{\"for\":\"k3x\",\"verdicts\":{{}}}} no, rather {KEYED}"),
        format!("{{\"for\":\"k3x\",\"verdicts\":[]}} no, rather {KEYED}"),
        serde_json::Value::from(KEYED).to_string(),
    ] {
        assert!(is_good(&text), "{text}");
    }
}

#[test]
fn faults_of_keyed_verdicts_are_reported() {
    let fault = |from: &str, to: &str| {
        let text = KEYED.replacen(from, to, 1);
        assert_ne!(text, KEYED);
        let all: Vec<String> = read(&text, false, "k3x", &IDS).faults.iter().map(ToString::to_string).collect();
        all.join("; ")
    };
    assert_eq!(fault("\"second\":{", "\"third\":{"), "`third` is no criterion; no verdict for `second`");
    assert_eq!(fault("\"second\":{", "\"first\":{"), "two verdicts for `first`; no verdict for `second`");
    let misplaced = "the verdict under `first` names `\"second\"` as its `criterion`";
    assert_eq!(fault("\"criterion\":\"first\"", "\"criterion\":\"second\""), misplaced);
    let not_an_object = r#""first":"full","other":{"#;
    let shown = fault("\"first\":{\"criterion\":\"first\",", not_an_object);
    assert_eq!(shown, "`other` is no criterion; the verdict for `first` is not an object");
    for empty in ["{}", "[]"] {
        let text = format!("{{\"for\":\"k3x\",\"verdicts\":{empty}}}");
        assert_eq!(read(&text, false, "k3x", &IDS).faults.len(), 2, "an empty reply decides nothing");
    }
}

#[test]
fn a_reason_without_words_does_not_carry_a_verdict() {
    let with = |why: &str, credit: &str| {
        let why = serde_json::Value::from(why).to_string();
        faults(&format!(
            r#"{{"criterion":"first","credit":"{credit}","why":{why}}},{{"criterion":"second","credit":"none"}}"#
        ))
    };
    for credit in ["none", "partial", "full"] {
        for why in
            ["{j", "{\"why\": \"it says so\"}", "[so it is]", "j", "so", "...", "1 2 3 4 5", "}, {", "a b", "::: so it"]
        {
            let shown = "`why` of `first` is not a sentence; say in words what decides it";
            assert_eq!(with(why, credit), [shown], "{why} {credit}");
        }
        for why in [
            "it says so",
            "As told.",
            "\"rolled back\" is concrete",
            "Ja, genau",
            "他说了这个",
            "それは書いてある",
            "เขาพูดแล้ว",
            "قال ذلك",
        ] {
            assert_eq!(with(why, credit), [""; 0], "{why} {credit}");
        }
    }
    // A verdict without credit needs no reason.
    assert_eq!((with("", "none"), with(" ", "full").len()), (vec![], 1));
}

#[test]
fn every_fault_is_one_sentence_to_the_model() {
    let a = || "a".to_owned();
    let missing = "there is no JSON object with `for` \"k3x\" and `verdicts`, an object with a verdict under each id";
    let cut = "the reply was cut off before the JSON object with `for` \"k3x\" and `verdicts` was complete; be shorter";
    for (fault, message) in [
        (Fault::Missing("k3x".to_owned()), missing),
        (Fault::Cut("k3x".to_owned()), cut),
        (Fault::Unreadable("k3x".to_owned(), a()), "the JSON object with `for` \"k3x\" cannot be read: a"),
        (Fault::Repeated(a(), "why"), "a says `why` twice"),
        (Fault::Nameless(2), "verdict 2 names no `criterion`"),
        (Fault::Unknown(a()), "`a` is no criterion"),
        (Fault::Unjudged(a()), "no verdict for `a`"),
        (Fault::JudgedTwice(a()), "two verdicts for `a`"),
        (Fault::NoCredit(a()), "`credit` of `a` is missing; it must be none, partial or full"),
        (Fault::Credit(a(), "1".to_owned()), "`credit` of `a` is 1; it must be none, partial or full"),
        (Fault::NotAnObject(a()), "the verdict for `a` is not an object"),
        (Fault::Misplaced(a(), "b".to_owned()), "the verdict under `a` names `b` as its `criterion`"),
        (Fault::NoReason(a()), "`why` of `a` is not a sentence; say in words what decides it"),
        (Fault::NoText(a(), "quote"), "`quote` of `a` is no text"),
    ] {
        assert_eq!(fault.to_string(), message);
    }
}
