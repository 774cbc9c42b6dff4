//! Weights of the words and word pairs of a reference answer or criterion.
//!
//! Four constants determine the weights; each has a comment with its reason. The constants are round numbers. A change
//! of one constant by a quarter hardly changes the agreement with people: `evals/AGREEMENT.md` has the figures.

use std::collections::{BTreeMap, BTreeSet};

use super::questions::{DraftCriterion, DraftQuestion};
use crate::bank::encode::escaped_word;
use crate::pattern::Reader;
use crate::text::{Class, Document, Lexicon, RelatedWords, Synonyms, stem};

/// Factor for the weight of a word of the question, or of a word with nearly the same meaning. People repeat such words
/// whether they know the answer or not.
const PROMPT_WORD_FACTOR: f64 = 0.2;
/// Weight of a word without meaning of its own. Such a word is not a term by itself, unless the whole text consists of
/// such words.
const HOLLOW_WEIGHT: f64 = 0.3;
/// Factor for a pair of adjacent words, applied to the sum of their weights. Order distinguishes "the file holds the
/// pointer" from "the pointer holds the file", but people phrase the same statement in many ways.
const PAIR_FACTOR: f64 = 0.5;
/// Smoothing term: added to the number of questions that contain a word, so that a word that occurs in only one
/// question does not outweigh all other words.
const SMOOTHING: f64 = 0.5;

/// Words without meaning of their own. Unlike the function words of `text`, the list leaves out words that make a
/// difference: "only", "before", "not", "more".
const HOLLOW_WORDS: &str = "
    a an the this that these those it its they them their he she his her we us our you your i me my who whom
    whose which what there here is are was were be been being am do does did doing done have has had having can
    could will would shall should may might must of to in on at by for with from into onto as than about and or
    but so if then when while where how why because also too very such some any just own itself themselves
    however although though since during per
";

/// Numbers that people often write as words.
const NUMBERS: [&str; 13] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// The phrases that a text says and those that it denies, with their weights, heaviest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Terms {
    pub(super) said: Vec<(String, f64)>,
    pub(super) denied: Vec<(String, f64)>,
}

impl Terms {
    /// Keeps the phrases that `keep` accepts. Its second argument is whether the text denies the phrase.
    pub(super) fn retain(&mut self, keep: impl Fn(&str, bool) -> bool) {
        self.said.retain(|(phrase, _)| keep(phrase, false));
        self.denied.retain(|(phrase, _)| keep(phrase, true));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.said.is_empty() && self.denied.is_empty()
    }
}

/// Computes weights from the rarity of words over all questions.
pub(super) struct Weights<'a> {
    reader: Reader,
    synonyms: &'a Synonyms,
    related: &'a RelatedWords,
    questions: u32,
    /// By stem: the number of questions whose references or criteria contain it.
    questions_with: BTreeMap<String, u32>,
}

/// The properties of a word that determine its terms.
struct Word {
    folded: String,
    stem: String,
    sentence: u32,
    denied: bool,
    /// Whether the word is a negator, such as "no". A phrase that contains the negator counts as said.
    denies: bool,
}

impl<'a> Weights<'a> {
    /// Counts the words of all references and criteria.
    pub(super) fn new(questions: &[DraftQuestion], synonyms: &'a Synonyms, related: &'a RelatedWords) -> Self {
        let (count, questions_with) = (questions.len() as u32, BTreeMap::new());
        let mut weights = Self { reader: Reader::default(), synonyms, related, questions: count, questions_with };
        for question in questions {
            let texts = question.references.iter().chain(question.criteria.iter().map(|criterion| &criterion.text));
            let stems: BTreeSet<String> = texts.flat_map(|text| weights.words(text)).map(|word| word.stem).collect();
            for stem in stems {
                *weights.questions_with.entry(stem).or_default() += 1;
            }
        }
        weights
    }

    fn words(&mut self, text: &str) -> Vec<Word> {
        let Reader { document, lexicon } = &mut self.reader;
        lexicon.trim();
        document.read(text, 0, lexicon);
        words(document, lexicon)
    }

    /// The weights of the words and pairs of `reference` in an answer to `prompt`.
    pub(super) fn terms(&mut self, prompt: &str, reference: &str) -> Terms {
        self.scaled_terms(prompt, reference, |_, _| 1.0)
    }

