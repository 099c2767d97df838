//! Journal files read by this program itself, without journalctl.

mod archive;
mod blocks;
mod boots;
mod entries;
mod excerpt;
mod fault;
mod file;
mod layout;
mod merge;
mod records;
mod set;
mod value;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{BootId, Journal, JournalExcerpt, JournalQuery, PortError};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

pub(crate) use self::archive::{boots, read};
use self::excerpt::{Request, Stop};
use crate::error::JournalError;
use crate::journalctl::Location;

/// How long a thread that is told to stop is waited for. One that hangs in the kernel, on a disk that does not
/// answer, is left behind.
const STOPPING: Duration = Duration::from_secs(1);
/// Where the kernel says which boot this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// The systemd journal, its files read by this program itself.
///
/// The default is this host's journal and the boot it is in. What is asked for is found by the files' own indexes,
/// so that a long journal costs little more than a short one.
///
/// ```
/// # async fn example() -> Result<(), grace_core::PortError> {
/// use grace_core::{Journal as _, JournalQuery};
///
/// let journal = grace_journal::NativeJournal::new().with_directory("/srv/collected/pve1/journal");
/// let errors = journal.excerpt(JournalQuery::default()).await?;
/// println!("{} errors in its last boot", errors.total);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct NativeJournal {
    location: Location,
    boot: Option<BootId>,
    deadline: Duration,
    bound: usize,
}

impl NativeJournal {
    /// This host's journal, of the boot the host is in.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            location: Location::ThisHost,
            boot: None,
            deadline: Duration::from_secs(10),
            bound: 1024 * 1024,
        }
    }

    /// The journal files in this directory, and in its subdirectories that are named by a machine's id, instead of
    /// this host's.
    ///
    /// Such a journal has no boot that the host is in: without [`with_boot`](Self::with_boot) it is read for the
    /// last boot in it.
    #[must_use]
    pub fn with_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.location = Location::Directory(directory.into());
        self
    }

    /// This journal file instead of this host's. As to its boot, see [`with_directory`](Self::with_directory).
    #[must_use]
    pub fn with_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.location = Location::File(file.into());
        self
    }

    /// The boot to read, instead of the one the host is in.
    #[must_use]
    pub const fn with_boot(mut self, boot: BootId) -> Self {
        self.boot = Some(boot);
        self
    }

    /// How long a reading may take. 10 s. What has been found until then is kept, and a gap says that it is not all.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long a field may be, in bytes. 1 MiB. An entry with a longer one cannot be read.
    #[must_use]
    pub const fn with_field_bound(mut self, bytes: usize) -> Self {
        self.bound = bytes;
        self
    }

    async fn read(&self, query: JournalQuery) -> Result<JournalExcerpt, JournalError> {
        let request =
            Request { location: self.location.clone(), boot: self.boot, query, bound: self.bound };
        let stop = Stop::default();
        // When nobody waits any more the thread stops too.
        let _stops_the_thread = GiveOnDrop(stop.clone());
        let of_thread = stop.clone();
        let mut thread = spawn_blocking(move || request.with_boot_of_host()?.read(&of_thread));
        let broke_off = |_panic| JournalError::BrokeOff { journal: self.location.name() };
        if let Ok(done) = timeout(self.deadline, &mut thread).await {
            return done.map_err(broke_off)?;
        }
        stop.give();
        match timeout(STOPPING, thread).await {
            Ok(done) => done.map_err(broke_off)?,
            Err(_elapsed) => {
                Err(JournalError::Stalled { journal: self.location.name(), after: self.deadline })
            }
        }
    }
}

impl Default for NativeJournal {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Journal for NativeJournal {
    async fn excerpt(&self, query: JournalQuery) -> Result<JournalExcerpt, PortError> {
        Ok(self.read(query).await?)
    }
}

impl Request {
    /// The same, of the boot the host is in if it is of the host's journal and names no other.
    fn with_boot_of_host(mut self) -> Result<Self, JournalError> {
        if let (Location::ThisHost, None) = (&self.location, self.boot) {
            let id = fs::read_to_string(BOOT_ID)
                .map_err(|source| JournalError::File { path: PathBuf::from(BOOT_ID), source })?;
            self.boot = Some(BootId::new(&id));
        }
        Ok(self)
    }
}

/// Gives the sign to stop when it goes.
#[derive(Debug)]
struct GiveOnDrop(Stop);

impl Drop for GiveOnDrop {
    fn drop(&mut self) {
        self.0.give();
    }
}
