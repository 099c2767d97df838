//! Handing something to an HTTP server, with a bound on everything that it may do.

mod fault;
mod tls;

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use grace_core::{Envelope, Notifier, PortError, Text};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use tokio::time::timeout;

pub use self::fault::HttpFault;
pub(crate) use self::fault::words;
pub(crate) use self::tls::{TlsError, roots};
use crate::clock::Clock;
use crate::error::NotifyError;
use crate::secret::{Hidden, Secret};

/// The most of an answer that an error repeats, in bytes.
const EXCERPT: usize = 200;
/// The most of an answer that is read, in bytes. What services say of one message is far shorter.
const ANSWER: usize = 64 << 10;
/// The longest wait a service may ask for: a message is worth another try within the hour.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// A server, and how long it may take.
pub(crate) struct Server {
    base: Url,
    client: Client,
    deadline: Duration,
    clock: Clock,
    hidden: Hidden,
}

/// How a server is reached.
#[derive(Debug, Clone)]
pub(crate) struct Reach<'a> {
    /// The time to connect, TLS included.
    pub(crate) connect: Duration,
    /// The time for all of it, from the first packet to the last byte of the answer.
    pub(crate) deadline: Duration,
    /// The certificate authorities to trust instead of the host's.
    pub(crate) ca_file: Option<&'a Path>,
    /// A proxy to go through; whatever `http_proxy` says in the environment, there is no other.
    pub(crate) proxy: Option<&'a str>,
}

/// What is sent.
#[derive(Debug, Default)]
pub(crate) struct Request {
    /// Segments of the path below the server's URL.
    pub(crate) path: Vec<String>,
    /// The query, without `?`; it is added to that of the URL.
    pub(crate) query: &'static str,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What came back with a status of 2xx.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Request {
    /// A request with a JSON body.
    pub(crate) fn json(body: &serde_json::Value) -> Self {
        let mut request = Self { body: body.to_string().into_bytes(), ..Self::default() };
        request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request
    }

    /// The same request to a path below the server's URL.
    pub(crate) fn to<'a>(mut self, path: impl IntoIterator<Item = &'a str>) -> Self {
        self.path = path.into_iter().map(str::to_owned).collect();
        self
    }

    pub(crate) fn header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }
}

/// A service over HTTP: what is sent to it, and what its answer means. It does no IO.
pub(crate) trait Service: Send + Sync {
    /// The request that hands it the message.
    fn request(&self, envelope: &Envelope) -> Request;

    /// Whether an answer of status 2xx says that the message was taken.
    fn taken(&self, _answer: &Answer) -> Result<(), HttpFault> {
        Ok(())
    }
}

/// The port to a service over HTTP.
pub(crate) struct HttpNotifier<S> {
    pub(crate) name: String,
    pub(crate) server: Server,
    pub(crate) service: S,
}

#[async_trait]
impl<S: Service> Notifier for HttpNotifier<S> {
    fn name(&self) -> &str {
        &self.name
    }

    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError> {
        let mut request = self.service.request(envelope);
        if let Ok(id) = HeaderValue::from_str(&envelope.id.to_string()) {
            request.header(HeaderName::from_static("x-grace-event-id"), id);
        }
        let answer = self.server.post(request).await;
        let taken = answer.and_then(|answer| {
            self.service.taken(&answer).map_err(|fault| self.server.error(fault))
        });
        Ok(taken?)
    }
}

impl Server {
    /// The server of an `http` or `https` URL. `secrets` are those it is sent, besides what is in the URL.
    pub(crate) fn new(
        url: &str,
        reach: &Reach<'_>,
        clock: Clock,
        secrets: impl IntoIterator<Item = Secret>,
    ) -> Result<Self, SetupError> {
        let parsed = Url::parse(url).ok();
        let known = parsed.filter(|url| matches!(url.scheme(), "http" | "https"));
        let base = known.filter(Url::has_host).ok_or(SetupError::Url)?;
        let tls = match base.scheme() {
            "https" => tls::config(reach.ca_file).map_err(SetupError::Tls)?,
            _ => tls::none().map_err(SetupError::Tls)?,
        };
        let builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(reach.connect)
            .user_agent(concat!("grace/", env!("CARGO_PKG_VERSION")));
        let builder = match reach.proxy {
            Some(proxy) => {
                builder.proxy(reqwest::Proxy::all(proxy).map_err(|_| SetupError::Proxy)?)
            }
            None => builder,
        };
        let client = builder.build().map_err(|error| SetupError::client(&error))?;
        let hidden = Hidden::new(secrets.into_iter().chain(within(&base)));
        Ok(Self { base, client, deadline: reach.deadline, clock, hidden })
    }

