//! Tests of what each sign of the phrase language matches and does not match.

use super::*;
use crate::model::{Idea, Ideas, MatchKind};
use crate::text::{Document, KnownWords, Lexicon, Synonyms};

struct QuotedHit {
    quote: String,
    how: MatchKind,
    negated: bool,
}

fn ideas() -> Ideas {
    let idea = |(id, any): (&str, &[&str])| {
        let any = any.iter().map(|&wording| wording.to_owned()).collect();
        (id.to_owned(), Idea { means: String::new(), any })
    };
    let all: [(&str, &[&str]); 8] = [
        ("roll-back", &["roll back", "\"previous version\"", "revert the|that deploy|release"]),
        ("responders", &["engineer", "on-call", "whoever is on duty"]),
        ("fast", &["quickly", "within <duration>"]),
        ("fast-roll-back", &["<roll-back> &4 <fast>"]),
        ("blameless", &["no blame", "blameless"]),
        ("circle", &["a <round>"]),
        ("round", &["<circle> b"]),
        ("broken", &["a &"]),
    ];
    all.into_iter().map(idea).collect()
}

fn find(phrase: &str, text: &str) -> Vec<QuotedHit> {
    let groups =
        [vec!["kubernetes", "k8s"], vec!["mttr", "mean time to recovery"], vec!["ci/cd", "continuous delivery"]];
    let synonyms = Synonyms::new(&groups).expect("valid groups");
    let mut reader = Reader::default();
    let ideas = ideas();
    let mut compiler = Compiler::new(&synonyms, &ideas, &mut reader);
    compiler.add(phrase).unwrap_or_else(|error| panic!("{phrase}: {error}"));
    let matcher = compiler.finish(&KnownWords::of(["protection alter"])).expect("small");
    let (mut document, mut lexicon, mut scratch, mut hits) =
        (Document::new(), Lexicon::new(), Scratch::new(), Vec::new());
    document.read(text, 0, &mut lexicon);
    matcher.find_hits(&document, &mut lexicon, &mut scratch, &mut hits);
    let found = |hit: &Hit| QuotedHit {
        quote: document.span(hit.first, hit.last).of(text).to_owned(),
        how: hit.how,
        negated: hit.negated,
    };
    hits.iter().map(found).collect()
}

fn quotes(phrase: &str, text: &str) -> Vec<String> {
    find(phrase, text).into_iter().filter(|found| !found.negated).map(|found| found.quote).collect()
}

#[test]
fn phrases_match_the_expected_words() {
    for (phrase, text, expected) in [
        ("roll back deploy", "We rolled the release back, then deployed.", "rolled the release back, then deployed"),
        ("roll back", "rolled it all the way back", ""),
        ("roll back", "We roll. Back home.", ""),
        ("back roll", "rolled back", ""),
        ("\"error budget\"", "the error budgets", "error budgets"),
        ("\"error budget\"", "the error and budget", ""),
        ("=IT", "Our IT was slow", "IT"),
        ("=IT", "it was slow", ""),
        ("automat*", "fully automated", "automated"),
        ("scale up|out", "we scaled out", "scaled out"),
        ("feature flag & off|disable", "We turned off the new feature flag.", "off the new feature flag"),
        ("feature flag & off", "We used a feature flag. Then it was off.", ""),
        ("cut <percent>", "cut costs by 30 percent", "cut costs by 30 percent"),
        ("<duration>", "within half an hour", "half an hour"),
        ("kubernetes", "on k8s", "k8s"),
        ("kubernetes", "on k eight s", "k eight s"),
        ("p95", "our p ninety five", "p ninety five"),
        ("99.9 percent", "ninety nine point nine percent", "ninety nine point nine percent"),
        ("99.9", "at 99.9% now", "99.9%"),
        ("mttr", "the mean time to recovery", "mean time to recovery"),
        ("mean time to recovery", "our MTTR fell", "MTTR"),
        ("ci/cd", "our C I C D is fast", "C I C D"),
        ("ci/cd", "continuous delivery", "continuous delivery"),
        ("on-call", "the oncall person", "oncall"),
        ("oncall", "the on call person", "on call"),
        ("oncall", "the on-call person", "on-call"),
        ("roll* back", "a rollback", "rollback"),
        ("failover", "we failed over", ""),
        ("failover", "two fail overs", "fail overs"),
        ("kubernetes", "kuberntes", "kuberntes"),
        ("rollback", "the rolbacks", "rolbacks"),
        ("production", "our protection", ""),
        ("alert", "we alter it", ""),
        ("canary", "cannary", "cannary"),
        ("team", "tem", ""),
        ("more more", "more and more", "more and more"),
        ("more more", "more", ""),
        ("prioriti*", "we prioritize", "prioritize"),
        ("write", "we wrote", "wrote"),
        ("deploy", "the deployment", ""),
        ("think", "what we thought", "thought"),
        ("thought", "what we think", ""),
        ("=clear", "Clear goals", "Clear"),
        ("=clear", "cleared goals", ""),
        ("fix|fixed & fixed|restored", "We fixed it.", ""),
        ("fix|fixed & fixed|restored", "We fixed it and restored the rest.", "fixed it and restored"),
        ("alert &2 owner", "every alert has one clear owner", ""),
        ("alert &3 owner", "every alert has one clear owner", "alert has one clear owner"),
        ("owner &3 alert", "every alert has one clear owner", "alert has one clear owner"),
        ("a & b", "a 1 2 3 4 5 6 7 8 9 10 11 12 b", "a 1 2 3 4 5 6 7 8 9 10 11 12 b"),
        ("a & b", "a 1 2 3 4 5 6 7 8 9 10 11 12 13 b", ""),
        ("a &* b", "a 1 2 3 4 5 6 7 8 9 10 11 12 13 b", "a 1 2 3 4 5 6 7 8 9 10 11 12 13 b"),
        ("a & b", "a x b 1 2 3 4 5 6 7 8 9 10 11 12 13 a", "a x b"),
    ] {
        let found = quotes(phrase, text);
        assert_eq!(found.first().map_or("", String::as_str), expected, "`{phrase}` in `{text}`");
    }
}