    /// The weights of the words and pairs of the criterion `text` in an answer to `prompt`. A word that several criteria
    /// of the question contain weighs less than a word that distinguishes them.
    pub(super) fn criterion_terms(&mut self, prompt: &str, text: &str, criteria: &Criteria) -> Terms {
        self.scaled_terms(prompt, text, |weights, word| {
            let meanings = weights.alternatives(word);
            criteria.scale(meanings.iter().map(|words| stems_of(words)))
        })
    }

    /// The criteria of a question, for counting how many of them contain a word.
    pub(super) fn criteria(&mut self, question: &DraftQuestion) -> Criteria {
        let text = |criterion: &DraftCriterion| joined(self.words(&criterion.text).iter().map(|word| &*word.stem));
        Criteria(question.criteria.iter().map(text).collect())
    }

    fn scaled_terms(&mut self, prompt: &str, reference: &str, scale: impl Fn(&Self, &Word) -> f64) -> Terms {
        let asked = self.asked(prompt);
        let words = self.words(reference);
        let weight = |word: &Word| {
            let whole = if is_hollow(word) { HOLLOW_WEIGHT } else { self.rarity(&word.stem) };
            let whole = whole * scale(self, word);
            if asked.contains(&word.stem) { whole * PROMPT_WORD_FACTOR } else { whole }
        };
        let mut terms = Collected::default();
        let has_content = words.iter().any(|word| !is_hollow(word));
        for word in words.iter().filter(|word| !has_content || !is_hollow(word)) {
            terms.add(&word.stem, || self.phrase(word), weight(word), word.denied && !word.denies);
        }
        let pairs = words.iter().zip(words.iter().skip(1));
        for (one, next) in pairs.filter(|(one, next)| one.sentence == next.sentence && one.stem != next.stem) {
            if !(is_hollow(one) && is_hollow(next)) {
                let key = format!("{} {}", one.stem, next.stem);
                let phrase = || format!("{} {}", escaped_word(&one.folded), escaped_word(&next.folded));
                let denied = (one.denied || next.denied) && !(one.denies || next.denies);
                terms.add(&key, phrase, PAIR_FACTOR * (weight(one) + weight(next)), denied);
            }
        }
        terms.finish()
    }

    /// The stems of the words of `prompt`, and the stems of words with nearly the same meaning.
    fn asked(&mut self, prompt: &str) -> BTreeSet<String> {
        let words = self.words(prompt);
        let mut asked: BTreeSet<String> = words.iter().map(|word| word.stem.clone()).collect();
        for word in words.iter().filter(|word| !is_hollow(word)) {
            let groups = self.related.starting_with(&word.stem).iter().filter(|member| member.stems.len() == 1);
            let members = groups.flat_map(|member| self.related.group(member.group));
            asked.extend(
                members.filter_map(|words| if let [only] = words.as_slice() { Some(stem(only)) } else { None }),
            );
        }
        asked
    }

    fn rarity(&self, stem: &str) -> f64 {
        let with_stem = self.questions_with.get(stem).copied().unwrap_or(0);
        (1.0 + f64::from(self.questions) / (SMOOTHING + f64::from(with_stem))).ln()
    }

    /// A phrase for the word, with the members of its synonym group as alternatives.
    fn phrase(&self, word: &Word) -> String {
        let alternatives = self.alternatives(word);
        let phrase = |words: &Vec<String>| words.iter().map(|part| escaped_word(part)).collect::<Vec<_>>().join("-");
        alternatives.iter().map(phrase).collect::<Vec<_>>().join("|")
    }

    /// The word, the same number in digits or letters, and the members of its synonym group, each as a list of words.
    fn alternatives(&self, word: &Word) -> Vec<Vec<String>> {
        let mut alternatives = vec![vec![word.folded.clone()]];
        let number = NUMBERS.iter().position(|name| *name == word.folded).map(|number| number.to_string());
        let name = word.folded.parse().ok().and_then(|number: usize| NUMBERS.get(number)).map(ToString::to_string);
        alternatives.extend(number.or(name).map(|number| vec![number]));
        let members = self.synonyms.starting_with(&word.stem).iter();
        for member in members.filter(|member| member.stems.len() == 1) {
            for other in self.synonyms.group(member.group) {
                if !alternatives.contains(other) {
                    alternatives.push(other.clone());
                }
            }
        }
        alternatives
    }
}

/// The stems of each criterion of a question, with a space around each stem.
pub(super) struct Criteria(Vec<String>);

