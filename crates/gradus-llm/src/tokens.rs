//! Counts the tokens of texts for each judge's model. Loading the tables takes about 0.1 s, so they are loaded on first
//! use.

use tiktoken_rs::{CoreBPE, bpe_for_model, o200k_base_singleton};

use gradus_core::judge::{Count, JudgeId};

/// Margin for models with an unknown tokenizer, in percent.
const MARGIN: usize = 20;

/// How the tokens of a model are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// With the model's own tokenizer.
    Known,
    /// With a common tokenizer, plus one fifth.
    Guessed,
}

/// Counts tokens for several models.
pub struct Tokens {
    models: Vec<String>,
}

impl Tokens {
    /// Takes the names of the models in the order of the judges.
    pub fn new<'m>(models: impl IntoIterator<Item = &'m str>) -> Self {
        // Routing services put the vendor before the name of the model (`openai/gpt-4o`).
        let plain = |model: &str| model.rsplit('/').next().unwrap_or(model).to_owned();
        Self { models: models.into_iter().map(plain).collect() }
    }

    /// The way in which a judge's tokens are counted.
    pub fn counting(&self, judge: JudgeId) -> Counting {
        self.table(judge).1
    }

    fn table(&self, judge: JudgeId) -> (&'static CoreBPE, Counting) {
        let known = self.models.get(judge.0).and_then(|model| bpe_for_model(model).ok());
        known.map_or_else(|| (o200k_base_singleton(), Counting::Guessed), |table| (table, Counting::Known))
    }
}

impl Count for Tokens {
    fn tokens(&self, judge: JudgeId, text: &str) -> usize {
        let (table, counting) = self.table(judge);
        let counted = table.count_ordinary(text);
        match counting {
            Counting::Known => counted,
            Counting::Guessed => counted + (counted * MARGIN).div_ceil(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_for_unknown_models_have_a_margin() {
        let tokens = Tokens::new(["gpt-4o-mini", "openai/gpt-4o", "llama3.1"]);
        let text = "We rolled the release back within five minutes.";
        let known = tokens.tokens(JudgeId(0), text);
        assert!((5..15).contains(&known), "{known}");
        assert_eq!(tokens.tokens(JudgeId(1), text), known);
        assert_eq!(tokens.tokens(JudgeId(2), text), known + (known * MARGIN).div_ceil(100));
        assert_eq!((tokens.counting(JudgeId(0)), tokens.counting(JudgeId(2))), (Counting::Known, Counting::Guessed));
    }

    #[test]
    fn names_of_special_tokens_count_as_plain_text() {
        assert!(Tokens::new(["gpt-4o"]).tokens(JudgeId(0), "<|endoftext|>") > 1);
    }
}
