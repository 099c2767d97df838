//! What is new in the task files. Blocks while it reads, and reads no more at once than is bounded.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use grace_core::{Gap, GapKind, Occurrence, Origin, Text};

use super::boots::{Boots, HostTime, ended};
use super::error::TaskFilesError;
use super::lines::{ActiveLine, IndexLine, NotATaskLine};
use super::log;
use super::tail::{Reading, Tail, whole};
use crate::recent::Recent;
use crate::task::{Initiator, Task};
use crate::upid::Upid;

/// How much of the list of active tasks is read, in bytes. It holds some 25 tasks, and those that run.
const ACTIVE: u64 = 1024 * 1024;
/// How many tasks, and lines, are remembered. The two generations of the index together hold some thousand.
const REMEMBERED: usize = 16 * 1024;

/// Reads the task files, again and again.
pub(super) struct Reader {
    directory: PathBuf,
    now: Arc<dyn Fn() -> HostTime + Send + Sync>,
    index: Tail,
    news: News,
    /// What was wrong with the list of active tasks the last time.
    active_trouble: Option<String>,
}

/// What one reading brought.
#[derive(Debug, Default)]
pub(super) struct Pass {
    /// What has happened, oldest first.
    pub(super) told: Vec<Occurrence>,
    /// Whether there is more to be read.
    pub(super) has_more: bool,
}

/// What is told, out of the lines that are read.
struct News {
    boots: Boots,
    begun: Recent,
    ended: Recent,
    told: Vec<Occurrence>,
    /// Lines of the index that were of no task.
    unread: Recent,
    /// Those that are new.
    odd: Odd,
}

/// Lines that are of no task: how many, and why the first is not.
#[derive(Debug, Default)]
struct Odd {
    count: u64,
    first: Option<NotATaskLine>,
}

impl Reader {
    pub(super) fn new(directory: PathBuf, now: Arc<dyn Fn() -> HostTime + Send + Sync>) -> Self {
        let news = News {
            boots: Boots::default(),
            begun: Recent::new(REMEMBERED),
            ended: Recent::new(REMEMBERED),
            told: Vec::new(),
            unread: Recent::new(REMEMBERED),
            odd: Odd::default(),
        };
        let index = Tail::new(directory.join("index"));
        Self { directory, now, index, news, active_trouble: None }
    }

    /// Reads what is new. The index was renamed so often since the last time.
    pub(super) fn read(&mut self, rotations: u32) -> Result<Pass, TaskFilesError> {
        let now = (self.now)();
        self.news.boots.see(now);
        // The generation that was read last is held open, and the last one has a name.
        let readable = 1 + u32::from(self.index.is_open());
        if rotations > readable {
            let lost = rotations - readable;
            self.gap(&format!("the index was renamed {rotations} times at once: {lost} not read"));
        }
        self.read_active(now);
        let reading = self.read_index(now, rotations > 0)?;
        if let Some(odd) = std::mem::take(&mut self.news.odd).words() {
            self.gap(&format!("{}: {odd}", self.index.path().display()));
        }
        let mut told = std::mem::take(&mut self.news.told);
        told.sort_by_key(|occurrence| occurrence.at);
        Ok(Pass { told, has_more: reading == Reading::More })
    }

    /// What is told when the directory is gone.
    pub(super) fn directory_gone(&self) -> Occurrence {
        gap(&format!("{}: the directory is gone", self.directory.display()))
    }

    fn read_index(&mut self, now: HostTime, was_renamed: bool) -> Result<Reading, TaskFilesError> {
        let Self { directory, index, news, .. } = self;
        let failed = |path: PathBuf| move |source| TaskFilesError::Read { path, source };
        let path = index.path().to_owned();
        let mut on_line = |line: &[u8]| news.index_line(line, directory, now);
        let reading = index.read(&mut on_line).map_err(failed(path.clone()))?;
        if reading == Reading::More || (reading == Reading::Whole && !was_renamed) {
            return Ok(reading);
        }
        // What was told before is known, so that both generations can be read as if anew.
        let older = directory.join("index.1");
        let trouble = match whole(&older, &mut on_line) {
            Ok(Reading::Whole) => None,
            Ok(_) => Some("it is too long to be read to its end".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(trouble) = trouble {
            news.told.push(gap(&format!("{}: {trouble}", older.display())));
        }
        let mut on_line = |line: &[u8]| news.index_line(line, directory, now);
        index.reopen().map_err(failed(path.clone()))?;
        match index.read(&mut on_line).map_err(failed(path))? {
            // It was renamed in that moment, or has more than is read at once: either way it is read on.
            Reading::Broken | Reading::More => Ok(Reading::More),
            Reading::Whole => Ok(Reading::Whole),
        }
    }

    /// Tasks that run. The list is replaced as a whole, so a line of it is never half written.
    fn read_active(&mut self, now: HostTime) {
        let path = self.directory.join("active");
        let trouble = match active(&path) {
            Ok(list) => {
                let mut odd = Odd::default();
                for line in list.lines().filter(|line| !line.is_empty()) {
                    if let Err(error) = self.news.active_line(line, now) {
                        odd.add(error);
                    }
                }
                odd.words()
            }
            Err(error) => Some(error.to_string()),
        };
        if trouble == self.active_trouble {
            return;
        }
        if let Some(trouble) = &trouble {
            self.gap(&format!("{}: {trouble}", path.display()));
        }
        self.active_trouble = trouble;
    }

    fn gap(&mut self, why: &str) {
        self.news.told.push(gap(why));
    }
}

impl News {
    fn index_line(&mut self, line: &[u8], directory: &Path, now: HostTime) {
        let text = String::from_utf8_lossy(line);
        let line = match text.parse::<IndexLine>() {
            Ok(line) => line,
            Err(error) if self.unread.note(&Text::new(&text)) => return self.odd.add(error),
            Err(_told) => return,
        };
        let IndexLine { upid, status, .. } = &line;
        if !self.boots.has(upid, now) || !self.ended.note(upid.text()) {
            return;
        }
        let task = task(upid);
        let reasons = if task.has_reasons(status) {
            log::reasons(&log::path(directory, upid), status)
        } else {
            String::new()
        };
        if let Some(told) = task.ended(status, &reasons) {
            self.told.push(told.at(ended(upid, line.ended, now)));
        }
    }

    fn active_line(&mut self, line: &str, now: HostTime) -> Result<(), NotATaskLine> {
        let line: ActiveLine = line.parse()?;
        // A host that went down left its tasks in the list as if they ran.
        let is_running = line.end.is_none() && self.boots.has(&line.upid, now);
        if is_running && self.begun.note(line.upid.text()) {
            self.told.extend(task(&line.upid).begun());
        }
        Ok(())
    }
}

impl Odd {
    fn add(&mut self, error: NotATaskLine) {
        self.count += 1;
        self.first.get_or_insert(error);
    }

    fn words(self) -> Option<String> {
        let first = self.first?;
        Some(match self.count {
            1 => format!("a line of no task: {first}"),
            count => format!("{count} lines of no task, the first: {first}"),
        })
    }
}

fn task(upid: &Upid) -> Task<'_> {
    Task { upid, origin: Origin::Tasks, initiator: Initiator::Unknown }
}

fn gap(why: &str) -> Occurrence {
    Occurrence::new(Origin::Tasks, Gap::new(GapKind::EventsIncomplete, why))
}

/// The list of active tasks; empty if there is none.
fn active(path: &Path) -> io::Result<String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(ACTIVE).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
