//! Reduces the forms of a word to one stem: irregular verbs and spelling variants first, then Snowball.
//!
//! Only ASCII words of at least three letters are changed.

use rust_stemmers::{Algorithm, Stemmer};
use std::borrow::Cow;

/// The stem of a folded word. The stem need not be a word.
pub fn stem(folded: &str) -> String {
    Stems::new().stem(folded).into_owned()
}

/// A stemmer that is created once and used for many words.
pub(super) struct Stems(Stemmer);

impl Stems {
    pub(super) fn new() -> Self {
        Self(Stemmer::create(Algorithm::English))
    }

    pub(super) fn stem<'a>(&self, folded: &'a str) -> Cow<'a, str> {
        if folded.len() < 3 || !folded.is_ascii() {
            return Cow::Borrowed(folded);
        }
        if let Ok(at) = IRREGULAR.binary_search_by_key(&folded, |&(form, _)| form) {
            return self.0.stem(&american(IRREGULAR[at].1)).into_owned().into();
        }
        if let Some((_, stem)) = EXCEPTIONS.iter().find(|(word, _)| *word == folded) {
            return Cow::Borrowed(stem);
        }
        match american(folded) {
            Cow::Borrowed(word) => abbreviation(word, self.0.stem(word)),
            Cow::Owned(word) => Cow::Owned(self.0.stem(&word).into_owned()),
        }
    }
}

/// Removes the plural "s" of a short word that Snowball leaves unchanged, such as the abbreviation "slos".
fn abbreviation<'a>(word: &str, stem: Cow<'a, str>) -> Cow<'a, str> {
    if *word != *stem {
        return stem;
    }
    let singular = stem.strip_suffix('s').filter(|rest| {
        matches!(rest.len(), 2..=4) && !rest.ends_with('s') && rest.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    match (singular, &stem) {
        (None, _) => stem,
        (Some("ha" | "wa" | "it" | "hi" | "ye" | "thi" | "thu" | "ga" | "bu" | "plu" | "alia"), _) => stem,
        (Some(singular), Cow::Borrowed(whole)) => Cow::Borrowed(&whole[..singular.len()]),
        (Some(singular), Cow::Owned(_)) => Cow::Owned(singular.to_owned()),
    }
}

/// Words whose Snowball stem is wrong: the same as that of a word with another meaning, or different from their other
/// forms.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("add", "add"),
    ("added", "add"),
    ("adding", "add"),
    ("adds", "add"),
    ("custom", "custom-made"),
    ("engine", "engine"),
    ("engines", "engine"),
    ("experiment", "experiment"),
    ("experiments", "experiment"),
    ("performance", "performance"),
    ("position", "position"),
    ("positions", "position"),
    ("production", "production"),
    ("queue", "queue"),
    ("queued", "queue"),
    ("queueing", "queue"),
    ("queues", "queue"),
    ("queuing", "queue"),
    ("several", "several"),
];

/// Whether the word is an irregular past tense or participle.
pub(super) fn is_irregular_past(folded: &str) -> bool {
    IRREGULAR.binary_search_by_key(&folded, |&(form, _)| form).is_ok()
}

/// The base form of an irregular past tense, participle or plural.
pub(super) fn irregular_base(folded: &str) -> Option<&'static str> {
    let at = IRREGULAR.binary_search_by_key(&folded, |&(form, _)| form).ok()?;
    IRREGULAR.get(at).map(|(_, base)| *base)
}

/// Converts British spellings to American ones. The result need not be a word, as long as it is the same for both
/// spellings.
pub(super) fn american(word: &str) -> Cow<'_, str> {
    const WHOLE: [(&str, &str); 12] = [
        ("analogue", "analog"),
        ("artefact", "artifact"),
        ("artefacts", "artifacts"),
        ("catalogue", "catalog"),
        ("catalogues", "catalogs"),
        ("defence", "defense"),
        ("dialogue", "dialog"),
        ("grey", "gray"),
        ("licence", "license"),
        ("licences", "licenses"),
        ("programme", "program"),
        ("programmes", "programs"),
    ];
    const DOUBLED: [&str; 9] = ["label", "model", "cancel", "travel", "signal", "channel", "tunnel", "level", "fuel"];
    if let Some((_, plain)) = WHOLE.iter().find(|(form, _)| *form == word) {
        return Cow::Borrowed(plain);
    }
    if word.len() >= 4 {
        for ending in ["e", "ed", "es", "er", "ers", "ing", "ation", "ations"] {
            if let Some(root) = word.strip_suffix(ending)
                && (root.ends_with("is") || root.ends_with("ys"))
            {
                return Cow::Owned(format!("{}z{ending}", &root[..root.len() - 1]));
            }
        }
    }
    if word.len() >= 6 {
        for ending in ["", "s", "ed", "ing", "al", "able"] {
            if let Some(root) = word.strip_suffix(ending).and_then(|root| root.strip_suffix("our")) {
                return Cow::Owned(format!("{root}or{ending}"));
            }
        }
        for (british, plain) in [("centre", "center"), ("centres", "centers")] {
            if let Some(root) = word.strip_suffix(british) {
                return Cow::Owned(format!("{root}{plain}"));
            }
        }
        for ending in ["ed", "ing", "er"] {
            if let Some(root) = word.strip_suffix(ending).and_then(|root| root.strip_suffix('l'))
                && DOUBLED.contains(&root)
            {
                return Cow::Owned(format!("{root}{ending}"));
            }
        }
    }
    Cow::Borrowed(word)
}

