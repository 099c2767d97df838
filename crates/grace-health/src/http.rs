//! Asking an HTTP server, with a bound on everything it may do.

mod fault;
mod trust;
mod verify;

use std::fmt;
use std::time::Duration;

use grace_core::Text;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use tokio::time::timeout;

pub use self::fault::HttpFault;
pub use self::trust::{Fingerprint, NotAFingerprint, Trust};
use crate::Error;

/// The most of an answer that an error repeats, in bytes.
const EXCERPT: usize = 200;
/// The most that is read of an answer which is an error anyway, in bytes.
const ERROR_BODY: usize = 4 << 10;

/// A server, and how it is asked.
///
/// - Only the server itself is asked: a redirect is an error that says where it points to, and no proxy
///   is used, whatever `http_proxy` and its kin say in the environment.
/// - Values of headers, and what stands in the URL as user, password or query, are sent and never shown:
///   not in errors, and not by `Debug`.
/// - The answer has a deadline from the first packet to the last byte, and a limit of its length.
/// - No default provider of `rustls` need be installed in the process, and one that is there is not used.
///
/// ```
/// use grace_health::{Endpoint, Trust};
///
/// # fn endpoint(token: &str) -> Result<Endpoint, grace_health::Error> {
/// let pinned = "5E:2D:60:04:51:0B:90:8C:4C:43:AA:1B:3F:11:BF:34:85:8E:96:3B:73:92:7D:71:57:35:22:5A:83:4C:25:90"
///     .parse()
///     .expect("32 bytes");
/// let endpoint = Endpoint::new("https://10.0.0.7:8006/api2/json")?
///     .with_header("Authorization", token)?
///     .with_trust(Trust::Fingerprint(pinned));
/// # Ok(endpoint) }
/// ```
#[derive(Clone)]
pub struct Endpoint {
    url: Url,
    headers: HeaderMap,
    trust: Trust,
    connect: Duration,
    deadline: Duration,
    limit: usize,
}

impl Endpoint {
    /// The server of this `http` or `https` URL, which may hold user and password.
    ///
    /// It has 2 s to accept a connection, 5 s for the whole answer, and may send 4 MiB.
    ///
    /// # Errors
    /// What is no such URL.
    pub fn new(url: &str) -> Result<Self, Error> {
        let parsed = Url::parse(url).ok();
        let known = parsed.filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(url) = known.filter(Url::has_host) else {
            // What cannot be taken apart cannot be freed of its secrets either.
            let hidden = if url.contains(['@', '?']) { "(hidden)" } else { url };
            return Err(Error::Http { url: Text::bounded(hidden, EXCERPT), fault: HttpFault::Url });
        };
        Ok(Self {
            url,
            headers: HeaderMap::new(),
            trust: Trust::System,
            connect: Duration::from_secs(2),
            deadline: Duration::from_secs(5),
            limit: 4 << 20,
        })
    }

    /// The same server, sent one more header. Its value is taken for a secret.
    ///
    /// # Errors
    /// A name or value that HTTP cannot carry, such as a value with a line break.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let parsed = (HeaderName::try_from(name), HeaderValue::try_from(value));
        let (Ok(header), Ok(mut value)) = parsed else {
            let fault = HttpFault::Header { name: Text::name(name) };
            return Err(Error::Http { url: shown(&self.url), fault });
        };
        value.set_sensitive(true);
        self.headers.append(header, value);
        Ok(self)
    }

    /// The same server, known by other means than the host's certificate authorities.
    #[must_use]
    pub fn with_trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// The same server with another time to accept a connection, TLS handshake included.
    #[must_use]
    pub const fn with_connect_deadline(mut self, deadline: Duration) -> Self {
        self.connect = deadline;
        self
    }

    /// The same server with another time for a whole answer.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The same server with another limit of its answer's length, in bytes.
    #[must_use]
    pub const fn with_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("url", &shown(&self.url))
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("trust", &self.trust)
            .field("connect", &self.connect)
            .field("deadline", &self.deadline)
            .field("limit", &self.limit)
            .finish()
    }
}

/// A client of one [`Endpoint`], which keeps connections to it for the next question.
#[derive(Debug, Clone)]
pub(crate) struct HttpClient {
    endpoint: Endpoint,
    client: Client,
}

