//! The files of a journal: which they are, and those that can be read.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use grace_core::Gap;

use super::fault::Fault;
use super::file::JournalFile;
use crate::error::JournalError;
use crate::gaps::Gaps;
use crate::journalctl::Location;

/// Where a host keeps its journals: in memory until its disks are there, and on a disk.
const HOST: [&str; 2] = ["/run/log/journal", "/var/log/journal"];
/// The most files of one journal. systemd keeps a hundred of the system's by default, and as many of each user's.
const MOST: usize = 4096;

/// The files of a journal.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) open: Vec<JournalFile>,
    /// What could not be opened, and why.
    refused: Vec<(PathBuf, Fault)>,
    /// What could not be read of what was opened.
    gaps: Gaps,
    /// The first of it.
    damaged: Option<JournalError>,
}

impl Files {
    /// Opens the files that lie at `location`.
    ///
    /// # Errors
    ///
    /// If there are none, or none of them can be read.
    pub(crate) fn open(location: &Location) -> Result<Self, JournalError> {
        let mut files =
            Self { open: Vec::new(), refused: Vec::new(), gaps: Gaps::default(), damaged: None };
        let paths = files.paths(location)?;
        for path in paths {
            match JournalFile::open(&path) {
                // The same file may be found twice, under two names.
                Ok(file) if files.has(&file) => {}
                Ok(file) => files.open.push(file),
                Err(fault) => files.refused.push((path, fault)),
            }
        }
        if !files.open.is_empty() {
            return Ok(files);
        }
        Err(files.trouble().unwrap_or_else(|| {
            let path = match location {
                Location::ThisHost => PathBuf::from(HOST[1]),
                Location::Directory(path) | Location::File(path) => path.clone(),
            };
            let source = io::Error::new(io::ErrorKind::NotFound, "no journal files");
            JournalError::File { path, source }
        }))
    }

    /// Why what was not found may be there all the same: a file that could not be opened, or one that was and is
    /// damaged.
    pub(crate) fn trouble(&mut self) -> Option<JournalError> {
        if let Some((path, fault)) = self.refused.pop() {
            return Some(JournalError::File { path, source: fault.into_io() });
        }
        self.damaged.take()
    }

    /// Notes what cannot be read of one of the files.
    pub(crate) fn note(&mut self, index: usize, what: impl fmt::Display) {
        if let Some(file) = self.open.get(index) {
            let path = file.path.clone();
            self.gaps.add(format_args!("{}: {what}", path.display()));
            self.damaged.get_or_insert_with(|| {
                let source = io::Error::new(io::ErrorKind::InvalidData, what.to_string());
                JournalError::File { path, source }
            });
        }
    }

    /// All that could not be opened or read.
    pub(crate) fn gaps(self) -> Vec<Gap> {
        let mut gaps = self.gaps;
        for (path, fault) in &self.refused {
            gaps.add(format_args!("{}: {fault}", path.display()));
        }
        gaps.finish()
    }

    fn has(&self, file: &JournalFile) -> bool {
        self.open.iter().any(|other| other.header.file_id == file.header.file_id)
    }

    fn paths(&mut self, location: &Location) -> Result<Vec<PathBuf>, JournalError> {
        let mut paths = Vec::new();
        match location {
            Location::File(path) => paths.push(path.clone()),
            Location::Directory(directory) => self.list(directory, &mut paths, true),
            Location::ThisHost => {
                let id = Path::new("/etc/machine-id");
                let machine = fs::read_to_string(id)
                    .map_err(|source| JournalError::File { path: id.to_owned(), source })?;
                for root in HOST {
                    let directory = Path::new(root).join(machine.trim());
                    if directory.exists() {
                        self.list(&directory, &mut paths, false);
                    }
                }
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// Lists a directory's journal files, and those of its subdirectories that are named by a machine's id.
    fn list(&mut self, directory: &Path, paths: &mut Vec<PathBuf>, with_machines: bool) {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return self.refused.push((directory.to_owned(), Fault::Io(error))),
        };
        for entry in entries {
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(error) => return self.refused.push((directory.to_owned(), Fault::Io(error))),
            };
            if paths.len() >= MOST {
                return self.refused.push((directory.to_owned(), Fault::TooMany(MOST)));
            }
            if is_journal(&path) {
                paths.push(path);
            } else if with_machines && is_machine(&path) {
                self.list(&path, paths, false);
            }
        }
    }
}

/// Whether a file is called as a journal is, or as one that was not closed when its host went down.
fn is_journal(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension == "journal" || extension == "journal~"
}

/// Whether a directory is called by a machine's id, maybe with a namespace of the journal after it.
fn is_machine(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let (id, rest) = name.split_at(name.len().min(32));
    id.len() == 32
        && id.iter().all(u8::is_ascii_hexdigit)
        && (rest.is_empty() || rest.starts_with(b"."))
        && path.is_dir()
}
