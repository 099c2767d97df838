//! Small files, read whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use grace_core::Text;

use crate::error::ProcError;

/// The most that is read of a file, in bytes; the longest real one has about 80.
const LIMIT: u64 = 4096;
/// The most of a file's content that an error repeats, in bytes.
const EXCERPT: usize = 64;

/// The content of a file.
pub(crate) fn content(path: &Path) -> Result<Vec<u8>, ProcError> {
    let failed = |source| ProcError::Read { path: path.to_owned(), source };
    // To open a pipe is to wait for its writer, and a device may do anything.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(ProcError::NotAFile { path: path.to_owned() });
    }
    let mut content = Vec::new();
    let read = |content: &mut Vec<u8>| -> io::Result<usize> {
        File::open(path)?.take(LIMIT + 1).read_to_end(content)
    };
    let length = read(&mut content).map_err(failed)?;
    if length as u64 > LIMIT {
        return Err(ProcError::TooLong { path: path.to_owned(), limit: LIMIT });
    }
    Ok(content)
}

/// How a content begins, for an error.
pub(crate) fn excerpt(content: &[u8]) -> Text {
    Text::bounded(&String::from_utf8_lossy(content), EXCERPT)
}
