//! Reading the kernel's clock and files.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use grace_core::{BootIdentity, PortError, Text, Uptime, UptimeSource};
use rustix::time::{ClockId, clock_gettime};

use crate::error::ProcError;
use crate::parse;

/// The most that is read of a file, in bytes; the longest real one has about 40.
const MOST: u64 = 4096;
/// The most of a file's content that an error repeats, in bytes.
const EXCERPT: usize = 64;

const UPTIME: &str = "proc/uptime";
const BOOT_ID: &str = "proc/sys/kernel/random/boot_id";

/// Uptime and boot identity from the Linux kernel.
///
/// Soft reboots are not counted here, since systemd alone knows of them: the identity always says 0.
///
/// The files are read in place, without a thread for it: the kernel makes their content up at once.
///
/// ```
/// # async fn example() -> Result<(), grace_core::PortError> {
/// use grace_core::UptimeSource as _;
///
/// let host = grace_proc::ProcUptime::new();
/// println!("boot {:?}, up for {}", host.boot().await?.id, host.uptime().await?);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct ProcUptime {
    clock: Clock,
    boot_id: PathBuf,
}

/// Where uptime is read.
#[derive(Debug, Clone)]
enum Clock {
    Kernel,
    File(PathBuf),
}

impl ProcUptime {
    /// The host this program runs on: `CLOCK_BOOTTIME` and `/proc/sys/kernel/random/boot_id`.
    #[must_use]
    pub fn new() -> Self {
        Self { clock: Clock::Kernel, boot_id: Path::new("/").join(BOOT_ID) }
    }

    /// The host whose files lie below `root`: `<root>/proc/uptime` and
    /// `<root>/proc/sys/kernel/random/boot_id`. In a container, `/` is the container's own view.
    #[must_use]
    pub fn with_root(root: impl AsRef<Path>) -> Self {
        let root = root.as_ref();
        Self { clock: Clock::File(root.join(UPTIME)), boot_id: root.join(BOOT_ID) }
    }
}

impl Default for ProcUptime {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl UptimeSource for ProcUptime {
    async fn uptime(&self) -> Result<Uptime, PortError> {
        Ok(match &self.clock {
            Clock::Kernel => kernel_uptime(),
            Clock::File(path) => file_uptime(path),
        }?)
    }

    async fn boot(&self) -> Result<BootIdentity, PortError> {
        Ok(boot_identity(&self.boot_id)?)
    }
}

/// The wall clock in whole seconds of Unix time: a label for people, which decides nothing.
#[must_use]
pub fn unix_time() -> i64 {
    clock_gettime(ClockId::Realtime).tv_sec
}

fn kernel_uptime() -> Result<Uptime, ProcError> {
    let now = clock_gettime(ClockId::Boottime);
    // A time namespace may be set up so that its boot lies in the future.
    let (Ok(seconds), Ok(nanos)) = (u64::try_from(now.tv_sec), u64::try_from(now.tv_nsec)) else {
        return Err(ProcError::ClockBeforeBoot { seconds: now.tv_sec });
    };
    let whole = Uptime::from_secs(seconds);
    Ok(Uptime::from_nanos(whole.as_nanos().saturating_add(nanos)))
}

fn file_uptime(path: &Path) -> Result<Uptime, ProcError> {
    let content = content(path)?;
    parse::uptime(&content).map_err(|reason| ProcError::Uptime {
        path: path.to_owned(),
        content: excerpt(&content),
        reason,
    })
}

fn boot_identity(path: &Path) -> Result<BootIdentity, ProcError> {
    let content = content(path)?;
    let id = parse::boot_id(&content).map_err(|reason| ProcError::BootId {
        path: path.to_owned(),
        content: excerpt(&content),
        reason,
    })?;
    Ok(BootIdentity::new(id))
}

fn content(path: &Path) -> Result<Vec<u8>, ProcError> {
    let mut content = Vec::new();
    let read = |content: &mut Vec<u8>| -> io::Result<()> {
        File::open(path)?.take(MOST).read_to_end(content)?;
        Ok(())
    };
    match read(&mut content) {
        Ok(()) => Ok(content),
        Err(source) => Err(ProcError::Read { path: path.to_owned(), source }),
    }
}

fn excerpt(content: &[u8]) -> Text {
    Text::bounded(&String::from_utf8_lossy(content), EXCERPT)
}
