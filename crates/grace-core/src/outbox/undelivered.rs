//! What was given up, gathered until the others are told.

use alloc::collections::BTreeMap;
use core::time::Duration;

use crate::{Destination, Undelivered, Uptime};

/// How long after one word of a destination the next one waits. One that is broken gives up a copy for every
/// message once the outbox is full, and the others are not to be told with each.
const PAUSE: Duration = Duration::from_secs(3_600);

/// What was given up, by the destination's index.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(BTreeMap<usize, Failure>);

#[derive(Debug, Clone, Default)]
struct Failure {
    /// When the others may be told.
    due: Uptime,
    messages: u64,
    lost: u64,
    oldest: Duration,
}

impl Failures {
    pub(super) fn add(&mut self, to: usize, age: Duration, lost: bool) {
        let failure = self.0.entry(to).or_default();
        failure.messages = failure.messages.saturating_add(1);
        failure.lost = failure.lost.saturating_add(u64::from(lost));
        failure.oldest = failure.oldest.max(age);
    }

    pub(super) fn due(&self) -> Option<Uptime> {
        self.0.values().filter(|failure| failure.messages > 0).map(|failure| failure.due).min()
    }

    /// What is to be told at `now`, of one destination.
    pub(super) fn take(
        &mut self,
        destinations: &[Destination],
        now: Uptime,
    ) -> Option<Undelivered> {
        let is_due = |failure: &&mut Failure| failure.messages > 0 && failure.due <= now;
        let (&to, failure) = self.0.iter_mut().find(|(_, failure)| is_due(failure))?;
        let Failure { messages, lost, oldest, .. } = core::mem::take(failure);
        failure.due = now.saturating_add(PAUSE);
        let to = destinations.get(to)?.name().clone();
        Some(Undelivered { to, messages, lost, oldest })
    }

    /// The same for other destinations, on a timeline that may be another. `moved` is where each has gone.
    pub(super) fn carry_over(&mut self, moved: impl Fn(usize) -> Option<usize>) {
        let failures = core::mem::take(&mut self.0).into_iter();
        let kept =
            failures.filter(|(_, failure)| failure.messages > 0).filter_map(|(to, failure)| {
                Some((moved(to)?, Failure { due: Uptime::ZERO, ..failure }))
            });
        self.0 = kept.collect();
    }
}
