//! A file that grows, and the lines that are new in it.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

/// How much is read at once, in bytes.
const CHUNK: usize = 32 * 1024;
/// How long a line may be, in bytes. What is longer is cut: a task's id and status stand first in its line.
const LINE: usize = 16 * 1024;
/// How much is read in one pass, in bytes.
const PASS: u64 = 1024 * 1024;
/// How much before the last place that was read has to be as it was, in bytes.
const ANCHOR: usize = 64;

/// How a reading of a growing file went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// All there is has been read.
    Whole,
    /// There is more.
    More,
    /// The file is another one now, or is not what it was where it was read. It has to be read from its start.
    Broken,
}

/// A file that grows.
///
/// It is held open, so that its rest can still be read when another file has taken its name.
#[derive(Debug)]
pub(super) struct Tail {
    path: PathBuf,
    open: Option<Open>,
    /// There was no file of this name when one was last to be opened.
    was_missing: bool,
}

#[derive(Debug)]
struct Open {
    file: File,
    id: (u64, u64),
    offset: u64,
    /// The last bytes before `offset`.
    anchor: Vec<u8>,
    /// The beginning of a line whose end has not been written.
    partial: Vec<u8>,
}

impl Tail {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path, open: None, was_missing: false }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a file is held open.
    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Hands on the lines that are new. A file that is looked at for the first time, or came or
    /// went since, is [`Broken`](Reading::Broken).
    pub(super) fn read(&mut self, on_line: &mut impl FnMut(&[u8])) -> io::Result<Reading> {
        if let Some(open) = &mut self.open {
            if !open.is_as_it_was()? {
                return Ok(Reading::Broken);
            }
            if open.read(on_line)? == Reading::More {
                return Ok(Reading::More);
            }
        }
        let now = match self.path.metadata() {
            Ok(now) => Some(id(&now)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        match &mut self.open {
            Some(open) if Some(open.id) == now => Ok(Reading::Whole),
            Some(open) => {
                // Its last lines may have been written between the two looks. None will be after them.
                let rest = open.read(on_line)?;
                if rest == Reading::More {
                    return Ok(rest);
                }
                open.end(on_line);
                Ok(Reading::Broken)
            }
            None if now.is_none() && self.was_missing => Ok(Reading::Whole),
            None => Ok(Reading::Broken),
        }
    }

    /// Begins anew with the file that has the name now, if one has.
    pub(super) fn reopen(&mut self) -> io::Result<()> {
        self.open = Open::new(&self.path)?;
        self.was_missing = self.open.is_none();
        Ok(())
    }
}

/// Hands on the lines of a file that does not grow, if it is there; a last one without its end too. Of one
/// that is longer than a pass, that is not all.
pub(super) fn whole(path: &Path, on_line: &mut impl FnMut(&[u8])) -> io::Result<Reading> {
    let Some(mut open) = Open::new(path)? else { return Ok(Reading::Whole) };
    let reading = open.read(on_line)?;
    open.end(on_line);
    Ok(reading)
}

impl Open {
    fn new(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let id = id(&file.metadata()?);
        Ok(Some(Self { file, id, offset: 0, anchor: Vec::new(), partial: Vec::new() }))
    }

    /// Whether what was read last still stands where it stood. Where not, the file was cut or rewritten.
    fn is_as_it_was(&self) -> io::Result<bool> {
        let mut there = vec![0; self.anchor.len()];
        match self.file.read_exact_at(&mut there, self.offset - self.anchor.len() as u64) {
            Ok(()) => Ok(there == self.anchor),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self, on_line: &mut impl FnMut(&[u8])) -> io::Result<Reading> {
        let mut chunk = vec![0; CHUNK];
        let stop = self.offset.saturating_add(PASS);
        while self.offset < stop {
            let length = match self.file.read_at(&mut chunk, self.offset) {
                Ok(0) => return Ok(Reading::Whole),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.take(&chunk[..length], on_line);
        }
        Ok(Reading::More)
    }

    fn take(&mut self, bytes: &[u8], on_line: &mut impl FnMut(&[u8])) {
        self.offset += bytes.len() as u64;
        self.anchor.extend_from_slice(&bytes[bytes.len().saturating_sub(ANCHOR)..]);
        self.anchor.drain(..self.anchor.len().saturating_sub(ANCHOR));
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            let (line, is_whole) = match part {
                [line @ .., b'\n'] => (line, true),
                line => (line, false),
            };
            let room = LINE.saturating_sub(self.partial.len());
            self.partial.extend_from_slice(&line[..line.len().min(room)]);
            if is_whole {
                self.end(on_line);
            }
        }
    }

    /// Takes what there is of a line for all of it.
    fn end(&mut self, on_line: &mut impl FnMut(&[u8])) {
        if !self.partial.is_empty() {
            on_line(&self.partial);
            self.partial.clear();
        }
    }
}

fn id(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}
