//! One recorded boot under several policies, side by side.

use std::collections::BTreeMap;
use std::time::Duration;

use grace_core::{Decision, Message, MessageId, Outcome, Policy, Text, Uptime};
use grace_notify::render;
use grace_sim::laws::Violation;

use super::Recording;
use crate::simulate::{HostMark, Log, What, run_witnessed};

/// A policy and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is what a caller asks for, field by field")]
pub struct Contender {
    /// What the policy is called: its file, or `default` or `adaptive`.
    pub name: Text,
    /// The policy.
    pub policy: Policy,
}

/// What a boot came to under one policy.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Trial {
    /// What the policy is called.
    pub name: Text,
    /// All that happened.
    pub log: Log,
    /// How much of it there was.
    pub totals: Totals,
    /// What broke a law; nothing does.
    pub violations: Vec<Violation>,
}

/// How many messages a run sent, what was decided on its events, and where they ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Totals {
    /// Messages that people received.
    pub messages: u64,
    /// Startup reports among them.
    pub reports: u64,
    /// Events told at once.
    pub at_once: u64,
    /// Events held until a window ended.
    pub held: u64,
    /// Events gathered with others.
    pub gathered: u64,
    /// Events by where they ended: `delivered`, `digest`, `report`, `expected-stop`, `recovered`.
    pub ends: BTreeMap<&'static str, u64>,
    /// Events that had not ended when the program stopped with its host, for the next boot to tell of.
    pub left: u64,
}

/// A recorded boot under several policies.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Comparison {
    /// The recording in one line.
    pub title: String,
    /// The runs, in the order of the policies.
    pub trials: Vec<Trial>,
    /// What was sent, and what interrupted it, in the order of time.
    pub rows: Vec<Row>,
}

/// One line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Row {
    /// A message that at least one policy sent then.
    Message {
        /// When, since the program started.
        t: Duration,
        /// What kind: `startup-report`, `notice` or `digest`.
        kind: &'static str,
        /// Its title.
        title: String,
        /// How many events it told of, for each policy; `None` where that sent none such.
        told: Vec<Option<u64>>,
    },
    /// Something about the host that ends or interrupts what runs, or explains it.
    Mark {
        /// When, since the program started.
        t: Duration,
        /// What.
        words: String,
    },
}

impl Comparison {
    /// Runs a recording under each of these policies, the program starting at `start`.
    ///
    /// # Errors
    /// A runtime could not be made.
    pub fn run(
        recording: &Recording,
        start: Option<Uptime>,
        contenders: Vec<Contender>,
    ) -> std::io::Result<Self> {
        let trial = |Contender { name, policy }| {
            let timeline = recording.timeline(policy, start);
            let (log, witness) = run_witnessed(&timeline)?;
            let totals = Totals::of(&log);
            Ok(Trial { name, log, totals, violations: witness.violations().to_vec() })
        };
        let trials = contenders.into_iter().map(trial).collect::<std::io::Result<Vec<_>>>()?;
        Ok(Self { title: recording.title(), rows: rows(&trials), trials })
    }
}

impl Trial {
    /// What broke a law, in words that name the policy.
    pub fn complaints(&self) -> impl Iterator<Item = String> {
        self.violations.iter().map(|violation| format!("{}: {violation}", self.name))
    }
}

impl Totals {
    fn of(log: &Log) -> Self {
        let mut totals = Self::default();
        for entry in log.entries() {
            match entry.what {
                What::Event { decision: Decision::Deliver, .. } => totals.at_once += 1,
                What::Event { decision: Decision::Hold { .. }, .. } => totals.held += 1,
                What::Event { decision: Decision::Aggregate { .. }, .. } => totals.gathered += 1,
                What::Received(envelope) => {
                    totals.messages += 1;
                    let is_report = matches!(*envelope.message, Message::StartupReport(_));
                    totals.reports += u64::from(is_report);
                }
                What::Settled { events, outcome, .. } => {
                    *totals.ends.entry(outcome.as_str()).or_default() += events;
                }
                _ => {}
            }
        }
        let decided = totals.at_once + totals.held + totals.gathered;
        totals.left = decided.saturating_sub(totals.ends.values().sum());
        totals
    }
}

impl Row {
    /// When, since the program started.
    #[must_use]
    pub const fn t(&self) -> Duration {
        match self {
            Self::Message { t, .. } | Self::Mark { t, .. } => *t,
        }
    }
}

/// The rows of all runs. A mark stands once, as every run has it; a message once for each instant and title.
fn rows(trials: &[Trial]) -> Vec<Row> {
    let mut places: BTreeMap<(Duration, String, usize), usize> = BTreeMap::new();
    let mut rows: Vec<Row> = Vec::new();
    for (told_by, trial) in trials.iter().enumerate() {
        let mut repeats: BTreeMap<(Duration, String), usize> = BTreeMap::new();
        for message in messages(&trial.log) {
            let repeat = repeats.entry((message.t, message.title.clone())).or_default();
            let place = places.entry((message.t, message.title.clone(), *repeat));
            *repeat += 1;
            let place = *place.or_insert_with(|| {
                rows.push(message.row(trials.len()));
                rows.len() - 1
            });
            if let Some(Row::Message { told, .. }) = rows.get_mut(place)
                && let Some(told) = told.get_mut(told_by)
            {
                *told = Some(message.events);
            }
        }
    }
    rows.extend(trials.first().map(|trial| marks(&trial.log)).unwrap_or_default());
    rows.sort_by_key(Row::t);
    rows
}

fn marks(log: &Log) -> Vec<Row> {
    let entries = log.entries().into_iter();
    let marks = entries.filter_map(|entry| match entry.what {
        What::Host { mark: Some(mark), words } => {
            // The program stops with its host, or at no time of its own.
            (mark != HostMark::Stopped).then_some(Row::Mark { t: entry.t, words })
        }
        _ => None,
    });
    marks.collect()
}

/// A message that was received.
struct Received {
    t: Duration,
    kind: &'static str,
    title: String,
    events: u64,
}

impl Received {
    fn row(&self, policies: usize) -> Row {
        let Self { t, kind, title, .. } = self;
        Row::Message { t: *t, kind, title: title.clone(), told: vec![None; policies] }
    }
}

fn messages(log: &Log) -> Vec<Received> {
    let mut told: BTreeMap<MessageId, u64> = BTreeMap::new();
    for entry in log.entries() {
        if let What::Settled {
            events,
            outcome: Outcome::Delivered(id) | Outcome::Digest(id) | Outcome::Report(id),
            ..
        } = entry.what
        {
            *told.entry(id).or_default() += events;
        }
    }
    let received = log.received().into_iter();
    let received = received.map(|(t, envelope)| Received {
        t,
        kind: envelope.message.kind(),
        title: render(&envelope.message).title,
        events: told.get(&envelope.id).copied().unwrap_or_default(),
    });
    received.collect()
}
