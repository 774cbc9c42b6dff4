//! Reports phrases that are valid but probably do not do what their author wants.
//!
//! A phrase is suspicious if it looks like the syntax of another language, if it is one word that answers to other
//! questions contain too, if it matches weak samples and no strong one, or if nothing in the bank matches it.

use hashbrown::HashMap;

use super::finding::{Finding, SourceText};
use super::locations::RubricLocations;
use super::question_bank::{Bank, Entry};
use crate::model::{Answer, Sample, SampleLevel};
use crate::score::{MatchEffect, PhrasePlace, Scorer, Scorers, Workspace};

/// Percentage of the samples of other questions above which a word that they contain is common.
const COMMON_PERCENT: usize = 20;
/// Smallest number of samples of other questions that tell whether a word is common.
const MIN_SAMPLES: usize = 8;

/// A question with its samples.
struct LintedQuestion<'b> {
    entry: &'b Entry,
    locations: RubricLocations,
    scorer: Scorer,
    samples: Vec<Sample>,
}

/// Reports suspicious phrases of all rubrics that have no faults, sorted by file and location.
pub fn lint(bank: &Bank) -> Vec<Finding> {
    let Ok(vocabulary) = bank.vocabulary() else { return Vec::new() };
    let mut scorers = Scorers::new(&vocabulary);
    let mut questions = Vec::new();
    for entry in bank.entries() {
        let (Ok(rubric), Ok(samples)) = (bank.parsed(entry), bank.samples(entry)) else { continue };
        if let Ok(scorer) = scorers.prepare(rubric.question, &samples) {
            questions.push(LintedQuestion { entry, locations: rubric.locations, scorer, samples });
        }
    }
    let mut findings = Vec::new();
    for question in &questions {
        findings.extend(question.findings(bank, &questions));
    }
    findings.sort();
    findings.dedup();
    findings
}

/// How often a phrase was found.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    strong: usize,
    weak: usize,
    others: usize,
    anywhere: usize,
}

