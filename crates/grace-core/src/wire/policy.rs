//! The policy as a configuration writes it.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use jiff::fmt::friendly::SpanParser;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::policy::{
    Adaptive, Anchor, CategoryRule, Limits, Policy, PolicyError, RestartPolicy, Retry, SeveritySet,
};
use crate::{Severity, Text};

/// A policy as a configuration writes it. What is left out keeps its default, so an empty document is
/// [`Policy::default`].
///
/// ```toml
/// guest = "3m"                 # windows; see `duration` for how spans are written
/// health = "5m"
/// shutdown = "2m"
/// boot_uptime = "10m"
/// anchor = "service-start"     # or "boot"
/// restart = "grace"            # or "none"
/// adaptive = true              # or false, or a table of what differs:
/// # adaptive = { quiet = "60s", cap = "15m", check_every = "15s" }
/// bypass = ["critical"]        # severities never held
/// facts_timeout = "30s"
/// retry = { first = "5s", max = "5m", answer = "2m", jitter = 0, give_up = "168h" }
/// limits = { guests = 10000, alerts = 10000, outbox = 1000, journal_first = 25, journal_last = 25 }
///
/// [categories]                 # naming one category replaces the default four
/// storage = {}
/// services = { aliases = ["pve_services"], window = "2m" }
/// ```
///
/// A key that does not exist is refused with the keys that do. The held categories keep the order in
/// which the format's parser gives them (for `toml`, its feature `preserve_order`).
///
/// Reading checks the form; `Policy::try_from` checks the values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyDocument(Policy);

impl TryFrom<PolicyDocument> for Policy {
    type Error = PolicyError;

    fn try_from(document: PolicyDocument) -> Result<Self, PolicyError> {
        document.0.validated()
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PolicyForm::deserialize(deserializer).map(Self)
    }
}

/// Reads a span of time: numbers with their units, `5m`, `10m 30s`, `180s`, `1.5h`, `250ms`.
///
/// The grammar is jiff's "friendly" one, without signs: a window cannot last a negative time.
///
/// # Errors
/// Whatever else it is, in words that say the form wanted.
pub fn duration(text: &str) -> Result<Duration, DurationError> {
    SpanParser::new()
        .parse_unsigned_duration(text.trim())
        .map_err(|_| DurationError { text: Text::name(text) })
}

/// Text that is no span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{text}\" is not a duration: write numbers with their units (h, m, s, ms), not negative, such as \
     \"180s\", \"5m\" or \"10m 30s\""
)]
pub struct DurationError {
    text: Text,
}

// The forms below are serde's "remote" derives: each has the fields of the type it stands for, and a
// field added there and not here does not compile.

#[derive(Deserialize)]
#[serde(remote = "Policy", default = "Policy::default", deny_unknown_fields)]
struct PolicyForm {
    #[serde(deserialize_with = "span")]
    guest: Duration,
    #[serde(deserialize_with = "span")]
    health: Duration,
    #[serde(deserialize_with = "span")]
    shutdown: Duration,
    #[serde(deserialize_with = "span")]
    boot_uptime: Duration,
    #[serde(with = "AnchorForm")]
    anchor: Anchor,
    #[serde(with = "RestartForm")]
    restart: RestartPolicy,
    #[serde(deserialize_with = "adaptive")]
    adaptive: Option<Adaptive>,
    #[serde(deserialize_with = "categories")]
    categories: Vec<CategoryRule>,
    #[serde(deserialize_with = "bypass")]
    bypass: SeveritySet,
    #[serde(deserialize_with = "span")]
    facts_timeout: Duration,
    #[serde(with = "RetryForm")]
    retry: Retry,
    #[serde(with = "LimitsForm")]
    limits: Limits,
}

#[derive(Deserialize)]
#[serde(remote = "Anchor", rename_all = "kebab-case")]
enum AnchorForm {
    ServiceStart,
    Boot,
}

#[derive(Deserialize)]
#[serde(remote = "RestartPolicy", rename_all = "kebab-case")]
enum RestartForm {
    Grace,
    None,
}

#[derive(Deserialize)]
#[serde(remote = "Adaptive", default = "Adaptive::default", deny_unknown_fields)]
struct AdaptiveForm {
    #[serde(deserialize_with = "span")]
    quiet: Duration,
    #[serde(deserialize_with = "span")]
    cap: Duration,
    #[serde(deserialize_with = "span")]
    check_every: Duration,
}

#[derive(Deserialize)]
#[serde(remote = "Retry", default = "Retry::default", deny_unknown_fields)]
struct RetryForm {
    #[serde(deserialize_with = "span")]
    first: Duration,
    #[serde(deserialize_with = "span")]
    max: Duration,
    #[serde(deserialize_with = "span")]
    answer: Duration,
    /// In percent.
    jitter: u8,
    #[serde(deserialize_with = "span")]
    give_up: Duration,
}

#[derive(Deserialize)]
#[serde(remote = "Limits", default = "Limits::default", deny_unknown_fields)]
struct LimitsForm {
    guests: usize,
    alerts: usize,
    outbox: usize,
    journal_first: usize,
    journal_last: usize,
}

/// The value of one held category; its key is the name.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct CategoryForm {
    aliases: Vec<String>,
    window: Option<Span>,
}

#[derive(Deserialize)]
struct Span(#[serde(deserialize_with = "span")] Duration);

fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct SpanVisitor;

    impl Visitor<'_> for SpanVisitor {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(r#"a duration in quotes, such as "180s", "5m" or "10m 30s""#)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
            duration(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(SpanVisitor)
}

fn adaptive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Adaptive>, D::Error> {
    struct AdaptiveVisitor;

    impl<'de> Visitor<'de> for AdaptiveVisitor {
        type Value = Option<Adaptive>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false, or a table of `quiet`, `cap` and `check_every`")
        }

        fn visit_bool<E>(self, on: bool) -> Result<Self::Value, E> {
            Ok(on.then(Adaptive::default))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            AdaptiveForm::deserialize(MapAccessDeserializer::new(map)).map(Some)
        }
    }

    deserializer.deserialize_any(AdaptiveVisitor)
}

fn categories<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<CategoryRule>, D::Error> {
    struct CategoriesVisitor;

    impl<'de> Visitor<'de> for CategoriesVisitor {
        type Value = Vec<CategoryRule>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table of held categories by name")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut rules = Vec::new();
            while let Some((name, form)) = map.next_entry::<String, CategoryForm>()? {
                let mut rule = CategoryRule::new(name);
                rule.aliases = form.aliases.into_iter().map(Text::name).collect();
                rule.window = form.window.map(|Span(window)| window);
                rules.push(rule);
            }
            Ok(rules)
        }
    }

    deserializer.deserialize_map(CategoriesVisitor)
}

fn bypass<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SeveritySet, D::Error> {
    let words = Vec::<Cow<'de, str>>::deserialize(deserializer)?;
    words
        .iter()
        .map(|word| {
            let known = &Severity::ALL.map(Severity::as_str);
            Severity::parse(word).ok_or_else(|| {
                D::Error::custom(format_args!(
                    "\"{}\" is not a severity: write {}",
                    Text::name(word),
                    known.join(", ")
                ))
            })
        })
        .collect()
}
