//! Combines the verdicts of all judges with the offline grade of one answer.

use std::borrow::Cow;

use super::chat::JudgeId;
use super::conversation::{self, Conversation, UsableVerdict};
use super::panel::Panel;
use super::votes;
use crate::model::{
    Ballot, CriterionGrade, Evidence, Explanation, Flag, Grade, MatchKind, Outcome, Source, Span, Status, Thousandths,
};
use crate::score::Scorer;

/// Appended to the reason if the offline scorer's credit replaces a higher credit of a criterion, or a lower one of a
/// penalty.
const LIMITED_OFFLINE: &str =
    "limited to the credit of the offline scorer, because the answer addresses its grader or is off-topic";

/// Everything that the judges said about one answer.
#[derive(Default)]
pub(super) struct Verdicts<'q> {
    /// The conversations with all judges; those with the last resort come last.
    pub(super) conversations: Vec<Conversation<'q>>,
    /// The judge whose verdict decides alone.
    pub(super) last_resort: Option<JudgeId>,
    /// Judges to which no request could be sent, each with the reason.
    pub(super) not_asked: Vec<(JudgeId, String)>,
}

/// The inputs for combining verdicts and an offline grade into the final grade.
pub(super) struct Settlement<'s, 'a> {
    pub(super) panel: &'s Panel,
    pub(super) scorer: &'a Scorer,
    /// The whole text of the answer.
    pub(super) text: &'s str,
}

/// The offline scorer's limit on a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfflineLimit {
    /// The offline credit does not limit the verdict.
    None,
    /// A criterion earns at most the offline credit.
    AtMost,
    /// A penalty costs at least the offline credit.
    AtLeast,
}

/// Whether offline credits limit the verdicts. They do if the answer addresses its grader, because it may have misled
/// the judge, and if the answer is off-topic, because it has nothing to quote.
fn is_limited(grade: &Grade<'_>) -> bool {
    grade.flags.iter().any(|flag| matches!(flag, Flag::AddressesTheGrader | Flag::OffTopic))
}

impl<'a> Settlement<'_, 'a> {
    /// Replaces the offline credits in `grade` with those of the judges, and adds up the points again.
    pub(super) fn apply(&self, grade: &mut Grade<'a>, verdicts: &Verdicts<'_>) {
        let is_limited = is_limited(grade);
        let penalties = grade.criteria.len();
        let mut has_fallback = false;
        for (place, criterion) in grade.criteria.iter_mut().chain(&mut grade.penalties).enumerate() {
            let offline = criterion.credit;
            let limit = match (is_limited, place >= penalties) {
                (false, _) => OfflineLimit::None,
                (true, false) => OfflineLimit::AtMost,
                (true, true) => OfflineLimit::AtLeast,
            };
            has_fallback |= !self.decide(criterion, verdicts, place, limit);
            criterion.offline = self.panel.cross_checks.then_some(offline);
        }
        if has_fallback {
            grade.fallback = Some(Cow::Owned(verdicts.fallback_reason()));
        }
        grade.incomplete_judges = verdicts.failed_judges(self.panel);
        let usages = verdicts.conversations.iter().filter_map(|conversation| conversation.usage);
        grade.usage = usages.fold(None, |sum, usage| Some(conversation::add_usage(sum, usage)));
        self.scorer.set_outcome_and_advice(grade);
        if self.has_uncertain_band(grade, verdicts) {
            grade.flags.push(Flag::UncertainBand);
        }
    }

    /// Decides a criterion by its verdicts; `false` if there are no verdicts and the criterion keeps its offline
    /// credit.
    fn decide(
        &self,
        criterion: &mut CriterionGrade<'_>,
        verdicts: &Verdicts<'_>,
        place: usize,
        limit: OfflineLimit,
    ) -> bool {
        let ballots = verdicts.ballots(place);
        let credits: Vec<Thousandths> = ballots.iter().map(|(_, decided)| decided.credit).collect();
        let last = verdicts.last_resort_verdict(place);
        let Some(credit) = last.map_or_else(|| votes::count(&credits, self.panel.vote), |last| Some(last.credit))
        else {
            criterion.source = Source::Fallback;
            return false;
        };
        criterion.source = Source::Llm;
        if credits.len() > 1 {
            criterion.spread = votes::spread(&credits);
            criterion.votes = ballots.iter().map(|(judge, decided)| self.ballot(*judge, decided)).collect();
        }
        // The reason and the quote come from the verdict that is nearest to the combined credit.
        let nearest = last.or_else(|| {
            let has_quote = |decided: &&UsableVerdict| credit.0 == 0 || !decided.spans.is_empty();
            let all = ballots.iter().map(|(_, decided)| *decided).filter(has_quote);
            all.min_by_key(|decided| decided.credit.0.abs_diff(credit.0))
        });
        self.set_credit(criterion, credit, nearest, limit);
        true
    }

    fn ballot<'b>(&self, judge: JudgeId, decided: &UsableVerdict) -> Ballot<'b> {
        Ballot { model: Cow::Owned(self.panel.model(judge).to_owned()), credit: decided.credit }
    }

    /// Writes credit, reason and evidence of a criterion.
    fn set_credit(
        &self,
        criterion: &mut CriterionGrade<'_>,
        credit: Thousandths,
        nearest: Option<&UsableVerdict>,
        limit: OfflineLimit,
    ) {
        let why = nearest.map(|decided| decided.why.trim()).unwrap_or_default();
        let spans = nearest.map(|decided| decided.spans.as_slice()).unwrap_or_default();
        let offline = criterion.credit;
        let settled = match limit {
            OfflineLimit::None => credit,
            OfflineLimit::AtLeast => credit.max(offline),
            OfflineLimit::AtMost => credit.min(offline),
        };
        // A limited credit keeps the offline evidence, because the judge may have been led to its quote.
        let keeps_offline_evidence = limit == OfflineLimit::AtMost || settled != credit;
        if settled.0 == 0 {
            criterion.evidence.clear();
        } else if !keeps_offline_evidence {
            criterion.evidence = spans.iter().map(|span| self.evidence(*span)).collect();
        }
        let why =
            if settled == credit { why.to_owned() } else { format!("{why} ({LIMITED_OFFLINE})").trim().to_owned() };
        criterion.credit = settled;
        // Not recomputed for an equal credit, because offline points are exact and their credit is rounded.
        if settled != offline {
            criterion.earned = Thousandths(criterion.points * settled.0);
        }
        criterion.status = Status::of(settled);
        criterion.why = Explanation::Text(Cow::Owned(why));
        if criterion.status == Status::Met {
            criterion.missing.clear();
        }
    }

    fn evidence<'e>(&self, span: Span) -> Evidence<'e> {
        Evidence {
            start: span.start,
            end: span.end,
            quote: Cow::Owned(span.of(self.text).to_owned()),
            concept: Cow::Borrowed(""),
            how: MatchKind::Quoted,
            half: false,
        }
    }

    /// Whether any regular conversation alone would put the answer into another band than the grade does. A criterion
    /// that a conversation left open counts with its settled credit.
    fn has_uncertain_band(&self, grade: &Grade<'_>, verdicts: &Verdicts<'_>) -> bool {
        let Outcome::Graded { band, .. } = grade.outcome else { return false };
        if verdicts.conversations.len() < 2 || is_limited(grade) {
            return false;
        }
        let mut regular = verdicts.conversations.iter().filter(|one| Some(one.judge) != verdicts.last_resort);
        regular.any(|conversation| {
            let credit = |place: usize, criterion: &CriterionGrade<'_>| {
                let said = conversation.decided.get(place).and_then(Option::as_ref);
                said.map_or(criterion.credit, |decided| decided.credit)
            };
            let all = grade.criteria.iter().chain(&grade.penalties).enumerate();
            self.scorer.band_of(all.map(|(place, criterion)| credit(place, criterion))) != band
        })
    }
}

