//! What happens in a step, from its table.

use std::time::Duration;

use grace_core::{
    Alert, Event, Guest, GuestAction, JournalEntry, Priority, Severity, ShutdownKind, Text, Uptime,
};

use super::error::TimelineError;
use super::fields::{Field, Fields};
use super::health::members_of;
use super::parse::{BootClock, parse_guest};
use super::{Action, Boot, ClockStep, HealthChange, HealthDocument, JournalChange, SavedState};

type Result<T> = std::result::Result<T, TimelineError>;
type Words = &'static [&'static str];

/// When a step happens, and how its host's boot clock runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) at: Duration,
    pub(super) clock: BootClock,
}

/// A type of step.
pub(super) struct Kind {
    name: &'static str,
    /// The keys of its table.
    pub(super) keys: Words,
    /// What happens, from a table without other keys.
    pub(super) parse: fn(&Fields<'_>, Moment) -> Result<Action>,
}

static KINDS: [Kind; 20] = [
    kind("guest-started", GUEST, guest_started),
    kind("guest-warned", GUEST_TROUBLE, guest_warned),
    kind("guest-failed", GUEST_TROUBLE, guest_failed),
    kind("guest-stopped", GUEST, guest_stopped),
    kind("alert", ALERT, alert),
    kind("resolved", ALERT, resolved),
    kind("shutdown", &["at", "type", "kind"], shutdown),
    kind("shutdown-cancelled", PLAIN, |_, _| Ok(Action::Event(Event::ShutdownCancelled))),
    kind("sweep-started", PLAIN, |_, _| Ok(Action::SweepStarted)),
    kind("sweep-finished", PLAIN, |_, _| Ok(Action::SweepFinished)),
    kind("take-guests", PLAIN, |_, _| Ok(Action::TakeGuests)),
    kind("health", &["at", "type", "document", "unavailable", "slow"], health),
    kind("journal", JOURNAL, journal),
    kind("notifier", &["at", "type", "down", "name"], notifier),
    kind("crash", PLAIN, |_, _| Ok(Action::Crash)),
    kind("stop", PLAIN, |_, _| Ok(Action::Stop)),
    kind("restart", &["at", "type", "boot", "uptime", "state"], restart),
    kind("clock-step", &["at", "type", "by"], clock_step),
    kind("suspend", &["at", "type", "for"], suspend),
    kind("note", &["at", "type", "text"], note),
];

const NAMES: [&str; KINDS.len()] = {
    let mut names = [""; KINDS.len()];
    let mut index = 0;
    while index < KINDS.len() {
        names[index] = KINDS[index].name;
        index += 1;
    }
    names
};

const PLAIN: Words = &["at", "type"];
const GUEST: Words = &["at", "type", "id", "name", "kind", "autostart", "happened"];
const GUEST_TROUBLE: Words =
    &["at", "type", "id", "reason", "action", "name", "kind", "autostart", "happened"];
const ALERT: Words = &["at", "type", "category", "key", "severity", "text"];
const JOURNAL: Words =
    &["at", "type", "text", "priority", "identifier", "unit", "happened", "unavailable"];
/// Every key a step may have, for one that has no type.
const ANY: Words = &[
    "at",
    "type",
    "id",
    "name",
    "kind",
    "autostart",
    "happened",
    "action",
    "reason",
    "category",
    "key",
    "severity",
    "text",
    "document",
    "unavailable",
    "slow",
    "priority",
    "identifier",
    "unit",
    "down",
    "boot",
    "uptime",
    "state",
    "by",
    "for",
];

const fn kind(
    name: &'static str,
    keys: Words,
    parse: fn(&Fields<'_>, Moment) -> Result<Action>,
) -> Kind {
    Kind { name, keys, parse }
}

/// The type of the step in `table`.
pub(super) fn kind_of(table: &Field<'_>) -> Result<&'static Kind> {
    let Some(field) = table.optional("type")? else {
        let fields = table.fields("[[event]]", ANY)?;
        return Err(fields.missing("type", r#"type = "guest-started""#));
    };
    field.word(&NAMES, |word| KINDS.iter().find(|kind| kind.name == word))
}

fn guest_started(fields: &Fields<'_>, moment: Moment) -> Result<Action> {
    Ok(Action::Event(Event::GuestStarted { guest: guest(fields)?, at: happened(fields, moment)? }))
}

fn guest_warned(fields: &Fields<'_>, moment: Moment) -> Result<Action> {
    Ok(Action::Event(Event::GuestWarned {
        guest: guest(fields)?,
        action: guest_action(fields)?,
        reason: reason(fields)?,
        at: happened(fields, moment)?,
    }))
}

fn guest_failed(fields: &Fields<'_>, moment: Moment) -> Result<Action> {
    Ok(Action::Event(Event::GuestFailed {
        guest: guest(fields)?,
        action: guest_action(fields)?,
        reason: reason(fields)?,
        at: happened(fields, moment)?,
    }))
}

fn guest_stopped(fields: &Fields<'_>, moment: Moment) -> Result<Action> {
    Ok(Action::Event(Event::GuestStopped { guest: guest(fields)?, at: happened(fields, moment)? }))
}

fn guest(fields: &Fields<'_>) -> Result<Guest> {
    let mut guest = parse_guest(fields)?;
    if let Some(autostart) = fields.optional("autostart") {
        guest.autostart = Some(autostart.bool()?);
    }
    Ok(guest)
}

fn guest_action(fields: &Fields<'_>) -> Result<GuestAction> {
    let Some(field) = fields.optional("action") else {
        return Ok(GuestAction::Start);
    };
    field.word(&["start", "stop"], |word| {
        let actions = [GuestAction::Start, GuestAction::Stop];
        actions.into_iter().find(|action| action.as_str() == word)
    })
}

fn reason(fields: &Fields<'_>) -> Result<Text> {
    let field = fields.required("reason", r#"reason = "start failed: …""#)?;
    field.str().map(Text::new)
}

/// When the event really happened, if the table says so.
fn happened(fields: &Fields<'_>, moment: Moment) -> Result<Option<Uptime>> {
    let Some(field) = fields.optional("happened") else {
        return Ok(None);
    };
    let (negative, since_start) = field.signed_span()?;
    if !negative && since_start > moment.at {
        return Err(field.refused("it is after the step's own time: it must be at most `at`"));
    }
    let uptime = moment.clock.uptime(negative, since_start);
    let before_boot = "the host had not booted then: it must be after the boot the step is in";
    uptime.map(Some).ok_or_else(|| field.refused(before_boot))
}

fn alert(fields: &Fields<'_>, _: Moment) -> Result<Action> {
    let severity = fields.required("severity", r#"severity = "warning""#)?;
    let text = fields.required("text", r#"text = "nas-nfs is not available""#)?;
    let about = about(fields, severity_of(&severity)?, text.str()?)?;
    Ok(Action::Event(Event::Alert(about)))
}

fn resolved(fields: &Fields<'_>, _: Moment) -> Result<Action> {
    let severity = fields.optional("severity");
    let severity = severity.map_or(Ok(Severity::Info), |field| severity_of(&field))?;
    let text = fields.optional("text");
    let text = text.map_or(Ok(""), |field| field.str())?;
    Ok(Action::Event(Event::Resolved(about(fields, severity, text)?)))
}

fn about(fields: &Fields<'_>, severity: Severity, text: &str) -> Result<Alert> {
    let category = fields.required("category", r#"category = "storage""#)?;
    let key = fields.required("key", r#"key = "nas-nfs""#)?;
    Ok(Alert::new(category.name()?, key.name()?, severity, text))
}

fn severity_of(field: &Field<'_>) -> Result<Severity> {
    field.word(&["info", "warning", "critical"], Severity::parse)
}

fn shutdown(fields: &Fields<'_>, _: Moment) -> Result<Action> {
    const WORDS: Words = &["power-off", "reboot", "halt", "kexec", "soft-reboot", "unknown"];
    let kind = match fields.optional("kind") {
        Some(kind) => kind.word(WORDS, ShutdownKind::parse)?,
        None => ShutdownKind::Unknown,
    };
    Ok(Action::Event(Event::Shutdown(kind)))
}

fn health(fields: &Fields<'_>, _: Moment) -> Result<Action> {
    let example = r#"document = { overall = "OK", details = {} }"#;
    let field = fields.one_of(&["document", "unavailable", "slow"], example)?;
    let change = match field.key() {
        "unavailable" => HealthChange::Unavailable(Text::new(field.str()?)),
        "slow" => HealthChange::Slow(field.span()?),
        _ => HealthChange::Document(health_document(&field)?),
    };
    Ok(Action::Health(change))
}

fn health_document(field: &Field<'_>) -> Result<HealthDocument> {
    let members = members_of(field.table()?);
    let members = members.ok_or_else(|| field.refused("it has a number that JSON cannot hold"))?;
    HealthDocument::new(members).map_err(|error| field.refused(error.to_string()))
}

fn journal(fields: &Fields<'_>, moment: Moment) -> Result<Action> {
    let field = fields.one_of(&["text", "unavailable"], r#"text = "what the line says""#)?;
    let priority = fields.optional("priority");
    let (identifier, unit) = (fields.optional("identifier"), fields.optional("unit"));
    if field.key() == "unavailable" {
        return match priority.or(identifier).or(unit).or(fields.optional("happened")) {
            Some(extra) => Err(extra.refused("it belongs to a line: leave it out, or give `text`")),
            None => Ok(Action::Journal(JournalChange::Unavailable(Text::new(field.str()?)))),
        };
    }
    let mut entry = JournalEntry::new(field.str()?);
    if let Some(priority) = priority {
        entry.priority = priority_of(&priority)?;
    }
    if let Some(identifier) = identifier {
        entry.identifier = Text::name(identifier.str()?);
    }
    if let Some(unit) = unit {
        entry.unit = Text::name(unit.str()?);
    }
    entry.at = happened(fields, moment)?;
    Ok(Action::Journal(JournalChange::Entry(entry)))
}

fn priority_of(field: &Field<'_>) -> Result<Priority> {
    const WORDS: Words = &["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
    let levels = || (0..=7).filter_map(Priority::new);
    if let Some(level) = field.integer() {
        let level = levels().find(|priority| i64::from(priority.level()) == level);
        return level.ok_or_else(|| field.refused("it must be from 0 (emerg) to 7 (debug)"));
    }
    field.word(WORDS, |word| levels().find(|priority| priority.as_str() == word))
}

fn notifier(fields: &Fields<'_>, _: Moment) -> Result<Action> {
    let down = fields.required("down", "down = true")?.bool()?;
    let name = fields.optional("name").map(|name| name.name().map(Text::name)).transpose()?;
    Ok(if down { Action::NotifierDown(name) } else { Action::NotifierUp(name) })
}

fn restart(fields: &Fields<'_>, moment: Moment) -> Result<Action> {
    let state = match fields.optional("state") {
        Some(state) => state.word(&["kept", "lost"], |word| match word {
            "kept" => Some(SavedState::Kept),
            "lost" => Some(SavedState::Lost),
            _ => None,
        })?,
        None => SavedState::Kept,
    };
    let new = match fields.optional("boot") {
        Some(boot) => boot.word(&["same", "new"], |word| match word {
            "same" => Some(false),
            "new" => Some(true),
            _ => None,
        })?,
        None => false,
    };
    let boot = if new { new_boot(fields, moment)? } else { same_boot(fields)? };
    Ok(Action::Restart { boot, state })
}

fn new_boot(fields: &Fields<'_>, moment: Moment) -> Result<Boot> {
    let field = fields.required("uptime", r#"uptime = "20s", or "unknown""#)?;
    let uptime = field.uptime()?;
    if uptime.is_some_and(|uptime| uptime.since_boot() > moment.at) {
        return Err(field.refused(
            "the host would have booted before the program first started: it must be at most `at`",
        ));
    }
    Ok(Boot::New { uptime })
}

fn same_boot(fields: &Fields<'_>) -> Result<Boot> {
    match fields.optional("uptime") {
        Some(uptime) => Err(uptime.refused(
            r#"in the same boot it follows from `at`: leave it out, or add boot = "new""#,
        )),
        None => Ok(Boot::Same),
    }
}

fn clock_step(fields: &Fields<'_>, _: Moment) -> Result<Action> {
    let (negative, by) = fields.required("by", r#"by = "-1d""#)?.signed_span()?;
    Ok(Action::ClockStep(match negative {
        true => ClockStep::Back(by),
        false => ClockStep::Forward(by),
    }))
}

fn suspend(fields: &Fields<'_>, _: Moment) -> Result<Action> {
    let span = fields.required("for", r#"for = "10m""#)?.span()?;
    Ok(Action::Suspend(span))
}

fn note(fields: &Fields<'_>, _: Moment) -> Result<Action> {
    let text = fields.required("text", r#"text = "what is to be known here""#)?;
    Ok(Action::Note(Text::new(text.name()?)))
}
