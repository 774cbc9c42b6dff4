//! One answer to one grade, as judges decide it, with the offline scorer beneath.

use std::borrow::Cow;

use super::brief::{Brief, Count};
use super::chat::{Chat, Halt};
use super::panel::Panel;
use super::prompt::Prompt;
use super::quote::Quotable;
use super::rounds::{self, Decided, Talk, Texts};
use super::vote;
use crate::model::{
    Answer, Ballot, CriterionGrade, Evidence, Fingerprint, Flag, Grade, How, Outcome, Source, Span, Status,
    Thousandths, Why,
};
use crate::score::{Scorer, Workspace};

/// Said of a credit that was lowered, or of a fault that was held to what was found.
const HELD: &str =
    "held to what the offline scorer finds, because the answer speaks to its grader or of something else";

/// Judges answers to any questions.
pub struct Judge<'j> {
    /// Who judges.
    pub panel: &'j Panel,
    /// How they are reached.
    pub chat: &'j dyn Chat,
    /// How tokens are counted, where it must be known.
    pub count: &'j dyn Count,
}

/// Whether no criterion may earn more than the offline scorer finds: an answer that speaks to its grader may have led
/// the judge, and one that speaks of something else has nothing that could be quoted.
fn is_held(grade: &Grade<'_>) -> bool {
    grade.flags.iter().any(|flag| matches!(flag, Flag::AddressesTheGrader | Flag::OffTopic))
}

/// An answer on its way.
struct Case<'c, 'a> {
    judge: &'c Judge<'c>,
    brief: &'c Brief,
    ids: &'c [&'c str],
    answer: &'c Answer<'a>,
}

impl Judge<'_> {
    /// Grades an answer. Where no usable verdict comes, the offline scorer stands in, and the grade says so.
    ///
    /// `brief` is of the scorer's question, `offline` the fingerprint of the answer's offline grade.
    ///
    /// # Errors
    /// When nothing more is to be graded; the answer has no grade then.
    pub fn grade<'a>(
        &self,
        (scorer, brief): (&'a Scorer, &Brief),
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        let print = self.panel.print(offline);
        let mut grade = scorer.grade_as(answer, print, workspace);
        grade.grader = self.panel.grader();
        if matches!(grade.outcome, Outcome::Ungraded { .. }) {
            return Ok(grade);
        }
        let ids = brief.ids();
        let case = Case { judge: self, brief, ids: &ids, answer };
        let heard = case.hear()?;
        case.settle(&mut grade, scorer, &heard);
        Ok(grade)
    }
}

/// What judges said.
#[derive(Default)]
struct Heard<'q> {
    /// Everybody's conversations; those of the last resort come last.
    talks: Vec<Talk<'q>>,
    /// Whose verdict, of the last resort, counts alone.
    last: Option<usize>,
    /// Who could not even be asked, and why.
    unasked: Vec<(usize, String)>,
}