impl Verdicts<'_> {
    /// All verdicts on a criterion, each with its judge.
    fn ballots(&self, place: usize) -> Vec<(JudgeId, &UsableVerdict)> {
        let all = self.conversations.iter();
        all.filter_map(|one| Some((one.judge, one.decided.get(place)?.as_ref()?))).collect()
    }

    /// The verdict of the last resort on a criterion.
    fn last_resort_verdict(&self, place: usize) -> Option<&UsableVerdict> {
        let last = self.last_resort?;
        self.conversations.iter().filter(|one| one.judge == last).find_map(|one| one.decided.get(place)?.as_ref())
    }

    /// Whether the verdicts on a criterion differ, or there is none.
    pub(super) fn differ(&self, place: usize) -> bool {
        let ballots = self.ballots(place);
        let Some(((_, first), others)) = ballots.split_first() else { return true };
        others.iter().any(|(_, decided)| decided.credit != first.credit)
    }

    /// The judges or samples that left a criterion open, each with its model and the reason. Empty if there is only one
    /// conversation, because then the `fallback` of the grade has the reason.
    fn failed_judges<'a>(&self, panel: &Panel) -> Vec<Cow<'a, str>> {
        if self.conversations.len() + self.not_asked.len() < 2 {
            return Vec::new();
        }
        let asked = self.conversations.iter().filter_map(|one| Some((one.judge, one.trouble.as_deref()?)));
        let all = asked.chain(self.not_asked.iter().map(|(judge, reason)| (*judge, reason.as_str())));
        let mut incomplete_judges: Vec<Cow<'a, str>> =
            all.map(|(judge, reason)| format!("{}: {reason}", panel.model(judge)).into()).collect();
        incomplete_judges.dedup();
        incomplete_judges
    }

    /// The last reason why a judge left criteria without a verdict.
    fn fallback_reason(&self) -> String {
        let asked = self.conversations.iter().rev().find_map(|one| one.trouble.clone());
        let not_asked = || self.not_asked.last().map(|(_, reason)| reason.clone());
        asked.or_else(not_asked).unwrap_or_else(|| "the judge gave no verdict".to_owned())
    }
}
