//! From a question of a bank and its graded answers to proposals and a patch that the program can read.

use std::sync::Arc;

use super::contrast::{Contrast, GradedAnswer, Refusal, contrasts};
use super::edit::{Entry as Written, Insertion, insertions, ordered};
use super::holdout::{Trial, held_out};
use super::patch::{applied, diff};
use super::proposal::{Aimed, Evidence, Proposal, Suggestion, Target, phrases};
use super::relation::{Relations, Words};
use super::seen::{Seen, see, stems};
use crate::bank::library::{Bank, BankError, Entry};
use crate::bank::places::CriterionPlaces;
use crate::model::{Answer, Criterion, Golden};
use crate::pattern::Reader;
use crate::score::{Scorer, Scorers, Vocabulary, Workspace};
use crate::text::{Related, Synonyms};

/// The most phrases that are tried on the answers of a question that were held out. Each try can succeed by chance.
const MOST_TRIED: usize = 20;

/// How to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LearnOptions {
    /// The most proposals that a question may have.
    pub limit: usize,
    /// Decides which fifth of the answers is held out.
    pub seed: u64,
}

/// What the answers to one question teach.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The question.
    pub question: String,
    /// How many graded answers there were.
    pub answers: usize,
    /// How many of them were held out.
    pub held_out: usize,
    /// How many phrases were tried on these.
    pub tried: usize,
    /// In the order they were tried, strongest first.
    pub proposals: Vec<Proposal>,
    /// Phrases that are related to no concept of the rubric, strongest first: not tried and not in the patch.
    pub suggestions: Vec<Suggestion>,
    /// Why nothing was learned from some or all of them.
    pub refusals: Vec<Refusal>,
    /// What would be proposed if the rubric file were written in another way.
    pub dropped: Vec<Dropped>,
    /// The proposals as a unified diff of the rubric file; empty where there are none.
    pub patch: String,
}

/// A phrase that has no place in a rubric file as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The criterion that would take it in.
    pub criterion: String,
    /// The phrase, in the phrase language.
    pub phrase: String,
}

/// Learns about one question after the other, and keeps what it learns about words.
pub struct Learner<'b> {
    bank: &'b Bank,
    vocabulary: &'b Vocabulary,
    synonyms: Arc<Synonyms>,
    related: Related,
    scorers: Scorers<'b>,
    workspace: Workspace,
    reader: Reader,
}

/// A question, and the criteria that its rubric file itself holds.
struct Subject<'s> {
    entry: &'s Entry,
    text: &'s str,
    scorer: &'s Scorer,
    own: &'s [(&'s Criterion, &'s CriterionPlaces)],
}

/// The answers to it, and which of them are held out.
struct Graded<'s> {
    answers: &'s [GradedAnswer<'s>],
    contrasts: &'s [Contrast],
    held: &'s [bool],
}

impl<'b> Learner<'b> {
    /// For the questions of a bank; `vocabulary` is the bank's.
    ///
    /// # Errors
    /// When the bank's synonyms or related words have faults.
    pub fn new(bank: &'b Bank, vocabulary: &'b Vocabulary) -> Result<Self, BankError> {
        let (synonyms, related) = (bank.synonyms()?, bank.related().map_err(BankError::Faulty)?);
        let scorers = Scorers::new(vocabulary);
        let (workspace, reader) = (Workspace::new(), Reader::default());
        Ok(Self { bank, vocabulary, synonyms, related, scorers, workspace, reader })
    }

