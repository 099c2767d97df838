//! Faults to put before a port, whatever port it is.
//!
//! ```
//! # use std::{num::NonZeroU32, time::Duration};
//! # use grace_core::{PortErrorKind, Uptime};
//! # use grace_sim::{fakes::FakeUptime, faults::Faulty};
//! // Answers after two seconds, and every third time not at all well.
//! let host = Faulty::new(FakeUptime::new(Uptime::ZERO))
//!     .slow(Duration::from_secs(2))
//!     .failing(NonZeroU32::new(3).expect("three"), PortErrorKind::Malformed);
//! ```

mod ports;

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use grace_core::{PortError, PortErrorKind};

/// A port with faults before it. Without one it is the port itself.
///
/// The faults are counted in calls of the port, over all of its functions.
#[derive(Debug)]
pub struct Faulty<P> {
    port: P,
    delay: Duration,
    dead: bool,
    failing: Option<(NonZeroU32, PortErrorKind)>,
    calls: AtomicU32,
}

impl<P> Faulty<P> {
    /// `port`, as yet without a fault.
    #[must_use]
    pub const fn new(port: P) -> Self {
        Self { port, delay: Duration::ZERO, dead: false, failing: None, calls: AtomicU32::new(0) }
    }

    /// Every answer takes `delay` of tokio's time. The port is asked after it, as one that works for long
    /// sees the host as it is at the end.
    #[must_use]
    pub const fn slow(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// No answer ever comes, and the port is never asked.
    #[must_use]
    pub const fn dead(mut self) -> Self {
        self.dead = true;
        self
    }

    /// Every `nth` answer is an error of this kind, and the port is not asked.
    #[must_use]
    pub const fn failing(mut self, nth: NonZeroU32, kind: PortErrorKind) -> Self {
        self.failing = Some((nth, kind));
        self
    }

    /// Every answer is one that cannot be understood.
    #[must_use]
    pub const fn malformed(self) -> Self {
        self.failing(NonZeroU32::MIN, PortErrorKind::Malformed)
    }

    /// How often the port was called.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// The port, once the faults have had their turn.
    async fn port(&self) -> Result<&P, PortError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        if self.dead {
            std::future::pending::<()>().await;
        }
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        match self.failing {
            Some((nth, kind)) if call % nth == 0 => {
                Err(PortError::new(kind, format!("injected fault at call {call}")))
            }
            _ => Ok(&self.port),
        }
    }
}
