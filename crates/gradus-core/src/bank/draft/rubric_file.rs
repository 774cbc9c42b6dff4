//! Writes drafted rubrics as files that a person can read and edit.
//!
//! Takes questions and word lists; gives the names and texts of rubric files. Weights are decided in `weights`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::ambiguous_ids::refuse_ambiguous;
use super::draft_error::DraftError;
use super::fit_terms::{Weighed, fitted};
use super::questions::{DraftCriterion, DraftQuestion};
use super::weights::{Terms, Weights};
use crate::bank::criteria::HALF;
use crate::bank::encode::{hyphenated, toml_string, unused_id};
use crate::model::Thousandths;
use crate::score::Vocabulary;
use crate::text::{KnownWords, RelatedWords, Synonyms};

/// Points of the criterion that has the references.
const POINTS: u32 = 10;

/// The share of a criterion's text that earns half of its points, so that the credit equals the share. A criterion is one
/// point of an answer and much shorter than a reference answer, so a few of its words are not yet the gist.
const CRITERION_HALF: Thousandths = Thousandths(500);

/// A drafted rubric file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftedFile {
    /// Name in the bank: `rubrics/<topic>/<id>.toml`.
    pub name: String,
    /// Text of the file.
    pub text: String,
}

/// Drafts a rubric for each question. Questions without a topic get `topic`.
///
/// Every text that a question is drafted from earns full credit under its rubric.
///
/// # Errors
/// When a text of a question has no words that can be searched for, the texts are too long together, or a person cannot
/// tell two ids apart.
pub fn draft(
    questions: &[DraftQuestion],
    topic: &str,
    synonyms: &Synonyms,
    related: &RelatedWords,
) -> Result<Vec<DraftedFile>, DraftError> {
    refuse_ambiguous(questions)?;
    let mut weights = Weights::new(questions, synonyms, related);
    let words = questions.iter().flat_map(DraftQuestion::texts);
    let vocabulary = Vocabulary::new(Arc::new(synonyms.clone()), KnownWords::default())
        .with_words(words)
        .with_related(related.clone());
    let file = |(question, id): (&DraftQuestion, String)| {
        let topic = slug(question.topic.as_deref().unwrap_or(topic));
        let name = format!("rubrics/{topic}/{id}.toml");
        let mut texts = texts(question, &mut weights);
        let write = |terms: &[Terms]| rubric(question, &topic, &id, terms);
        let text = fitted(&name, &mut texts, &vocabulary, write)?;
        Ok(DraftedFile { name, text })
    };
    questions.iter().zip(ids(questions)).map(file).collect()
}

/// The texts that a question is drafted from, with the weights of their terms.
fn texts<'q>(question: &'q DraftQuestion, weights: &mut Weights<'_>) -> Weighed<'q> {
    let is_by_criterion = !question.criteria.is_empty();
    let texts: Vec<&str> = question.texts().collect();
    let criteria = weights.criteria(question);
    let terms = |text: &&str| {
        if is_by_criterion {
            weights.criterion_terms(&question.prompt, text, &criteria)
        } else {
            weights.terms(&question.prompt, text)
        }
    };
    let terms = texts.iter().map(terms).collect();
    Weighed { question: &question.id, texts, terms, is_by_criterion }
}

/// The ids of the drafted rubrics. A question keeps an id that is valid already. Otherwise another question could take it,
/// and both would have that name.
fn ids(questions: &[DraftQuestion]) -> Vec<String> {
    let is_kept = |question: &DraftQuestion| slug(&question.id) == question.id;
    let kept = questions.iter().filter(|question| is_kept(question));
    let mut taken: BTreeSet<String> = kept.map(|question| question.id.clone()).collect();
    let id = |question: &DraftQuestion| {
        if is_kept(question) { question.id.clone() } else { unused_id(&slug(&question.id), &mut taken) }
    };
    questions.iter().map(id).collect()
}

