//! All endpoints of a panel, with what they said before: what judges are asked through.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use tokio::runtime::{Builder, Runtime};

use super::ask::{Known, Line};
use super::client::ClientError;
use super::endpoint::Endpoint;
use super::meter::{Leave, Meter};
use super::protocol::Dialect;
use super::tokens::Tokens;
use crate::reply_cache::{Cache, StoreError, Stored};
use gradus_core::judge::{Chat, Count as _, Failure, Halt, Reply, Request};
use gradus_core::model::Usage;

/// Longer replies are not kept: no verdicts are as long.
const LONGEST_KEPT: usize = 1 << 20;
/// How often somebody who waits for others to settle looks again.
const LOOK: Duration = Duration::from_millis(20);

/// What is done with replies that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// They are used, and new ones are kept.
    Used,
    /// Everything is asked anew, and kept.
    Replaced,
    /// Nothing else is used: no endpoint is asked.
    Only,
}

/// How endpoints are asked.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long one answer may take, all its requests together, without waiting to be let through.
    pub deadline: Duration,
    /// What is done with replies that are kept.
    pub kept: Kept,
    /// Whether all is to stop when an endpoint gives no reply.
    pub stops: bool,
    /// Set from outside: ask nothing more.
    pub stop: Arc<AtomicBool>,
}

/// All endpoints of a panel.
pub struct Pool {
    endpoints: Vec<Endpoint>,
    /// As many, or none where nothing is asked.
    lines: Vec<Line>,
    remembered: Vec<AtomicBool>,
    cache: Option<Cache>,
    meter: Arc<Meter>,
    tokens: Tokens,
    options: Options,
    runtime: OnceLock<Runtime>,
    trouble: Mutex<Option<String>>,
    /// Whether replies that are kept are passed over for the time being.
    asks_anew: AtomicBool,
    /// Held while a reply is put beside those that are kept.
    keeping: Mutex<()>,
}

/// What one answer is judged through.
pub struct Session<'p> {
    pool: &'p Pool,
    /// What is graded, in words.
    what: String,
    spent: Cell<Duration>,
}

impl Pool {
    /// Of endpoints, in the order of judges.
    ///
    /// # Errors
    /// When an endpoint's key or certificates cannot be used.
    pub fn new(
        endpoints: Vec<Endpoint>,
        cache: Option<Cache>,
        meter: Arc<Meter>,
        options: Options,
    ) -> Result<Self, ClientError> {
        let mut lines = Vec::new();
        let mut remembered = Vec::new();
        for endpoint in endpoints.iter().filter(|_| options.kept != Kept::Only) {
            let before = cache.as_ref().and_then(|cache| cache.endpoint(&endpoint.name()).ok().flatten());
            let before: Option<Dialect> = before.and_then(|text| serde_json::from_str(&text).ok());
            remembered.push(AtomicBool::new(before.is_some()));
            let known = Known {
                proven: before.is_some(),
                dialect: before.unwrap_or_else(|| Dialect::first(endpoint.provider)),
            };
            lines.push(Line::new(endpoint.clone(), known, Arc::clone(&options.stop))?);
        }
        let tokens = Tokens::new(endpoints.iter().map(|endpoint| endpoint.model.as_str()));
        let (runtime, trouble) = (OnceLock::new(), Mutex::default());
        let asks_anew = AtomicBool::new(options.kept == Kept::Replaced);
        Ok(Self {
            endpoints,
            lines,
            remembered,
            cache,
            meter,
            tokens,
            options,
            runtime,
            trouble,
            asks_anew,
            keeping: Mutex::default(),
        })
    }

