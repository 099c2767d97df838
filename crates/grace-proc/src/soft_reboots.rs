//! How often systemd has rebooted softly, by its own count.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use grace_core::{PortErrorKind, Text};
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::{OwnedVariant, fdo};

use crate::error::ProcError;

const SERVICE: &str = "org.freedesktop.systemd1";
const OBJECT: &str = "/org/freedesktop/systemd1";
const MANAGER: &str = "org.freedesktop.systemd1.Manager";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// What is there exactly while systemd is the host's init, sd_booted(3).
const BOOTED: &str = "/run/systemd/system";

/// The number of soft reboots since the kernel booted, as systemd tells it over the system bus.
///
/// | found | count |
/// | --- | --- |
/// | systemd 254 or newer | its `SoftRebootsCount`, org.freedesktop.systemd1(5) |
/// | an older systemd, which has no such property and no soft reboot | 0 |
/// | a host whose init is not systemd, by sd_booted(3) | 0, and nobody is asked |
/// | a systemd that does not answer, or a bus that is not there | an error |
///
/// The last is no 0: taken for the identity of a boot that was soft-rebooted before, 0 would make another
/// boot of it, with a second startup report. An identity that is not known is compared by uptime instead.
#[derive(Debug, Clone)]
pub struct SoftReboots {
    address: Option<String>,
    deadline: Duration,
    booted: PathBuf,
}

impl Default for SoftReboots {
    fn default() -> Self {
        Self { address: None, deadline: Duration::from_secs(5), booted: BOOTED.into() }
    }
}

impl SoftReboots {
    /// Asked on the system bus: the one that `DBUS_SYSTEM_BUS_ADDRESS` names, or else the usual one. The
    /// answer has 5 s.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asked on the bus at this D-Bus address, such as `unix:path=/run/dbus/system_bus_socket`.
    #[must_use]
    pub fn with_address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Asked with another time for the answer, connection included.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Asked only if there is a `run/systemd/system` below `root`, and not below `/`.
    #[must_use]
    pub fn with_root(mut self, root: impl AsRef<Path>) -> Self {
        self.booted = root.as_ref().join(BOOTED.trim_start_matches('/'));
        self
    }

    /// How often this host has rebooted softly since its kernel booted.
    ///
    /// # Errors
    /// A systemd that cannot be asked, or whose answer is none.
    pub async fn count(&self) -> Result<u32, ProcError> {
        // Metadata of a directory in /run, which is memory.
        if !self.booted.is_dir() {
            return Ok(0);
        }
        match timeout(self.deadline, self.ask()).await {
            Ok(Ok(count)) => Ok(count),
            Ok(Err(error)) if has_no_such_property(&error) => Ok(0),
            Ok(Err(error)) => Err(failed(kind(&error), words(&error))),
            Err(_) => {
                let words = format!("no answer within {:?}", self.deadline);
                Err(failed(PortErrorKind::TimedOut, words))
            }
        }
    }

    async fn ask(&self) -> zbus::Result<u32> {
        let builder = match &self.address {
            Some(address) => Builder::address(address.as_str()),
            None => Builder::system(),
        };
        let connection = builder.build().await?;
        let question = (MANAGER, "SoftRebootsCount");
        let answer =
            connection.call_method(Some(SERVICE), OBJECT, Some(PROPERTIES), "Get", &question);
        let value: OwnedVariant = answer.await?.body().deserialize()?;
        u32::try_from(value)
    }
}

/// What an older systemd answers, whichever bus library it was built with.
fn has_no_such_property(error: &zbus::Error) -> bool {
    match error {
        zbus::Error::FDO(error) => matches!(**error, fdo::Error::UnknownProperty(_)),
        zbus::Error::MethodError(name, ..) => name.as_str().ends_with(".UnknownProperty"),
        _ => false,
    }
}

fn kind(error: &zbus::Error) -> PortErrorKind {
    match error {
        zbus::Error::Connection(error, _) | zbus::Error::InputOutput(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => PortErrorKind::Missing,
            io::ErrorKind::PermissionDenied => PortErrorKind::PermissionDenied,
            _ => PortErrorKind::Other,
        },
        zbus::Error::FDO(error) => match **error {
            fdo::Error::ServiceUnknown(_) | fdo::Error::NameHasNoOwner(_) => PortErrorKind::Missing,
            fdo::Error::AccessDenied(_) | fdo::Error::AuthFailed(_) => {
                PortErrorKind::PermissionDenied
            }
            _ => PortErrorKind::Refused,
        },
        zbus::Error::MethodError(..) => PortErrorKind::Refused,
        zbus::Error::IncorrectType | zbus::Error::SignatureMismatch(..) => PortErrorKind::Malformed,
        _ => PortErrorKind::Other,
    }
}

fn words(error: &zbus::Error) -> String {
    match error {
        zbus::Error::Connection(error, _) => error.to_string(),
        error => error.to_string(),
    }
}

fn failed(kind: PortErrorKind, words: impl AsRef<str>) -> ProcError {
    ProcError::SoftReboots { kind, words: Text::new(words) }
}
