//! What became of one criterion or penalty in many answers.

use super::moments::Moments;
use crate::agreement::Absent;
use crate::model::{Criterion, Thousandths};

/// A criterion or penalty and its credits. Shares are of the answers in which it was decided, 0 to 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Unique in its question.
    pub id: String,
    /// What full credit is worth; of a penalty, what it takes.
    pub points: u32,
    /// In how many answers it was decided.
    pub decided: u64,
    /// How many of them have full credit.
    pub full: u64,
    /// How many of them have none.
    pub none: u64,
    /// In thousandths: 10^10 answers of full credit add up to 10^13.
    credit: u64,
}

impl Item {
    pub(super) fn new(criterion: &Criterion) -> Self {
        Self { id: criterion.id.clone(), points: criterion.points, decided: 0, full: 0, none: 0, credit: 0 }
    }

    pub(super) fn note(&mut self, credit: Option<Thousandths>) {
        let Some(credit) = credit.map(capped) else { return };
        self.decided += 1;
        self.full += u64::from(credit == Thousandths::ONE);
        self.none += u64::from(credit.0 == 0);
        self.credit += u64::from(credit.0);
    }

    /// The share with full credit.
    ///
    /// # Errors
    /// Where it was never decided; so it is for the other shares.
    pub fn hit_rate(&self) -> Result<f64, Absent> {
        self.share(self.full)
    }

    /// The share with no credit at all.
    ///
    /// # Errors
    /// Where it was never decided.
    pub fn missed_rate(&self) -> Result<f64, Absent> {
        self.share(self.none)
    }

    /// The share with any credit: of a penalty, how often it applied.
    ///
    /// # Errors
    /// Where it was never decided.
    pub fn applied_rate(&self) -> Result<f64, Absent> {
        self.share(self.decided - self.none)
    }

    /// The mean credit, 0 to 1.
    ///
    /// # Errors
    /// Where it was never decided.
    pub fn mean_credit(&self) -> Result<f64, Absent> {
        self.share(self.credit).map(|thousandths| thousandths / 1000.0)
    }

    /// The sum of credits and the answers it is over, for exact comparisons of means.
    pub(super) fn credit_of(&self) -> (u128, u128) {
        (u128::from(self.credit), u128::from(self.decided))
    }

    fn share(&self, part: u64) -> Result<f64, Absent> {
        if self.decided == 0 { Err(Absent::TooFew { have: 0, need: 1 }) } else { Ok(part as f64 / self.decided as f64) }
    }
}

/// A criterion, and how it goes together with the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionItem {
    /// Its credits.
    pub item: Item,
    moments: Moments,
}

impl CriterionItem {
    pub(super) fn new(criterion: &Criterion) -> Self {
        Self { item: Item::new(criterion), moments: Moments::default() }
    }

    /// Notes an answer in which all criteria were decided: this one's credit, and thousandths of points besides it.
    pub(super) fn together(&mut self, credit: i64, rest: i64) {
        self.moments.note(credit, rest);
    }

    /// How well the criterion sets good answers apart from poor ones: the correlation of its credit with the points
    /// that the other criteria earn less what penalties take, over the answers in which all criteria were decided.
    /// -1 to 1: near 1 those who meet it do well elsewhere too, near 0 it says nothing about them, below 0 those who
    /// meet it do worse elsewhere, which hints at a fault in the rubric. The criterion's own points are left out,
    /// because they would follow themselves (the corrected item-total correlation).
    ///
    /// # Errors
    /// With fewer than ten such answers, and where the credit or the rest is the same in all of them.
    pub fn discrimination(&self) -> Result<f64, Absent> {
        self.moments.correlation()
    }
}

/// A credit as a rubric can give it, whatever a file says.
pub(super) fn capped(credit: Thousandths) -> Thousandths {
    credit.min(Thousandths::ONE)
}
