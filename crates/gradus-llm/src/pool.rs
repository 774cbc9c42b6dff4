//! All judges of a panel: their endpoints, the cache of replies, the spending limit and the runtime of blocking calls.
//!
//! A [`Session`](crate::Session) sends the requests about one answer through the pool.

use std::panic::resume_unwind;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use super::endpoint::Endpoint;
use super::endpoint_client::{AskError, EndpointClient, PaidRequests};
use super::http_client::ClientError;
use super::reply_store::{CacheWarning, ReplyStore};
use super::session_error::SessionError;
use super::spending::{Meter, SpendPermit};
use super::tokens::Tokens;
use crate::reply_cache::{Cache, StoredReply};
use gradus_core::judge::{Count as _, Failure, Halt, JudgeId, Reply, Request, Role};
use gradus_core::model::{FingerprintHasher, Usage};

/// Interval at which a request that waits for the spending limit checks the limit again.
const SPENDING_CHECK: Duration = Duration::from_millis(20);

/// The use of cached replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheUse {
    /// Cached replies are used, and new ones are cached.
    UseAndStore,
    /// Cached replies are ignored and replaced by new ones.
    Refresh,
    /// Only cached replies are used; no request is sent.
    ReplayOnly,
}

/// The settings of a pool.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// Time limit for all requests about one answer together, not counting the wait for the concurrency, rate and
    /// spending limits.
    pub deadline: Duration,
    /// The use of cached replies.
    pub cache_use: CacheUse,
    /// Whether grading stops when an endpoint gives no reply; otherwise the offline scorer grades instead of the
    /// judge.
    pub stops_on_failure: bool,
    /// Set by the caller to stop. An answer is still finished if one of its requests is under way or has a reply; no
    /// request is sent about other answers.
    pub stop: Arc<AtomicBool>,
}

/// All judges of a panel. Shared by threads and asynchronous tasks.
pub struct Pool {
    /// In the order of the judges.
    clients: Vec<EndpointClient>,
    store: ReplyStore,
    meter: Arc<Meter>,
    tokens: Tokens,
    pub(super) options: PoolOptions,
    /// Created for the first blocking call.
    runtime: OnceLock<Runtime>,
}

impl Pool {
    /// Takes the endpoints in the order of the judges.
    ///
    /// # Errors
    /// The key or the certificates of an endpoint cannot be used.
    pub fn new(
        endpoints: Vec<Endpoint>,
        cache: Option<Cache>,
        meter: Arc<Meter>,
        options: PoolOptions,
    ) -> Result<Self, ClientError> {
        let tokens = Tokens::new(endpoints.iter().map(|endpoint| endpoint.model.as_str()));
        let store = ReplyStore::new(cache, options.cache_use == CacheUse::Refresh);
        let sends = options.cache_use != CacheUse::ReplayOnly;
        let mut clients: Vec<EndpointClient> = Vec::new();
        for (place, endpoint) in endpoints.into_iter().enumerate() {
            let identity = |endpoint: &Endpoint| (endpoint.name(), endpoint.parameters());
            let duplicate = clients.iter().filter(|other| identity(&other.endpoint) == identity(&endpoint)).count();
            let dialect = if sends { store.dialect(&endpoint) } else { None };
            let stop = Arc::clone(&options.stop);
            clients.push(EndpointClient::new(JudgeId(place), endpoint, duplicate, sends, dialect, stop)?);
        }
        Ok(Self { clients, store, meter, tokens, options, runtime: OnceLock::new() })
    }

    /// The endpoints in the order of the judges.
    pub fn endpoints(&self) -> impl ExactSizeIterator<Item = &Endpoint> {
        self.clients.iter().map(|client| &client.endpoint)
    }