/// A valid name of a file or folder: at most about 90 lower-case letters, digits and hyphens.
fn slug(name: &str) -> String {
    const LONGEST: usize = 80;
    let slug = hyphenated(name);
    match slug.as_str() {
        "" => "q".to_owned(),
        "shared" => "shared-topic".to_owned(), // because `rubrics/shared` is not a topic
        long if long.len() > LONGEST => {
            format!("{}-{}", &long[..LONGEST], &blake3::hash(name.as_bytes()).to_hex()[..8])
        }
        _ => slug,
    }
}

/// The comment at the top of a rubric that was drafted from reference answers.
const REFERENCES_HEAD: &str = "\
    # Drafted from reference answers by a program. No one has reviewed it yet: check whether the\n\
    # weights fit, add what else a good answer may say, then remove `drafted`.\n\
    #\n\
    # The credit depends on the share of the weights that the answer contains, in the reference that fits\n\
    # best: half of the points for the share `half`, and more than that for a larger share. Inflections,\n\
    # synonyms and misspellings count in full. Related words count half, and so does a phrase that the answer\n\
    # denies and the reference does not, or the other way round.\n";

/// The comment at the top of a rubric that was drafted from the texts of criteria.
const CRITERIA_HEAD: &str = "\
    # Drafted from the texts of its criteria by a program. No one has reviewed it yet: check whether the\n\
    # weights fit, add what else a good answer may say, then remove `drafted`.\n\
    #\n\
    # The credit is the share of a criterion's weights that the answer contains. Words of several criteria\n\
    # weigh less. Inflections, synonyms and misspellings count in full. Related words count half, and so does\n\
    # a phrase that the answer denies and the criterion does not, or the other way round.\n";

/// The text of a rubric file. `terms` are those of the criteria or references, in the same order.
fn rubric(question: &DraftQuestion, topic: &str, id: &str, terms: &[Terms]) -> String {
    let mut file = String::from(if question.criteria.is_empty() { REFERENCES_HEAD } else { CRITERIA_HEAD });
    let _ = writeln!(file, "schema = 1\nid = {}\ntopic = {}\ndrafted = true", toml_string(id), toml_string(topic));
    if question.id != id {
        let _ = writeln!(file, "known_as = [{}]", toml_string(&question.id));
    }
    let _ = writeln!(file, "kind = \"concept\"\nlevel = \"core\"\nprompt = {}", toml_string(&question.prompt));
    if question.criteria.is_empty() {
        let asks = match question.references.as_slice() {
            [only] => format!("Says what the reference answer says: {only}"),
            several => format!("Says what one of these reference answers says: {}", several.join(" / ")),
        };
        let advice = question.references.first().map(|reference| format!("A full answer: {reference}"));
        criterion(&mut file, "reference", POINTS, &asks, advice.as_deref(), HALF);
        for (text, terms) in question.references.iter().zip(terms) {
            reference(&mut file, text, terms);
        }
        question.references.iter().for_each(|text| golden(&mut file, "reference", text));
    }
    let ids = criterion_ids(question);
    for ((id, DraftCriterion { text, points, .. }), terms) in ids.iter().zip(&question.criteria).zip(terms) {
        criterion(&mut file, id, *points, text, Some(text), CRITERION_HALF);
        reference(&mut file, text, terms);
    }
    for (id, DraftCriterion { text, .. }) in ids.iter().zip(&question.criteria) {
        golden(&mut file, id, text);
    }
    file
}

/// The ids of a question's criteria. Criteria without an id get a number.
fn criterion_ids(question: &DraftQuestion) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let id = |(number, criterion): (usize, &DraftCriterion)| {
        let own = criterion.id.as_deref().map(slug);
        unused_id(&own.unwrap_or_else(|| format!("point-{}", number + 1)), &mut taken)
    };
    question.criteria.iter().enumerate().map(id).collect()
}

/// Adds a golden: the text that a criterion was drafted from earns full credit.
fn golden(file: &mut String, criterion: &str, text: &str) {
    let _ = writeln!(file, "\n[[golden]]\ntext = {}\nexpect = {{ {criterion} = 1.0 }}", toml_string(text));
}

