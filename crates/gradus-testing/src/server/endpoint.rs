//! A scripted LLM endpoint for tests: a real HTTP/1.1 server on its own port.
//!
//! The script of a test receives every chat request and decides the response, its speed and its faults. The path
//! selects one of the two protocols. Requests are recorded for the test. Request bodies need a `content-length`.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

use super::connection::Connection;
use super::request::ChatRequest;
use super::response::{self, Response};

/// Bytes per write of [`Action::Drip`].
const DRIP: usize = 7;
const LONGER_THAN_ANY_TEST: Duration = Duration::from_hours(24);

/// A running endpoint. Dropping it closes its port and all connections and ends its threads. The drop panics if the
/// script has panicked, so that a failed assertion in a script fails its test.
pub struct Endpoint {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// The thread that accepts connections. It returns the threads of all connections.
    accepting: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

/// The response to a chat request.
pub enum Action {
    /// A reply with this text, 100 prompt tokens and 20 completion tokens.
    Reply(String),
    /// A reply with these arguments of a tool call.
    Tool(Value),
    /// A refusal of the model with this text.
    Refuse(String),
    /// A reply that was cut off after this text, because it reached the token limit.
    CutOff(String),
    /// A status, headers and a body. The content type is JSON if the body is valid JSON, otherwise plain text.
    Status(u16, Vec<(&'static str, String)>, String),
    /// A response with any body and content type.
    Raw {
        /// The HTTP status.
        status: u16,
        /// The value of the header `content-type`.
        content_type: &'static str,
        /// The bytes of the body.
        body: Vec<u8>,
    },
    /// Like `Reply`, compressed with gzip.
    Gzip(String),
    /// Waits for this time, then does the other action.
    After(Duration, Box<Action>),
    /// Like `Reply`, but closes the connection in the middle of the body.
    CutBody(String),
    /// Resets the connection without a response. After a request without a body, the connection is closed instead.
    Reset,
    /// Like `Reply`, but sends seven bytes of the body at a time, with this pause before each write.
    Drip(String, Duration),
    /// A redirect with this status and target.
    Redirect(u16, String),
    /// Keeps the connection open without a response until the endpoint is dropped.
    Hang,
}

impl Endpoint {
    /// Starts an endpoint that answers each chat request with `script`. The script receives the number of the request,
    /// from 0, and the request. It runs in the thread of the connection, so calls may be concurrent.
    ///
    /// # Panics
    /// No local port is free.
    pub fn new(script: impl Fn(usize, &ChatRequest) -> Action + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let shared = Arc::new(Shared {
            script: Box::new(script),
            requests: Mutex::default(),
            count: AtomicUsize::new(0),
            records_requests: AtomicBool::new(true),
            models: Mutex::new(vec!["test-model".to_owned()]),
            context: Mutex::default(),
            open: Mutex::default(),
            is_stopped: Mutex::new(false),
            stopped: Condvar::new(),
        });
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { address, shared, accepting: Some(accepting) }
    }

    /// The base URL including the version: `http://127.0.0.1:PORT/v1`.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// All chat requests so far, in the order of their numbers, from 0.
    pub fn requests(&self) -> Vec<ChatRequest> {
        lock(&self.shared.requests).iter().map(|request| ChatRequest::clone(request)).collect()
    }

    /// Replaces the list of models, which is `test-model` by default.
    #[must_use]
    pub fn with_models(self, ids: &[&str]) -> Self {
        *lock(&self.shared.models) = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Does not record requests, for benchmarks with many of them.
    #[must_use]
    pub fn without_history(self) -> Self {
        self.shared.records_requests.store(false, Ordering::Relaxed);
        self
    }

    /// Adds a context size in tokens to the list of models.
    #[must_use]
    pub fn with_context(self, tokens: usize) -> Self {
        *lock(&self.shared.context) = Some(tokens);
        self
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        *lock(&self.shared.is_stopped) = true;
        self.shared.stopped.notify_all();
        // The accepting thread blocks until a connection comes, so connect once more.
        drop(TcpStream::connect(self.address));
        let connections = self.accepting.take().map(JoinHandle::join).and_then(Result::ok).unwrap_or_default();
        for stream in lock(&self.shared.open).iter().filter_map(Weak::upgrade) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let panics: Vec<_> = connections.into_iter().filter_map(|thread| thread.join().err()).collect();
        if let Some(panic) = panics.into_iter().next()
            && !thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

/// Decides the response to a request, given its number.
type Script = dyn Fn(usize, &ChatRequest) -> Action + Send + Sync;

/// The state that all threads of an endpoint share.
struct Shared {
    script: Box<Script>,
    requests: Mutex<Vec<Arc<ChatRequest>>>,
    /// Number of chat requests so far.
    count: AtomicUsize,
    records_requests: AtomicBool,
    models: Mutex<Vec<String>>,
    /// Context size of the models, in tokens. `None` if the list does not contain it.
    context: Mutex<Option<usize>>,
    /// Open connections. The references are weak, so that a connection closes when its thread ends.
    open: Mutex<Vec<Weak<TcpStream>>>,
    is_stopped: Mutex<bool>,
    stopped: Condvar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) -> Vec<JoinHandle<()>> {
    let mut threads = Vec::new();
    for stream in listener.incoming() {
        if *lock(&shared.is_stopped) {
            break;
        }
        let Ok(stream) = stream.map(Arc::new) else { continue };
        lock(&shared.open).push(Arc::downgrade(&stream));
        let shared = Arc::clone(shared);
        threads.push(thread::spawn(move || {
            let mut connection = Connection::new(stream);
            // An error means that the client closed the connection.
            while shared.serve(&mut connection).unwrap_or(false) {}
        }));
    }
    threads
}

impl Shared {
    /// Reads one request and answers it. Returns whether the connection stays open.
    fn serve(&self, connection: &mut Connection) -> io::Result<bool> {
        let request = Arc::new(connection.request()?);
        let is_last = request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let stays_open = match request.bare_path() {
            response::COMPLETIONS | response::MESSAGES => {
                let number = self.record(&request);
                self.perform((self.script)(number, &request), &request, connection)?
            }
            path => {
                connection.send(&self.other_path(&request.method, path))?;
                true
            }
        };
        Ok(stays_open && !is_last)
    }

    /// The response to a request that is not a chat request.
    fn other_path(&self, method: &str, path: &str) -> Response {
        if (method, path) != ("GET", "/v1/models") {
            let message = format!("there is no {method} {path}");
            return Response::json(404, &json!({"error": {"message": message}}));
        }
        let context = *lock(&self.context);
        let model = |id: &String| match context {
            Some(tokens) => json!({"id": id, "object": "model", "max_model_len": tokens}),
            None => json!({"id": id, "object": "model"}),
        };
        let models: Vec<_> = lock(&self.models).iter().map(model).collect();
        Response::json(200, &json!({"object": "list", "data": models}))
    }

    /// Records a request, unless recording is switched off. Returns its number, from 0.
    fn record(&self, request: &Arc<ChatRequest>) -> usize {
        let mut all = lock(&self.requests);
        if self.records_requests.load(Ordering::Relaxed) {
            all.push(Arc::clone(request));
        }
        // Counted under the lock, so that numbers and recorded requests have the same order.
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// Performs an action. Returns whether the connection stays open.
    fn perform(&self, act: Action, request: &ChatRequest, connection: &mut Connection) -> io::Result<bool> {
        let response = match act {
            Action::After(pause, act) => return Ok(self.pause(pause) && self.perform(*act, request, connection)?),
            Action::Hang => return Ok(self.pause(LONGER_THAN_ANY_TEST)),
            Action::Reset => return Ok(false),
            Action::CutBody(text) => return connection.send_half(&Response::reply(request, &text)).map(|()| false),
            Action::Drip(text, pause) => return self.drip(&Response::reply(request, &text), pause, connection),
            Action::Reply(text) => Response::reply(request, &text),
            Action::Tool(arguments) => Response::tool(request, &arguments),
            Action::Refuse(text) => Response::refusal(request, &text),
            Action::CutOff(text) => Response::cut_off(request, &text),
            Action::Status(status, headers, body) => Response::with_status(status, headers, body),
            Action::Raw { status, content_type, body } => Response::new(status, content_type, body),
            Action::Gzip(text) => Response::reply(request, &text).compressed(),
            Action::Redirect(status, place) => Response::with_status(status, vec![("location", place)], String::new()),
        };
        connection.send(&response).map(|()| true)
    }

    fn drip(&self, response: &Response, pause: Duration, connection: &mut Connection) -> io::Result<bool> {
        connection.start(&response.head())?;
        for piece in response.body.chunks(DRIP) {
            if !self.pause(pause) {
                return Ok(false);
            }
            connection.write(piece)?;
        }
        Ok(true)
    }

    /// Waits. Returns whether the endpoint is still running afterwards.
    fn pause(&self, time: Duration) -> bool {
        let wait = self.stopped.wait_timeout_while(lock(&self.is_stopped), time, |is_stopped| !*is_stopped);
        !*wait.unwrap_or_else(PoisonError::into_inner).0
    }
}
