//! Laws 2 and 3: one report a boot, never early, never silent.

use grace_core::{
    Anchor, Closing, Envelope, Facts, HealthSnapshot, Message, MessageId, Policy, Request, Signal,
    Status, Uptime,
};

use super::{Law, Life, Violation};

/// The witness's own account of the reports.
#[derive(Debug, Clone)]
pub(super) struct Reports {
    policy: Policy,
    life: Option<Life>,
    /// Whether the program started with its host, when it last started without a past in this boot.
    is_boot: bool,
    anchor: Uptime,
    sweep: Sweep,
    health: Health,
    /// A report is to come, or a reason why not.
    owed: bool,
    /// The facts that were asked for and have not come, and how long the machine waits for them.
    awaited: Option<(Request, Uptime)>,
    /// When, after the health window's end, the machine was first woken in this life: it then asks for facts.
    awake_since: Option<Uptime>,
    /// How many reports this boot may have.
    allowed: usize,
    /// The reports of this boot.
    made: Vec<MessageId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sweep {
    Unseen,
    Running,
    Finished(Uptime),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Unknown,
    Unwell,
    WellSince(Uptime),
}

/// A start whose program knows nothing of this boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Past {
    /// It goes on in a boot it knows.
    Known,
    /// It knows nothing of this boot, and what it knows of others it keeps.
    NewBoot,
    /// It knows nothing at all.
    None,
}

impl Reports {
    pub(super) fn new(policy: &Policy) -> Self {
        Self {
            policy: policy.clone(),
            life: None,
            is_boot: false,
            anchor: Uptime::ZERO,
            sweep: Sweep::Unseen,
            health: Health::Unknown,
            owed: false,
            awaited: None,
            awake_since: None,
            allowed: 0,
            made: Vec::new(),
        }
    }

    pub(super) fn started(&mut self, now: Uptime, life: Life) -> Past {
        let earlier = self.life.replace(life);
        (self.awake_since, self.awaited) = (None, None);
        let same_boot = earlier.is_some_and(|earlier| earlier.boot == life.boot);
        let past = match (life.remembers, same_boot) {
            (true, true) => return Past::Known,
            (true, false) => Past::NewBoot,
            (false, _) => Past::None,
        };
        if !same_boot {
            self.allowed = 0;
            self.made.clear();
        }
        self.is_boot = !life.uptime_known || now.since_boot() < self.policy.boot_uptime;
        self.owed = self.is_boot;
        self.allowed += usize::from(self.is_boot);
        self.anchor = match self.policy.anchor {
            Anchor::ServiceStart => now,
            Anchor::Boot => Uptime::ZERO,
        };
        (self.sweep, self.health) = (Sweep::Unseen, Health::Unknown);
        past
    }

    pub(super) fn signal(&mut self, now: Uptime, signal: &Signal) {
        match (signal, self.sweep) {
            (Signal::SweepStarted, Sweep::Unseen) if now < self.guest_ends() => {
                self.sweep = Sweep::Running;
            }
            (Signal::SweepFinished, Sweep::Running) if now < self.ends() => {
                self.sweep = Sweep::Finished(now);
            }
            (Signal::Health(health), _) => self.read(now, health),
            _ => {}
        }
    }

    /// Facts are asked for. The machine may wait for them across the window's end, as long as for any others.
    pub(super) fn asked(&mut self, request: Request, deadline: Uptime) {
        self.awaited = Some((request, deadline));
    }

    pub(super) fn timeout(&mut self, now: Uptime) {
        self.awaited = self.awaited.filter(|(_, deadline)| now < *deadline);
    }

    /// Whether these are the facts that were asked for last, and are in time.
    pub(super) fn facts(&mut self, now: Uptime, request: Request, facts: &Facts) -> bool {
        if self.awaited.take_if(|(awaited, _)| *awaited == request).is_none() {
            return false;
        }
        if let Ok(health) = &facts.health {
            self.read(now, health);
        }
        true
    }

