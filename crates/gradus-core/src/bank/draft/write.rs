//! Drafted rubrics as files that a person can read and edit.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::ambiguous::refuse_ambiguous;
use super::fit::{Weighed, fitted};
use super::source::{DraftCriterion, DraftError, DraftQuestion};
use super::terms::{Terms, Weights};
use crate::bank::criteria::HALF;
use crate::bank::written::{free, hyphenated, quoted};
use crate::model::Thousandths;
use crate::score::Vocabulary;
use crate::text::{KnownWords, Related, Synonyms};

/// Points for saying what the references say.
const POINTS: u32 = 10;

/// The share of a criterion's text that earns half of its points: credit is the share itself. A criterion is one
/// point of an answer and much shorter than a reference answer, so a few of its words are not yet the gist.
const CRITERION_HALF: Thousandths = Thousandths(500);

/// A rubric file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftedFile {
    /// `rubrics/<topic>/<id>.toml`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Drafts a rubric for each question; those that name no topic go into `topic`. Every text that a question is drafted
/// from earns full credit under its rubric.
///
/// # Errors
/// When a text of a question has no words that can be looked for, or its texts are too long together, or when questions
/// have ids that cannot be told apart.
pub fn draft(
    questions: &[DraftQuestion],
    topic: &str,
    synonyms: &Synonyms,
    related: &Related,
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

/// What a question is drafted from, weighed: its criteria where it has some, else its references.
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

/// The ids of the drafted rubrics. A question keeps an id that is one already, so that no other question takes it:
/// both would go by that name.
fn ids(questions: &[DraftQuestion]) -> Vec<String> {
    let is_kept = |question: &DraftQuestion| slug(&question.id) == question.id;
    let kept = questions.iter().filter(|question| is_kept(question));
    let mut taken: BTreeSet<String> = kept.map(|question| question.id.clone()).collect();
    let id = |question: &DraftQuestion| {
        if is_kept(question) { question.id.clone() } else { free(&slug(&question.id), &mut taken) }
    };
    questions.iter().map(id).collect()
}

/// A name of a file or folder: lower-case letters, digits and hyphens, not too many.
fn slug(name: &str) -> String {
    const LONGEST: usize = 80;
    let slug = hyphenated(name);
    match slug.as_str() {
        "" => "q".to_owned(),
        "shared" => "shared-topic".to_owned(), // a folder of shared criteria is no topic
        long if long.len() > LONGEST => {
            format!("{}-{}", &long[..LONGEST], &blake3::hash(name.as_bytes()).to_hex()[..8])
        }
        _ => slug,
    }
}

/// The comment at the top of a rubric that was drafted from reference answers.
const REFERENCES_HEAD: &str = "\
    # Drafted from reference answers by `gradus bank draft`. Nobody has read it yet: see whether the weights\n\
    # fit, add what else a good answer may say, then remove `drafted`.\n\
    #\n\
    # An answer earns credit by the share of the weights that it says, in the reference that fits it best:\n\
    # half of the points for the share `half`, then ever less for more. Forms, synonyms and slips of the\n\
    # words count whole; related words, and what is denied there but not here, count half.\n";

/// The comment at the top of a rubric that was drafted from the texts of criteria.
const CRITERIA_HEAD: &str = "\
    # Drafted from the texts of its criteria by `gradus bank draft`. No one has read it yet: check whether the\n\
    # weights fit, add what else a good answer may say, then remove `drafted`.\n\
    #\n\
    # An answer earns the share of a criterion's weights that it says. Words that several criteria contain\n\
    # weigh less. Forms, synonyms and slips of the words count whole; related words, and what is denied there\n\
    # but not here, count half.\n";

/// The rubric file; `terms` are those of the criteria or references, in their order.
fn rubric(question: &DraftQuestion, topic: &str, id: &str, terms: &[Terms]) -> String {
    let mut file = String::from(if question.criteria.is_empty() { REFERENCES_HEAD } else { CRITERIA_HEAD });
    let _ = writeln!(file, "schema = 1\nid = {}\ntopic = {}\ndrafted = true", quoted(id), quoted(topic));
    if question.id != id {
        let _ = writeln!(file, "known_as = [{}]", quoted(&question.id));
    }
    let _ = writeln!(file, "kind = \"concept\"\nlevel = \"core\"\nprompt = {}", quoted(&question.prompt));
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

/// The ids of a question's criteria: their own where they have some, else by number.
fn criterion_ids(question: &DraftQuestion) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let id = |(number, criterion): (usize, &DraftCriterion)| {
        let own = criterion.id.as_deref().map(slug);
        free(&own.unwrap_or_else(|| format!("point-{}", number + 1)), &mut taken)
    };
    question.criteria.iter().enumerate().map(id).collect()
}

/// A test of the rubric: what it was drafted from earns all of it.
fn golden(file: &mut String, criterion: &str, text: &str) {
    let _ = writeln!(file, "\n[[golden]]\ntext = {}\nexpect = {{ {criterion} = 1.0 }}", quoted(text));
}

fn criterion(file: &mut String, id: &str, points: u32, asks: &str, advice: Option<&str>, half: Thousandths) {
    let _ = writeln!(file, "\n[[criterion]]\nid = {}\npoints = {points}\nasks = {}", quoted(id), quoted(asks));
    if let Some(advice) = advice {
        let _ = writeln!(file, "advice = {}", quoted(advice));
    }
    let _ = writeln!(file, "half = {}", half.as_f64());
}

fn reference(file: &mut String, text: &str, terms: &Terms) {
    let _ = writeln!(file, "\n[[criterion.reference]]\ntext = {}", quoted(text));
    for (table, list) in [("terms", &terms.said), ("denied", &terms.denied)] {
        if !list.is_empty() {
            let _ = writeln!(file, "[criterion.reference.{table}]");
        }
        for (phrase, weight) in list {
            let _ = writeln!(file, "{} = {weight:.2}", quoted(phrase));
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
        let files = draft(questions, "Drafted", &Synonyms::default(), &Related::default()).expect("words");
        Bank::new(files_from_texts(files.into_iter().map(|file| (file.name, file.text))))
    }

    #[test]
    fn a_reference_earns_all_under_its_own_draft() {
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
    fn names_are_ids() {
        for (name, expected) in
            [("beetle/BULB_C", "beetle-bulb-c"), ("1.1", "1-1"), ("--", "q"), ("Shared", "shared-topic")]
        {
            assert_eq!(slug(name), expected);
        }
        let long = slug(&"long ".repeat(100));
        assert!(long.len() < 100 && long != slug(&"long ".repeat(101)), "{long}");
    }
}
