//! The one place where journalctl is told what to print. Pure.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use grace_core::{BootId, Text};

use crate::child::CommandLine;

/// journalctl, and the journal that it reads.
#[derive(Debug, Clone)]
pub(crate) struct Journalctl {
    pub(crate) program: PathBuf,
    pub(crate) location: Location,
}

/// Where the journal lies.
#[derive(Debug, Clone)]
pub(crate) enum Location {
    ThisHost,
    Directory(PathBuf),
    File(PathBuf),
}

impl Journalctl {
    /// Prints these fields of the entries of a boot, one a line; without `boot`, of the boot that the host is
    /// in, or of the last in files that are named.
    pub(crate) fn command(
        &self,
        boot: Option<&BootId>,
        choice: impl IntoIterator<Item = String>,
        fields: &str,
    ) -> CommandLine {
        let boot = boot.map_or("0", BootId::as_str);
        let fields = format!("--output-fields={fields}");
        let form = ["--output=json", &fields, "--all", "--no-pager"];
        self.call([format!("--boot={boot}")].into_iter().chain(choice), &form)
    }

    /// Prints the boots in the journal, one a line and the oldest first.
    pub(crate) fn list_boots(&self) -> CommandLine {
        self.call(["--list-boots".to_owned()], &["--no-pager"])
    }

    fn call(&self, words: impl IntoIterator<Item = String>, form: &[&str]) -> CommandLine {
        let mut args: Vec<_> = words.into_iter().map(OsString::from).collect();
        match &self.location {
            Location::ThisHost => {}
            Location::Directory(path) => args.push(option("--directory=", path)),
            Location::File(path) => args.push(option("--file=", path)),
        }
        let details = form.iter().map(|&word| word.to_owned()).collect();
        CommandLine { program: self.program.clone(), args, details }
    }
}

impl Location {
    /// What it is called.
    pub(crate) fn name(&self) -> Text {
        match self {
            Self::ThisHost => Text::literal("this host's journal"),
            Self::Directory(path) | Self::File(path) => Text::new(path.to_string_lossy()),
        }
    }
}

/// This host's journal, and the program from `PATH`.
impl Default for Journalctl {
    fn default() -> Self {
        Self { program: PathBuf::from("journalctl"), location: Location::ThisHost }
    }
}

/// `--name=path`, whatever bytes the path has.
fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}
