//! Discord: a channel's webhook. <https://discord.com/developers/docs/resources/webhook#execute-webhook>

use grace_core::{Envelope, Severity};
use serde_json::json;

use crate::author::{Author, Form};
use crate::clock::rfc3339;
use crate::http::{Answer, HttpFault, Request, Service};
use crate::json::when;
use crate::render::{Limit, Markup, cut};

/// The longest title of an embed, once it is escaped.
const TITLE: Limit = Limit::characters(256);
/// An embed's description.
const FORM: Form =
    Form { markup: Markup::Markdown, title: TITLE, body: Limit::characters(4096), details: true };

pub(crate) struct Discord {
    pub(crate) author: Author,
}

impl Service for Discord {
    /// One embed, in which nobody is mentioned whatever its text says.
    fn request(&self, envelope: &Envelope) -> Request {
        let written = self.author.write(envelope, FORM);
        let is_short = |title: &str| TITLE.admits(&Markup::Markdown.escape(title));
        let title = Markup::Markdown.escape(&cut(&written.title, is_short));
        let colour = match envelope.message.severity() {
            Severity::Critical => 0x00C6_2828,
            Severity::Warning => 0x00ED_6C02,
            Severity::Info => 0x002E_7D32,
        };
        let mut embed = json!({
            "title": title,
            "description": written.body,
            "color": colour,
            "footer": { "text": format!("message {}", envelope.id) },
        });
        let at = when(&envelope.message).and_then(|at| self.author.clock.wall_at(at));
        if let Some(at) = at.and_then(rfc3339) {
            embed["timestamp"] = json!(at);
        }
        let mut request = Request::json(&json!({
            "embeds": [embed],
            "allowed_mentions": { "parse": [] },
        }));
        // Without it, the answer comes before the message is kept.
        request.query = "wait=true";
        request
    }

    /// The answer is the message in its channel.
    fn taken(&self, answer: &Answer) -> Result<(), HttpFault> {
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
        match body["id"].as_str() {
            Some(_) => Ok(()),
            None => Err(HttpFault::unknown(&answer.body)),
        }
    }
}
