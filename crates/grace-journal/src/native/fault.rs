//! Why a journal file, or a part of it, could not be read.

use std::io;

/// Why a journal file, or a part of it, could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("not a journal file")]
    NoJournal,
    #[error("written in a way that is not known here (flags {0:#x})")]
    UnknownFlags(u32),
    #[error("cut short: it has {length} bytes and says that it has {says}")]
    Truncated { length: u64, says: u64 },
    #[error("damaged at byte {offset}: {what}")]
    Damaged { offset: u64, what: &'static str },
    #[error("the field at byte {offset} has more than the bound of {bound} bytes")]
    TooLong { offset: u64, bound: usize },
    #[error("the field at byte {0} is compressed with XZ, which is not read here")]
    Xz(u64),
    #[error("more than {0} journal files")]
    TooMany(usize),
}

impl Fault {
    pub(crate) const fn damaged(offset: u64, what: &'static str) -> Self {
        Self::Damaged { offset, what }
    }

    /// The fault as the error of a file.
    pub(crate) fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            fault => io::Error::new(io::ErrorKind::InvalidData, fault.to_string()),
        }
    }
}
