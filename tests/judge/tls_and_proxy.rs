//! A server between the program and an endpoint: a TLS server or a proxy. It counts connections, records the heads of
//! requests, and forwards each request.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::endpoint::Endpoint;

/// The certificate of the authority that signed the server certificate, as PEM.
pub(super) const AUTHORITY: &str = include_str!("certificates/ca.pem");
/// The server certificate for `localhost` and `127.0.0.1`, as PEM.
pub(super) const CERTIFICATE: &str = include_str!("certificates/leaf.pem");
/// The private key of the server certificate, as PEM.
pub(super) const KEY: &str = include_str!("certificates/leaf.key.pem");

/// A running server. Dropping it closes its port; connections end when their client closes them.
pub(super) struct Front {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    tls: Option<Arc<ServerConfig>>,
    endpoint: SocketAddr,
    heads: Mutex<Vec<String>>,
    connections: AtomicUsize,
    is_stopped: AtomicBool,
}

impl Front {
    /// A TLS server at this address of the machine.
    pub(super) fn encrypted_at(here: Ipv4Addr, endpoint: &Endpoint) -> Self {
        let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .expect("a valid server configuration");
        Self::new(here, endpoint, Some(Arc::new(config)))
    }

    /// A TLS server at `127.0.0.1`.
    pub(super) fn encrypted(endpoint: &Endpoint) -> Self {
        Self::encrypted_at(Ipv4Addr::LOCALHOST, endpoint)
    }

    /// A server without TLS, which is also a proxy for plain HTTP.
    pub(super) fn plain(endpoint: &Endpoint) -> Self {
        Self::new(Ipv4Addr::LOCALHOST, endpoint, None)
    }

    fn new(here: Ipv4Addr, endpoint: &Endpoint, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind((here, 0)).expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let shared = Arc::new(Shared {
            tls,
            endpoint: address_of(endpoint),
            heads: Mutex::default(),
            connections: AtomicUsize::new(0),
            is_stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting));
        Self { address, shared }
    }

    /// The URL of the server: `scheme://host:PORT`.
    pub(super) fn url(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}", self.address.port())
    }

    /// The heads of all requests so far.
    pub(super) fn heads(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The number of connections so far.
    pub(super) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::SeqCst);
        // The accepting thread blocks until a connection comes, so connect once more.
        drop(TcpStream::connect(self.address));
    }
}

/// The socket address of an endpoint.
fn address_of(endpoint: &Endpoint) -> SocketAddr {
    let url = endpoint.url();
    let address = url.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/v1"));
    address.and_then(|address| address.parse().ok()).expect("a URL with an IP address and a port")
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.is_stopped.load(Ordering::SeqCst) {
            return;
        }
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let (Ok(stream), shared) = (stream, Arc::clone(shared)) else { continue };
        // The client may close the connection or reject the certificate, so errors are ignored.
        thread::spawn(move || {
            let _ = match &shared.tls {
                None => shared.hand_on(stream),
                Some(config) => ServerConnection::new(Arc::clone(config))
                    .map_err(io::Error::other)
                    .and_then(|connection| shared.hand_on(StreamOwned::new(connection, stream))),
            };
        });
    }
}

impl Shared {
    /// Forwards requests to the endpoint and responses to the client.
    fn hand_on(&self, mut client: impl Read + Write) -> io::Result<()> {
        let mut server = None;
        loop {
            let (head, body) = message(&mut client)?;
            self.heads.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
            let server = match &mut server {
                Some(server) => server,
                none => none.insert(TcpStream::connect(self.endpoint)?),
            };
            server.write_all(&[relative(&head).as_bytes(), &body].concat())?;
            let (head, body) = message(server)?;
            client.write_all(&[head.as_bytes(), &body].concat())?;
            client.flush()?;
        }
    }
}

/// Reads the head and the body of the next message.
fn message(from: &mut impl Read) -> io::Result<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        from.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8(head).map_err(|_| io::Error::from(ErrorKind::InvalidData))?;
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    from.read_exact(&mut body)?;
    Ok((head, body))
}

/// Replaces the absolute URL of a proxy request with its path.
fn relative(head: &str) -> String {
    match head.split_once(" http://").and_then(|(method, rest)| Some((method, rest.split_once('/')?.1))) {
        Some((method, rest)) if !method.contains(' ') => format!("{method} /{rest}"),
        _ => head.to_owned(),
    }
}
