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
use super::schema::{IdeaFile, OneIdea};
use crate::model::{Idea, Ideas};
use crate::pattern::{Compiler, PhraseError, Reader as PhraseReader, Scratch};
use crate::text::{Document, KnownWords, Lexicon, Synonyms};

/// The folder with the files of ideas.
pub(super) const IDEAS: &str = "rubrics/ideas/";

/// The first lines of the tables in a file of ideas.
const TABLES: [&str; 2] = ["[[idea]]", "[[words]]"];
const QUOTES: [char; 2] = ['"', '\''];

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

/// Collects the ideas of files, given as names and texts, without parsing their tables. A later file replaces the ideas
/// of an earlier one.
pub(super) fn collect<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Ideas {
    let mut ideas = Ideas::default();
    for (id, table) in files.into_iter().flat_map(|(_, text)| tables(text)) {
        ideas.add(id, table, parse_table);
    }
    ideas
}

/// The ids of ideas that `files` define in another way than `others`, sorted.
pub(super) fn replaced<'a>(files: &[(&str, &'a str)], others: &[(&str, &str)]) -> Vec<&'a str> {
    let others: BTreeMap<&str, &str> = others.iter().flat_map(|(_, text)| tables(text)).collect();
    let own = files.iter().flat_map(|(_, text)| tables(text));
    let mut replaced: Vec<&str> = own
        .filter(|(id, table)| others.get(id).is_some_and(|other| other.trim() != table.trim()))
        .map(|(id, _)| id)
        .collect();
    replaced.sort_unstable();
    replaced.dedup();
    replaced
}

/// The tables of a file of ideas with their ids. A table starts with a line `[[idea]]` or `[[words]]` and has a line with
/// its id.
fn tables(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let starts: Vec<usize> = TABLES.iter().flat_map(|start| line_starts(text, start)).collect();
    let mut bounds: Vec<usize> = starts.into_iter().chain([text.len()]).collect();
    bounds.sort_unstable();
    let pairs: Vec<(usize, usize)> = bounds.iter().copied().zip(bounds.iter().copied().skip(1)).collect();
    pairs.into_iter().filter_map(|(start, end)| {
        let table = text.get(start..end)?;
        let id = table.lines().find_map(|line| line.strip_prefix("id")?.trim_start().strip_prefix('='))?;
        Some((id.trim().split(QUOTES).nth(1)?, table))
    })
}

/// The byte offsets of lines that start with `start`.
fn line_starts<'t>(text: &'t str, start: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_line_start = |at: &usize| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
    text.match_indices(start).map(|(at, _)| at).filter(is_line_start)
}

/// Parses the table of one idea. `None` if it has faults.
fn parse_table(table: &str) -> Option<Idea> {
    let OneIdea { mut idea, mut words } = toml::from_str(table).ok()?;
    let texts = |any: Vec<Spanned<String>>| any.into_iter().map(Spanned::into_inner).collect::<Vec<_>>();
    let parsed = match (idea.pop(), words.pop()) {
        (Some(idea), None) => Idea { means: idea.means, any: texts(idea.any) },
        (None, Some(words)) => Idea { means: String::new(), any: texts(words.any) },
        _ => return None,
    };
    (!parsed.any.is_empty()).then_some(parsed)
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
            if ideas.get(&located.id).is_none() {
                let message = format!("the idea `{}` is not in a table of its own", located.id);
                let hint = "write `[[idea]]` or `[[words]]` at the start of a line, and the id on the next line";
                findings.push(source.finding(file.file, located.id_span.clone(), message, hint));
                continue;
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
        let mut is_recognised = |sentence: &Spanned<String>| {
            let mut hits = Vec::new();
            document.read(sentence.get_ref(), 0, &mut lexicon);
            matcher.find_hits(&document, &mut lexicon, &mut scratch, &mut hits);
            !hits.is_empty()
        };
        let missed: Vec<&Spanned<String>> = located.says.iter().filter(|sentence| !is_recognised(sentence)).collect();
        let wrong: Vec<&Spanned<String>> = located.not.iter().filter(|sentence| is_recognised(sentence)).collect();
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
