//! Judges at work on the answers of a bank.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use anyhow::bail;

use super::setup::Setup;
use crate::bank::Bank;
use crate::batch;
use crate::cli::printer::Printer;
use crate::judge::{Brief, Halt, Judge};
use crate::model::{Answer, Fingerprint, Grade, Usage};
use crate::score::{Scorer, Workspace};

/// Judges, and what they are told of each question.
pub(in crate::cli) struct Judging<'b> {
    pub(in crate::cli) setup: Setup,
    bank: &'b Bank,
    briefs: RwLock<HashMap<String, Arc<Brief>>>,
    /// Why the offline scorer stood in, the first time.
    stood_in: OnceLock<String>,
}

impl<'b> Judging<'b> {
    pub(in crate::cli) fn new(setup: Setup, bank: &'b Bank) -> Self {
        Self { setup, bank, briefs: RwLock::default(), stood_in: OnceLock::new() }
    }

    /// What judges are told of a question; made once.
    pub(in crate::cli) fn brief(&self, scorer: &Scorer) -> Result<Arc<Brief>, Halt> {
        let question = scorer.question();
        let known = self.briefs.read().unwrap_or_else(PoisonError::into_inner).get(&question.id).map(Arc::clone);
        if let Some(known) = known {
            return Ok(known);
        }
        let samples = self.bank.entry(&question.id).and_then(|entry| self.bank.samples(entry));
        let samples = samples.map_err(|error| Halt::Failed(error.to_string()))?;
        let mut briefs = self.briefs.write().unwrap_or_else(PoisonError::into_inner);
        let brief = || Arc::new(Brief::new(question, &samples));
        Ok(Arc::clone(briefs.entry(question.id.clone()).or_insert_with(brief)))
    }

    /// Grades an answer; `offline` is the fingerprint of its offline grade.
    pub(in crate::cli) fn grade<'a>(
        &self,
        scorer: &'a Scorer,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        let brief = self.brief(scorer)?;
        let Setup { panel, pool, .. } = &self.setup;
        let session = pool.session(format!("answer `{}` to `{}`", answer.id, scorer.question().id));
        let judge = Judge { panel, chat: &session, count: pool.tokens() };
        let grade = judge.grade((scorer, &brief), answer, offline, workspace)?;
        if let Some(reason) = &grade.fallback {
            self.stood_in.get_or_init(|| reason.to_string());
        }
        Ok(grade)
    }

    /// Why the offline scorer stood in for the judge in this run, where it did.
    pub(in crate::cli) fn stood_in(&self) -> Option<&str> {
        self.stood_in.get().map(String::as_str)
    }

    /// The same for a single answer, where nothing stops a run.
    pub(in crate::cli) fn grade_one<'a>(
        &self,
        scorer: &'a Scorer,
        answer: &Answer<'a>,
        workspace: &mut Workspace,
    ) -> anyhow::Result<Grade<'a>> {
        match self.grade(scorer, answer, scorer.print_of(answer), workspace) {
            Ok(grade) => Ok(grade),
            Err(halt) => bail!("{halt}"),
        }
    }

    /// All that verdicts rest on besides answers and rubrics, as one hash.
    pub(in crate::cli) fn fingerprint(&self) -> String {
        self.setup.panel.print(Fingerprint([0; 32])).to_string()
    }

    /// Counts what a run before spent.
    pub(in crate::cli) fn note_spent(&self, usage: Option<Usage>) {
        if let Some(cost) = usage.and_then(|usage| usage.cost) {
            self.setup.meter.add(cost);
        }
    }

    /// Says what went wrong besides grades.
    pub(in crate::cli) fn tell(&self, printer: &Printer) {
        if let Some(trouble) = self.setup.pool.trouble() {
            printer.warning(&trouble);
        }
    }
}

/// As batches know it.
pub(in crate::cli) fn halted(halt: Halt) -> batch::Halt {
    match halt {
        Halt::Asked => batch::Halt::Asked,
        Halt::Spent(why) => batch::Halt::Failed(format!("{why}\nhint: raise --max-cost, and the same command goes on")),
        Halt::Failed(why) => batch::Halt::Failed(why),
    }
}
