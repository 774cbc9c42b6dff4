//! The requests about one answer: takes cached replies, and sends the other requests at the same time, within the
//! deadline.
//!
//! The asynchronous calls need a tokio runtime with I/O and time. The blocking [`Chat`] runs them on the pool's own
//! runtime, so it works with and without a surrounding runtime. Inside a runtime, call it in `spawn_blocking`: in an
//! asynchronous task it blocks the thread, and waits forever if a limit of the pool is used up by another task of the
//! thread, which cannot continue.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;

use super::endpoint_client::PaidRequests;
use super::pool::{CacheUse, Pool};
use super::session_error::SessionError;
use gradus_core::judge::{Cause, Chat, Count, Failure, Halt, Reply, Request, Rounds, Step};
use gradus_core::model::Grade;

/// The requests about one answer. They share one deadline.
pub struct Session<'p> {
    pool: &'p Pool,
    /// The name of the answer in errors.
    answer: String,
    /// The time that requests have taken so far, which counts towards the deadline.
    used: Mutex<Duration>,
    paid: PaidRequests,
}

/// A list of replies that may have gaps.
struct Pending {
    keys: Vec<[u8; 32]>,
    /// In the order of the requests; `None` for each request that must be sent.
    replies: Vec<Option<Result<Reply, Failure>>>,
}

impl Pending {
    /// Positions of the requests that must be sent.
    fn missing(&self) -> Vec<usize> {
        self.replies.iter().enumerate().filter(|(_, reply)| reply.is_none()).map(|(place, _)| place).collect()
    }

    fn finish(self) -> Vec<Result<Reply, Failure>> {
        let none = || Err(Failure::Unanswered(Cause::new("no reply")));
        self.replies.into_iter().map(|reply| reply.unwrap_or_else(none)).collect()
    }
}

impl Pool {
    /// Starts a session for one answer; `answer` names it in errors.
    pub fn session(&self, answer: String) -> Session<'_> {
        Session { pool: self, answer, used: Mutex::default(), paid: PaidRequests::default() }
    }
}

impl Session<'_> {
    /// Sends all requests at the same time and returns their replies, in the order of `requests`. Cached replies are
    /// not requested again.
    ///
    /// Dropping the future cancels its requests; replies that arrived earlier remain in the cache. The future must be
    /// polled within a tokio runtime that has I/O and time enabled.
    ///
    /// Each reply is written to the cache when it arrives. This blocks the thread: usually for less than 0.1 ms, for
    /// up to about 30 ms during a checkpoint of the database, and for up to 10 s while another process writes.
    pub async fn ask_async(&self, requests: &[Request]) -> Vec<Result<Reply, Failure>> {
        let mut pending = self.look_up(requests);
        self.complete(requests, &mut pending).await;
        pending.finish()
    }

    /// Grades an answer asynchronously. Runtime and cancellation are as for [`Session::ask_async`].
    ///
    /// # Errors
    /// The reason to stop grading. In this case the answer has no grade.
    pub async fn grade_async<'a, C>(&self, mut rounds: Rounds<'_, 'a, C>) -> Result<Grade<'a>, Halt>
    where
        C: Count + Sync + ?Sized,
    {
        loop {
            match rounds.step() {
                Step::Done(grade) => return Ok(*grade),
                Step::Ask(round) => {
                    let replies = self.ask_async(round.requests()).await;
                    rounds = round.take(replies)?;
                }
            }
        }
    }

    /// Looks up all replies in the cache. A missing reply is an error if no request may be sent.
    fn look_up(&self, requests: &[Request]) -> Pending {
        let keys: Vec<[u8; 32]> = requests.iter().map(|request| self.pool.key(request)).collect();
        let find = |(request, key): (&Request, &[u8; 32])| match self.pool.cached(request.judge, key) {
            Some(reply) => Some(Ok(reply)),
            None if self.pool.options.cache_use == CacheUse::ReplayOnly => Some(Err(self.not_cached(request).into())),
            None => None,
        };
        let replies = requests.iter().zip(&keys).map(find).collect();
        Pending { keys, replies }
    }

    /// Sends the requests that have no reply.
    async fn complete(&self, requests: &[Request], pending: &mut Pending) {
        let missing = pending.missing();
        let open = missing.iter().filter_map(|place| Some((*place, requests.get(*place)?, pending.keys.get(*place)?)));
        let left = self.pool.options.deadline.saturating_sub(*self.used());
        let sent = join_all(open.map(|(place, request, key)| self.send(place, request, key, left))).await;
        *self.used() += sent.iter().map(|(_, _, took)| *took).max().unwrap_or_default();
        for (place, reply, _) in sent {
            if let Some(slot) = pending.replies.get_mut(place) {
                *slot = Some(reply);
            }
        }
    }

    /// Sends the request at a position and caches its reply. Also returns the position and the elapsed time.
    async fn send(
        &self,
        place: usize,
        request: &Request,
        key: &[u8; 32],
        left: Duration,
    ) -> (usize, Result<Reply, Failure>, Duration) {
        let (reply, took) = self.pool.send(request, left, &self.paid).await;
        // Cached before the other replies arrive, because the caller may drop the future, or the process may be killed,
        // while another request hangs.
        let reply = reply.map(|reply| self.pool.cache_reply(request.judge, key, reply));
        (place, reply.map_err(|failure| self.halt_if_configured(failure)), took)
    }

    fn used(&self) -> std::sync::MutexGuard<'_, Duration> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_cached(&self, request: &Request) -> SessionError {
        SessionError::NotCached {
            answer: self.answer.clone(),
            model: self.pool.endpoint(request.judge).map_or_else(String::new, |endpoint| endpoint.model.clone()),
            sample: request.sample.saturating_add(1),
            // A first request has a system and a user message. A repeated one continues the conversation.
            is_repeated: request.messages.len() > 2,
        }
    }

    /// Turns a missing reply into a reason to stop grading, if the pool is set to stop on failure.
    fn halt_if_configured(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Unanswered(cause) if self.pool.options.stops_on_failure => {
                SessionError::Unanswered { answer: self.answer.clone(), cause }.into()
            }
            failure => failure,
        }
    }
}

impl Chat for Session<'_> {
    fn ask(&self, requests: &[Request]) -> Vec<Result<Reply, Failure>> {
        let mut pending = self.look_up(requests);
        // No runtime is started if the cache has all replies.
        if pending.missing().is_empty() {
            return pending.finish();
        }
        if let Err(error) = self.pool.block_on(self.complete(requests, &mut pending)) {
            for slot in pending.replies.iter_mut().filter(|slot| slot.is_none()) {
                *slot = Some(Err(error.clone().into()));
            }
        }
        pending.finish()
    }
}