    /// What `answers` teach about a question. Phrases are found in four fifths of the answers; those that raise
    /// agreement on the rest are proposed.
    ///
    /// # Errors
    /// When the question's rubric or samples have faults.
    pub fn learn(
        &mut self,
        entry: &Entry,
        answers: &[GradedAnswer<'_>],
        options: LearnOptions,
    ) -> Result<Learned, BankError> {
        let scorer = self.bank.scorer(entry, self.vocabulary)?;
        let places = self.bank.parsed(entry)?.places;
        let file = entry.rubric();
        let own: Vec<(&Criterion, &CriterionPlaces)> =
            scorer.question().criteria.iter().zip(&places.criteria).filter(|(_, of)| of.id.file == file).collect();
        let ids: Vec<&str> = own.iter().map(|(criterion, _)| criterion.id.as_str()).collect();
        let (contrasts, refusals) = contrasts(&ids, answers);
        let text = self.bank.files().text(&file).unwrap_or_default();
        let mut learned = Learned {
            question: entry.id.clone(),
            answers: answers.len(),
            held_out: 0,
            tried: 0,
            proposals: Vec::new(),
            suggestions: Vec::new(),
            refusals,
            dropped: Vec::new(),
            patch: String::new(),
        };
        if !contrasts.is_empty() {
            let subject = Subject { entry, text, scorer: &scorer, own: &own };
            let held = held_out(answers, &contrasts, options.seed);
            learned.held_out = held.iter().filter(|held| **held).count();
            let graded = Graded { answers, contrasts: &contrasts, held: &held };
            let (found, suggestions) = self.found(&subject, &graded);
            learned.suggestions = suggestions;
            let insertions = self.tried(&subject, &graded, found, options.limit, &mut learned);
            learned.patch = diff(&file, text, &insertions);
        }
        Ok(learned)
    }

    /// The phrases to try and the suggestions, from the answers that are not held out.
    fn found(&mut self, subject: &Subject<'_>, graded: &Graded<'_>) -> (Vec<Aimed>, Vec<Suggestion>) {
        let Graded { answers, contrasts, held } = *graded;
        let Self { workspace, reader, synonyms, related, .. } = self;
        let asked = stems(&subject.scorer.question().prompt, reader);
        let relations = Relations { synonyms, related, asked: &asked };
        let words: Vec<Words> = subject.own.iter().map(|(criterion, _)| relations.words(criterion, reader)).collect();
        let mut see = |(answer, held): (&GradedAnswer<'_>, &bool)| {
            if *held { Seen::default() } else { see(answer.text, &asked, subject.scorer, workspace, reader) }
        };
        let seen: Vec<Seen> = answers.iter().zip(held).map(&mut see).collect();
        let contrasts: Vec<Contrast> = contrasts.iter().map(|contrast| contrast.without(held)).collect();
        let evidence = Evidence { own: subject.own, words: &words, contrasts: &contrasts, answers, seen: &seen };
        phrases(&evidence, MOST_TRIED, reader)
    }

    /// Takes the phrases in one by one, as long as each raises agreement on the answers that are held out and breaks no
    /// golden. Gives the insertions of those that were taken in.
    fn tried(
        &mut self,
        subject: &Subject<'_>,
        graded: &Graded<'_>,
        found: Vec<Aimed>,
        limit: usize,
        learned: &mut Learned,
    ) -> Vec<Insertion> {
        let Graded { answers, contrasts, held } = *graded;
        let id = |contrast: &Contrast| subject.own.get(contrast.criterion?).map(|(criterion, _)| criterion.id.as_str());
        let rest: Vec<bool> = held.iter().map(|held| !held).collect();
        let trials: Vec<[Trial<'_>; 2]> = contrasts
            .iter()
            .map(|contrast| [held, &rest].map(|takes| Trial::new(answers, id(contrast), takes)))
            .collect();
        let mut kept: Vec<Insertion> = Vec::new();
        let mut current: Option<Scorer> = None;
        for aimed in found {
            if learned.proposals.len() == limit {
                break;
            }
            let Some([trial, own]) = trials.get(aimed.contrast) else { continue };
            learned.tried += 1;
            let Some((_, text)) = inserted(subject, &kept, &aimed, "") else {
                learned.dropped.push(Dropped { criterion: aimed.criterion.clone(), phrase: aimed.phrase.clone() });
                continue;
            };
            let Some(changed) = self.sound(subject, &text) else { continue };
            let now = current.as_ref().unwrap_or(subject.scorer);
            let workspace = &mut self.workspace;
            let mut figures = |trial: &Trial<'_>| {
                Some([trial.agreement(now, workspace).ok()?, trial.agreement(&changed, workspace).ok()?])
            };
            let Some(([before, after], [own_before, own_after])) = figures(trial).zip(figures(own)) else { continue };
            let Some(held_out) = trial.rise(before, after).filter(|_| own_after >= own_before) else { continue };
            let comment = aimed.comment(&held_out);
            let Some((insertions, _)) = inserted(subject, &kept, &aimed, &comment) else { continue };
            kept = insertions;
            current = Some(changed);
            learned.proposals.push(aimed.proposal(held_out));
        }
        ordered(subject.text, &kept.iter().collect::<Vec<_>>())
    }

    /// The rubric as it would be if its file held `text`, where it could be graded by and passed the goldens that it
    /// passes now.
    fn sound(&mut self, subject: &Subject<'_>, text: &str) -> Option<Scorer> {
        let changed = self.read(subject.entry, text)?;
        let (now, workspace) = (subject.scorer, &mut self.workspace);
        let goldens = &now.question().goldens;
        let passes = goldens.iter().all(|golden| missed(&changed, golden, workspace) <= missed(now, golden, workspace));
        passes.then_some(changed)
    }

    /// The rubric as it would be if its file held `text`; `None` where it could not be graded by.
    fn read(&mut self, entry: &Entry, text: &str) -> Option<Scorer> {
        let rubric = self.bank.parsed_from(entry, text).ok().filter(|rubric| rubric.findings.is_empty())?;
        self.scorers.prepare(rubric.question, &[]).ok()
    }
}

/// The insertions with those of one more phrase, and the file with them; `None` where the file has no place for it.
fn inserted(
    subject: &Subject<'_>,
    kept: &[Insertion],
    aimed: &Aimed,
    comment: &str,
) -> Option<(Vec<Insertion>, String)> {
    let (_, places) = subject.own.get(aimed.aim.criterion)?;
    let id = match &aimed.target {
        Target::NewConcept { concept } => concept.as_str(),
        _ => "",
    };
    let written = Written { phrase: &aimed.phrase, comment, id };
    let own = insertions(subject.text, places, aimed.aim.at, &written)?;
    let all: Vec<Insertion> = kept.iter().cloned().chain(own).collect();
    let text = applied(subject.text, &ordered(subject.text, &all.iter().collect::<Vec<_>>()));
    Some((all, text))
}

/// How many credits of a golden are not as it expects.
fn missed(scorer: &Scorer, golden: &Golden, workspace: &mut Workspace) -> usize {
    let grade = scorer.grade(&Answer::new("", &golden.text), workspace);
    let decided = grade.criteria.iter().chain(&grade.penalties);
    decided.filter(|one| golden.expect.get(&*one.id).is_some_and(|expected| *expected != one.credit)).count()
}

#[cfg(test)]
mod tests {
    use super::super::aim::At;
    use super::super::holdout::HeldOut;
    use super::*;

