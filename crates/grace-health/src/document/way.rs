//! How a document is got hold of.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use grace_core::Text;

use crate::apart::Apart;
use crate::http::HttpClient;
use crate::{Error, child, files};

/// The longest document, in bytes.
const LIMIT: usize = 4 << 20;

/// How a document is got hold of.
#[derive(Debug, Clone)]
pub(super) enum Way {
    Http(Box<HttpClient>),
    File { path: PathBuf, apart: Apart },
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
        Self::File { path, apart: Apart::default() }
    }

    /// The document, from a file or a command within `deadline`.
    pub(super) async fn read(&self, deadline: Duration) -> Result<Read, Error> {
        match self {
            Self::Http(client) => {
                let text = client.get("").await?;
                Ok(Read { place: client.shown(""), text, modified: None })
            }
            Self::File { path, apart } => {
                let owned = path.clone();
                let read = apart.run(deadline, move || read_file(&owned)).await;
                read.unwrap_or_else(|lost| {
                    Err(Error::Read { path: path.clone(), error: lost.into_io(deadline) })
                })
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
    let text = files::text(file, path, LIMIT)?;
    Ok(Read { place: Text::new(path.display().to_string()), text, modified })
}