impl HttpClient {
    /// A client of this server. Reads what certificates it is to trust, here and now.
    ///
    /// # Errors
    /// Certificates that cannot be read, or that are asked for where there is no TLS.
    pub(crate) fn new(endpoint: Endpoint) -> Result<Self, Error> {
        let url = &endpoint.url;
        let failed = |fault| Error::Http { url: shown(url), fault };
        let tls = match (url.scheme(), &endpoint.trust) {
            ("https", trust) => verify::config(trust).map_err(|error| error.at(shown(url)))?,
            (_, Trust::System) => verify::no_tls().map_err(failed)?,
            (_, Trust::CaFile(_) | Trust::Fingerprint(_)) => {
                return Err(failed(HttpFault::Trust { words: Text::literal("needs https") }));
            }
        };
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(endpoint.connect)
            .user_agent(concat!("grace/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = client.map_err(|error| failed(HttpFault::trust(&error)))?;
        Ok(Self { endpoint, client })
    }

    /// The text at a path below the endpoint's URL, `""` for that URL itself; what is not Unicode in it becomes `U+FFFD`.
    ///
    /// # Errors
    /// An [`Error::Http`] for whatever is not a whole answer of status 2xx.
    pub(crate) async fn get(&self, path: &str) -> Result<String, Error> {
        let url = self.url(path);
        let shown = shown(&url);
        let deadline = self.endpoint.deadline;
        let answer = timeout(deadline, self.exchange(url)).await;
        match answer.unwrap_or(Err(HttpFault::Late { deadline })) {
            Ok(body) => Ok(String::from_utf8_lossy(&body).into_owned()),
            Err(fault) => Err(Error::Http { url: shown, fault }),
        }
    }

    /// What the answer of this path is called in errors.
    pub(crate) fn shown(&self, path: &str) -> Text {
        shown(&self.url(path))
    }

    async fn exchange(&self, url: Url) -> Result<Vec<u8>, HttpFault> {
        let headers = self.endpoint.headers.clone();
        let request = self.client.get(url).header(ACCEPT, "application/json").headers(headers);
        let sent = request.send().await;
        let mut response =
            sent.map_err(|error| HttpFault::transport(error, self.endpoint.connect))?;
        let status = response.status();
        if status.is_success() {
            return body(&mut response, self.endpoint.limit).await;
        }
        Err(HttpFault::Status { status: status.as_u16(), excerpt: said(status, response).await })
    }

    /// The endpoint's URL with a path, and the query it may bring, put below it.
    fn url(&self, path: &str) -> Url {
        let mut url = self.endpoint.url.clone();
        if path.is_empty() {
            return url;
        }
        let (path, query) = path.split_once('?').map_or((path, None), |(p, q)| (p, Some(q)));
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{}", path.trim_start_matches('/')));
        url.set_query(query);
        url
    }
}

/// An answer's body, of which no more than `limit` bytes are ever kept.
async fn body(response: &mut Response, limit: usize) -> Result<Vec<u8>, HttpFault> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(HttpFault::broken)? {
        if chunk.len() > limit.saturating_sub(body.len()) {
            return Err(HttpFault::TooLong { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What an answer that is none says: where it points to, or how its body begins.
async fn said(status: StatusCode, mut response: Response) -> Text {
    if status.is_redirection() {
        let target = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
        let target = target.and_then(|to| response.url().join(to).ok());
        return target.map_or_else(Text::default, |to| Text::new(format!("to {}", shown(&to))));
    }
    let mut said = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        said.extend_from_slice(&chunk[..chunk.len().min(ERROR_BODY)]);
        if said.len() >= ERROR_BODY {
            break;
        }
    }
    Text::bounded(String::from_utf8_lossy(&said).trim(), EXCERPT)
}

/// A URL as it may be shown: without user, password, query and fragment.
fn shown(url: &Url) -> Text {
    let mut url = url.clone();
    // Only a URL without a host refuses, and an endpoint has one; a redirect's target may not.
    let hidden = url.set_username("").and_then(|()| url.set_password(None)).is_ok();
    if url.query().is_some() {
        url.set_query(Some("…"));
    }
    url.set_fragment(None);
    let plain = url.as_str().replace("%E2%80%A6", "…");
    if hidden { Text::bounded(&plain, EXCERPT) } else { Text::literal("(hidden)") }
}
