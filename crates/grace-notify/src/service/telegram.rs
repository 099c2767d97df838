//! Telegram: a bot's message to a chat. <https://core.telegram.org/bots/api#sendmessage>

use grace_core::{Envelope, Severity, Text};
use serde_json::json;

use crate::author::{Author, Form};
use crate::http::{Answer, HttpFault, Request, Service};
use crate::render::{Limit, Markup, cut};
use crate::secret::Secret;

/// The longest message. The bot's markup does not count there; here it does, to be on the safe side.
const MESSAGE: usize = 4096;
/// The part of it that is for the title, once it is escaped.
const TITLE: usize = 512;

pub(crate) struct Telegram {
    pub(crate) author: Author,
    pub(crate) token: Secret,
    pub(crate) chat: String,
    pub(crate) thread: Option<i64>,
    /// [`Markup::Html`] or [`Markup::TelegramMarkdown`].
    pub(crate) markup: Markup,
}

impl Service for Telegram {
    fn request(&self, envelope: &Envelope) -> Request {
        let form = Form {
            markup: self.markup,
            title: Limit::characters(TITLE),
            body: Limit::characters(MESSAGE - TITLE - 1),
            details: true,
        };
        let written = self.author.write(envelope, form);
        let is_short = |title: &str| form.title.admits(&self.markup.strong(title));
        let title = self.markup.strong(&cut(&written.title, is_short));
        let parse_mode = match self.markup {
            Markup::TelegramMarkdown => "MarkdownV2",
            _ => "HTML",
        };
        let mut body = json!({
            "chat_id": self.chat,
            "text": format!("{title}\n{}", written.body).trim_end(),
            "parse_mode": parse_mode,
            "link_preview_options": { "is_disabled": true },
            "disable_notification": envelope.message.severity() == Severity::Info,
        });
        if let Some(thread) = self.thread {
            body["message_thread_id"] = json!(thread);
        }
        let bot = format!("bot{}", self.token.expose());
        Request::json(&body).to([bot.as_str(), "sendMessage"])
    }

    fn taken(&self, answer: &Answer) -> Result<(), HttpFault> {
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_default();
        match body["ok"].as_bool() {
            Some(true) => Ok(()),
            Some(false) => {
                let words = body["description"].as_str().unwrap_or("without a reason");
                Err(HttpFault::NotTaken { words: Text::new(words) })
            }
            None => Err(HttpFault::unknown(&answer.body)),
        }
    }
}