    /// A reading counts while the window is open: it can move its end, not open it again.
    fn read(&mut self, now: Uptime, health: &HealthSnapshot) {
        if now >= self.ends() {
            return;
        }
        let well = match health.overall {
            _ if health.starting == Some(true) => Some(false),
            Status::Unknown => None,
            status => Some(!status.is_failed()),
        };
        self.health = match (well, self.health) {
            (None, known) => known,
            (Some(true), Health::WellSince(since)) => Health::WellSince(since),
            (Some(true), _) => Health::WellSince(now),
            (Some(false), _) => Health::Unwell,
        };
    }

    /// Where the guest window ends.
    fn guest_ends(&self) -> Uptime {
        self.anchor.saturating_add(self.policy.guest)
    }

    /// Where the health window ends, by what is known now.
    fn ends(&self) -> Uptime {
        let fixed = self.anchor.saturating_add(self.policy.health);
        let Some(adaptive) = self.policy.adaptive else {
            return fixed;
        };
        let cap = self.anchor.saturating_add(adaptive.cap);
        match (self.sweep, self.health) {
            (Sweep::Unseen, Health::WellSince(since)) => {
                since.saturating_add(adaptive.quiet).min(cap)
            }
            (Sweep::Finished(at), Health::WellSince(since)) => {
                at.max(since).saturating_add(adaptive.quiet).min(cap)
            }
            (Sweep::Unseen | Sweep::Finished(_), Health::Unknown) => fixed,
            _ => cap,
        }
    }

    /// A message is sent for the first time.
    pub(super) fn posted(&mut self, now: Uptime, envelope: &Envelope) -> Vec<Violation> {
        let Message::StartupReport(report) = &*envelope.message else {
            return Vec::new();
        };
        let mut found = Vec::new();
        self.made.push(envelope.id);
        if self.made.len() > self.allowed {
            let (made, allowed) = (self.made.len(), self.allowed);
            let words = format!("report {made} in a boot that may have {allowed}");
            found.push(Violation::new(Law::OneReport, now, words));
        }
        let ends = self.ends();
        if now < ends || report.boot.reported_at < ends {
            let words = format!("the report came before the health window's end at {ends}");
            found.push(Violation::new(Law::NeverEarlyNeverSilent, now, words));
        }
        self.owed = false;
        found
    }

    pub(super) fn closed(&mut self, now: Uptime, closing: &Closing) -> Vec<Violation> {
        let is_true = match closing {
            // A report of an earlier boot may be taken in this one.
            Closing::Acknowledged(id) | Closing::Unwanted(id) | Closing::GivenUp(id) => {
                self.made.contains(id)
            }
            Closing::Restart => !self.is_boot || !self.owed,
            Closing::AlreadyReported => !self.made.is_empty(),
            _ => true,
        };
        self.owed = false;
        let words = || format!("the report was closed as {}, which is not so", closing.as_str());
        let broken = || Violation::new(Law::OneReport, now, words());
        (!is_true).then(broken).into_iter().collect()
    }

    pub(super) fn handled(&mut self, now: Uptime, due: Option<Uptime>) -> Vec<Violation> {
        let ends = self.ends();
        if now < ends {
            self.awake_since = None;
        }
        if !self.owed {
            return Vec::new();
        }
        if due.is_some_and(|due| due <= now) {
            // It is for its owner to wake it.
            return Vec::new();
        }
        let deadline = if now < ends && self.awaited.is_none() {
            ends
        } else if now < ends {
            ends.saturating_add(self.policy.facts_timeout)
        } else {
            let awake_since = *self.awake_since.get_or_insert(now);
            awake_since.saturating_add(self.policy.facts_timeout)
        };
        if due.is_some_and(|due| due <= deadline) {
            return Vec::new();
        }
        let due = due.map_or("never".to_string(), |due| format!("at {due}"));
        let words = format!("a report is owed by {deadline}, and the machine wakes {due}");
        vec![Violation::new(Law::NeverEarlyNeverSilent, now, words)]
    }

    pub(super) fn ended(&self, now: Uptime, runs: bool) -> Vec<Violation> {
        let words = "the run is over, and a report is still owed";
        let broken = || Violation::new(Law::NeverEarlyNeverSilent, now, words);
        (runs && self.owed).then(broken).into_iter().collect()
    }
}