impl Criteria {
    /// Factor for the weight of a word: 1 if at most one criterion contains it, less if more do.
    ///
    /// Each meaning is a sequence of stems. A criterion that contains one of them contains the word.
    fn scale(&self, meanings: impl Iterator<Item = String>) -> f64 {
        let meanings: Vec<String> = meanings.collect();
        let contains = |text: &&String| meanings.iter().any(|meaning| text.contains(meaning));
        let (all, containing) = (self.0.len() as u32, self.0.iter().filter(contains).count().max(1) as u32);
        let (all, containing) = (f64::from(all), f64::from(containing));
        (1.0 + all / (SMOOTHING + containing)).ln() / (1.0 + all / (SMOOTHING + 1.0)).ln()
    }
}

/// The stems of `words`, with a space around each.
fn stems_of(words: &[String]) -> String {
    joined(words.iter().map(|word| stem(word)))
}

fn joined<S: AsRef<str>>(stems: impl Iterator<Item = S>) -> String {
    stems.fold(String::from(" "), |joined, stem| joined + stem.as_ref() + " ")
}

fn words(document: &Document, lexicon: &Lexicon) -> Vec<Word> {
    let sentences = document.sentences().iter().zip(0..);
    let tokens = sentences
        .flat_map(|(sentence, number)| document.tokens()[sentence.range()].iter().map(move |token| (token, number)));
    let word = |(token, sentence): (&crate::text::Token, u32)| Word {
        folded: lexicon.folded(token.word).to_owned(),
        stem: lexicon.stem(token.word).to_owned(),
        sentence,
        denied: token.negated,
        denies: token.class().has(Class::NEGATOR),
    };
    tokens.map(word).filter(|word| !word.folded.is_empty()).collect()
}

fn is_hollow(word: &Word) -> bool {
    HOLLOW_WORDS.split_ascii_whitespace().any(|hollow| hollow == word.folded)
}

/// The phrase, the weight and whether the term is denied, by the key of the term. A term that is said at least once
/// counts as said, even if it is also denied.
#[derive(Default)]
struct Collected(BTreeMap<String, (String, f64, bool)>);

impl Collected {
    fn add(&mut self, key: &str, phrase: impl FnOnce() -> String, weight: f64, denied: bool) {
        match self.0.get_mut(key) {
            Some((_, _, known)) => *known = *known && denied,
            None => {
                self.0.insert(key.to_owned(), (phrase(), weight, denied));
            }
        }
    }

