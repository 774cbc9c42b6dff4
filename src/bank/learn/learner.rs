//! From a question of a bank and its graded answers to proposals and a patch that the program can read.

use super::contrast::{GradedAnswer, Refusal, contrasts};
use super::edit::{Entry as Written, Insertion, insertions, ordered};
use super::patch::{applied, diff};
use super::proposal::{Aimed, Proposal, Target, proposals};
use super::seen::{Seen, see, stems};
use crate::bank::library::{Bank, BankError, Entry};
use crate::bank::places::CriterionPlaces;
use crate::model::{Answer, Criterion, Golden};
use crate::pattern::Reader;
use crate::score::{Scorer, Scorers, Vocabulary, Workspace};

/// What the answers to one question teach.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The question.
    pub question: String,
    /// How many graded answers there were.
    pub answers: usize,
    /// Strongest first.
    pub proposals: Vec<Proposal>,
    /// Why nothing was learned from some or all of them.
    pub refusals: Vec<Refusal>,
    /// What would be proposed if the rubric file were written in another way.
    pub dropped: Vec<Proposal>,
    /// The proposals as a unified diff of the rubric file; empty where there are none.
    pub patch: String,
}

/// Learns about one question after the other, and keeps what it learns about words.
pub struct Learner<'b> {
    bank: &'b Bank,
    vocabulary: &'b Vocabulary,
    scorers: Scorers<'b>,
    workspace: Workspace,
    reader: Reader,
}

impl<'b> Learner<'b> {
    /// For the questions of a bank; `vocabulary` is the bank's.
    pub fn new(bank: &'b Bank, vocabulary: &'b Vocabulary) -> Self {
        let scorers = Scorers::new(vocabulary);
        Self { bank, vocabulary, scorers, workspace: Workspace::new(), reader: Reader::default() }
    }

