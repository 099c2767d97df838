//! Notifiers from a configuration: the edge form, and what is made of it.

mod form;
mod make;
mod reach;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use grace_core::wire::duration;
use grace_core::{Envelope, Message, MessageId, Notifier, Sequence, Severity, Text};
use jiff::tz::TimeZone;

pub use self::form::{NotifierForm, NotifierType};
use self::form::{QuietForm, SecretForm};
use crate::author::{Author, samples};
use crate::clock::Clock;
use crate::filter::{Filter, KINDS, Minute, QuietHours, Verdict};
use crate::render::Markup;
use crate::secret::{Secret, SecretStore};
use crate::template::Template;

/// What notifiers are built from besides their tables.
#[derive(Debug, Clone)]
pub struct Surroundings {
    host: Text,
    clock: Clock,
    secrets: SecretStore,
}

impl Surroundings {
    /// A host of this name, as messages are to call it, its clock, and where its secrets are.
    #[must_use]
    pub fn new(host: impl AsRef<str>, clock: Clock, secrets: SecretStore) -> Self {
        Self { host: Text::name(host), clock, secrets }
    }
}

/// A notifier, and the messages it is for.
#[derive(Clone)]
#[non_exhaustive]
pub struct Route {
    /// The notifier.
    pub notifier: Arc<dyn Notifier>,
    /// Which messages, and when.
    pub filter: Filter,
}

impl Route {
    /// Whether a message is to be handed to the notifier now.
    #[must_use]
    pub fn judge(&self, message: &Message, wall: SystemTime) -> Verdict {
        self.filter.judge_at(message, wall)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut route = f.debug_struct("Route");
        route.field("notifier", &self.notifier.name()).field("filter", &self.filter).finish()
    }
}

impl NotifierForm {
    /// The notifier that the table asks for. Reads secrets and certificates, here and now; it opens no
    /// connection.
    ///
    /// # Errors
    /// The first key that is missing, not of this type, or not fit, and what to write instead.
    pub fn build(self, surroundings: &Surroundings) -> Result<Route, ConfigError> {
        let notifier = Text::name(&self.name);
        let built = if notifier.is_empty() {
            Err(Fault::new("name", "is empty: give each notifier a name of its own"))
        } else {
            Builder { form: self, surroundings }.build()
        };
        built.map_err(|Fault { key, words }| ConfigError { notifier, key, words })
    }
}

/// What is wrong with a notifier's table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("notifier \"{notifier}\": {key} {words}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The notifier's name.
    pub notifier: Text,
    /// The key.
    pub key: &'static str,
    /// What is wrong with it, and what to write instead. No secret is in it.
    pub words: Text,
}

/// What is wrong with a key.
struct Fault {
    key: &'static str,
    words: Text,
}

impl Fault {
    fn new(key: &'static str, words: impl AsRef<str>) -> Self {
        Self { key, words: Text::new(words) }
    }
}

/// Takes the keys of a table, one after another, until none is left.
struct Builder<'a> {
    form: NotifierForm,
    surroundings: &'a Surroundings,
}

