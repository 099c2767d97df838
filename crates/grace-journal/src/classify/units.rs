//! What becomes of systemd's units: those that fail, and those that are guests.

use std::collections::BTreeSet;

use grace_core::{Alert, Event, Guest, GuestAction, GuestKind, Occurrence, Origin, Severity, Text};

use super::guests::GuestName;
use super::pve::{Tasks, is_id};
use super::rules::Rules;
use crate::record::Record;

/// How many units and guests of a kind are remembered. What comes past it is told as if seen first.
const REMEMBERED: usize = 4096;

/// What systemd tells of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Started,
    /// It was stopped, or ended by itself and well.
    Stopped,
    /// Its start did not end well. Where the unit failed, that was told before.
    StartFailed,
    /// It failed, while it started, ran or stopped.
    Failed,
}

/// What is known of the host's units.
#[derive(Debug, Clone, Default)]
pub(super) struct Units {
    /// Units that were told to have failed, and have not started since.
    failed: BTreeSet<Text>,
    /// Guests that run, on hosts where units and machines tell of them.
    running: BTreeSet<Text>,
    /// VMs of Proxmox VE that were told to have been killed for want of memory.
    starved: BTreeSet<Text>,
}

/// A unit that Proxmox VE runs a guest in.
enum PveUnit<'a> {
    /// `100.scope`, in `qemu.slice`.
    Vm(&'a str),
    /// `pve-container@101.service`
    Ct(&'a str),
}

impl Units {
    pub(super) fn read(
        &mut self,
        change: Change,
        record: &Record,
        rules: &Rules,
        tasks: &mut Tasks,
    ) -> Option<Occurrence> {
        let unit = &record.about_unit;
        // A unit of a user's own manager is named by another field.
        if unit.is_empty() || (change == Change::StartFailed && !is_failure(&record.job_result)) {
            return None;
        }
        if let Some(pve) = PveUnit::of(unit) {
            return self.pve_guest(change, &pve, record, tasks);
        }
        match rules.guest(unit) {
            Some(guest) => self.guest(change, &guest, record),
            None => self.service(change, record),
        }
    }

    /// A guest runs; told once for all that tell of it.
    pub(super) fn guest_started(&mut self, name: &GuestName) -> Option<Occurrence> {
        let is_news = note(&mut self.running, &name.name);
        is_news.then(|| seen(Event::GuestStarted { guest: name.guest(), at: None }))
    }

    /// A guest does not run any more. What did not run did not stop.
    pub(super) fn guest_stopped(&mut self, name: &GuestName) -> Option<Occurrence> {
        let is_news = self.running.remove(&name.name);
        is_news.then(|| seen(Event::GuestStopped { guest: name.guest(), at: None }))
    }

    /// Notes that a VM was killed for want of memory, so that its end is not told a second time.
    pub(super) fn vm_starved(&mut self, id: &Text) {
        note(&mut self.starved, id);
    }

    fn guest(&mut self, change: Change, name: &GuestName, record: &Record) -> Option<Occurrence> {
        let unit = &record.about_unit;
        match change {
            Change::Started => {
                self.failed.remove(unit);
                self.guest_started(name)
            }
            Change::Stopped => self.guest_stopped(name),
            Change::StartFailed | Change::Failed => {
                let ran = self.running.remove(&name.name);
                let is_news = note(&mut self.failed, unit);
                (is_news || ran).then(|| guest_failed(name.guest(), ran, record))
            }
        }
    }

    /// A guest of Proxmox VE. While a task starts it, that task tells what becomes of it.
    fn pve_guest(
        &mut self,
        change: Change,
        unit: &PveUnit<'_>,
        record: &Record,
        tasks: &mut Tasks,
    ) -> Option<Occurrence> {
        let (kind, id) = unit.guest();
        match change {
            Change::Started => {
                self.failed.remove(&record.about_unit);
                // A VM's scope is there before the VM; a container's service is the container.
                let started = match unit {
                    PveUnit::Ct(id) => tasks.guest_runs(GuestKind::Ct, id),
                    PveUnit::Vm(_) => None,
                };
                started.or_else(|| self.starved.remove(&Text::name(id)).then(|| fed_again(id)))
            }
            Change::Stopped => None,
            Change::StartFailed | Change::Failed => {
                let is_told = tasks.is_starting(kind, id) || self.starved.contains(&Text::name(id));
                if is_told || !note(&mut self.failed, &record.about_unit) {
                    return None;
                }
                Some(guest_failed(Guest::new(id, id, kind), change == Change::Failed, record))
            }
        }
    }

    fn service(&mut self, change: Change, record: &Record) -> Option<Occurrence> {
        let unit = &record.about_unit;
        let alert = |text: String| Alert::new("services", unit, Severity::Critical, text);
        match change {
            Change::Started if self.failed.is_empty() => None,
            Change::Started => {
                let resolved = || seen(Event::Resolved(alert(format!("{unit} started"))));
                self.failed.remove(unit).then(resolved)
            }
            Change::Stopped => None,
            Change::StartFailed | Change::Failed => {
                let told = || seen(Event::Alert(alert(format!("{unit} failed: {}", why(record)))));
                note(&mut self.failed, unit).then(told)
            }
        }
    }
}

impl<'a> PveUnit<'a> {
    fn of(unit: &'a str) -> Option<Self> {
        let vm = unit.strip_suffix(".scope").map(Self::Vm);
        let name = unit.strip_suffix(".service");
        let ct = name.and_then(|name| name.strip_prefix("pve-container@")).map(Self::Ct);
        vm.or(ct).filter(|unit| is_id(unit.guest().1))
    }

    const fn guest(&self) -> (GuestKind, &'a str) {
        match self {
            Self::Vm(id) => (GuestKind::Vm, id),
            Self::Ct(id) => (GuestKind::Ct, id),
        }
    }
}

/// Whether a start that ended so went wrong. One that was cancelled or not needed did not; one whose
/// dependency failed is told by the dependency.
fn is_failure(job_result: &str) -> bool {
    matches!(job_result, "" | "failed" | "timeout")
}

/// How a unit failed: in systemd's word for its result, or that its start did not succeed.
fn why(record: &Record) -> &str {
    match (record.unit_result.as_str(), record.job_result.as_str()) {
        ("", "timeout") => "its start timed out",
        ("", _) => "its start failed",
        (result, _) => result,
    }
}

fn guest_failed(guest: Guest, ran: bool, record: &Record) -> Occurrence {
    let why = why(record);
    let reason = if ran { format!("it had started, and ended: {why}") } else { why.to_owned() };
    let (action, reason) = (GuestAction::Start, Text::new(reason));
    seen(Event::GuestFailed { guest, action, reason, at: None })
}

fn fed_again(id: &str) -> Occurrence {
    let text = format!("VM {id} runs again");
    seen(Event::Resolved(Alert::new("vms", id, Severity::Critical, text)))
}

fn seen(event: Event) -> Occurrence {
    Occurrence::new(Origin::Journal, event)
}

/// Notes a name, and returns whether it is news.
fn note(names: &mut BTreeSet<Text>, name: &Text) -> bool {
    if names.len() >= REMEMBERED {
        return !names.contains(name);
    }
    names.insert(name.clone())
}