#[test]
fn an_idea_matches_any_of_its_wordings_as_one_word() {
    for (phrase, text, expected) in [
        ("<roll-back>", "we rolled it back", "rolled it back"),
        ("<roll-back>", "to the previous version", "previous version"),
        ("<roll-back>|undo", "undo it", "undo"),
        ("\"we <roll-back> now\"", "we reverted the release now", "we reverted the release now"),
        ("<responders> must act", "Whoever is on duty must act.", "Whoever is on duty must act"),
        ("page <responders>", "page the oncall", "page the oncall"),
        ("<fast-roll-back>", "We rolled back within five minutes.", "rolled back within five minutes"),
        ("<fast-roll-back>", "Quickly we rolled back.", "Quickly we rolled back"),
        ("<fast-roll-back>", "We rolled back and a long long time later quickly left.", ""),
        (
            "<roll-back> & <fast>",
            "Within two hours, the previous version ran.",
            "Within two hours, the previous version",
        ),
        ("<blameless> review", "a review with no blame", ""),
        ("<blameless>", "We write it with no blame.", "no blame"),
        ("<fast> <fast>", "quickly quickly", "quickly quickly"),
        ("<fast> <fast>", "quickly", ""),
    ] {
        let found = quotes(phrase, text);
        assert_eq!(found.first().map_or("", String::as_str), expected, "`{phrase}` in `{text}`");
    }
}

#[test]
fn a_phrase_that_asks_for_a_rejection_finds_every_mention() {
    let found = find("!<roll-back>", "We did not roll back. We rolled back.");
    assert_eq!(found.iter().map(|found| found.negated).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_fault_in_the_use_of_an_idea_names_its_place() {
    let (synonyms, ideas) = (Synonyms::default(), ideas());
    for (phrase, at, message, hint) in [
        ("x <roll-bak>", 2..12, "there is no idea or quantity `<roll-bak>`", "did you mean <roll-back>?"),
        ("<numbr>", 0..7, "there is no idea or quantity `<numbr>`", "did you mean <number>?"),
        (
            "<zzz>",
            0..5,
            "there is no idea or quantity `<zzz>`",
            "define the idea in rubrics/ideas, or use <number>, <percent>, <duration>, <money> or <multiple>",
        ),
        (
            "<circle>",
            0..8,
            "the idea `<circle>` has a wording that is not valid: \
             the idea `<round>` has a wording that is not valid: the idea `<circle>` uses itself",
            "remove one of the uses that form the circle",
        ),
        (
            "<broken>",
            0..8,
            "the idea `<broken>` has a wording that is not valid: nothing after `&`",
            "write words on both sides of it",
        ),
    ] {
        let mut reader = Reader::default();
        let error = Compiler::new(&synonyms, &ideas, &mut reader).add(phrase).expect_err(phrase);
        assert_eq!((error.at.clone(), error.message.as_str(), &*error.hint), (at, message, hint), "{phrase}");
    }
}

#[test]
fn negated_hits_are_marked_unless_the_phrase_contains_the_negation() {
    assert!(quotes("backup", "We did not have backups.").is_empty());
    assert!(find("backup", "We did not have backups.")[0].negated);
    assert_eq!(quotes("no backup", "We had no backups."), ["no backups"]);
    assert!(quotes("go down|without", "It did not go down.").is_empty());
    assert!(quotes("alert has|without & owner", "Not one alert has a link or an owner.").is_empty());
    assert_eq!(quotes("not & urgent", "It was not urgent."), ["not urgent"]);
    assert!(quotes("alert & cpu", "We page on symptoms, alerts are never on CPU.").is_empty());
}

#[test]
fn a_hit_reports_the_way_furthest_from_the_written_phrase() {
    for (phrase, text, how) in [
        ("rollback", "rollback", MatchKind::Exact),
        ("rollback", "rollbacks", MatchKind::Stem),
        ("<percent>", "30%", MatchKind::Quantity),
        ("kubernetes", "k8s", MatchKind::Synonym),
        ("p95", "p ninety five", MatchKind::Spoken),
        ("rollback", "rolback", MatchKind::Spelling),
        ("kubernetes rollback", "k8s rolback", MatchKind::Spelling),
    ] {
        assert_eq!(find(phrase, text)[0].how, how, "`{phrase}` in `{text}`");
    }
}

#[test]
fn a_hit_in_one_document_does_not_change_the_hits_in_another() {
    let synonyms = Synonyms::default();
    let mut reader = Reader::default();
    let ideas = Ideas::default();
    let mut compiler = Compiler::new(&synonyms, &ideas, &mut reader);
    for phrase in ["roll back", "a & b", "\"x y\""] {
        compiler.add(phrase).expect("valid");
    }
    let matcher = compiler.finish(&KnownWords::default()).expect("small");
    let (mut document, mut lexicon, mut scratch) = (Document::new(), Lexicon::new(), Scratch::new());
    let mut run = |text: &str| {
        let mut hits = Vec::new();
        document.read(text, 0, &mut lexicon);
        matcher.find_hits(&document, &mut lexicon, &mut scratch, &mut hits);
        hits.len()
    };
    assert_eq!(run("a roll"), 0);
    assert_eq!(run("back b x"), 0);
    assert_eq!(run("y rolled back"), 1);
    assert_eq!(run("a then b"), 1);
    assert_eq!(run("b"), 0);
}
