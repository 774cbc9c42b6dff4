//! Compiles the ideas that phrases use: each once, with the ideas that it uses itself.

use super::compile::Compiler;
use super::compiled_idea::CompiledIdea;
use super::idea_error::{cycle, faulty_wording, rejected_wording, unknown_idea, unreadable_idea};
use super::parse::{Atom, Element, Part, Phrase, PhraseError};
use super::word_edges::End;
use crate::text::Class;

impl Compiler<'_> {
    /// Compiles the ideas that a phrase uses, as far as they are not compiled yet.
    pub(super) fn compile_ideas(&mut self, text: &str, phrase: &Phrase) -> Result<(), PhraseError> {
        for id in phrase.parts.iter().flat_map(|part| &part.elements).flat_map(ideas_of) {
            match self.compiled.get(id) {
                Some(CompiledIdea::Done { .. }) => {}
                Some(CompiledIdea::InProgress) => return Err(cycle(text, id)),
                None => self.compile_idea(text, id)?,
            }
        }
        Ok(())
    }

    fn compile_idea(&mut self, text: &str, id: &str) -> Result<(), PhraseError> {
        let ideas = self.ideas;
        let Some((id, idea)) = ideas.get(id) else {
            return Err(unknown_idea(text, id, ideas));
        };
        let idea = idea.ok_or_else(|| unreadable_idea(text, id))?;
        self.compiled.insert(id, CompiledIdea::InProgress);
        let mut wordings = Vec::with_capacity(idea.any.len());
        for wording in &idea.any {
            let parsed = self.reader.parse(wording).map_err(|error| faulty_wording(text, id, &error))?;
            if parsed.rejected {
                return Err(faulty_wording(text, id, &rejected_wording(wording)));
            }
            self.compile_ideas(wording, &parsed).map_err(|error| faulty_wording(text, id, &error))?;
            wordings.push(parsed);
        }
        let number = self.idea_edges.len();
        let denies = wordings.iter().any(|wording| self.wording_denies(wording));
        let means_denial = wordings.iter().all(|wording| self.means_denial(wording));
        self.compiled.insert(id, CompiledIdea::Done { number, denies, means_denial });
        self.idea_edges.push(Vec::new());
        self.idea_ids.push(id.to_owned());
        for wording in &wordings {
            self.add_phrase(wording, End::Idea(number as u32));
        }
        Ok(())
    }

    /// Whether a part may contain a negator. The matcher itself knows whether the idea of a part with one element does.
    pub(super) fn denies(&self, part: &Part) -> bool {
        let is_known = |atom: &Atom| part.elements.len() == 1 && matches!(atom, Atom::Idea(_));
        let atoms = part.elements.iter().flat_map(|element| &element.alternatives);
        atoms.filter(|atom| !is_known(atom)).any(|atom| self.atom_denies(atom, false))
    }

    /// Whether a wording of an idea may contain a negator.
    fn wording_denies(&self, wording: &Phrase) -> bool {
        let elements = wording.parts.iter().flat_map(|part| &part.elements);
        elements.flat_map(|element| &element.alternatives).any(|atom| self.atom_denies(atom, false))
    }

    /// Whether a phrase has an element that only a negator matches.
    pub(super) fn means_denial(&self, phrase: &Phrase) -> bool {
        let only_denies = |element: &Element| element.alternatives.iter().all(|atom| self.atom_denies(atom, true));
        phrase.parts.iter().flat_map(|part| &part.elements).any(only_denies)
    }

    /// Whether an atom may match a negator, or `always` matches one.
    fn atom_denies(&self, atom: &Atom, always: bool) -> bool {
        match atom {
            Atom::Words { words, .. } => words.iter().any(|word| self.reader.lexicon.class(*word).has(Class::NEGATOR)),
            Atom::Idea(id) => match self.compiled.get(id.as_str()) {
                Some(CompiledIdea::Done { denies, means_denial, .. }) => {
                    if always {
                        *means_denial
                    } else {
                        *denies
                    }
                }
                _ => false,
            },
            Atom::Exact(_) | Atom::Quantity(_) => false,
        }
    }
}

fn ideas_of(element: &Element) -> impl Iterator<Item = &str> {
    element.alternatives.iter().filter_map(|atom| if let Atom::Idea(id) = atom { Some(id.as_str()) } else { None })
}
