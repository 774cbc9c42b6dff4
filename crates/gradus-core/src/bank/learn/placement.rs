//! Decides where in a rubric a phrase belongs: the criterion, and its concept or reference.
//!
//! Takes the criteria of the rubric file and the answers that contain the phrase; gives a placement. Edits of the file
//! are made in `edit`.

use std::cmp::Reverse;

use super::read_answer::{CriterionResult, ReadAnswer};
use crate::bank::locations::CriterionLocations;
use crate::model::{Basis, Criterion, ReferenceAnswer, Thousandths};

/// The part of a rubric that takes a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placement {
    /// Number of the criterion, from 0.
    pub(super) criterion: usize,
    pub(super) slot: Slot,
}

/// The part of a criterion that takes a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A further phrase of the concept with this number.
    Concept(usize),
    /// A new concept.
    NewConcept,
    /// A further term of the reference with this number.
    Reference { number: usize, weight: Thousandths },
}

/// All answers, and the numbers of those that support a phrase.
pub(super) struct Support<'a> {
    pub(super) answers: &'a [ReadAnswer],
    /// Numbers of the high answers in which the rubric does not cover the phrase.
    pub(super) uncovered_in: &'a [usize],
    /// Numbers of all high answers.
    pub(super) high: &'a [usize],
}

/// The result of placing a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlacementResult {
    /// The phrase has a place.
    Placed(Placement),
    /// The criterion with this number could use the phrase, but no concept is related to it.
    Unrelated(usize),
    /// All answers with the phrase already meet every criterion that it could serve.
    AlreadyMet,
}

/// Places a phrase. `own` are the criteria of the rubric file itself. `known` is the criterion that people graded, if they
/// graded criteria. `related` gives the parts of a criterion that the phrase is related to.
pub(super) fn place(
    own: &[(&Criterion, &CriterionLocations)],
    known: Option<usize>,
    support: &Support<'_>,
    related: impl Fn(usize) -> RelatedParts,
) -> PlacementResult {
    let unmet = |number: usize| {
        let open = support.uncovered_in.iter().copied().filter(|answer| support.credit(*answer, number) < 1000);
        let open: Vec<usize> = open.collect();
        let lacking: u32 = open.iter().map(|answer| 1000_u32.saturating_sub(support.credit(*answer, number))).sum();
        (open, lacking)
    };
    let candidates = (0..own.len()).filter(|number| known.is_none_or(|known| known == *number));
    let mut candidates: Vec<_> =
        candidates.map(|number| (number, unmet(number))).filter(|(_, (open, _))| !open.is_empty()).collect();
    candidates.sort_by_key(|(number, (open, lacking))| (Reverse(open.len()), Reverse(*lacking), *number));
    let placement = |(number, (open, _)): &(usize, (Vec<usize>, u32))| {
        let (criterion, locations) = own.get(*number)?;
        let slot = match &criterion.basis {
            Basis::Count { .. } => support.concept(*number, &related(*number), open, locations.need.is_some())?,
            Basis::Coverage { references, .. } => support.term(*number, references, open)?,
        };
        Some(Placement { criterion: *number, slot })
    };
    match (candidates.iter().find_map(placement), candidates.first()) {
        (Some(placement), _) => PlacementResult::Placed(placement),
        (None, Some((number, _))) => PlacementResult::Unrelated(*number),
        (None, None) => PlacementResult::AlreadyMet,
    }
}

/// The parts of a criterion that a phrase is related to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct RelatedParts {
    /// Numbers of concepts.
    pub(super) concepts: Vec<usize>,
    /// Whether the phrase is related to the criterion as a whole.
    pub(super) criterion: bool,
}

