//! The index: what is in it, how it is made, how it is asked.

use std::collections::HashSet;
use std::ops::Range;

use tantivy::collector::TopDocs;
use tantivy::directory::{Directory, RamDirectory};
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{IndexBuilder, ReloadPolicy, Searcher, TantivyDocument, Term, doc};

use super::analyzer::Analyzer;
use super::passages::passages;
use crate::model::{Question, Sample, SampleLevel};

/// The analyser's name in the schema.
pub(super) const ANALYZER: &str = "gradus";
/// Memory that the writer may use before it would start a second segment.
const WRITER_MEMORY: usize = 50 << 20;
/// Different terms of a query that are looked up, the first ones.
const MOST_TERMS: usize = 512;

/// Weights of the fields when a question is found by its wording, chosen by `evals/retrieval`.
const WORDING_BOOSTS: [f32; 3] = [2.0, 1.0, 0.5];
/// The same when it is found by an answer.
const ANSWER_BOOSTS: [f32; 3] = [0.5, 1.0, 1.0];

/// Why an index cannot be made or asked.
#[derive(Debug, thiserror::Error)]
#[error("the search index cannot be used: {0}")]
pub struct IndexError(#[from] tantivy::TantivyError);

/// What goes into an index.
pub struct Contents<'a> {
    /// The question.
    pub question: &'a Question,
    /// Its sample answers.
    pub samples: &'a [Sample],
}

/// What an index can be asked for; what is not asked for need not be indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Questions and passages.
    All,
    /// Questions only.
    Questions,
    /// Passages only.
    Passages,
}

/// What a question is looked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Somebody's wording of it.
    Wording(&'a str),
    /// An answer to it.
    Answer(&'a str),
}

/// A question and how well it fits; scores compare within one search only.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionFound {
    /// The question's id.
    pub id: String,
    /// How well it fits.
    pub score: f32,
}

/// A passage of a sample answer and how well it fits.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageFound {
    /// The question the sample answers.
    pub question: String,
    /// How good the sample is.
    pub level: SampleLevel,
    /// The passage.
    pub text: String,
    /// Where in it the words stand that were looked for.
    pub highlights: Vec<Range<usize>>,
    /// How well it fits.
    pub score: f32,
}

#[derive(Clone, Copy)]
struct Fields {
    question: Field,
    level: Field,
    wording: Field,
    asks: Field,
    samples: Field,
    passage: Field,
}

/// Questions and passages, ready to be searched.
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
        wording: builder.add_text_field("wording", text.clone()),
        asks: builder.add_text_field("asks", text.clone()),
        samples: builder.add_text_field("samples", text.clone()),
        passage: builder.add_text_field("passage", text.set_stored()),
    };
    (builder.build(), fields)
}

impl Index {
    /// An index in memory.
    pub fn in_memory(contents: &[Contents<'_>], holds: Holds, analyzer: &Analyzer) -> Result<Self, IndexError> {
        Self::build(RamDirectory::create(), contents, holds, analyzer)
    }

    pub(super) fn build(
        directory: impl Directory,
        contents: &[Contents<'_>],
        holds: Holds,
        analyzer: &Analyzer,
    ) -> Result<Self, IndexError> {
        let (schema, fields) = schema();
        let tokenizers = tantivy::tokenizer::TokenizerManager::default();
        tokenizers.register(ANALYZER, analyzer.clone());
        let builder = IndexBuilder::new().schema(schema).tokenizers(tokenizers);
        let mut writer = builder.single_segment_index_writer(directory, WRITER_MEMORY)?;
        for Contents { question, samples } in contents {
            if holds != Holds::Passages {
                writer.add_document(question_document(fields, question, samples))?;
            }
            for sample in samples.iter().filter(|_| holds != Holds::Questions) {
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
        index.tokenizers().register(ANALYZER, analyzer.clone());
        Self::of(index, analyzer)
    }

    fn of(index: &tantivy::Index, analyzer: &Analyzer) -> Result<Self, IndexError> {
        let (_, fields) = schema();
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { analyzer: analyzer.clone(), fields, searcher: reader.searcher() })
    }

    /// The questions that fit best, best first; none where no word is known.
    pub fn questions(&self, wanted: Wanted<'_>, limit: usize) -> Result<Vec<QuestionFound>, IndexError> {
        let (text, boosts) = match wanted {
            Wanted::Wording(text) => (text, WORDING_BOOSTS),
            Wanted::Answer(text) => (text, ANSWER_BOOSTS),
        };
        let Fields { wording, asks, samples, .. } = self.fields;
        let terms = self.distinct_terms(text);
        let fields = [wording, asks, samples].into_iter().zip(boosts);
        let clauses = fields.flat_map(|(field, boost)| terms.iter().map(move |term| boosted(field, term, boost)));
        let found = self.search(&BooleanQuery::new(clauses.collect()), limit)?;
        let question = |(score, document): (f32, TantivyDocument)| QuestionFound {
            id: stored(&document, self.fields.question),
            score,
        };
        Ok(found.into_iter().map(question).collect())
    }

    /// The passages that fit best, best first; of one question and level where these are given.
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
        terms.filter(|term| seen.insert(term.clone())).take(MOST_TERMS).collect()
    }
}

fn stored(document: &TantivyDocument, field: Field) -> String {
    document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

fn boosted(field: Field, term: &str, boost: f32) -> (Occur, Box<dyn Query>) {
    let query = TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
    (Occur::Should, Box::new(BoostQuery::new(Box::new(query), boost)))
}

fn question_document(fields: Fields, question: &Question, samples: &[Sample]) -> TantivyDocument {
    let mut document = doc!(fields.question => question.id.as_str());
    for wording in std::iter::once(&question.prompt).chain(&question.also_asked) {
        document.add_text(fields.wording, wording);
    }
    for criterion in question.criteria.iter().chain(&question.penalties) {
        document.add_text(fields.asks, &criterion.asks);
    }
    for sample in samples {
        document.add_text(fields.samples, &sample.text);
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank; // tests may name what the module may not

    #[test]
    fn a_question_is_found_by_its_own_wording_and_a_passage_by_its_words() {
        let bank = Bank::shipped();
        let analyzer = Analyzer::new(bank.synonyms().expect("valid"));
        let all: Vec<(Question, Vec<Sample>)> = bank
            .entries()
            .iter()
            .map(|entry| (bank.question(entry).expect("valid"), bank.samples(entry).expect("valid")))
            .collect();
        let contents: Vec<Contents<'_>> =
            all.iter().map(|(question, samples)| Contents { question, samples }).collect();
        let index = Index::in_memory(&contents, Holds::All, &analyzer).expect("builds");
        for (question, _) in &all {
            let found = index.questions(Wanted::Wording(&question.prompt), 2).expect("searches");
            assert_eq!(found[0].id, question.id);
        }
        let found = index.passages("restore test", None, 3).expect("searches");
        assert!(found.iter().all(|found| !found.highlights.is_empty()));
        assert!(index.questions(Wanted::Wording("the of and"), 3).expect("searches").is_empty());
        assert!(index.passages("", None, 3).expect("searches").is_empty());
    }
}
