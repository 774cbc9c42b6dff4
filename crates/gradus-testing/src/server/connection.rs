//! One connection of an endpoint: reads requests and writes responses.
//!
//! The last byte of a request body stays unread until the response starts. Closing the connection before that resets
//! it. This is the only way to reset a connection with the standard library alone.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use serde_json::Value;

use super::request::ChatRequest;
use super::response::Response;

/// A connection that is open until its client or the script closes it.
pub(super) struct Connection {
    stream: Arc<TcpStream>,
    /// Unread bytes of the request body: 0 or 1.
    unread: usize,
}

impl Connection {
    /// Wraps an open stream.
    pub(super) fn new(stream: Arc<TcpStream>) -> Self {
        // Send small writes immediately, so that [`Action::Drip`] really sends single pieces.
        let _ = stream.set_nodelay(true);
        Self { stream, unread: 0 }
    }

    /// Reads the next request.
    ///
    /// # Errors
    /// If the client has closed the connection or sends invalid HTTP.
    pub(super) fn request(&mut self) -> io::Result<ChatRequest> {
        let head = self.head()?;
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(ErrorKind::InvalidData.into());
        };
        let header =
            |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
        let mut request = ChatRequest { method, path, headers: lines.filter_map(header).collect(), body: Value::Null };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        request.body = json_or_text(&self.body(length)?);
        Ok(request)
    }

    /// Sends a complete response.
    ///
    /// # Errors
    /// If the client has closed the connection.
    pub(super) fn send(&mut self, response: &Response) -> io::Result<()> {
        self.start(&[response.head().as_slice(), &response.body].concat())
    }

    /// Sends the head and half of the body.
    ///
    /// # Errors
    /// If the client has closed the connection.
    pub(super) fn send_half(&mut self, response: &Response) -> io::Result<()> {
        let half = response.body.len() / 2;
        self.start(&[response.head().as_slice(), &response.body[..half]].concat())
    }

    /// Sends the first bytes of a response; [`Connection::write`] sends more.
    ///
    /// # Errors
    /// If the client has closed the connection.
    pub(super) fn start(&mut self, bytes: &[u8]) -> io::Result<()> {
        let unread = std::mem::take(&mut self.unread);
        (&*self.stream).read_exact(&mut [0; 1][..unread])?;
        self.write(bytes)
    }

    /// Sends more of a response.
    ///
    /// # Errors
    /// If the client has closed the connection.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        (&*self.stream).write_all(bytes)
    }

    /// Reads up to and including the empty line, without any byte of the body.
    fn head(&self) -> io::Result<String> {
        let (mut head, mut seen) = (Vec::new(), [0; 4096]);
        loop {
            let count = self.stream.peek(&mut seen)?;
            if head.is_empty() && seen[..count].first().is_some_and(|first| !first.is_ascii_uppercase()) {
                return Err(self.refuse(&mut seen[..count]));
            }
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

    /// Reads a body of `length` bytes. The last byte is only peeked at.
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

    /// Answers bytes that are not HTTP, such as a TLS handshake, in the way of an HTTP server.
    fn refuse(&self, seen: &mut [u8]) -> io::Error {
        // Read first, because closing a connection with unread bytes would reset it.
        let read = (&*self.stream).read_exact(seen);
        let sent = read.and_then(|()| self.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"));
        sent.err().unwrap_or_else(|| ErrorKind::InvalidData.into())
    }
}

fn json_or_text(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}
