//! Checks that no two questions of a bank share a wording.
//!
//! Takes the whole bank; gives findings.

use hashbrown::HashMap;

use super::finding::Finding;
use super::question_bank::Bank;
use super::wordings::RubricWordings;
use crate::text::wording_key;

/// A finding for every wording that two questions share, because the question cannot be determined from it.
///
/// Wordings that only drafts share are not reported: data sets repeat prompts, and rows that name such a wording are not
/// graded.
pub(super) fn check_wordings(bank: &Bank) -> Vec<Finding> {
    let asked: Vec<Option<RubricWordings>> = bank
        .entries()
        .iter()
        .map(|entry| bank.files().text(&entry.rubric_path()).and_then(RubricWordings::read))
        .collect();
    let mut sharers: HashMap<String, Sharers> = HashMap::new();
    for (number, asked) in asked.iter().enumerate() {
        let Some(asked) = asked else { continue };
        for wording in asked.all() {
            let sharers =
                sharers.entry(wording_key(wording)).or_insert(Sharers { first: number, are_drafted: asked.drafted });
            sharers.are_drafted &= asked.drafted;
        }
    }
    let mut findings = Vec::new();
    for (entry, asked) in bank.entries().iter().zip(&asked) {
        let file = entry.rubric_path();
        let text = bank.files().text(&file).unwrap_or_default();
        for wording in asked.iter().flat_map(RubricWordings::all) {
            let key = wording_key(wording);
            let sharers = sharers.get(&key).filter(|sharers| !key.is_empty() && !sharers.are_drafted);
            // Two rubrics with the same id are reported as another fault.
            let other = sharers.and_then(|sharers| bank.entries().get(sharers.first));
            let Some(other) = other.filter(|other| other.id != entry.id) else { continue };
            let span = text.find(wording.as_str()).map_or(0..0, |start| start..start + wording.len());
            let message = format!("the question `{}` has the same wording", other.id);
            findings.push(Finding::new(&file, text, span, message, "change one of the two wordings, or remove it"));
        }
    }
    findings
}

/// The questions that share a wording.
struct Sharers {
    /// The number of the first question.
    first: usize,
    /// Whether all of the questions are drafts.
    are_drafted: bool,
}

#[cfg(test)]
mod tests {
    use super::super::{Bank, check, rubric_template};
    use crate::test_bank::{files_from_texts, shipped_bank};

    const WORDING: &str = "Have you ever rolled back a deployment?";

    fn bank(change: impl Fn(String) -> String) -> Bank {
        let files = [
            ("rubrics/topic/one.toml", rubric_template("topic", "one")),
            ("rubrics/topic/two.toml", change(rubric_template("topic", "two"))),
        ];
        Bank::new(files_from_texts(files))
    }

    #[test]
    fn a_shared_wording_is_a_finding_and_finds_both_questions() {
        let bank = bank(|text| {
            text.replace("Tell me about a time when you had to undo a release.", "How do you undo a release?")
                .replace(WORDING, "have you EVER rolled-back a deployment")
        });
        let ids =
            |wording| bank.entries_with_wording(wording).iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids("“Have you ever rolled back a deployment”"), ["one", "two"]);
        assert_eq!(ids("How do you undo a release"), ["two"]);
        assert!(ids("How do you undo it?").is_empty() && ids("??").is_empty());
        let findings = check(&bank);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].message, "the question `one` has the same wording");
        let text = bank.files().text("rubrics/topic/two.toml").expect("text");
        assert_eq!(&text[findings[0].start..findings[0].end], "have you EVER rolled-back a deployment");
    }

    #[test]
    fn a_wording_that_only_drafts_share_is_not_a_finding() {
        let shared = |ids: &[(&str, bool)]| {
            let rubric = |&(id, is_drafted): &(&str, bool)| {
                let text = rubric_template("topic", id).replace(WORDING, &format!("Is this {id}?"));
                let head = format!("drafted = {is_drafted}\nkind = ");
                (format!("rubrics/topic/{id}.toml"), text.replacen("kind = ", &head, 1))
            };
            let bank = Bank::new(files_from_texts(ids.iter().map(rubric)));
            check(&bank).into_iter().map(|finding| (finding.file, finding.message)).collect::<Vec<_>>()
        };
        let found = |id: &str| (format!("rubrics/topic/{id}.toml"), "the question `a` has the same wording".to_owned());
        assert_eq!(shared(&[("a", true), ("b", true), ("c", true)]), []);
        assert_eq!(shared(&[("a", true), ("b", false), ("c", true)]), [found("b"), found("c")]);
        assert_eq!(shared(&[("a", false), ("b", true)]), [found("b")]);
    }

    #[test]
    fn index_only_wordings_find_their_question() {
        let bank = bank(|text| {
            text.replace("Tell me about a time when you had to undo a release.", "How do you undo a release?")
                .replace(WORDING, "How do you plan a rollback?")
                .replace("index_only = []", "index_only = ['rollback drill']")
        });
        assert_eq!(
            bank.entries_with_wording("Rollback drill!").iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(),
            ["two"]
        );
        let question = bank.question(bank.entry("two").expect("there")).expect("sound");
        assert_eq!((question.also_asked.len(), question.index_only), (1, vec!["rollback drill".to_owned()]));
    }

    #[test]
    fn every_wording_of_the_shipped_bank_finds_its_own_question() {
        let bank = shipped_bank();
        let mut wordings = 0;
        for entry in bank.entries() {
            let question = bank.question(entry).expect("sound");
            for wording in question.wordings() {
                let disguised = format!("  {}?! ", wording.to_uppercase().replace(' ', "  ").replace('\'', "’"));
                for wording in [wording, &disguised] {
                    assert_eq!(bank.entries_with_wording(wording), [entry], "{wording}");
                }
                wordings += 1;
            }
        }
        assert!(wordings > bank.entries().len());
    }
}
