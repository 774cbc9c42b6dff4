//! Decides whether a phrase is about the same subject as a concept.
//!
//! A new phrase of a concept earns as much as any other, so it must not be added only because good answers contain it. It
//! is related to a concept if at least half of its content words, by stem, are words of the concept, or synonyms or related
//! words of these. The words of a concept are those of its phrases and its id, and of its criterion's `asks` if there is
//! no other concept. Words of the question do not count, because they are related to everything.

use std::collections::BTreeSet;

use crate::model::Criterion;
use crate::pattern::Reader;
use crate::text::{Class, RelatedWords, Synonyms, stem};

/// The stems of a criterion's words, and of words with the same or nearly the same meaning.
pub(super) struct CriterionWords {
    /// Stems of the whole criterion.
    pub(super) all: BTreeSet<String>,
    /// Stems by concept.
    pub(super) concepts: Vec<BTreeSet<String>>,
}

/// Reads the words of criteria.
pub(super) struct WordReader<'a> {
    pub(super) synonyms: &'a Synonyms,
    pub(super) related: &'a RelatedWords,
    /// Stems of the question's words.
    pub(super) asked: &'a BTreeSet<String>,
}

impl WordReader<'_> {
    pub(super) fn words(&self, criterion: &Criterion, reader: &mut Reader) -> CriterionWords {
        let mut stems_of = |texts: &[&str]| self.widened(&content_stems(&texts.join(" . "), reader));
        let own_texts = [criterion.id.as_str(), &criterion.asks, criterion.advice.as_deref().unwrap_or_default()];
        let is_only = criterion.concepts.len() == 1;
        let concepts: Vec<BTreeSet<String>> = criterion
            .concepts
            .iter()
            .map(|concept| {
                let own = concept.any.iter().map(String::as_str).chain([concept.id.as_str()]);
                stems_of(&own.chain(is_only.then_some(criterion.asks.as_str())).collect::<Vec<_>>())
            })
            .collect();
        let all = stems_of(&own_texts).into_iter().chain(concepts.iter().flatten().cloned()).collect();
        CriterionWords { all, concepts }
    }

    /// `stems` and the stems of words with the same or nearly the same meaning, all without the stems of the question.
    fn widened(&self, stems: &BTreeSet<String>) -> BTreeSet<String> {
        let own: Vec<&String> = stems.iter().filter(|stem| !self.asked.contains(*stem)).collect();
        let mut wide: BTreeSet<String> = own.iter().map(|stem| (*stem).clone()).collect();
        for stem_of_word in own {
            let same = self.synonyms.starting_with(stem_of_word).iter().filter(|member| member.stems.len() == 1);
            let near = self.related.starting_with(stem_of_word).iter().filter(|member| member.stems.len() == 1);
            let members = same
                .flat_map(|member| self.synonyms.group(member.group))
                .chain(near.flat_map(|member| self.related.group(member.group)));
            wide.extend(
                members.filter_map(|words| if let [only] = words.as_slice() { Some(stem(only)) } else { None }),
            );
        }
        wide.retain(|stem| !self.asked.contains(stem));
        wide
    }
}

/// Whether at least half of a phrase's stems are among `words`. `false` for a phrase without stems.
pub(super) fn is_related(stems: &BTreeSet<String>, words: &BTreeSet<String>) -> bool {
    let shared = stems.intersection(words).count();
    shared > 0 && shared * 2 >= stems.len()
}

/// The stems of the content words of a text or phrase. Signs of the phrase language are ignored.
pub(super) fn content_stems(text: &str, reader: &mut Reader) -> BTreeSet<String> {
    let is_sign = |c: char| matches!(c, '*' | '|' | '"' | '&' | '<' | '>' | '=' | '\\' | '-');
    let plain: String = text.chars().map(|c| if is_sign(c) { ' ' } else { c }).collect();
    let Reader { document, lexicon } = reader;
    lexicon.trim();
    document.read(&plain, 0, lexicon);
    let is_content = |class: Class| !class.has(Class::FUNCTION) && !class.has(Class::NUMERIC.and(Class::LETTER));
    let words = document.tokens().iter().filter(|token| is_content(token.class()));
    words.map(|token| lexicon.stem(token.word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Basis, Concept};

    fn is_related(phrase: &str, any: &[&str], asks: &str, concepts: usize, asked: &str) -> bool {
        let concept = |any: &[&str]| Concept { id: "k".to_owned(), any: any.iter().map(ToString::to_string).collect() };
        let all: Vec<Concept> = std::iter::once(concept(any)).chain((1..concepts).map(|_| concept(&["zzz"]))).collect();
        let criterion = Criterion {
            id: "c".to_owned(),
            points: 1,
            asks: asks.to_owned(),
            advice: None,
            basis: Basis::Count { need: 1 },
            concepts: all,
        };
        let synonyms = Synonyms::new(&[vec!["k8s", "kubernetes"]]).expect("a group");
        let related = RelatedWords::new(&[vec!["taste", "flavour"]], &[]);
        let mut reader = Reader::default();
        let asked = content_stems(asked, &mut reader);
        let words = WordReader { synonyms: &synonyms, related: &related, asked: &asked }.words(&criterion, &mut reader);
        super::is_related(&content_stems(phrase, &mut reader), &words.concepts[0])
    }

    #[test]
    fn a_phrase_is_related_by_stems_synonyms_and_related_words() {
        for (phrase, any, expected) in [
            ("status pages", "status page", true),
            ("incident channel", "status page", false),
            ("huge incident page", "status page", false),
            ("k8s upgrade", "kubernetes", true),
            ("better flavour", "taste*", true),
            ("rolling it", "roll* back", true),
            ("owner of it", "\"the owner\"|holder", true),
            ("of the", "of the page", false),
        ] {
            assert_eq!(is_related(phrase, &[any], "", 1, ""), expected, "{phrase} {any}");
        }
    }

    #[test]
    fn words_of_asks_count_for_a_single_concept_and_words_of_the_question_never_count() {
        let asks = "Tells users what happens.";
        assert!(is_related("told the users", &["status page"], asks, 1, ""));
        assert!(!is_related("told the users", &["status page"], asks, 2, ""));
        assert!(!is_related("release notes", &["undo the release"], "", 1, "Did you undo a release?"));
    }
}
