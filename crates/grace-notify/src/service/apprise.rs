//! Apprise API: one server for a hundred services. <https://github.com/caronc/apprise-api>

use grace_core::{Envelope, Event, Message, Notice, Severity, Text};
use serde_json::json;

use crate::author::{Author, Form};
use crate::http::{Answer, HttpFault, Request, Service};
use crate::render::{Limit, Markup};
use crate::secret::Secret;

/// The server cuts to what each of its services takes; this keeps one message from being a burden.
const FORM: Form = Form {
    markup: Markup::Markdown,
    title: Limit::characters(250),
    body: Limit::characters(32_768),
    details: true,
};

pub(crate) struct Apprise {
    pub(crate) author: Author,
    /// The key of a stored configuration. Whoever knows it can send.
    pub(crate) key: Secret,
    pub(crate) tag: Option<String>,
}

impl Service for Apprise {
    fn request(&self, envelope: &Envelope) -> Request {
        let written = self.author.write(envelope, FORM);
        let mut body = json!({
            "title": written.title,
            "body": written.body,
            "type": kind(&envelope.message),
            "format": "markdown",
        });
        if let Some(tag) = &self.tag {
            body["tag"] = json!(tag);
        }
        Request::json(&body).to(["notify", self.key.expose()])
    }

    /// 204 is the answer for a key under which nothing is stored: nobody was told.
    fn taken(&self, answer: &Answer) -> Result<(), HttpFault> {
        match answer.status {
            204 => {
                Err(HttpFault::NotTaken { words: Text::literal("nothing is stored for this key") })
            }
            _ => Ok(()),
        }
    }
}

fn kind(message: &Message) -> &'static str {
    match (message, message.severity()) {
        (_, Severity::Critical) => "failure",
        (_, Severity::Warning) => "warning",
        (Message::StartupReport(_) | Message::Test, Severity::Info)
        | (Message::Notice(Notice { event: Event::Resolved(_), .. }), Severity::Info) => "success",
        (_, Severity::Info) => "info",
    }
}
