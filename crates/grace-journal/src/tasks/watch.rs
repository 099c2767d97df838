//! The directory of the task files, watched by the kernel.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use futures_util::{FutureExt as _, StreamExt as _};
use inotify::{EventMask, EventOwned, EventStream, Inotify, WatchDescriptor, WatchMask};

use super::error::TaskFilesError;

/// Room for the events of a moment. More come with the next look.
type Buffer = [u8; 4096];

/// Watches the directory, and the one it is in, which tells when it comes back.
pub(super) struct Watch {
    directory: PathBuf,
    name: OsString,
    stream: EventStream<Buffer>,
    parent: WatchDescriptor,
    /// The directory itself, while it is there.
    child: Option<WatchDescriptor>,
}

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// A task file. The index was renamed so often.
    Files { rotations: u32 },
    /// The directory is not there any more.
    DirectoryGone,
}

/// What an event means.
enum Meaning {
    Nothing,
    File,
    Rotation,
    ChildGone,
    ChildBack,
    ParentGone,
}

impl Watch {
    pub(super) fn open(directory: &Path) -> Result<Self, TaskFilesError> {
        let failed = |source| TaskFilesError::Watch { path: directory.to_owned(), source };
        let name = directory.file_name().unwrap_or(OsStr::new(".")).to_owned();
        let above = match directory.parent() {
            Some(above) if above.as_os_str().is_empty() => Path::new("."),
            Some(above) => above,
            None => directory,
        };
        let inotify = Inotify::init().map_err(failed)?;
        let mut watches = inotify.watches();
        let child = watches.add(directory, child_mask()).map_err(failed)?;
        let parent = watches.add(above, parent_mask()).map_err(failed)?;
        let stream = inotify.into_event_stream([0; 4096]).map_err(failed)?;
        Ok(Self { directory: directory.to_owned(), name, stream, parent, child: Some(child) })
    }

    /// Waits until something has changed, and takes all that has by then. To give up waiting loses nothing.
    pub(super) async fn changed(&mut self) -> Result<Change, TaskFilesError> {
        loop {
            let first = self.stream.next().await;
            if let Some(change) = self.take(first)? {
                return Ok(change);
            }
        }
    }

    /// Takes an event and those that are there with it. It does not wait, so nothing of them is lost.
    fn take(
        &mut self,
        first: Option<std::io::Result<EventOwned>>,
    ) -> Result<Option<Change>, TaskFilesError> {
        let (mut rotations, mut is_changed) = (0, false);
        let mut next = Some(first);
        while let Some(event) = next {
            let event = event.ok_or_else(|| self.gone())?;
            let failed = |source| TaskFilesError::Watch { path: self.directory.clone(), source };
            match self.meaning(&event.map_err(failed)?) {
                Meaning::Nothing => {}
                Meaning::File => is_changed = true,
                Meaning::Rotation => {
                    rotations += 1;
                    is_changed = true;
                }
                Meaning::ChildGone => {
                    if !self.look_again()? {
                        return Ok(Some(Change::DirectoryGone));
                    }
                    is_changed = true;
                }
                Meaning::ChildBack => is_changed |= self.look_again()?,
                Meaning::ParentGone => return Err(self.gone()),
            }
            next = self.stream.next().now_or_never();
        }
        Ok(is_changed.then_some(Change::Files { rotations }))
    }

    fn meaning(&self, event: &EventOwned) -> Meaning {
        let is_gone = EventMask::DELETE_SELF | EventMask::MOVE_SELF | EventMask::IGNORED;
        // Too much happened to be told. What it was, the files say.
        if event.mask.contains(EventMask::Q_OVERFLOW) {
            return Meaning::File;
        }
        let name = event.name.as_deref().and_then(OsStr::to_str);
        if Some(&event.wd) == self.child.as_ref() {
            return match name {
                _ if event.mask.intersects(is_gone) => Meaning::ChildGone,
                Some("index.1") if event.mask.contains(EventMask::MOVED_TO) => Meaning::Rotation,
                Some("index" | "index.1" | "active") => Meaning::File,
                _ => Meaning::Nothing,
            };
        }
        if event.wd != self.parent {
            return Meaning::Nothing;
        }
        if event.mask.intersects(is_gone) {
            return Meaning::ParentGone;
        }
        let is_child = event.name.as_ref() == Some(&self.name);
        if is_child && self.child.is_none() { Meaning::ChildBack } else { Meaning::Nothing }
    }

    /// Watches whatever directory has the name now. Returns whether one has.
    fn look_again(&mut self) -> Result<bool, TaskFilesError> {
        let mut watches = self.stream.watches();
        if let Some(old) = self.child.take() {
            // It is gone already, but if it was only renamed.
            let _ended = watches.remove(old);
        }
        match watches.add(&self.directory, child_mask()) {
            Ok(child) => {
                self.child = Some(child);
                Ok(true)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(TaskFilesError::Watch { path: self.directory.clone(), source }),
        }
    }

    fn gone(&self) -> TaskFilesError {
        TaskFilesError::Gone { path: self.directory.clone() }
    }
}

fn child_mask() -> WatchMask {
    WatchMask::ONLYDIR
        | WatchMask::MODIFY
        | WatchMask::CREATE
        | WatchMask::DELETE
        | WatchMask::MOVE
        | WatchMask::DELETE_SELF
        | WatchMask::MOVE_SELF
}

fn parent_mask() -> WatchMask {
    WatchMask::ONLYDIR
        | WatchMask::CREATE
        | WatchMask::MOVED_TO
        | WatchMask::DELETE_SELF
        | WatchMask::MOVE_SELF
}
