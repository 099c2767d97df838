//! Who writes: a message in the words of one notifier.

use grace_core::{
    BootIdentity, Digest, DigestCause, Envelope, Event, Facts, Grace, Message, Notice, Policy,
    Start, Text, Uptime,
};

use crate::clock::Clock;
use crate::json::MessageDocument;
use crate::render::{Document, Limit, Line, Markup, Section, cut, fit};
use crate::template::{Rendering, Template, TemplateError};

/// The host that writes, its clock, and the words its user chose.
#[derive(Debug)]
pub(crate) struct Author {
    pub(crate) host: Text,
    pub(crate) clock: Clock,
    pub(crate) template: Template,
}

/// What a service takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    pub(crate) markup: Markup,
    pub(crate) title: Limit,
    pub(crate) body: Limit,
    /// Whether there is room for details.
    pub(crate) details: bool,
}

/// A message as a service takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// Without markup, in one line.
    pub(crate) title: String,
    /// In the form's markup.
    pub(crate) body: String,
}

impl Author {
    /// The message in its own or in the user's words.
    ///
    /// A template that fails costs the user's words and not the message: it is sent in its own, and says why.
    pub(crate) fn write(&self, envelope: &Envelope, form: Form) -> Written {
        let document = Document::from(&*envelope.message);
        let json = self.template.is_used().then(|| self.document(envelope, &document));
        let (title, body) = match &json {
            Some(json) => (self.template.title(json), self.template.body(json)),
            None => (None, None),
        };
        let mut last = Vec::new();
        let mut own = |words: Option<Rendering>| match words?.map_err(|error| error.to_string()) {
            Ok(words) => Some(words),
            Err(error) => {
                last.push(error);
                None
            }
        };
        let title = own(title).unwrap_or_else(|| self.title(&document));
        let body = own(body);
        last.extend(again(envelope));
        let body = body.and_then(|body| own_body(&body, form, &last));
        Written {
            title: cut(&one_line(&title), |title| form.title.admits(title)),
            body: body.unwrap_or_else(|| built_in(&document, form, &last)),
        }
    }

    /// What happened, in the host's and the message's own words, in one line.
    pub(crate) fn headline(&self, message: &Message) -> String {
        self.title(&Document::from(message))
    }

    /// The message as JSON.
    pub(crate) fn json(&self, envelope: &Envelope) -> Vec<u8> {
        let document = Document::from(&*envelope.message);
        let json = self.document(envelope, &document);
        // Strings and numbers alone: there is nothing that could not be written.
        serde_json::to_vec(&json).unwrap_or_default()
    }

    /// Tries the templates on messages, so that what is wrong with them is known before it matters.
    pub(crate) fn try_templates(&self, messages: &[Envelope]) -> Result<(), TemplateError> {
        for envelope in messages {
            let document = Document::from(&*envelope.message);
            let json = self.document(envelope, &document);
            self.template.title(&json).transpose()?;
            self.template.body(&json).transpose()?;
        }
        Ok(())
    }

    fn document<'a>(
        &'a self,
        envelope: &'a Envelope,
        document: &'a Document,
    ) -> MessageDocument<'a> {
        MessageDocument::new(envelope, &self.host, &self.clock, document)
    }

    /// `pve1: System startup completed`
    fn title(&self, document: &Document) -> String {
        if self.host.is_empty() {
            return document.title.clone();
        }
        format!("{}: {}", self.host, document.title)
    }
}

/// What a repeated message says of itself: its answer may have been lost, and it may have been read already.
pub(crate) fn again(envelope: &Envelope) -> Option<String> {
    (envelope.attempt > 0).then(|| format!("message {}, sent again", envelope.id))
}

fn built_in(document: &Document, form: Form, last: &[String]) -> String {
    let details: &[Section] = if form.details { &document.details } else { &[] };
    let lines = form.markup.lines(document.sections.iter().chain(details));
    fit(&lines, &escaped(last, form.markup), form.markup, form.body)
}

/// The user's body. Where it is too long and cannot be cut, because that might break its markup: `None`.
fn own_body(body: &str, form: Form, last: &[String]) -> Option<String> {
    let last = escaped(last, form.markup);
    let whole: Vec<&str> = std::iter::once(body).chain(last.iter().map(String::as_str)).collect();
    let whole = whole.join("\n");
    if form.body.admits(&whole) {
        return Some(whole);
    }
    let lines = Section::lines(body.lines().map(Line::from));
    let is_plain = form.markup == Markup::Plain;
    is_plain.then(|| fit(&form.markup.lines([&lines]), &last, form.markup, form.body))
}

fn escaped(lines: &[String], markup: Markup) -> Vec<String> {
    lines.iter().map(|line| markup.escape(line)).collect()
}

fn one_line(text: &str) -> String {
    text.trim().replace(char::is_control, " ")
}

/// One message of each kind, for templates to be tried on.
pub(crate) fn samples(envelope: impl Fn(Message) -> Envelope) -> Vec<Envelope> {
    let start = Start::new(Some(Uptime::ZERO), BootIdentity::UNKNOWN);
    let report = Grace::new(Policy::default(), start).preview(Uptime::ZERO, Facts::default());
    let messages = [
        Message::Test,
        Message::Notice(Notice::single(Event::ShutdownCancelled, Uptime::ZERO)),
        Message::Digest(Digest::new(DigestCause::GuestsStarted, Uptime::ZERO)),
        Message::StartupReport(Box::new(report)),
    ];
    messages.into_iter().map(envelope).collect()
}
