//! A hold on the host's shutdown, long enough for a last word.

use std::os::fd::OwnedFd;
use std::time::Duration;

use crate::bus::Object;
use crate::{Error, SystemBus};

/// How long logind may take for an answer.
const DEADLINE: Duration = Duration::from_secs(5);

/// A delay lock of logind's, systemd.io/INHIBITOR_LOCKS: as long as it is there, a shutdown is announced and
/// waits, but not for ever ([`longest`](Self::longest)).
///
/// It must be taken before the shutdown is announced, and ends when it is dropped, or with the process.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct ShutdownDelay {
    _lock: OwnedFd,
    longest: Option<Duration>,
}

impl ShutdownDelay {
    /// Asks logind for the lock, in the name of `grace`; `why` is for whoever runs `systemd-inhibit --list`.
    ///
    /// # Errors
    /// There is no bus, or no logind, or this process may not take a lock: that needs root, or polkit's
    /// consent.
    pub async fn take(bus: &SystemBus, why: &str) -> Result<Self, Error> {
        let question = ("shutdown", "grace", why, "delay");
        let lock: zbus::OwnedFd = bus.ask(&Object::LOGIND, "Inhibit", &question, DEADLINE).await?;
        let longest = bus.property(&Object::LOGIND, "InhibitDelayMaxUSec", DEADLINE).await;
        Ok(Self { _lock: lock.into(), longest: longest.ok().map(Duration::from_micros) })
    }

    /// The most that a shutdown waits for its locks (`InhibitDelayMaxSec=` of logind.conf(5), 5 s where it is
    /// not set), if logind says.
    #[must_use]
    pub const fn longest(&self) -> Option<Duration> {
        self.longest
    }
}
