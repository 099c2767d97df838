//! Text from outside that is safe to keep and to print.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::ops::Deref;

use smol_str::SmolStr;

/// Text that came from outside, made safe once, where it came in.
///
/// - It has no control characters and no direction overrides: line breaks and tabs become a blank, any
///   other becomes `U+FFFD`, so a guest's name cannot move a terminal's cursor or turn a line around.
/// - It is at most its limit long, cut on a character boundary, and what was cut is said at its end.
///
/// Up to 23 bytes it is kept inline, and a clone never allocates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text(SmolStr);

impl Text {
    /// The longest text kept by [`Text::new`], in bytes, without the note of what was cut.
    pub const LIMIT: usize = 1024;
    /// The longest name kept by [`Text::name`], in bytes, without the note of what was cut.
    pub const NAME_LIMIT: usize = 128;

    /// A sentence: a reason, a message.
    #[must_use]
    pub fn new(raw: impl AsRef<str>) -> Self {
        Self::bounded(raw.as_ref(), Self::LIMIT)
    }

    /// A name: of a guest, a category, a unit, a check.
    #[must_use]
    pub fn name(raw: impl AsRef<str>) -> Self {
        Self::bounded(raw.as_ref(), Self::NAME_LIMIT)
    }

    /// Text of at most `limit` bytes, and a note of the bytes cut where it was longer.
    #[must_use]
    pub fn bounded(raw: &str, limit: usize) -> Self {
        if raw.len() <= limit && (is_plain(raw) || !raw.chars().any(is_unsafe)) {
            return Self(SmolStr::new(raw));
        }
        let mut safe = String::new();
        for (at, c) in raw.char_indices() {
            let c = safe_char(c);
            if safe.len().saturating_add(c.len_utf8()) > limit {
                safe.push_str(&format!("… [{} bytes cut]", raw.len().saturating_sub(at)));
                break;
            }
            safe.push(c);
        }
        Self(SmolStr::from(safe))
    }

    /// Text that is known to be safe, such as a literal of this program.
    #[must_use]
    pub const fn literal(text: &'static str) -> Self {
        Self(SmolStr::new_static(text))
    }

    /// The text in lower case, as Unicode has it.
    pub(crate) fn to_lower(&self) -> Self {
        let is_lower = self.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if is_lower { self.clone() } else { Self(SmolStr::from(self.as_str().to_lowercase())) }
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Whether a text is ASCII without control characters: what nearly all of it is, and can be seen at a glance.
fn is_plain(raw: &str) -> bool {
    raw.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn is_unsafe(c: char) -> bool {
    safe_char(c) != c
}

fn safe_char(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' => ' ',
        // Direction overrides and isolates, and the line and paragraph separators.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => {
            char::REPLACEMENT_CHARACTER
        }
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        Self::new(raw)
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
