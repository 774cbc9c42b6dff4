//! One request to one model: let through, sent, sent again where that may help, and read.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use reqwest::Url;

use super::breaker::{Breaker, Pass};
use super::client::{Client, ClientError, Raw, SendError};
use super::endpoint::{Endpoint, shown_url};
use super::limits::Gate;
use super::protocol::{Dialect, refusal_words};
use super::retry::{Policy, Trouble, retry_after};
use super::secret::Redactor;
use gradus_core::judge::{Failure, Halt, Reply, Request};

/// Failed requests in a row after which an endpoint is left alone ...
const FAILURES: u32 = 5;
/// ... for so long.
const COOL: Duration = Duration::from_secs(30);
/// The first wait before a request is sent again, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(20));
/// Replies in another dialect after which that one is spoken first.
const RELEARN: u32 = 3;
/// How often somebody who waits looks whether all is to stop.
const LOOK: Duration = Duration::from_millis(100);

/// An endpoint that is asked.
pub(super) struct Line {
    pub(super) endpoint: Endpoint,
    client: Client,
    pub(super) redactor: Redactor,
    pub(super) gate: Gate,
    breaker: Breaker,
    policy: Policy,
    dialect: Mutex<Known>,
    /// Replies in a row that came in another dialect only.
    otherwise: AtomicU32,
    stop: Arc<AtomicBool>,
    /// Why the last request that was given up failed.
    given_up: Mutex<Option<Trouble>>,
}

/// What is known of how an endpoint is spoken to.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) dialect: Dialect,
    /// Whether it was understood, now or in a run before.
    pub(super) proven: bool,
}

/// Why an attempt came to nothing.
struct Failed {
    words: String,
    trouble: Option<Trouble>,
    status: u16,
    body: String,
}

impl Line {
    pub(super) fn new(endpoint: Endpoint, known: Known, stop: Arc<AtomicBool>) -> Result<Self, ClientError> {
        Ok(Self {
            client: Client::new(&endpoint)?,
            redactor: Redactor::new(endpoint.key.as_ref(), &endpoint.base_url),
            gate: Gate::new(&endpoint.limits),
            breaker: Breaker::new(FAILURES, COOL),
            policy: Policy { attempts: endpoint.attempts, first: WAITS.0, longest: WAITS.1 },
            dialect: Mutex::new(known),
            otherwise: AtomicU32::new(0),
            endpoint,
            stop,
            given_up: Mutex::new(None),
        })
    }

    /// How the endpoint is spoken to.
    pub(super) fn known(&self) -> Known {
        self.dialect.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the last request that was given up failed, where that is known.
    pub(super) fn given_up(&self) -> Option<Trouble> {
        *self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gets what stands at `path`.
    pub(super) async fn get(&self, path: &str) -> Result<Raw, String> {
        let url = self.endpoint.at(path);
        let sent = self.client.send(url, None, self.endpoint.timeout).await;
        sent.map_err(|error| self.failed(error, self.endpoint.timeout).words)
    }

    /// Asks, in the time that is left. `tokens` is what prompt and reply may come to.
    ///
    /// Returns what came, and the time it took, without what was spent waiting to be let through.
    pub(super) async fn ask(
        &self,
        request: &Request,
        tokens: usize,
        left: Duration,
    ) -> (Result<Reply, Failure>, Duration) {
        // Nobody closes it: it is only dropped as a whole.
        let _permit = self.gate.under_way.acquire().await;
        if self.breaker.allow(Instant::now()) == Pass::Open {
            return (Err(Failure::Unanswered(self.why_left_alone())), Duration::ZERO);
        }
        let mut ticket = self.gate.ticket(tokens);
        while let Some(wait) = ticket.wait() {
            if let Err(halt) = self.sleep(wait).await {
                return (Err(halt.into()), Duration::ZERO);
            }
        }
        let begun = Instant::now();
        let asked = self.try_until(request, begun + left).await;
        (asked, begun.elapsed())
    }

    fn why_left_alone(&self) -> String {
        let words = self.breaker.words().unwrap_or_else(|| "it failed again and again".to_owned());
        format!("{} is left alone: {words}", self.host())
    }

    fn host(&self) -> &str {
        self.endpoint.base_url.host_str().unwrap_or("the endpoint")
    }

    async fn try_until(&self, request: &Request, deadline: Instant) -> Result<Reply, Failure> {
        let mut known = self.known();
        let (mut attempt, mut first) = (1, None);
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Halt::Asked.into());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let failed = match self.once(request, &known.dialect, left).await {
                Ok(reply) => {
                    self.breaker.succeeded();
                    self.learn(&known);
                    return Ok(reply);
                }
                Err(failed) => failed,
            };
            if let Some(next) = known.dialect.after(self.endpoint.provider, failed.status, &failed.body) {
                // The server's first words are about what was asked; the later ones about what was tried.
                first.get_or_insert(failed);
                known = Known { dialect: next, proven: false };
                continue;
            }
            let jitter = jitter();
            let left = deadline.saturating_duration_since(Instant::now());
            let wait = failed.trouble.as_ref().and_then(|trouble| self.policy.wait(attempt, trouble, left, jitter));
            if let Some(wait) = wait {
                attempt += 1;
                self.sleep(wait).await?;
                continue;
            }
            return Err(Failure::Unanswered(self.give_up(first.as_ref().unwrap_or(&failed), attempt)));
        }
    }

