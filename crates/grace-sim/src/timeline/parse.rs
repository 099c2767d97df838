//! A timeline from its text.

use std::collections::HashSet;
use std::ops::Range;
use std::time::Duration;

use grace_core::wire::PolicyDocument;
use grace_core::{Guest, GuestKind, Policy, PolicyError, Text, Uptime};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::action::{self, Moment};
use super::error::{Source, TimelineError, TimelineErrorKind};
use super::fields::{Field, Fields};
use super::{Action, Boot, Start, Step, Timeline, span};

type Result<T> = std::result::Result<T, TimelineError>;

impl Timeline {
    /// The timeline in `text`, which came from `file`.
    ///
    /// # Errors
    /// The first fault of the text: its place, and what to do about it.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let source = Source { file, text };
        let document = parse_toml(source)?;
        let known = &["title", "start", "policy", "notifiers", "guest", "event"];
        let root = Fields::new(source, "the timeline", document.get_ref(), 0..0, known)?;
        let title = root.required("title", r#"title = "what the timeline shows""#)?;
        let start = root.required("start", r#"[start] with uptime = "25s""#)?;
        let start = parse_start(&start)?;
        let notifiers = root.optional("notifiers");
        let notifiers =
            notifiers.map_or_else(|| Ok(Vec::new()), |field| parse_notifiers(&field))?;
        Ok(Self {
            title: Text::new(title.name()?),
            start,
            policy: root
                .optional("policy")
                .map_or_else(|| Ok(Policy::default()), |field| parse_policy(&field))?,
            guests: parse_guests(&root.tables("guest")?)?,
            events: parse_steps(start, &notifiers, &root.tables("event")?)?,
            notifiers,
        })
    }
}

/// The policy in `text`, a file of its own in the form of a timeline's `[policy]`, which came from `file`.
///
/// # Errors
/// The first fault of the text: its place, and what to do about it.
pub fn parse_policy_file(file: &str, text: &str) -> Result<Policy> {
    let source = Source { file, text };
    let document = parse_toml(source)?;
    let span = document.span();
    let value = Spanned::new(span, DeValue::Table(document.into_inner()));
    parse_policy(&Field::root(source, "policy", &value))
}

fn parse_toml(source: Source<'_>) -> Result<Spanned<DeTable<'_>>> {
    DeTable::parse(source.text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        let message = error.message().trim().replace('\n', ", ");
        source.error(&span, TimelineErrorKind::Syntax { message })
    })
}

fn parse_start(field: &Field<'_>) -> Result<Start> {
    let fields = field.fields("[start]", &["uptime", "unix_time"])?;
    let uptime = fields.required("uptime", r#"uptime = "25s", or "unknown""#)?;
    let unix_time = fields.optional("unix_time").map(|field| {
        let seconds = field.integer();
        seconds.ok_or_else(|| field.wrong_type("a whole number of seconds since 1970"))
    });
    Ok(Start { uptime: uptime.uptime()?, unix_time: unix_time.transpose()? })
}

fn parse_policy(field: &Field<'_>) -> Result<Policy> {
    field.table()?;
    let document = PolicyDocument::deserialize(ValueDeserializer::from(field.value().clone()));
    let document = document.map_err(|error| {
        let kind = TimelineErrorKind::policy(error.message());
        match error.span() {
            Some(span) => field.error_at(&span, kind),
            None => field.error(kind),
        }
    })?;
    Policy::try_from(document).map_err(|error| {
        let message = error.to_string();
        let span = policy_span(field, &error);
        field.error_at(&span, TimelineErrorKind::Policy { message })
    })
}

/// Where the value stands that a policy cannot have, or as near to it as can be told.
fn policy_span(policy: &Field<'_>, error: &PolicyError) -> Range<usize> {
    let path = match error {
        PolicyError::Span { name, .. } | PolicyError::Count { name, .. } => name,
        _ => "categories",
    };
    let mut value = policy.value();
    for key in path.split('.') {
        let inner = value.get_ref().as_table().and_then(|table| table.get(key));
        match inner {
            Some(inner) => value = inner,
            None => break,
        }
    }
    value.span()
}

fn parse_notifiers(field: &Field<'_>) -> Result<Vec<Text>> {
    let wanted = "a list of names, such as [\"mail\", \"chat\"]";
    let Some(names) = field.value().get_ref().as_array() else {
        return Err(field.wrong_type(wanted));
    };
    let mut notifiers = Vec::new();
    for name in names {
        let name = Text::name(name.get_ref().as_str().ok_or_else(|| field.wrong_type(wanted))?);
        if name.is_empty() || notifiers.contains(&name) {
            return Err(field.refused("each name must stand there once, and none may be empty"));
        }
        notifiers.push(name);
    }
    Ok(notifiers)
}

fn parse_guests(tables: &[Field<'_>]) -> Result<Vec<Guest>> {
    let mut seen = HashSet::new();
    let guests = tables.iter().map(|table| {
        let fields = table.fields("[[guest]]", &["id", "name", "kind"])?;
        let guest = parse_guest(&fields)?.with_autostart(true);
        if !seen.insert(guest.id.clone()) {
            let id = fields.required("id", "")?;
            return Err(id.refused("a guest above has this id: each guest stands here once"));
        }
        Ok(guest)
    });
    guests.collect()
}

/// The guest of a `[[guest]]` or an event, without `autostart`.
pub(super) fn parse_guest(fields: &Fields<'_>) -> Result<Guest> {
    let id = fields.required("id", r#"id = "100""#)?.name()?;
    let name = match fields.optional("name") {
        Some(name) => name.name()?,
        None => id,
    };
    let kind = match fields.optional("kind") {
        Some(kind) => kind.word(&["vm", "ct"], |word| {
            let kinds = [GuestKind::Vm, GuestKind::Ct];
            kinds.into_iter().find(|kind| kind.as_str() == word)
        })?,
        None => GuestKind::Vm,
    };
    Ok(Guest::new(id, name, kind))
}

fn parse_steps(start: Start, notifiers: &[Text], tables: &[Field<'_>]) -> Result<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::with_capacity(tables.len());
    let mut clock = BootClock::at_start(start);
    for table in tables {
        let kind = action::kind_of(table)?;
        let fields = table.fields("[[event]]", kind.keys)?;
        let at_field = fields.required("at", r#"at = "12s""#)?;
        let at = at_field.span()?;
        let previous = steps.last().map_or(Duration::ZERO, |step| step.at);
        if at < previous {
            return Err(at_field.error(TimelineErrorKind::BackInTime {
                at: at_field.excerpt(),
                previous: span::write(previous),
            }));
        }
        let action = (kind.parse)(&fields, Moment { at, clock })?;
        if let Action::NotifierDown(Some(name)) | Action::NotifierUp(Some(name)) = &action
            && !notifiers.contains(name)
        {
            let field = fields.required("name", "")?;
            return Err(
                field.refused("there is no such notifier: add it to `notifiers` at the top")
            );
        }
        clock = clock.after(at, &action);
        steps.push(Step { at, action });
    }
    Ok(steps)
}

/// Where a timeline's time stands on the boot timeline of the host's present boot.
#[derive(Debug, Clone, Copy)]
pub(super) struct BootClock {
    /// Uptime minus timeline time, in nanoseconds.
    offset: i128,
}

impl BootClock {
    pub(super) fn at_start(start: Start) -> Self {
        Self::showing(start.uptime, Duration::ZERO)
    }

    /// A clock that shows `uptime` at `at`; zero if uptime is unknown.
    fn showing(uptime: Option<Uptime>, at: Duration) -> Self {
        let uptime = uptime.unwrap_or_default();
        Self { offset: i128::from(uptime.as_nanos()) - nanos(at) }
    }

    /// The clock once `action` has happened at `at`.
    pub(super) fn after(self, at: Duration, action: &Action) -> Self {
        match action {
            Action::Restart { boot: Boot::New { uptime }, .. } => Self::showing(*uptime, at),
            _ => self,
        }
    }

    /// The uptime at an instant of the timeline; `None` if the host had not booted.
    pub(super) fn uptime(self, negative: bool, since_start: Duration) -> Option<Uptime> {
        let since_start = nanos(since_start) * if negative { -1 } else { 1 };
        let uptime = u64::try_from(self.offset + since_start).ok()?;
        Some(Uptime::from_nanos(uptime))
    }

    /// The timeline's time at this uptime: whether it is before the program first started, and how far
    /// from it.
    pub(super) fn since_start(self, uptime: Uptime) -> (bool, Duration) {
        let since_start = i128::from(uptime.as_nanos()) - self.offset;
        let distance = u64::try_from(since_start.unsigned_abs()).unwrap_or(u64::MAX);
        (since_start < 0, Duration::from_nanos(distance))
    }
}

fn nanos(span: Duration) -> i128 {
    i128::try_from(span.as_nanos()).unwrap_or(i128::MAX)
}
