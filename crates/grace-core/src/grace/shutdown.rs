//! Shutdown: announced, announced again, cancelled, overdue.

use super::{Grace, Shutdown};
use crate::entry::Entry;
use crate::{Decision, Digest, DigestCause, Event, Message, Notice, Outcome, ShutdownKind, Uptime};

impl Grace {
    /// The first announcement is told; one more in the same window moves the window alone.
    pub(super) fn handle_shutdown(&mut self, now: Uptime, kind: ShutdownKind) -> Decision {
        let repeated = self.view.shutdown_window().is_open(now);
        match self.state.shutdown.as_mut() {
            Some(shutdown) if repeated => {
                shutdown.marked = now;
                if kind != ShutdownKind::Unknown {
                    shutdown.kind = kind;
                }
                let message = shutdown.message;
                let event = Entry::single(self.next_number());
                self.accept(event, event, Decision::Deliver);
                self.settle(event, message);
            }
            _ => {
                let message = self.tell(now, Notice::single(Event::Shutdown(kind), now));
                let shutdown = Shutdown { marked: now, kind, message, overdue: false };
                self.state.shutdown = Some(shutdown);
            }
        }
        self.refresh_windows();
        Decision::Deliver
    }

    pub(super) fn handle_shutdown_cancelled(&mut self, now: Uptime) -> Decision {
        if self.state.shutdown.take().is_none() {
            // No one was told of a shutdown, so there is nothing to take back.
            let event = Entry::single(self.next_number());
            self.accept(event, event, Decision::Deliver);
            self.settle(event, Outcome::Recovered);
            return Decision::Deliver;
        }
        self.refresh_windows();
        self.tell(now, Notice::single(Event::ShutdownCancelled, now));
        self.tell_held_stops(now, DigestCause::ShutdownCancelled);
        Decision::Deliver
    }

    /// Whether a stop can still be told with the others of its shutdown.
    pub(super) fn holds_stops(&self) -> bool {
        self.state.shutdown.as_ref().is_some_and(|shutdown| !shutdown.overdue)
    }

    /// The shutdown whose window is open.
    pub(super) fn shutting_down(&self, now: Uptime) -> Option<ShutdownKind> {
        let shutdown = self.state.shutdown.as_ref()?;
        self.view.shutdown_window().is_open(now).then_some(shutdown.kind)
    }

    /// When the host should have been down.
    pub(super) fn overdue_stops_due(&self) -> Option<Uptime> {
        self.holds_stops().then_some(self.view.shutdown_window().closes())
    }

    pub(super) fn tell_overdue_stops(&mut self, now: Uptime) {
        if self.overdue_stops_due().is_none_or(|due| now < due) {
            return;
        }
        if let Some(shutdown) = self.state.shutdown.as_mut() {
            shutdown.overdue = true;
        }
        self.tell_held_stops(now, DigestCause::ShutdownOverdue);
    }

    fn tell_held_stops(&mut self, now: Uptime, cause: DigestCause) {
        if self.state.stops.is_empty() {
            return;
        }
        let mut digest = Digest::new(cause, now);
        digest.beyond = self.state.stops.beyond();
        let (stopped, entries) = self.state.stops.take();
        digest.stopped = stopped;
        let outcome = self.post(now, Message::Digest(digest));
        self.settle_all(entries, &outcome);
    }
}