    /// Notes that a request failed, and says why.
    fn give_up(&self, failed: &Failed, attempts: u32) -> String {
        *self.given_up.lock().unwrap_or_else(PoisonError::into_inner) = failed.trouble;
        let for_good = matches!(failed.status, 401 | 403 | 404);
        let is_answers_own = failed.status == 413;
        let times = if attempts > 1 { format!(", {attempts} times") } else { String::new() };
        let words = format!("{}{times}", failed.words);
        if !is_answers_own {
            self.breaker.failed(Instant::now(), &words, for_good);
        }
        words
    }

    /// What was understood is tried first from now on.
    fn learn(&self, used: &Known) {
        let mut known = self.dialect.lock().unwrap_or_else(PoisonError::into_inner);
        // One answer that did not go down well does not change what went well with others; several in a row do.
        if known.proven && known.dialect == used.dialect {
            self.otherwise.store(0, Ordering::Relaxed);
        } else if !known.proven || self.otherwise.fetch_add(1, Ordering::Relaxed) + 1 >= RELEARN {
            *known = Known { dialect: used.dialect.clone(), proven: true };
            self.otherwise.store(0, Ordering::Relaxed);
        }
    }

    async fn once(&self, request: &Request, dialect: &Dialect, left: Duration) -> Result<Reply, Failed> {
        let provider = self.endpoint.provider;
        let body = provider.body(request, &self.endpoint.request_parameters(), dialect).map_err(|error| Failed {
            words: format!("the request cannot be written: {error}"),
            trouble: None,
            status: 0,
            body: String::new(),
        })?;
        let timeout = left.min(self.endpoint.timeout);
        let url = self.endpoint.at(provider.path());
        let raw = self.client.send(url, Some(body), timeout).await.map_err(|error| self.failed(error, timeout))?;
        if raw.status != 200 {
            return Err(self.refused(raw));
        }
        // What a server says may hold what it was sent.
        let safe = |reply: Reply| Reply { text: self.redactor.verdict(reply.text), ..reply };
        provider.reply(raw.content_type.as_deref(), &raw.body).map(safe).map_err(|error| {
            let said = self.redactor.message(&error.to_string());
            let words = format!("{} answered with {said}", self.host());
            Failed { words, trouble: error.trouble(), status: 200, body: String::new() }
        })
    }

    /// An answer that is no reply.
    fn refused(&self, raw: Raw) -> Failed {
        let Raw { status, content_type, retry_after: after, location, body } = raw;
        let said = refusal_words(status, content_type.as_deref(), &body, |words| self.redactor.message(words));
        let words = match location {
            Some(location) if (300..400).contains(&status) => {
                let to = without_query(&self.endpoint.base_url, &location);
                let to: String = to.chars().filter(|c| !c.is_control()).take(200).collect();
                let to = self.redactor.message(&to);
                format!("{} sends on to {to} ({status}), where no key is sent; name that with --base-url", self.host())
            }
            _ if said.is_empty() => format!("{} answered {status}", self.host()),
            _ => format!("{} answered {status}: {said}", self.host()),
        };
        let retry_after = after.and_then(|value| retry_after(&value, SystemTime::now()));
        let trouble = Some(Trouble::Status { code: status, retry_after });
        Failed { words, trouble, status, body: String::from_utf8_lossy(&body).into_owned() }
    }

    fn failed(&self, error: SendError, timeout: Duration) -> Failed {
        let host = self.host();
        let (words, trouble) = match error {
            SendError::Connection(cause) => (format!("cannot reach {host}: {cause}"), Some(Trouble::Connection)),
            SendError::Timeout => {
                (format!("{host} did not answer within {:.1} s", timeout.as_secs_f64()), Some(Trouble::Timeout))
            }
            SendError::TooLarge => (format!("{host} answered with more than is read"), None),
        };
        Failed { words, trouble, status: 0, body: String::new() }
    }

    /// Waits, unless all is to stop.
    async fn sleep(&self, wait: Duration) -> Result<(), Halt> {
        let until = Instant::now() + wait;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Halt::Asked);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            tokio::time::sleep(left.min(LOOK)).await;
        }
    }
}

/// Where a server sends on to, without what may be a key. A path on the same host stays as it is written.
fn without_query(asked: &Url, location: &str) -> String {
    if location.starts_with('/') && !location.starts_with("//") {
        return location.split(['?', '#']).next().unwrap_or_default().to_owned();
    }
    let Ok(mut url) = asked.join(location) else { return "an address that cannot be read".to_owned() };
    url.set_query(None);
    url.set_fragment(None);
    shown_url(url.as_str())
}

/// Anything from 0 to 1, so that those who failed together do not come again together.
fn jitter() -> f64 {
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let thread = format!("{:?}", std::thread::current().id());
    let hash = blake3::hash(format!("{nanos} {thread}").as_bytes());
    f64::from(u16::from_le_bytes([hash.as_bytes()[0], hash.as_bytes()[1]])) / f64::from(u16::MAX)
}
