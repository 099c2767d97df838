//! The host's journal, by its native protocol. <https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>

use std::io::{self, IoSlice, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{Envelope, Message, Notifier, PortError, Severity, Text};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use tokio::io::Interest;
use tokio::net::UnixDatagram;
use tokio::time::timeout;

use crate::author::{Author, Form};
use crate::error::NotifyError;
use crate::json::when;
use crate::render::{Limit, Markup};

/// Where journald listens.
pub(crate) const SOCKET: &str = "/run/systemd/journal/socket";

/// journald refuses an entry of more than 768 MiB, which no message comes near.
const FORM: Form =
    Form { markup: Markup::Plain, title: Limit::NONE, body: Limit::NONE, details: false };

/// Writes each message as one entry.
///
/// `MESSAGE` is its title and, in further lines, its body. `PRIORITY` is `crit`, `warning` or `info`.
/// `MESSAGE_ID` is one for each kind of message (`journalctl MESSAGE_ID=…`), and `GRACE_*` fields hold the rest.
/// An entry that is too long for a datagram is handed over as a sealed file in memory, as journald wants it, so
/// that nothing is cut.
pub(crate) struct Journal {
    pub(crate) name: String,
    pub(crate) author: Author,
    pub(crate) socket: PathBuf,
    pub(crate) deadline: Duration,
}

#[async_trait]
impl Notifier for Journal {
    fn name(&self) -> &str {
        &self.name
    }

    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError> {
        let entry = self.entry(envelope);
        let sent = timeout(self.deadline, self.send(&entry)).await;
        let Ok(sent) = sent else {
            let place = Text::new(self.socket.display().to_string());
            return Err(NotifyError::Late { place, deadline: self.deadline }.into());
        };
        Ok(sent.map_err(|error| NotifyError::Path { path: self.socket.clone(), error })?)
    }
}

impl Journal {
    fn entry(&self, envelope: &Envelope) -> Vec<u8> {
        let message = &envelope.message;
        let written = self.author.write(envelope, FORM);
        let mut entry = Entry::default();
        entry.field("MESSAGE", format!("{}\n{}", written.title, written.body).trim_end());
        entry.field("PRIORITY", priority(message.severity()));
        entry.field("MESSAGE_ID", message_id(message));
        entry.field("SYSLOG_IDENTIFIER", "grace");
        entry.field("GRACE_ID", &envelope.id.to_string());
        entry.field("GRACE_ATTEMPT", &envelope.attempt.to_string());
        entry.field("GRACE_KIND", message.kind());
        entry.field("GRACE_SEVERITY", message.severity().as_str());
        if let Message::Notice(notice) = &**message {
            entry.field("GRACE_EVENT", notice.event.name());
        }
        if let Some(at) = when(message) {
            entry.field("GRACE_AT_USEC", &(at.as_nanos() / 1_000).to_string());
        }
        entry.0
    }

    async fn send(&self, entry: &[u8]) -> io::Result<()> {
        let socket = UnixDatagram::unbound()?;
        socket.connect(&self.socket)?;
        match socket.send(entry).await {
            Err(error) if is_too_long(&error) => send_file(&socket, entry).await,
            sent => sent.map(drop),
        }
    }
}

/// Whether a datagram is longer than the socket's buffer takes.
fn is_too_long(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(rustix::io::Errno::from_raw_os_error);
    matches!(code, Some(rustix::io::Errno::MSGSIZE | rustix::io::Errno::NOBUFS))
}

/// Hands the entry over as a file in memory that nobody can change any more.
async fn send_file(socket: &UnixDatagram, entry: &[u8]) -> io::Result<()> {
    let flags = MemfdFlags::ALLOW_SEALING | MemfdFlags::CLOEXEC;
    let mut file = std::fs::File::from(memfd_create("grace-entry", flags)?);
    file.write_all(entry)?;
    fcntl_add_seals(
        &file,
        SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL,
    )?;
    let send = || {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let files = [file.as_fd()];
        control.push(SendAncillaryMessage::ScmRights(&files));
        let nothing = [IoSlice::new(&[])];
        Ok(sendmsg(socket, &nothing, &mut control, SendFlags::DONTWAIT).map(drop)?)
    };
    socket.async_io(Interest::WRITABLE, send).await
}

/// Fields as the native protocol writes them.
#[derive(Default)]
struct Entry(Vec<u8>);

impl Entry {
    /// `NAME=value`, or where the value has lines, its length before it.
    fn field(&mut self, name: &str, value: &str) {
        self.0.extend_from_slice(name.as_bytes());
        if value.contains('\n') {
            self.0.push(b'\n');
            self.0.extend_from_slice(&(value.len() as u64).to_le_bytes());
        } else {
            self.0.push(b'=');
        }
        self.0.extend_from_slice(value.as_bytes());
        self.0.push(b'\n');
    }
}

/// syslog's number.
const fn priority(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "2",
        Severity::Warning => "4",
        Severity::Info => "6",
    }
}

/// The id of a kind of message: random once, and the same ever since.
const fn message_id(message: &Message) -> &'static str {
    match message {
        Message::StartupReport(_) => "39c8024867b34605a660fa8490271e8e",
        Message::Notice(_) => "8072379943e240029d82840d0ce806d7",
        Message::Digest(_) => "d93c9ed4a603431b84ec4bb2340beac4",
        _ => "572d71a2a9064162b7bffd659cf8c7b1",
    }
}
