//! One criterion or penalty of a rubric file: its concepts, or the reference answers in their place.

use std::collections::{BTreeMap, HashSet};
use toml::Spanned;

use super::places::{CriterionPlaces, MorePlace, Place};
use super::rubric::{Reader, thousandths};
use super::tables::{ConceptTable, CriterionTable, ReferenceTable};
use crate::model::{Basis, Concept, Criterion, ReferenceAnswer, Stance, Term, Thousandths};

/// Points that one criterion or penalty may have.
const MOST_POINTS: u32 = 100;
/// The most that one phrase of a reference may weigh.
const MOST_WEIGHT: f64 = 1000.0;
/// The share of a reference that earns half of the credit, where the file does not say.
///
/// People give most of the marks for the gist: half of them for a tenth of what a reference answer says.
/// Between a twelfth and an eighth hardly anything changes.
pub(super) const HALF: Thousandths = Thousandths(100);

impl Reader<'_> {
    pub(super) fn criterion(&mut self, table: CriterionTable, what: &str) -> (Criterion, CriterionPlaces) {
        self.id(&table.id);
        if !(1..=MOST_POINTS).contains(table.points.get_ref()) {
            self.say(
                table.points.span(),
                format!("{} points", table.points.get_ref()),
                format!("use 1 to {MOST_POINTS}"),
            );
        }
        let id = Place { file: self.file.to_owned(), span: table.id.span() };
        let (basis, concepts, phrases) =
            if table.reference.is_empty() { self.counted(&table, what) } else { self.covered(&table, what) };
        let need = table.need.as_ref().map(Spanned::span);
        let own = table.concept.iter().map(|concept| concept.id.span()).collect();
        let more = table.reference.iter().map(more_place).collect();
        let criterion = Criterion {
            id: table.id.into_inner(),
            points: table.points.into_inner(),
            asks: table.asks,
            advice: table.advice,
            basis,
            concepts,
        };
        (criterion, CriterionPlaces { id, phrases, need, concepts: own, more })
    }

    /// A criterion whose concepts are counted.
    fn counted(&mut self, table: &CriterionTable, what: &str) -> (Basis, Vec<Concept>, Phrases) {
        if table.concept.is_empty() {
            self.say(
                table.id.span(),
                format!("{what} `{}` has no concept", table.id.get_ref()),
                "add a `[[…concept]]` table with `id` and `any`, or a `[[…reference]]` with `text` and `terms`",
            );
        }
        if let Some(half) = &table.half {
            self.say(half.span(), "`half` without a reference", "it belongs to criteria with `[[…reference]]` tables");
        }
        let all = table.concept.len() as u32;
        let need = table.need.as_ref().map_or(all, |need| *need.get_ref());
        if let Some(given) = table.need.as_ref().filter(|need| !(1..=all.max(1)).contains(need.get_ref())) {
            self.say(given.span(), format!("needs {need} of {all} concepts"), format!("use 1 to {all}"));
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
                self.say(
                    table.id.span(),
                    format!("concept `{id}` stands twice in `{criterion}`"),
                    "give each its own id",
                );
            }
            if table.any.is_empty() {
                self.say(table.id.span(), format!("concept `{id}` has no phrase"), "write phrases into `any`");
            }
            self.id(&table.id);
            let mut phrases = HashSet::with_capacity(table.any.len());
            for phrase in &table.any {
                if !phrases.insert(phrase.get_ref()) {
                    self.say(
                        phrase.span(),
                        format!("`{}` stands twice in this concept", phrase.get_ref()),
                        "remove one of them",
                    );
                }
            }
            let any = table.any.iter().map(|phrase| phrase.get_ref().clone()).collect();
            concepts.push(Concept { id: id.clone(), any });
        }
        concepts
    }

    /// A criterion that is graded by how much of a reference is said. Each phrase is a concept of its own,
    /// the same one in every reference that has it.
    fn covered(&mut self, table: &CriterionTable, what: &str) -> (Basis, Vec<Concept>, Phrases) {
        let id = table.id.get_ref();
        if !table.concept.is_empty() || table.need.is_some() {
            self.say(
                table.id.span(),
                format!("{what} `{id}` has both references and concepts"),
                "keep one kind: concepts are counted, references are weighed",
            );
        }
        let half = match &table.half {
            None => HALF,
            Some(given) if (0.001..=0.5).contains(given.get_ref()) => Thousandths(thousandths(*given.get_ref())),
            Some(given) => {
                self.say(
                    given.span(),
                    format!("half of the credit at {}", given.get_ref()),
                    "use 0.001 to 0.5: there credit is the share itself",
                );
                HALF
            }
        };
        let mut concepts = Vec::new();
        let mut phrases = Phrases::new();
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
        let all = [(&table.terms, Stance::Said), (&table.denied, Stance::Denied), (&table.also, Stance::Extra)];
        let all = all
            .into_iter()
            .flat_map(|(phrases, stance)| phrases.iter().map(move |(phrase, weight)| (phrase, weight, stance)));
        let mut terms = Vec::new();
        for (phrase, weight, stance) in all {
            let twice = match stance {
                Stance::Said => false,
                Stance::Denied => table.terms.contains_key(phrase),
                Stance::Extra => table.terms.contains_key(phrase) || table.denied.contains_key(phrase),
            };
            if !(0.001..=MOST_WEIGHT).contains(weight.get_ref()) {
                let message = format!("`{}` weighs {:.3}", phrase.get_ref(), weight.get_ref());
                self.say(weight.span(), message, format!("use 0.001 to {MOST_WEIGHT}, or remove it"));
            } else if twice {
                let message = format!("`{}` stands twice in this reference", phrase.get_ref());
                self.say(phrase.span(), message, "keep it in one of `terms`, `denied` and `also`");
            } else {
                let weight = Thousandths(thousandths(*weight.get_ref()));
                terms.push(Term { concept: concept(phrase), weight, stance });
            }
        }
        if !terms.iter().any(|term| term.stance.is_expected()) {
            self.say(
                table.text.span(),
                "a reference without terms",
                "weigh its words in `terms = { \"a phrase\" = 1.0 }`",
            );
        }
        terms
    }
}

/// Where what else a good answer may say is to be written.
fn more_place(table: &ReferenceTable) -> Option<MorePlace> {
    let last = |entries: &BTreeMap<Spanned<String>, Spanned<f64>>| {
        entries.iter().map(|(phrase, weight)| phrase.span().start..weight.span().end).max_by_key(|place| place.end)
    };
    let with = |place, is_new| MorePlace { place, is_new };
    last(&table.also).map(|place| with(place, false)).or_else(|| Some(with(last(&table.terms)?, true)))
}

/// Where phrases stand, by concept.
type Phrases = Vec<Vec<std::ops::Range<usize>>>;