impl Builder<'_> {
    fn build(mut self) -> Result<Route, Fault> {
        let filter = self.filter()?;
        let notifier = self.notifier()?;
        match self.form.left() {
            Some(key) => {
                let kind = self.form.kind.as_str();
                Err(Fault::new(key, format!("is no key of type \"{kind}\": take it out")))
            }
            None => Ok(Route { notifier, filter }),
        }
    }

    fn filter(&mut self) -> Result<Filter, Fault> {
        let form = &mut self.form;
        let min_severity =
            form.min_severity.take().map(|word| severity("min_severity", &word)).transpose()?;
        let kinds = form.kinds.take().unwrap_or_default();
        let kinds: Result<_, _> = kinds.iter().map(|word| kind(word)).collect();
        let categories = form.categories.take().unwrap_or_default();
        let quiet = form.quiet_hours.take().map(quiet_hours).transpose()?;
        let categories = categories.into_iter().map(Text::name).collect();
        Ok(Filter { min_severity, kinds: kinds?, categories, quiet })
    }

    /// Who writes, in this markup, with the templates of the table if the type has any.
    fn author(&mut self, markup: Markup) -> Result<Author, Fault> {
        let (title, body) = (self.form.title.take(), self.form.body.take());
        let template = Template::new(title.as_deref(), body.as_deref(), markup);
        let fault =
            |error: crate::TemplateError| Fault::new(error.part, format!("fails: {}", error.words));
        let author = Author {
            host: self.surroundings.host.clone(),
            clock: self.surroundings.clock.clone(),
            template: template.map_err(fault)?,
        };
        let envelope = |message| Envelope::new(MessageId::new(None, Sequence::new(0)), message);
        author.try_templates(&samples(envelope)).map_err(fault)?;
        Ok(author)
    }

    /// Who writes where templates have no place.
    fn plain_author(&mut self) -> Result<Author, Fault> {
        for (key, is_there) in
            [("title", self.form.title.is_some()), ("body", self.form.body.is_some())]
        {
            if is_there {
                return Err(Fault::new(key, "has no place in JSON: take it out"));
            }
        }
        self.author(Markup::Plain)
    }

    /// A secret, which may not stand in the configuration.
    fn secret(&self, key: &'static str, form: SecretForm) -> Result<Secret, Fault> {
        let remedy = "may not stand here: write { file = \"…\" }, { env = \"…\" } or \
                      { credential = \"…\" }";
        match form {
            SecretForm::Literal(_) => Err(Fault::new(key, remedy)),
            SecretForm::Source(_) => self.text(key, form),
        }
    }

    /// A text that may be secret.
    fn text(&self, key: &'static str, form: SecretForm) -> Result<Secret, Fault> {
        match form {
            SecretForm::Literal(text) => Ok(text),
            SecretForm::Source(source) => {
                let read = self.surroundings.secrets.read(&source);
                read.map_err(|error| Fault::new(key, format!("cannot be read: {error}")))
            }
        }
    }
}

/// What stands there, or what to write.
fn required<T>(key: &'static str, value: Option<T>, example: &str) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::new(key, format!("is missing: write {example}")))
}

fn span(key: &'static str, text: Option<String>) -> Result<Option<std::time::Duration>, Fault> {
    let read = |text: String| {
        let span = duration(&text).map_err(|error| Fault::new(key, format!("is {error}")))?;
        if span.is_zero() {
            return Err(Fault::new(key, "is zero: write how long it may take, such as \"10s\""));
        }
        Ok(span)
    };
    text.map(read).transpose()
}

fn severity(key: &'static str, word: &str) -> Result<Severity, Fault> {
    let fault = || {
        let known = Severity::ALL.map(Severity::as_str).join(", ");
        Fault::new(key, format!("is no severity: write one of {known}"))
    };
    Severity::parse(word).ok_or_else(fault)
}

fn kind(word: &str) -> Result<&'static str, Fault> {
    let known = KINDS.into_iter().find(|kind| *kind == word);
    let fault = || Fault::new("kinds", format!("has \"{word}\": there are {}", KINDS.join(", ")));
    known.ok_or_else(fault)
}

fn quiet_hours(form: QuietForm) -> Result<QuietHours, Fault> {
    const KEY: &str = "quiet_hours";
    let minute = |text: &str| {
        let fault = |error| Fault::new(KEY, format!("has \"{text}\", which is {error}"));
        Minute::from_str(text).map_err(fault)
    };
    let (from, to) = (minute(&form.from)?, minute(&form.to)?);
    if from == to {
        return Err(Fault::new(KEY, "begins when it ends: give it another `from` or `to`"));
    }
    let unknown = |_| {
        let zone = Text::name(&form.zone);
        Fault::new(
            KEY,
            format!("has the zone \"{zone}\": write one such as \"Europe/Madrid\" or \"UTC\""),
        )
    };
    let mut quiet = QuietHours::new(from, to, TimeZone::get(&form.zone).map_err(unknown)?);
    if let Some(unless) = form.unless {
        quiet.unless = severity(KEY, &unless)?;
    }
    Ok(quiet)
}
