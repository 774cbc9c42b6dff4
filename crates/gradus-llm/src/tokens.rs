//! Counts the tokens of texts for each judge's model. Loading the tables takes about 0.1 s, so they are loaded on first
//! use.

use tiktoken_rs::{CoreBPE, bpe_for_model, o200k_base_singleton};

use gradus_core::judge::{Count, JudgeId};

/// Margin for models with an unknown tokenizer, in percent.
const MARGIN: usize = 20;

/// The tokenizer that counts the tokens of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenizerKind {
    /// The model's own tokenizer.
    Known,
    /// A common tokenizer, whose counts are increased by one fifth.
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

    /// The tokenizer for a judge's model.
    pub fn tokenizer(&self, judge: JudgeId) -> TokenizerKind {
        self.table(judge).1
    }

    fn table(&self, judge: JudgeId) -> (&'static CoreBPE, TokenizerKind) {
        let known = self.models.get(judge.0).and_then(|model| bpe_for_model(model).ok());
        known.map_or_else(|| (o200k_base_singleton(), TokenizerKind::Guessed), |table| (table, TokenizerKind::Known))
    }
}

impl Count for Tokens {
    fn tokens(&self, judge: JudgeId, text: &str) -> usize {
        let (table, tokenizer) = self.table(judge);
        let counted = table.count_ordinary(text);
        match tokenizer {
            TokenizerKind::Known => counted,
            TokenizerKind::Guessed => counted + (counted * MARGIN).div_ceil(100),
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
        assert_eq!(
            (tokens.tokenizer(JudgeId(0)), tokens.tokenizer(JudgeId(2))),
            (TokenizerKind::Known, TokenizerKind::Guessed)
        );
    }

    #[test]
    fn names_of_special_tokens_count_as_plain_text() {
        assert!(Tokens::new(["gpt-4o"]).tokens(JudgeId(0), "<|endoftext|>") > 1);
    }
}
