//! What an event is about, and whether a message tells of it.

use grace_core::{
    Alert, Digest, Event, Guest, GuestAction, GuestId, HeldAlert, Message, Notice, Policy,
    StartupReport,
};

/// What an alert and its recovery have in common.
pub(super) type Key = (String, String);

/// What a message must say to tell of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matter {
    /// A guest, in this state.
    Guest(GuestId, State),
    Alert(Key),
    Resolved(Key),
    Shutdown,
    ShutdownCancelled,
}

/// What an event says that a guest does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Runs,
    Failed,
    Stopped,
}

/// Under which name an alert and its recovery meet: the category's own, in lower case.
#[derive(Debug, Clone)]
pub(super) struct Names(Vec<Vec<String>>);

impl Names {
    pub(super) fn new(policy: &Policy) -> Self {
        let lower = |name: &grace_core::Text| name.to_lowercase();
        let rules = policy.categories.iter();
        Self(
            rules
                .map(|rule| [&rule.name].into_iter().chain(&rule.aliases).map(lower).collect())
                .collect(),
        )
    }

    pub(super) fn key(&self, alert: &Alert) -> Key {
        let category = alert.category.to_lowercase();
        let rule = self.0.iter().find(|names| names.contains(&category));
        let category = rule.and_then(|names| names.first().cloned()).unwrap_or(category);
        (category, alert.key.to_string())
    }

    pub(super) fn matter(&self, event: &Event) -> Matter {
        match event {
            Event::Alert(alert) => Matter::Alert(self.key(alert)),
            Event::Resolved(alert) => Matter::Resolved(self.key(alert)),
            Event::ShutdownCancelled => Matter::ShutdownCancelled,
            _ => match (event.guest(), state(event)) {
                (Some(guest), Some(state)) => Matter::Guest(guest.id.clone(), state),
                _ => Matter::Shutdown,
            },
        }
    }

    /// Whether the message tells of the matter, or says that it counts some that it does not list.
    pub(super) fn tells_of(&self, message: &Message, matter: &Matter) -> bool {
        match message {
            Message::Notice(notice) => self.notice_tells_of(notice, matter),
            Message::Digest(digest) => digest.beyond > 0 || self.digest_tells_of(digest, matter),
            Message::StartupReport(report) => report_tells_of(self, report, matter),
            _ => false,
        }
    }

    fn digest_tells_of(&self, digest: &Digest, matter: &Matter) -> bool {
        let in_list = match matter {
            Matter::Guest(id, State::Runs) => names_guest(&digest.started, id),
            Matter::Guest(id, State::Stopped) => names_guest(&digest.stopped, id),
            Matter::Alert(key) => self.find(&digest.alerts, key).is_some(),
            _ => false,
        };
        in_list || digest.notices.iter().any(|notice| self.notice_tells_of(notice, matter))
    }

    /// A recovery tells of the alert too: of one that was held again after people had been told of it.
    fn notice_tells_of(&self, notice: &Notice, matter: &Matter) -> bool {
        match (self.matter(&notice.event), matter) {
            (Matter::Resolved(over), Matter::Alert(key)) => over == *key,
            (told, matter) => told == *matter,
        }
    }

    pub(super) fn find<'a>(&self, alerts: &'a [HeldAlert], key: &Key) -> Option<&'a HeldAlert> {
        alerts.iter().find(|held| self.key(&held.alert) == *key)
    }
}

/// The alerts a message lists as held, whether it counts events that it does not list, and its notices.
pub(super) fn alerts(message: &Message) -> (Vec<&HeldAlert>, bool, Vec<&Notice>) {
    match message {
        Message::Notice(notice) => (Vec::new(), false, vec![notice]),
        Message::Digest(digest) => {
            (digest.alerts.iter().collect(), digest.beyond > 0, digest.notices.iter().collect())
        }
        Message::StartupReport(report) => {
            let previous = report.previous.iter();
            let earlier = previous.clone().flat_map(|previous| &previous.alerts);
            let alerts = report.alerts.failing.iter().chain(earlier).collect();
            let beyond = previous.map(|previous| previous.beyond).sum::<u64>();
            (alerts, report.alerts.beyond > 0 || beyond > 0, Vec::new())
        }
        _ => (Vec::new(), false, Vec::new()),
    }
}

/// What a guest's event says that the guest does.
pub(super) const fn state(event: &Event) -> Option<State> {
    match event {
        Event::GuestStarted { .. } | Event::GuestWarned { action: GuestAction::Start, .. } => {
            Some(State::Runs)
        }
        Event::GuestFailed { .. } => Some(State::Failed),
        Event::GuestStopped { .. } | Event::GuestWarned { .. } => Some(State::Stopped),
        _ => None,
    }
}

fn names_guest(guests: &[Guest], id: &GuestId) -> bool {
    guests.iter().any(|guest| guest.id == *id)
}

/// A report lists each guest once, by its last outcome: any of its lists will do.
fn report_tells_of(names: &Names, report: &StartupReport, matter: &Matter) -> bool {
    let beyond = report.previous.as_ref().map_or(0, |previous| previous.beyond);
    match matter {
        Matter::Guest(id, _) => {
            let guests = &report.guests;
            let previous = report.previous.iter().flat_map(|previous| &previous.started);
            let running = guests.started.iter().chain(&guests.stopped).chain(previous);
            let failed = guests.failed.iter().filter_map(|guest| guest.id.as_ref());
            let mut ids = running.map(|guest| &guest.id).chain(failed);
            guests.beyond > 0 || beyond > 0 || ids.any(|named| named == id)
        }
        Matter::Alert(key) => {
            let previous = report.previous.as_ref().map(|previous| &previous.alerts[..]);
            let mut lists = [&report.alerts.failing[..], previous.unwrap_or_default()].into_iter();
            report.alerts.beyond > 0
                || beyond > 0
                || lists.any(|list| names.find(list, key).is_some())
        }
        _ => false,
    }
}
