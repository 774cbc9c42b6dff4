//! One judge's endpoint: rate limits, circuit breaker, retries and the protocol variant that its server understands.
//!
//! Takes one request at a time and gives its reply, or a typed error without secrets. Spending limits and the cache of
//! replies are decided in `pool`.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use reqwest::Url;

use super::address::shown_url;
use super::circuit_breaker::{Circuit, CircuitBreaker};
use super::endpoint::Endpoint;
use super::http_client::{ClientError, HttpClient, HttpResponse};
use super::protocol::{Dialect, Refusal, refusal_text};
use super::rate_limits::RateLimits;
use super::request_error::{RequestCause, RequestError};
use super::retry::{Policy, retry_after};
use super::secret::Redactor;
use gradus_core::judge::{Cause, Failure, Halt, JudgeId, Reply, Request};

/// Number of consecutive failures after which no more requests are sent.
const MAX_FAILURES: u32 = 5;
/// Time without requests before a suspended endpoint is tested again.
const COOL_DOWN: Duration = Duration::from_secs(30);
/// The first and the longest wait before a retry.
const WAITS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(20));
/// Number of consecutive replies in another dialect after which that dialect is tried first.
const REPLIES_TO_RELEARN: u32 = 3;
/// Interval at which a waiting request checks whether the caller asked to stop.
const STOP_CHECK: Duration = Duration::from_millis(100);

/// A judge's endpoint and the state of the requests to it.
pub(super) struct EndpointClient {
    pub(super) judge: JudgeId,
    pub(super) endpoint: Endpoint,
    /// Number of earlier judges with the same endpoint and settings.
    pub(super) duplicate: usize,
    pub(super) redactor: Redactor,
    pub(super) limits: RateLimits,
    /// `None` if only stored replies are used.
    http: Option<HttpClient>,
    breaker: CircuitBreaker<RequestError>,
    policy: Policy,
    dialect: Mutex<KnownDialect>,
    /// Number of consecutive replies in a dialect other than the known one.
    other_dialect: AtomicU32,
    is_dialect_stored: AtomicBool,
    stop: Arc<AtomicBool>,
}

/// The dialect that is tried first.
#[derive(Debug, Clone)]
struct KnownDialect {
    dialect: Dialect,
    /// Whether the server answered a request in this dialect, in this run or in an earlier one.
    is_proven: bool,
}

/// The number of requests about one answer that are under way or have a reply. A stop does not end an answer with such
/// requests, because they are paid for.
#[derive(Debug, Default)]
pub(super) struct PaidRequests(AtomicUsize);

/// The reason why a request has no reply.
#[derive(Debug)]
pub(super) enum AskError {
    /// The caller asked to stop before a request about the answer was paid for.
    Stopped,
    Failed(RequestError),
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Stopped => Halt::Requested.into(),
            AskError::Failed(error) => Self::Unanswered(Cause::new(error)),
        }
    }
}

/// A failed attempt.
struct FailedAttempt {
    cause: RequestCause,
    /// The dialect to try next, if the server refused a parameter of the dialect of this attempt.
    next: Option<Dialect>,
}

impl From<RequestCause> for FailedAttempt {
    fn from(cause: RequestCause) -> Self {
        Self { cause, next: None }
    }
}

