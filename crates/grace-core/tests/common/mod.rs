//! A host for the machine to run on: it owns the clock, jumps to the next wake-up, and answers requests.

mod books;
mod print;
mod words;

pub(crate) use self::books::Books;
pub(crate) use self::words::{
    alert, at, checked, facts, failed, guest, happened, health, identity, policy, resolved, secs,
    started, stopped, warned,
};

use std::collections::BTreeMap;

use grace_core::{
    Decision, Delivery, Digest, Effect, Envelope, Event, Facts, Grace, Message, Notice, Policy,
    SavedState, Signal, Start, StartupReport, Uptime,
};

/// How often a host may have to look at the machine at one instant before it comes to rest.
const PATIENCE: usize = 1_000;

/// A host that owns one machine.
pub(crate) struct Host {
    pub(crate) grace: Grace,
    pub(crate) now: Uptime,
    /// Everything the machine wanted or recorded, and when.
    pub(crate) log: Vec<(Uptime, Effect)>,
    /// What a request for facts is answered with; `None` leaves it without an answer.
    pub(crate) facts: Option<Facts>,
    /// What became of a message; `None` leaves it without an answer.
    pub(crate) delivery: Option<Delivery>,
    /// What became of it where that differs, by the destination's name.
    pub(crate) deliveries: BTreeMap<String, Option<Delivery>>,
    pub(crate) books: Books,
}

impl Host {
    /// The program starts with its host, with the default policy.
    pub(crate) fn boot() -> Self {
        Self::with(Policy::default())
    }

    /// The program starts with its host, with this policy.
    pub(crate) fn with(policy: Policy) -> Self {
        Self::start(policy, Start::new(Some(Uptime::ZERO), identity("b1")))
    }

    /// The program starts at this uptime, with this policy.
    pub(crate) fn started_at(uptime: f64, policy: Policy) -> Self {
        Self::start(policy, Start::new(Some(at(uptime)), identity("b1")))
    }

    /// The program starts. Facts are those of a host that is well; every message is taken.
    pub(crate) fn start(policy: Policy, start: Start) -> Self {
        let grace = Grace::new(policy, start);
        let mut host = Self {
            now: grace.started_at(),
            grace,
            log: Vec::new(),
            facts: Some(facts()),
            delivery: Some(Delivery::Taken),
            deliveries: BTreeMap::new(),
            books: Books::default(),
        };
        host.drain();
        host
    }

    /// The same host after the program was killed and started again at `uptime` in the boot `boot`.
    pub(crate) fn restart(&mut self, uptime: f64, boot: &str) {
        let saved = self.grace.save();
        self.restart_with(Some(uptime), boot, saved);
    }

    pub(crate) fn restart_with(&mut self, uptime: Option<f64>, boot: &str, saved: SavedState) {
        let names: Vec<_> = self.grace.destinations().iter().map(|to| to.name().clone()).collect();
        let start = Start::new(uptime.map(at), identity(boot)).with_saved(saved);
        self.restart_as(start.with_destinations(names));
    }

    /// The program starts again, on a host whose uptime is known if `start` says it.
    pub(crate) fn restart_as(&mut self, start: Start) {
        let uptime = start.uptime;
        self.grace = Grace::new(self.grace.policy().clone(), start);
        self.now = uptime.unwrap_or(self.now);
        self.drain();
    }

    /// Lets time pass until `secs` after boot, and does on the way what is due.
    pub(crate) fn until(&mut self, secs: f64) -> &mut Self {
        self.until_uptime(at(secs))
    }

    pub(crate) fn until_uptime(&mut self, until: Uptime) -> &mut Self {
        while let Some(due) = self.grace.poll_timeout().filter(|&due| due <= until) {
            self.now = self.now.max(due);
            self.grace.handle_timeout(self.now);
            self.rest();
        }
        self.now = self.now.max(until);
        self.rest();
        self
    }

    /// Jumps to the next wake-up. Returns whether there was one.
    pub(crate) fn jump(&mut self) -> bool {
        let due = self.grace.poll_timeout();
        if let Some(due) = due {
            self.until_uptime(due);
        }
        due.is_some()
    }

    /// An event at `secs` after boot, with all that was due before it.
    pub(crate) fn event(&mut self, secs: f64, event: Event) -> Decision {
        self.until(secs);
        self.event_now(event)
    }

