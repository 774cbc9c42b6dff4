//! Where in a rubric a phrase belongs: which criterion, and which concept or reference of it.

use std::cmp::Reverse;

use super::seen::Seen;
use crate::bank::places::CriterionPlaces;
use crate::model::{Basis, Criterion, ReferenceAnswer, Thousandths};

/// Where a phrase goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aim {
    /// Which criterion, from 0.
    pub(super) criterion: usize,
    pub(super) at: At,
}

/// Where in a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// A further phrase of this concept.
    Concept(usize),
    /// A concept of its own.
    NewConcept,
    /// A further term of this reference.
    Reference {
        number: usize,
        /// What it is to weigh.
        weight: Thousandths,
    },
}

/// The answers that speak for a phrase.
pub(super) struct Support<'a> {
    pub(super) seen: &'a [Seen],
    /// The high answers that hold it.
    pub(super) holders: &'a [usize],
    /// All high answers.
    pub(super) high: &'a [usize],
}

/// What becomes of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    /// It belongs there.
    At(Aim),
    /// It could be of use to this criterion, but is related to no concept of any.
    Unrelated(usize),
    /// The answers with it meet what could be meant already.
    Met,
}

/// Where the phrase belongs. `own` are the criteria of the file itself; `known` is the one that people graded;
/// `relation` tells what of the criterion of that number the phrase is related to.
pub(super) fn aim(
    own: &[(&Criterion, &CriterionPlaces)],
    known: Option<usize>,
    support: &Support<'_>,
    relation: impl Fn(usize) -> Relation,
) -> Placed {
    let unmet = |number: usize| {
        let open = support.holders.iter().copied().filter(|answer| support.credit(*answer, number) < 1000);
        let open: Vec<usize> = open.collect();
        let lacking: u32 = open.iter().map(|answer| 1000_u32.saturating_sub(support.credit(*answer, number))).sum();
        (open, lacking)
    };
    let candidates = (0..own.len()).filter(|number| known.is_none_or(|known| known == *number));
    let mut candidates: Vec<_> =
        candidates.map(|number| (number, unmet(number))).filter(|(_, (open, _))| !open.is_empty()).collect();
    candidates.sort_by_key(|(number, (open, lacking))| (Reverse(open.len()), Reverse(*lacking), *number));
    let at = |(number, (open, _)): &(usize, (Vec<usize>, u32))| {
        let (criterion, places) = own.get(*number)?;
        let at = match &criterion.basis {
            Basis::Count { .. } => support.concept(*number, &relation(*number), open, places.need.is_some())?,
            Basis::Coverage { references, .. } => support.term(*number, references, open)?,
        };
        Some(Aim { criterion: *number, at })
    };
    match (candidates.iter().find_map(at), candidates.first()) {
        (Some(aim), _) => Placed::At(aim),
        (None, Some((number, _))) => Placed::Unrelated(*number),
        (None, None) => Placed::Met,
    }
}

/// What of a criterion a phrase is related to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Relation {
    /// The concepts, by number.
    pub(super) concepts: Vec<usize>,
    /// Anything of it.
    pub(super) any: bool,
}

