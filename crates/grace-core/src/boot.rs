//! Which boot of the host this is.

use core::fmt;

use crate::Text;

/// The kernel's random name of one boot, `/proc/sys/kernel/random/boot_id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootId(Text);

impl BootId {
    /// A boot id as the kernel (`xxxxxxxx-xxxx-…`) or the journal (32 hex digits) writes it.
    ///
    /// Hyphens are left out and letters made lower case, so that both spellings are equal.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        let plain: alloc::string::String =
            raw.trim().chars().filter(|&c| c != '-').map(|c| c.to_ascii_lowercase()).collect();
        Self(Text::name(plain))
    }

    /// The id without hyphens, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for BootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What tells one boot of the host from another.
///
/// A soft reboot (`systemctl soft-reboot`, systemd 254) restarts all of user space under the same
/// kernel and so the same boot id; systemd counts those in `SoftRebootsCount`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct BootIdentity {
    /// The kernel's boot id, if it could be read.
    pub id: Option<BootId>,
    /// Soft reboots since the kernel booted.
    pub soft_reboots: u32,
}

impl BootIdentity {
    /// An identity that could not be read.
    pub const UNKNOWN: Self = Self { id: None, soft_reboots: 0 };

    /// The boot with this id, without a soft reboot.
    #[must_use]
    pub fn new(id: BootId) -> Self {
        Self { id: Some(id), soft_reboots: 0 }
    }

    /// The same kernel after `count` soft reboots.
    #[must_use]
    pub fn with_soft_reboots(mut self, count: u32) -> Self {
        self.soft_reboots = count;
        self
    }
}

/// Whether the program started with its host or on a host that already ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the two ways to start are what this crate tells apart"
)]
pub enum BootKind {
    /// The program started with the host: uptime was under 600 s, or unknown.
    Boot,
    /// The program started on a host that ran already.
    Restart,
}

impl BootKind {
    /// `boot` or `restart`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Restart => "restart",
        }
    }
}
