//! How long to wait before journalctl is started again. Pure.

use std::time::Duration;

/// Pauses that double, up to a bound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pauses {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pauses {
    pub(super) const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The next pause begins where the first did.
    pub(super) const fn reset(&mut self) {
        self.next = self.first;
    }

    /// The next pause, longer than the one before.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.next.min(self.longest);
        self.next = pause.saturating_mul(2);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_begin_anew() {
        let mut pauses = Pauses::new(Duration::from_millis(100), Duration::from_millis(350));
        let millis: Vec<_> = (0..4).map(|_| pauses.next().as_millis()).collect();
        assert_eq!(millis, [100, 200, 350, 350]);
        pauses.reset();
        assert_eq!(pauses.next().as_millis(), 100);
    }
}
