//! Files of the kernel and of `/etc`: read whole, bounded, off the runtime's threads.

use std::fs::File;
use std::io::Read;
use std::panic::resume_unwind;
use std::path::Path;

use grace_core::{PortError, PortErrorKind};

use crate::Error;

/// The longest file read, in bytes. A mount table of ten thousand containers fits.
const LIMIT: usize = 16 << 20;

/// The text of a file; what is not Unicode in it becomes `U+FFFD`.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    read_bounded(path, LIMIT)
}

/// The text of a file that is at most `limit` bytes long.
pub(crate) fn read_bounded(path: &Path, limit: usize) -> Result<String, Error> {
    let file = File::open(path).map_err(|error| Error::Read { path: path.to_owned(), error })?;
    text(file, path, limit)
}

/// The text of a file that is open, and at most `limit` bytes long.
pub(crate) fn text(file: File, path: &Path, limit: usize) -> Result<String, Error> {
    let failed = |error| Error::Read { path: path.to_owned(), error };
    let mut bytes = Vec::new();
    let read = file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if read > limit {
        return Err(Error::TooLong { path: path.to_owned(), limit });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Runs a reading of files where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, PortError> {
    match tokio::task::spawn_blocking(read).await {
        Ok(result) => result.map_err(PortError::from),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(error) => Err(PortError::from_source(PortErrorKind::Other, error)),
        },
    }
}