impl<'c> Case<'c, '_> {
    fn body(&self) -> &str {
        self.answer.text.get(self.answer.body..).unwrap_or_default()
    }

    fn prompt(&self, judge: usize, only: Option<&[&str]>) -> Result<Prompt, String> {
        let Judge { panel, count, .. } = *self.judge;
        let prompt = self.brief.prompt(panel, judge, self.body(), only, count);
        prompt.map_err(|error| format!("the answer is too long for the judge: {error}"))
    }

    /// Asks everybody who is to be asked.
    fn hear(&self) -> Result<Heard<'c>, Halt> {
        let texts = Texts {
            answer: Quotable::new(self.answer.text, self.answer.body),
            question: Quotable::new(self.brief.question(), 0),
        };
        let Judge { panel, chat, .. } = *self.judge;
        let mut heard = Heard::default();
        let all: Vec<usize> = (0..self.ids.len()).collect();
        for judge in 0..panel.first() {
            self.open(&mut heard, judge, panel.samples, &all);
        }
        rounds::lead(chat, &mut heard.talks, &texts)?;
        if let Some(last) = panel.last_resort() {
            let differ: Vec<usize> = all.into_iter().filter(|place| heard.differs(*place)).collect();
            if !differ.is_empty() {
                let before = heard.talks.len();
                self.open(&mut heard, last, 1, &differ);
                rounds::lead(chat, &mut heard.talks[before..], &texts)?;
                heard.last = Some(last);
            }
        }
        Ok(heard)
    }

    /// Begins conversations with a judge about some of the criteria.
    fn open(&self, heard: &mut Heard<'c>, judge: usize, samples: u32, places: &[usize]) {
        let asked: Vec<&str> = places.iter().filter_map(|place| self.ids.get(*place).copied()).collect();
        let only = (asked.len() < self.ids.len()).then_some(asked.as_slice());
        match self.prompt(judge, only) {
            Ok(prompt) => {
                let talk = |sample| Talk::new((judge, sample), &prompt, self.ids, places);
                heard.talks.extend((0..samples).map(talk));
            }
            Err(why) => heard.unasked.push((judge, why)),
        }
    }

    /// Puts what judges said in the place of what the offline scorer found.
    fn settle<'a>(&self, grade: &mut Grade<'a>, scorer: &'a Scorer, heard: &Heard<'_>) {
        let is_held = is_held(grade);
        let penalties = grade.criteria.len();
        let mut is_open = false;
        for (place, criterion) in grade.criteria.iter_mut().chain(&mut grade.penalties).enumerate() {
            let offline = criterion.credit;
            let held = is_held.then_some(place >= penalties);
            is_open |= !self.decide(criterion, heard, place, held);
            criterion.offline = self.judge.panel.cross_checks.then_some(offline);
        }
        if is_open {
            grade.fallback = Some(Cow::Owned(heard.trouble()));
        }
        grade.unheard = heard.unheard(self.judge.panel);
        grade.usage =
            heard.talks.iter().filter_map(|talk| talk.usage).fold(None, |sum, usage| Some(rounds::sum(sum, usage)));
        scorer.add_up(grade);
        if heard.straddles(grade, scorer) {
            grade.flags.push(Flag::UncertainBand);
        }
    }

    /// Decides a criterion by what was said of it; `false` where the offline scorer stands in. `held` says that the
    /// answer speaks to its grader or of something else, and whether this is a penalty.
    fn decide(&self, criterion: &mut CriterionGrade<'_>, heard: &Heard<'_>, place: usize, held: Option<bool>) -> bool {
        let ballots = heard.ballots(place);
        let credits: Vec<Thousandths> = ballots.iter().map(|(_, decided)| decided.credit).collect();
        let counted =
            heard.deciding(place).map_or_else(|| vote::count(&credits, self.judge.panel.vote), |one| Some(one.credit));
        let Some(credit) = counted else {
            criterion.source = Source::Fallback;
            return false;
        };
        criterion.source = Source::Llm;
        if credits.len() > 1 {
            criterion.spread = vote::spread(&credits);
            let model =
                |judge: usize| self.judge.panel.members.get(judge).map_or("", |member| &member.model).to_owned();
            let ballot = |(judge, decided): &(usize, &Decided)| Ballot {
                model: Cow::Owned(model(*judge)),
                credit: decided.credit,
            };
            criterion.votes = ballots.iter().map(ballot).collect();
        }
        // Whose words stand for the verdict: those of the one that is nearest to it.
        let speaks = heard.deciding(place).or_else(|| {
            let has_quote = |decided: &&Decided| credit.0 == 0 || !decided.spans.is_empty();
            let all = ballots.iter().map(|(_, decided)| *decided).filter(has_quote);
            all.min_by_key(|decided| decided.credit.0.abs_diff(credit.0))
        });
        let why = speaks.map(|decided| decided.why.trim()).unwrap_or_default();
        let spans = speaks.map(|decided| decided.spans.as_slice()).unwrap_or_default();
        let found = criterion.credit;
        let settled = match held {
            None => credit,
            Some(true) => credit.max(found),
            Some(false) => credit.min(found),
        };
        // What is held to the offline scorer's finds rests on these finds, and not on what a judge was led to quote.
        let rests_on_finds = held == Some(false) || settled != credit;
        if settled.0 == 0 {
            criterion.evidence.clear();
        } else if !rests_on_finds {
            criterion.evidence = self.evidence(spans);
        }
        let why = if settled == credit { why.to_owned() } else { format!("{why} ({HELD})").trim().to_owned() };
        criterion.credit = settled;
        // The offline scorer's points are exact where its credit, in thousandths, is rounded.
        if settled != found {
            criterion.earned = Thousandths(criterion.points * settled.0);
        }
        criterion.status = Status::of(settled);
        criterion.why = Why::Text(Cow::Owned(why));
        if criterion.status == Status::Met {
            criterion.missing.clear();
        }
        true
    }

    fn evidence<'e>(&self, spans: &[Span]) -> Vec<Evidence<'e>> {
        let evidence = |span: &Span| Evidence {
            start: span.start,
            end: span.end,
            quote: Cow::Owned(span.of(self.answer.text).to_owned()),
            concept: Cow::Borrowed(""),
            how: How::Quoted,
            half: false,
        };
        spans.iter().map(evidence).collect()
    }
}

