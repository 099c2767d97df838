//! Which boot of the host this is.

use core::fmt;

/// The kernel's random name of one boot, `/proc/sys/kernel/random/boot_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootId {
    text: [u8; BootId::LEN],
    len: u8,
}

impl BootId {
    /// The length of an id, 128 bits in hexadecimal digits.
    const LEN: usize = 32;

    /// A boot id as the kernel (`xxxxxxxx-xxxx-…`) or the journal (32 hex digits) writes it.
    ///
    /// Hyphens are left out and letters made lower case, so that both spellings are equal. What no id has,
    /// other characters and any past the 32nd, is left out too.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        let mut id = Self { text: [0; Self::LEN], len: 0 };
        let digits = raw.bytes().filter(u8::is_ascii_alphanumeric);
        for (to, digit) in id.text.iter_mut().zip(digits) {
            *to = digit.to_ascii_lowercase();
            id.len = id.len.saturating_add(1);
        }
        id
    }

    /// The id without hyphens, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let text = self.text.get(..usize::from(self.len)).unwrap_or_default();
        // The text is ASCII, so it is UTF-8.
        core::str::from_utf8(text).unwrap_or_default()
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
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
    pub const fn new(id: BootId) -> Self {
        Self { id: Some(id), soft_reboots: 0 }
    }

    /// The same kernel after `count` soft reboots.
    #[must_use]
    pub const fn with_soft_reboots(mut self, count: u32) -> Self {
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
