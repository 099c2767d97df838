//! The windows: where they end, and what moves their ends.

use super::{Grace, State};
use crate::view::CategoryTable;
use crate::{
    Adaptive, BootKind, GraceView, HealthSnapshot, Policy, RestartPolicy, Status, Uptime, Window,
};

/// The host's own start of its guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sweep {
    Unseen,
    Running,
    Finished(Uptime),
}

/// Whether the host has settled, as far as its health says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settling {
    /// Nothing is known.
    Unknown,
    /// It has not.
    Unsettled,
    /// It has been well since this instant.
    Well(Uptime),
}

impl Grace {
    pub(super) fn handle_sweep_started(&mut self, now: Uptime) {
        if self.view.guest_window().is_open(now) && self.state.sweep == Sweep::Unseen {
            self.state.sweep = Sweep::Running;
            self.refresh_windows();
        }
    }

    pub(super) fn handle_sweep_finished(&mut self, now: Uptime) {
        if self.view.health_window().is_open(now) && self.state.sweep == Sweep::Running {
            self.state.sweep = Sweep::Finished(now);
            self.refresh_windows();
        }
    }

    pub(super) fn handle_health(&mut self, now: Uptime, health: &HealthSnapshot) {
        if !self.view.health_window().is_open(now) {
            return;
        }
        self.state.settling = match (is_well(health), self.state.settling) {
            (None, known) => known,
            (Some(false), _) => Settling::Unsettled,
            (Some(true), Settling::Well(since)) => Settling::Well(since),
            (Some(true), _) => Settling::Well(now),
        };
        self.refresh_windows();
    }

    /// When the host had settled: its guests' start over, and health well.
    pub(super) fn settled_at(&self) -> Option<Uptime> {
        self.state.settled_at()
    }

    /// When the host's own start of its guests ended, if that was seen.
    pub(super) fn sweep_finished_at(&self) -> Option<Uptime> {
        match self.state.sweep {
            Sweep::Finished(at) => Some(at),
            Sweep::Unseen | Sweep::Running => None,
        }
    }

    /// Moves the windows' ends to where the state says.
    pub(super) fn refresh_windows(&mut self) {
        let state = &self.state;
        let anchor = state.origin.anchor;
        if opens_windows(&self.policy, state.origin.kind) {
            self.view.guest = Window::new(anchor, state.guest_closes(&self.policy));
            self.view.health = Window::new(anchor, state.health_closes(&self.policy));
        }
        self.view.shutdown = match &state.shutdown {
            None => Window::NEVER,
            Some(shutdown) => {
                let span = self.policy.adaptive.map_or(self.policy.shutdown, |to| to.cap);
                Window::new(shutdown.marked, shutdown.marked.saturating_add(span))
            }
        };
    }
}

impl State {
    fn guest_closes(&self, policy: &Policy) -> Uptime {
        let fixed = self.origin.anchor.saturating_add(policy.guest);
        match (policy.adaptive, self.sweep) {
            (Some(adaptive), Sweep::Running) => self.cap(adaptive),
            (Some(_), Sweep::Finished(at)) => at,
            (None, _) | (_, Sweep::Unseen) => fixed,
        }
    }

    fn health_closes(&self, policy: &Policy) -> Uptime {
        let fixed = self.origin.anchor.saturating_add(policy.health);
        let Some(adaptive) = policy.adaptive else {
            return fixed;
        };
        if let Some(settled) = self.settled_at() {
            return settled.saturating_add(adaptive.quiet).min(self.cap(adaptive));
        }
        match (self.sweep, self.settling) {
            (Sweep::Unseen | Sweep::Finished(_), Settling::Unknown) => fixed,
            _ => self.cap(adaptive),
        }
    }

    fn cap(&self, adaptive: Adaptive) -> Uptime {
        self.origin.anchor.saturating_add(adaptive.cap)
    }

    fn settled_at(&self) -> Option<Uptime> {
        match (self.sweep, self.settling) {
            (Sweep::Unseen, Settling::Well(since)) => Some(since),
            (Sweep::Finished(at), Settling::Well(since)) => Some(since.max(at)),
            _ => None,
        }
    }
}

/// Whether a reading says that the host is well; `None` if it cannot tell.
fn is_well(health: &HealthSnapshot) -> Option<bool> {
    if health.starting == Some(true) {
        return Some(false);
    }
    match health.overall {
        Status::Ok | Status::Info | Status::Excluded => Some(true),
        Status::Unknown => None,
        Status::Warning | Status::Error | Status::Critical => Some(false),
    }
}

/// The view of a machine before its windows are set.
pub(super) fn initial_view(policy: &Policy, kind: BootKind, anchor: Uptime) -> GraceView {
    let categories = if opens_windows(policy, kind) {
        CategoryTable::new(&policy.categories, anchor)
    } else {
        CategoryTable::new(&[], anchor)
    };
    GraceView {
        kind,
        anchor,
        guest: Window::NEVER,
        health: Window::NEVER,
        shutdown: Window::NEVER,
        bypass: policy.bypass,
        categories,
    }
}

/// Whether a start of this kind opens the startup windows.
fn opens_windows(policy: &Policy, kind: BootKind) -> bool {
    kind == BootKind::Boot || policy.restart == RestartPolicy::Grace
}