    /// The endpoints.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// What counts tokens for them.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// For one answer; `what` names it in errors.
    pub fn session(&self, what: String) -> Session<'_> {
        Session { pool: self, what, spent: Cell::default() }
    }

    /// From now on replies that are kept are used, if everything was asked anew up to here.
    pub fn use_kept(&self) {
        self.asks_anew.store(false, Ordering::Relaxed);
    }

    /// What went wrong with keeping replies, told once.
    pub fn trouble(&self) -> Option<String> {
        let set_aside = self.cache.as_ref().and_then(Cache::was_set_aside).map(|place| {
            format!("the kept replies were damaged; they stand in {} now, and new ones are kept", place.display())
        });
        set_aside.or_else(|| self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take())
    }

    pub(super) fn line(&self, judge: usize) -> Option<&Line> {
        self.lines.get(judge)
    }

    /// What requests run on; made when the first one is sent.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn runtime(&self) -> Result<&Runtime, Failure> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let made = Builder::new_multi_thread().worker_threads(1).enable_io().enable_time().build();
        let made = made.map_err(|error| Halt::Failed(format!("cannot begin to send requests: {error}")))?;
        Ok(self.runtime.get_or_init(|| made))
    }

    fn note(&self, error: &StoreError) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        // A cache that is open for reading only was reported when it was opened.
        if !matches!(error, StoreError::ForReading { .. }) {
            trouble.get_or_insert_with(|| format!("replies are not kept: {error}"));
        }
    }

    /// By what a reply is found again: everything it rests on. How it is asked to be written is no part of that.
    fn key(&self, request: &Request) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let mut text = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        };
        if let Some(endpoint) = self.endpoints.get(request.judge) {
            let print = |endpoint: &Endpoint| (endpoint.name(), endpoint.parameters());
            let same = self.endpoints[..request.judge].iter().filter(|other| print(other) == print(endpoint));
            text(&endpoint.name());
            text(&endpoint.parameters());
            // Two judges that are one model are two opinions.
            text(&same.count().to_string());
        }
        text(&request.sample.to_string());
        for message in &request.messages {
            text(match message.role {
                gradus_core::judge::Role::System => "system",
                gradus_core::judge::Role::User => "user",
                gradus_core::judge::Role::Assistant => "assistant",
            });
            text(&message.text);
        }
        *hasher.finalize().as_bytes()
    }

    /// A reply that is kept.
    fn kept(&self, request: &Request, key: &[u8; 32]) -> Option<Reply> {
        let reply = self.stored(request.judge, key)?;
        // It was paid for, mostly by a run before that was stopped by the same limit.
        self.meter.add(reply.usage.cost.unwrap_or(0.0));
        Some(reply)
    }

    fn stored(&self, judge: usize, key: &[u8; 32]) -> Option<Reply> {
        let cache = self.cache.as_ref().filter(|_| !self.asks_anew.load(Ordering::Relaxed))?;
        let stored = cache.get(key).unwrap_or_else(|error| {
            self.note(&error);
            None
        })?;
        let Stored { text, is_cut, is_refusal, prompt_tokens, completion_tokens } = stored;
        let usage = self.priced(judge, Usage { prompt_tokens, completion_tokens, cost: None });
        Some(Reply { text, is_cut, is_refusal, usage })
    }

    /// Keeps a reply, and returns what stands for the request from now on: the first reply that came to it.
    fn keep(&self, request: &Request, key: &[u8; 32], reply: Reply) -> Reply {
        let (Some(cache), Some(endpoint)) = (&self.cache, self.endpoints.get(request.judge)) else { return reply };
        if reply.text.len() > LONGEST_KEPT {
            return reply;
        }
        let _keeping = self.keeping.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = self.stored(request.judge, key) {
            return first;
        }
        self.put(cache, endpoint, key, &reply);
        self.remember(request.judge);
        reply
    }

    fn put(&self, cache: &Cache, endpoint: &Endpoint, key: &[u8; 32], reply: &Reply) {
        let Reply { text, is_cut, is_refusal, usage } = reply.clone();
        let (prompt_tokens, completion_tokens) = (usage.prompt_tokens, usage.completion_tokens);
        let stored = Stored { text, is_cut, is_refusal, prompt_tokens, completion_tokens };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if let Err(error) = cache.put(key, &endpoint.model, now, &stored) {
            self.note(&error);
        }
    }

    /// Keeps how an endpoint is spoken to, once that is known.
    fn remember(&self, judge: usize) {
        let (Some(cache), Some(line), Some(remembered)) = (&self.cache, self.line(judge), self.remembered.get(judge))
        else {
            return;
        };
        let known = line.known();
        if known.proven
            && !remembered.swap(true, Ordering::Relaxed)
            && let Ok(text) = serde_json::to_string(&known.dialect)
            && let Err(error) = cache.remember_endpoint(&line.endpoint.name(), &text)
        {
            self.note(&error);
        }
    }

    /// What a reply took, as the endpoint says, and never more than the request may take: no token is less than a byte,
    /// and a reply has a limit. Counted here where the endpoint says nothing that can be used.
    fn counted(&self, request: &Request, reply: &Reply, longest: u64) -> Usage {
        let count = |text: &str| self.tokens.tokens(request.judge, text) as u64;
        let counted = |told: u64, count: &dyn Fn() -> u64| if told > 0 { told } else { count() };
        let of_prompt = || request.messages.iter().map(|message| count(&message.text)).sum();
        let prompt_tokens = counted(reply.usage.prompt_tokens, &of_prompt).min(bytes(request));
        let completion_tokens = counted(reply.usage.completion_tokens, &|| count(&reply.text)).min(longest);
        Usage { prompt_tokens, completion_tokens, cost: None }
    }

    fn priced(&self, judge: usize, usage: Usage) -> Usage {
        let prices = self.endpoints.get(judge).and_then(|endpoint| endpoint.prices);
        Usage { cost: prices.map(|prices| prices.of(usage.prompt_tokens, usage.completion_tokens)), ..usage }
    }

    /// Asks an endpoint, whatever is kept, as far as there is money left.
    async fn ask(&self, request: &Request, left: Duration) -> (Result<Reply, Failure>, Duration) {
        let Some(line) = self.line(request.judge) else {
            let told = format!("there is no judge {}", request.judge + 1);
            return (Err(Halt::Failed(told).into()), Duration::ZERO);
        };
        let longest = line.endpoint.max_tokens as usize;
        let at_most = line.endpoint.prices.map_or(0.0, |prices| prices.of(bytes(request), longest as u64));
        loop {
            match self.meter.ask(at_most) {
                Leave::Granted => break,
                Leave::Wait => tokio::time::sleep(LOOK).await,
                Leave::Refused(spent) => return (Err(Halt::Spent(self.spent(spent, at_most)).into()), Duration::ZERO),
            }
        }
        let tokens = if line.gate.counts_tokens() {
            let text = |judge, text: &str| self.tokens.tokens(judge, text);
            request.messages.iter().map(|message| text(request.judge, &message.text)).sum::<usize>() + longest
        } else {
            0
        };
        let (reply, took) = line.ask(request, tokens, left).await;
        let reply = reply.map(|reply| {
            let usage = self.counted(request, &reply, longest as u64);
            Reply { usage: self.priced(request.judge, usage), ..reply }
        });
        let cost = reply.as_ref().ok().and_then(|reply| reply.usage.cost);
        self.meter.settle(at_most, cost.unwrap_or(0.0));
        (reply, took)
    }

    fn spent(&self, spent: f64, next: f64) -> String {
        let most = self.meter.most().unwrap_or_default();
        format!("{spent:.4} of the {most} that --max-cost allows is spent, and the next request may cost {next:.4}")
    }
}

