//! One `[[notifier]]` table, as it is written.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::secret::{Secret, SecretSource};

/// The types of notifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NotifierType {
    /// Standard output.
    Stdout,
    /// The host's journal.
    Journal,
    /// A file.
    File,
    /// A program.
    Command,
    /// A webhook.
    Webhook,
    /// ntfy.
    Ntfy,
    /// Gotify.
    Gotify,
    /// Discord.
    Discord,
    /// Telegram.
    Telegram,
    /// Apprise API.
    Apprise,
    /// Mail.
    Smtp,
    /// Alertmanager.
    Alertmanager,
}

impl NotifierType {
    /// The word in the configuration.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Journal => "journal",
            Self::File => "file",
            Self::Command => "command",
            Self::Webhook => "webhook",
            Self::Ntfy => "ntfy",
            Self::Gotify => "gotify",
            Self::Discord => "discord",
            Self::Telegram => "telegram",
            Self::Apprise => "apprise",
            Self::Smtp => "smtp",
            Self::Alertmanager => "alertmanager",
        }
    }
}

/// The keys of all types in one table, so that an error of the format names line and column. Which of them a
/// type has is checked afterwards.
macro_rules! notifier_form {
    ($($key:ident: $type:ty,)*) => {
        /// One `[[notifier]]` table, in TOML, JSON or any other format serde knows. The crate's README has an
        /// example of each type.
        ///
        /// `name` and `type` are in every table; which other keys may be there depends on the type. A
        /// [`Route`](crate::Route) is made of it with [`build`](NotifierForm::build).
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct NotifierForm {
            pub(crate) name: String,
            #[serde(rename = "type")]
            pub(crate) kind: NotifierType,
            $(pub(crate) $key: Option<$type>,)*
        }

        impl NotifierForm {
            /// A key that is there still.
            pub(crate) fn left(&self) -> Option<&'static str> {
                $(if self.$key.is_some() {
                    return Some(stringify!($key));
                })*
                None
            }
        }
    };
}

notifier_form! {
    // Which messages, and when.
    min_severity: String,
    kinds: Vec<String>,
    categories: Vec<String>,
    quiet_hours: QuietForm,
    // In which words.
    title: String,
    body: String,
    // How a service is reached.
    timeout: String,
    connect_timeout: String,
    ca_file: PathBuf,
    proxy: SecretForm,
    // Where it is, and who asks.
    url: SecretForm,
    token: SecretForm,
    user: String,
    password: SecretForm,
    // What belongs to one type, or to few.
    path: PathBuf,
    style: String,
    socket: PathBuf,
    command: Vec<String>,
    headers: BTreeMap<String, SecretForm>,
    content_type: String,
    secret: SecretForm,
    topic: String,
    click: String,
    chat: ChatForm,
    thread: i64,
    markup: String,
    key: SecretForm,
    tag: String,
    server: String,
    port: u16,
    security: String,
    from: String,
    to: Vec<String>,
    subject_prefix: String,
    labels: BTreeMap<String, String>,
    generator_url: String,
    lifetime: String,
}

/// `{ from = "22:00", to = "07:00", zone = "Europe/Madrid", unless = "critical" }`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuietForm {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) zone: String,
    pub(crate) unless: Option<String>,
}

/// A chat's number, or the name of a channel.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum ChatForm {
    Number(i64),
    Name(String),
}

/// Where a secret is, or, where a key need not be secret, what it is.
#[derive(Debug, Clone)]
pub(crate) enum SecretForm {
    /// It stands there as it is. It is kept like a secret, because it may be meant for one.
    Literal(Secret),
    /// `{ file = "/etc/grace/token" }`, `{ env = "TOKEN" }`, `{ credential = "token" }`
    Source(SecretSource),
}

impl<'de> Deserialize<'de> for SecretForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = SecretForm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"{ file = "…" }, { env = "…" } or { credential = "…" }"#)
    }

    fn visit_str<E>(self, text: &str) -> Result<SecretForm, E> {
        Ok(SecretForm::Literal(Secret::new(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretForm, A::Error> {
        let missing = || A::Error::custom("expected one of the keys file, env and credential");
        let (place, value) = map.next_entry::<String, String>()?.ok_or_else(missing)?;
        let source = match place.as_str() {
            "file" => SecretSource::File(PathBuf::from(value)),
            "env" => SecretSource::Env(value),
            "credential" => SecretSource::Credential(value),
            other => {
                return Err(A::Error::unknown_field(other, &["file", "env", "credential"]));
            }
        };
        match map.next_key::<String>()? {
            Some(_) => Err(A::Error::custom("a secret comes from one place: keep one of the keys")),
            None => Ok(SecretForm::Source(source)),
        }
    }
}
