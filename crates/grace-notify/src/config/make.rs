//! Each type of notifier, made of its keys.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use grace_core::{Notifier, Text};
use lettre::message::Mailbox;
use reqwest::header::{HeaderMap, HeaderName};
use tokio::sync::Mutex;

use super::form::{ChatForm, NotifierType, SecretForm};
use super::reach::{DEADLINE, header_value};
use super::{Builder, Fault, required, span};
use crate::http::{HttpNotifier, Server, Service};
use crate::render::Markup;
use crate::secret::Secret;
use crate::service::alertmanager::Alertmanager;
use crate::service::apprise::Apprise;
use crate::service::command::Command;
use crate::service::discord::Discord;
use crate::service::file::{File, Style};
use crate::service::gotify::Gotify;
use crate::service::journal::{Journal, SOCKET};
use crate::service::ntfy::Ntfy;
use crate::service::smtp::Smtp;
use crate::service::telegram::Telegram;
use crate::service::webhook::Webhook;
use crate::terminal::Terminal;

/// How long an alert lasts that nobody ends, unless the table says another.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

type Made = Result<Arc<dyn Notifier>, Fault>;

impl Builder<'_> {
    pub(super) fn notifier(&mut self) -> Made {
        match self.form.kind {
            NotifierType::Stdout => Ok(Arc::new(Terminal::stdout().with_name(&self.form.name))),
            NotifierType::Journal => self.journal(),
            NotifierType::File => self.file(),
            NotifierType::Command => self.command(),
            NotifierType::Webhook => self.webhook(),
            NotifierType::Ntfy => self.ntfy(),
            NotifierType::Gotify => self.gotify(),
            NotifierType::Discord => self.discord(),
            NotifierType::Telegram => self.telegram(),
            NotifierType::Apprise => self.apprise(),
            NotifierType::Smtp => self.smtp(),
            NotifierType::Alertmanager => self.alertmanager(),
        }
    }

    fn journal(&mut self) -> Made {
        let name = self.form.name.clone();
        let socket = self.form.socket.take().unwrap_or_else(|| PathBuf::from(SOCKET));
        let deadline = self.deadline()?;
        Ok(Arc::new(Journal { name, author: self.author(Markup::Plain)?, socket, deadline }))
    }

    fn file(&mut self) -> Made {
        let name = self.form.name.clone();
        let path = self.form.path.take();
        let path = required("path", path, "path = \"/var/log/grace.jsonl\"")?;
        let style = match self.form.style.take().as_deref() {
            None | Some("json") => Style::Json,
            Some("text") => Style::Text,
            Some(_) => return Err(Fault::new("style", "is unknown: write json or text")),
        };
        // JSON is what it is: a template would have nothing to say.
        let author = match style {
            Style::Json => self.plain_author()?,
            Style::Text => self.author(Markup::Plain)?,
        };
        let deadline = self.deadline()?;
        Ok(Arc::new(File { name, author, path, style, deadline, turn: Mutex::new(()) }))
    }

    fn command(&mut self) -> Made {
        let name = self.form.name.clone();
        let example = "command = [\"/usr/local/bin/notify\", \"--now\"]";
        let command = required("command", self.form.command.take(), example)?;
        let Some((program, args)) = command.split_first() else {
            return Err(Fault::new("command", format!("is empty: write {example}")));
        };
        let program = PathBuf::from(program);
        if !program.is_absolute() {
            return Err(Fault::new("command", format!("has no whole path: write {example}")));
        }
        let (author, deadline) = (self.plain_author()?, self.deadline()?);
        Ok(Arc::new(Command { name, author, program, args: args.to_vec(), deadline }))
    }

    fn webhook(&mut self) -> Made {
        let (headers, mut secrets) = self.headers()?;
        let content_type = self.form.content_type.take();
        let content_type = content_type.unwrap_or_else(|| "application/json".to_owned());
        let content_type = header_value("content_type", &Secret::new(content_type))?;
        let secret = self.form.secret.take();
        let secret = secret.map(|secret| self.secret("secret", secret)).transpose()?;
        secrets.extend(secret.clone());
        let templated = self.form.body.is_some();
        if self.form.title.is_some() && !templated {
            return Err(Fault::new("title", "has no place in the JSON: write a body too"));
        }
        let url = self.url(None)?;
        let server = self.server(&url, secrets)?;
        let author = self.author(Markup::Plain)?;
        Ok(self.over_http(server, Webhook { author, headers, content_type, templated, secret }))
    }

    fn headers(&mut self) -> Result<(HeaderMap, Vec<Secret>), Fault> {
        let (mut headers, mut secrets) = (HeaderMap::new(), Vec::new());
        for (name, value) in self.form.headers.take().unwrap_or_default() {
            let is_secret = matches!(value, SecretForm::Source(_));
            let value = self.text("headers", value)?;
            let unfit =
                |_| Fault::new("headers", format!("has \"{name}\", which is no header's name"));
            let header = HeaderName::try_from(&name).map_err(unfit)?;
            headers.append(header, header_value("headers", &value)?);
            secrets.extend(is_secret.then_some(value));
        }
        Ok((headers, secrets))
    }

    fn ntfy(&mut self) -> Made {
        let topic = required("topic", self.form.topic.take(), "topic = \"pve1\"")?;
        let click = self.form.click.take();
        let (authorization, mut secrets) = self.authorization()?;
        // On a public server, whoever knows the topic reads along.
        secrets.push(Secret::new(&*topic));
        let url = self.url(Some("https://ntfy.sh"))?;
        let server = self.server(&url, secrets)?;
        let author = self.author(Markup::Plain)?;
        Ok(self.over_http(server, Ntfy { author, topic, authorization, click }))
    }

    fn gotify(&mut self) -> Made {
        let token = required("token", self.form.token.take(), "token = { file = \"…\" }")?;
        let token = self.secret("token", token)?;
        let key = header_value("token", &token)?;
        let url = self.url(None)?;
        let server = self.server(&url, [token])?;
        let author = self.author(Markup::Markdown)?;
        Ok(self.over_http(server, Gotify { author, key }))
    }

    fn discord(&mut self) -> Made {
        let url = self.secret_url()?;
        let server = self.server(&url, [])?;
        let author = self.author(Markup::Markdown)?;
        Ok(self.over_http(server, Discord { author }))
    }

    fn telegram(&mut self) -> Made {
        let token = required("token", self.form.token.take(), "token = { file = \"…\" }")?;
        let token = self.secret("token", token)?;
        let chat = match required("chat", self.form.chat.take(), "chat = -1001234567890")? {
            ChatForm::Number(number) => number.to_string(),
            ChatForm::Name(name) => name,
        };
        let thread = self.form.thread.take();
        let markup = match self.form.markup.take().as_deref() {
            None | Some("html") => Markup::Html,
            Some("markdown-v2") => Markup::TelegramMarkdown,
            Some(_) => return Err(Fault::new("markup", "is unknown: write html or markdown-v2")),
        };
        let url = self.url(Some("https://api.telegram.org"))?;
        let server = self.server(&url, [token.clone()])?;
        let author = self.author(markup)?;
        Ok(self.over_http(server, Telegram { author, token, chat, thread, markup }))
    }

    fn apprise(&mut self) -> Made {
        let key = required("key", self.form.key.take(), "key = { file = \"…\" }")?;
        let key = self.text("key", key)?;
        let tag = self.form.tag.take();
        let url = self.url(None)?;
        let server = self.server(&url, [key.clone()])?;
        let author = self.author(Markup::Markdown)?;
        Ok(self.over_http(server, Apprise { author, key, tag }))
    }

    fn alertmanager(&mut self) -> Made {
        let (authorization, secrets) = self.authorization()?;
        let url = self.url(None)?;
        let server = self.server(&url, secrets)?;
        let labels = self.form.labels.take().unwrap_or_default();
        check_labels(&labels)?;
        let generator_url = self.form.generator_url.take();
        let lifetime = span("lifetime", self.form.lifetime.take())?.unwrap_or(LIFETIME);
        let author = self.author(Markup::Plain)?;
        let alerts = Alertmanager { author, authorization, labels, generator_url, lifetime };
        Ok(self.over_http(server, alerts))
    }

    fn smtp(&mut self) -> Made {
        let from = required("from", self.form.from.take(), "from = \"grace@example.org\"")?;
        let from = mailbox("from", &from)?;
        let to = required("to", self.form.to.take(), "to = [\"admin@example.org\"]")?;
        let to: Vec<_> = to.iter().map(|to| mailbox("to", to)).collect::<Result<_, _>>()?;
        if to.is_empty() {
            return Err(Fault::new("to", "is empty: write to = [\"admin@example.org\"]"));
        }
        let subject_prefix = self.form.subject_prefix.take().unwrap_or_default();
        let templated = self.form.body.is_some();
        let name = self.form.name.clone();
        let mail = self.mail_server(&from)?;
        Ok(Arc::new(Smtp {
            name,
            author: self.author(Markup::Plain)?,
            transport: mail.transport,
            server: mail.server,
            from,
            to,
            subject_prefix: Text::new(subject_prefix).to_string(),
            templated,
            hidden: mail.hidden,
            deadline: mail.deadline,
        }))
    }

    fn over_http<S: Service + 'static>(&self, server: Server, service: S) -> Arc<dyn Notifier> {
        Arc::new(HttpNotifier { name: self.form.name.clone(), server, service })
    }

    fn deadline(&mut self) -> Result<Duration, Fault> {
        Ok(span("timeout", self.form.timeout.take())?.unwrap_or(DEADLINE))
    }
}

/// A label's name is a word of letters, digits and `_`.
fn check_labels(labels: &BTreeMap<String, String>) -> Result<(), Fault> {
    let is_word = |name: &String| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        name.chars().all(is_letter) && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    match labels.keys().find(|name| name.is_empty() || !is_word(name)) {
        Some(name) => {
            let words =
                format!("has \"{}\": a label's name is letters, digits and _", Text::name(name));
            Err(Fault::new("labels", words))
        }
        None => Ok(()),
    }
}

fn mailbox(key: &'static str, text: &str) -> Result<Mailbox, Fault> {
    let unfit = |error| {
        Fault::new(key, format!("has \"{}\", which is no address: {error}", Text::name(text)))
    };
    text.parse().map_err(unfit)
}
