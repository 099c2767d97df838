//! Mail, handed to a server by SMTP.

use std::time::Duration;

use async_trait::async_trait;
use grace_core::{Envelope, Notifier, PortError, PortErrorKind, Severity, Text};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message as Mail, Tokio1Executor};
use tokio::time::timeout;

use crate::author::{Author, Form, again};
use crate::error::NotifyError;
use crate::http::words;
use crate::render::{Document, Limit, Markup, page};
use crate::secret::Hidden;

const FORM: Form = Form {
    markup: Markup::Plain,
    title: Limit::characters(250),
    body: Limit::bytes(1 << 20),
    details: true,
};
/// The most of a server's words that an error repeats, in bytes.
const SAID: usize = 300;

pub(crate) struct Smtp {
    pub(crate) name: String,
    pub(crate) author: Author,
    pub(crate) transport: AsyncSmtpTransport<Tokio1Executor>,
    /// Its name and port.
    pub(crate) server: Text,
    pub(crate) from: Mailbox,
    pub(crate) to: Vec<Mailbox>,
    pub(crate) subject_prefix: String,
    /// Whether the text is the user's own, to which the page of HTML would not fit.
    pub(crate) templated: bool,
    pub(crate) hidden: Hidden,
    pub(crate) deadline: Duration,
}

#[async_trait]
impl Notifier for Smtp {
    fn name(&self) -> &str {
        &self.name
    }

    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError> {
        let mail = self
            .mail(envelope)
            .map_err(|error| self.error(PortErrorKind::Refused, &error.to_string()))?;
        match timeout(self.deadline, self.transport.send(mail)).await {
            Err(_) => {
                let late =
                    NotifyError::Late { place: self.server.clone(), deadline: self.deadline };
                Err(late.into())
            }
            Ok(Err(error)) => {
                let kind = match () {
                    () if error.is_permanent() => PortErrorKind::Refused,
                    () if error.is_timeout() => PortErrorKind::TimedOut,
                    () => PortErrorKind::Other,
                };
                let below = words(&error);
                let said = match error.status() {
                    Some(_) => error.to_string(),
                    None if error.is_tls() => format!("no TLS: {below}"),
                    None => below.to_string(),
                };
                Err(self.error(kind, &said).into())
            }
            Ok(Ok(_)) => Ok(()),
        }
    }
}

impl Smtp {
    /// One mail to all, under an id that is the same each time it is sent.
    fn mail(&self, envelope: &Envelope) -> Result<Mail, lettre::error::Error> {
        let written = self.author.write(envelope, FORM);
        let severity = envelope.message.severity();
        let domain = self.from.email.domain();
        let mut mail = Mail::builder()
            .from(self.from.clone())
            .subject(format!("{}{}", self.subject_prefix, written.title))
            .date(self.author.clock.wall())
            .message_id(Some(format!("<{}@{domain}>", envelope.id)))
            .header(EventId(envelope.id.to_string()))
            // Nobody's absence is answered to, and no list manager takes it for a person's.
            .header(AutoSubmitted);
        if severity == Severity::Critical {
            mail = mail.header(Priority);
        }
        for to in &self.to {
            mail = mail.to(to.clone());
        }
        if self.templated {
            return mail.singlepart(SinglePart::plain(written.body));
        }
        let mut last = vec![format!("{}, message {}", self.author.host, envelope.id)];
        last.extend(again(envelope));
        let page = page(&Document::from(&*envelope.message), severity, &last);
        mail.multipart(MultiPart::alternative_plain_html(written.body, page))
    }

    fn error(&self, kind: PortErrorKind, said: &str) -> NotifyError {
        let words = self.hidden.clean(said, SAID);
        NotifyError::Mail { server: self.server.clone(), words, kind }
    }
}

type Parsed<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// `X-Grace-Event-Id`, as every notifier over HTTP sends it.
#[derive(Clone)]
struct EventId(String);

impl Header for EventId {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Grace-Event-Id")
    }

    fn parse(text: &str) -> Parsed<Self> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// `Auto-Submitted`, RFC 3834.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Parsed<Self> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// `X-Priority`, which mail programs show.
#[derive(Clone)]
struct Priority;

impl Header for Priority {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Priority")
    }

    fn parse(_: &str) -> Parsed<Self> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "1 (Highest)".to_owned())
    }
}
