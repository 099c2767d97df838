//! A file to which every message is added.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use grace_core::{Envelope, Notifier, PortError, Text};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::author::{Author, Form, again};
use crate::clock::rfc3339;
use crate::error::NotifyError;
use crate::render::{Limit, Markup};

/// Adds each message to the end of a file, and takes it only once it is on the disk.
///
/// The file is opened for each message, so that one that was moved away by a rotation is made anew. A line that
/// a crash or a full disk cut short is ended before the next begins.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) author: Author,
    pub(crate) path: PathBuf,
    pub(crate) style: Style,
    pub(crate) deadline: Duration,
    /// One message at a time.
    pub(crate) turn: Mutex<()>,
}

/// How a message stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// A JSON document a line.
    Json,
    /// A paragraph.
    Text,
}

#[async_trait]
impl Notifier for File {
    fn name(&self) -> &str {
        &self.name
    }

    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError> {
        let text = match self.style {
            Style::Json => [&*self.author.json(envelope), b"\n"].concat(),
            Style::Text => self.paragraph(envelope).into_bytes(),
        };
        let path = self.path.clone();
        let append = async {
            let _turn = self.turn.lock().await;
            spawn_blocking(move || append(&path, &text)).await
        };
        let done = match timeout(self.deadline, append).await {
            Ok(Ok(done)) => done,
            Ok(Err(panicked)) => Err(io::Error::other(panicked)),
            Err(_) => {
                let place = Text::new(self.path.display().to_string());
                return Err(NotifyError::Late { place, deadline: self.deadline }.into());
            }
        };
        Ok(done.map_err(|error| NotifyError::Path { path: self.path.clone(), error })?)
    }
}

impl File {
    /// When, what, and below it the rest.
    fn paragraph(&self, envelope: &Envelope) -> String {
        let form =
            Form { markup: Markup::Plain, title: Limit::NONE, body: Limit::NONE, details: true };
        let written = self.author.write(envelope, form);
        let time = rfc3339(self.author.clock.wall()).unwrap_or_default();
        let severity = envelope.message.severity();
        let mut paragraph = format!("{time} {severity} {}", written.title);
        let id = again(envelope).is_none().then(|| format!("message {}", envelope.id));
        for line in written.body.lines().chain(id.as_deref()) {
            paragraph.push_str("\n  ");
            paragraph.push_str(line);
        }
        paragraph.push_str("\n\n");
        paragraph
    }
}

fn append(path: &Path, text: &[u8]) -> io::Result<()> {
    let is_new = !path.exists();
    let mut file =
        OpenOptions::new().read(true).append(true).create(true).mode(0o640).open(path)?;
    if !ends_with_a_line(&mut file)? {
        file.write_all(b"\n")?;
    }
    file.write_all(text)?;
    file.sync_data()?;
    if is_new {
        // The file's name is its folder's.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

fn ends_with_a_line(file: &mut std::fs::File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}
