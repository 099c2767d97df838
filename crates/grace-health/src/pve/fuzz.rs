//! Doors for the fuzzers of `fuzz/`: configuration files and answers of Proxmox VE.

use grace_core::{GuestId, GuestKind, Text};

use super::{Startup, answer, config, ha};

/// What a guest's configuration says.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guest {
    /// The guest's name.
    pub name: Option<Text>,
    /// Whether it starts with its host.
    pub on_boot: bool,
    /// Whether it is a template.
    pub template: bool,
    /// When it starts.
    pub startup: Startup,
    /// How many lines are not understood.
    pub faults: usize,
}

/// Reads a guest's configuration.
#[must_use]
pub fn guest(kind: GuestKind, text: &str) -> Guest {
    let config::Settings { name, on_boot, template, startup, faults } = config::parse(kind, text);
    Guest { name, on_boot, template, startup, faults: faults.count() }
}

/// What high availability's resources say.
#[derive(Debug)]
#[non_exhaustive]
pub struct Managed {
    /// The guests that are managed.
    pub guests: Vec<GuestId>,
    /// How many lines are not understood.
    pub faults: usize,
}

/// Reads the resources of high availability.
#[must_use]
pub fn managed(text: &str) -> Managed {
    let ha::HaResources { states, faults } = ha::parse(text);
    Managed { guests: states.into_keys().collect(), faults: faults.count() }
}

/// How many entries of an answer are read, and how many are not, taken for a list of guests, of storages and
/// of services; `None` if it is taken for no list.
#[must_use]
pub fn answers(json: &str) -> [Option<(usize, usize)>; 3] {
    fn count<T>(listed: answer::Listed<T>) -> (usize, usize) {
        (listed.items.len(), listed.unread.len())
    }
    [
        answer::guests(json).ok().map(count),
        answer::storages(json).ok().map(count),
        answer::services(json).ok().map(count),
    ]
}
