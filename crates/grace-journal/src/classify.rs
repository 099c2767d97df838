//! What an entry of the journal means. Pure: record in, occurrence out.

mod guests;
mod oom;
mod pve;
mod rules;
mod systemd;
mod units;

use grace_core::Occurrence;

use self::oom::Oom;
use self::pve::{Program, Tasks};
pub use self::rules::{BadPattern, GuestUnit, Rules};
use self::systemd::Message;
use self::units::Units;
use crate::record::Record;
use crate::task::Initiator;

/// Reads what happens on the host out of the journal's entries, one after another.
///
/// Give it every entry of one boot, in the journal's order: some mean something only after others. What it
/// keeps to tell is bounded, and most entries cost it no more than a look at who wrote them.
///
/// # Who is believed
/// Any user can write any text under any name to the journal. The fields whose names begin with `_` are the
/// journal's own, so an entry counts only if they say that it was written
/// - by the kernel, for processes killed for want of memory;
/// - by root, or from within one of Proxmox VE's own services, for what its programs tell;
/// - by root or the service manager itself, for units, the clock and sleep;
/// - from within logind's service, for shutdowns, and machined's, for machines.
///
/// # What is one thing
/// Each beginning and end of a task is told once, and under the identity under which the task files tell it
/// ([`TaskEvents`](crate::TaskEvents)). A start that fails while the host starts its guests, and leaves no task
/// behind, is `sweep <UPID> start <id>`. Shutdowns have no identity: the machine takes one that is announced
/// again as the same.
///
/// # Guests that the host starts
/// The task that starts all guests begins others, and no line tells of their ends. So a guest of such a sweep
/// has started when its VM or its container's service runs, though its task may yet end with warnings, which
/// the task files tell, or fail after all, which the sweep says and which is then told.
#[derive(Debug, Clone)]
pub struct Classifier {
    rules: Rules,
    tasks: Tasks,
    units: Units,
    oom: Oom,
}

impl Classifier {
    /// One that has seen nothing yet.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self { rules, tasks: Tasks::default(), units: Units::default(), oom: Oom::default() }
    }

    /// What an entry must match to tell of anything, as journalctl(1) takes it: terms of one field are
    /// alternatives, and so is what stands on either side of a `+`.
    pub(crate) fn matches() -> impl Iterator<Item = String> {
        let kernel = ["_TRANSPORT=kernel".to_owned(), "+".to_owned()];
        let messages = Message::ids().map(|id| format!("MESSAGE_ID={id}"));
        let programs = Initiator::identifiers().map(|name| format!("SYSLOG_IDENTIFIER={name}"));
        kernel.into_iter().chain(messages).chain(["+".to_owned()]).chain(programs)
    }

    /// What the entry tells of, if it tells of anything.
    pub fn classify(&mut self, record: &Record) -> Option<Occurrence> {
        let mut seen = self.meaning(record)?;
        seen.at = seen.at.or(record.monotonic);
        seen.text = record.message.clone();
        Some(seen)
    }

    fn meaning(&mut self, record: &Record) -> Option<Occurrence> {
        if record.is_kernel {
            return self.oom.read(&record.message, &mut self.units);
        }
        if let Some(message) = Message::of(&record.message_id) {
            return message.read(record, &self.rules, &mut self.units, &mut self.tasks);
        }
        let program = Program::of(&record.identifier)?;
        self.tasks.read(program, record)
    }
}

/// Whether an entry was written by root or from within one of these units.
fn is_from(record: &Record, units: &[&str]) -> bool {
    record.uid == Some(0) || units.contains(&record.unit.as_str())
}

#[cfg(test)]
mod tests;
