//! Tokens and cost of the judges over many answers.

use crate::model::Usage;

/// Millionths in one unit of the currency.
const MICRO: f64 = 1_000_000.0;

/// Tokens and cost of the judges. Sums saturate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JudgeUsage {
    /// Number of tokens sent.
    pub prompt_tokens: u64,
    /// Number of tokens received.
    pub completion_tokens: u64,
    /// Cost in millionths of the configured currency, rounded for each answer. `None` if no answer has a cost.
    pub cost: Option<u64>,
}

impl JudgeUsage {
    /// Adds the usage of an answer.
    pub fn add(&mut self, usage: Usage) {
        self.prompt_tokens = self.prompt_tokens.saturating_add(usage.prompt_tokens);
        self.completion_tokens = self.completion_tokens.saturating_add(usage.completion_tokens);
        if let Some(cost) = usage.cost {
            // The cast turns NaN and negative costs into 0.
            let micro = (cost * MICRO).round() as u64;
            self.cost = Some(self.cost.unwrap_or(0).saturating_add(micro));
        }
    }

    /// The cost in the configured currency. `None` if no answer has a cost.
    pub fn cost_as_f64(&self) -> Option<f64> {
        self.cost.map(|micro| micro as f64 / MICRO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_add_up_in_millionths_and_stay_absent_without_prices() {
        let mut spent = JudgeUsage::default();
        spent.add(Usage { prompt_tokens: 5, completion_tokens: 2, cost: None });
        assert_eq!(spent, JudgeUsage { prompt_tokens: 5, completion_tokens: 2, cost: None });
        for cost in [0.1, 0.000_000_4, 0.2, f64::NAN, -1.0] {
            spent.add(Usage { prompt_tokens: 1, completion_tokens: 0, cost: Some(cost) });
        }
        assert_eq!((spent.prompt_tokens, spent.cost, spent.cost_as_f64()), (10, Some(300_000), Some(0.3)));
    }
}