/// Bytes of all that is said in a request.
fn bytes(request: &Request) -> u64 {
    request.messages.iter().map(|message| message.text.len() as u64).sum()
}

impl Session<'_> {
    fn missing(&self, request: &Request) -> Halt {
        let model = self.pool.endpoints.get(request.judge).map_or("", |endpoint| &endpoint.model);
        Halt::Failed(format!(
            "no reply is kept for {}, judge `{model}`, sample {}{}\nhint: run it without --replay first, with the same \
             settings",
            self.what,
            request.sample + 1,
            if request.messages.len() > 2 { ", asked again" } else { "" }
        ))
    }

    /// What comes of a request that gave no reply.
    fn failed(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Unanswered(words) if self.pool.options.stops => {
                Halt::Failed(format!("{}: {words}\nhint: `gradus config check` looks for what is wrong", self.what))
                    .into()
            }
            failure => failure,
        }
    }
}

impl Chat for Session<'_> {
    fn ask(&self, requests: &[Request]) -> Vec<Result<Reply, Failure>> {
        let pool = self.pool;
        let keys: Vec<[u8; 32]> = requests.iter().map(|request| pool.key(request)).collect();
        let mut replies: Vec<Option<Result<Reply, Failure>>> =
            requests.iter().zip(&keys).map(|(request, key)| pool.kept(request, key).map(Ok)).collect();
        let open: Vec<usize> = (0..requests.len()).filter(|place| replies[*place].is_none()).collect();
        if pool.options.kept == Kept::Only {
            for place in open {
                replies[place] = Some(Err(self.missing(&requests[place]).into()));
            }
        } else if !open.is_empty() {
            let left = pool.options.deadline.saturating_sub(self.spent.get());
            let asked = match pool.runtime() {
                Ok(runtime) => runtime.block_on(join_all(open.iter().map(|place| pool.ask(&requests[*place], left)))),
                Err(failure) => open.iter().map(|_| (Err(failure.clone()), Duration::ZERO)).collect(),
            };
            let longest = asked.iter().map(|(_, took)| *took).max().unwrap_or_default();
            self.spent.set(self.spent.get() + longest);
            for (place, (reply, _)) in open.into_iter().zip(asked) {
                let reply = reply.map(|reply| pool.keep(&requests[place], &keys[place], reply));
                replies[place] = Some(reply.map_err(|failure| self.failed(failure)));
            }
        }
        let none = || Err(Failure::Unanswered("no reply".to_owned()));
        replies.into_iter().map(|reply| reply.unwrap_or_else(none)).collect()
    }
}
