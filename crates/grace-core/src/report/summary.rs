//! The report as text: the original's lines first, then what was added.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;
use core::time::Duration;

use super::{AreaReport, FailedGuest, PreviousBoot, StartupReport};
use crate::{BootKind, Guest, GuestKind, HeldAlert, HeldState, Status};

/// How many alerts and guests are named in a line of the summary.
const NAMED: usize = 3;
/// How many held alerts have a line of their own.
const ALERT_LINES: usize = 10;

impl StartupReport {
    /// The report as people read it, one finding a line.
    ///
    /// The first lines are the original's: header, guests started, guests failed, storage, services. What
    /// it did not tell comes after them.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut lines = self.original_lines();
        lines.extend(self.added_lines());
        lines.join("\n")
    }

    /// How many findings need someone's attention.
    ///
    /// Guests failed or missing, failed checks of storage and services, each further degraded category, and
    /// each held alert that no degraded category accounts for.
    #[must_use]
    pub fn issues(&self) -> usize {
        let findings = [
            self.guests.failed.len(),
            self.guests.missing.as_ref().map_or(0, Vec::len),
            self.storage.problems.len(),
            self.services.problems.len(),
            self.unlisted_categories().count(),
            self.unlisted_alerts(),
        ];
        let found = findings.into_iter().sum();
        if found == 0 && self.health_status.is_degraded() { 1 } else { found }
    }

    fn original_lines(&self) -> Vec<String> {
        let mut lines = self.header();
        lines.extend(started_line(&self.guests.started));
        for kind in [GuestKind::Vm, GuestKind::Ct] {
            let failed = self.guests.failed.iter().filter(|guest| guest.kind == kind);
            lines.extend(
                failed.map(|guest| format!("{} failed: {}", kind.label(), failed_guest(guest))),
            );
        }
        lines.extend(area_line("Storage", &self.storage, "unavailable"));
        lines.extend(area_line("Services", &self.services, "failed"));
        lines
    }

    fn header(&self) -> Vec<String> {
        match self.issues() {
            0 if self.gaps.is_empty() => {
                ["System startup completed", "All systems operational."].map(String::from).into()
            }
            0 => ["System startup completed", "Not everything could be checked."]
                .map(String::from)
                .into(),
            issues => [format!("System startup - {issues} issue(s) detected")].into(),
        }
    }

    fn added_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.health_lines());
        lines.extend(self.guest_lines());
        lines.extend(self.alert_lines());
        lines.extend(self.journal_line());
        lines.extend(self.previous.iter().flat_map(previous_lines));
        lines.extend(self.boot_lines());
        lines.extend(self.gaps.iter().map(|gap| format!("Not known: {gap}")));
        lines
    }

    fn health_lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .unlisted_categories()
            .map(|issue| {
                let line = format!("{}: {}", capitalized(&issue.category), issue.status.as_str());
                with_reason(line, &issue.reason)
            })
            .collect();
        let unexplained = self.issues() == 1 && self.health_issues.is_empty();
        match self.health_status {
            Status::Unknown if self.gaps.is_empty() => {
                lines.push("Health: UNKNOWN by its source's own word".to_string());
            }
            status if status.is_degraded() && unexplained && self.names_nothing() => {
                lines.push(format!("Health: {}, without a reason", status.as_str()));
            }
            _ => {}
        }
        lines
    }

    /// Whether no finding has a line of its own.
    fn names_nothing(&self) -> bool {
        self.guests.failed.is_empty()
            && self.guests.missing.as_ref().is_none_or(Vec::is_empty)
            && self.alerts.failing.is_empty()
    }

    fn guest_lines(&self) -> Vec<String> {
        let guests = &self.guests;
        let mut lines = Vec::new();
        lines.extend(guest_line("Missing", guests.missing.as_deref().unwrap_or_default()));
        let warned = guests.warned.iter();
        lines.extend(warned.map(|guest| {
            format!("{} started with warnings: {}", guest.kind.label(), failed_guest(guest))
        }));
        lines.extend(guest_line("Started late", &guests.late));
        lines.extend(guest_line("Stopped again", &guests.stopped));
        lines
    }

    fn alert_lines(&self) -> Vec<String> {
        let alerts = &self.alerts;
        let mut lines: Vec<String> =
            alerts.failing.iter().take(ALERT_LINES).map(alert_line).collect();
        let more = alerts.failing.len().saturating_sub(ALERT_LINES) as u64;
        let more = more.saturating_add(alerts.beyond);
        if more > 0 {
            lines.push(format!("Held alerts: {more} more"));
        }
        if alerts.recovered_count > 0 {
            let were = if alerts.recovered_count == 1 { "alert" } else { "alerts" };
            lines.push(format!("Recovered during startup: {} {were}", alerts.recovered_count));
        }
        lines
    }

    fn journal_line(&self) -> Option<String> {
        let first = self.journal.entries.first()?;
        let errors = plural(self.journal.total, "error", "errors");
        Some(format!("Journal: {errors} in this boot, the first: {first}"))
    }

    fn boot_lines(&self) -> Vec<String> {
        let boot = &self.boot;
        let mut lines = Vec::new();
        if let Some(kind) = boot.shutting_down {
            lines.push(format!("The host is going down again: {}", kind.as_str()));
        }
        if let Some(settled) = boot.settled_at {
            lines.push(format!("Settled {} after boot", span(settled.since_boot())));
        }
        if boot.kind == BootKind::Restart {
            let up = span(boot.reported_at.since_boot());
            lines.push(format!("Not at startup: the host has been up for {up}"));
        }
        lines
    }

    /// The degraded categories that no other line tells of.
    fn unlisted_categories(&self) -> impl Iterator<Item = &super::HealthIssue> {
        self.health_issues.iter().filter(|issue| match issue.category.to_lowercase().as_str() {
            "storage" => self.storage.problems.is_empty(),
            "services" => self.services.problems.is_empty(),
            "vms" => {
                let missing = self.guests.missing.as_ref();
                self.guests.failed.is_empty() && missing.is_none_or(Vec::is_empty)
            }
            _ => true,
        })
    }

    /// How many held alerts belong to a category that is not degraded, and so is not counted.
    fn unlisted_alerts(&self) -> usize {
        let is_counted = |alert: &HeldAlert| {
            let category = &alert.alert.category;
            self.health_issues.iter().any(|issue| issue.category.eq_ignore_ascii_case(category))
        };
        self.alerts.failing.iter().filter(|alert| !is_counted(alert)).count()
    }
}