    /// An event now, whatever is due.
    pub(crate) fn event_now(&mut self, event: Event) -> Decision {
        let decision = self.grace.handle_event(self.now, event);
        self.drain();
        decision
    }

    pub(crate) fn signal(&mut self, secs: f64, signal: Signal) -> &mut Self {
        self.until(secs);
        self.grace.handle_signal(self.now, signal);
        self.drain();
        self
    }

    /// Does what is due now, until nothing is.
    fn rest(&mut self) {
        self.drain();
        for _ in 0..PATIENCE {
            if self.grace.poll_timeout().is_none_or(|due| self.now < due) {
                return;
            }
            self.grace.handle_timeout(self.now);
            self.drain();
        }
        panic!("the machine does not come to rest at {}", self.now);
    }

    /// Takes the machine's effects, and answers those that ask for something.
    pub(crate) fn drain(&mut self) {
        while let Some(effect) = self.grace.poll_effect() {
            self.books.enter(&effect);
            self.log.push((self.now, effect.clone()));
            match (effect, &self.facts) {
                (Effect::CollectFacts { request, .. }, Some(facts)) => {
                    self.grace.handle_facts(self.now, request, facts.clone());
                }
                (Effect::Deliver(envelope), _) => {
                    if let Some(delivery) = self.delivery_of(&envelope) {
                        self.grace.handle_delivery(self.now, &envelope, delivery);
                    }
                }
                _ => {}
            }
        }
    }

    fn delivery_of(&self, envelope: &Envelope) -> Option<Delivery> {
        let own = self.deliveries.get(envelope.to.name().as_str());
        own.copied().unwrap_or(self.delivery)
    }

    /// From now on this becomes of the messages to the destination of this name.
    pub(crate) fn answer(&mut self, name: &str, delivery: Option<Delivery>) -> &mut Self {
        self.deliveries.insert(name.to_owned(), delivery);
        self
    }

    /// Every message that was sent to the first destination for the first time, in order.
    pub(crate) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.log.iter().filter_map(|(_, effect)| match effect {
            Effect::Deliver(envelope) if envelope.attempt == 0 && envelope.to.index() == 0 => {
                Some(&*envelope.message)
            }
            _ => None,
        })
    }

    pub(crate) fn reports(&self) -> Vec<&StartupReport> {
        self.messages()
            .filter_map(|message| match message {
                Message::StartupReport(report) => Some(&**report),
                _ => None,
            })
            .collect()
    }

    /// The one report there is.
    #[track_caller]
    pub(crate) fn report(&self) -> &StartupReport {
        match self.reports()[..] {
            [report] => report,
            ref reports => panic!("{} reports\n{}", reports.len(), self.printed().join("\n")),
        }
    }

    pub(crate) fn digests(&self) -> Vec<&Digest> {
        self.messages()
            .filter_map(|message| match message {
                Message::Digest(digest) => Some(digest),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn notices(&self) -> Vec<&Notice> {
        self.messages()
            .filter_map(|message| match message {
                Message::Notice(notice) => Some(notice),
                _ => None,
            })
            .collect()
    }

    /// The log, one line an effect.
    pub(crate) fn printed(&self) -> Vec<String> {
        self.log.iter().map(|(at, effect)| print::line(*at, effect)).collect()
    }

    /// The messages and closings, one line each; what is recorded of single events is left out.
    pub(crate) fn told(&self) -> Vec<String> {
        let told = self.log.iter().filter(|(_, effect)| {
            matches!(effect, Effect::Deliver(_) | Effect::Closed(_) | Effect::GaveUp { .. })
        });
        told.map(|(at, effect)| print::line(*at, effect)).collect()
    }

    /// What was told and closed is this, and the books balance.
    #[track_caller]
    pub(crate) fn check(&self, expect: &[&str]) {
        let told = self.told();
        assert_eq!(told, expect, "\nthe whole log:\n{}", self.printed().join("\n"));
        self.books.check();
    }

    /// The books balance, and no event is open any more.
    #[track_caller]
    pub(crate) fn check_all_settled(&self) {
        self.books.check();
        assert_eq!(self.books.open(), 0, "open events\n{}", self.printed().join("\n"));
    }
}
