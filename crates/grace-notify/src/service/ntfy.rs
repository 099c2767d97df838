//! ntfy: push messages to phones. <https://docs.ntfy.sh/publish/#publish-as-json>

use grace_core::{Envelope, Severity};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::json;

use crate::author::{Author, Form};
use crate::http::{Answer, HttpFault, Request, Service};
use crate::render::{Limit, Markup};

/// The server turns a longer message into an attachment.
const FORM: Form = Form {
    markup: Markup::Plain,
    title: Limit::bytes(250),
    body: Limit::bytes(4096),
    details: false,
};

pub(crate) struct Ntfy {
    pub(crate) author: Author,
    pub(crate) topic: String,
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) click: Option<String>,
}

impl Service for Ntfy {
    fn request(&self, envelope: &Envelope) -> Request {
        let written = self.author.write(envelope, FORM);
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
        let mut request = Request::json(&body);
        if let Some(authorization) = &self.authorization {
            request.header(AUTHORIZATION, authorization.clone());
        }
        request
    }

    /// The server repeats the message as it keeps it.
    fn taken(&self, answer: &Answer) -> Result<(), HttpFault> {
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
        match body["id"].as_str() {
            Some(_) => Ok(()),
            None => Err(HttpFault::unknown(&answer.body)),
        }
    }
}
