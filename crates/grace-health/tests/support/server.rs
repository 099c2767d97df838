//! An HTTP server on loopback that answers what a test tells it to, well or badly.
//!
//! ```ignore
//! let server = Server::tls().await;
//! server.on("/health", Reply::json(r#"{"overall": "OK"}"#));
//! ask(&server.url("/health"), server.fingerprint()).await;
//! assert_eq!(server.requests()[0].header("accept"), Some("application/json"));
//! ```
//!
//! It ends with its last handle. One connection carries one request.
#![expect(
    dead_code,
    clippy::unwrap_used,
    reason = "each test binary includes this, uses a part of it, and ends where it fails"
)]

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grace_health::Fingerprint;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The most of a request that is read, in bytes.
const REQUEST: usize = 64 << 10;

/// A running server.
pub(crate) struct Server {
    address: SocketAddr,
    certificate: Option<Certificate>,
    state: Arc<Mutex<State>>,
    /// Ends the server and its connections when dropped.
    _task: JoinSet<()>,
}

#[derive(Default)]
struct State {
    replies: BTreeMap<String, Reply>,
    requests: Vec<Request>,
}

impl Server {
    /// A server of `http`.
    pub(crate) async fn plain() -> Self {
        Self::start(None, None).await
    }

    /// A server of `https`, whose certificate is for `127.0.0.1` and signed by an authority of its own.
    pub(crate) async fn tls() -> Self {
        Self::tls_named("127.0.0.1").await
    }

    /// The same with a certificate for another name.
    pub(crate) async fn tls_named(name: &str) -> Self {
        let certificate = Certificate::new(name);
        let key = certificate.key.clone_key();
        Self::start(Some(certificate), Some(key)).await
    }

    /// A server that shows another one's certificate and has not its key.
    pub(crate) async fn impostor_of(other: &Self) -> Self {
        let certificate = other.certificate.clone().expect("a server of https");
        Self::start(Some(certificate), Some(Certificate::new("127.0.0.1").key)).await
    }

    async fn start(certificate: Option<Certificate>, key: Option<PrivateKeyDer<'static>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let tls =
            certificate.as_ref().zip(key).map(|(certificate, key)| certificate.acceptor(&key));
        let mut task = JoinSet::new();
        task.spawn(serve(listener, tls, Arc::clone(&state)));
        Self { address, certificate, state, _task: task }
    }

    /// From now on this path is answered so. With a query in it, that query alone. Others are 404.
    pub(crate) fn on(&self, path: &str, reply: Reply) {
        self.state.lock().unwrap().replies.insert(path.to_owned(), reply);
    }

    /// The URL of a path of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.address)
    }

    /// What was asked so far, oldest first.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }

    /// The fingerprint of the certificate that it shows.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.certificate.as_ref().expect("a server of https").leaf)
    }

    /// The authority that signed its certificate, in PEM.
    pub(crate) fn ca_pem(&self) -> &str {
        &self.certificate.as_ref().expect("a server of https").ca_pem
    }
}

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path with its query.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }

    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.lines();
        let mut words = lines.next()?.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        Some(Self { method, path, headers: headers.collect() })
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    bytes: Vec<u8>,
    then: Then,
}

/// What a server does after its bytes.
#[derive(Debug, Clone, Copy)]
enum Then {
    Close,
    /// Nothing, for ever.
    Hang,
    /// The same byte, again and again, after this time each.
    Drip(Duration),
    /// The same byte, as fast as it is read.
    Flood,
}

impl Reply {
    /// Status 200 with JSON.
    pub(crate) fn json(body: impl AsRef<[u8]>) -> Self {
        Self::typed(200, "application/json", body)
    }

    /// Another status, with text.
    pub(crate) fn status(status: u16, body: &str) -> Self {
        Self::typed(status, "text/plain", body)
    }

    /// Any status with a body of any type.
    pub(crate) fn typed(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len();
        let mut bytes = format!(
            "HTTP/1.1 {status} \r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n"
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        Self::raw(bytes)
    }

    /// A redirect.
    pub(crate) fn redirect(to: &str) -> Self {
        Self::raw(format!(
            "HTTP/1.1 302 \r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ))
    }

    /// These bytes, whatever they are, and the end of the connection.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), then: Then::Close }
    }

    /// The same bytes, and then silence on an open connection.
    pub(crate) fn then_hang(mut self) -> Self {
        self.then = Then::Hang;
        self
    }

    /// The same, without its last bytes.
    pub(crate) fn cut(mut self, bytes: usize) -> Self {
        self.bytes.truncate(self.bytes.len().saturating_sub(bytes));
        self
    }

    /// A body without end, a byte at a time.
    pub(crate) fn drip(every: Duration) -> Self {
        Self { then: Then::Drip(every), ..Self::without_length() }
    }

    /// A body without end.
    pub(crate) fn flood() -> Self {
        Self { then: Then::Flood, ..Self::without_length() }
    }

    fn without_length() -> Self {
        Self::raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{")
    }
}

async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, state) = (tls.clone(), Arc::clone(&state));
        connections.spawn(async move {
            // How a connection ends is the client's business, and its test's.
            let _ended = match tls {
                None => answer(stream, &state).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => answer(stream, &state).await,
                    Err(error) => Err(error),
                },
            };
        });
    }
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    state: &Mutex<State>,
) -> io::Result<()> {
    let Some(request) = read(&mut stream).await? else { return Ok(()) };
    let reply = {
        let mut state = state.lock().unwrap();
        let path = request.path.split('?').next().unwrap_or_default();
        let reply = state.replies.get(&request.path).or_else(|| state.replies.get(path)).cloned();
        state.requests.push(request);
        reply.unwrap_or_else(|| Reply::status(404, "no such path"))
    };
    stream.write_all(&reply.bytes).await?;
    stream.flush().await?;
    match reply.then {
        Then::Close => stream.shutdown().await,
        Then::Hang => std::future::pending().await,
        Then::Drip(every) => {
            let mut ticks = tokio::time::interval(every);
            loop {
                ticks.tick().await;
                stream.write_all(b" ").await?;
                stream.flush().await?;
            }
        }
        Then::Flood => loop {
            stream.write_all(&[b' '; 4096]).await?;
        },
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Request>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < REQUEST {
        head.push(stream.read_u8().await?);
        if !head[0].is_ascii_uppercase() {
            // No method, so no HTTP: a TLS handshake, for instance.
            return Ok(None);
        }
    }
    Ok(Request::parse(&String::from_utf8_lossy(&head)))
}

/// A certificate for one name, its key, and the authority that signed it.
struct Certificate {
    leaf: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    ca_pem: String,
}

impl Clone for Certificate {
    fn clone(&self) -> Self {
        let Self { leaf, key, ca_pem } = self;
        Self { leaf: leaf.clone(), key: key.clone_key(), ca_pem: ca_pem.clone() }
    }
}

impl Certificate {
    fn new(name: &str) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let ca_pem = authority.self_signed(&authority_key).unwrap().pem();
        let authority = Issuer::new(authority, authority_key);

        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new([name.to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Self { leaf: leaf.der().clone(), key, ca_pem }
    }

    fn acceptor(&self, key: &PrivateKeyDer<'static>) -> TlsAcceptor {
        let provider = ring::default_provider();
        let key = provider.key_provider.load_private_key(key.clone_key()).unwrap();
        let shown = Shown(Arc::new(CertifiedKey::new(vec![self.leaf.clone()], key)));
        let config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(shown));
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Shows one certificate, whether its key fits or not.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
