//! Secrets: where they come from, and that they are shown nowhere.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use grace_core::Text;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};

/// What stands where a secret would.
const HIDDEN: &str = "(hidden)";
/// The longest secret that is read, in bytes.
const LIMIT: u64 = 4096;

/// A token, a password, or an address that holds one. It is shown by nothing: neither `Debug` nor `Display`,
/// no error, no JSON. Its memory is wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// A secret of this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself, for the service it is meant for.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

/// The secrets that a server may send back to us, to be taken out of what it said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hidden(Vec<Secret>);

impl Hidden {
    pub(crate) fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut secrets: Vec<_> =
            secrets.into_iter().filter(|secret| !secret.expose().is_empty()).collect();
        // What holds another goes first, or its rest would be left.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        Self(secrets)
    }

    /// Words from outside without the secrets in them, at most `limit` bytes.
    pub(crate) fn clean(&self, words: &str, limit: usize) -> Text {
        let mut clean = words.trim().to_owned();
        for secret in &self.0 {
            if clean.contains(secret.expose()) {
                clean = clean.replace(secret.expose(), HIDDEN);
            }
        }
        Text::bounded(&clean, limit)
    }
}

/// Where a secret comes from. It is never written in the configuration itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretSource {
    /// A file that holds it and nothing else; blanks and line ends around it do not count.
    File(PathBuf),
    /// A variable of the environment.
    Env(String),
    /// A credential of this name, which systemd puts into `$CREDENTIALS_DIRECTORY` (`LoadCredential=`).
    Credential(String),
}

/// How a variable of the environment is read.
type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// What secrets are read from: the environment, and systemd's directory of credentials.
#[derive(Clone)]
pub struct SecretStore {
    variable: Arc<Variable>,
}

impl SecretStore {
    /// Secrets of an environment, such as `|name| std::env::var(name).ok()`. Its `CREDENTIALS_DIRECTORY` says
    /// where credentials are.
    pub fn new(variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { variable: Arc::new(variable) }
    }

    /// Reads a secret. It reads files, and so is for the start of a program, not for its runtime.
    ///
    /// # Errors
    /// What cannot be read, is empty, or has control characters within it.
    pub fn read(&self, source: &SecretSource) -> Result<Secret, SecretError> {
        match source {
            SecretSource::File(path) => read_file(path),
            SecretSource::Env(name) => {
                let value = (self.variable)(name);
                let unset = || SecretError::Unset { name: Text::name(name) };
                checked(value.ok_or_else(unset)?, || format!("${name}"))
            }
            SecretSource::Credential(name) => {
                let folder = (self.variable)("CREDENTIALS_DIRECTORY");
                let folder = folder.ok_or(SecretError::NoCredentials)?;
                // A name with a slash would be a file anywhere.
                if name.contains('/') || name == ".." {
                    return Err(SecretError::Name { name: Text::name(name) });
                }
                read_file(&Path::new(&folder).join(name))
            }
        }
    }
}

impl fmt::Debug for SecretStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretStore")
    }
}

fn read_file(path: &Path) -> Result<Secret, SecretError> {
    let failed = |error| SecretError::Read { path: path.to_owned(), error };
    let mut text = String::new();
    let file = fs::File::open(path).map_err(failed)?;
    file.take(LIMIT + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > LIMIT {
        return Err(SecretError::Unfit { place: path.display().to_string(), why: "too long" });
    }
    checked(text, || path.display().to_string())
}

fn checked(text: String, place: impl Fn() -> String) -> Result<Secret, SecretError> {
    let secret = Secret::new(text.trim());
    let unfit = |why| Err(SecretError::Unfit { place: place(), why });
    match secret.expose() {
        "" => unfit("empty"),
        text if text.contains(char::is_control) => unfit("more than one line"),
        _ => Ok(secret),
    }
}

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Its file cannot be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The environment does not have it.
    #[error("${name} is not set")]
    Unset {
        /// The variable.
        name: Text,
    },
    /// systemd gave this service no credentials.
    #[error("$CREDENTIALS_DIRECTORY is not set: add LoadCredential= to the unit")]
    NoCredentials,
    /// That is no name of a credential.
    #[error("{name}: not the name of a credential")]
    Name {
        /// The name.
        name: Text,
    },
    /// What is there is no secret.
    #[error("{place}: {why}")]
    Unfit {
        /// The file or variable.
        place: String,
        /// What is wrong with it.
        why: &'static str,
    },
}
