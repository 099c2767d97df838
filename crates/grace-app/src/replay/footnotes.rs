//! What is to be known about a recording besides what its run shows.

use grace_core::{Policy, Uptime};

use super::{LeftOut, Recording};
use crate::words::{count, span};

impl Recording {
    /// What was assumed, what is not recorded, and what could not be read, a sentence each. The program starts at
    /// `start`, or else at [`Self::userspace`].
    #[must_use]
    pub fn footnotes(&self, start: Option<Uptime>) -> Vec<String> {
        let mut notes = vec![self.about_start(start), self.about_end()];
        if self.begin().since_boot() >= Policy::default().boot_uptime {
            notes.push(format!(
                "The journal begins {} after boot: how the host booted is not in it.",
                span(self.begin().since_boot())
            ));
        }
        notes.push(
            "Health is not recorded in a journal, nor is which guests the host was to start."
                .to_string(),
        );
        if let Some(LeftOut { count: events, from, .. }) = self.occurrences_left_out() {
            let events = count(events, "event");
            notes.push(format!("{events} from {from} on were left out, for there are too many."));
        }
        if let Some(LeftOut { count: errors, from, .. }) = self.errors_left_out() {
            let errors = count(errors, "error");
            notes.push(format!(
                "{errors} of the journal from {from} on were left out: a report made later counts too few."
            ));
        }
        notes.extend(self.gaps().iter().map(|gap| format!("Not known: {gap}.")));
        notes
    }

    /// Whether something that the journal held, or may have held, did not make it into the run. Errors that were
    /// left out do not count: they change no decision.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.occurrences_left_out().is_some() || !self.gaps().is_empty()
    }

    fn about_start(&self, start: Option<Uptime>) -> String {
        let (at, why) = match start {
            Some(start) => (start, "as asked for"),
            None => (self.userspace(), "with the first entry of systemd"),
        };
        let entries = self.entries();
        format!(
            "Entries read: {entries}. The program is taken to have started {at} after boot, {why}."
        )
    }

    fn about_end(&self) -> String {
        let end = self.end();
        if self.goes_down() {
            return format!(
                "The recording ends {end} after boot, and the program with it: the host went down."
            );
        }
        format!(
            "The recording ends {end} after boot; anything shown later is windows that run out."
        )
    }
}
