//! One connection of an endpoint: requests read from it, responses written to it.
//!
//! The last byte of a request's body stays unread until a response begins: a connection that is closed before that
//! is then reset, which is the one way to a reset that needs nothing but the standard library.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use serde_json::Value;

use super::Asked;
use super::response::Response;

/// A connection that lives as long as its client and the script keep it.
pub(super) struct Connection {
    stream: Arc<TcpStream>,
    /// Bytes of the request's body left unread: one or none.
    unread: usize,
}

impl Connection {
    /// Of an open stream.
    pub(super) fn new(stream: Arc<TcpStream>) -> Self {
        // Bytes that drip are not to be gathered into drops.
        let _ = stream.set_nodelay(true);
        Self { stream, unread: 0 }
    }

    /// The next request.
    ///
    /// # Errors
    /// When the client has gone, or sends what is no HTTP.
    pub(super) fn request(&mut self) -> io::Result<Asked> {
        let head = self.head()?;
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(ErrorKind::InvalidData.into());
        };
        let header =
            |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
        let mut asked = Asked { method, path, headers: lines.filter_map(header).collect(), body: Value::Null };
        let length = asked.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        asked.body = json_or_text(&self.body(length)?);
        Ok(asked)
    }

    /// Sends all of it.
    ///
    /// # Errors
    /// When the client has gone.
    pub(super) fn send(&mut self, response: &Response) -> io::Result<()> {
        self.begin(&[response.head().as_slice(), &response.body].concat())
    }

    /// Sends it up to the middle of its body.
    ///
    /// # Errors
    /// When the client has gone.
    pub(super) fn send_half(&mut self, response: &Response) -> io::Result<()> {
        let half = response.body.len() / 2;
        self.begin(&[response.head().as_slice(), &response.body[..half]].concat())
    }

    /// Sends the first bytes of a response; [`Connection::write`] sends more.
    ///
    /// # Errors
    /// When the client has gone.
    pub(super) fn begin(&mut self, bytes: &[u8]) -> io::Result<()> {
        let unread = std::mem::take(&mut self.unread);
        (&*self.stream).read_exact(&mut [0; 1][..unread])?;
        self.write(bytes)
    }

    /// Sends more of a response.
    ///
    /// # Errors
    /// When the client has gone.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        (&*self.stream).write_all(bytes)
    }

    /// All up to and with the empty line, and not a byte of the body.
    fn head(&self) -> io::Result<String> {
        let (mut head, mut seen) = (Vec::new(), [0; 4096]);
        loop {
            let count = self.stream.peek(&mut seen)?;
            let before = head.len();
            head.extend_from_slice(&seen[..count]);
            if head.len() == before {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let end = head.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|at| at + 4);
            head.truncate(end.unwrap_or(head.len()));
            (&*self.stream).read_exact(&mut seen[..head.len() - before])?;
            if end.is_some() {
                return Ok(String::from_utf8_lossy(&head).into_owned());
            }
        }
    }

    /// All of it, though its last byte is only looked at.
    fn body(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut body = vec![0; length];
        let Some((last, others)) = body.split_last_mut() else { return Ok(body) };
        (&*self.stream).read_exact(others)?;
        self.unread = self.stream.peek(std::slice::from_mut(last))?;
        if self.unread == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(body)
    }
}

fn json_or_text(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}
