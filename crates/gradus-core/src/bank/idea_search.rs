//! Lists the ideas of a bank, and finds those that a text expresses.

use std::collections::BTreeMap;

use serde::Serialize;
use toml::Spanned;

use super::bank_error::BankError;
use super::finding::Finding;
use super::ideas::{IDEAS, LocatedIdea, parse};
use super::question_bank::Bank;
use crate::model::Idea;
use crate::pattern::{CompileError, Compiler, PhraseError, Reader as PhraseReader, Scratch};
use crate::text::{Document, KnownWords, Lexicon};

/// An idea as a bank shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedIdea {
    /// The id, by which phrases name the idea.
    pub id: String,
    /// What the idea means. Empty for a list of words.
    pub means: String,
    /// The wordings, or the words of a list.
    pub any: Vec<String>,
    /// Sentences that the idea recognises.
    pub says: Vec<String>,
    /// Sentences that the idea does not recognise.
    pub not: Vec<String>,
    /// The file that defines the idea.
    pub file: String,
    /// Whether the idea replaces one of the built-in bank.
    pub replaces: bool,
}

/// A place of a text where an idea was recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdeaInText {
    /// Id of the idea.
    pub id: String,
    /// Byte range of the text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The words of this range.
    pub quote: String,
}

impl Bank {
    /// All ideas that phrases of this bank may use, sorted by id.
    ///
    /// # Errors
    /// When a file of ideas has faults.
    pub fn listed_ideas(&self) -> Result<Vec<ListedIdea>, BankError> {
        let mut ideas: BTreeMap<String, ListedIdea> = BTreeMap::new();
        let ids_replaced = self.replaced_ideas();
        for (file, text) in self.built_in_idea_files().into_iter().chain(self.idea_files()) {
            for located in parse(file, text)? {
                let texts = |sentences: Vec<Spanned<String>>| sentences.into_iter().map(Spanned::into_inner).collect();
                let LocatedIdea { id, idea: Idea { means, any }, says, not, .. } = located;
                let (says, not, file) = (texts(says), texts(not), file.to_owned());
                let replaces = ids_replaced.contains(&id.as_str());
                ideas.insert(id.clone(), ListedIdea { id, means, any, says, not, file, replaces });
            }
        }
        Ok(ideas.into_values().collect())
    }

    /// The ideas that occur in a text, without word lists, in the order in which they end, each at its first occurrence in a sentence.
    ///
    /// # Errors
    /// When a word list or an idea of the bank has faults.
    pub fn ideas_in(&self, text: &str) -> Result<Vec<IdeaInText>, BankError> {
        let (ideas, synonyms) = (self.ideas(), self.synonyms()?);
        let mut reader = PhraseReader::default();
        let mut compiler = Compiler::new(&synonyms, ideas, &mut reader);
        let mut ids = Vec::new();
        // because a word of a list means nothing on its own
        let has_meaning =
            |id: &&str| ideas.get(id).and_then(|(_, idea)| idea).is_none_or(|idea| !idea.means.is_empty());
        for id in ideas.ids().filter(has_meaning) {
            compiler.add(&format!("<{id}>")).map_err(|error| self.idea_fault(id, &error))?;
            ids.push(id);
        }
        let known = KnownWords::from_sorted(self.files().built_in().words);
        let matcher = compiler.finish(&known).map_err(|error| self.automaton_fault(&error))?;
        let (mut document, mut lexicon, mut hits) = (Document::new(), Lexicon::new(), Vec::new());
        document.read(text, 0, &mut lexicon);
        matcher.find_hits(&document, &mut lexicon, &mut Scratch::new(), &mut hits);
        let mut found: Vec<IdeaInText> = Vec::new();
        for hit in &hits {
            let span = document.span(hit.first, hit.last);
            let id = ids.get(hit.phrase as usize).copied().unwrap_or_default();
            if !found.iter().any(|known| known.id == id && known.start == span.start) {
                found.push(IdeaInText {
                    id: id.to_owned(),
                    start: span.start,
                    end: span.end,
                    quote: span.of(text).to_owned(),
                });
            }
        }
        Ok(found)
    }

    /// The finding for an idea with a wording that is not valid.
    fn idea_fault(&self, id: &str, error: &PhraseError) -> BankError {
        let files = self.idea_files().into_iter().chain(self.built_in_idea_files());
        let located = files.filter_map(|(file, text)| {
            let ideas = parse(file, text).ok()?;
            let idea = ideas.into_iter().find(|idea| idea.id == id)?;
            Some(Finding::new(file, text, idea.id_span, error.message.clone(), error.hint.as_ref()))
        });
        BankError::Faulty(located.take(1).collect())
    }

    fn automaton_fault(&self, error: &CompileError) -> BankError {
        let (file, text) = self.idea_files().into_iter().next().unwrap_or((IDEAS, ""));
        BankError::Faulty(vec![Finding::new(file, text, 0..0, error.to_string(), error.hint())])
    }
}