impl EndpointClient {
    /// Prepares requests for a judge. `stored` is the dialect from an earlier run; without `sends` only stored replies
    /// are used, and neither key nor certificates are needed.
    ///
    /// # Errors
    /// The endpoint's key or certificates cannot be used.
    pub(super) fn new(
        judge: JudgeId,
        endpoint: Endpoint,
        duplicate: usize,
        sends: bool,
        stored: Option<Dialect>,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, ClientError> {
        let is_proven = stored.is_some();
        let dialect = stored.unwrap_or_else(|| Dialect::first(endpoint.provider));
        Ok(Self {
            judge,
            duplicate,
            http: if sends { Some(HttpClient::new(&endpoint)?) } else { None },
            redactor: Redactor::new(endpoint.key.as_ref(), &endpoint.base_url),
            limits: RateLimits::new(&endpoint.limits),
            breaker: CircuitBreaker::new(MAX_FAILURES, COOL_DOWN),
            policy: Policy { attempts: endpoint.attempts, first: WAITS.0, longest: WAITS.1 },
            dialect: Mutex::new(KnownDialect { dialect, is_proven }),
            other_dialect: AtomicU32::new(0),
            is_dialect_stored: AtomicBool::new(is_proven),
            endpoint,
            stop,
        })
    }

    /// The dialect that is tried first.
    pub(super) fn dialect(&self) -> Dialect {
        self.known().dialect
    }

    /// The dialect that should be stored for later runs; `Some` only once, after the server answered a request in it.
    pub(super) fn dialect_to_store(&self) -> Option<Dialect> {
        let known = self.known();
        let is_new = known.is_proven && !self.is_dialect_stored.swap(true, Ordering::Relaxed);
        is_new.then_some(known.dialect)
    }

    fn known(&self) -> KnownDialect {
        self.dialect.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn error(&self, cause: RequestCause, attempts: u32) -> RequestError {
        RequestError { host: self.host().to_owned(), cause, attempts }
    }

    fn host(&self) -> &str {
        self.endpoint.base_url.host_str().unwrap_or("the endpoint")
    }

    /// Sends a GET request to `path` below the base address.
    pub(super) async fn get(&self, path: &str) -> Result<HttpResponse, RequestError> {
        let Some(http) = &self.http else { return Err(self.error(RequestCause::ReplayOnly, 1)) };
        let sent = http.send(self.endpoint.url_of(path), None, self.endpoint.timeout).await;
        sent.map_err(|cause| self.error(cause, 1))
    }

    /// Sends a request, with retries, until `left` has passed. `tokens` is the highest possible number of tokens of
    /// prompt and reply, `paid` counts the requests about the same answer.
    ///
    /// Also returns the elapsed time, not counting the wait for the concurrency limit and the rate limits.
    pub(super) async fn ask(
        &self,
        request: &Request,
        tokens: usize,
        left: Duration,
        paid: &PaidRequests,
    ) -> (Result<Reply, AskError>, Duration) {
        let Some(http) = &self.http else {
            return (Err(AskError::Failed(self.error(RequestCause::ReplayOnly, 1))), Duration::ZERO);
        };
        // An error is impossible, because the semaphore is never closed.
        let _permit = self.limits.concurrency.acquire().await;
        if self.breaker.allow(Instant::now()) == Circuit::Open
            && let Some(before) = self.breaker.cause()
        {
            let suspended = self.error(RequestCause::Suspended(Box::new(before)), 1);
            return (Err(AskError::Failed(suspended)), Duration::ZERO);
        }
        let mut ticket = self.limits.ticket(tokens);
        while let Some(wait) = ticket.wait() {
            if let Err(stopped) = self.sleep(wait, paid).await {
                return (Err(stopped), Duration::ZERO);
            }
        }
        let start = Instant::now();
        let reply = self.send_until(http, request, start + left, paid).await;
        (reply, start.elapsed())
    }

    async fn send_until(
        &self,
        http: &HttpClient,
        request: &Request,
        deadline: Instant,
        paid: &PaidRequests,
    ) -> Result<Reply, AskError> {
        let mut known = self.known();
        let (mut attempt, mut first_refusal) = (1, None);
        loop {
            self.check_stop(paid)?;
            let left = deadline.saturating_duration_since(Instant::now());
            paid.0.fetch_add(1, Ordering::Relaxed);
            let failed = match self.send_once(http, request, &known.dialect, left).await {
                Ok(reply) => {
                    self.breaker.succeeded();
                    self.learn(&known);
                    return Ok(reply);
                }
                Err(failed) => failed,
            };
            paid.0.fetch_sub(1, Ordering::Relaxed);
            if let Some(next) = failed.next {
                // The first refusal is reported, because later refusals are about dialects that the user did not
                // choose.
                first_refusal.get_or_insert(failed.cause);
                known = KnownDialect { dialect: next, is_proven: false };
                continue;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if let Some(wait) = self.policy.wait(attempt, failed.cause.retry(), left, jitter()) {
                attempt += 1;
                self.sleep(wait, paid).await?;
                continue;
            }
            return Err(AskError::Failed(self.give_up(first_refusal.unwrap_or(failed.cause), attempt)));
        }
    }

    /// Builds the error of a failed request, and counts it in the circuit breaker unless only the answer is at fault.
    fn give_up(&self, cause: RequestCause, attempts: u32) -> RequestError {
        let error = self.error(cause, attempts);
        if !error.cause.is_about_answer() {
            self.breaker.failed(Instant::now(), &error, error.cause.is_permanent());
        }
        error
    }

    /// Updates the dialect that is tried first, after a reply in the dialect `used`.
    fn learn(&self, used: &KnownDialect) {
        let mut known = self.dialect.lock().unwrap_or_else(PoisonError::into_inner);
        // Several replies are needed to replace a proven dialect, because a refusal may have been about one answer.
        if known.is_proven && known.dialect == used.dialect {
            self.other_dialect.store(0, Ordering::Relaxed);
        } else if !known.is_proven || self.other_dialect.fetch_add(1, Ordering::Relaxed) + 1 >= REPLIES_TO_RELEARN {
            *known = KnownDialect { dialect: used.dialect.clone(), is_proven: true };
            self.other_dialect.store(0, Ordering::Relaxed);
        }
    }

    async fn send_once(
        &self,
        http: &HttpClient,
        request: &Request,
        dialect: &Dialect,
        left: Duration,
    ) -> Result<Reply, FailedAttempt> {
        let provider = self.endpoint.provider;
        let body = provider.body(request, &self.endpoint.request_parameters(), dialect);
        let body = body.map_err(|error| RequestCause::Unwritable(error.to_string()))?;
        let url = self.endpoint.url_of(provider.path());
        let response = http.send(url, Some(body), left.min(self.endpoint.timeout)).await?;
        if response.status != 200 {
            return Err(self.failed_status(response, dialect));
        }
        // A server may repeat the key that it was sent.
        let redacted = |reply: Reply| Reply { text: self.redactor.verdict(reply.text), ..reply };
        let reply = provider.reply(response.content_type.as_deref(), &response.body).map(redacted);
        reply.map_err(|body| RequestCause::Unreadable(body.redacted(|text| self.redactor.message(text))).into())
    }

    /// The failed attempt for a response with a status other than 200.
    fn failed_status(&self, response: HttpResponse, dialect: &Dialect) -> FailedAttempt {
        let HttpResponse { status, content_type, retry_after: after, location, body } = response;
        let refusal = dialect.after(self.endpoint.provider, status, &String::from_utf8_lossy(&body));
        let (refused, next) = refusal.map(|Refusal { parameter, next }| (parameter, next)).unzip();
        let cause = match location {
            Some(location) if (300..400).contains(&status) => {
                let target = redirect_target(&self.endpoint.base_url, &location);
                let target: String = target.chars().filter(|c| !c.is_control()).take(200).collect();
                RequestCause::Redirect { code: status, target: self.redactor.message(&target) }
            }
            _ => RequestCause::Status {
                code: status,
                message: refusal_text(status, content_type.as_deref(), &body, |text| self.redactor.message(text)),
                retry_after: after.and_then(|value| retry_after(&value, SystemTime::now())),
                refused,
            },
        };
        FailedAttempt { cause, next }
    }

    /// Fails if the caller asked to stop, unless a request about the answer is paid for.
    fn check_stop(&self, paid: &PaidRequests) -> Result<(), AskError> {
        let is_stopped = self.stop.load(Ordering::Relaxed) && paid.0.load(Ordering::Relaxed) == 0;
        if is_stopped { Err(AskError::Stopped) } else { Ok(()) }
    }

    /// Waits, and returns early as [`Self::check_stop`] does.
    async fn sleep(&self, wait: Duration, paid: &PaidRequests) -> Result<(), AskError> {
        let until = Instant::now() + wait;
        loop {
            self.check_stop(paid)?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            tokio::time::sleep(left.min(STOP_CHECK)).await;
        }
    }
}

/// The target of a redirect, without query and fragment, which may contain keys. A path on the same host stays a path.
fn redirect_target(asked: &Url, location: &str) -> String {
    if location.starts_with('/') && !location.starts_with("//") {
        return location.split(['?', '#']).next().unwrap_or_default().to_owned();
    }
    let Ok(mut url) = asked.join(location) else { return "an unreadable address".to_owned() };
    url.set_query(None);
    url.set_fragment(None);
    shown_url(url.as_str())
}

/// A number from 0 to 1 that differs between threads, so that requests which failed together are not repeated together.
fn jitter() -> f64 {
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let thread = format!("{:?}", std::thread::current().id());
    let hash = blake3::hash(format!("{nanos} {thread}").as_bytes());
    f64::from(u16::from_le_bytes([hash.as_bytes()[0], hash.as_bytes()[1]])) / f64::from(u16::MAX)
}
