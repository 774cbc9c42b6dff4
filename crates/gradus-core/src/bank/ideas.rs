//! Reads the files of ideas and tests each idea with its own sentences.
//!
//! The result of reading is the ideas with their locations. A bank may use the ideas of the built-in bank, add its own,
//! and replace some.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use super::finding::{Finding, SourceText};
use super::locations::inside_string;
use super::reader::{Reader, format_finding};
use super::schema::IdeaFile;
use crate::model::{Idea, Ideas};
use crate::pattern::{Compiler, PhraseError, Reader as PhraseReader, Scratch};
use crate::text::{Document, KnownWords, Lexicon, Synonyms};

/// The folder with the files of ideas.
pub(super) const IDEAS: &str = "rubrics/ideas/";

/// An idea with the locations of its parts in its file.
#[derive(Debug, Clone)]
pub(super) struct LocatedIdea {
    pub(super) id: String,
    pub(super) id_span: Range<usize>,
    pub(super) idea: Idea,
    pub(super) any: Vec<Range<usize>>,
    /// Sentences that must match, with their locations.
    pub(super) says: Vec<Spanned<String>>,
    /// Sentences that must not match, with their locations.
    pub(super) not: Vec<Spanned<String>>,
}

/// Reads a file of ideas.
///
/// # Errors
/// All faults of the file, except for those of phrases.
pub(super) fn parse(file: &str, text: &str) -> Result<Vec<LocatedIdea>, Vec<Finding>> {
    let table: IdeaFile = toml::from_str(text).map_err(|error| vec![format_finding(file, text, &error)])?;
    let mut reader = Reader::new(file, text);
    reader.check_schema(&table.schema);
    let mut ideas = Vec::with_capacity(table.idea.len() + table.words.len());
    for idea in table.idea {
        reader.check_id(&idea.id);
        if idea.any.is_empty() {
            reader.report(
                idea.id.span(),
                format!("idea `{}` has no wording", idea.id.get_ref()),
                "write phrases into `any`",
            );
        }
        if idea.says.is_empty() || idea.not.is_empty() {
            let message = format!("idea `{}` is not tested in both directions", idea.id.get_ref());
            reader.report(idea.id.span(), message, "give at least one sentence in `says` and one in `not`");
        }
        let (means, any) = (idea.means, idea.any);
        ideas.push(located(idea.id, means, any, idea.says, idea.not));
    }
    for words in table.words {
        reader.check_id(&words.id);
        if words.any.is_empty() {
            reader.report(
                words.id.span(),
                format!("the list `{}` has no word", words.id.get_ref()),
                "write words into `any`",
            );
        }
        ideas.push(located(words.id, String::new(), words.any, Vec::new(), Vec::new()));
    }
    let findings = reader.into_findings();
    if findings.is_empty() { Ok(ideas) } else { Err(findings) }
}

fn located(
    id: Spanned<String>,
    means: String,
    any: Vec<Spanned<String>>,
    says: Vec<Spanned<String>>,
    not: Vec<Spanned<String>>,
) -> LocatedIdea {
    let spans = any.iter().map(Spanned::span).collect();
    let any = any.into_iter().map(Spanned::into_inner).collect();
    LocatedIdea { id_span: id.span(), id: id.into_inner(), idea: Idea { means, any }, any: spans, says, not }
}

/// A file of ideas with its located ideas.
pub(super) struct IdeasOfFile<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
    pub(super) ideas: Vec<LocatedIdea>,
}

/// Collects the ideas of several files. A later file replaces the ideas of an earlier one.
pub(super) fn collect<'a>(files: impl IntoIterator<Item = &'a IdeasOfFile<'a>>) -> Ideas {
    files.into_iter().flat_map(|file| &file.ideas).map(|located| (located.id.clone(), located.idea.clone())).collect()
}

/// Reports ideas that are defined twice, wordings that are not valid, and sentences that an idea recognises wrongly.
/// `ideas` are all ideas that these files may use.
pub(super) fn check(
    files: &[IdeasOfFile<'_>],
    ideas: &Arc<Ideas>,
    synonyms: &Synonyms,
    known: &KnownWords,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for file in files {
        let source = SourceText::new(file.text);
        for located in &file.ideas {
            if let Some(other) = first.insert(&located.id, file.file) {
                let message = format!("the idea `{}` is defined twice, the first time in {other}", located.id);
                findings.push(source.finding(
                    file.file,
                    located.id_span.clone(),
                    message,
                    "give every idea its own id",
                ));
            }
            let mut test = IdeaTest { file, source: &source, ideas, synonyms, known, findings: &mut findings };
            test.run(located);
        }
    }
    findings
}

/// Tests one idea after the other.
struct IdeaTest<'t> {
    file: &'t IdeasOfFile<'t>,
    source: &'t SourceText<'t>,
    ideas: &'t Ideas,
    synonyms: &'t Synonyms,
    known: &'t KnownWords,
    findings: &'t mut Vec<Finding>,
}

impl IdeaTest<'_> {
    fn run(&mut self, located: &LocatedIdea) {
        let mut reader = PhraseReader::default();
        let mut compiler = Compiler::new(self.synonyms, self.ideas, &mut reader);
        let mut is_valid = true;
        for (wording, span) in located.idea.any.iter().zip(&located.any) {
            if let Err(error) = compiler.add(wording) {
                is_valid = false;
                self.report_phrase(span.clone(), error);
            }
        }
        if is_valid && let Err(error) = compiler.add(&format!("<{}>", located.id)) {
            is_valid = false;
            self.report(located.id_span.clone(), error.message, &error.hint);
        }
        if !is_valid {
            return;
        }
        let matcher = match compiler.finish(self.known) {
            Ok(matcher) => matcher,
            Err(error) => return self.report(located.id_span.clone(), error.to_string(), error.hint()),
        };
        let (mut document, mut lexicon, mut scratch) = (Document::new(), Lexicon::new(), Scratch::new());
        let mut matches = |sentence: &Spanned<String>| {
            let mut hits = Vec::new();
            document.read(sentence.get_ref(), 0, &mut lexicon);
            matcher.find_hits(&document, &mut lexicon, &mut scratch, &mut hits);
            !hits.is_empty()
        };
        let missed: Vec<&Spanned<String>> = located.says.iter().filter(|sentence| !matches(sentence)).collect();
        let wrong: Vec<&Spanned<String>> = located.not.iter().filter(|sentence| matches(sentence)).collect();
        for sentence in missed {
            let message = format!("the idea `{}` does not match this sentence", located.id);
            self.report(sentence.span(), message, "add a wording, or remove the sentence from `says`");
        }
        for sentence in wrong {
            let message = format!("the idea `{}` matches this sentence", located.id);
            self.report(sentence.span(), message, "narrow a wording, or remove the sentence from `not`");
        }
    }

    fn report_phrase(&mut self, span: Range<usize>, error: PhraseError) {
        let at = inside_string(self.file.text, span, &error.at);
        self.report(at, error.message, &error.hint);
    }

    fn report(&mut self, span: Range<usize>, message: String, hint: &str) {
        self.findings.push(self.source.finding(self.file.file, span, message, hint));
    }
}
