//! Which boot a task is of. Pure.

use std::time::Duration;

use grace_core::Uptime;

use crate::upid::Upid;

/// How far a task's boot may lie from this one, in milliseconds. A task's id has whole seconds of wall time;
/// two boots that begin closer than this cannot be told apart.
const SLACK: i64 = 30_000;
/// Wall clocks that differ by less are the same, in milliseconds.
const SAME: i64 = 1_000;
/// How many settings of the wall clock are remembered. The boot's first counts always.
const REMEMBERED: usize = 64;

/// What the host's clocks showed, both at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostTime {
    /// Time since boot.
    pub uptime: Uptime,
    /// Unix time, by the wall clock.
    pub unix: Duration,
}

impl HostTime {
    /// Both clocks' times.
    #[must_use]
    pub const fn new(uptime: Uptime, unix: Duration) -> Self {
        Self { uptime, unix }
    }

    /// When the host booted, by the wall clock as it is set now, in milliseconds of Unix time. Only setting the
    /// clock changes it.
    fn booted(self) -> i64 {
        millis(self.unix).saturating_sub(millis(self.uptime.since_boot()))
    }
}

/// When this boot began, by each setting of the wall clock that was seen in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Boots {
    booted: Vec<i64>,
}

impl Boots {
    /// Notes how the wall clock is set.
    pub(super) fn see(&mut self, now: HostTime) {
        let booted = now.booted();
        if self.booted.iter().any(|known| known.abs_diff(booted) < SAME as u64) {
            return;
        }
        if self.booted.len() >= REMEMBERED {
            self.booted.remove(1);
        }
        self.booted.push(booted);
    }

    /// Whether the task is of this boot.
    pub(super) fn has(&self, upid: &Upid, now: HostTime) -> bool {
        let started = millis(Duration::from_secs(upid.unix_time.into()));
        let booted = started.saturating_sub(millis(upid.started.since_boot()));
        let is_same = |known: &i64| known.abs_diff(booted) <= SLACK as u64;
        upid.started <= now.uptime && self.booted.iter().any(is_same)
    }
}

/// When a task ended, on the boot timeline: as long after it began as the wall clock says.
pub(super) fn ended(upid: &Upid, unix_end: u32, now: HostTime) -> Uptime {
    let took = Duration::from_secs(unix_end.saturating_sub(upid.unix_time).into());
    upid.started.saturating_add(took).min(now.uptime)
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOTED: u64 = 1_700_000_000;

    fn at(uptime: u64, unix: u64) -> HostTime {
        HostTime::new(Uptime::from_secs(uptime), Duration::from_secs(unix))
    }

    fn task(uptime: u64, unix: u64) -> Upid {
        let upid = format!("UPID:n:00000001:{:08X}:{unix:08X}:qmstart:1:root@pam:", uptime * 100);
        upid.parse().expect("an id")
    }

    #[test]
    fn a_task_is_of_the_boot_in_which_its_clocks_agree() {
        fn check(task: &Upid, expected: bool) {
            let now = at(1_000, BOOTED + 1_000);
            let mut boots = Boots::default();
            boots.see(now);
            assert_eq!(boots.has(task, now), expected, "{task}");
        }
        check(&task(15, BOOTED + 15), true);
        check(&task(15, BOOTED + 16), true);
        check(&task(15, BOOTED + 14), true);
        check(&task(1_000, BOOTED + 1_000), true);
        check(&task(1_001, BOOTED + 1_001), false);
        check(&task(15, BOOTED - 3_600 + 15), false);
        check(&task(900, BOOTED + 15), false);
    }

    #[test]
    fn a_clock_that_is_set_leaves_the_boot_what_it_was() {
        let mut boots = Boots::default();
        // The hardware clock was a day slow until the network set it.
        boots.see(at(20, BOOTED - 86_400 + 20));
        let now = at(1_000, BOOTED + 1_000);
        boots.see(now);
        assert!(boots.has(&task(15, BOOTED - 86_400 + 15), now));
        assert!(boots.has(&task(900, BOOTED + 900), now));
        assert!(!boots.has(&task(15, BOOTED - 43_200), now));
    }

    #[test]
    fn a_clock_that_is_set_all_the_time_is_remembered_up_to_a_bound() {
        let mut boots = Boots::default();
        for step in 0..1_000 {
            boots.see(at(20 + step, BOOTED + 20 + step + step * 60));
        }
        assert_eq!(boots.booted.len(), REMEMBERED);
        let now = at(2_000, BOOTED + 2_000);
        assert!(boots.has(&task(15, BOOTED + 15), now), "the first setting is kept");
        assert!(boots.has(&task(15, BOOTED + 15 + 999 * 60), now), "the last setting is kept");
    }

    #[test]
    fn an_end_is_as_far_from_the_beginning_as_the_wall_clock_says() {
        fn check(unix_end: u64, uptime: u64) {
            let unix_end = u32::try_from(unix_end).expect("small");
            let ended = ended(&task(15, BOOTED + 15), unix_end, at(100, BOOTED + 100));
            assert_eq!(ended, Uptime::from_secs(uptime), "{unix_end}");
        }
        check(BOOTED + 25, 25);
        check(BOOTED + 15, 15);
        // The clock was set back, or far forward, while the task ran.
        check(BOOTED - 3_600, 15);
        check(BOOTED + 86_400, 100);
    }
}
