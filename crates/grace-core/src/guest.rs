//! Guests: the virtual machines and containers of a host.

use core::fmt;

use crate::Text;

/// A guest's id on its host, such as PVE's VMID.
///
/// Ids are ordered by number, and those that are no number come after them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuestId {
    /// The number that the text is. Two ids are told apart by it without a look at the text.
    number: u64,
    text: Text,
}

impl GuestId {
    /// An id as the host writes it. PVE's are decimal numbers; other hosts' are names.
    #[must_use]
    pub fn new(raw: impl AsRef<str>) -> Self {
        let text = Text::name(raw);
        Self { number: text.parse().unwrap_or(u64::MAX), text }
    }

    /// The number that the id is; the largest there is for all that are none.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

impl fmt::Display for GuestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// What a guest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum GuestKind {
    /// A virtual machine.
    Vm,
    /// A container.
    Ct,
}

impl GuestKind {
    /// `vm` or `ct`, as in the original's data.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vm => "vm",
            Self::Ct => "ct",
        }
    }

    /// `VM` or `CT`, as people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Vm => "VM",
            Self::Ct => "CT",
        }
    }
}

/// One guest of the host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Guest {
    /// Its id, unique on the host.
    pub id: GuestId,
    /// Its name.
    pub name: Text,
    /// What it is.
    pub kind: GuestKind,
    /// Whether the host starts it at boot: `Some(false)` is a start by hand, `None` is not known.
    pub autostart: Option<bool>,
}

impl Guest {
    /// A guest of which it is not known whether the host starts it at boot.
    #[must_use]
    pub fn new(id: impl AsRef<str>, name: impl AsRef<str>, kind: GuestKind) -> Self {
        Self { id: GuestId::new(id), name: Text::name(name), kind, autostart: None }
    }

    /// The same guest, started by the host at boot (`true`) or by hand (`false`).
    #[must_use]
    pub fn with_autostart(mut self, autostart: bool) -> Self {
        self.autostart = Some(autostart);
        self
    }
}

/// `web (100)`; `100` for a guest whose id is all that is known of it.
impl fmt::Display for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name == self.id.as_str() {
            return self.id.fmt(f);
        }
        write!(f, "{} ({})", self.name, self.id)
    }
}
