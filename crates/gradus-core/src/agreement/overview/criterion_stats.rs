//! Statistics of one criterion or penalty over many answers.

use super::integer_sums::IntegerSums;
use crate::agreement::absent::Absent;
use crate::model::{Criterion, Thousandths};

/// The credits of a criterion or penalty. Shares are of the answers in which it was decided, 0 to 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemStats {
    /// Id of the criterion, unique in its question.
    pub id: String,
    /// Points for full credit; for a penalty, the points that it takes.
    pub points: u32,
    /// Number of answers in which the criterion was decided.
    pub decided: u64,
    /// Number of those answers with full credit.
    pub full: u64,
    /// Number of those answers without credit.
    pub none: u64,
    /// Sum of credits in thousandths: 10^10 answers with full credit add up to 10^13.
    credit: u64,
}

impl ItemStats {
    pub(super) fn new(criterion: &Criterion) -> Self {
        Self { id: criterion.id.clone(), points: criterion.points, decided: 0, full: 0, none: 0, credit: 0 }
    }

    pub(super) fn add(&mut self, credit: Option<Thousandths>) {
        let Some(credit) = credit.map(capped) else { return };
        self.decided += 1;
        self.full += u64::from(credit == Thousandths::ONE);
        self.none += u64::from(credit.0 == 0);
        self.credit += u64::from(credit.0);
    }

    /// The share of answers with full credit.
    ///
    /// # Errors
    /// When the criterion was decided in no answer.
    pub fn hit_rate(&self) -> Result<f64, Absent> {
        self.share(self.full)
    }

    /// The share of answers without credit.
    ///
    /// # Errors
    /// When the criterion was decided in no answer.
    pub fn missed_rate(&self) -> Result<f64, Absent> {
        self.share(self.none)
    }

    /// The share of answers with any credit; for a penalty, the share to which it applied.
    ///
    /// # Errors
    /// When the criterion was decided in no answer.
    pub fn applied_rate(&self) -> Result<f64, Absent> {
        self.share(self.decided - self.none)
    }

    /// The mean credit, 0 to 1.
    ///
    /// # Errors
    /// When the criterion was decided in no answer.
    pub fn mean_credit(&self) -> Result<f64, Absent> {
        self.share(self.credit).map(|thousandths| thousandths / 1000.0)
    }

    /// The sum of credits and the number of answers, for exact comparisons of means.
    pub(super) fn credit_of(&self) -> (u128, u128) {
        (u128::from(self.credit), u128::from(self.decided))
    }

    fn share(&self, part: u64) -> Result<f64, Absent> {
        if self.decided == 0 { Err(Absent::TooFew { have: 0, need: 1 }) } else { Ok(part as f64 / self.decided as f64) }
    }
}

/// The credits of a criterion, and their correlation with the rest of the points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionStats {
    /// The credits alone.
    pub item: ItemStats,
    sums: IntegerSums,
}

impl CriterionStats {
    pub(super) fn new(criterion: &Criterion) -> Self {
        Self { item: ItemStats::new(criterion), sums: IntegerSums::default() }
    }

    /// Adds an answer in which all criteria were decided: the credit of this criterion, and the points on all others in
    /// thousandths.
    pub(super) fn add_pair(&mut self, credit: i64, rest: i64) {
        self.sums.add(credit, rest);
    }

    /// Discrimination of the criterion (the corrected item-total correlation): the correlation of its credit with the
    /// points on the other criteria minus penalties, over the answers in which all criteria were decided. -1 to 1: near
    /// 1, answers that meet the criterion also do well on the others; near 0, it says nothing about them; below 0,
    /// answers that meet it do worse on the others, which hints at a fault in the rubric. The points of the criterion
    /// itself are left out, because they always correlate with its credit.
    ///
    /// # Errors
    /// With fewer than ten such answers, and when the credit or the rest of the points is the same in all of them.
    pub fn discrimination(&self) -> Result<f64, Absent> {
        self.sums.correlation()
    }
}

/// A credit limited to 1, because a file may contain a higher credit.
pub(super) fn capped(credit: Thousandths) -> Thousandths {
    credit.min(Thousandths::ONE)
}
