//! Gotify: push messages by a server of one's own. <https://gotify.net/api-docs>

use grace_core::{Envelope, Severity};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::json;

use crate::author::{Author, Form};
use crate::http::{Answer, HttpFault, Request, Service};
use crate::render::{Limit, Markup};

/// The server has no limit of its own; this is what a phone shows without harm.
const FORM: Form = Form {
    markup: Markup::Markdown,
    title: Limit::characters(250),
    body: Limit::characters(16_384),
    details: true,
};

pub(crate) struct Gotify {
    pub(crate) author: Author,
    pub(crate) key: HeaderValue,
}

impl Service for Gotify {
    fn request(&self, envelope: &Envelope) -> Request {
        let written = self.author.write(envelope, FORM);
        let message = &envelope.message;
        // Android sounds from 4 on, and insists from 8 on.
        let priority = match message.severity() {
            Severity::Critical => 8,
            Severity::Warning => 5,
            Severity::Info => 3,
        };
        let extras = json!({
            "client::display": { "contentType": "text/markdown" },
            "grace::message": {
                "id": envelope.id.to_string(),
                "kind": message.kind(),
                "severity": message.severity().as_str(),
            },
        });
        let mut request = Request::json(&json!({
            "title": written.title,
            "message": written.body,
            "priority": priority,
            "extras": extras,
        }));
        request.header(HeaderName::from_static("x-gotify-key"), self.key.clone());
        request.to(["message"])
    }

    /// The server repeats the message with its number.
    fn taken(&self, answer: &Answer) -> Result<(), HttpFault> {
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
        match body["id"].as_u64() {
            Some(_) => Ok(()),
            None => Err(HttpFault::unknown(&answer.body)),
        }
    }
}
