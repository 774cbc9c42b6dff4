//! Measures how many of a question's concepts an answer contains, to find the question that the answer is about.

use crate::model::{Answer, Thousandths};
use crate::score::{Scorer, Workspace};

/// The share of a question's concepts that occur in an answer. Concepts of penalties count too.
pub(super) fn concept_share(scorer: &Scorer, answer: &str, workspace: &mut Workspace) -> Thousandths {
    let grade = scorer.grade(&Answer::new("", answer), workspace);
    let (mut found, mut all) = (0, 0);
    for criterion in grade.criteria.iter().chain(&grade.penalties) {
        let mut ids: Vec<&str> = criterion.evidence.iter().map(|evidence| &*evidence.concept).collect();
        ids.sort_unstable();
        ids.dedup();
        found += ids.len();
        all += ids.len() + criterion.missing.len();
    }
    let share = (found * 1000).checked_div(all).unwrap_or_default();
    Thousandths(u32::try_from(share).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SampleLevel;
    use crate::questions::Questions;
    use crate::test_bank::shipped_bank;

    #[test]
    fn strong_samples_contain_more_concepts_of_their_own_question_than_of_others() {
        let questions = Questions::new(shipped_bank()).expect("the shipped bank is sound");
        for entry in questions.bank().entries() {
            let samples = questions.bank().samples(entry).expect("sound");
            for sample in samples.iter().filter(|sample| sample.level == SampleLevel::Strong) {
                let share = |id: &str| questions.concept_share(&sample.text, id).expect("sound");
                let own = share(&entry.id);
                assert!((1..=1000).contains(&own.0), "{}: {own}", entry.id);
                let others = questions.bank().entries().iter().filter(|other| other.id != entry.id);
                let best_other = others.map(|one| share(&one.id)).max();
                assert!(Some(own) > best_other, "{}: {own} {best_other:?}", entry.id);
            }
        }
    }

    #[test]
    fn a_share_counts_each_concept_once_and_an_unknown_question_is_an_error() {
        let questions = Questions::new(shipped_bank()).expect("the shipped bank is sound");
        let share = |text: &str| questions.concept_share(text, "alert-fatigue").expect("sound");
        let once = "We page somebody only when users are hurt.";
        assert!(share(once) > Thousandths(0));
        assert_eq!(share(&[once; 5].join(" ")), share(once));
        assert_eq!(share(""), Thousandths(0));
        assert_eq!(share("The recipe needs two eggs."), Thousandths(0));
        assert!(questions.concept_share(once, "no-such-question").is_err());
    }
}
