//! Doors for the fuzzers of `fuzz/`: the two tables.

use super::{escape, fstab, mountinfo};

/// What stands in a table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Table {
    /// The mount points.
    pub targets: Vec<String>,
    /// The numbers of the lines that are not understood.
    pub faults: Vec<usize>,
}

/// Reads `/etc/fstab`.
#[must_use]
pub fn fstab(text: &str) -> Table {
    let fstab::Fstab { entries, faults } = fstab::parse(text);
    Table {
        targets: entries.into_iter().map(|entry| entry.target).collect(),
        faults: faults.iter().map(|fault| fault.line).collect(),
    }
}

/// Reads a mount table.
#[must_use]
pub fn mountinfo(text: &str) -> Table {
    let mountinfo::MountInfo { mounts, faults } = mountinfo::parse(text);
    Table {
        targets: mounts.into_iter().map(|mount| mount.target).collect(),
        faults: faults.iter().map(|fault| fault.line).collect(),
    }
}

/// Reads the escapes of a field.
#[must_use]
pub fn unescape(field: &str) -> String {
    escape::unescape(field)
}
