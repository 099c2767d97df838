//! From the journal's clock, which stands still while the host sleeps, to the boot timeline. Pure.

use std::time::Duration;

use grace_core::Uptime;

use crate::record::Record;

/// `SD_MESSAGE_SLEEP_START`: the host is about to sleep.
pub(crate) const SLEEP_START: &str = "6bbd95ee977941e497c48be27c254128";
/// `SD_MESSAGE_SLEEP_STOP`: the host has woken up.
pub(crate) const SLEEP_STOP: &str = "8811e6df2a8e40f58a94cea26f8ebf14";

/// How long a host has slept, as the entries of its journal tell.
///
/// The journal's `__MONOTONIC_TIMESTAMP` is `CLOCK_MONOTONIC`, which stands still while the host is suspended;
/// [`Uptime`] is `CLOCK_BOOTTIME`, which does not. Between the entries that systemd writes before and after a
/// suspend, what the wall clock has advanced more than the monotonic one is the time asleep.
///
/// - A host that was suspended by other means than systemd, with `echo mem > /sys/power/state`, does not say so
///   in its journal: what comes after lies too early by the time asleep.
/// - A wall clock that is set while the host sleeps, or before the entry about its waking, is taken for sleep if
///   it is set forward, and hides as much sleep if it is set back.
/// - Entries have to come from the boot's start, in the journal's order, each once.
///
/// ```
/// use grace_core::Uptime;
/// use grace_journal::{Record, Suspensions};
///
/// let mut suspensions = Suspensions::default();
/// let mut place = |monotonic: u64, unix: u64, id: &str| {
///     let line = format!(
///         r#"{{"__MONOTONIC_TIMESTAMP":"{monotonic}000000","__REALTIME_TIMESTAMP":"{unix}000000","MESSAGE_ID":"{id}"}}"#
///     );
///     suspensions.place(&Record::from_json(line.as_bytes()).expect("a record"))
/// };
/// place(100, 1_700_000_100, "6bbd95ee977941e497c48be27c254128"); // asleep for an hour
/// place(101, 1_700_003_701, "8811e6df2a8e40f58a94cea26f8ebf14");
/// assert_eq!(place(110, 1_700_003_710, ""), Some(Uptime::from_secs(3_710)));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Suspensions {
    /// All the sleep that is over.
    asleep: Duration,
    /// Both clocks, in microseconds, when the host was about to sleep; `None` while it is awake.
    since: Option<Clocks>,
}

#[derive(Debug, Clone, Copy)]
struct Clocks {
    monotonic: u64,
    unix: u64,
}

impl Suspensions {
    /// When the record was written, on the boot timeline, if it says.
    pub fn place(&mut self, record: &Record) -> Option<Uptime> {
        let monotonic = record.monotonic?;
        if let Some(now) = Clocks::of(record) {
            self.pass(record.message_id.as_str(), now);
        }
        let sleeping = match (self.since, Clocks::of(record)) {
            // The first entries after a sleep come before the one that says that it is over.
            (Some(since), Some(now)) => since.asleep_until(now),
            _ => Duration::ZERO,
        };
        Some(monotonic.saturating_add(self.asleep).saturating_add(sleeping))
    }

    fn pass(&mut self, message_id: &str, now: Clocks) {
        match message_id {
            SLEEP_START => {
                self.wake(now);
                self.since = Some(now);
            }
            SLEEP_STOP => self.wake(now),
            _ => {}
        }
    }

    fn wake(&mut self, now: Clocks) {
        if let Some(since) = self.since.take() {
            self.asleep = self.asleep.saturating_add(since.asleep_until(now));
        }
    }
}

impl Clocks {
    fn of(record: &Record) -> Option<Self> {
        let monotonic = record.monotonic?.as_nanos() / 1_000;
        Some(Self { monotonic, unix: record.unix_micros? })
    }

    /// What the wall clock has advanced more than the other.
    fn asleep_until(self, now: Self) -> Duration {
        let awake = now.monotonic.saturating_sub(self.monotonic);
        let all = now.unix.saturating_sub(self.unix);
        Duration::from_micros(all.saturating_sub(awake))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    /// Where entries lie, in seconds, that say: the monotonic clock, the wall clock, and the kind.
    fn placed<const N: usize>(entries: [(u64, u64, &str); N]) -> [f64; N] {
        let mut suspensions = Suspensions::default();
        entries.map(|(monotonic, unix, message_id)| {
            let record = Record {
                monotonic: Some(Uptime::from_secs(monotonic)),
                unix_micros: Some(unix * SECOND),
                message_id: message_id.into(),
                ..Record::default()
            };
            suspensions.place(&record).expect("it says").as_secs_f64()
        })
    }

    #[test]
    fn a_host_that_never_slept_lies_where_its_journal_says() {
        // Even where its wall clock is set, forward and back.
        assert_eq!(placed([(1, 1_000, ""), (2, 9_000, ""), (3, 10, "")]), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn what_follows_a_sleep_lies_later_by_it() {
        let night = 8 * 3_600;
        let found = placed([
            (10, 1_010, ""),
            (20, 1_020, SLEEP_START),
            (21, 1_021, ""),
            // The kernel says that it is awake before systemd does.
            (22, 1_022 + night, ""),
            (23, 1_023 + night, SLEEP_STOP),
            (30, 1_030 + night, ""),
        ]);
        let slept = 8.0 * 3_600.0;
        assert_eq!(found, [10.0, 20.0, 21.0, 22.0 + slept, 23.0 + slept, 30.0 + slept]);
    }

    #[test]
    fn sleeps_add_up_even_where_one_does_not_say_that_it_ended() {
        let found = placed([
            (10, 1_010, SLEEP_START),
            (11, 1_111, SLEEP_STOP),
            (20, 1_120, SLEEP_START),
            (21, 1_321, SLEEP_START),
            (22, 1_322, SLEEP_STOP),
            (23, 1_323, ""),
        ]);
        assert_eq!(found[5], 23.0 + 100.0 + 200.0);
    }

    #[test]
    fn a_waking_without_a_sleep_changes_nothing() {
        assert_eq!(placed([(10, 1_010, SLEEP_STOP), (20, 5_000, "")]), [10.0, 20.0]);
    }

    #[test]
    fn a_wall_clock_set_back_during_a_sleep_never_moves_an_entry_earlier() {
        let found = placed([(10, 1_010, SLEEP_START), (11, 500, SLEEP_STOP), (12, 501, "")]);
        assert_eq!(found, [10.0, 11.0, 12.0]);
    }

    #[test]
    fn without_a_wall_clock_there_is_no_sleep_and_without_any_no_time() {
        let mut suspensions = Suspensions::default();
        let mut record = Record { message_id: SLEEP_START.into(), ..Record::default() };
        assert_eq!(suspensions.place(&record), None);
        record.monotonic = Some(Uptime::from_secs(5));
        assert_eq!(suspensions.place(&record), Some(Uptime::from_secs(5)));
    }
}