    fn finish(self) -> Terms {
        let mut terms = Terms::default();
        for (phrase, weight, denied) in self.0.into_values() {
            let rounded = ((weight * 100.0).round() / 100.0).max(0.01);
            if denied { &mut terms.denied } else { &mut terms.said }.push((phrase, rounded));
        }
        for list in [&mut terms.said, &mut terms.denied] {
            list.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        }
        // Different words can give the same phrase, but a rubric has one weight for each phrase, said or denied.
        let mut known = BTreeSet::new();
        for list in [&mut terms.said, &mut terms.denied] {
            list.retain(|(phrase, _)| known.insert(phrase.clone()));
        }
        terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(id: &str, prompt: &str, references: &[&str]) -> DraftQuestion {
        DraftQuestion {
            id: id.to_owned(),
            topic: None,
            prompt: prompt.to_owned(),
            references: references.iter().map(|&text| text.to_owned()).collect(),
            criteria: Vec::new(),
        }
    }

    fn weights(terms: &Terms) -> BTreeMap<&str, f64> {
        terms.said.iter().map(|(phrase, weight)| (phrase.as_str(), *weight)).collect()
    }

    #[test]
    fn rare_words_weigh_more_and_words_of_the_question_less() {
        let questions = [
            question("a", "What is a heap?", &["A heap is a tree with order."]),
            question("b", "", &["A tree has nodes."]),
            question("c", "", &["Every tree grows."]),
        ];
        let synonyms = Synonyms::default();
        let terms = Weights::new(&questions, &synonyms, &RelatedWords::default())
            .terms("What is a heap?", "A heap is a tree with order.");
        let said = weights(&terms);
        // 3 questions: ln(1 + 3/1.5) = 1.10 for a word in one question, ln(1 + 3/3.5) = 0.62 for a word in all three.
        for (word, weight) in [("order", 1.1), ("tree", 0.62), ("heap", 0.22)] {
            assert!((said[word] - weight).abs() < 1e-9, "{word}: {said:?}");
        }
        assert!(!said.contains_key("a") && !said.contains_key("is a"), "{said:?}");
        assert!((said["tree with"] - 0.46).abs() < 1e-9, "0.5 x (0.62 + 0.3)");
        assert_eq!(terms.denied, []);
    }

    #[test]
    fn related_words_of_the_question_weigh_as_little_as_its_own_words() {
        let related = RelatedWords::new(&[vec!["stage", "phase"]], &[]);
        let (synonyms, prompt, reference) = (Synonyms::default(), "Which stage is first?", "The coding phase.");
        let terms = Weights::new(&[question("a", prompt, &[reference])], &synonyms, &related).terms(prompt, reference);
        let said = weights(&terms);
        assert!((said["phase"] - said["coding"] * PROMPT_WORD_FACTOR).abs() < 0.01, "{said:?}");
    }

    #[test]
    fn denied_words_are_separate_terms() {
        let questions = [question("a", "", &["There is no backup."])];
        let synonyms = Synonyms::default();
        let terms = Weights::new(&questions, &synonyms, &RelatedWords::default()).terms("", "There is no backup.");
        assert!(terms.denied.iter().any(|(phrase, _)| phrase == "backup"), "{terms:?}");
        assert!(terms.said.iter().any(|(phrase, _)| phrase == "no"), "the negating word itself is said: {terms:?}");
    }

    #[test]
    fn members_of_a_synonym_group_are_alternatives() {
        let synonyms = Synonyms::new(&[vec!["k8s", "kubernetes", "kube cluster"]]).expect("a group");
        let questions = [question("a", "", &["Kubernetes restarts it."])];
        let terms = Weights::new(&questions, &synonyms, &RelatedWords::default()).terms("", "Kubernetes restarts it.");
        assert!(weights(&terms).contains_key("kubernetes|k8s|kube-cluster"), "{terms:?}");
    }

    #[test]
    fn a_reference_without_meaningful_words_still_has_terms() {
        let synonyms = Synonyms::default();
        let terms =
            Weights::new(&[question("a", "", &["It is."])], &synonyms, &RelatedWords::default()).terms("", "It is.");
        assert_eq!(terms.said.len(), 2, "{terms:?}");
    }

    /// The weights of the first criterion of a question with these criteria.
    fn criterion_weights(criteria: &[&str], synonyms: &Synonyms) -> BTreeMap<String, f64> {
        let criterion = |text: &&str| DraftCriterion { id: None, text: (*text).to_owned(), points: 1 };
        let question = DraftQuestion { criteria: criteria.iter().map(criterion).collect(), ..question("a", "", &[]) };
        let related = RelatedWords::default();
        let mut weights = Weights::new(std::slice::from_ref(&question), synonyms, &related);
        let all = weights.criteria(&question);
        weights.criterion_terms("", criteria[0], &all).said.into_iter().collect()
    }

    #[test]
    fn words_that_several_criteria_contain_weigh_less() {
        let criteria = ["Rollback of the cluster", "Three clusters restart", "k8s nodes drain", "Nobody waits"];
        let synonyms = Synonyms::new(&[vec!["cluster", "k8s"]]).expect("a group");
        let said = criterion_weights(&criteria, &synonyms);
        // One question: each word has the rarity ln(1 + 1/1.5) = 0.511. "rollback" is in 1 of 4 criteria, "cluster" in
        // 3 of 4 (once by its stem, once by a synonym): ln(1 + 4/3.5) / ln(1 + 4/1.5) = 0.762 / 1.299 = 0.587.
        assert!((said["rollback"] - 0.51).abs() < 1e-9, "{said:?}");
        assert!((said["cluster|k8s"] - 0.30).abs() < 1e-9, "0.511 x 0.587 = 0.300: {said:?}");
        // Half of the sum of both weights: (0.3 x 1 + 0.300) / 2. The factor of "the" is 1, because only one criterion
        // contains it.
        assert!((said["the cluster"] - 0.30).abs() < 1e-9, "{said:?}");
    }

    #[test]
    fn a_criterion_contains_a_word_as_a_digit_or_as_a_synonym_of_several_words() {
        let synonyms = Synonyms::new(&[vec!["lb", "load balancer"]]).expect("a group");
        let weight = |word: &str, other: &str| {
            let said = criterion_weights(&[word, other], &synonyms);
            said.into_values().next().expect("a word")
        };
        let (alone, shared) = (0.51, 0.35); // 0.511 x ln(1 + 2/2.5) / ln(1 + 2/1.5) = 0.511 x 0.694 = 0.354
        for (word, other, expected) in [
            ("three", "Takes 3 of them", 0.35),
            ("lb", "A load balancer", 0.35),
            ("lb", "A balancer under load", alone),
            ("cat", "The catalog", alone),
        ] {
            assert!((weight(word, other) - expected).abs() < 1e-9, "{word} {other} {shared}");
        }
    }
}
