//! The journal's export format, as `journalctl --output=export` prints it. Pure but for the reader.
//!
//! An entry is a line for each field, `NAME=value`, and ends with an empty line. A value that is not plain text
//! has its name alone on the line, then its length in 64 bits, little end first, then its bytes, then a line end.
//! (systemd, "Journal Export Formats".)

use std::io::{self, BufRead, Read as _};

/// The longest value that systemd itself takes, 768 MiB. What claims to be longer is no length.
const LONGEST: u64 = 768 * 1024 * 1024;

/// Reads entry by entry and never holds more than a bound of one field.
#[derive(Debug)]
pub(crate) struct Export<R> {
    reader: R,
    bound: usize,
    position: u64,
    line: Vec<u8>,
    value: Vec<u8>,
}

/// Why an entry could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadEntry {
    #[error("it ends in the middle of a field")]
    Cut,
    #[error("a line of more than {0} bytes")]
    LongLine(usize),
    #[error("a line that is no field: \"{}\"", .0.escape_ascii())]
    NoField(Vec<u8>),
    #[error("{name} claims to have {length} bytes")]
    Length { name: String, length: u64 },
    #[error("{name} has {length} bytes, more than the bound of {bound}")]
    LongValue { name: String, length: u64, bound: usize },
    #[error("{0} does not end where it says")]
    NoEnd(String),
}

/// What a line was.
enum Line {
    /// The end of an entry.
    Empty,
    Field,
    /// The end of all.
    End,
}

impl<R: BufRead> Export<R> {
    /// Reads entries from `reader`, which is at `position`. No field of more than `bound` bytes is read.
    pub(crate) const fn new(reader: R, position: u64, bound: usize) -> Self {
        Self { reader, bound, position, line: Vec::new(), value: Vec::new() }
    }

    /// How far it has read, in bytes.
    pub(crate) const fn position(&self) -> u64 {
        self.position
    }

    /// Reads one entry and hands each of its fields to `on_field`; `None` at the end.
    ///
    /// `is_wanted` says whether a field's value is of interest: one that is not may be as long as it likes. An
    /// entry that is wrong is read over, to the next empty line, and spoils no other.
    pub(crate) fn next(
        &mut self,
        is_wanted: impl Fn(&[u8]) -> bool,
        mut on_field: impl FnMut(&[u8], &[u8]),
    ) -> io::Result<Option<Result<(), BadEntry>>> {
        let mut is_begun = false;
        loop {
            match self.line()? {
                Ok(Line::End) => return Ok(is_begun.then_some(Ok(()))),
                Ok(Line::Empty) if is_begun => return Ok(Some(Ok(()))),
                Ok(Line::Empty) => {}
                Ok(Line::Field) => {
                    is_begun = true;
                    if let Err(bad) = self.field(&is_wanted, &mut on_field)? {
                        self.read_over(&bad)?;
                        return Ok(Some(Err(bad)));
                    }
                }
                Err(bad) => {
                    self.read_over(&bad)?;
                    return Ok(Some(Err(bad)));
                }
            }
        }
    }

    /// The field whose first line has been read.
    fn field(
        &mut self,
        is_wanted: &impl Fn(&[u8]) -> bool,
        on_field: &mut impl FnMut(&[u8], &[u8]),
    ) -> io::Result<Result<(), BadEntry>> {
        if let Some(equals) = self.line.iter().position(|&byte| byte == b'=') {
            let (name, value) = (&self.line[..equals], &self.line[equals + 1..]);
            if !is_name(name) {
                return Ok(Err(self.no_field()));
            }
            on_field(name, value);
            return Ok(Ok(()));
        }
        if !is_name(&self.line) {
            return Ok(Err(self.no_field()));
        }
        match self.value(is_wanted(&self.line))? {
            Ok(()) => on_field(&self.line, &self.value),
            Err(bad) => return Ok(Err(bad)),
        }
        Ok(Ok(()))
    }

    /// The value that follows a name alone on its line; nothing is kept of one that is not wanted.
    fn value(&mut self, is_wanted: bool) -> io::Result<Result<(), BadEntry>> {
        self.value.clear();
        let name = || String::from_utf8_lossy(&self.line).into_owned();
        let mut length = [0; 8];
        if !filled(&mut self.reader, &mut self.position, &mut length)? {
            return Ok(Err(BadEntry::Cut));
        }
        let length = u64::from_le_bytes(length);
        if length > LONGEST {
            return Ok(Err(BadEntry::Length { name: name(), length }));
        }
        let is_long = length > self.bound as u64;
        let mut part = (&mut self.reader).take(length);
        let read = if is_wanted && !is_long {
            part.read_to_end(&mut self.value)? as u64
        } else {
            io::copy(&mut part, &mut io::sink())?
        };
        self.position += read;
        let mut end = [0];
        if read < length || !filled(&mut self.reader, &mut self.position, &mut end)? {
            return Ok(Err(BadEntry::Cut));
        }
        if end != *b"\n" {
            return Ok(Err(BadEntry::NoEnd(name())));
        }
        if is_wanted && is_long {
            return Ok(Err(BadEntry::LongValue { name: name(), length, bound: self.bound }));
        }
        Ok(Ok(()))
    }

    /// Reads one line into `self.line`, without its end.
    fn line(&mut self) -> io::Result<Result<Line, BadEntry>> {
        self.line.clear();
        let read = self.chunk_of_line()?;
        if read == 0 {
            return Ok(Ok(Line::End));
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            return Ok(Ok(if self.line.is_empty() { Line::Empty } else { Line::Field }));
        }
        let bad = if read > self.bound { BadEntry::LongLine(self.bound) } else { BadEntry::Cut };
        Ok(Err(bad))
    }

    /// Reads to an empty line or to the end, from where a bad field has left the reader.
    fn read_over(&mut self, bad: &BadEntry) -> io::Result<()> {
        let mut is_at_start = matches!(bad, BadEntry::NoField(_) | BadEntry::LongValue { .. });
        loop {
            self.line.clear();
            let read = self.chunk_of_line()?;
            if read == 0 || (is_at_start && self.line == b"\n") {
                return Ok(());
            }
            is_at_start = self.line.last() == Some(&b'\n');
        }
    }

    /// Appends to `self.line` up to and with the line's end, but not more than one byte past the bound.
    fn chunk_of_line(&mut self) -> io::Result<usize> {
        let mut part = (&mut self.reader).take(self.bound as u64 + 1);
        let read = part.read_until(b'\n', &mut self.line)?;
        self.position += read as u64;
        Ok(read)
    }

    fn no_field(&self) -> BadEntry {
        BadEntry::NoField(self.line[..self.line.len().min(64)].to_vec())
    }
}

/// Fills `bytes`; `false` if the end comes first.
fn filled(reader: &mut impl BufRead, position: &mut u64, mut bytes: &mut [u8]) -> io::Result<bool> {
    let length = bytes.len() as u64;
    let read = io::copy(&mut reader.take(length), &mut bytes)?;
    *position += read;
    Ok(read == length)
}

/// Whether the journal would take this for a field's name: capitals, digits and underscores, no digit first.
fn is_name(name: &[u8]) -> bool {
    let is_inner = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    name.len() <= 64
        && name.first().is_some_and(|byte| !byte.is_ascii_digit())
        && name.iter().all(is_inner)
}

#[cfg(test)]
mod tests;