impl Support<'_> {
    fn result(&self, answer: usize, criterion: usize) -> Option<&CriterionResult> {
        self.answers.get(answer).and_then(|answer| answer.results.get(criterion))
    }

    fn credit(&self, answer: usize, criterion: usize) -> u32 {
        self.result(answer, criterion).map_or(0, |result| result.credit)
    }

    fn reference(&self, answer: usize, criterion: usize) -> usize {
        self.result(answer, criterion).map_or(0, |result| result.reference)
    }

    fn missing(&self, answers: &[usize], criterion: usize, concept: usize) -> usize {
        let results = answers.iter().filter_map(|answer| self.result(*answer, criterion));
        results.filter(|result| result.missing.contains(&concept)).count()
    }

    /// The related concept that most answers in `open` miss; among equals, the one that fewest high answers miss, because
    /// the phrase most likely expresses what most high answers contain.
    ///
    /// A criterion with `need` gets a new concept instead, if the phrase is related to the criterion and each related
    /// concept is missing in fewer than half of the answers.
    fn concept(&self, criterion: usize, related: &RelatedParts, open: &[usize], has_need: bool) -> Option<Slot> {
        let key = |concept: &usize| {
            let missing = self.missing(open, criterion, *concept);
            (missing, Reverse(self.missing(self.high, criterion, *concept)), Reverse(*concept))
        };
        let best = related.concepts.iter().copied().max_by_key(key);
        let missing = best.map_or(0, |best| self.missing(open, criterion, best));
        if has_need && related.criterion && missing * 2 < open.len() {
            Some(Slot::NewConcept)
        } else {
            best.filter(|_| missing > 0).map(Slot::Concept)
        }
    }

    /// A further term of the reference that is the best match of most answers in `open`. Its weight is the median of the
    /// weights in that reference.
    fn term(&self, criterion: usize, references: &[ReferenceAnswer], open: &[usize]) -> Option<Slot> {
        let fits = |number: usize| open.iter().filter(|answer| self.reference(**answer, criterion) == number).count();
        let number = (0..references.len()).max_by_key(|number| (fits(*number), Reverse(*number)))?;
        let mut weights: Vec<Thousandths> = references.get(number)?.terms.iter().map(|term| term.weight).collect();
        weights.sort_unstable();
        Some(Slot::Reference { number, weight: *weights.get(weights.len().checked_sub(1)? / 2)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::locations::Location;
    use crate::model::{Concept, Stance, Term};
    use std::collections::BTreeMap;

    fn counted(concepts: usize) -> Criterion {
        let concept = |number: usize| Concept { id: number.to_string(), any: vec!["x".to_owned()] };
        Criterion {
            id: "c".to_owned(),
            points: 1,
            asks: String::new(),
            advice: None,
            basis: Basis::Count { need: 1 },
            concepts: (0..concepts).map(concept).collect(),
        }
    }

    fn locations(need: bool) -> CriterionLocations {
        CriterionLocations {
            id: Location { file: String::new(), span: 0..0 },
            phrases: Vec::new(),
            need: need.then_some(0..1),
            concepts: Vec::new(),
            last_terms: Vec::new(),
        }
    }

    fn answer(results: &[(u32, &[usize], usize)]) -> ReadAnswer {
        let results = results.iter().map(|&(credit, missing, reference)| CriterionResult {
            credit,
            missing: missing.iter().copied().collect(),
            reference,
        });
        ReadAnswer { phrases: BTreeMap::new(), results: results.collect() }
    }

    /// The placement of a phrase that is related to all concepts.
    fn placed(
        criteria: &[(Criterion, bool)],
        known: Option<usize>,
        answers: &[ReadAnswer],
        uncovered: usize,
    ) -> Option<Placement> {
        let all = |number: usize| RelatedParts {
            concepts: (0..criteria[number].0.concepts.len()).collect(),
            criterion: true,
        };
        match result(criteria, known, answers, uncovered, all) {
            PlacementResult::Placed(placement) => Some(placement),
            _ => None,
        }
    }

    fn result(
        criteria: &[(Criterion, bool)],
        known: Option<usize>,
        answers: &[ReadAnswer],
        uncovered: usize,
        related: impl Fn(usize) -> RelatedParts,
    ) -> PlacementResult {
        let locations: Vec<CriterionLocations> = criteria.iter().map(|(_, need)| locations(*need)).collect();
        let own: Vec<_> = criteria.iter().map(|(criterion, _)| criterion).zip(&locations).collect();
        let (all, few): (Vec<usize>, Vec<usize>) = ((0..answers.len()).collect(), (0..uncovered).collect());
        place(&own, known, &Support { answers, uncovered_in: &few, high: &all }, related)
    }

    #[test]
    fn a_phrase_goes_to_the_criterion_that_most_answers_with_it_do_not_meet() {
        let criteria = [(counted(1), false), (counted(2), false)];
        let answers = [answer(&[(1000, &[], 0), (500, &[1], 0)]), answer(&[(0, &[0], 0), (500, &[1], 0)])];
        let place = |known| placed(&criteria, known, &answers, 2);
        assert_eq!(place(None), Some(Placement { criterion: 1, slot: Slot::Concept(1) }));
        assert_eq!(
            place(Some(0)),
            Some(Placement { criterion: 0, slot: Slot::Concept(0) }),
            "people graded this criterion"
        );
        assert_eq!(placed(&criteria, None, &[answer(&[(1000, &[], 0), (1000, &[], 0)])], 1), None, "everything is met");
    }

    #[test]
    fn a_phrase_goes_to_the_missing_concept_that_other_high_answers_contain() {
        let answers = [answer(&[(0, &[0, 1], 0)]), answer(&[(500, &[0], 0)])];
        assert_eq!(
            placed(&[(counted(2), false)], None, &answers, 1).map(|placement| placement.slot),
            Some(Slot::Concept(1))
        );
    }

    #[test]
    fn a_criterion_with_need_can_get_a_new_concept() {
        let answers =
            [answer(&[(500, &[0], 0)]), answer(&[(500, &[1], 0)]), answer(&[(500, &[2], 0)]), answer(&[(500, &[], 0)])];
        let at = |need| placed(&[(counted(3), need)], None, &answers, 4).map(|placement| placement.slot);
        assert_eq!((at(true), at(false)), (Some(Slot::NewConcept), Some(Slot::Concept(0))));
    }

    #[test]
    fn a_phrase_only_goes_to_related_concepts() {
        let criteria = [(counted(2), false), (counted(1), true)];
        let answers = [answer(&[(0, &[0, 1], 0), (0, &[0], 0)])];
        let at = |concepts: &[&[usize]], criterion: &[bool]| {
            result(&criteria, None, &answers, 1, |number| RelatedParts {
                concepts: concepts[number].to_vec(),
                criterion: criterion[number],
            })
        };
        assert_eq!(
            at(&[&[1], &[]], &[true, false]),
            PlacementResult::Placed(Placement { criterion: 0, slot: Slot::Concept(1) })
        );
        assert_eq!(
            at(&[&[], &[0]], &[true, true]),
            PlacementResult::Placed(Placement { criterion: 1, slot: Slot::Concept(0) })
        );
        assert_eq!(
            at(&[&[], &[]], &[false, true]),
            PlacementResult::Placed(Placement { criterion: 1, slot: Slot::NewConcept })
        );
        assert_eq!(
            at(&[&[], &[]], &[true, false]),
            PlacementResult::Unrelated(0),
            "a criterion without `need` gets no new concept"
        );
    }

    #[test]
    fn a_term_goes_to_the_best_fitting_reference_with_the_median_weight() {
        let term = |weight: u32| Term { concept: 0, weight: Thousandths(weight), stance: Stance::Affirmed };
        let reference = |weights: &[u32]| ReferenceAnswer {
            text: String::new(),
            terms: weights.iter().copied().map(term).collect(),
        };
        let basis =
            Basis::Coverage { half: Thousandths(125), references: vec![reference(&[9]), reference(&[700, 100, 400])] };
        let weighed = Criterion { basis, ..counted(1) };
        let answers = [answer(&[(10, &[], 1)]), answer(&[(10, &[], 1)]), answer(&[(10, &[], 0)])];
        let at = placed(&[(weighed, false)], None, &answers, 3).map(|placement| placement.slot);
        assert_eq!(at, Some(Slot::Reference { number: 1, weight: Thousandths(400) }));
    }
}
