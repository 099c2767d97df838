//! Uptime and boot identity as a port.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{BootIdentity, PortError, Uptime, UptimeSource};

use crate::error::ProcError;
#[cfg(feature = "soft-reboot")]
use crate::soft_reboots::SoftReboots;
use crate::{clocks, files, parse};

const UPTIME: &str = "proc/uptime";
const BOOT_ID: &str = "proc/sys/kernel/random/boot_id";

/// The file's unit: it has hundredths of a second, rounded down.
const FILE_STEP: Duration = Duration::from_millis(10);

/// Uptime and boot identity from the Linux kernel.
///
/// Soft reboots are systemd's, and the kernel does not know of them: without `with_soft_reboots` (feature
/// `soft-reboot`) the identity always says 0.
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
    uptime: PathBuf,
    boot_id: PathBuf,
    #[cfg(feature = "soft-reboot")]
    soft_reboots: Option<SoftReboots>,
}

/// Where uptime is read.
#[derive(Debug, Clone, Copy)]
enum Clock {
    Kernel,
    File,
}

impl ProcUptime {
    /// The host this program runs on: `CLOCK_BOOTTIME` and `/proc/sys/kernel/random/boot_id`.
    #[must_use]
    pub fn new() -> Self {
        Self { clock: Clock::Kernel, ..Self::with_root("/") }
    }

    /// The host whose files lie below `root`: `<root>/proc/uptime` and
    /// `<root>/proc/sys/kernel/random/boot_id`. In a container, `/` is the container's own view.
    #[must_use]
    pub fn with_root(root: impl AsRef<Path>) -> Self {
        let root = root.as_ref();
        Self {
            clock: Clock::File,
            uptime: root.join(UPTIME),
            boot_id: root.join(BOOT_ID),
            #[cfg(feature = "soft-reboot")]
            soft_reboots: None,
        }
    }

    /// The same host, whose identity has the number of soft reboots that systemd tells.
    #[cfg(feature = "soft-reboot")]
    #[must_use]
    pub fn with_soft_reboots(mut self, soft_reboots: SoftReboots) -> Self {
        self.soft_reboots = Some(soft_reboots);
        self
    }

    /// Whether the file of uptimes tells the same as the kernel's clock.
    ///
    /// Where it does not, something fakes the file, as lxcfs does in an LXC container: the program runs in
    /// a container, and everything that is counted by the file is counted from the container's start.
    ///
    /// # Errors
    /// A clock or file that cannot be read.
    pub fn uptime_file(&self) -> Result<UptimeFile, ProcError> {
        let before = clocks::uptime()?;
        let file = file_uptime(&self.uptime)?;
        let after = clocks::uptime()?;
        let agrees = before <= file.saturating_add(FILE_STEP) && file <= after;
        Ok(if agrees { UptimeFile::Agrees } else { UptimeFile::Differs { clock: after, file } })
    }

    #[cfg(feature = "soft-reboot")]
    async fn soft_reboots(&self) -> Result<u32, ProcError> {
        match &self.soft_reboots {
            Some(soft_reboots) => soft_reboots.count().await,
            None => Ok(0),
        }
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
        Ok(match self.clock {
            Clock::Kernel => clocks::uptime(),
            Clock::File => file_uptime(&self.uptime),
        }?)
    }

    async fn boot(&self) -> Result<BootIdentity, PortError> {
        let identity = boot_identity(&self.boot_id)?;
        #[cfg(feature = "soft-reboot")]
        let identity = identity.with_soft_reboots(self.soft_reboots().await?);
        Ok(identity)
    }
}

/// What `/proc/uptime` is worth, beside the kernel's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the two agree or they do not")]
pub enum UptimeFile {
    /// It tells what the clock tells, to its 10 ms.
    Agrees,
    /// It tells of something else: a container.
    Differs {
        /// `CLOCK_BOOTTIME`.
        clock: Uptime,
        /// What stands in the file.
        file: Uptime,
    },
}

fn file_uptime(path: &Path) -> Result<Uptime, ProcError> {
    let content = files::content(path)?;
    parse::uptime(&content).map_err(|reason| ProcError::Uptime {
        path: path.to_owned(),
        content: files::excerpt(&content),
        reason,
    })
}

fn boot_identity(path: &Path) -> Result<BootIdentity, ProcError> {
    let content = files::content(path)?;
    let id = parse::boot_id(&content).map_err(|reason| ProcError::BootId {
        path: path.to_owned(),
        content: files::excerpt(&content),
        reason,
    })?;
    Ok(BootIdentity::new(id))
}
