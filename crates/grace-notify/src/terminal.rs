//! A notifier that writes to a terminal.

use std::io;

use async_trait::async_trait;
use grace_core::{Envelope, Notifier, PortError};
use tokio::io::{AsyncWrite, AsyncWriteExt as _, Stdout};
use tokio::sync::Mutex;

use crate::error::NotifyError;
use crate::render::{Rendered, render};

const NAME: &str = "terminal";

/// Writes messages as text, one after another, and takes one only once it has been written out.
///
/// Nothing is cut. A message that could not be written to its end may have left its beginning; it is written
/// whole when it is sent again. A terminal that was stopped (`Ctrl-S`) does not answer until it goes on: the
/// deadline is the caller's.
#[derive(Debug)]
pub struct Terminal<W> {
    name: String,
    writer: Mutex<W>,
}

impl Terminal<Stdout> {
    /// Writes to standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self::new(tokio::io::stdout())
    }
}

impl<W: AsyncWrite + Send + Unpin> Terminal<W> {
    /// Writes to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self { name: NAME.to_owned(), writer: Mutex::new(writer) }
    }

    /// The same under another name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    async fn write(&self, text: &str) -> io::Result<()> {
        let mut writer = self.writer.lock().await;
        writer.write_all(text.as_bytes()).await?;
        writer.flush().await
    }
}

#[async_trait]
impl<W: AsyncWrite + Send + Unpin> Notifier for Terminal<W> {
    fn name(&self) -> &str {
        &self.name
    }

    async fn notify(&self, envelope: &Envelope) -> Result<(), PortError> {
        let text = paragraph(envelope);
        self.write(&text).await.map_err(|source| {
            PortError::from(NotifyError::Write { notifier: self.name.clone(), source })
        })
    }
}

/// The title, the body and the message's id, and a blank line after them.
fn paragraph(envelope: &Envelope) -> String {
    let Rendered { title, body } = render(&envelope.message);
    let again = if envelope.attempt > 0 { ", sent again" } else { "" };
    let id = format!("message {}{again}", envelope.id);
    let mut paragraph = title;
    for line in body.lines().chain([id.as_str()]) {
        paragraph.push_str("\n  ");
        paragraph.push_str(line);
    }
    paragraph.push_str("\n\n");
    paragraph
}
