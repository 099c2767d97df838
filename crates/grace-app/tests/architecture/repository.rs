//! The files of the repository, and how broken rules are told.

use std::fs;
use std::path::{Path, PathBuf};

/// A file that can be read as text.
pub(crate) struct TextFile {
    /// Its path from the repository's root.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl TextFile {
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        Self { path: path.to_owned(), text }
    }

    /// The lines, numbered from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/");
    crates.parent().expect("the repository").to_owned()
}

/// Every file below `folder` whose name ends so, sorted. Folders of build products are not looked into.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<TextFile> {
    let mut paths = Vec::new();
    collect(&root().join(folder), extension, &mut paths);
    let mut paths: Vec<String> = paths
        .iter()
        .map(|path| path.strip_prefix(root()).expect("below the root").display().to_string())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{folder} has no .{extension} file: the rule looks at nothing");
    paths.iter().map(|path| TextFile::read(path)).collect()
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|ending| ending == extension) {
            found.push(path);
        }
    }
}

/// Fails with every rule that is broken.
#[track_caller]
pub(crate) fn no_complaints(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
