//! Guest events: collected, held, or told at once; always noted in the ledger.

use super::{Grace, ReportState};
use crate::entry::Entry;
use crate::ledger::{Change, GuestState, Ledger};
use crate::{
    Decision, Digest, DigestCause, Event, Guest, GuestAction, Message, Notice, Outcome, Subject,
    Uptime,
};

impl Grace {
    pub(super) fn handle_guest(&mut self, now: Uptime, event: Event) -> Decision {
        let change = Change::made_by(&event, now);
        let subject = match event {
            Event::GuestStarted { .. } => Subject::GuestStarted,
            Event::GuestStopped { .. } => Subject::GuestStopped,
            _ => Subject::GuestFailed,
        };
        match (self.view.decide(change.at, subject), event) {
            (decision @ Decision::Aggregate { .. }, Event::GuestStarted { guest, .. })
                if self.notes_guests(now) =>
            {
                self.collect(guest, change, decision)
            }
            (decision @ Decision::Hold { .. }, Event::GuestStopped { guest, .. })
                if self.holds_stops() =>
            {
                self.state.ledger.note_stop(&guest.id, change.at);
                let event = Entry::single(self.next_number());
                let entry = self.state.stops.hold(guest, event, self.policy.limits.alerts);
                self.accept(event, entry, decision)
            }
            (_, event) => {
                self.tell_guest_once(now, change, event);
                Decision::Deliver
            }
        }
    }

    /// Whether the ledger is kept: a report or a digest is still to come.
    fn notes_guests(&self, now: Uptime) -> bool {
        self.state.report == ReportState::Due || self.view.guest_window().is_open(now)
    }

    fn collect(&mut self, guest: Guest, change: Change, decision: Decision) -> Decision {
        let event = Entry::single(self.next_number());
        let entry = self.state.ledger.collect(guest, change, event, self.policy.limits.guests);
        self.accept(event, entry, decision)
    }

    pub(super) fn force_collect(&mut self, now: Uptime, guest: Guest) {
        let change = Change::new(GuestState::Running, now);
        let until = self.view.guest_window().closes();
        self.collect(guest, change, Decision::Aggregate { until });
    }

    /// Tells a guest's outcome on its own, unless it was told before, and notes it for the report.
    fn tell_guest_once(&mut self, now: Uptime, mut change: Change, event: Event) {
        let Some(guest) = event.guest().cloned() else { return };
        change.after_window = !self.view.guest_window().is_open(change.at);
        if let Some(told) = self.state.ledger.told(&guest.id, &change).copied() {
            // It is news of when the guest was last seen like this: what is older changes nothing any more.
            change.told = Some(told);
            self.state.ledger.note(guest, change, self.policy.limits.guests);
            let repeat = Entry::single(self.next_number());
            self.accept(repeat, repeat, Decision::Deliver);
            self.settle(repeat, told);
            return;
        }
        let stopped = matches!(event, Event::GuestStopped { .. });
        let outcome = self.tell(now, Notice::single(event, change.at));
        if stopped {
            self.state.ledger.note_stop(&guest.id, change.at);
        } else if self.notes_guests(now) {
            change.told = Some(outcome);
            self.state.ledger.note(guest, change, self.policy.limits.guests);
        }
    }

    /// Accepts an event and tells it on its own. Returns where it ended.
    pub(super) fn tell(&mut self, now: Uptime, notice: Notice) -> Outcome {
        let event = Entry::single(self.next_number());
        self.accept(event, event, Decision::Deliver);
        let outcome = self.post(now, Message::Notice(notice));
        self.settle(event, outcome);
        outcome
    }

    /// When the collected guests are told, if no report will tell of them.
    pub(super) fn collected_guests_due(&self) -> Option<Uptime> {
        let in_digest = self.state.report != ReportState::Due && self.state.ledger.has_collected();
        in_digest.then_some(self.view.guest_window().closes())
    }

    pub(super) fn tell_collected_guests(&mut self, now: Uptime) {
        if self.collected_guests_due().is_none_or(|due| now < due) {
            return;
        }
        let mut ledger = core::mem::take(&mut self.state.ledger);
        let mut digest = Digest::new(DigestCause::GuestsStarted, now);
        digest.beyond = ledger.beyond();
        let (started, entries) = ledger.take_collected();
        digest.started = started;
        let outcome = self.post(now, Message::Digest(digest));
        self.settle_all(entries, &outcome);
        self.state.aggregated = true;
    }

    /// Starts the ledger anew: what it held has been told.
    pub(super) fn clear_ledger(&mut self) {
        self.state.ledger = Ledger::default();
    }
}

impl Change {
    /// The change that a guest event makes, seen at `now`. It cannot have happened later than that.
    fn made_by(event: &Event, now: Uptime) -> Self {
        let (state, at, warning) = match event {
            Event::GuestWarned { action: GuestAction::Start, at, reason, .. } => {
                (GuestState::Running, *at, Some(reason.clone()))
            }
            Event::GuestWarned { action: GuestAction::Stop, at, .. }
            | Event::GuestStopped { at, .. } => (GuestState::Stopped, *at, None),
            Event::GuestFailed { action, at, reason, .. } => {
                (GuestState::Failed(*action, reason.clone()), *at, None)
            }
            Event::GuestStarted { at, .. } => (GuestState::Running, *at, None),
            _ => (GuestState::Running, None, None),
        };
        Self { warning, ..Self::new(state, at.map_or(now, |at| at.min(now))) }
    }
}
