//! An HTTP server on loopback that keeps what it is sent, and answers as it is told.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rcgen::{CertificateParams, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// How a server answers.
#[derive(Debug, Clone)]
pub(crate) enum Conduct {
    /// With this status, these header lines and this body.
    Says(u16, &'static str, String),
    /// With this status, and all that it was sent as the body.
    Echoes(u16),
    /// Not at all.
    Hangs,
    /// With what is no HTTP.
    Babbles,
    /// With half of what it announced.
    BreaksOff,
    /// By closing the connection.
    Closes,
}

impl Conduct {
    pub(crate) fn says(status: u16, body: &str) -> Self {
        Self::Says(status, "", body.to_owned())
    }
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// `POST /path`
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A server that ends with its test.
pub(crate) struct Loopback {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
    scheme: &'static str,
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Loopback {
    /// A server that speaks plain HTTP.
    pub(crate) fn start(conduct: Conduct) -> Self {
        Self::serve(conduct, None)
    }

    /// A server that speaks TLS for `localhost` with a certificate of this authority.
    pub(crate) fn start_tls(conduct: Conduct, authority: &Authority) -> Self {
        Self::serve(conduct, Some(authority.acceptor()))
    }

    fn serve(conduct: Conduct, tls: Option<TlsAcceptor>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let kept = Arc::clone(&received);
        let task = tokio::spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                let (conduct, kept, tls) = (conduct.clone(), Arc::clone(&kept), tls.clone());
                tokio::spawn(async move {
                    // A client that goes away is what many of the tests are about.
                    match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => answer(stream, conduct, &kept).await.ok(),
                            Err(_) => None,
                        },
                        None => answer(stream, conduct, &kept).await.ok(),
                    }
                });
            }
        });
        Self { address, received, task, scheme }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.address.port())
    }

    /// What came, oldest first.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    conduct: Conduct,
    kept: &Mutex<Vec<Received>>,
) -> io::Result<()> {
    let Some(request) = read(&mut stream).await? else { return Ok(()) };
    let whole = format!("{}\n{:?}\n{}", request.line, request.headers, request.body);
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    let said = match conduct {
        Conduct::Says(status, headers, body) => response(status, headers, &body),
        Conduct::Echoes(status) => response(status, "", &whole),
        Conduct::Hangs => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            String::new()
        }
        Conduct::Babbles => "SSH-2.0-OpenSSH_9.2\r\n".repeat(40),
        Conduct::BreaksOff => "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":".to_owned(),
        Conduct::Closes => String::new(),
    };
    stream.write_all(said.as_bytes()).await?;
    stream.shutdown().await
}

fn response(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    if status == 204 {
        return format!("HTTP/1.1 204 x\r\n{headers}connection: close\r\n\r\n");
    }
    format!(
        "HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Received>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.lines();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<_, _> =
        pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length: usize =
        headers.get("content-length").map_or(0, |length| length.parse().expect("a length"));
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    let body = String::from_utf8_lossy(&bytes[head + 4..head + 4 + length]).into_owned();
    Ok(Some(Received { line, headers, body }))
}

/// A certificate authority of a test's own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("names");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its certificate.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    fn acceptor(&self) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("names");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a chain");
        TlsAcceptor::from(Arc::new(config))
    }
}
