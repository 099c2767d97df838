//! The report: when facts are asked for, and what is told when they are there.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::alerts::DueAlerts;
use super::restore::PreviousEntries;
use super::{Collecting, Grace, ReportState};
use crate::report::{Inputs, assemble};
use crate::{
    AlertReport, BootReport, Digest, DigestCause, Effect, Facts, Gap, GapKind, HeldAlert, Message,
    Outcome, Request, Signal, StartupReport, Uptime,
};

/// How many boots in a row may end before their reports and leave what they held to the next report. What
/// more of them leave is told at once, so that it does not grow without end.
const PATIENT_BOOTS: u32 = 10;

impl Grace {
    /// When facts are asked for, or given up on.
    pub(super) fn facts_due(&self) -> Option<Uptime> {
        if let Some(collecting) = self.state.collecting {
            return Some(collecting.deadline);
        }
        let closes = self.view.health_window().closes();
        let report = (self.state.report == ReportState::Due).then_some(closes);
        let held = self.state.alerts.due(closes);
        let check = self.policy.adaptive.map(|_| self.state.next_check);
        let check = check.filter(|&check| self.view.health_window().is_open(check));
        [report, held, check].into_iter().flatten().min()
    }

    pub(super) fn ask_for_facts(&mut self, now: Uptime) {
        let is_due = self.facts_due().is_some_and(|due| due <= now);
        if !is_due || self.state.collecting.is_some() {
            return;
        }
        if let Some(adaptive) = self.policy.adaptive {
            self.state.next_check = now.saturating_add(adaptive.check_every);
        }
        let request = Request(self.next_number().get());
        let deadline = now.saturating_add(self.policy.facts_timeout);
        self.state.collecting = Some(Collecting { request, deadline });
        self.effects.push_back(Effect::CollectFacts { request, deadline });
    }

    /// Goes on without an answer, once its deadline is over.
    pub(super) fn give_up_on_facts(&mut self, now: Uptime) {
        if self.state.collecting.is_some_and(|collecting| collecting.deadline <= now) {
            self.state.collecting = None;
            let waited = format!("no answer within {:?}", self.policy.facts_timeout);
            self.conclude(now, Facts::unknown(GapKind::FactsLate, &waited));
        }
    }

    /// Tells what `facts` were needed for, as far as its window is over.
    pub(super) fn conclude(&mut self, now: Uptime, facts: Facts) {
        if let Ok(health) = &facts.health {
            self.handle_signal(now, Signal::Health(health.clone()));
        }
        let closes = self.view.health_window().closes();
        if self.state.report == ReportState::Due && closes <= now {
            self.send_report(now, facts);
        } else if self.state.alerts.due(closes).is_some_and(|due| due <= now) {
            self.tell_due_alerts(now, &facts);
        }
    }

    fn send_report(&mut self, now: Uptime, facts: Facts) {
        let due = self.take_due_alerts(now, &facts);
        let recovered = self.state.alerts.take_recovered();
        let report = self.make_report(now, facts, &due, recovered);
        let outcome = self.post(now, Message::StartupReport(Box::new(report)));
        let entries = self.state.ledger.take_entries();
        self.settle_all(entries, &outcome);
        self.settle_due_alerts(due, &outcome);
        if let Some(previous) = self.state.previous.take() {
            self.settle_previous_boot(previous, &outcome);
        }
        self.clear_ledger();
        self.state.aggregated = true;
        self.state.report = match outcome {
            Outcome::Report(id) => ReportState::Sent(id),
            _ => ReportState::Closed,
        };
    }

    /// The report as it would be at `now`, whatever the windows say. Nothing is told or settled by it.
    #[must_use]
    pub fn preview(&self, now: Uptime, facts: Facts) -> StartupReport {
        let now = now.max(self.state.last_seen);
        let held = self.reread(self.state.alerts.to_vec(), self.state.alerts.beyond(), &facts);
        self.make_report(now, facts, &held, self.state.alerts.recovered())
    }

    fn make_report(
        &self,
        now: Uptime,
        facts: Facts,
        due: &DueAlerts,
        (mut recovered, recovered_count): (Vec<HeldAlert>, u64),
    ) -> StartupReport {
        recovered.extend(due.recovered.iter().map(|open| open.held.clone()));
        let alerts = AlertReport {
            failing: due.failing(),
            recovered,
            recovered_count: recovered_count.saturating_add(due.recovered.len() as u64),
            beyond: due.beyond.map_or(0, |entry| entry.events),
        };
        let previous = self.state.previous.as_ref();
        assemble(Inputs {
            boot: self.boot_report(now, &facts),
            ledger: &self.state.ledger,
            alerts,
            previous: previous.map(|previous| previous.report.clone()),
            gaps: self.own_gaps(),
            facts,
        })
    }

    fn boot_report(&self, now: Uptime, facts: &Facts) -> BootReport {
        let origin = &self.state.origin;
        BootReport {
            identity: origin.identity,
            kind: origin.kind,
            service_started: origin.uptime_known.then_some(origin.started_at),
            service_age: now.saturating_since(origin.started_at),
            reported_at: now,
            settled_at: self.settled_at(),
            sweep_finished_at: self.sweep_finished_at(),
            shutting_down: self.shutting_down(now),
            timestamp: facts.timestamp,
        }
    }

    /// What the machine itself does not know.
    fn own_gaps(&self) -> Vec<Gap> {
        let origin = &self.state.origin;
        let uptime = (!origin.uptime_known).then(|| {
            let why = "the host's uptime could not be read; this start was taken for a boot";
            Gap::new(GapKind::UptimeUnknown, why)
        });
        let identity = origin.identity.id.is_none().then(|| {
            let why = "the boot id could not be read; a restart may bring a second report";
            Gap::new(GapKind::BootIdentityUnknown, why)
        });
        let clock = (self.state.clock_went_back > 0).then(|| {
            let times = format!("{} time(s), and was held", self.state.clock_went_back);
            Gap::new(GapKind::ClockWentBack, times)
        });
        [uptime, identity, clock].into_iter().flatten().collect()
    }

    /// When earlier boots' leavings are told, if no report will tell of them, or too many boots have not.
    pub(super) fn previous_boot_due(&self) -> Option<Uptime> {
        let boots = self.state.previous.as_ref()?.report.boots;
        let in_digest = self.state.report != ReportState::Due || boots > PATIENT_BOOTS;
        in_digest.then_some(self.state.origin.started_at)
    }

    pub(super) fn tell_previous_boot(&mut self, now: Uptime) {
        if self.previous_boot_due().is_none() {
            return;
        }
        let Some(previous) = self.state.previous.take() else {
            return;
        };
        let mut digest = Digest::new(DigestCause::PreviousBoot, now);
        digest.started.clone_from(&previous.report.started);
        digest.alerts.clone_from(&previous.report.alerts);
        digest.beyond = previous.report.beyond;
        let outcome = self.post(now, Message::Digest(digest));
        self.settle_previous_boot(previous, &outcome);
    }

    /// Ends the entries of an earlier boot's leavings: in `message`, which tells of its alerts too.
    fn settle_previous_boot(&mut self, previous: PreviousEntries, message: &Outcome) {
        let limit = self.policy.limits.alerts;
        for held in &previous.report.alerts {
            let key = self.alert_key(&held.alert);
            self.state.told.insert(key, limit);
        }
        self.settle_all(previous.entries, message);
    }
}