    /// What `answers` teach about a question: at most `limit` proposals.
    ///
    /// # Errors
    /// When the question's rubric or samples have faults.
    pub fn learn(&mut self, entry: &Entry, answers: &[GradedAnswer<'_>], limit: usize) -> Result<Learned, BankError> {
        let scorer = self.bank.scorer(entry, self.vocabulary)?;
        let places = self.bank.parsed(entry)?.places;
        let file = entry.rubric();
        let own: Vec<(&Criterion, &CriterionPlaces)> =
            scorer.question().criteria.iter().zip(&places.criteria).filter(|(_, of)| of.id.file == file).collect();
        let ids: Vec<&str> = own.iter().map(|(criterion, _)| criterion.id.as_str()).collect();
        let (contrasts, refusals) = contrasts(&ids, answers);
        let found = if contrasts.is_empty() {
            Vec::new()
        } else {
            let asked = stems(&scorer.question().prompt, &mut self.reader);
            let see =
                |answer: &GradedAnswer<'_>| see(answer.text, &asked, &scorer, &mut self.workspace, &mut self.reader);
            let seen: Vec<Seen> = answers.iter().map(see).collect();
            proposals(&own, &contrasts, answers, &seen, limit)
        };
        let text = self.bank.files().text(&file).unwrap_or_default();
        let (taken, dropped, insertions) = self.written(entry, text, &own, found);
        let patch = diff(&file, text, &insertions);
        let question = entry.id.clone();
        Ok(Learned { question, answers: answers.len(), proposals: taken, refusals, dropped, patch })
    }

    /// The proposals that can be written into the file, those that cannot, and the insertions of the former.
    fn written(
        &mut self,
        entry: &Entry,
        text: &str,
        own: &[(&Criterion, &CriterionPlaces)],
        found: Vec<Aimed>,
    ) -> (Vec<Proposal>, Vec<Proposal>, Vec<Insertion>) {
        let all: Vec<Option<Vec<Insertion>>> = found.iter().map(|aimed| insert(text, own, aimed)).collect();
        let together: Vec<&Insertion> = all.iter().flatten().flatten().collect();
        let together = ordered(text, &together);
        let proposals = found.into_iter().map(|aimed| aimed.proposal);
        if all.iter().all(Option::is_some) && self.is_sound(entry, &applied(text, &together)) {
            return (proposals.collect(), Vec::new(), together);
        }
        // One of them spoils the file: take them in one by one.
        let (mut taken, mut dropped, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for (proposal, own) in proposals.zip(&all) {
            let tried: Vec<&Insertion> = kept.iter().copied().chain(own.iter().flatten()).collect();
            if own.is_some() && self.is_sound(entry, &applied(text, &ordered(text, &tried))) {
                kept = tried;
                taken.push(proposal);
            } else {
                dropped.push(proposal);
            }
        }
        let kept = ordered(text, &kept);
        (taken, dropped, kept)
    }

    /// Whether the rubric could be graded by if its file held `text`, and passed the goldens it passes now.
    fn is_sound(&mut self, entry: &Entry, text: &str) -> bool {
        let (Some(changed), Ok(now)) = (self.read(entry, text), self.bank.scorer(entry, self.vocabulary)) else {
            return false;
        };
        let workspace = &mut self.workspace;
        let goldens = now.question().goldens.iter();
        goldens.into_iter().all(|golden| missed(&changed, golden, workspace) <= missed(&now, golden, workspace))
    }

    /// The rubric as it would be if its file held `text`; `None` where it could not be graded by.
    fn read(&mut self, entry: &Entry, text: &str) -> Option<Scorer> {
        let rubric = self.bank.parsed_from(entry, text).ok().filter(|rubric| rubric.findings.is_empty())?;
        self.scorers.prepare(rubric.question, &[]).ok()
    }
}

/// How many credits of a golden are not as it expects.
fn missed(scorer: &Scorer, golden: &Golden, workspace: &mut Workspace) -> usize {
    let grade = scorer.grade(&Answer::new("", &golden.text), workspace);
    let decided = grade.criteria.iter().chain(&grade.penalties);
    decided.filter(|one| golden.expect.get(&*one.id).is_some_and(|expected| *expected != one.credit)).count()
}

fn insert(text: &str, own: &[(&Criterion, &CriterionPlaces)], aimed: &Aimed) -> Option<Vec<Insertion>> {
    let (_, places) = own.get(aimed.aim.criterion)?;
    let id = match &aimed.proposal.target {
        Target::NewConcept { concept } => concept.as_str(),
        _ => "",
    };
    let comment = aimed.comment();
    insertions(text, places, aimed.aim.at, &Written { phrase: &aimed.proposal.phrase, comment: &comment, id })
}

#[cfg(test)]
mod tests {
    use super::super::aim::At;
    use super::*;
    use crate::bank::Files;

    const HIGH: &str = "A circuit breaker sits in front.";
    const LOW: &str = "Nothing at all.";
    const SHARED: (&str, &str) = (
        "rubrics/shared/common.toml",
        "schema = 1\n[[criterion]]\nid = \"common\"\npoints = 1\nasks = \"x\"\n[[criterion.concept]]\nid = \"c\"\nany = ['common']\n",
    );

    /// What five high and five low answers teach a rubric with this criterion.
    fn learned(head: &str, criterion: &str, high: &[&str]) -> Learned {
        let text = format!(
            "schema = 1\nid = \"q\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"What sits there?\"\n\
             {head}\n[[criterion]]\nid = \"own\"\npoints = 1\nasks = \"x\"\n{criterion}"
        );
        let bank = Bank::new(Files::from_texts([("rubrics/t/q.toml", text.as_str()), SHARED]));
        let vocabulary = bank.vocabulary().expect("words");
        let high =
            high.iter().cycle().take(5).map(|text| GradedAnswer { text, score: Some(1.0), ..Default::default() });
        let low = std::iter::repeat_n(GradedAnswer { text: LOW, score: Some(0.0), ..Default::default() }, 5);
        let answers: Vec<GradedAnswer<'_>> = high.chain(low).collect();
        Learner::new(&bank, &vocabulary).learn(&bank.entries()[0], &answers, 10).expect("a sound bank")
    }

    fn targets(proposals: &[Proposal]) -> Vec<(String, Target)> {
        let target = |proposal: &Proposal| (proposal.phrase.clone(), proposal.target.clone());
        proposals.iter().map(target).collect()
    }

    #[test]
    fn a_phrase_becomes_a_further_phrase_of_a_missing_concept() {
        let found = learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse', 'front']\n", &[HIGH]);
        assert_eq!(targets(&found.proposals), [], "all of it is met");
        let found = learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse']\n", &[HIGH]);
        let target = Target::Alternative { concept: "c".to_owned() };
        let all = ["circuit breaker sits", "front"].map(|phrase| (phrase.to_owned(), target.clone()));
        assert_eq!(targets(&found.proposals), all);
        assert!(found.patch.contains("+any = ['fuse', 'circuit breaker sits', 'front']\n"), "{}", found.patch);
    }

    #[test]
    fn nothing_is_learned_for_shared_criteria() {
        let own = "[[criterion.concept]]\nid = \"c\"\nany = ['front']\n";
        let found = learned("include = [\"common\"]", own, &[HIGH]);
        assert_eq!((found.proposals.len(), found.patch.as_str()), (0, ""));
    }

    #[test]
    fn a_criterion_that_asks_for_some_concepts_gets_one_more() {
        let concept = |id: &str| format!("[[criterion.concept]]\nid = \"{id}\"\nany = ['{id}']\n");
        let own = format!("need = 3\n{}{}{}", concept("one"), concept("two"), concept("three"));
        // Each concept is missing in fewer than half of the answers, and none has all in full sentences.
        let high = [
            "A circuit breaker has one. It also has two.",
            "A circuit breaker has two. It also has three.",
            "A circuit breaker has one. It also has three.",
        ];
        let found = learned("", &own, &high);
        let target = Target::NewConcept { concept: "circuit-breaker".to_owned() };
        assert_eq!(targets(&found.proposals), [("circuit breaker".to_owned(), target)]);
        assert!(found.patch.contains("+[[criterion.concept]]\n+id = \"circuit-breaker\"\n"), "{}", found.patch);
    }

    #[test]
    fn what_the_file_has_no_place_for_is_dropped_and_told() {
        let own = "[[criterion.reference]]\ntext = \"A lamp.\"\nterms = { lamp = 1.0 }\n";
        let found = learned("", own, &[HIGH]);
        assert_eq!((found.proposals.len(), found.patch.as_str()), (0, ""));
        assert_eq!(found.dropped.len(), 2);
        let own = "[[criterion.reference]]\ntext = \"A lamp.\"\n[criterion.reference.terms]\nlamp = 1.0\n";
        let found = learned("", own, &[HIGH]);
        assert_eq!((found.proposals.len(), found.dropped.len()), (2, 0));
    }

    #[test]
    fn every_concept_of_the_shipped_bank_has_a_place_for_one_more_phrase() {
        let bank = Bank::shipped();
        let vocabulary = bank.vocabulary().expect("words");
        let mut learner = Learner::new(&bank, &vocabulary);
        let written = Written { phrase: "zyzzyva \\*it it's", comment: "why", id: "zyzzyva" };
        for entry in bank.entries() {
            let (file, rubric) = (entry.rubric(), bank.parsed(entry).expect("sound"));
            let text = bank.files().text(&file).expect("a file");
            let mut all = Vec::new();
            for places in rubric.places.criteria.iter().filter(|places| places.id.file == file) {
                for at in (0..places.concepts.len()).map(At::Concept).chain([At::NewConcept]) {
                    all.extend(insertions(text, places, at, &written).expect("a place"));
                }
            }
            let all = ordered(text, &all.iter().collect::<Vec<_>>());
            assert!(learner.read(entry, &applied(text, &all)).is_some(), "{file}:\n{}", diff(&file, text, &all));
        }
    }
}
