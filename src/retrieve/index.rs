//! The index of passages from sample answers: its schema, how it is built, and how it is searched.

use std::collections::HashSet;
use std::ops::Range;

use tantivy::collector::TopDocs;
use tantivy::directory::{Directory, RamDirectory};
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{IndexBuilder, ReloadPolicy, Searcher, TantivyDocument, Term, doc};

use super::passages::passages;
use super::tokenizer::AnalyzerTokenizer;
use crate::model::{Question, Sample, SampleLevel};
use crate::questions::Analyzer;

/// Name of the analyzer in the schema.
pub(super) const ANALYZER: &str = "gradus";
/// Bytes that the writer may use before it starts a second segment.
const WRITER_MEMORY: usize = 50 << 20;
/// Maximum number of different terms of a query. Further terms are ignored.
const MAX_TERMS: usize = 512;

/// An index cannot be built or searched.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the search index cannot be used")]
pub struct IndexError(#[from] tantivy::TantivyError);

/// A question and its sample answers, for an index.
pub struct Contents<'a> {
    /// The question.
    pub question: &'a Question,
    /// Sample answers to the question.
    pub samples: &'a [Sample],
}

/// A passage of a sample answer that a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageFound {
    /// Id of the question.
    pub question: String,
    /// Level of the sample answer.
    pub level: SampleLevel,
    /// Text of the passage.
    pub text: String,
    /// Byte ranges of the words of the query in the text, in order and without overlaps.
    pub highlights: Vec<Range<usize>>,
    /// BM25 score. Only comparable within one search.
    pub score: f32,
}

#[derive(Clone, Copy)]
struct Fields {
    question: Field,
    level: Field,
    passage: Field,
}

/// Passages of sample answers, ready to be searched.
pub struct Index {
    analyzer: Analyzer,
    fields: Fields,
    searcher: Searcher,
}

fn schema() -> (Schema, Fields) {
    let indexing = TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(IndexRecordOption::WithFreqs);
    let text = TextOptions::default().set_indexing_options(indexing);
    let mut builder = Schema::builder();
    let fields = Fields {
        question: builder.add_text_field("question", STRING | STORED),
        level: builder.add_text_field("level", STRING | STORED),
        passage: builder.add_text_field("passage", text.set_stored()),
    };
    (builder.build(), fields)
}

