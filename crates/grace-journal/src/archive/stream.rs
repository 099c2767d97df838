//! What journalctl has printed of a journal, in a file or a pipe: its boots and its records.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::ops::{ControlFlow, Range};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use grace_core::{BootId, Gap, Text};

use super::boots::ArchivedBoot;
use super::export::Export;
use super::feed::Feed;
use crate::error::JournalError;
use crate::fields::{Draft, Field};
use crate::gaps::Gaps;
use crate::record::Record;

/// How much is read at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// A printed journal. Clones share what has been read from a pipe.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    path: PathBuf,
    bound: usize,
    file: Arc<OnceLock<Arc<File>>>,
}

/// A boot, and where in the stream its entries stand.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) boot: ArchivedBoot,
    pub(crate) bytes: Range<u64>,
}

impl Stream {
    /// The journal printed into the file at `path`, or coming from standard input if that is `-`. No line and no
    /// field of more than `bound` bytes is read.
    pub(crate) fn new(path: PathBuf, bound: usize) -> Self {
        Self { path, bound, file: Arc::default() }
    }

    /// How long it is, in bytes. What comes from a pipe is first read to its end. Blocks.
    pub(crate) fn len(&self) -> Result<u64, JournalError> {
        self.file()
            .and_then(|file| file.metadata())
            .map(|file| file.len())
            .map_err(|error| self.error(error))
    }

    /// The boots in it, in the order in which they begin. Blocks.
    pub(crate) fn boots(&self, feed: &mut Feed) -> Result<Vec<Placed>, JournalError> {
        let end = self.len()?;
        let mut survey = Survey::default();
        feed.begin(end);
        let take = |_: &mut Feed, record: Record, bytes| survey.take(&record, bytes);
        let gaps = self.each(0..end, feed, is_of_time, take)?;
        match gaps.first() {
            Some(gap) if survey.boots.is_empty() => {
                // The error names the journal by itself.
                let named = format!("{}: ", self.name());
                let words = gap.detail.strip_prefix(&named).unwrap_or(&gap.detail);
                Err(self.error(io::Error::new(io::ErrorKind::InvalidData, words)))
            }
            _ => Ok(survey.finish(end)),
        }
    }

    /// Feeds the records of one boot. Blocks.
    pub(crate) fn read(&self, placed: &Placed, feed: &mut Feed) -> Result<Vec<Gap>, JournalError> {
        self.each(
            placed.bytes.clone(),
            feed,
            |_| true,
            |feed, record, _| {
                if record.boot == Some(placed.boot.id) {
                    feed.record(record);
                }
            },
        )
    }

    /// Hands over each entry between two places that says of which boot it is and when, and where it stands.
    fn each(
        &self,
        bytes: Range<u64>,
        feed: &mut Feed,
        is_wanted: fn(Field) -> bool,
        mut on_record: impl FnMut(&mut Feed, Record, Range<u64>),
    ) -> Result<Vec<Gap>, JournalError> {
        let journal = self.name();
        let mut gaps = Gaps::default();
        let mut entries = self.entries(bytes.clone()).map_err(|error| self.error(error))?;
        let mut at = bytes.start;
        while let Some(entry) = entries.next(is_wanted).map_err(|error| self.error(error))? {
            let end = entries.position();
            match entry {
                Ok(record) if record.boot.is_some() && record.unix_micros.is_some() => {
                    on_record(feed, record, at..end);
                }
                Ok(_) => gaps.add(format_args!(
                    "{journal}: the entry at byte {at} does not say of which boot it is, or when"
                )),
                Err(error) => gaps.add(format_args!("{journal}: the entry at byte {at}: {error}")),
            }
            at = end;
            if feed.step(end - bytes.start) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(gaps.finish())
    }

    fn entries(&self, bytes: Range<u64>) -> io::Result<Entries<BufReader<io::Take<Positioned>>>> {
        let length = bytes.end - bytes.start;
        let file = Positioned { file: Arc::clone(self.file()?), position: bytes.start };
        let mut reader = BufReader::with_capacity(CHUNK, file.take(length));
        Ok(match reader.fill_buf()?.first() {
            Some(b'{') => Entries::Json(Json {
                reader,
                position: bytes.start,
                bound: self.bound,
                line: Vec::new(),
            }),
            _ => Entries::Export(Export::new(reader, bytes.start, self.bound)),
        })
    }

    /// The file, from which can be read anywhere and again.
    fn file(&self) -> io::Result<&Arc<File>> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let file = if self.path == Path::new("-") {
            spool(&mut io::stdin().lock())?
        } else {
            let mut file = File::open(&self.path)?;
            if file.metadata()?.is_file() { file } else { spool(&mut file)? }
        };
        Ok(self.file.get_or_init(|| Arc::new(file)))
    }