impl Heard<'_> {
    /// Who said what of a criterion.
    fn ballots(&self, place: usize) -> Vec<(usize, &Decided)> {
        self.talks.iter().filter_map(|talk| Some((talk.judge, talk.decided.get(place)?.as_ref()?))).collect()
    }

    /// The verdict of the last resort, where there is one.
    fn deciding(&self, place: usize) -> Option<&Decided> {
        let last = self.last?;
        self.talks.iter().filter(|talk| talk.judge == last).find_map(|talk| talk.decided.get(place)?.as_ref())
    }

    /// Whether verdicts differ, or there is none.
    fn differs(&self, place: usize) -> bool {
        let ballots = self.ballots(place);
        ballots.is_empty() || ballots.iter().any(|(_, decided)| decided.credit != ballots[0].1.credit)
    }

    /// Which of several judges, or of several samples, left something open, and why.
    fn unheard<'a>(&self, panel: &Panel) -> Vec<Cow<'a, str>> {
        if self.talks.len() + self.unasked.len() < 2 {
            return Vec::new();
        }
        let led = self.talks.iter().filter_map(|talk| Some((talk.judge, talk.trouble.as_deref()?)));
        let all = led.chain(self.unasked.iter().map(|(judge, why)| (*judge, why.as_str())));
        let model = |judge: usize| panel.members.get(judge).map_or("", |member| &member.model);
        let mut unheard: Vec<Cow<'a, str>> =
            all.map(|(judge, why)| format!("{}: {why}", model(judge)).into()).collect();
        unheard.dedup();
        unheard
    }

    /// Why something was left open.
    fn trouble(&self) -> String {
        let told = self.talks.iter().rev().find_map(|talk| talk.trouble.clone());
        let unasked = || self.unasked.last().map(|(_, why)| why.clone());
        told.or_else(unasked).unwrap_or_else(|| "the judge gave no verdict".to_owned())
    }

    /// Whether the answer falls into different bands by what single conversations said. What one leaves open is taken
    /// as it was settled.
    fn straddles(&self, grade: &Grade<'_>, scorer: &Scorer) -> bool {
        let Outcome::Graded { band, .. } = grade.outcome else { return false };
        if self.talks.len() < 2 || is_held(grade) {
            return false;
        }
        self.talks.iter().filter(|talk| Some(talk.judge) != self.last).any(|talk| {
            let credit = |place: usize, criterion: &CriterionGrade<'_>| {
                let said = talk.decided.get(place).and_then(Option::as_ref);
                said.map_or(criterion.credit, |decided| decided.credit)
            };
            let all = grade.criteria.iter().chain(&grade.penalties).enumerate();
            scorer.band_of(all.map(|(place, criterion)| credit(place, criterion))) != band
        })
    }
}