fn criterion(file: &mut String, id: &str, points: u32, asks: &str, advice: Option<&str>, half: Thousandths) {
    let _ =
        writeln!(file, "\n[[criterion]]\nid = {}\npoints = {points}\nasks = {}", toml_string(id), toml_string(asks));
    if let Some(advice) = advice {
        let _ = writeln!(file, "advice = {}", toml_string(advice));
    }
    let _ = writeln!(file, "half = {}", half.as_f64());
}

fn reference(file: &mut String, text: &str, terms: &Terms) {
    let _ = writeln!(file, "\n[[criterion.reference]]\ntext = {}", toml_string(text));
    for (table, list) in [("terms", &terms.said), ("denied", &terms.denied)] {
        if !list.is_empty() {
            let _ = writeln!(file, "[criterion.reference.{table}]");
        }
        for (phrase, weight) in list {
            let _ = writeln!(file, "{} = {weight:.2}", toml_string(phrase));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;
    use crate::model::Answer;
    use crate::score::Workspace;
    use crate::test_bank::files_from_texts;

    fn question(id: &str, references: &[&str], criteria: &[(Option<&str>, &str, u32)]) -> DraftQuestion {
        DraftQuestion {
            id: id.to_owned(),
            topic: None,
            prompt: format!("What is \"it\" in {}?\n\u{1}", references.len()),
            references: references.iter().map(|&text| text.to_owned()).collect(),
            criteria: criteria
                .iter()
                .map(|&(id, text, points)| DraftCriterion { id: id.map(str::to_owned), text: text.to_owned(), points })
                .collect(),
        }
    }

    fn bank(questions: &[DraftQuestion]) -> Bank {
        let files = draft(questions, "Drafted", &Synonyms::default(), &RelatedWords::default()).expect("words");
        Bank::new(files_from_texts(files.into_iter().map(|file| (file.name, file.text))))
    }

    #[test]
    fn a_reference_earns_full_credit_under_its_own_draft() {
        let odd = "It's not \"x|y & <z>\" \\ 'quoted' = C++; 5 * 3, but a gap.";
        let bank =
            bank(&[question("Set 1/A", &[odd, "Another one."], &[]), question("set-1-a", &["Fine words."], &[])]);
        let vocabulary = bank.vocabulary().expect("words");
        let mut workspace = Workspace::new();
        for (name, answer) in [("Set 1/A", odd), ("set-1-a-2", odd), ("set-1-a", "Fine words.")] {
            let scorer = bank.scorer(bank.entry(name).expect("known"), &vocabulary).expect("sound");
            let grade = scorer.grade(&Answer::new("a", answer), &mut workspace);
            assert_eq!(grade.score(), Some(crate::model::Tenths(1000)), "{name}: {grade:?}");
        }
        assert_eq!(crate::bank::check(&bank), []);
    }

    #[test]
    fn each_criterion_text_becomes_a_criterion() {
        let bank = bank(&[question(
            "q",
            &["All of it."],
            &[(None, "Names the gap.", 2), (Some("Its Path"), "Names the path.", 1)],
        )]);
        let question = bank.question(&bank.entries()[0]).expect("sound");
        let criteria: Vec<_> =
            question.criteria.iter().map(|criterion| (criterion.id.as_str(), criterion.points)).collect();
        assert_eq!(criteria, [("point-1", 2), ("its-path", 1)]);
        assert!(question.drafted);
    }

    #[test]
    fn names_become_valid_ids() {
        for (name, expected) in
            [("beetle/BULB_C", "beetle-bulb-c"), ("1.1", "1-1"), ("--", "q"), ("Shared", "shared-topic")]
        {
            assert_eq!(slug(name), expected);
        }
        let long = slug(&"long ".repeat(100));
        assert!(long.len() < 100 && long != slug(&"long ".repeat(101)), "{long}");
    }
}
