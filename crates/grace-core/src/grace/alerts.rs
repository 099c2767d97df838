//! Alerts and recoveries: held while their category's window lasts, told otherwise.

use alloc::vec::Vec;

use super::{Grace, ReportState};
use crate::entry::Entry;
use crate::held::{AlertKey, OpenAlert, Window};
use crate::view::CategorySpan;
use crate::{
    Alert, Decision, Digest, DigestCause, Event, Facts, HeldAlert, HeldState, HoldReason, Message,
    Notice, Outcome, Subject, Text, Uptime,
};

impl Grace {
    pub(super) fn handle_alert(&mut self, now: Uptime, alert: Alert) -> Decision {
        let key = self.alert_key(&alert);
        let subject = Subject::Alert { category: &alert.category, severity: alert.severity };
        match self.view.decide(now, subject) {
            decision @ Decision::Hold { .. } => {
                let event = Entry::single(self.next_number());
                let window = match self.view.categories.find(&key.category) {
                    Some(CategorySpan::Own(closes)) => Window::Own(closes),
                    _ => Window::Health,
                };
                let limit = self.policy.limits.alerts;
                let entry = self.state.alerts.hold(key, alert, now, window, event, limit);
                self.accept(event, entry, decision)
            }
            _ => self.tell_alert(now, key, alert),
        }
    }

    /// Tells an alert on its own, and with it what was held of it before.
    fn tell_alert(&mut self, now: Uptime, key: AlertKey, alert: Alert) -> Decision {
        let mut notice = Notice::single(Event::Alert(alert), now);
        let held = self.state.alerts.remove(&key);
        if let Some(open) = &held {
            notice.first_seen = Some(open.held.first_seen);
            notice.count = open.held.count.saturating_add(1);
        }
        let outcome = self.tell(now, notice);
        if let Some(open) = held {
            self.settle(open.entry, outcome);
        }
        self.state.told.insert(key, self.policy.limits.alerts);
        Decision::Deliver
    }

    /// A recovery is told to those who were told of the alert, and to no one else.
    pub(super) fn handle_resolved(&mut self, now: Uptime, alert: Alert) -> Decision {
        let key = self.alert_key(&alert);
        let held = self.state.alerts.remove(&key);
        if self.state.told.remove(&key) {
            let outcome = self.tell(now, Notice::single(Event::Resolved(alert), now));
            if let Some(open) = held {
                self.settle(open.entry, outcome);
            }
            return Decision::Deliver;
        }
        let event = Entry::single(self.next_number());
        let entry = match held {
            Some(open) => {
                let entry = open.entry.joined(event);
                self.state.alerts.recover(open.held, self.policy.limits.alerts);
                entry
            }
            None => event,
        };
        let until = self.view.health_window().closes().max(now);
        let decision = Decision::Hold { until, reason: HoldReason::Startup };
        self.accept(event, entry, decision);
        self.settle(entry, Outcome::Recovered);
        decision
    }

    /// The name under which an alert and its recovery meet.
    pub(super) fn alert_key(&self, alert: &Alert) -> AlertKey {
        let category = alert.category.to_lower();
        let is_named = |name: &Text| *name == category;
        let rule = self.policy.categories.iter().find(|rule| rule.names().any(is_named));
        let category = rule.map_or(category.clone(), |rule| rule.name.clone());
        AlertKey { category, key: alert.key.clone() }
    }

    /// The alerts whose window is over, each read again in `facts`.
    pub(super) fn take_due_alerts(&mut self, now: Uptime, facts: &Facts) -> DueAlerts {
        let closes = self.view.health_window().closes();
        let due = self.state.alerts.take_due(now, closes);
        let beyond = self.state.alerts.take_beyond(now, closes);
        self.reread(due, beyond, facts)
    }

    /// Each of `open` read again in `facts`.
    pub(super) fn reread(
        &self,
        open: Vec<OpenAlert>,
        beyond: Option<Entry>,
        facts: &Facts,
    ) -> DueAlerts {
        let mut due = DueAlerts { beyond, ..DueAlerts::default() };
        for mut open in open {
            let key = self.alert_key(&open.held.alert);
            open.reread(&key.category, facts.health.as_ref().ok());
            if open.held.state == HeldState::Recovered {
                due.recovered.push(open);
            } else {
                due.failing.push((key, open));
            }
        }
        due
    }

    /// Ends the entries of alerts whose window is over: in `message`, or as recovered.
    pub(super) fn settle_due_alerts(&mut self, due: DueAlerts, message: &Outcome) {
        let limit = self.policy.limits.alerts;
        for (key, open) in due.failing {
            self.state.told.insert(key, limit);
            self.settle(open.entry, *message);
        }
        self.settle_all(due.beyond, message);
        self.settle_all(due.recovered.into_iter().map(|open| open.entry), &Outcome::Recovered);
    }

    /// Tells in a digest what was held, where no report does. What recovered is left to a report to come.
    pub(super) fn tell_due_alerts(&mut self, now: Uptime, facts: &Facts) {
        let due = self.take_due_alerts(now, facts);
        for open in &due.recovered {
            self.state.alerts.recover(open.held.clone(), self.policy.limits.alerts);
        }
        if due.failing.is_empty() && due.beyond.is_none() {
            self.settle_due_alerts(due, &Outcome::Recovered);
            return;
        }
        let mut digest = Digest::new(DigestCause::GraceEnded, now);
        digest.alerts = due.failing();
        if self.state.report != ReportState::Due {
            (_, digest.recovered) = self.state.alerts.take_recovered();
        }
        digest.beyond = due.beyond.map_or(0, |entry| entry.events);
        let outcome = self.post(now, Message::Digest(digest));
        self.settle_due_alerts(due, &outcome);
    }
}

/// Alerts whose window is over.
#[derive(Default)]
pub(super) struct DueAlerts {
    pub(super) failing: Vec<(AlertKey, OpenAlert)>,
    pub(super) recovered: Vec<OpenAlert>,
    pub(super) beyond: Option<Entry>,
}

impl DueAlerts {
    /// Those that still hold, or of which it is not known.
    pub(super) fn failing(&self) -> Vec<HeldAlert> {
        self.failing.iter().map(|(_, open)| open.held.clone()).collect()
    }
}
