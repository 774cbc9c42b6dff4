//! [`Judges`]: the endpoints of a panel, with their limits, cache and spending.
//!
//! Takes endpoints and a panel from the caller and grades answers, one at a time or in parallel. How verdicts become a
//! grade is decided in `gradus_core::judge`; requests are sent by `gradus_llm`.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use crate::judge::{Brief, Cause, Halt, Judge, Panel, Rounds};
use crate::llm::{Cache, ClientError, Endpoint, Meter, Pool, PoolOptions, Session};
use crate::model::{Answer, Fingerprint, Grade, Usage};
use crate::questions::{PreparedQuestion, Questions};
use crate::score::Workspace;

/// One or more language models that grade together.
pub struct Judges {
    panel: Panel,
    pool: Pool,
    meter: Arc<Meter>,
    concurrency: usize,
    /// See [`Judges::first_fallback`].
    first_fallback: OnceLock<String>,
}

/// Why judges cannot be opened.
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

/// The places of answers and their grades, in the order of the answers. An answer without a question has no grade.
type PlacedGrades<'a> = Vec<(usize, Option<Grade<'a>>)>;

impl JudgesError {
    /// How to resolve the error, without names of flags or commands.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::NoPrices { .. } => Some("set the prices of the endpoint, or remove the limit".into()),
            Self::Client(error) => error.hint(),
        }
    }
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
        options: PoolOptions,
    ) -> Result<Self, JudgesError> {
        if let (Some(_), Some(endpoint)) = (max_cost, endpoints.iter().find(|endpoint| endpoint.prices.is_none())) {
            return Err(JudgesError::NoPrices { model: endpoint.model.clone() });
        }
        // Each answer sends all its samples at the same time, so fewer answers keep the endpoints busy.
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

    /// The limit on the cost, in the currency of the prices; `None` without a limit.
    pub fn max_cost(&self) -> Option<f64> {
        self.meter.limit()
    }

    /// Counts the cost of an earlier run towards the limit.
    pub fn count_spent(&self, usage: Option<Usage>) {
        if let Some(cost) = usage.and_then(|usage| usage.cost) {
            self.meter.add(cost);
        }
    }

    /// Everything that verdicts depend on besides answers and rubrics, as one hash.
    pub fn fingerprint(&self) -> Fingerprint {
        self.panel.fingerprint(Fingerprint([0; 32]))
    }

    /// The reason why the first answer fell back to the offline scorer, at least in part; `None` if no answer fell back.
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
        let (brief, session) = (brief(questions, question)?, self.session(question, answer));
        let judge = Judge { panel: &self.panel, chat: &session, count: self.pool.tokens() };
        let grade = judge.grade(question.scorer(), brief, answer, offline, workspace)?;
        self.note_fallback(&grade);
        Ok(grade)
    }

    /// Like [`Self::grade`], within the tokio runtime of the caller.
    pub(super) async fn grade_async<'a>(
        &self,
        questions: &Questions,
        question: &'a PreparedQuestion,
        answer: &Answer<'a>,
        offline: Fingerprint,
    ) -> Result<Grade<'a>, Halt> {
        let (brief, session) = (brief(questions, question)?, self.session(question, answer));
        let (scorer, count) = (question.scorer(), self.pool.tokens());
        let rounds = questions
            .with_workspace(|workspace| Rounds::new(&self.panel, count, scorer, brief, answer, offline, workspace));
        let grade = session.grade_async(rounds).await?;
        self.note_fallback(&grade);
        Ok(grade)
    }

    /// The session for the requests about one answer. Errors name the answer and its question.
    fn session(&self, question: &PreparedQuestion, answer: &Answer<'_>) -> Session<'_> {
        self.pool.session(format!("answer `{}` to `{}`", answer.id, question.question().id))
    }

    fn note_fallback(&self, grade: &Grade<'_>) {
        if let Some(reason) = &grade.fallback {
            self.first_fallback.get_or_init(|| reason.to_string());
        }
    }

    /// The number of threads that grade this number of answers.
    pub(super) fn threads_for(&self, answers: usize) -> usize {
        self.concurrency.min(answers)
    }

    /// Grades answers in parallel, and returns the places and grades of the answers in order. After an error, these are
    /// the answers that were finished, and the error.
    ///
    /// # Panics
    /// If `grade` panics, with the same message. A panic stops the grading of all other answers.
    pub(super) fn grade_all<'a>(
        &self,
        answers: &[(Option<&'a PreparedQuestion>, Answer<'a>)],
        grade: impl Fn(&'a PreparedQuestion, &Answer<'a>) -> Result<Grade<'a>, Halt> + Sync,
    ) -> (PlacedGrades<'a>, Result<(), Halt>) {
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = || {
            let (mut done, mut outcome) = (Vec::new(), Ok(()));
            while let (place, false) = (next.fetch_add(1, Ordering::Relaxed), failed.load(Ordering::Relaxed)) {
                let Some((question, answer)) = answers.get(place) else { break };
                let graded = catch_unwind(AssertUnwindSafe(|| question.map(|question| grade(question, answer))));
                if !matches!(graded, Ok(None | Some(Ok(_)))) {
                    failed.store(true, Ordering::Relaxed);
                }
                match graded.unwrap_or_else(|panic| resume_unwind(panic)).transpose() {
                    Ok(grade) => done.push((place, grade)),
                    Err(halt) => outcome = Err(halt),
                }
            }
            (done, outcome)
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads_for(answers.len())).map(|_| scope.spawn(work)).collect();
            // All threads are joined before an error is returned, because the scope panics without the message of a
            // thread that panicked and was not joined.
            let joined: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
            let unwind = |panic| resume_unwind(panic);
            let results: Vec<_> = joined.into_iter().map(|result| result.unwrap_or_else(unwind)).collect();
            let (mut grades, mut outcome) = (Vec::with_capacity(answers.len()), Ok(()));
            for (done, result) in results {
                grades.extend(done);
                outcome = outcome.and(result);
            }
            grades.sort_unstable_by_key(|(place, _)| *place);
            (grades, outcome)
        })
    }
}

/// The question as judges see it.
fn brief<'q>(questions: &Questions, question: &'q PreparedQuestion) -> Result<&'q Brief, Halt> {
    questions.brief(question).map_err(|error| Halt::Failed(Cause::new(error)))
}
