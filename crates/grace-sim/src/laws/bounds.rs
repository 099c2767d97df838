//! Law 7: memory is bounded by policy, and no time-out is due again at once.

use grace_core::{Limits, Message, Uptime, Usage};

use super::{Law, Life, Violation};

/// The witness's own account of what a machine keeps.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    limits: Limits,
    /// How many startup reports were made: none of them waits for room in the outbox.
    reports: usize,
    timeout_alone: bool,
}

impl Bounds {
    pub(super) const fn new(limits: Limits) -> Self {
        Self { limits, reports: 0, timeout_alone: false }
    }

    pub(super) fn started(&mut self, life: Life) {
        if !life.remembers {
            self.reports = 0;
        }
        self.timeout_alone = false;
    }

    pub(super) fn timeout(&mut self) {
        self.timeout_alone = true;
    }

    pub(super) fn goes_in(&mut self) {
        self.timeout_alone = false;
    }

    pub(super) fn posted(&mut self, message: &Message) {
        self.reports += usize::from(matches!(message, Message::StartupReport(_)));
    }

    pub(super) fn handled(
        &mut self,
        now: Uptime,
        usage: Usage,
        due: Option<Uptime>,
    ) -> Vec<Violation> {
        let mut found = Vec::new();
        let Limits { guests, alerts, outbox, .. } = self.limits;
        let counts = [
            ("guests", usage.guests, guests),
            ("held alerts", usage.held_alerts, alerts),
            ("held stops", usage.held_stops, alerts),
            ("messages", usage.outbox, outbox + 1 + self.reports),
        ];
        for (what, kept, limit) in counts.into_iter().filter(|(_, kept, limit)| kept > limit) {
            found.push(broken(now, format!("{kept} {what} are kept, and the limit is {limit}")));
        }
        if std::mem::take(&mut self.timeout_alone) && due.is_some_and(|due| due <= now) {
            found.push(broken(now, format!("a time-out was handled, and is due again at {due:?}")));
        }
        found
    }
}

fn broken(now: Uptime, words: String) -> Violation {
    Violation::new(Law::Bounds, now, words)
}
