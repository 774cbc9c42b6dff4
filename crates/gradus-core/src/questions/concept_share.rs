//! Measures how much of a question an answer is about, to find the question of an answer.

use crate::model::{Answer, Thousandths};
use crate::score::{Scorer, Workspace};

/// The mean credit of a question's criteria for an answer. Credits of penalties are added, at most up to 1.
pub(super) fn concept_share(scorer: &Scorer, answer: &str, workspace: &mut Workspace) -> Thousandths {
    let grade = scorer.grade(&Answer::new("", answer), workspace);
    let sum: u32 = grade.criteria.iter().chain(&grade.penalties).map(|criterion| criterion.credit.0).sum();
    let count = u32::try_from(grade.criteria.len()).unwrap_or(u32::MAX);
    Thousandths(sum.checked_div(count).unwrap_or_default().min(1000))
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
        // because four sentences of the same shape would count as a list
        assert_eq!(share(&[once; 3].join(" ")), share(once));
        assert_eq!(share(""), Thousandths(0));
        assert_eq!(share("The recipe needs two eggs."), Thousandths(0));
        assert!(questions.concept_share(once, "no-such-question").is_err());
    }
}
