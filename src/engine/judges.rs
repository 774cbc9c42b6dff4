//! Judges that can be asked, and what they have used.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use crate::judge::{Cause, Halt, Judge, Panel};
use crate::llm::{Cache, ClientError, Endpoint, Meter, Options, Pool};
use crate::model::{Answer, Fingerprint, Grade, Usage};
use crate::questions::{PreparedQuestion, Questions};
use crate::score::Workspace;

/// One or more language models that grade together.
pub struct Judges {
    panel: Panel,
    pool: Pool,
    meter: Arc<Meter>,
    concurrency: usize,
    /// Why the first answer fell back to the offline scorer.
    first_fallback: OnceLock<String>,
}

/// Why judges cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum JudgesError {
    /// The cost is limited, and an endpoint has no prices.
    #[error("the cost is limited, and the prices of {model} are not known")]
    NoPrices {
        /// The model without prices.
        model: String,
    },
    /// An endpoint cannot be used.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl Judges {
    /// Judges at `endpoints`, in the order of the panel's members. Replies are kept in `cache`.
    ///
    /// # Errors
    /// When `max_cost` is given and an endpoint has no prices, or an endpoint cannot be used.
    pub fn open(
        endpoints: Vec<Endpoint>,
        panel: Panel,
        cache: Option<Cache>,
        max_cost: Option<f64>,
        options: Options,
    ) -> Result<Self, JudgesError> {
        if let (Some(_), Some(endpoint)) = (max_cost, endpoints.iter().find(|endpoint| endpoint.prices.is_none())) {
            return Err(JudgesError::NoPrices { model: endpoint.model.clone() });
        }
        // As many answers as keep the slowest endpoint busy, each with all its samples under way at once.
        let most = endpoints.iter().map(|endpoint| endpoint.limits.concurrency).max().unwrap_or(1);
        let concurrency = most.div_ceil(panel.samples as usize).max(1);
        let meter = Arc::new(Meter::new(max_cost));
        let pool = Pool::new(endpoints, cache, Arc::clone(&meter), options)?;
        Ok(Self { panel, pool, meter, concurrency, first_fallback: OnceLock::new() })
    }

    /// The judges and how they vote.
    pub fn panel(&self) -> &Panel {
        &self.panel
    }

    /// The endpoints, their caches and limits.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The number of answers that can be judged at the same time.
    pub fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// The cost that may be spent; `None` where it is not limited.
    pub fn max_cost(&self) -> Option<f64> {
        self.meter.most()
    }

    /// Counts the cost of an earlier run towards the limit.
    pub fn count_spent(&self, usage: Option<Usage>) {
        if let Some(cost) = usage.and_then(|usage| usage.cost) {
            self.meter.add(cost);
        }
    }

    /// Everything that verdicts depend on besides answers and rubrics, as one hash.
    pub fn fingerprint(&self) -> Fingerprint {
        self.panel.print(Fingerprint([0; 32]))
    }

    /// Why the first answer fell back to the offline scorer, at least in part.
    pub fn first_fallback(&self) -> Option<&str> {
        self.first_fallback.get().map(String::as_str)
    }

    pub(super) fn grade<'a>(
        &self,
        questions: &Questions,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline: Fingerprint,
        workspace: &mut Workspace,
    ) -> Result<Grade<'a>, Halt> {
        let brief = questions.brief(question).map_err(|error| Halt::Failed(Cause::new(error)))?;
        let session = self.pool.session(format!("answer `{}` to `{}`", answer.id, question.question().id));
        let judge = Judge { panel: &self.panel, chat: &session, count: self.pool.tokens() };
        let grade = judge.grade((question.scorer(), brief), answer, offline, workspace)?;
        if let Some(reason) = &grade.fallback {
            self.first_fallback.get_or_init(|| reason.to_string());
        }
        Ok(grade)
    }

    /// Grades answers in parallel, and returns the grades in the order of the answers.
    pub(super) fn grade_all<'a>(
        &self,
        answers: &[(Option<&'a PreparedQuestion>, Answer<'a>)],
        grade: impl Fn(&'a PreparedQuestion, &Answer<'a>) -> Result<Grade<'a>, Halt> + Sync,
    ) -> Result<Vec<Option<Grade<'a>>>, Halt> {
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = || -> Result<Vec<(usize, Option<Grade<'a>>)>, Halt> {
            let mut done = Vec::new();
            while let (place, false) = (next.fetch_add(1, Ordering::Relaxed), failed.load(Ordering::Relaxed)) {
                let Some((question, answer)) = answers.get(place) else { break };
                let grade = question.map(|question| grade(question, answer)).transpose();
                done.push((place, grade.inspect_err(|_| failed.store(true, Ordering::Relaxed))?));
            }
            Ok(done)
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..self.concurrency).map(|_| scope.spawn(work)).collect();
            let mut grades = Vec::with_capacity(answers.len());
            for thread in threads {
                grades.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            grades.sort_unstable_by_key(|(place, _)| *place);
            Ok(grades.into_iter().map(|(_, grade)| grade).collect())
        })
    }
}