    /// What it is called.
    pub(crate) fn name(&self) -> Text {
        if self.path == Path::new("-") {
            Text::literal("standard input")
        } else {
            Text::new(self.path.to_string_lossy())
        }
    }

    fn error(&self, source: io::Error) -> JournalError {
        let path =
            if self.path == Path::new("-") { Path::new("standard input") } else { &self.path };
        JournalError::File { path: path.to_owned(), source }
    }
}

/// The boots that have been seen.
#[derive(Debug, Default)]
struct Survey {
    boots: Vec<Placed>,
    by_id: BTreeMap<BootId, usize>,
    seen: u64,
}

impl Survey {
    fn take(&mut self, record: &Record, bytes: Range<u64>) {
        let (Some(id), Some(at)) = (record.boot, record.unix_micros) else { return };
        let index = *self.by_id.entry(id).or_insert_with(|| {
            let boot =
                ArchivedBoot { id, first_unix_micros: at, last_unix_micros: at, entries: Some(0) };
            // What lies before it and cannot be read may be of this boot.
            self.boots.push(Placed { boot, bytes: self.seen..bytes.end });
            self.boots.len() - 1
        });
        if let Some(Placed { boot, bytes: of_boot }) = self.boots.get_mut(index) {
            boot.last_unix_micros = at;
            boot.entries = boot.entries.map(|entries| entries + 1);
            of_boot.end = bytes.end;
        }
        self.seen = bytes.end;
    }

    /// The boots of a stream that ends here.
    fn finish(mut self, end: u64) -> Vec<Placed> {
        for placed in &mut self.boots {
            if placed.bytes.end == self.seen {
                placed.bytes.end = end;
            }
        }
        self.boots
    }
}

/// Copies what can be read only once into a file without a name, on a disk rather than in memory.
fn spool(reader: &mut impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile_in("/var/tmp").or_else(|_| tempfile::tempfile())?;
    io::copy(reader, &mut file)?;
    Ok(file)
}

const fn is_of_time(field: Field) -> bool {
    matches!(field, Field::Boot | Field::Realtime)
}

/// A file read from a place of its own.
#[derive(Debug)]
struct Positioned {
    file: Arc<File>,
    position: u64,
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

/// Entries in either of journalctl's two ways to print them whole.
enum Entries<R> {
    Json(Json<R>),
    Export(Export<R>),
}

impl<R: io::BufRead> Entries<R> {
    fn next(&mut self, is_wanted: fn(Field) -> bool) -> io::Result<Option<Result<Record, String>>> {
        match self {
            Self::Json(json) => json.next(),
            Self::Export(export) => {
                let mut draft = Draft::default();
                let wanted = |name: &[u8]| Field::named(name).filter(|field| is_wanted(*field));
                let entry = export.next(
                    |name| wanted(name).is_some(),
                    |name, value| {
                        if let Some(field) = wanted(name) {
                            draft.take(field, value);
                        }
                    },
                )?;
                Ok(entry.map(|entry| entry.map(|()| draft.finish()).map_err(|bad| bad.to_string())))
            }
        }
    }

    const fn position(&self) -> u64 {
        match self {
            Self::Json(json) => json.position,
            Self::Export(export) => export.position(),
        }
    }
}

/// An entry a line.
struct Json<R> {
    reader: R,
    position: u64,
    bound: usize,
    line: Vec<u8>,
}

impl<R: io::BufRead> Json<R> {
    fn next(&mut self) -> io::Result<Option<Result<Record, String>>> {
        loop {
            self.line.clear();
            let most = self.bound as u64 + 1;
            let read = (&mut self.reader).take(most).read_until(b'\n', &mut self.line)?;
            self.position += read as u64;
            if read == 0 {
                return Ok(None);
            }
            if read > self.bound && self.line.last() != Some(&b'\n') {
                self.position += skip_line(&mut self.reader)?;
                return Ok(Some(Err(format!("longer than the bound of {} bytes", self.bound))));
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some(Record::from_json(&self.line).map_err(|error| error.to_string())));
            }
        }
    }
}

/// Reads to the end of the line, and says how many bytes that was.
fn skip_line(reader: &mut impl io::BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let available = reader.fill_buf()?;
        let end = available.iter().position(|&byte| byte == b'\n');
        let length = end.map_or(available.len(), |end| end + 1);
        reader.consume(length);
        skipped += length as u64;
        if end.is_some() || length == 0 {
            return Ok(skipped);
        }
    }
}