    async fn post(&self, request: Request) -> Result<Answer, NotifyError> {
        let answer = timeout(self.deadline, self.exchange(request)).await;
        let answer = answer.unwrap_or(Err(HttpFault::Late { deadline: self.deadline }));
        answer.map_err(|fault| self.error(fault))
    }

    async fn exchange(&self, request: Request) -> Result<Answer, HttpFault> {
        let Request { path, query, headers, body } = request;
        let sent = self.client.post(self.url(&path, query)).headers(headers).body(body).send();
        let mut response = sent.await.map_err(|error| HttpFault::transport(error, &self.hidden))?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refusal(response).await);
        }
        let (body, whole) = body_of(&mut response).await;
        whole.map_err(|error| HttpFault::transport(error, &self.hidden))?;
        Ok(Answer { status: status.as_u16(), body })
    }

    /// What an answer of another status than 2xx says.
    async fn refusal(&self, mut response: Response) -> HttpFault {
        let status = response.status();
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let asked = header(RETRY_AFTER).and_then(|wait| retry_after(wait, self.clock.wall()));
        let target = header(LOCATION).filter(|_| status.is_redirection());
        let target = target.and_then(|to| response.url().join(to).ok()).map(|to| origin(&to));
        let (body, _) = body_of(&mut response).await;
        let excerpt = match target {
            Some(target) => Text::new(format!("to {target}")),
            None => self.hidden.clean(&body, EXCERPT),
        };
        let asked = asked.max(wait_in_body(&body)).map(|wait| wait.min(LONGEST_WAIT));
        HttpFault::Status { status: status.as_u16(), excerpt, retry_after: asked }
    }

    fn error(&self, fault: HttpFault) -> NotifyError {
        NotifyError::Http { server: origin(&self.base), fault: fault.clean(&self.hidden) }
    }

    fn url(&self, path: &[String], query: &str) -> Url {
        let mut url = self.base.clone();
        if let (false, Ok(mut segments)) = (path.is_empty(), url.path_segments_mut()) {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            let query =
                url.query().map_or_else(|| query.to_owned(), |own| format!("{own}&{query}"));
            url.set_query(Some(&query));
        }
        url
    }
}

/// What of a URL is taken for a secret: all but scheme, host and port, and words that any path has.
fn within(url: &Url) -> Vec<Secret> {
    let segments = url.path_segments().into_iter().flatten().filter(|part| part.len() > 8);
    let user = [url.username()].into_iter().chain(url.password()).chain(url.query());
    let parts = segments.chain(user).filter(|part| part.len() > 3);
    parts.chain([url.as_str()]).map(Secret::new).collect()
}

/// A URL as it may be shown.
fn origin(url: &Url) -> Text {
    Text::bounded(&url.origin().ascii_serialization(), EXCERPT)
}

/// What could be read of a body, bounded, and whether it came to its end.
async fn body_of(response: &mut Response) -> (String, reqwest::Result<()>) {
    let mut body = Vec::new();
    let whole = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() < ANSWER => {
                body.extend_from_slice(&chunk[..chunk.len().min(ANSWER - body.len())]);
            }
            Ok(_) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    (String::from_utf8_lossy(&body).into_owned(), whole)
}

/// The wait a `Retry-After` asks for: seconds, or a date.
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value.trim()).ok()?;
    Some(SystemTime::from(date.timestamp()).duration_since(now).unwrap_or_default())
}

/// The wait that Discord (`retry_after`) and Telegram (`parameters.retry_after`) write into their answers.
fn wait_in_body(body: &str) -> Option<Duration> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    let wait = body.get("retry_after").or_else(|| body.get("parameters")?.get("retry_after"))?;
    Duration::try_from_secs_f64(wait.as_f64()?).ok()
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("origin", &origin(&self.base)).finish_non_exhaustive()
    }
}

/// Why there can be no client of a server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error("not an http or https URL")]
    Url,
    #[error("not the URL of a proxy")]
    Proxy,
    #[error("{0}")]
    Tls(TlsError),
    #[error("{words}")]
    Client { words: Text },
}

impl SetupError {
    fn client(error: &reqwest::Error) -> Self {
        Self::Client { words: words(error) }
    }
}
