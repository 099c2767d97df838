//! ntfy: push messages to phones. <https://docs.ntfy.sh/publish/#publish-as-json>

use grace_core::{Envelope, Severity};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Value, json};

use crate::author::{Author, Form};
use crate::http::{Answer, HttpFault, Request, Service};
use crate::render::{Limit, Markup};

/// The longest message, in bytes. The server makes an attachment of a longer one.
const MESSAGE: usize = 4096;
/// The longest JSON in which a message may come, in bytes. Quotes and line ends count twice in it.
const JSON: usize = 2 * MESSAGE;

pub(crate) struct Ntfy {
    pub(crate) author: Author,
    pub(crate) topic: String,
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) click: Option<String>,
}

impl Service for Ntfy {
    fn request(&self, envelope: &Envelope) -> Request {
        let mut request = Request::json(&self.body(envelope, MESSAGE));
        if request.body.len() > JSON {
            request = Request::json(&self.body(envelope, MESSAGE / 2));
        }
        if let Some(authorization) = &self.authorization {
            request.header(AUTHORIZATION, authorization.clone());
        }
        request
    }

    /// The server repeats the message as it keeps it.
    fn taken(&self, answer: &Answer) -> Result<(), HttpFault> {
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        match body["id"].as_str() {
            Some(_) => Ok(()),
            None => Err(HttpFault::unknown(&answer.body)),
        }
    }
}

impl Ntfy {
    fn body(&self, envelope: &Envelope, longest: usize) -> Value {
        let form = Form {
            markup: Markup::Plain,
            title: Limit::bytes(250),
            body: Limit::bytes(longest),
            details: false,
        };
        let written = self.author.write(envelope, form);
        let (priority, tag) = match envelope.message.severity() {
            Severity::Critical => (5, "rotating_light"),
            Severity::Warning => (4, "warning"),
            Severity::Info => (3, "information_source"),
        };
        let mut body = json!({
            "topic": self.topic,
            "title": written.title,
            "message": written.body,
            "priority": priority,
            "tags": [tag],
        });
        if let Some(click) = &self.click {
            body["click"] = json!(click);
        }
        body
    }
}
