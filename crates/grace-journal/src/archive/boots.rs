//! The boots that a recorded journal holds, and which one is asked for.

use std::fmt;

use grace_core::{BootId, Text};

use crate::error::JournalError;

/// One boot in a recorded journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArchivedBoot {
    /// Which boot.
    pub id: BootId,
    /// Its first entry, in microseconds of Unix time.
    pub first_unix_micros: u64,
    /// Its last entry, in microseconds of Unix time.
    pub last_unix_micros: u64,
    /// How many entries it has, where that is known without reading them.
    pub entries: Option<u64>,
}

/// Which boot of a recorded journal to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the three ways in which journalctl's --boot names one"
)]
pub enum BootChoice {
    /// The last one.
    Latest,
    /// So many before the last: `Back(1)` is `journalctl --boot=-1`.
    Back(usize),
    /// This one.
    Id(BootId),
}

impl BootChoice {
    /// Where the boot that is meant stands among these, which stand oldest first.
    pub(crate) fn index(self, boots: &[BootId], journal: &Text) -> Result<usize, JournalError> {
        let found = match self {
            Self::Latest => boots.len().checked_sub(1),
            Self::Back(back) => boots.len().checked_sub(back.saturating_add(1)),
            Self::Id(id) => boots.iter().position(|boot| *boot == id),
        };
        found.ok_or_else(|| JournalError::NoSuchBoot {
            boot: self.to_string().into(),
            boots: boots.len(),
            journal: journal.clone(),
        })
    }
}

/// As `journalctl --boot=` takes it: `0`, `-1`, an id.
impl fmt::Display for BootChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("0"),
            Self::Back(0) => f.write_str("0"),
            Self::Back(back) => write!(f, "-{back}"),
            Self::Id(id) => id.fmt(f),
        }
    }
}