impl Support<'_> {
    fn credit(&self, answer: usize, criterion: usize) -> u32 {
        self.seen.get(answer).and_then(|seen| seen.standing.get(criterion)).map_or(0, |standing| standing.credit)
    }

    fn reference(&self, answer: usize, criterion: usize) -> usize {
        self.seen.get(answer).and_then(|seen| seen.standing.get(criterion)).map_or(0, |standing| standing.reference)
    }

    fn missing(&self, answers: &[usize], criterion: usize, concept: usize) -> usize {
        let standing = answers.iter().filter_map(|answer| self.seen.get(*answer)?.standing.get(criterion));
        standing.filter(|standing| standing.missing.contains(&concept)).count()
    }

    /// The related concept that `open` answers miss most often; of several the one that other high answers miss
    /// least, for what most of them say is most likely said here in other words. A criterion that asks for some of
    /// its concepts can have one more, where the phrase is related to the criterion and none of the related concepts
    /// is missing in half of the answers.
    fn concept(&self, criterion: usize, relation: &Relation, open: &[usize], asks_for_some: bool) -> Option<At> {
        let key = |concept: &usize| {
            let missing = self.missing(open, criterion, *concept);
            (missing, Reverse(self.missing(self.high, criterion, *concept)), Reverse(*concept))
        };
        let best = relation.concepts.iter().copied().max_by_key(key);
        let missing = best.map_or(0, |best| self.missing(open, criterion, best));
        if asks_for_some && relation.any && missing * 2 < open.len() {
            Some(At::NewConcept)
        } else {
            best.filter(|_| missing > 0).map(At::Concept)
        }
    }

    /// A further term of the reference that fits most of the answers best. It weighs the median of the others.
    fn term(&self, criterion: usize, references: &[ReferenceAnswer], open: &[usize]) -> Option<At> {
        let fits = |number: usize| open.iter().filter(|answer| self.reference(**answer, criterion) == number).count();
        let number = (0..references.len()).max_by_key(|number| (fits(*number), Reverse(*number)))?;
        let mut weights: Vec<Thousandths> = references.get(number)?.terms.iter().map(|term| term.weight).collect();
        weights.sort_unstable();
        Some(At::Reference { number, weight: *weights.get(weights.len().checked_sub(1)? / 2)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::learn::seen::Standing;
    use crate::bank::places::Place;
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

    fn places(need: bool) -> CriterionPlaces {
        CriterionPlaces {
            id: Place { file: String::new(), span: 0..0 },
            phrases: Vec::new(),
            need: need.then_some(0..1),
            concepts: Vec::new(),
            more: Vec::new(),
        }
    }

    fn seen(standing: &[(u32, &[usize], usize)]) -> Seen {
        let standing = standing.iter().map(|&(credit, missing, reference)| Standing {
            credit,
            missing: missing.iter().copied().collect(),
            reference,
        });
        Seen { phrases: BTreeMap::new(), standing: standing.collect() }
    }

    /// Where a phrase belongs that is related to all concepts.
    fn aimed(criteria: &[(Criterion, bool)], known: Option<usize>, seen: &[Seen], holders: usize) -> Option<Aim> {
        let all = |number: usize| Relation { concepts: (0..criteria[number].0.concepts.len()).collect(), any: true };
        match placed(criteria, known, seen, holders, all) {
            Placed::At(aim) => Some(aim),
            _ => None,
        }
    }

    fn placed(
        criteria: &[(Criterion, bool)],
        known: Option<usize>,
        seen: &[Seen],
        holders: usize,
        relation: impl Fn(usize) -> Relation,
    ) -> Placed {
        let places: Vec<CriterionPlaces> = criteria.iter().map(|(_, need)| places(*need)).collect();
        let own: Vec<_> = criteria.iter().map(|(criterion, _)| criterion).zip(&places).collect();
        let (all, few): (Vec<usize>, Vec<usize>) = ((0..seen.len()).collect(), (0..holders).collect());
        aim(&own, known, &Support { seen, holders: &few, high: &all }, relation)
    }

    #[test]
    fn the_criterion_that_most_of_the_answers_do_not_meet_gets_the_phrase() {
        let criteria = [(counted(1), false), (counted(2), false)];
        let answers = [seen(&[(1000, &[], 0), (500, &[1], 0)]), seen(&[(0, &[0], 0), (500, &[1], 0)])];
        let aim = |known| aimed(&criteria, known, &answers, 2);
        assert_eq!(aim(None), Some(Aim { criterion: 1, at: At::Concept(1) }));
        assert_eq!(aim(Some(0)), Some(Aim { criterion: 0, at: At::Concept(0) }), "people said which");
        assert_eq!(aimed(&criteria, None, &[seen(&[(1000, &[], 0), (1000, &[], 0)])], 1), None, "all is met");
    }

    #[test]
    fn of_concepts_that_all_miss_the_one_that_others_say_gets_the_phrase() {
        let answers = [seen(&[(0, &[0, 1], 0)]), seen(&[(500, &[0], 0)])];
        assert_eq!(aimed(&[(counted(2), false)], None, &answers, 1).map(|aim| aim.at), Some(At::Concept(1)));
    }

    #[test]
    fn a_criterion_that_asks_for_some_concepts_can_have_one_more() {
        let answers =
            [seen(&[(500, &[0], 0)]), seen(&[(500, &[1], 0)]), seen(&[(500, &[2], 0)]), seen(&[(500, &[], 0)])];
        let at = |need| aimed(&[(counted(3), need)], None, &answers, 4).map(|aim| aim.at);
        assert_eq!((at(true), at(false)), (Some(At::NewConcept), Some(At::Concept(0))));
    }

    #[test]
    fn a_phrase_goes_to_related_concepts_only() {
        let criteria = [(counted(2), false), (counted(1), true)];
        let answers = [seen(&[(0, &[0, 1], 0), (0, &[0], 0)])];
        let at = |concepts: &[&[usize]], any: &[bool]| {
            placed(&criteria, None, &answers, 1, |number| Relation {
                concepts: concepts[number].to_vec(),
                any: any[number],
            })
        };
        assert_eq!(at(&[&[1], &[]], &[true, false]), Placed::At(Aim { criterion: 0, at: At::Concept(1) }));
        assert_eq!(at(&[&[], &[0]], &[true, true]), Placed::At(Aim { criterion: 1, at: At::Concept(0) }));
        assert_eq!(at(&[&[], &[]], &[false, true]), Placed::At(Aim { criterion: 1, at: At::NewConcept }));
        assert_eq!(at(&[&[], &[]], &[true, false]), Placed::Unrelated(0), "a criterion without `need` gets no concept");
    }

    #[test]
    fn a_term_goes_to_the_reference_that_fits_and_weighs_the_median() {
        let term = |weight: u32| Term { concept: 0, weight: Thousandths(weight), stance: Stance::Said };
        let reference = |weights: &[u32]| ReferenceAnswer {
            text: String::new(),
            terms: weights.iter().copied().map(term).collect(),
        };
        let basis =
            Basis::Coverage { half: Thousandths(125), references: vec![reference(&[9]), reference(&[700, 100, 400])] };
        let weighed = Criterion { basis, ..counted(1) };
        let answers = [seen(&[(10, &[], 1)]), seen(&[(10, &[], 1)]), seen(&[(10, &[], 0)])];
        let at = aimed(&[(weighed, false)], None, &answers, 3).map(|aim| aim.at);
        assert_eq!(at, Some(At::Reference { number: 1, weight: Thousandths(400) }));
    }
}