    use crate::test_bank::{files_from_texts, shipped_bank};

    const HIGH: &str = "A circuit breaker sits in front.";
    const LOW: &str = "Nothing at all.";
    const SHARED: (&str, &str) = (
        "rubrics/shared/common.toml",
        "schema = 1\n[[criterion]]\nid = \"common\"\npoints = 1\nasks = \"x\"\n[[criterion.concept]]\nid = \"c\"\nany = ['common']\n",
    );

    /// What 30 high answers with their scores and 30 low ones teach a rubric with this criterion.
    fn learned(head: &str, criterion: &str, high: &[(&str, f64)]) -> Learned {
        let text = format!(
            "schema = 1\nid = \"q\"\ntopic = \"t\"\nkind = \"concept\"\nlevel = \"core\"\nprompt = \"What sits there?\"\n\
             {head}\n[[criterion]]\nid = \"own\"\npoints = 1\nasks = \"Names the circuit breaker in front.\"\n{criterion}"
        );
        let bank = Bank::new(files_from_texts([("rubrics/t/q.toml", text.as_str()), SHARED]));
        let vocabulary = bank.vocabulary().expect("words");
        let high = high.iter().copied().cycle().take(30);
        let low = std::iter::repeat_n((LOW, 0.0), 30);
        let texts: Vec<(String, f64)> = high
            .chain(low)
            .enumerate()
            .map(|(number, (text, score))| (format!("{text} Case {number}."), score))
            .collect();
        let answers: Vec<GradedAnswer<'_>> = texts
            .iter()
            .map(|(text, score)| GradedAnswer { text, score: Some(*score), ..Default::default() })
            .collect();
        let mut learner = Learner::new(&bank, &vocabulary).expect("words");
        learner.learn(&bank.entries()[0], &answers, LearnOptions { limit: 10, seed: 1 }).expect("a sound bank")
    }

    fn targets(proposals: &[Proposal]) -> Vec<(String, Target)> {
        let target = |proposal: &Proposal| (proposal.phrase.clone(), proposal.target.clone());
        proposals.iter().map(target).collect()
    }