impl LintedQuestion<'_> {
    fn findings(&self, bank: &Bank, all: &[LintedQuestion<'_>]) -> Vec<Finding> {
        let counts = self.counts(all);
        let others = all.iter().filter(|other| other.entry.topic != self.entry.topic);
        let samples_of_others: usize = others.map(|other| other.samples.len()).sum();
        let mut sources: HashMap<String, SourceText<'_>> = HashMap::new();
        let mut findings = Vec::new();
        for (place, phrase) in self.phrases() {
            let counts = counts.get(&place).copied().unwrap_or_default();
            let Some((message, hint)) = fault(phrase, place.penalty, counts, samples_of_others) else { continue };
            let Some(location) = self.locations.phrase(place) else { continue };
            let text = bank.files().text_or_built_in(&location.file).unwrap_or_default();
            let source = sources.entry(location.file.clone()).or_insert_with(|| SourceText::new(text));
            findings.push(source.finding(&location.file, location.span, message, hint));
        }
        findings
    }

    /// All phrases of the rubric with their places.
    fn phrases(&self) -> Vec<(PhrasePlace, &str)> {
        let question = self.scorer.question();
        let mut phrases = Vec::new();
        for (penalty, criteria) in [(false, &question.criteria), (true, &question.penalties)] {
            for (criterion, of) in criteria.iter().enumerate() {
                for (concept, of) in of.concepts.iter().enumerate() {
                    let place = |phrase| PhrasePlace { penalty, criterion, concept, phrase };
                    phrases.extend(of.any.iter().enumerate().map(|(at, phrase)| (place(at), phrase.as_str())));
                }
            }
        }
        phrases
    }

    /// How often each phrase is found in samples and goldens.
    fn counts(&self, all: &[LintedQuestion<'_>]) -> HashMap<PhrasePlace, Counts> {
        let mut counts: HashMap<PhrasePlace, Counts> = HashMap::new();
        let mut workspace = Workspace::new();
        let mut count = |text: &str, add: &dyn Fn(&mut Counts)| {
            for phrase in self.scorer.explain(&Answer::new("sample", text), &mut workspace) {
                if phrase.matches.iter().any(|found| found.effect != MatchEffect::NotRejected) {
                    let counts = counts.entry(phrase.place).or_default();
                    counts.anywhere += 1;
                    add(counts);
                }
            }
        };
        for sample in &self.samples {
            count(&sample.text, &|counts| match sample.level {
                SampleLevel::Strong => counts.strong += 1,
                SampleLevel::Weak => counts.weak += 1,
                SampleLevel::Fair => {}
            });
        }
        for golden in &self.scorer.question().goldens {
            count(&golden.text, &|_| {});
        }
        for other in all.iter().filter(|other| other.entry.topic != self.entry.topic) {
            for sample in &other.samples {
                count(&sample.text, &|counts| counts.others += 1);
            }
        }
        counts
    }
}

/// The suspicion about a phrase and a hint, if there is one.
fn fault(phrase: &str, penalty: bool, counts: Counts, samples_of_others: usize) -> Option<(String, String)> {
    if let Some((sign, replacement)) = other_syntax(phrase) {
        return Some((format!("`{sign}` is read as a word or ignored in a phrase"), replacement.to_owned()));
    }
    let is_common = samples_of_others >= MIN_SAMPLES && counts.others * 100 > samples_of_others * COMMON_PERCENT;
    if is_common && is_one_word(phrase) {
        let message = format!("{} of {samples_of_others} samples of other topics contain this word", counts.others);
        return Some((message, "add words that belong to the concept, or use an idea".to_owned()));
    }
    if !penalty && counts.weak > 0 && counts.strong == 0 {
        let message = "this phrase matches weak samples and no strong one".to_owned();
        return Some((message, "narrow the phrase, or move it to a penalty".to_owned()));
    }
    (counts.anywhere == 0).then(|| {
        let message = "no sample and no golden of the bank contains this phrase".to_owned();
        (message, "remove the phrase, or add a golden that needs it".to_owned())
    })
}

/// A sign or word of another query language, and what to write instead.
fn other_syntax(phrase: &str) -> Option<(&'static str, &'static str)> {
    let words = [
        ("OR", "write `|` between words, or two phrases"),
        ("AND", "write `&` between the parts"),
        ("NOT", "phrases do not match rejected mentions; remove it"),
    ];
    let signs = [
        ("(", "write the alternatives as separate phrases, or `|` between words"),
        (")", "write the alternatives as separate phrases, or `|` between words"),
        (",", "remove it, or write `&` between the parts"),
    ];
    let has_word = |word: &str| phrase.split_whitespace().any(|part| part == word);
    let word = words.into_iter().find(|(word, _)| has_word(word));
    word.or_else(|| signs.into_iter().find(|(sign, _)| phrase.contains(sign) && !phrase.contains(&format!("\\{sign}"))))
}

/// Whether the phrase is one word, or one word or another.
fn is_one_word(phrase: &str) -> bool {
    !phrase.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '&' | '"' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{BuiltIn, Files};

    const RUBRIC: &str = r#"
schema = 1
id = "q"
topic = "t"
kind = "concept"
level = "core"
prompt = "What is it?"
[[criterion]]
id = "c"
points = 1
asks = "x"
need = 1
[[criterion.concept]]
id = "k"
any = ['canary OR rollback', 'canary (slow)', 'canary, rollback', 'team', 'luck', 'nothing at all', 'small canary']
[[golden]]
text = "A small canary."
expect = { c = 1.0 }
"#;

    fn findings() -> Vec<(String, String)> {
        let other = RUBRIC.replace("\"q\"", "\"other\"").replace("topic = \"t\"", "topic = \"u\"");
        let samples = |id: &str, strong: &str, weak: &str| {
            format!("+++\nquestion = \"{id}\"\n+++\n\n## strong\n\n{strong}\n\n## weak\n\n{weak}\n")
        };
        let many = "## strong\n\nThe team met.\n\n".repeat(8);
        let texts = [
            ("rubrics/t/q.toml", RUBRIC.to_owned()),
            ("rubrics/u/other.toml", other),
            ("corpus/t/q.md", samples("q", "A small canary came first.", "It was luck.")),
            ("corpus/u/other.md", format!("+++\nquestion = \"other\"\n+++\n\n{many}")),
        ];
        let bank = Bank::new(Files::from_texts(texts, BuiltIn::default()));
        let of_question = lint(&bank).into_iter().filter(|finding| finding.file == "rubrics/t/q.toml");
        of_question.map(|finding| (finding.message, finding.hint)).collect()
    }

    #[test]
    fn suspicious_phrases_are_reported_with_a_hint() {
        let expected = [
            ("`OR` is read as a word or ignored in a phrase", "write `|` between words, or two phrases"),
            (
                "`(` is read as a word or ignored in a phrase",
                "write the alternatives as separate phrases, or `|` between words",
            ),
            ("`,` is read as a word or ignored in a phrase", "remove it, or write `&` between the parts"),
            (
                "8 of 8 samples of other topics contain this word",
                "add words that belong to the concept, or use an idea",
            ),
            ("this phrase matches weak samples and no strong one", "narrow the phrase, or move it to a penalty"),
            (
                "no sample and no golden of the bank contains this phrase",
                "remove the phrase, or add a golden that needs it",
            ),
        ];
        let expected: Vec<(String, String)> =
            expected.map(|(message, hint)| (message.to_owned(), hint.to_owned())).to_vec();
        assert_eq!(findings(), expected);
    }
}
