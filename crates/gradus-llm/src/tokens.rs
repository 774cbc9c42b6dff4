//! Counts tokens, where that has to be known. The tables take a tenth of a second to load, so nothing else does.

use tiktoken_rs::{CoreBPE, bpe_for_model, o200k_base_singleton};

use gradus_core::judge::Count;

/// A model whose tokens nobody outside knows is taken to have this share more, in percent.
const MARGIN: usize = 20;

/// How tokens of a model are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// As the model counts them.
    Known,
    /// By the usual table, and a fifth more.
    Guessed,
}

/// Counts tokens for each of several models.
pub struct Tokens {
    models: Vec<String>,
}

impl Tokens {
    /// For models, by their names.
    pub fn new<'m>(models: impl IntoIterator<Item = &'m str>) -> Self {
        // Routers put the maker's name before the model's.
        let plain = |model: &str| model.rsplit('/').next().unwrap_or(model).to_owned();
        Self { models: models.into_iter().map(plain).collect() }
    }

    /// How those of the judge of that number are counted.
    pub fn counting(&self, judge: usize) -> Counting {
        self.table(judge).1
    }

    fn table(&self, judge: usize) -> (&'static CoreBPE, Counting) {
        let known = self.models.get(judge).and_then(|model| bpe_for_model(model).ok());
        known.map_or_else(|| (o200k_base_singleton(), Counting::Guessed), |table| (table, Counting::Known))
    }
}

impl Count for Tokens {
    fn tokens(&self, judge: usize, text: &str) -> usize {
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
    fn unknown_models_are_taken_to_have_more() {
        let tokens = Tokens::new(["gpt-4o-mini", "openai/gpt-4o", "llama3.1"]);
        let text = "We rolled the release back within five minutes.";
        let known = tokens.tokens(0, text);
        assert!((5..15).contains(&known), "{known}");
        assert_eq!(tokens.tokens(1, text), known);
        assert_eq!(tokens.tokens(2, text), known + (known * MARGIN).div_ceil(100));
        assert_eq!((tokens.counting(0), tokens.counting(2)), (Counting::Known, Counting::Guessed));
    }

    #[test]
    fn text_of_special_tokens_is_plain_text() {
        assert!(Tokens::new(["gpt-4o"]).tokens(0, "<|endoftext|>") > 1);
    }
}
