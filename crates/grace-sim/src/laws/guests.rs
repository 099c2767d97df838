//! Law 5: failures are never held, and the report tells the last outcome of each guest.

use std::collections::BTreeMap;

use grace_core::{
    Decision, Event, FailedGuest, GuestAction, GuestId, Message, Outcome, Sequence, StartupReport,
    Uptime,
};

use super::matter::{self, State};
use super::reports::Past;
use super::{Law, Violation};

/// The witness's own ledger.
#[derive(Debug, Clone, Default)]
pub(super) struct Guests {
    last: BTreeMap<GuestId, Last>,
    /// A failure or warning that is being handled.
    trouble: Option<Trouble>,
}

/// The last outcome of a guest.
#[derive(Debug, Clone, Copy)]
struct Last {
    state: State,
    at: Uptime,
    warned: bool,
}

#[derive(Debug, Clone)]
struct Trouble {
    what: String,
    entry: Option<Sequence>,
    told: bool,
}

impl Guests {
    pub(super) fn started(&mut self, past: Past) {
        if past != Past::Known {
            self.last.clear();
        }
    }

    pub(super) fn event(
        &mut self,
        now: Uptime,
        event: &Event,
        decision: Decision,
    ) -> Vec<Violation> {
        self.note(now, event);
        if !matches!(event, Event::GuestFailed { .. } | Event::GuestWarned { .. }) {
            return Vec::new();
        }
        let guest = event.guest().map(|guest| guest.id.to_string()).unwrap_or_default();
        let what = format!("{} of {guest}", event.name());
        let held = (decision != Decision::Deliver)
            .then(|| broken(now, format!("{what} was not delivered: {decision:?}")));
        self.trouble = Some(Trouble { what, entry: None, told: false });
        held.into_iter().collect()
    }

    /// The guest's last outcome, unless the event is older than what is known.
    ///
    /// As the report is about guests that the host started, a stop matters for those alone that were seen before.
    fn note(&mut self, now: Uptime, event: &Event) {
        let (Event::GuestStarted { at, guest }
        | Event::GuestWarned { at, guest, .. }
        | Event::GuestFailed { at, guest, .. }
        | Event::GuestStopped { at, guest }) = event
        else {
            return;
        };
        let Some(state) = matter::state(event) else { return };
        let at = at.unwrap_or(now).min(now);
        let warned = matches!(event, Event::GuestWarned { action: GuestAction::Start, .. });
        match self.last.get_mut(&guest.id) {
            Some(last) if at < last.at => {}
            Some(last) => {
                // A second sight of the same start does not take its warnings away.
                let same_start = state == State::Runs && last.state == State::Runs;
                *last = Last { state, at, warned: warned || same_start && last.warned };
            }
            None if state == State::Stopped && matches!(event, Event::GuestStopped { .. }) => {}
            None => {
                self.last.insert(guest.id.clone(), Last { state, at, warned });
            }
        }
    }

    pub(super) fn accepted(&mut self, entry: Sequence) {
        if let Some(trouble) = &mut self.trouble {
            trouble.entry = Some(entry);
        }
    }

    pub(super) fn settled(&mut self, entry: Sequence, outcome: &Outcome) {
        if let Some(trouble) = self.trouble.as_mut().filter(|trouble| trouble.entry == Some(entry))
        {
            // Where the outbox is full, that is in the digest of what did not fit.
            trouble.told = matches!(outcome, Outcome::Delivered(_) | Outcome::Digest(_));
        }
    }

    pub(super) fn handled(&mut self, now: Uptime) -> Vec<Violation> {
        let untold = self.trouble.take().filter(|trouble| !trouble.told);
        let words =
            |trouble: Trouble| broken(now, format!("{} was not told at once", trouble.what));
        untold.map(words).into_iter().collect()
    }

    /// A message is sent for the first time.
    pub(super) fn posted(&mut self, now: Uptime, message: &Message) -> Vec<Violation> {
        let Message::StartupReport(report) = message else {
            return Vec::new();
        };
        let last = std::mem::take(&mut self.last);
        if report.guests.beyond > 0 {
            return Vec::new();
        }
        judge(now, &last, report)
    }
}

fn judge(now: Uptime, last: &BTreeMap<GuestId, Last>, report: &StartupReport) -> Vec<Violation> {
    let mut found = Vec::new();
    let ids = |guests: &[FailedGuest]| -> Vec<GuestId> {
        guests.iter().filter_map(|guest| guest.id.clone()).collect()
    };
    let (failed, warned) = (ids(&report.guests.failed), ids(&report.guests.warned));
    for (id, last) in last {
        if (last.state == State::Failed) != failed.contains(id) {
            let words = format!("guest {id}'s last outcome is {last:?}; failed are {failed:?}");
            found.push(broken(now, words));
        }
        let warns = last.state == State::Runs && last.warned;
        if warns != warned.contains(id) {
            let words = format!("guest {id}'s last outcome is {last:?}; warned are {warned:?}");
            found.push(broken(now, words));
        }
    }
    found
}

fn broken(now: Uptime, words: String) -> Violation {
    Violation::new(Law::Failures, now, words)
}