impl Index {
    /// Builds an index in memory.
    pub fn in_memory(contents: &[Contents<'_>], analyzer: &Analyzer) -> Result<Self, IndexError> {
        Self::build(RamDirectory::create(), contents, analyzer)
    }

    pub(super) fn build(
        directory: impl Directory,
        contents: &[Contents<'_>],
        analyzer: &Analyzer,
    ) -> Result<Self, IndexError> {
        let (schema, fields) = schema();
        let tokenizers = tantivy::tokenizer::TokenizerManager::default();
        tokenizers.register(ANALYZER, AnalyzerTokenizer(analyzer.clone()));
        let builder = IndexBuilder::new().schema(schema).tokenizers(tokenizers);
        let mut writer = builder.single_segment_index_writer(directory, WRITER_MEMORY)?;
        for Contents { question, samples } in contents {
            for sample in *samples {
                for range in passages(&sample.text) {
                    writer.add_document(doc!(
                        fields.question => question.id.as_str(),
                        fields.level => sample.level.name(),
                        fields.passage => &sample.text[range],
                    ))?;
                }
            }
        }
        Self::of(&writer.finalize()?, analyzer)
    }

    pub(super) fn open(index: &tantivy::Index, analyzer: &Analyzer) -> Result<Self, IndexError> {
        index.tokenizers().register(ANALYZER, AnalyzerTokenizer(analyzer.clone()));
        Self::of(index, analyzer)
    }

    fn of(index: &tantivy::Index, analyzer: &Analyzer) -> Result<Self, IndexError> {
        let (_, fields) = schema();
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { analyzer: analyzer.clone(), fields, searcher: reader.searcher() })
    }

    /// The best `limit` passages for `text`, best first. `of` restricts them to the samples of one question and level.
    pub fn passages(
        &self,
        text: &str,
        of: Option<(&str, SampleLevel)>,
        limit: usize,
    ) -> Result<Vec<PassageFound>, IndexError> {
        let terms = self.distinct_terms(text);
        let any = BooleanQuery::new(terms.iter().map(|term| boosted(self.fields.passage, term, 1.0)).collect());
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(any))];
        if let Some((question, level)) = of {
            for (field, value) in [(self.fields.question, question), (self.fields.level, level.name())] {
                let (_, exact) = boosted(field, value, 0.0);
                clauses.push((Occur::Must, exact));
            }
        }
        let found = self.search(&BooleanQuery::new(clauses), limit)?;
        Ok(found.into_iter().map(|(score, document)| self.passage(&document, &terms, score)).collect())
    }

    fn passage(&self, document: &TantivyDocument, terms: &[String], score: f32) -> PassageFound {
        let text = stored(document, self.fields.passage);
        let level = stored(document, self.fields.level);
        let hits = self.analyzer.terms(&text).into_iter().filter(|term| terms.contains(&term.text));
        let mut highlights: Vec<Range<usize>> = hits.map(|term| term.start..term.end).collect();
        highlights.sort_unstable_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        highlights.dedup_by(|later, earlier| later.start < earlier.end);
        PassageFound {
            question: stored(document, self.fields.question),
            level: SampleLevel::ALL.into_iter().find(|known| known.name() == level).unwrap_or(SampleLevel::Weak),
            text,
            highlights,
            score,
        }
    }

    fn search(&self, query: &BooleanQuery, limit: usize) -> Result<Vec<(f32, TantivyDocument)>, IndexError> {
        let limit = limit.min(self.searcher.num_docs() as usize);
        let found = self.searcher.search(query, &TopDocs::with_limit(limit.max(1)).order_by_score())?;
        let document = |(score, address)| Ok((score, self.searcher.doc(address)?));
        found.into_iter().take(limit).map(document).collect()
    }

    fn distinct_terms(&self, text: &str) -> Vec<String> {
        let mut seen = HashSet::new();
        let terms = self.analyzer.terms(text).into_iter().map(|term| term.text);
        terms.filter(|term| seen.insert(term.clone())).take(MAX_TERMS).collect()
    }
}

fn stored(document: &TantivyDocument, field: Field) -> String {
    document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

fn boosted(field: Field, term: &str, boost: f32) -> (Occur, Box<dyn Query>) {
    let query = TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
    (Occur::Should, Box::new(BoostQuery::new(Box::new(query), boost)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_index_has_its_cause_as_its_source() {
        let error = IndexError::from(tantivy::TantivyError::InvalidArgument("no text".to_owned()));
        assert_eq!(error.to_string(), "the search index cannot be used");
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        assert_eq!(cause.as_deref(), Some("An invalid argument was passed: 'no text'"));
    }

    #[test]
    fn a_passage_is_found_by_its_words() {
        let bank = crate::engine::shipped_bank();
        let analyzer = Analyzer::new(bank.synonyms().expect("valid"));
        let all: Vec<(Question, Vec<Sample>)> = bank
            .entries()
            .iter()
            .map(|entry| (bank.question(entry).expect("valid"), bank.samples(entry).expect("valid")))
            .collect();
        let contents: Vec<Contents<'_>> =
            all.iter().map(|(question, samples)| Contents { question, samples }).collect();
        let index = Index::in_memory(&contents, &analyzer).expect("builds");
        let found = index.passages("restore test", None, 3).expect("searches");
        assert!(!found.is_empty() && found.iter().all(|found| !found.highlights.is_empty()));
        assert!(index.passages("", None, 3).expect("searches").is_empty());
    }
}
