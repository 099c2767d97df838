//! What is known of the host's going down, and what is news.

use grace_core::{Event, Happening, Note, ShutdownKind};

/// What logind and systemd have said so far.
///
/// Both tell most things more than once, in signals old and new, and again after an interruption: what is
/// known already is no news.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The host goes down, and how.
    shutdown: Option<ShutdownKind>,
    /// It will, later.
    scheduled: Option<ShutdownKind>,
    sleeping: bool,
    started: bool,
}

/// One thing that logind or systemd says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The host begins to go down.
    GoesDown(ShutdownKind),
    /// It does not go down, or no longer.
    StaysUp,
    /// It will go down later; `None` if nothing is planned.
    Scheduled(Option<ShutdownKind>),
    /// It is about to sleep, or awake.
    Sleeps(bool),
    /// All that was to start has started.
    Started,
}

impl Known {
    /// Takes in what is said; returns it if it is news.
    pub(super) fn hear(&mut self, heard: Heard) -> Option<Happening> {
        match heard {
            Heard::GoesDown(kind) => self.goes_down(kind).map(|kind| Event::Shutdown(kind).into()),
            Heard::StaysUp => self.shutdown.take().map(|_| Event::ShutdownCancelled.into()),
            Heard::Scheduled(Some(kind)) => {
                // A plan that is carried out is no longer a plan, and not cancelled either.
                let is_news = self.scheduled.replace(kind) != Some(kind) && self.shutdown.is_none();
                is_news.then(|| Note::ShutdownScheduled(kind).into())
            }
            Heard::Scheduled(None) => {
                let is_cancelled = self.scheduled.take().is_some() && self.shutdown.is_none();
                is_cancelled.then(|| Event::ShutdownCancelled.into())
            }
            Heard::Sleeps(sleeps) => {
                let is_news = std::mem::replace(&mut self.sleeping, sleeps) != sleeps;
                let note = if sleeps { Note::Sleeping } else { Note::Resumed };
                is_news.then(|| note.into())
            }
            Heard::Started => {
                let is_news = !std::mem::replace(&mut self.started, true);
                is_news.then(|| Note::StartupFinished.into())
            }
        }
    }

    /// A shutdown is news once, and once more when its kind comes to be known or changes.
    fn goes_down(&mut self, kind: ShutdownKind) -> Option<ShutdownKind> {
        let is_news = match self.shutdown {
            None => true,
            Some(told) => told != kind && kind != ShutdownKind::Unknown,
        };
        is_news.then(|| *self.shutdown.insert(kind))
    }
}

#[cfg(test)]
mod tests {
    use grace_core::ShutdownKind::{PowerOff, Reboot, Unknown};
    use grace_core::{Event, Happening};

    use super::Heard::{GoesDown, Scheduled, Sleeps, Started, StaysUp};
    use super::{Heard, Known};

    /// What is news of all this, by name and kind.
    fn news(heard: &[Heard]) -> Vec<String> {
        let mut known = Known::default();
        let news = heard.iter().filter_map(|heard| known.hear(*heard));
        news.map(|news| match &news {
            Happening::Event(Event::Shutdown(kind)) => format!("shutdown {}", kind.as_str()),
            news => news.name().to_owned(),
        })
        .collect()
    }

    #[test]
    fn one_shutdown_told_by_two_signals_is_one() {
        assert_eq!(news(&[GoesDown(Reboot), GoesDown(Unknown)]), ["shutdown reboot"]);
        let cancelled = [GoesDown(Reboot), GoesDown(Unknown), StaysUp, StaysUp];
        assert_eq!(news(&cancelled), ["shutdown reboot", "shutdown-cancelled"]);
    }

    #[test]
    fn a_kind_that_comes_late_is_told() {
        let late = [GoesDown(Unknown), GoesDown(Reboot), GoesDown(Reboot)];
        assert_eq!(news(&late), ["shutdown unknown", "shutdown reboot"]);
        let other = [GoesDown(Reboot), GoesDown(PowerOff)];
        assert_eq!(news(&other), ["shutdown reboot", "shutdown power-off"]);
    }

    #[test]
    fn nothing_is_cancelled_that_was_not_told() {
        assert_eq!(news(&[StaysUp, Scheduled(None), Sleeps(false)]), [""; 0]);
    }

    #[test]
    fn a_plan_is_told_and_its_end_unless_it_is_carried_out() {
        let twice = [Scheduled(Some(Reboot)), Scheduled(Some(Reboot)), Scheduled(None)];
        assert_eq!(news(&twice), ["shutdown-scheduled", "shutdown-cancelled"]);
        let carried_out = [Scheduled(Some(Reboot)), GoesDown(Reboot), Scheduled(None)];
        assert_eq!(news(&carried_out), ["shutdown-scheduled", "shutdown reboot"]);
        let late = [GoesDown(Reboot), Scheduled(Some(Reboot)), StaysUp, Scheduled(None)];
        assert_eq!(news(&late)[..2], ["shutdown reboot", "shutdown-cancelled"]);
    }

    #[test]
    fn sleep_and_start_are_told_once() {
        let heard = [Started, Sleeps(true), Sleeps(true), Sleeps(false), Started];
        assert_eq!(news(&heard), ["startup-finished", "sleeping", "resumed"]);
    }
}