fn started_line(started: &[Guest]) -> Option<String> {
    let of = |kind| started.iter().filter(move |guest| guest.kind == kind);
    let counts = [GuestKind::Vm, GuestKind::Ct].map(|kind| (kind, of(kind).count()));
    let parts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| {
            format!("{count} {}{}", kind.label(), if *count > 1 { "s" } else { "" })
        })
        .collect();
    if parts.is_empty() {
        return None;
    }
    // Virtual machines are named before containers, as in the original.
    let names: Vec<&Guest> = of(GuestKind::Vm).chain(of(GuestKind::Ct)).collect();
    Some(format!("{} started: {}", parts.join(" and "), five_or_three(&names)))
}

/// Up to five names in full; of more, the first three and how many there are besides.
fn five_or_three(names: &[impl Display]) -> String {
    if names.len() <= 5 {
        return comma_separated(names);
    }
    let first = names.get(..NAMED).unwrap_or_default();
    format!("{}... (+{} more)", comma_separated(first), names.len().saturating_sub(NAMED))
}

fn area_line(label: &str, area: &AreaReport, what: &str) -> Option<String> {
    if area.problems.is_empty() {
        return None;
    }
    let names: Vec<_> = area.problems.iter().take(NAMED).map(|problem| &problem.name).collect();
    Some(format!("{label}: {} {what} ({})", area.problems.len(), comma_separated(&names)))
}

fn guest_line(label: &str, guests: &[Guest]) -> Option<String> {
    let line = || format!("{label}: {}", five_or_three(guests));
    (!guests.is_empty()).then(line)
}

fn failed_guest(guest: &FailedGuest) -> String {
    let name = match &guest.id {
        Some(id) if guest.name != id.as_str() => format!("{} ({id})", guest.name),
        _ => guest.name.to_string(),
    };
    with_reason_or(name, &guest.reason, "unknown error")
}

fn alert_line(held: &HeldAlert) -> String {
    let alert = &held.alert;
    let state = match held.state {
        HeldState::Unverified => ", not checked again",
        HeldState::Failing | HeldState::Recovered => "",
    };
    let times = if held.count > 1 { format!(", {} times", held.count) } else { String::new() };
    format!(
        "Held: {}/{}: {} ({}, since {} after boot{times}{state})",
        alert.category, alert.key, alert.text, alert.severity, held.first_seen
    )
}

/// What boots before this one left, and the first of the alerts they held.
fn previous_lines(previous: &PreviousBoot) -> Vec<String> {
    let how = match previous.shutdown {
        Some(kind) => format!("with an announced {}", kind.as_str()),
        None => "without an announced shutdown".to_string(),
    };
    let who = if previous.boots > 1 {
        format!("The {} boots before this one ended before their reports, the last", previous.boots)
    } else {
        "The boot before this one ended before its report,".to_string()
    };
    let guests = plural(previous.started.len() as u64, "guest", "guests");
    let alerts = plural(previous.alerts.len() as u64, "alert", "alerts");
    let mut lines = Vec::from([format!("{who} {how}: {guests} had started, {alerts} held")]);
    lines.extend(previous.alerts.iter().take(ALERT_LINES).map(|held| {
        let alert = &held.alert;
        format!("Held then: {}/{}: {} ({})", alert.category, alert.key, alert.text, alert.severity)
    }));
    lines
}

fn with_reason(line: String, reason: &str) -> String {
    if reason.is_empty() { line } else { format!("{line} - {reason}") }
}

fn with_reason_or(line: String, reason: &str, otherwise: &str) -> String {
    with_reason(line, if reason.is_empty() { otherwise } else { reason })
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

fn comma_separated(names: &[impl Display]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// `95 s`, `5 min 25 s`, `2 h 3 min`.
fn span(span: Duration) -> String {
    let secs = span.as_secs();
    match (secs / 3_600, secs / 60 % 60, secs % 60) {
        (0, 0 | 1, _) => format!("{secs} s"),
        (0, minutes, secs) => format!("{minutes} min {secs} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
