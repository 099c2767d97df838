//! What a systemd host tells of itself: what went wrong in this boot, what happens on the host, and what happened
//! in boots that are over. Read from the journal, with `journalctl` or with feature `native` without it, and from
//! the task files of Proxmox VE.
//!
//! # An excerpt
//!
//! [`JournalctlJournal`] implements [`grace_core::Journal`]. It runs
//! `journalctl --boot=… --priority=… --output=json` as a child process, reads its output line by line, keeps
//! the first and the last entries that were asked for, and counts the rest.
//!
//! - **It ends.** The child has a deadline and the output a bound; past either, the child is killed, and what
//!   had been read until then is returned with a gap that says so, the last entries being read from the
//!   journal's end. Dropping the future kills the child too.
//! - **Empty means empty.** `journalctl` ends well and prints nothing when it finds no journal at all, or none
//!   that the user may read. An empty answer is therefore believed only if the journal holds any entry of this
//!   boot, of whatever priority, which takes a second look.
//! - **What journalctl complains about is a gap.** It is silent on standard error when all is well.
//!
//! Its entries are placed on the boot timeline by `__MONOTONIC_TIMESTAMP`, which stands still while the host is
//! suspended; on a host that has been suspended they lie earlier than its uptime says, by the time asleep.
//!
//! # A stream
//!
//! [`JournalEvents`] implements [`grace_core::HostEvents`]. It reads each entry of the boot as a [`Record`], lets
//! a [`Classifier`] say what it tells of, and places it on the boot timeline, sleep included, with
//! [`Suspensions`]. First comes what the journal holds, then what is written to it, from one journalctl after
//! another: each goes on at the last entry that was read, which has to come again. That proves that nothing
//! lies between; where it does not come, a gap says so.
//!
//! [`TaskEvents`] reads the same out of the task files of Proxmox VE, which know why a task failed. Both tell one
//! task under one identity, and [`Merged`] makes one stream of several, in the order of time, each thing once.
//!
//! # An archive
//!
//! [`Archive`] reads a recorded journal whole, one boot after another, from journal files or from what
//! `journalctl` printed of them as JSON or in the export format. It takes as long as it takes, but not longer
//! than its deadline for each sign of life.
//!
//! # Without journalctl
//!
//! With feature `native` the files are read here: by an `Archive`, and by `NativeJournal` for the errors of a
//! boot. Journals compressed with Zstandard or LZ4 or not at all can be read, compact or not, with keyed hashes or
//! not; of one compressed with XZ each entry with a long field is a gap. The files are read and not mapped, in
//! a thread that may block, so that a file that is cut while it is read is an error and not a signal. Boots and
//! errors are found by the files' own indexes. What journalctl would give is given, cursors included: the tests
//! compare.
//!
//! - **No file is passed over in silence.** One that may not be read, is cut short, damaged or of a kind that is
//!   not known is a gap by its name; if nothing else is left, or what is asked for may be in it, it is an error.
//! - **Damage spoils what is damaged.** An entry that cannot be read is a gap by its place, and the next one is read.
//!
//! # What journalctl prints
//!
//! The field shapes are those of systemd's "Journal Export Formats", JSON: a string; `null` for more than 4096
//! bytes unless asked for with `--all`; an array of numbers for bytes that are not printable text; an array of
//! values for a field that an entry has more than once.

mod archive;
mod child;
mod classify;
mod collect;
mod error;
mod fields;
mod follow;
mod gaps;
mod journalctl;
mod lines;
mod merged;
#[cfg(feature = "native")]
mod native;
mod parse;
mod probe;
mod recent;
mod record;
mod source;
mod suspensions;
mod task;
mod tasks;
mod upid;

#[cfg(fuzzing)]
pub mod fuzz {
    //! Parsers that are no part of this crate's face, for the fuzzers of `fuzz/`.

    pub use crate::archive::fuzz::{Entry, export};
}

pub use self::archive::{Archive, ArchiveRead, ArchivedBoot, BootChoice, Progress};
pub use self::classify::{BadPattern, Classifier, GuestUnit, Rules};
pub use self::error::{JournalError, NotAnEntry};
pub use self::follow::JournalEvents;
pub use self::merged::Merged;
#[cfg(feature = "native")]
pub use self::native::NativeJournal;
pub use self::record::Record;
pub use self::source::JournalctlJournal;
pub use self::suspensions::Suspensions;
pub use self::task::{Initiator, TaskStatus};
pub use self::tasks::{ActiveLine, HostTime, IndexLine, NotATaskLine, TaskEvents, TaskFilesError};
pub use self::upid::{NotAnUpid, Upid};