    #[test]
    fn a_phrase_becomes_a_further_phrase_of_a_missing_concept() {
        let found = learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse', 'front']\n", &[(HIGH, 1.0)]);
        assert_eq!(targets(&found.proposals), [], "all of it is met");
        let found = learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse']\n", &[(HIGH, 1.0)]);
        let target = Target::Alternative { concept: "c".to_owned() };
        assert_eq!(targets(&found.proposals), [("circuit breaker sits".to_owned(), target)]);
        assert!(found.patch.contains("+any = ['fuse', 'circuit breaker sits']\n"), "{}", found.patch);
        assert_eq!((found.answers, found.held_out, found.tried), (60, 12, 2), "`front` raises nothing any more");
    }

    #[test]
    fn a_proposal_tells_by_how_much_it_raises_agreement_on_the_answers_held_out() {
        let found = learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse']\n", &[(HIGH, 1.0)]);
        // All 12 are graded 0 before: F1 is 0 for right and 6 of (6 + 3) for wrong, 0.333 on average. Then all fit.
        let expected = HeldOut { metric: "macro-f1", answers: 12, before: 0.333, after: 1.0 };
        assert_eq!(found.proposals[0].held_out, expected);
        assert!(found.patch.contains("macro-f1 0.333 to 1.000 on 12 others"), "{}", found.patch);
    }

    #[test]
    fn a_phrase_that_no_concept_is_related_to_is_a_suggestion_and_not_in_the_patch() {
        let found =
            learned("", "[[criterion.concept]]\nid = \"c\"\nany = ['fuse']\n", &[("A walrus hummed loudly.", 1.0)]);
        assert_eq!((targets(&found.proposals), found.patch.as_str(), found.tried), (Vec::new(), "", 0));
        let suggested: Vec<_> =
            found.suggestions.iter().map(|one| (one.criterion.as_str(), one.phrase.as_str())).collect();
        assert_eq!(suggested, [("own", "walrus hummed loudly")]);
    }

    #[test]
    fn nothing_is_learned_for_shared_criteria() {
        let own = "[[criterion.concept]]\nid = \"c\"\nany = ['front']\n";
        let found = learned("include = [\"common\"]", own, &[(HIGH, 1.0)]);
        assert_eq!((found.proposals.len(), found.patch.as_str()), (0, ""));
    }

    #[test]
    fn a_criterion_that_asks_for_some_concepts_gets_one_more() {
        let concept = |id: &str| format!("[[criterion.concept]]\nid = \"{id}\"\nany = ['{id}']\n");
        let own = format!("need = 3\n{}{}{}", concept("one"), concept("two"), concept("three"));
        // Each concept is missing in fewer than half of the answers, and none has all in full sentences.
        let high = [
            ("A circuit breaker has one. It also has two.", 1.0),
            ("A circuit breaker has two. It also has three.", 1.0),
            ("A circuit breaker has one. It also has three.", 1.0),
            ("It has one. It also has three.", 0.6),
        ];
        let found = learned("", &own, &high);
        let target = Target::NewConcept { concept: "circuit-breaker".to_owned() };
        assert_eq!(targets(&found.proposals).first(), Some(&("circuit breaker".to_owned(), target)));
        assert!(found.patch.contains("+[[criterion.concept]]\n+id = \"circuit-breaker\"\n"), "{}", found.patch);
    }

    #[test]
    fn what_the_file_has_no_place_for_is_dropped_and_told() {
        let own = "[[criterion.reference]]\ntext = \"A lamp.\"\nterms = { lamp = 1.0 }\n";
        let found = learned("", own, &[(HIGH, 1.0)]);
        assert_eq!((found.proposals.len(), found.patch.as_str()), (0, ""));
        assert_eq!(found.dropped.len(), 2);
        let own = "[[criterion.reference]]\ntext = \"A lamp.\"\n[criterion.reference.terms]\nlamp = 1.0\n";
        let found = learned("", own, &[(HIGH, 1.0)]);
        assert_eq!((found.proposals.len(), found.dropped.len()), (1, 0));
    }

    #[test]
    fn every_concept_of_the_shipped_bank_has_a_place_for_one_more_phrase() {
        let bank = shipped_bank();
        let vocabulary = bank.vocabulary().expect("words");
        let mut learner = Learner::new(&bank, &vocabulary).expect("words");
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
