//! The boot timeline, read once and carried on by the runtime's monotonic clock.

use grace_core::{Uptime, UptimeSource};
use tokio::time::Instant;

/// Now on the boot timeline.
#[derive(Debug)]
pub(super) struct Clock {
    anchor: Anchor,
    /// Whether the port's uptime is this timeline's; not if it could not be read at the start.
    follows_port: bool,
}

/// One instant on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    uptime: Uptime,
    runtime: Instant,
}

impl Clock {
    pub(super) fn new(uptime: Uptime, follows_port: bool) -> Self {
        Self { anchor: Anchor { uptime, runtime: runtime_now() }, follows_port }
    }

    pub(super) fn anchor(&self) -> Anchor {
        self.anchor
    }

    pub(super) fn now(&self) -> Uptime {
        self.anchor.now()
    }

    /// Reads the port anew: a suspend is time that the runtime's clock does not see.
    pub(super) async fn read(&mut self, port: &dyn UptimeSource) -> Uptime {
        if self.follows_port
            && let Ok(uptime) = port.uptime().await
        {
            self.anchor = Anchor { uptime, runtime: runtime_now() };
        }
        self.now()
    }
}

impl Anchor {
    /// Now, as far as the runtime's clock can tell.
    pub(super) fn now(&self) -> Uptime {
        self.uptime.saturating_add(runtime_now().saturating_duration_since(self.runtime))
    }
}

pub(super) fn runtime_now() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "this is the driver's one clock")]
    Instant::now()
}
