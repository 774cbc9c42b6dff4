//! An LLM endpoint that does what a test tells it to: a real HTTP/1.1 server on a port of its own.
//!
//! The test's script sees every chat request and says what comes back, how slowly, how broken. Both wire formats
//! are spoken: the path tells which. Requests are kept for the test to look at. Bodies need a `content-length`.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

use connection::Connection;
use response::Response;

mod asked;
mod connection;
mod response;

pub(crate) use asked::Asked;

/// Bytes that drip at a time.
const DRIP: usize = 7;
/// Longer than any test.
const FOR_EVER: Duration = Duration::from_hours(24);

/// A running endpoint. Dropping it closes its port and all connections and ends its threads. It panics there when
/// the script has panicked, so that what a script asserts fails its test.
pub(crate) struct Endpoint {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Accepts, and gives back the threads of all connections once it stops.
    accepting: Option<JoinHandle<Vec<JoinHandle<()>>>>,
}

/// What comes back for a chat request.
pub(crate) enum Act {
    /// A reply with these words that took 100 tokens of prompt and 20 of completion.
    Say(String),
    /// The same as the arguments of a tool call.
    Tool(Value),
    /// The model refuses, in these words.
    Refuse(String),
    /// A reply that grew too long after these words.
    Cut(String),
    /// A status, headers and a body; its type is JSON when it parses as JSON, else plain text.
    Status(u16, Vec<(&'static str, String)>, String),
    /// A body of any bytes and any type.
    Raw {
        /// The status.
        status: u16,
        /// What the body claims to be.
        content_type: &'static str,
        /// The body.
        body: Vec<u8>,
    },
    /// Like `Say`, compressed.
    Gzip(String),
    /// Nothing for a while, then that.
    After(Duration, Box<Act>),
    /// Like `Say`, but the connection closes in the middle of the body.
    CutBody(String),
    /// The connection is reset without a byte. (Of a request without a body it is only closed.)
    Reset,
    /// Like `Say`, but of the body seven bytes at a time, with this pause before each.
    Drip(String, Duration),
    /// A status that sends to this place.
    Redirect(u16, String),
    /// The connection stays open and silent until the endpoint is dropped.
    Hang,
}

/// A verdict object as JSON text, of (criterion, credit, quote, why).
pub(crate) fn verdicts(token: &str, verdicts: &[(&str, &str, &str, &str)]) -> String {
    let object = |verdict: &(&str, &str, &str, &str)| {
        let (criterion, credit, quote, why) = verdict;
        json!({"criterion": criterion, "quote": quote, "why": why, "credit": credit})
    };
    json!({"for": token, "verdicts": verdicts.iter().map(object).collect::<Vec<_>>()}).to_string()
}

/// The same as an object with a verdict under each id, as the schema asks for.
pub(crate) fn keyed_verdicts(token: &str, list: &[(&str, &str, &str, &str)]) -> String {
    let mut object: Value = serde_json::from_str(&verdicts(token, list)).expect("JSON");
    let keyed = object["verdicts"].as_array().into_iter().flatten();
    let keyed: serde_json::Map<String, Value> =
        keyed.map(|one| (one["criterion"].as_str().expect("an id").to_owned(), one.clone())).collect();
    object["verdicts"] = keyed.into();
    object.to_string()
}

impl Endpoint {
    /// Answers each chat request by `script`, called with the number of the request (from 0) and the request, in the
    /// thread of its connection: several at once where several connections ask.
    pub(crate) fn new(script: impl Fn(usize, &Asked) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let shared = Arc::new(Shared {
            script: Box::new(script),
            asked: Mutex::default(),
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

    /// Where it is asked, up to and with the version: `http://127.0.0.1:PORT/v1`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// All chat requests so far, in the order of their numbers.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        lock(&self.shared.asked).iter().map(|asked| Asked::clone(asked)).collect()
    }

    /// The same with these models to list, instead of `test-model`.
    pub(crate) fn with_models(self, ids: &[&str]) -> Self {
        *lock(&self.shared.models) = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// The same with models that tell how many tokens they take.
    pub(crate) fn with_context(self, tokens: usize) -> Self {
        *lock(&self.shared.context) = Some(tokens);
        self
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        *lock(&self.shared.is_stopped) = true;
        self.shared.stopped.notify_all();
        // Whoever accepts is woken by a last connection.
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

/// What says what comes back.
type Script = dyn Fn(usize, &Asked) -> Act + Send + Sync;

/// What all threads of an endpoint see.
struct Shared {
    script: Box<Script>,
    asked: Mutex<Vec<Arc<Asked>>>,
    models: Mutex<Vec<String>>,
    /// Tokens that its models say they take.
    context: Mutex<Option<usize>>,
    /// Weak, so that a connection closes when its thread lets it go.
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
            // A client that went away is a client that went away.
            while shared.serve(&mut connection).unwrap_or(false) {}
        }));
    }
    threads
}

impl Shared {
    /// Takes one request and answers it. Returns whether the connection goes on.
    fn serve(&self, connection: &mut Connection) -> io::Result<bool> {
        let asked = Arc::new(connection.request()?);
        let is_last = asked.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let is_kept = match asked.bare_path() {
            response::COMPLETIONS | response::MESSAGES => {
                let number = self.keep(&asked);
                self.play((self.script)(number, &asked), &asked, connection)?
            }
            path => {
                connection.send(&self.elsewhere(&asked.method, path))?;
                true
            }
        };
        Ok(is_kept && !is_last)
    }

    /// What comes back where nobody chats.
    fn elsewhere(&self, method: &str, path: &str) -> Response {
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

    /// Returns its number.
    fn keep(&self, asked: &Arc<Asked>) -> usize {
        let mut all = lock(&self.asked);
        all.push(Arc::clone(asked));
        all.len() - 1
    }

    /// Does as the script says. Returns whether the connection goes on.
    fn play(&self, act: Act, asked: &Asked, connection: &mut Connection) -> io::Result<bool> {
        let response = match act {
            Act::After(pause, act) => return Ok(self.pause(pause) && self.play(*act, asked, connection)?),
            Act::Hang => return Ok(self.pause(FOR_EVER)),
            Act::Reset => return Ok(false),
            Act::CutBody(text) => return connection.send_half(&Response::said(asked, &text)).map(|()| false),
            Act::Drip(text, pause) => return self.drip(&Response::said(asked, &text), pause, connection),
            Act::Say(text) => Response::said(asked, &text),
            Act::Tool(arguments) => Response::tool(asked, &arguments),
            Act::Refuse(text) => Response::refused(asked, &text),
            Act::Cut(text) => Response::cut(asked, &text),
            Act::Status(status, headers, body) => Response::with_status(status, headers, body),
            Act::Raw { status, content_type, body } => Response::new(status, content_type, body),
            Act::Gzip(text) => Response::said(asked, &text).compressed(),
            Act::Redirect(status, place) => Response::with_status(status, vec![("location", place)], String::new()),
        };
        connection.send(&response).map(|()| true)
    }

    fn drip(&self, response: &Response, pause: Duration, connection: &mut Connection) -> io::Result<bool> {
        connection.begin(&response.head())?;
        for piece in response.body.chunks(DRIP) {
            if !self.pause(pause) {
                return Ok(false);
            }
            connection.write(piece)?;
        }
        Ok(true)
    }

    /// Returns whether the endpoint is still there after that time.
    fn pause(&self, time: Duration) -> bool {
        let wait = self.stopped.wait_timeout_while(lock(&self.is_stopped), time, |is_stopped| !*is_stopped);
        !*wait.unwrap_or_else(PoisonError::into_inner).0
    }
}
