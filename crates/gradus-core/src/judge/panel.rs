//! The judges of a run, the number of samples, and how verdicts are combined.
//!
//! A panel is fixed before the first answer; its fingerprint is part of the fingerprint of each grade.

use super::chat::JudgeId;
use super::prompt::PROMPT_VERSION;
use crate::model::{Fingerprint, FingerprintHasher, Grader, OtherModel, Vote};
use crate::score::VERSION;

/// A judge: a model and the settings that its replies depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name of the protocol.
    pub provider: String,
    /// The name of the model.
    pub model: String,
    /// All other settings that the replies depend on, such as the temperature, as text.
    pub parameters: String,
    /// Maximum number of tokens in a prompt.
    pub room: usize,
}

/// The judges, and how their verdicts are combined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// The judges in their configured order; at least one.
    pub members: Vec<Member>,
    /// Number of samples per judge; at least 1. A last judge that is asked only after disagreement gives one.
    pub samples: u32,
    /// The way to combine several verdicts on one criterion.
    pub vote: Vote,
    /// Whether the last judge is asked only about criteria on which the others differ or gave no verdict.
    pub escalates: bool,
    /// Whether prompts contain sample answers.
    pub shows_references: bool,
    /// Whether results also contain the offline scorer's credits.
    pub cross_checks: bool,
}

impl Panel {
    /// All judges in order.
    pub fn judges(&self) -> impl Iterator<Item = JudgeId> + use<> {
        (0..self.members.len()).map(JudgeId)
    }

    /// A judge; `None` if the panel has no judge in that position.
    pub fn member(&self, judge: JudgeId) -> Option<&Member> {
        self.members.get(judge.0)
    }

    /// The name of a judge's model; empty if the panel has no judge in that position.
    pub(super) fn model(&self, judge: JudgeId) -> &str {
        self.member(judge).map_or("", |member| &member.model)
    }

    /// The judges that are asked about every answer.
    pub(super) fn regular(&self) -> impl Iterator<Item = JudgeId> + use<> {
        let last = self.last_resort();
        self.judges().filter(move |judge| Some(*judge) != last)
    }

    /// The judge that is asked only about criteria on which the others differ or gave no verdict; `None` unless the
    /// panel escalates.
    pub fn last_resort(&self) -> Option<JudgeId> {
        self.escalates.then(|| JudgeId(self.members.len().saturating_sub(1)))
    }

    /// An upper bound on the number of verdicts on one criterion.
    pub fn max_verdicts(&self) -> usize {
        self.members.len() * self.samples as usize
    }

    /// The description of the panel in the `grader` field of results.
    pub fn grader(&self) -> Grader {
        let (first, others) = match self.members.split_first() {
            Some((first, others)) => (Some(first), others),
            None => (None, &[][..]),
        };
        let other = |member: &Member| OtherModel { provider: member.provider.clone(), model: member.model.clone() };
        Grader::Llm {
            provider: first.map(|member| member.provider.clone()).unwrap_or_default(),
            model: first.map(|member| member.model.clone()).unwrap_or_default(),
            samples: self.samples,
            others: others.iter().map(other).collect(),
            vote: (self.max_verdicts() > 1).then_some(self.vote),
            prompt: PROMPT_VERSION,
            version: VERSION,
        }
    }

    /// A description for reports.
    pub fn description(&self) -> String {
        let names: Vec<&str> = self.members.iter().map(|member| member.model.as_str()).collect();
        let samples = if self.samples > 1 { format!(", {} samples each", self.samples) } else { String::new() };
        let escalation = "; the last judge is asked only about criteria on which the others differ";
        let escalates = if self.escalates { escalation } else { "" };
        format!("{}{samples}{escalates}", names.join(" and "))
    }

    /// The fingerprint of a grade by this panel; `offline` is the fingerprint of the answer's offline grade.
    pub fn fingerprint(&self, offline: Fingerprint) -> Fingerprint {
        let mut hasher = FingerprintHasher::keyed(offline);
        hasher.number(PROMPT_VERSION as usize);
        hasher.number(self.samples as usize);
        hasher.number(self.vote as usize);
        for is_set in [self.escalates, self.shows_references, self.cross_checks] {
            hasher.number(usize::from(is_set));
        }
        for member in &self.members {
            hasher.number(member.room);
        }
        for member in &self.members {
            for text in [&member.provider, &member.model, &member.parameters] {
                hasher.text(text);
            }
        }
        hasher.finish()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::judge) fn panel(models: &[&str]) -> Panel {
        let member = |model: &&str| Member {
            provider: "openai".to_owned(),
            model: (*model).to_owned(),
            parameters: String::new(),
            room: 100_000,
        };
        Panel {
            members: models.iter().map(member).collect(),
            samples: 1,
            vote: Vote::Median,
            escalates: false,
            shows_references: true,
            cross_checks: false,
        }
    }

    #[test]
    fn every_setting_of_the_panel_changes_the_fingerprint_of_a_grade() {
        let plain = panel(&["one", "two"]);
        let mut others = vec![panel(&["one"]), panel(&["two", "one"]), panel(&["on", "etwo"])];
        others.push(Panel { samples: 2, ..plain.clone() });
        others.push(Panel { vote: Vote::Majority, ..plain.clone() });
        others.push(Panel { escalates: true, ..plain.clone() });
        others.push(Panel { shows_references: false, ..plain.clone() });
        others.push(Panel { cross_checks: true, ..plain.clone() });
        let mut warm = plain.clone();
        warm.members[1].parameters = "temperature 1".to_owned();
        others.push(warm);
        let mut small = plain.clone();
        small.members[0].room = 100;
        others.push(small);
        let base = Fingerprint([7; 32]);
        for other in &others {
            assert_ne!(other.fingerprint(base), plain.fingerprint(base), "{other:?}");
        }
        assert_eq!(plain.clone().fingerprint(base), plain.fingerprint(base));
        assert_ne!(plain.fingerprint(Fingerprint([8; 32])), plain.fingerprint(base));
    }

    #[test]
    fn a_panel_names_its_members() {
        let panel = Panel { samples: 3, escalates: true, ..panel(&["small", "large"]) };
        assert_eq!(
            panel.description(),
            "small and large, 3 samples each; the last judge is asked only about criteria on which the others differ"
        );
        let Grader::Llm { model, others, vote, .. } = panel.grader() else { unreachable!("a panel is no scorer") };
        assert_eq!((model.as_str(), others[0].model.as_str(), vote), ("small", "large", Some(Vote::Median)));
    }
}