    /// The judges in order.
    pub fn judges(&self) -> impl Iterator<Item = JudgeId> + '_ {
        self.clients.iter().map(|client| client.judge)
    }

    /// The endpoint of a judge.
    pub fn endpoint(&self, judge: JudgeId) -> Option<&Endpoint> {
        self.client(judge).map(|client| &client.endpoint)
    }

    /// The token counter for all judges.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Uses cached replies from now on, if they were ignored so far.
    pub fn stop_refreshing(&self) {
        self.store.stop_refreshing();
    }

    /// A problem with the cache that was not returned before; `None` if there is none.
    pub fn cache_warning(&self) -> Option<CacheWarning> {
        self.store.warning()
    }

    pub(super) fn client(&self, judge: JudgeId) -> Option<&EndpointClient> {
        self.clients.get(judge.0)
    }

    /// Runs a future on the pool's own runtime and blocks the thread until the future ends.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub(super) fn block_on<F>(&self, future: F) -> Result<F::Output, SessionError>
    where
        F: Future + Send,
        F::Output: Send,
    {
        if Handle::try_current().is_err() {
            return Ok(self.runtime()?.block_on(future));
        }
        // The future runs in another thread, because tokio panics if a thread that runs asynchronous tasks blocks on a
        // second runtime. `spawn_blocking` would allow it, but tokio does not report on which kind of thread a call is.
        thread::scope(|scope| {
            let run = || Ok(self.runtime()?.block_on(future));
            let started = thread::Builder::new().spawn_scoped(scope, run);
            let thread = started.map_err(|error| SessionError::Runtime(Arc::new(error)))?;
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }

    fn runtime(&self) -> Result<&Runtime, SessionError> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let built = Builder::new_multi_thread().worker_threads(1).enable_io().enable_time().build();
        let built = built.map_err(|error| SessionError::Runtime(Arc::new(error)))?;
        Ok(self.runtime.get_or_init(|| built))
    }

    /// The cache key of a request: a hash of everything that the reply depends on. The dialect is not part of the hash.
    pub(super) fn key(&self, request: &Request) -> [u8; 32] {
        let mut hasher = FingerprintHasher::new();
        if let Some(client) = self.client(request.judge) {
            hasher.text(&client.endpoint.name());
            hasher.text(&client.endpoint.parameters());
            // Two judges with the same model give two opinions, so they do not share replies.
            hasher.text(&client.duplicate.to_string());
        }
        hasher.text(&request.sample.to_string());
        for message in &request.messages {
            hasher.text(match message.role {
                Role::System => "system",
                Role::User => "user",
                Role::Assistant => "assistant",
            });
            hasher.text(&message.text);
        }
        hasher.finish().0
    }

    /// The cached reply for a key. Its cost counts towards the spending limit, because an earlier run paid for the
    /// reply, and the limit is for all runs together.
    pub(super) fn cached(&self, judge: JudgeId, key: &[u8; 32]) -> Option<Reply> {
        let reply = self.reply(judge, self.store.find(key)?);
        self.meter.add(reply.usage.cost.unwrap_or(0.0));
        Some(reply)
    }

    /// Caches a new reply, and returns the reply that counts for the request: the new one, or one that was cached for
    /// an equal request in the meantime.
    pub(super) fn cache_reply(&self, judge: JudgeId, key: &[u8; 32], reply: Reply) -> Reply {
        let Some(client) = self.client(judge).filter(|_| self.store.can_store(&reply.text)) else { return reply };
        let stored = StoredReply {
            text: reply.text,
            is_cut: reply.is_cut,
            is_refusal: reply.is_refusal,
            prompt_tokens: reply.usage.prompt_tokens,
            completion_tokens: reply.usage.completion_tokens,
        };
        if let Some(first) = self.store.store(key, &client.endpoint, &stored) {
            return self.reply(judge, first);
        }
        if let Some(dialect) = client.dialect_to_store() {
            self.store.store_dialect(&client.endpoint, &dialect);
        }
        Reply { text: stored.text, ..reply }
    }

    fn reply(&self, judge: JudgeId, stored: StoredReply) -> Reply {
        let StoredReply { text, is_cut, is_refusal, prompt_tokens, completion_tokens } = stored;
        let usage = self.priced(judge, Usage { prompt_tokens, completion_tokens, cost: None });
        Reply { text, is_cut, is_refusal, usage }
    }

    /// The tokens that the endpoint reports, or an own count if it reports none. Prompt tokens are capped at the bytes
    /// of the request, because a token has at least one byte; reply tokens are capped at the token limit of a reply.
    fn counted(&self, request: &Request, reply: &Reply, longest: u64) -> Usage {
        let count = |text: &str| self.tokens.tokens(request.judge, text) as u64;
        let of_prompt = || request.messages.iter().map(|message| count(&message.text)).sum();
        let reported = |tokens: u64| Some(tokens).filter(|tokens| *tokens > 0);
        let prompt_tokens = reported(reply.usage.prompt_tokens).unwrap_or_else(of_prompt);
        let completion_tokens = reported(reply.usage.completion_tokens).unwrap_or_else(|| count(&reply.text));
        Usage {
            prompt_tokens: prompt_tokens.min(bytes(request)),
            completion_tokens: completion_tokens.min(longest),
            cost: None,
        }
    }

    fn priced(&self, judge: JudgeId, usage: Usage) -> Usage {
        let prices = self.endpoint(judge).and_then(|endpoint| endpoint.prices);
        Usage { cost: prices.map(|prices| prices.cost(usage.prompt_tokens, usage.completion_tokens)), ..usage }
    }

    /// Sends a request, if the spending limit allows it; `paid` counts the requests about the same answer. Also returns
    /// the elapsed time, not counting the wait for limits.
    pub(super) async fn send(
        &self,
        request: &Request,
        left: Duration,
        paid: &PaidRequests,
    ) -> (Result<Reply, Failure>, Duration) {
        let Some(client) = self.client(request.judge) else {
            return (Err(SessionError::UnknownJudge(request.judge).into()), Duration::ZERO);
        };
        let longest = client.endpoint.max_tokens as usize;
        let at_most = client.endpoint.prices.map_or(0.0, |prices| prices.cost(bytes(request), longest as u64));
        loop {
            match self.meter.reserve(at_most) {
                SpendPermit::Granted => break,
                SpendPermit::Wait => tokio::time::sleep(SPENDING_CHECK).await,
                SpendPermit::Refused { spent, limit } => {
                    return (Err(Halt::Spent { spent, limit, next: at_most }.into()), Duration::ZERO);
                }
            }
        }
        let tokens = if client.limits.counts_tokens() {
            let count = |text: &str| self.tokens.tokens(request.judge, text);
            request.messages.iter().map(|message| count(&message.text)).sum::<usize>() + longest
        } else {
            0
        };
        let reservation = Reservation { meter: &self.meter, at_most, cost: 0.0 };
        let (reply, took) = client.ask(request, tokens, left, paid).await;
        (self.settle(request, longest as u64, reply, reservation), took)
    }

    /// Replaces the reserved amount of a request with the cost of its reply.
    fn settle(
        &self,
        request: &Request,
        longest: u64,
        reply: Result<Reply, AskError>,
        mut reservation: Reservation<'_>,
    ) -> Result<Reply, Failure> {
        let reply = reply?;
        let usage = self.priced(request.judge, self.counted(request, &reply, longest));
        reservation.cost = usage.cost.unwrap_or(0.0);
        Ok(Reply { usage, ..reply })
    }
}

impl Drop for Pool {
    /// Ends the runtime without waiting for its tasks, because waiting inside another runtime panics.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A reserved amount. It is released on drop, because a caller may drop the future of a request at any time.
struct Reservation<'m> {
    meter: &'m Meter,
    at_most: f64,
    /// Cost of the reply; zero without a reply.
    cost: f64,
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.meter.settle(self.at_most, self.cost);
    }
}

/// Bytes of all messages of a request.
fn bytes(request: &Request) -> u64 {
    request.messages.iter().map(|message| message.text.len() as u64).sum()
}