/// Irregular forms and their base forms, sorted by form.
const IRREGULAR: &[(&str, &str)] = &[
    ("ate", "eat"),
    ("became", "become"),
    ("began", "begin"),
    ("begun", "begin"),
    ("bought", "buy"),
    ("bred", "breed"),
    ("broke", "break"),
    ("broken", "break"),
    ("brought", "bring"),
    ("built", "build"),
    ("came", "come"),
    ("caught", "catch"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("crept", "creep"),
    ("dealt", "deal"),
    ("drawn", "draw"),
    ("drew", "draw"),
    ("driven", "drive"),
    ("drove", "drive"),
    ("dug", "dig"),
    ("fallen", "fall"),
    ("fed", "feed"),
    ("fell", "fall"),
    ("felt", "feel"),
    ("flew", "fly"),
    ("forgot", "forget"),
    ("forgotten", "forget"),
    ("fought", "fight"),
    ("found", "find"),
    ("froze", "freeze"),
    ("frozen", "freeze"),
    ("gave", "give"),
    ("given", "give"),
    ("gone", "go"),
    ("got", "get"),
    ("gotten", "get"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("heard", "hear"),
    ("held", "hold"),
    ("hid", "hide"),
    ("hidden", "hide"),
    ("kept", "keep"),
    ("knew", "know"),
    ("known", "know"),
    ("laid", "lay"),
    ("learnt", "learn"),
    ("led", "lead"),
    ("lent", "lend"),
    ("lost", "lose"),
    ("made", "make"),
    ("meant", "mean"),
    ("met", "meet"),
    ("overran", "overrun"),
    ("oversaw", "oversee"),
    ("paid", "pay"),
    ("proven", "prove"),
    ("ran", "run"),
    ("rang", "ring"),
    ("rebuilt", "rebuild"),
    ("redrew", "redraw"),
    ("repaid", "repay"),
    ("rewritten", "rewrite"),
    ("rewrote", "rewrite"),
    ("risen", "rise"),
    ("rose", "rise"),
    ("said", "say"),
    ("sank", "sink"),
    ("sat", "sit"),
    ("saw", "see"),
    ("seen", "see"),
    ("sent", "send"),
    ("shook", "shake"),
    ("shown", "show"),
    ("shrank", "shrink"),
    ("shrunk", "shrink"),
    ("slept", "sleep"),
    ("slid", "slide"),
    ("sold", "sell"),
    ("sought", "seek"),
    ("spent", "spend"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("spun", "spin"),
    ("stole", "steal"),
    ("stolen", "steal"),
    ("stood", "stand"),
    ("stuck", "stick"),
    ("swept", "sweep"),
    ("taken", "take"),
    ("taught", "teach"),
    ("thought", "think"),
    ("threw", "throw"),
    ("thrown", "throw"),
    ("told", "tell"),
    ("took", "take"),
    ("tore", "tear"),
    ("torn", "tear"),
    ("understood", "understand"),
    ("undid", "undo"),
    ("undone", "undo"),
    ("went", "go"),
    ("withdrew", "withdraw"),
    ("woke", "wake"),
    ("woken", "wake"),
    ("won", "win"),
    ("wore", "wear"),
    ("worn", "wear"),
    ("wound", "wind"),
    ("written", "write"),
    ("wrote", "write"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_share_a_stem() {
        for forms in [
            &["roll", "rolled", "rolling", "rolls"][..],
            &["write", "wrote", "written", "writing"],
            &["prioritise", "prioritize", "prioritised", "prioritizing"],
            &["behaviour", "behavior", "behaviours"],
            &["labelled", "labeled", "label"],
            &["datacentre", "datacenter"],
            &["organisation", "organization"],
            &["analyse", "analyze", "analysed"],
            &["slo", "slos"],
            &["vm", "vms"],
            &["add", "added", "adding", "adds"],
            &["raise", "raised", "raising", "raises"],
            &["rise", "rising", "rose", "risen"],
            &["queue", "queued", "queuing"],
        ] {
            for form in forms {
                assert_eq!(stem(form), stem(forms[0]), "{form}");
            }
        }
    }

    #[test]
    fn different_words_have_different_stems() {
        for (one, other) in [
            ("rolling", "role"),
            ("hour", "hor"),
            ("four", "for"),
            ("bus", "busy"),
            ("product", "production"),
            ("ha", "has"),
            ("oversized", "over"),
        ] {
            assert_ne!(stem(one), stem(other), "{one} {other}");
        }
    }

    #[test]
    fn irregular_forms_are_sorted_for_binary_search() {
        assert!(IRREGULAR.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
