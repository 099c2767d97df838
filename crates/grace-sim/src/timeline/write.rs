//! A timeline as the text of its file.

use std::fmt::Write as _;
use std::time::Duration;

use grace_core::{
    Adaptive, Alert, Anchor, CategoryRule, Event, Guest, GuestAction, GuestKind, JournalEntry,
    Limits, Policy, Priority, RestartPolicy, Retry, Severity, ShutdownKind, Text, Uptime,
};
use serde_json::{Map, Value};

use super::parse::BootClock;
use super::{
    Action, Boot, ClockStep, HealthChange, JournalChange, SavedState, Start, Step, Timeline, span,
};

impl Timeline {
    /// The timeline as the text of a file, which [`Timeline::parse`] reads back.
    ///
    /// Text past the limits of [`Text`] is cut again by the reader, and what no file may
    /// say (a step before the one above it, an event later than its step) is written and then refused.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        put(&mut out, "title", quoted(&self.title));
        if !self.notifiers.is_empty() {
            put(&mut out, "notifiers", list(self.notifiers.iter().map(Text::as_str)));
        }
        out.push_str("\n[start]\n");
        put(&mut out, "uptime", uptime(self.start.uptime));
        if let Some(seconds) = self.start.unix_time {
            put(&mut out, "unix_time", seconds.to_string());
        }
        write_policy(&mut out, &self.policy);
        for guest in &self.guests {
            out.push_str("\n[[guest]]\n");
            write_guest(&mut out, guest);
        }
        write_steps(&mut out, self.start, &self.events);
        out
    }
}

fn write_steps(out: &mut String, start: Start, steps: &[Step]) {
    let mut clock = BootClock::at_start(start);
    for Step { at, action } in steps {
        out.push_str("\n[[event]]\n");
        put(out, "at", time(*at));
        put(out, "type", quoted(action.name()));
        write_action(out, action, clock);
        clock = clock.after(*at, action);
    }
}

fn write_action(out: &mut String, action: &Action, clock: BootClock) {
    match action {
        Action::Event(event) => write_event(out, event, clock),
        Action::Health(HealthChange::Document(document)) => {
            put(out, "document", table(document.members()));
        }
        Action::Health(HealthChange::Unavailable(words))
        | Action::Journal(JournalChange::Unavailable(words)) => {
            put(out, "unavailable", quoted(words));
        }
        Action::Health(HealthChange::Slow(after)) => put(out, "slow", time(*after)),
        Action::Journal(JournalChange::Entry(entry)) => write_journal(out, entry, clock),
        Action::NotifierDown(name) => write_notifier(out, "true", name.as_ref()),
        Action::NotifierUp(name) => write_notifier(out, "false", name.as_ref()),
        Action::Restart { boot, state } => {
            if let Boot::New { uptime: at_start } = boot {
                put(out, "boot", quoted("new"));
                put(out, "uptime", uptime(*at_start));
            }
            if *state == SavedState::Lost {
                put(out, "state", quoted("lost"));
            }
        }
        Action::ClockStep(ClockStep::Forward(by)) => put(out, "by", signed(false, *by)),
        Action::ClockStep(ClockStep::Back(by)) => put(out, "by", signed(true, *by)),
        Action::Suspend(length) => put(out, "for", time(*length)),
        Action::Note(text) => put(out, "text", quoted(text)),
        Action::SweepStarted
        | Action::SweepFinished
        | Action::TakeGuests
        | Action::Crash
        | Action::Stop => {}
    }
}

fn write_notifier(out: &mut String, down: &str, name: Option<&Text>) {
    put(out, "down", down);
    if let Some(name) = name {
        put(out, "name", quoted(name));
    }
}

fn write_event(out: &mut String, event: &Event, clock: BootClock) {
    if let Some(guest) = event.guest() {
        write_guest(out, guest);
        if let Some(autostart) = guest.autostart {
            put(out, "autostart", if autostart { "true" } else { "false" });
        }
    }
    match event {
        Event::GuestWarned { action, reason, .. } | Event::GuestFailed { action, reason, .. } => {
            if *action != GuestAction::Start {
                put(out, "action", quoted(action.as_str()));
            }
            put(out, "reason", quoted(reason));
        }
        Event::Alert(alert) => {
            write_about(out, alert);
            put(out, "severity", quoted(alert.severity.as_str()));
            put(out, "text", quoted(&alert.text));
        }
        Event::Resolved(alert) => {
            write_about(out, alert);
            if alert.severity != Severity::Info {
                put(out, "severity", quoted(alert.severity.as_str()));
            }
            if !alert.text.is_empty() {
                put(out, "text", quoted(&alert.text));
            }
        }
        Event::Shutdown(kind) if *kind != ShutdownKind::Unknown => {
            put(out, "kind", quoted(kind.as_str()));
        }
        _ => {}
    }
    write_happened(out, happened(event), clock);
}

fn write_happened(out: &mut String, at: Option<Uptime>, clock: BootClock) {
    let Some(at) = at else { return };
    let (negative, since_start) = clock.since_start(at);
    let sign = if negative { "-" } else { "" };
    put(out, "happened", quoted(&format!("{sign}{}", span::write(since_start))));
}

const fn happened(event: &Event) -> Option<Uptime> {
    match event {
        Event::GuestStarted { at, .. }
        | Event::GuestWarned { at, .. }
        | Event::GuestFailed { at, .. }
        | Event::GuestStopped { at, .. } => *at,
        _ => None,
    }
}

