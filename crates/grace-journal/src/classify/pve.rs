//! What the programs of Proxmox VE write to the journal of their tasks.
//!
//! The lines are those of `PVE::RESTEnvironment` in pve-common, which tells of each task's beginning, and of
//! its end with its status if the task was not begun by another; of `startall` and `stopall` in pve-manager,
//! which begin tasks of their own, and tell of these only failed starts and ended stops; and of qemu-server
//! and pve-container.

use std::collections::VecDeque;

use grace_core::{Event, Guest, GuestAction, GuestKind, Note, Occurrence, Origin, Text};

use super::is_from;
use crate::record::Record;
use crate::task::{Initiator, Task, TaskStatus};
use crate::upid::Upid;

/// The services that PVE's programs run in without being root's.
const UNITS: [&str; 4] =
    ["pve-guests.service", "pve-ha-lrm.service", "pvedaemon.service", "pveproxy.service"];

/// How many tasks are remembered. The host runs some tens at once.
const REMEMBERED: usize = 512;

/// A program that runs tasks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program(Initiator);

impl Program {
    /// The program that writes under this identifier.
    pub(super) fn of(identifier: &str) -> Option<Self> {
        match Initiator::of(identifier) {
            Initiator::Unknown => None,
            initiator => Some(Self(initiator)),
        }
    }
}

/// A line about tasks.
#[derive(Debug, PartialEq)]
enum Line<'a> {
    Begun(Upid),
    Ended(Upid, TaskStatus),
    /// A start by `startall` failed.
    StartFailed {
        kind: GuestKind,
        id: &'a str,
        status: &'a str,
    },
    /// A VM's process runs.
    VmRuns(&'a str),
    /// `stopall` is done.
    AllStopped,
}

impl<'a> Line<'a> {
    fn parse(message: &'a str) -> Option<Self> {
        if message == "all VMs and CTs stopped" {
            return Some(Self::AllStopped);
        }
        if let Some(rest) = message.strip_prefix("Starting ") {
            let (kind, rest) = guest_kind(rest)?;
            let (id, status) = rest.split_once(" failed: ")?;
            return is_id(id).then_some(Self::StartFailed { kind, id, status });
        }
        if let Some((id, _)) =
            message.strip_prefix("VM ").and_then(|rest| rest.split_once(" started with PID "))
        {
            return is_id(id).then_some(Self::VmRuns(id));
        }
        let task = match message.strip_prefix('<') {
            Some(rest) => rest.split_once("> ")?.1,
            None => message,
        };
        if let Some(upid) = task.strip_prefix("starting task ") {
            return upid.parse().ok().map(Self::Begun);
        }
        if let Some(rest) = task.strip_prefix("end task ").filter(|rest| rest.starts_with("UPID:"))
        {
            let (upid, status) = Upid::find(rest)?;
            return Some(Self::Ended(upid, status_of(status)));
        }
        // `start VM 100: UPID…`, `starting CT 101: UPID…`, `requesting reboot of CT 101: UPID…`
        let (head, upid) = message.split_once(": ")?;
        let (head, id) = head.rsplit_once(' ')?;
        let is_guest = is_id(id) && (head.ends_with(" VM") || head.ends_with(" CT"));
        is_guest.then(|| upid.parse().ok().map(Self::Begun))?
    }
}

fn guest_kind(text: &str) -> Option<(GuestKind, &str)> {
    let vm = text.strip_prefix("VM ").map(|rest| (GuestKind::Vm, rest));
    vm.or_else(|| text.strip_prefix("CT ").map(|rest| (GuestKind::Ct, rest)))
}

pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A task's status in the journal, which is that of the task files or, where these could not be read, of the
/// process.
fn status_of(words: &str) -> TaskStatus {
    match words.trim() {
        "successful" => TaskStatus::Ok,
        words => TaskStatus::parse(words),
    }
}

/// The tasks that the journal has told of.
#[derive(Debug, Clone, Default)]
pub(super) struct Tasks {
    /// The last of them, oldest first.
    known: VecDeque<Known>,
    /// The task that starts the host's guests, while it runs.
    sweep: Option<Upid>,
}

#[derive(Debug, Clone)]
struct Known {
    upid: Upid,
    initiator: Initiator,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Runs,
    /// It runs, and its guest was told to have started.
    GuestTold,
    Ended,
}

impl Tasks {
    /// What a program of PVE's tells.
    pub(super) fn read(&mut self, program: Program, record: &Record) -> Option<Occurrence> {
        let line = Line::parse(&record.message)?;
        if !is_from(record, &UNITS) {
            return None;
        }
        match line {
            Line::Begun(upid) => self.begun(upid, program.0),
            Line::Ended(upid, status) => self.ended(upid, program.0, &status),
            Line::StartFailed { kind, id, status } => self.start_failed(kind, id, status),
            Line::VmRuns(id) => self.guest_runs(GuestKind::Vm, id),
            Line::AllStopped => self.all_stopped(),
        }
    }

    /// A guest runs. If it is one of a sweep, nothing more will tell of its task in the journal, unless it fails
    /// after all; of other tasks the end will be told.
    pub(super) fn guest_runs(&mut self, kind: GuestKind, id: &str) -> Option<Occurrence> {
        let is_sweep = self.sweep.is_some();
        let known = self.starting(kind, id)?;
        let end_is_told = known.initiator != Initiator::Autostart && !is_sweep;
        if known.state != State::Runs || end_is_told {
            return None;
        }
        known.state = State::GuestTold;
        known.task().ended(&TaskStatus::Ok, "")
    }

