//! Reads one criterion or penalty of a rubric file. A criterion has either concepts or reference answers.
//!
//! The input is the table that serde read. The result is the criterion with its locations; values out of range are
//! reported.

use std::collections::{BTreeMap, HashSet};
use toml::Spanned;

use super::locations::{CriterionLocations, LastTerm, Location};
use super::reader::{Reader, thousandths};
use super::schema::{ConceptTable, CriterionTable, ReferenceTable};
use crate::model::{Basis, Concept, Criterion, ReferenceAnswer, Stance, Term, Thousandths};
use crate::wording::counted;

/// Maximum points of one criterion or penalty.
const MAX_POINTS: u32 = 100;
/// Maximum weight of one phrase of a reference.
const MAX_WEIGHT: f64 = 1000.0;
/// The share of a reference that earns half of the credit, if the file does not give one.
///
/// People give most of the marks for the gist: half of the marks for a tenth of the content of a reference answer.
/// Values between 1/12 and 1/8 give almost the same agreement with people.
pub(super) const HALF: Thousandths = Thousandths(100);

impl Reader<'_> {
    /// Reads a criterion or a penalty. `what` is the word for messages: "criterion" or "penalty".
    pub(super) fn criterion(&mut self, table: CriterionTable, what: &str) -> (Criterion, CriterionLocations) {
        self.check_id(&table.id);
        if !(1..=MAX_POINTS).contains(table.points.get_ref()) {
            self.report(
                table.points.span(),
                format!("`points` is {}", table.points.get_ref()),
                format!("use 1 to {MAX_POINTS}"),
            );
        }
        let id = Location { file: self.file.to_owned(), span: table.id.span() };
        let (basis, concepts, phrases) = if table.reference.is_empty() {
            self.criterion_with_concepts(&table, what)
        } else {
            self.criterion_with_references(&table, what)
        };
        let need = table.need.as_ref().map(Spanned::span);
        let own = table.concept.iter().map(|concept| concept.id.span()).collect();
        let last_terms = table.reference.iter().map(last_term).collect();
        let criterion = Criterion {
            id: table.id.into_inner(),
            points: table.points.into_inner(),
            asks: table.asks,
            advice: table.advice,
            basis,
            concepts,
        };
        (criterion, CriterionLocations { id, phrases, need, concepts: own, last_terms })
    }

    /// Reads a criterion whose concepts are counted.
    fn criterion_with_concepts(&mut self, table: &CriterionTable, what: &str) -> (Basis, Vec<Concept>, PhraseSpans) {
        if table.concept.is_empty() {
            self.report(
                table.id.span(),
                format!("{what} `{}` has no concept", table.id.get_ref()),
                "add a `[[…concept]]` table with `id` and `any`, or a `[[…reference]]` with `text` and `terms`",
            );
        }
        if let Some(half) = &table.half {
            self.report(
                half.span(),
                "`half` is set, but the criterion has no reference",
                "use `half` only in criteria with `[[…reference]]` tables",
            );
        }
        let all = table.concept.len() as u32;
        let need = table.need.as_ref().map_or(all, |need| *need.get_ref());
        if let Some(given) = table.need.as_ref().filter(|need| !(1..=all.max(1)).contains(need.get_ref())) {
            let message = format!("`need` is {need}, and the criterion has {}", counted(all, "concept"));
            self.report(
                given.span(),
                message,
                if all > 1 { format!("use 1 to {all}") } else { "use 1, or remove `need`".to_owned() },
            );
        }
        let concepts = self.concepts(&table.concept, table.id.get_ref());
        let phrases = table.concept.iter().map(|concept| concept.any.iter().map(Spanned::span).collect()).collect();
        (Basis::Count { need }, concepts, phrases)
    }

    fn concepts(&mut self, tables: &[ConceptTable], criterion: &str) -> Vec<Concept> {
        let mut concepts: Vec<Concept> = Vec::with_capacity(tables.len());
        let mut ids = HashSet::with_capacity(tables.len());
        for table in tables {
            let id = table.id.get_ref();
            if !ids.insert(id) {
                self.report(
                    table.id.span(),
                    format!("`{criterion}` has two concepts with the id `{id}`"),
                    "give each concept its own id",
                );
            }
            if table.any.is_empty() {
                self.report(table.id.span(), format!("concept `{id}` has no phrase"), "write phrases into `any`");
            }
            self.check_id(&table.id);
            let mut phrases = HashSet::with_capacity(table.any.len());
            for phrase in &table.any {
                if !phrases.insert(phrase.get_ref()) {
                    self.report(
                        phrase.span(),
                        format!("`{}` is listed twice in this concept", phrase.get_ref()),
                        "remove one of the two phrases",
                    );
                }
            }
            let any = table.any.iter().map(|phrase| phrase.get_ref().clone()).collect();
            concepts.push(Concept { id: id.clone(), any });
        }
        concepts
    }

    /// Reads a criterion whose credit depends on how much of a reference the answer says. Each phrase becomes a
    /// concept; references with the same phrase share this concept.
    fn criterion_with_references(&mut self, table: &CriterionTable, what: &str) -> (Basis, Vec<Concept>, PhraseSpans) {
        let id = table.id.get_ref();
        if !table.concept.is_empty() || table.need.is_some() {
            self.report(
                table.id.span(),
                format!("{what} `{id}` has both references and concepts"),
                "keep one kind: concepts are counted, references are weighed",
            );
        }
        let half = match &table.half {
            None => HALF,
            Some(given) if (0.001..=0.5).contains(given.get_ref()) => thousandths(*given.get_ref()),
            Some(given) => {
                self.report(
                    given.span(),
                    format!("`half` is {}", given.get_ref()),
                    "use 0.001 to 0.5; at 0.5 the credit equals the share",
                );
                HALF
            }
        };
        let mut concepts = Vec::new();
        let mut phrases = PhraseSpans::new();
        let mut known = BTreeMap::new();
        let mut references = Vec::with_capacity(table.reference.len());
        for reference in &table.reference {
            let terms = self.terms(reference, |phrase| {
                *known.entry(phrase.get_ref().clone()).or_insert_with(|| {
                    concepts.push(Concept { id: phrase.get_ref().clone(), any: vec![phrase.get_ref().clone()] });
                    phrases.push(vec![phrase.span()]);
                    concepts.len() - 1
                })
            });
            references.push(ReferenceAnswer { text: reference.text.get_ref().clone(), terms });
        }
        (Basis::Coverage { half, references }, concepts, phrases)
    }

    fn terms(&mut self, table: &ReferenceTable, mut concept: impl FnMut(&Spanned<String>) -> usize) -> Vec<Term> {
        let all = [(&table.terms, Stance::Affirmed), (&table.denied, Stance::Denied), (&table.also, Stance::Optional)];
        let all = all
            .into_iter()
            .flat_map(|(phrases, stance)| phrases.iter().map(move |(phrase, weight)| (phrase, weight, stance)));
        let mut terms = Vec::new();
        for (phrase, weight, stance) in all {
            let is_repeated = match stance {
                Stance::Affirmed => false,
                Stance::Denied => table.terms.contains_key(phrase),
                Stance::Optional => table.terms.contains_key(phrase) || table.denied.contains_key(phrase),
            };
            if !(0.001..=MAX_WEIGHT).contains(weight.get_ref()) {
                let message = format!("`{}` has the weight {:.3}", phrase.get_ref(), weight.get_ref());
                self.report(weight.span(), message, format!("use 0.001 to {MAX_WEIGHT}, or remove the phrase"));
            } else if is_repeated {
                let message = format!("`{}` is listed twice in this reference", phrase.get_ref());
                self.report(phrase.span(), message, "keep the phrase in only one of `terms`, `denied` and `also`");
            } else {
                let weight = thousandths(*weight.get_ref());
                terms.push(Term { concept: concept(phrase), weight, stance });
            }
        }
        if !terms.iter().any(|term| term.stance.is_expected()) {
            self.report(
                table.text.span(),
                "the reference has no phrase in `terms` or `denied`",
                "add phrases with their weights: `terms = { \"a phrase\" = 1.0 }`",
            );
        }
        terms
    }
}

/// The last entry of `also`, or the last entry of `terms` if `also` is empty.
fn last_term(table: &ReferenceTable) -> Option<LastTerm> {
    let last = |entries: &BTreeMap<Spanned<String>, Spanned<f64>>| {
        entries.iter().map(|(phrase, weight)| phrase.span().start..weight.span().end).max_by_key(|span| span.end)
    };
    let in_also = last(&table.also).map(|span| LastTerm { span, needs_table: false });
    in_also.or_else(|| Some(LastTerm { span: last(&table.terms)?, needs_table: true }))
}

/// The locations of the phrases of each concept.
type PhraseSpans = Vec<Vec<std::ops::Range<usize>>>;
