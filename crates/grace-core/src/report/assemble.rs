//! From the ledger, the held alerts and the facts to the report. No decision is made here.

use alloc::format;
use alloc::vec::Vec;

use super::{
    AlertReport, AreaReport, BootReport, FailedGuest, GuestReport, HealthIssue, PreviousBoot,
    Problem, StartupReport,
};
use crate::ledger::{GuestState, Ledger, LedgerGuest};
use crate::{
    CategoryHealth, Check, Facts, Gap, GapKind, Guest, GuestId, GuestKind, HealthSnapshot,
    JournalExcerpt, Status, Text,
};

/// What a report is made of.
pub(crate) struct Inputs<'a> {
    pub(crate) boot: BootReport,
    pub(crate) ledger: &'a Ledger,
    pub(crate) alerts: AlertReport,
    pub(crate) previous: Option<PreviousBoot>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) facts: Facts,
}

pub(crate) fn assemble(inputs: Inputs<'_>) -> StartupReport {
    let Inputs { boot, ledger, alerts, previous, mut gaps, facts } = inputs;
    let health = known(facts.health, &mut gaps);
    let journal = known(facts.journal, &mut gaps);
    let expected = known(facts.expected_guests, &mut gaps);
    for gap in facts.gaps {
        note(gap, &mut gaps);
    }
    gaps.extend(health.iter().flat_map(|health| health.gaps.iter().cloned()));
    gaps.extend(journal.iter().flat_map(|journal| journal.gaps.iter().cloned()));

    let guests = guest_report(ledger, health.as_ref(), expected.as_deref());
    gaps.extend(limit_gap(guests.beyond, "guest event(s)"));
    gaps.extend(limit_gap(alerts.beyond, "alert event(s)"));

    let category = |name| health.as_ref().and_then(|health| health.category(name));
    StartupReport {
        guests,
        services: area_report(category("services")),
        storage: area_report(category("storage")),
        health_status: health.as_ref().map_or(Status::Unknown, |health| health.overall),
        health_issues: health.as_ref().map(health_issues).unwrap_or_default(),
        alerts,
        journal: journal
            .map(|journal| JournalExcerpt { gaps: Vec::new(), ..journal })
            .unwrap_or_default(),
        previous,
        boot,
        gaps,
    }
}

/// What is known; what is not becomes a gap, named once where one reason is behind several.
fn known<T>(fact: Result<T, Gap>, gaps: &mut Vec<Gap>) -> Option<T> {
    if let Err(gap) = &fact {
        note(gap.clone(), gaps);
    }
    fact.ok()
}

fn note(gap: Gap, gaps: &mut Vec<Gap>) {
    if !gaps.contains(&gap) {
        gaps.push(gap);
    }
}

fn limit_gap(beyond: u64, what: &str) -> Option<Gap> {
    let why = || Gap::new(GapKind::LimitReached, format!("{beyond} {what} counted and not listed"));
    (beyond > 0).then(why)
}

fn guest_report(
    ledger: &Ledger,
    health: Option<&HealthSnapshot>,
    expected: Option<&[Guest]>,
) -> GuestReport {
    let mut report = GuestReport { beyond: ledger.unlisted(), ..GuestReport::default() };
    for known in ledger.guests() {
        add_guest(&mut report, known, expected);
    }
    report.failed.extend(health.into_iter().flat_map(|health| failed_by_text(health, ledger)));
    // A guest that was seen and is not listed must not be called missing.
    report.missing = expected.filter(|_| report.beyond == 0).map(|expected| {
        let failed = |id: &GuestId| {
            report.failed.iter().any(|one| guest_id_in(&one.name).as_ref() == Some(id))
        };
        let missing = |guest: &&Guest| {
            ledger.find(&guest.id).is_none() && !failed(&guest.id) && !runs(health, &guest.id)
        };
        expected.iter().filter(missing).cloned().collect()
    });
    report
}

/// Whether a health check finds the guest well: its start was not seen, and it runs.
fn runs(health: Option<&HealthSnapshot>, id: &GuestId) -> bool {
    let checks = health.and_then(|health| health.category("vms")).map(|vms| &vms.checks);
    checks
        .into_iter()
        .flatten()
        .any(|check| check.status == Status::Ok && guest_id_in(&check.name).as_ref() == Some(id))
}

fn add_guest(report: &mut GuestReport, known: &LedgerGuest, expected: Option<&[Guest]>) {
    let guest = &known.guest;
    match &known.state {
        GuestState::Running => {
            let is_expected =
                || expected.is_some_and(|all| all.iter().any(|one| one.id == guest.id));
            if known.is_late(is_expected) {
                report.late.push(guest.clone());
            }
            if let Some(reason) = &known.warning {
                report.warned.push(FailedGuest::new(guest, reason));
            }
            report.started.push(guest.clone());
        }
        GuestState::Failed(_, reason) => report.failed.push(FailedGuest::new(guest, reason)),
        GuestState::Stopped => report.stopped.push(guest.clone()),
    }
}

/// Guests that failed to start by the words of a health check alone, as in the original.
///
/// The words are a fallback: a guest whose own task told of its failure is not named twice.
fn failed_by_text<'a>(
    health: &'a HealthSnapshot,
    ledger: &'a Ledger,
) -> impl Iterator<Item = FailedGuest> + 'a {
    let checks = health.category("vms").into_iter().flat_map(|vms| &vms.checks);
    checks.filter(|check| check.status.is_failed() && tells_of_failed_start(check)).filter_map(
        |check| {
            let id = guest_id_in(&check.name);
            let known = id.as_ref().and_then(|id| ledger.find(id));
            let told = known.is_some_and(|known| matches!(known.state, GuestState::Failed(..)));
            (!told).then(|| FailedGuest {
                id: None,
                name: check.name.clone(),
                kind: kind_named_by(&check.name),
                reason: check.reason.clone(),
            })
        },
    )
}

fn tells_of_failed_start(check: &Check) -> bool {
    let reason = check.reason.to_lowercase();
    reason.contains("failed to start") || reason.contains("error al iniciar")
}

/// The id at the end of a check's name, as in `CT 101`.
fn guest_id_in(name: &str) -> Option<GuestId> {
    let word = name.split_whitespace().nth(1)?;
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| GuestId::new(word))
}

/// What a check's name says its guest is: `CT` or `Container` as the whole first word is a container.
fn kind_named_by(name: &str) -> GuestKind {
    let first = name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if first == "CT" || first == "Container" { GuestKind::Ct } else { GuestKind::Vm }
}

fn area_report(category: Option<&CategoryHealth>) -> AreaReport {
    let Some(category) = category.filter(|category| category.status.is_degraded()) else {
        return AreaReport::default();
    };
    let failed = category.checks.iter().filter(|check| check.status.is_failed());
    let problem =
        |check: &Check| Problem { name: check.name.clone(), reason: check.reason.clone() };
    AreaReport { degraded: true, problems: failed.map(problem).collect() }
}

fn health_issues(health: &HealthSnapshot) -> Vec<HealthIssue> {
    let degraded = health.categories.iter().filter(|category| category.status.is_degraded());
    degraded.map(HealthIssue::from).collect()
}

impl FailedGuest {
    fn new(guest: &Guest, reason: &Text) -> Self {
        Self {
            id: Some(guest.id.clone()),
            name: guest.name.clone(),
            kind: guest.kind,
            reason: reason.clone(),
        }
    }
}
