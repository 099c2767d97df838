//! What can be wrong with a configuration.

use std::fmt;
use std::path::{Path, PathBuf};

use grace_core::PolicyError;

/// A configuration that cannot be used: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {kind}", path.display(), Place(*.place))]
#[non_exhaustive]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// The line and the column in it, each from 1, if it is known where.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub kind: ConfigErrorKind,
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// It is not TOML, or not of a configuration's form.
    #[error("{0}")]
    Form(String),
    /// A policy that no host would want.
    #[error("policy: {0}")]
    Policy(PolicyError),
}

impl ConfigError {
    pub(super) fn whole(path: &Path, kind: ConfigErrorKind) -> Self {
        Self { path: path.to_owned(), place: None, kind }
    }

    pub(super) fn toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let place = error.span().and_then(|span| {
            let before = text.get(..span.start)?;
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            let column = before.get(line_start..)?.chars().count() + 1;
            Some((before.matches('\n').count() + 1, column))
        });
        let words = error.message().replace('\n', " ");
        let nearest = nearest_of(&words);
        let kind = ConfigErrorKind::Form(format!("{words}{nearest}"));
        Self { path: path.to_owned(), place, kind }
    }
}

/// `:3:5`, or nothing.
struct Place(Option<(usize, usize)>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, ":{line}:{column}"),
            None => Ok(()),
        }
    }
}

/// `; did you mean "fstab"?`, where the parser names a word it does not know and those it does.
///
/// serde writes "unknown field `a`, expected one of `b`, `c`", and "unknown variant" alike.
fn nearest_of(words: &str) -> String {
    const NEAR_ENOUGH: f64 = 0.5;
    if !words.contains("unknown field") && !words.contains("unknown variant") {
        return String::new();
    }
    let mut quoted = words.split('`').skip(1).step_by(2);
    let unknown = quoted.next().unwrap_or_default();
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(unknown, known);
    let nearest = quoted
        .map(|known| (likeness(known), known))
        .filter(|&(likeness, _)| likeness >= NEAR_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map_or_else(String::new, |(_, known)| format!("; did you mean {known:?}?"))
}
