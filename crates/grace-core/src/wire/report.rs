//! The report as JSON: the original's fields under its names, then what was added.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use crate::{
    BootId, BootReport, FailedGuest, Gap, Guest, GuestId, GuestKind, HealthIssue, HeldAlert,
    JournalEntry, JournalExcerpt, PreviousBoot, Problem, ShutdownKind, StartupReport, Uptime,
};

/// The startup report as a JSON document.
///
/// The first fields, `vms_started` to `timestamp`, are those of `collect_startup_report()`, under the same
/// names and in the same order; `timestamp` is `null` where the wall clock is not known. The rest says what
/// the original did not. Instants end in `_seconds` and are seconds since boot.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct ReportDocument<'a> {
    vms_started: Vec<StartedDocument<'a>>,
    cts_started: Vec<StartedDocument<'a>>,
    vms_failed: Vec<FailedDocument<'a>>,
    cts_failed: Vec<FailedDocument<'a>>,
    services_ok: bool,
    services_failed: Vec<ProblemDocument<'a>>,
    storage_ok: bool,
    storage_unavailable: Vec<ProblemDocument<'a>>,
    health_status: &'static str,
    health_issues: Vec<IssueDocument<'a>>,
    #[serde(rename = "_journal_context")]
    journal_context: String,
    #[serde(rename = "_startup_errors")]
    startup_errors: Vec<String>,
    startup_duration_seconds: f64,
    timestamp: Option<i64>,

    boot: BootDocument<'a>,
    issues: usize,
    guests_warned: Vec<FailedDocument<'a>>,
    guests_late: Vec<GuestDocument<'a>>,
    guests_missing: Option<Vec<GuestDocument<'a>>>,
    guests_stopped: Vec<GuestDocument<'a>>,
    held_alerts: Vec<HeldDocument<'a>>,
    recovered_alerts: Vec<HeldDocument<'a>>,
    recovered_alerts_total: u64,
    events_not_listed: u64,
    journal: JournalDocument<'a>,
    previous_boot: Option<PreviousDocument<'a>>,
    gaps: Vec<GapDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct StartedDocument<'a> {
    vmid: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct GuestDocument<'a> {
    vmid: &'a str,
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    autostart: Option<bool>,
}

#[derive(Debug, Serialize)]
struct FailedDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    vmid: Option<&'a str>,
    name: &'a str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct ProblemDocument<'a> {
    name: &'a str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct IssueDocument<'a> {
    category: &'a str,
    status: &'static str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct BootDocument<'a> {
    id: Option<&'a str>,
    soft_reboots: u32,
    kind: &'static str,
    service_started_seconds: Option<f64>,
    reported_seconds: f64,
    settled_seconds: Option<f64>,
    sweep_finished_seconds: Option<f64>,
    shutting_down: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct HeldDocument<'a> {
    category: &'a str,
    key: &'a str,
    severity: &'static str,
    text: &'a str,
    state: &'static str,
    first_seen_seconds: f64,
    last_seen_seconds: f64,
    count: u64,
}

#[derive(Debug, Serialize)]
struct JournalDocument<'a> {
    total: u64,
    skipped: u64,
    entries: Vec<EntryDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct EntryDocument<'a> {
    at_seconds: Option<f64>,
    priority: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    identifier: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'a str,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct PreviousDocument<'a> {
    id: Option<&'a str>,
    shutdown: Option<&'static str>,
    boots: u32,
    started: Vec<GuestDocument<'a>>,
    held_alerts: Vec<HeldDocument<'a>>,
    events_not_listed: u64,
}

#[derive(Debug, Serialize)]
struct GapDocument<'a> {
    kind: &'static str,
    detail: &'a str,
}

impl<'a> From<&'a StartupReport> for ReportDocument<'a> {
    fn from(report: &'a StartupReport) -> Self {
        let guests = &report.guests;
        let alerts = &report.alerts;
        Self {
            vms_started: started(&guests.started, GuestKind::Vm),
            cts_started: started(&guests.started, GuestKind::Ct),
            vms_failed: failed(&guests.failed, GuestKind::Vm),
            cts_failed: failed(&guests.failed, GuestKind::Ct),
            services_ok: !report.services.degraded,
            services_failed: report.services.problems.iter().map(Into::into).collect(),
            storage_ok: !report.storage.degraded,
            storage_unavailable: report.storage.problems.iter().map(Into::into).collect(),
            health_status: report.health_status.as_str(),
            health_issues: report.health_issues.iter().map(Into::into).collect(),
            journal_context: journal_context(&report.journal),
            startup_errors: report.gaps.iter().map(ToString::to_string).collect(),
            startup_duration_seconds: report.boot.service_age.as_secs_f64(),
            timestamp: report.boot.timestamp,
            boot: (&report.boot).into(),
            issues: report.issues(),
            guests_warned: guests.warned.iter().map(Into::into).collect(),
            guests_late: guests.late.iter().map(Into::into).collect(),
            guests_missing: guests
                .missing
                .as_ref()
                .map(|missing| missing.iter().map(Into::into).collect()),
            guests_stopped: guests.stopped.iter().map(Into::into).collect(),
            held_alerts: alerts.failing.iter().map(Into::into).collect(),
            recovered_alerts: alerts.recovered.iter().map(Into::into).collect(),
            recovered_alerts_total: alerts.recovered_count,
            events_not_listed: guests.beyond.saturating_add(alerts.beyond),
            journal: (&report.journal).into(),
            previous_boot: report.previous.as_ref().map(Into::into),
            gaps: report.gaps.iter().map(Into::into).collect(),
        }
    }
}