/// The guest without `autostart`, which a `[[guest]]` does not have.
fn write_guest(out: &mut String, guest: &Guest) {
    put(out, "id", quoted(guest.id.as_str()));
    if guest.name != guest.id.as_str() {
        put(out, "name", quoted(&guest.name));
    }
    if guest.kind != GuestKind::Vm {
        put(out, "kind", quoted(guest.kind.as_str()));
    }
}

fn write_about(out: &mut String, alert: &Alert) {
    put(out, "category", quoted(&alert.category));
    put(out, "key", quoted(&alert.key));
}

fn write_journal(out: &mut String, entry: &JournalEntry, clock: BootClock) {
    put(out, "text", quoted(&entry.message));
    if entry.priority != Priority::ERR {
        put(out, "priority", quoted(entry.priority.as_str()));
    }
    if !entry.identifier.is_empty() {
        put(out, "identifier", quoted(&entry.identifier));
    }
    if !entry.unit.is_empty() {
        put(out, "unit", quoted(&entry.unit));
    }
    write_happened(out, entry.at, clock);
}

/// What of the policy differs from the default.
fn write_policy(out: &mut String, policy: &Policy) {
    let default = Policy::default();
    if *policy == default {
        return;
    }
    out.push_str("\n[policy]\n");
    let spans = [
        ("guest", policy.guest, default.guest),
        ("health", policy.health, default.health),
        ("shutdown", policy.shutdown, default.shutdown),
        ("boot_uptime", policy.boot_uptime, default.boot_uptime),
        ("facts_timeout", policy.facts_timeout, default.facts_timeout),
    ];
    for (key, span, _) in spans.into_iter().filter(|(_, span, default)| span != default) {
        put(out, key, setting(span));
    }
    if policy.anchor == Anchor::Boot {
        put(out, "anchor", quoted("boot"));
    }
    if policy.restart == RestartPolicy::None {
        put(out, "restart", quoted("none"));
    }
    if let Some(adaptive) = policy.adaptive {
        put(out, "adaptive", adaptive_table(adaptive));
    }
    if policy.bypass != default.bypass {
        let bypassed = Severity::ALL.into_iter();
        let bypassed = bypassed.filter(|&severity| policy.bypass.contains(severity));
        put(out, "bypass", list(bypassed.map(Severity::as_str)));
    }
    if policy.retry != default.retry {
        put(out, "retry", retry_table(policy.retry));
    }
    if policy.limits != default.limits {
        put(out, "limits", limits_table(policy.limits));
    }
    if policy.categories != default.categories {
        out.push_str("\n[policy.categories]\n");
        for rule in &policy.categories {
            put(out, &key(&rule.name), category_table(rule));
        }
    }
}

fn adaptive_table(adaptive: Adaptive) -> String {
    format!(
        "{{ quiet = {}, cap = {}, check_every = {} }}",
        setting(adaptive.quiet),
        setting(adaptive.cap),
        setting(adaptive.check_every)
    )
}

fn retry_table(retry: Retry) -> String {
    format!(
        "{{ first = {}, max = {}, answer = {}, jitter = {}, give_up = {} }}",
        setting(retry.first),
        setting(retry.max),
        setting(retry.answer),
        retry.jitter,
        setting(retry.give_up)
    )
}

fn limits_table(limits: Limits) -> String {
    format!(
        "{{ guests = {}, alerts = {}, outbox = {}, journal_first = {}, journal_last = {} }}",
        limits.guests, limits.alerts, limits.outbox, limits.journal_first, limits.journal_last
    )
}

fn category_table(rule: &CategoryRule) -> String {
    let mut members = Vec::new();
    if !rule.aliases.is_empty() {
        let aliases = rule.aliases.iter().map(Text::as_str);
        members.push(format!("aliases = {}", list(aliases)));
    }
    if let Some(window) = rule.window {
        members.push(format!("window = {}", setting(window)));
    }
    braced(&members)
}

fn put(out: &mut String, key: &str, value: impl AsRef<str>) {
    out.push_str(key);
    out.push_str(" = ");
    out.push_str(value.as_ref());
    out.push('\n');
}

fn time(length: Duration) -> String {
    quoted(&span::write(length))
}

/// A span as a policy writes it.
fn setting(length: Duration) -> String {
    quoted(&span::write_configured(length))
}

fn signed(negative: bool, length: Duration) -> String {
    let sign = if negative { '-' } else { '+' };
    quoted(&format!("{sign}{}", span::write(length)))
}

fn uptime(uptime: Option<Uptime>) -> String {
    match uptime {
        Some(uptime) => time(uptime.since_boot()),
        None => quoted("unknown"),
    }
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.map(quoted).collect();
    format!("[{}]", words.join(", "))
}

fn table(members: &Map<String, Value>) -> String {
    let members = members.iter().map(|(name, value)| format!("{} = {}", key(name), toml(value)));
    braced(&members.collect::<Vec<_>>())
}

fn braced(members: &[String]) -> String {
    match members {
        [] => "{}".to_owned(),
        members => format!("{{ {} }}", members.join(", ")),
    }
}

fn toml(value: &Value) -> String {
    match value {
        // A timeline's documents have no null; in a list it would stand for nothing.
        Value::Null => quoted(""),
        Value::Bool(boolean) => boolean.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => table(members),
    }
}

fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(is_bare) {
        return name.to_owned();
    }
    quoted(name)
}

/// A basic string: in quotes, with its control characters escaped.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let written = write!(out, "\\u{:04X}", u32::from(c));
                debug_assert!(written.is_ok(), "a String takes all there is to write");
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
