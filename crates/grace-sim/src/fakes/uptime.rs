//! A host whose time the test advances.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{BootId, BootIdentity, PortError, PortErrorKind, Uptime, UptimeSource};
use tokio::time::Instant;

/// A host that boots, runs, sleeps and reboots as the test says.
#[derive(Debug, Clone)]
pub struct FakeUptime(Arc<Mutex<Host>>);

#[derive(Debug)]
struct Host {
    /// Uptime at `since`, or now if time stands still but for the test.
    base: Uptime,
    /// From when on tokio's clock is followed.
    since: Option<Instant>,
    boot: BootIdentity,
    fault: Option<PortErrorKind>,
}

impl FakeUptime {
    /// A host that has been up for `uptime`, whose time passes only by [`advance`](Self::advance) and
    /// [`suspend`](Self::suspend).
    #[must_use]
    pub fn new(uptime: Uptime) -> Self {
        Self::host(uptime, None)
    }

    /// A host that has been up for `uptime`, whose time passes with tokio's clock, paused or not.
    ///
    /// Outside a suspend the two clocks run alike, as `CLOCK_BOOTTIME` and a program's monotonic clock do.
    #[must_use]
    pub fn following_tokio(uptime: Uptime) -> Self {
        Self::host(uptime, Some(tokio_now()))
    }

    fn host(base: Uptime, since: Option<Instant>) -> Self {
        Self(Arc::new(Mutex::new(Host {
            base,
            since,
            boot: BootIdentity::new(boot_id(1)),
            fault: None,
        })))
    }

    /// The host's uptime, whether or not the port answers.
    #[must_use]
    pub fn now(&self) -> Uptime {
        self.lock().now()
    }

    /// Lets `span` pass while the host runs.
    ///
    /// On a host that follows tokio's clock this is a difference between the two; advance that clock
    /// instead.
    pub fn advance(&self, span: Duration) {
        let mut host = self.lock();
        host.base = host.base.saturating_add(span);
    }

    /// Lets `span` pass while the host sleeps: uptime goes on, and no other clock of the program does.
    pub fn suspend(&self, span: Duration) {
        self.advance(span);
    }

    /// Boots the host again: uptime begins anew, under another boot id.
    pub fn reboot(&self) {
        let mut host = self.lock();
        let next = host.boot.id.as_ref().map_or(1, |id| boot_number(id) + 1);
        host.base = Uptime::ZERO;
        host.since = host.since.map(|_| tokio_now());
        host.boot = BootIdentity::new(boot_id(next));
    }

    /// Restarts user space alone: same kernel, same uptime, one more soft reboot.
    pub fn soft_reboot(&self) {
        let mut host = self.lock();
        host.boot.soft_reboots = host.boot.soft_reboots.saturating_add(1);
    }

    /// From now on nothing can be read, for this reason.
    pub fn break_down(&self, kind: PortErrorKind) {
        self.lock().fault = Some(kind);
    }

    /// From now on everything can be read again.
    pub fn repair(&self) {
        self.lock().fault = None;
    }

    fn lock(&self) -> MutexGuard<'_, Host> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    fn now(&self) -> Uptime {
        match self.since {
            Some(since) => self.base.saturating_add(tokio_now().saturating_duration_since(since)),
            None => self.base,
        }
    }

    fn answer<T>(&self, answer: T) -> Result<T, PortError> {
        match self.fault {
            Some(kind) => Err(PortError::new(kind, "the fake host cannot be read")),
            None => Ok(answer),
        }
    }
}

#[async_trait]
impl UptimeSource for FakeUptime {
    async fn uptime(&self) -> Result<Uptime, PortError> {
        let host = self.lock();
        host.answer(host.now())
    }

    async fn boot(&self) -> Result<BootIdentity, PortError> {
        let host = self.lock();
        host.answer(host.boot)
    }
}

/// The id of the fake's n-th boot.
fn boot_id(number: u64) -> BootId {
    BootId::new(&format!("{number:032x}"))
}

fn boot_number(id: &BootId) -> u64 {
    u64::from_str_radix(id.as_str(), 16).unwrap_or(0)
}

fn tokio_now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "the fake is a clock: it shows the one the test runs by"
    )]
    Instant::now()
}