    /// Whether a task that starts this guest runs, so that it will tell what becomes of the guest.
    pub(super) fn is_starting(&mut self, kind: GuestKind, id: &str) -> bool {
        self.starting(kind, id).is_some_and(|known| known.state != State::Ended)
    }

    fn begun(&mut self, upid: Upid, initiator: Initiator) -> Option<Occurrence> {
        if self.find(&upid).is_some() {
            return None;
        }
        if upid.kind == "startall" {
            self.sweep = Some(upid.clone());
        }
        self.remember(upid, initiator, State::Runs).task().begun()
    }

    fn ended(
        &mut self,
        upid: Upid,
        initiator: Initiator,
        status: &TaskStatus,
    ) -> Option<Occurrence> {
        if self.sweep.as_ref() == Some(&upid) {
            self.sweep = None;
        }
        let known = match self.find(&upid) {
            Some(at) => self.known.get_mut(at)?,
            None => self.remember(upid, initiator, State::Runs),
        };
        let is_told = match known.state {
            State::Runs => false,
            State::GuestTold => matches!(status, TaskStatus::Ok | TaskStatus::Unknown),
            State::Ended => true,
        };
        known.state = State::Ended;
        if is_told { None } else { known.task().ended(status, "") }
    }

    /// `startall` says that a start failed. The task of that start has not been told to have ended, unless by
    /// a program that this one does not know of.
    fn start_failed(&mut self, kind: GuestKind, id: &str, status: &str) -> Option<Occurrence> {
        let sweep = self.sweep.clone()?;
        let reason = Text::new(status);
        if let Some(known) = self.starting(kind, id).filter(|it| it.upid.started >= sweep.started) {
            let is_told = known.state == State::Ended;
            known.state = State::Ended;
            return if is_told { None } else { known.task().ended(&TaskStatus::Error(reason), "") };
        }
        let guest = Guest::new(id, id, kind).with_autostart(true);
        let event = Event::GuestFailed { guest, action: GuestAction::Start, reason, at: None };
        let identity = format!("sweep {sweep} start {id}");
        Some(Occurrence::new(Origin::Journal, event).identified(identity))
    }

    fn all_stopped(&mut self) -> Option<Occurrence> {
        let Some(known) = self.known.iter_mut().rev().find(|known| known.upid.kind == "stopall")
        else {
            return Some(Occurrence::new(Origin::Journal, Note::GuestsStopped));
        };
        if known.state == State::Ended {
            return None;
        }
        known.state = State::Ended;
        known.task().ended(&TaskStatus::Ok, "")
    }

    /// The last task that started this guest.
    fn starting(&mut self, kind: GuestKind, id: &str) -> Option<&mut Known> {
        self.known.iter_mut().rev().find(|known| known.task().starts(kind, id))
    }

    fn find(&self, upid: &Upid) -> Option<usize> {
        self.known.iter().rposition(|known| known.upid == *upid)
    }

    fn remember(&mut self, upid: Upid, initiator: Initiator, state: State) -> &mut Known {
        if self.known.len() >= REMEMBERED {
            self.known.pop_front();
        }
        let at = self.known.len();
        self.known.push_back(Known { upid, initiator, state });
        &mut self.known[at]
    }
}

impl Known {
    const fn task(&self) -> Task<'_> {
        Task { upid: &self.upid, origin: Origin::Journal, initiator: self.initiator }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = "UPID:pve:00000540:00000502:69D41F34:qmstart:1001:root@pam:";

    #[test]
    fn a_line_of_pve_is_read() {
        fn check(message: &str, line: Option<Line<'_>>) {
            assert_eq!(Line::parse(message), line, "{message}");
        }
        let upid: Upid = TASK.parse().expect("an id");
        let begun = || Some(Line::Begun(upid.clone()));
        let ended = |status| Some(Line::Ended(upid.clone(), status));
        check(&format!("<root@pam> starting task {TASK}"), begun());
        check(&format!("<root@pam> end task {TASK} OK"), ended(TaskStatus::Ok));
        check(&format!("<root@pam> end task {TASK} successful"), ended(TaskStatus::Ok));
        check(&format!("<root@pam> end task {TASK} WARNINGS: 2"), ended(TaskStatus::Warnings(2)));
        let error = TaskStatus::Error(Text::new("interrupted (15)"));
        check(&format!("<root@pam> end task {TASK} interrupted (15)"), ended(error));
        check(&format!("end task {TASK}"), ended(TaskStatus::Unknown));
        check(&format!("start VM 1001: {TASK}"), begun());
        check(&format!("requesting reboot of CT 1001: {TASK}"), begun());
        check("VM 100 started with PID 4242.", Some(Line::VmRuns("100")));
        check("all VMs and CTs stopped", Some(Line::AllStopped));
        check(
            "Starting CT 104 failed: startup for container '104' failed",
            Some(Line::StartFailed {
                kind: GuestKind::Ct,
                id: "104",
                status: "startup for container '104' failed",
            }),
        );
    }

    #[test]
    fn a_line_that_only_looks_like_one_is_none() {
        fn check(message: &str) {
            assert_eq!(Line::parse(message), None, "{message}");
        }
        check("");
        check("Starting VM 1001");
        check("Starting VM x failed: no");
        check("Starting Proxmox failed: no");
        check("VM  started with PID 1.");
        check("start failed: ... got timeout");
        check(&format!("<root@pam> starting task {TASK} now"));
        check(&format!("<root@pam> end task of {TASK} OK"));
        check(&format!("someone said: <root@pam> end task {TASK} OK"));
        check(&format!("look at VM 1001's log: {TASK}"));
        check(&format!("start VM: {TASK}"));
        check("<root@pam> end task UPID:pve:1 OK");
        check("<root@pam");
    }
}
