//! Who judges, how often, and how several verdicts become one: all that is settled before the first answer.

use blake3::Hasher;

use super::prompt::PROMPT_VERSION;
use crate::model::{Fingerprint, Grader, OtherModel, Vote};
use crate::score::VERSION;

/// A model that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// By which protocol.
    pub provider: String,
    /// What it is called.
    pub model: String,
    /// All else that its replies rest on, such as the temperature, as text.
    pub parameters: String,
    /// How many tokens a prompt may have.
    pub room: usize,
}

/// Everybody who judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// One or more, in the order they are named.
    pub members: Vec<Member>,
    /// How often each is asked: 1 or more.
    pub samples: u32,
    /// How several verdicts become one.
    pub vote: Vote,
    /// Whether the last member is asked only where the others differ.
    pub escalates: bool,
    /// Whether sample answers are shown to them.
    pub shows_references: bool,
    /// Whether results tell what the offline scorer says besides.
    pub cross_checks: bool,
}

impl Panel {
    /// Those who are asked about every answer.
    pub(super) fn first(&self) -> usize {
        if self.escalates { self.members.len().saturating_sub(1) } else { self.members.len() }
    }

    /// Who is asked where the first ones differ.
    pub(super) fn last_resort(&self) -> Option<usize> {
        self.escalates.then(|| self.members.len().saturating_sub(1))
    }

    /// How many verdicts there may be on a criterion.
    pub fn verdicts(&self) -> usize {
        self.members.len() * self.samples as usize
    }

    /// As results name it.
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
            vote: (self.verdicts() > 1).then_some(self.vote),
            prompt: PROMPT_VERSION,
            version: VERSION,
        }
    }

    /// In words, for reports.
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.members.iter().map(|member| member.model.as_str()).collect();
        let samples = if self.samples > 1 { format!(", {} samples each", self.samples) } else { String::new() };
        let escalates = if self.escalates { ", the last one where the others differ" } else { "" };
        format!("{}{samples}{escalates}", names.join(" and "))
    }

    /// The fingerprint of a grade that rests on `offline`, the one of the offline scorer's grade, and on the panel.
    pub fn print(&self, offline: Fingerprint) -> Fingerprint {
        let mut hasher = Hasher::new_keyed(&offline.0);
        let mut number = |number: usize| {
            hasher.update(&(number as u64).to_le_bytes());
        };
        number(PROMPT_VERSION as usize);
        number(self.samples as usize);
        number(self.vote as usize);
        for asked in [self.escalates, self.shows_references, self.cross_checks] {
            number(usize::from(asked));
        }
        for member in &self.members {
            number(member.room);
        }
        for member in &self.members {
            for text in [&member.provider, &member.model, &member.parameters] {
                hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
            }
        }
        Fingerprint(*hasher.finalize().as_bytes())
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
    fn a_grade_rests_on_all_that_the_panel_is() {
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
            assert_ne!(other.print(base), plain.print(base), "{other:?}");
        }
        assert_eq!(plain.clone().print(base), plain.print(base));
        assert_ne!(plain.print(Fingerprint([8; 32])), plain.print(base));
    }

    #[test]
    fn a_panel_names_its_members() {
        let panel = Panel { samples: 3, escalates: true, ..panel(&["small", "large"]) };
        assert_eq!(panel.name(), "small and large, 3 samples each, the last one where the others differ");
        let Grader::Llm { model, others, vote, .. } = panel.grader() else { unreachable!("a panel is no scorer") };
        assert_eq!((model.as_str(), others[0].model.as_str(), vote), ("small", "large", Some(Vote::Median)));
    }
}
