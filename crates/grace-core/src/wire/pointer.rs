//! A place in a JSON document.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use serde_json::value::RawValue;

use super::json::{Members, Shape, shape, words};
use crate::Text;

/// A place in a JSON document, as RFC 6901 writes it: `/components/db/status`, `/checks/0`.
///
/// In a step `~1` stands for `/` and `~0` for `~`; the empty pointer is the whole document. A `null` is
/// taken for nothing. Of two members of one name the first counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JsonPointer {
    text: Text,
    steps: Vec<String>,
}

impl JsonPointer {
    /// The text of the string there; of a number or a truth value, as it stands in the document.
    ///
    /// `None` where there is nothing or something else, or `json` is no JSON.
    #[must_use]
    pub fn text_in(&self, json: &str) -> Option<String> {
        let document = serde_json::from_str(json).ok()?;
        self.find(document).and_then(words)
    }

    /// The pointer to a member of the document itself.
    pub(super) fn member(name: &'static str) -> Self {
        Self { text: Text::new(alloc::format!("/{name}")), steps: alloc::vec![name.into()] }
    }

    /// What stands there, below `value`.
    pub(super) fn find<'a>(&self, value: &'a RawValue) -> Option<&'a RawValue> {
        let found = self.steps.iter().try_fold(value, |value, step| descend(value, step))?;
        (shape(found) != Shape::Null).then_some(found)
    }
}

fn descend<'a>(value: &'a RawValue, step: &str) -> Option<&'a RawValue> {
    match shape(value) {
        Shape::Object => serde_json::from_str::<Members<'_>>(value.get()).ok()?.find(&[step]),
        Shape::List => {
            // "01" and "+1" are numbers to Rust, and no places in a list to RFC 6901.
            let digits = step.bytes().all(|byte| byte.is_ascii_digit());
            let plain = digits && (step == "0" || !step.starts_with('0'));
            let at: usize = step.parse().ok().filter(|_| plain)?;
            serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?.get(at).copied()
        }
        Shape::Null | Shape::Truth | Shape::Number | Shape::String => None,
    }
}

impl FromStr for JsonPointer {
    type Err = NotAPointer;

    fn from_str(text: &str) -> Result<Self, NotAPointer> {
        let mut parts = text.split('/');
        if parts.next() != Some("") {
            return Err(NotAPointer::NoSlash);
        }
        let steps = parts.map(unescape).collect::<Option<_>>().ok_or(NotAPointer::Escape)?;
        Ok(Self { text: Text::new(text), steps })
    }
}

/// A step without its escapes; `None` for a `~` that begins none.
fn unescape(step: &str) -> Option<String> {
    let mut chars = step.chars();
    let mut plain = String::with_capacity(step.len());
    while let Some(c) = chars.next() {
        plain.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(plain)
}

impl fmt::Display for JsonPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// Text that is no JSON pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAPointer {
    /// It is neither empty nor begins with a slash.
    #[error("not a JSON pointer: it has to begin with /")]
    NoSlash,
    /// A `~` in it is followed by neither `0` nor `1`.
    #[error("not a JSON pointer: ~ is written ~0, and / within a step ~1")]
    Escape,
}