fn started(guests: &[Guest], kind: GuestKind) -> Vec<StartedDocument<'_>> {
    let of_kind = guests.iter().filter(|guest| guest.kind == kind);
    of_kind.map(|guest| StartedDocument { vmid: guest.id.as_str(), name: &guest.name }).collect()
}

fn failed(guests: &[FailedGuest], kind: GuestKind) -> Vec<FailedDocument<'_>> {
    guests.iter().filter(|guest| guest.kind == kind).map(Into::into).collect()
}

/// The journal's entries as lines; empty if there are none.
fn journal_context(journal: &JournalExcerpt) -> String {
    let lines: Vec<String> = journal.entries.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl<'a> From<&'a Guest> for GuestDocument<'a> {
    fn from(guest: &'a Guest) -> Self {
        Self {
            vmid: guest.id.as_str(),
            name: &guest.name,
            kind: guest.kind.as_str(),
            autostart: guest.autostart,
        }
    }
}

impl<'a> From<&'a FailedGuest> for FailedDocument<'a> {
    fn from(guest: &'a FailedGuest) -> Self {
        Self {
            vmid: guest.id.as_ref().map(GuestId::as_str),
            name: &guest.name,
            reason: &guest.reason,
        }
    }
}

impl<'a> From<&'a Problem> for ProblemDocument<'a> {
    fn from(problem: &'a Problem) -> Self {
        Self { name: &problem.name, reason: &problem.reason }
    }
}

impl<'a> From<&'a HealthIssue> for IssueDocument<'a> {
    fn from(issue: &'a HealthIssue) -> Self {
        Self { category: &issue.category, status: issue.status.as_str(), reason: &issue.reason }
    }
}

impl<'a> From<&'a BootReport> for BootDocument<'a> {
    fn from(boot: &'a BootReport) -> Self {
        Self {
            id: boot.identity.id.as_ref().map(BootId::as_str),
            soft_reboots: boot.identity.soft_reboots,
            kind: boot.kind.as_str(),
            service_started_seconds: boot.service_started.map(Uptime::as_secs_f64),
            reported_seconds: boot.reported_at.as_secs_f64(),
            settled_seconds: boot.settled_at.map(Uptime::as_secs_f64),
            sweep_finished_seconds: boot.sweep_finished_at.map(Uptime::as_secs_f64),
            shutting_down: boot.shutting_down.map(ShutdownKind::as_str),
        }
    }
}

impl<'a> From<&'a HeldAlert> for HeldDocument<'a> {
    fn from(held: &'a HeldAlert) -> Self {
        Self {
            category: &held.alert.category,
            key: &held.alert.key,
            severity: held.alert.severity.as_str(),
            text: &held.alert.text,
            state: held.state.as_str(),
            first_seen_seconds: held.first_seen.as_secs_f64(),
            last_seen_seconds: held.last_seen.as_secs_f64(),
            count: held.count,
        }
    }
}

impl<'a> From<&'a JournalExcerpt> for JournalDocument<'a> {
    fn from(journal: &'a JournalExcerpt) -> Self {
        Self {
            total: journal.total,
            skipped: journal.skipped(),
            entries: journal.entries.iter().map(Into::into).collect(),
        }
    }
}

impl<'a> From<&'a JournalEntry> for EntryDocument<'a> {
    fn from(entry: &'a JournalEntry) -> Self {
        Self {
            at_seconds: entry.at.map(Uptime::as_secs_f64),
            priority: entry.priority.as_str(),
            identifier: &entry.identifier,
            unit: &entry.unit,
            message: &entry.message,
        }
    }
}

impl<'a> From<&'a PreviousBoot> for PreviousDocument<'a> {
    fn from(previous: &'a PreviousBoot) -> Self {
        Self {
            id: previous.identity.id.as_ref().map(BootId::as_str),
            shutdown: previous.shutdown.map(ShutdownKind::as_str),
            boots: previous.boots,
            started: previous.started.iter().map(Into::into).collect(),
            held_alerts: previous.alerts.iter().map(Into::into).collect(),
            events_not_listed: previous.beyond,
        }
    }
}

impl<'a> From<&'a Gap> for GapDocument<'a> {
    fn from(gap: &'a Gap) -> Self {
        Self { kind: gap.kind.as_str(), detail: &gap.detail }
    }
}
