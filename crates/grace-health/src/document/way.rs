//! How a document is got hold of.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use grace_core::Text;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use crate::http::HttpClient;
use crate::{Error, child};

/// The longest document, in bytes.
const LIMIT: usize = 4 << 20;

/// How a document is got hold of.
#[derive(Debug, Clone)]
pub(super) enum Way {
    Http(Box<HttpClient>),
    File { path: PathBuf, reader: Reader },
    Command { program: PathBuf, args: Vec<String> },
}

/// A document as it was read.
#[derive(Debug)]
pub(super) struct Read {
    /// Where it is from, for errors.
    pub(super) place: Text,
    pub(super) text: String,
    /// When its file was last changed.
    pub(super) modified: Option<SystemTime>,
}

impl Way {
    pub(super) fn file(path: PathBuf) -> Self {
        Self::File { path, reader: Reader::new() }
    }

    /// The document, from a file or a command within `deadline`.
    pub(super) async fn read(&self, deadline: Duration) -> Result<Read, Error> {
        match self {
            Self::Http(client) => {
                let text = client.get("").await?;
                Ok(Read { place: client.shown(""), text, modified: None })
            }
            Self::File { path, reader } => {
                let late = |error| Error::Read { path: path.clone(), error };
                let owned = path.clone();
                reader.run(deadline, move || read_file(&owned)).await.map_err(late)?
            }
            Self::Command { program, args } => {
                let args: Vec<_> = args.iter().map(String::as_str).collect();
                let output = child::run(program, &args, deadline).await?;
                let place = output.argv.clone();
                Ok(Read { place, text: output.success()?, modified: None })
            }
        }
    }
}

fn read_file(path: &Path) -> Result<Read, Error> {
    let failed = |error| Error::Read { path: path.to_owned(), error };
    // To open a pipe is to wait for its writer.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    let file = fs::File::open(path).map_err(failed)?;
    let modified = file.metadata().and_then(|metadata| metadata.modified()).ok();
    let mut bytes = Vec::new();
    let read = file.take(LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if read > LIMIT {
        return Err(Error::TooLong { path: path.to_owned(), limit: LIMIT });
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Read { place: Text::new(path.display().to_string()), text, modified })
}

/// One thread at a time that reads where reading may never end.
///
/// It is none of the runtime's own, since a runtime does not go down while one of those still waits.
#[derive(Debug, Clone)]
pub(super) struct Reader(Arc<Semaphore>);

impl Reader {
    fn new() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }

    /// What a reading gives; an error of kind `TimedOut` if it, or one before it, takes longer.
    async fn run<T: Send + 'static>(
        &self,
        deadline: Duration,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let late = |words| io::Error::new(io::ErrorKind::TimedOut, words);
        let turn = timeout(deadline, Arc::clone(&self.0).acquire_owned()).await;
        let turn = turn
            .map_err(|_| late(format!("an earlier reading has not ended within {deadline:?}")))?;
        let (give, take) = oneshot::channel();
        std::thread::Builder::new().name("grace-document".into()).spawn(move || {
            // Whoever asked may have gone.
            drop(give.send(read()));
            drop(turn);
        })?;
        match timeout(deadline, take).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(_)) => Err(io::Error::other("the reading panicked")),
            Err(_) => Err(late(format!("no answer within {deadline:?}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_reading_that_hangs_is_late_and_is_not_joined_by_another() {
        let reader = Reader::new();
        let soon = Duration::from_millis(50);
        let (unblock, blocked) = mpsc::sync_channel::<()>(0);
        let late = reader.run(soon, move || blocked.recv()).await.expect_err("blocked");
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        assert_eq!(late.to_string(), "no answer within 50ms");

        let late = reader.run(soon, || panic!("a second reading")).await.expect_err("blocked");
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        assert_eq!(late.to_string(), "an earlier reading has not ended within 50ms");

        drop(unblock);
        let ample = Duration::from_secs(10);
        assert_eq!(reader.run(ample, || 7).await.expect("free again"), 7);
    }
}
