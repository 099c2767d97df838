//! What can be wrong with a timeline file.

use std::fmt;
use std::ops::Range;

/// A timeline that cannot be read: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {kind}")]
#[non_exhaustive]
pub struct TimelineError {
    /// The file, as the reader named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub kind: TimelineErrorKind,
}

/// What is wrong with a timeline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimelineErrorKind {
    /// It is not TOML.
    #[error("not TOML: {message}")]
    Syntax {
        /// The parser's words.
        message: String,
    },
    /// A key that means nothing where it stands.
    #[error("unknown key {key:?}: the keys here are {}{}", Known(.known), Nearest(.key, .known))]
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that mean something there.
        known: &'static [&'static str],
    },
    /// A key that must be there and is not.
    #[error("{table} has no {key:?}: add {example}")]
    MissingKey {
        /// The table that lacks it.
        table: &'static str,
        /// The key.
        key: &'static str,
        /// A line that would do.
        example: &'static str,
    },
    /// None of some keys of which one must be there.
    #[error("{table} has none of {}: add one, such as {example}", Known(.keys))]
    MissingAny {
        /// The table that lacks them.
        table: &'static str,
        /// The keys.
        keys: &'static [&'static str],
        /// A line that would do.
        example: &'static str,
    },
    /// A value of another type than its key's.
    #[error("{key} is {found} {text}: it must be {expected}")]
    WrongType {
        /// The key.
        key: &'static str,
        /// The value, as it stands in the file.
        text: String,
        /// What it is.
        found: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A word that is none of those its key takes.
    #[error("{key} is {word:?}: it must be one of {}{}", Known(.known), Nearest(.word, .known))]
    UnknownWord {
        /// The key.
        key: &'static str,
        /// The word.
        word: String,
        /// The words it takes.
        known: &'static [&'static str],
    },
    /// A value of the right type that its key cannot take.
    #[error("{key} is {text}: {remedy}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value, as it stands in the file.
        text: String,
        /// What is wrong with it or what it must be.
        remedy: String,
    },
    /// A policy that cannot be read, or that no host would want.
    #[error("policy: {message}")]
    Policy {
        /// The words of the policy's reader.
        message: String,
    },
    /// A step that comes before the one above it.
    #[error("at is {at}, before the step above at {previous}: steps stand in the order of time")]
    BackInTime {
        /// The step's time, as it stands in the file.
        at: String,
        /// The time of the step above.
        previous: String,
    },
}

impl TimelineErrorKind {
    /// What the policy's reader complains about, and the known key that an unknown one is nearest to.
    pub(super) fn policy(complaint: &str) -> Self {
        let mut message = complaint.trim().replace('\n', " ");
        // Its words and only those stand in back quotes; of an unknown key, the key itself comes first.
        let mut quoted = complaint.split('`').skip(1).step_by(2);
        if complaint.starts_with("unknown field")
            && let Some(key) = quoted.next()
            && let Some(known) = nearest(key, &quoted.collect::<Vec<_>>())
        {
            message.push_str(&format!("; did you mean `{known}`?"));
        }
        Self::Policy { message }
    }
}

/// A timeline's text, to say where in it something is wrong.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn error(&self, span: &Range<usize>, kind: TimelineErrorKind) -> TimelineError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        TimelineError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            kind,
        }
    }

    /// The first line of what stands at `span`, cut where it is long.
    pub(super) fn excerpt(&self, span: &Range<usize>) -> String {
        const LONGEST: usize = 60;
        let text = self.text.get(span.clone()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let kept: String = line.chars().take(LONGEST).collect();
        let cut = kept.len() < text.trim_end().len();
        if cut { format!("{kept}…") } else { kept }
    }
}

/// `at, type, id`
struct Known<'a>(&'a [&'a str]);

impl fmt::Display for Known<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// `; did you mean "uptime"?`, if a known word is near enough.
struct Nearest<'a>(&'a str, &'a [&'a str]);

impl fmt::Display for Nearest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match nearest(self.0, self.1) {
            Some(known) => write!(f, "; did you mean {known:?}?"),
            None => Ok(()),
        }
    }
}

fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    const NEAR_ENOUGH: f64 = 0.5;
    known
        .iter()
        .map(|&known| (strsim::normalized_damerau_levenshtein(word, known), known))
        .filter(|&(likeness, _)| likeness >= NEAR_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}
