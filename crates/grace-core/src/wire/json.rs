//! JSON looked into one level at a time.
//!
//! Values stay as they stand in the document until they are used, so that a wrong one is found there and
//! cannot spoil its neighbours, and no depth of nesting costs a stack.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{Gap, GapKind};

/// The text of a string; of a number or a truth value, as it stands in the document.
pub(super) fn words(value: &RawValue) -> Option<String> {
    match shape(value) {
        Shape::String => serde_json::from_str(value.get()).ok().map(|Words(text)| text),
        Shape::Number | Shape::Truth => Some(value.get().into()),
        Shape::Null | Shape::List | Shape::Object => None,
    }
}

/// The members of an object in the document's order, their values not yet looked into.
pub(super) struct Members<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The member of the first of these keys that is there and not null.
    pub(super) fn find(&self, keys: &[&str]) -> Option<&'a RawValue> {
        keys.iter().find_map(|key| {
            let (_, value) = self.0.iter().find(|(name, _)| name == key)?;
            (shape(value) != Shape::Null).then_some(*value)
        })
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Words(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

/// A string of the document, also one that is not Unicode.
///
/// Python writes a byte it could not decode as a lone surrogate (`"\udc80"`), which is JSON and not
/// text. Read as bytes, such a name costs its own odd character instead of the map it stands in.
struct Words(String);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(WordsVisitor)
    }
}

struct WordsVisitor;

impl Visitor<'_> for WordsVisitor {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Words, E> {
        Ok(Words(String::from_utf8_lossy(bytes).into_owned()))
    }
}

/// What a JSON value is, from its first byte: the parser has made sure that the rest fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Null,
    Truth,
    Number,
    String,
    List,
    Object,
}

pub(super) fn shape(value: &RawValue) -> Shape {
    match value.get().as_bytes().first() {
        Some(b'{') => Shape::Object,
        Some(b'[') => Shape::List,
        Some(b'"') => Shape::String,
        Some(b't' | b'f') => Shape::Truth,
        Some(b'n') | None => Shape::Null,
        Some(_) => Shape::Number,
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Truth => "a truth value",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List => "a list",
            Self::Object => "an object",
        })
    }
}

/// The gaps of one document: the first by name, the rest by number, so that a document of a million
/// faults does not become a million lines.
#[derive(Default)]
pub(super) struct Gaps {
    named: Vec<Gap>,
    unnamed: usize,
}

impl Gaps {
    const NAMED: usize = 50;

    pub(super) fn push(&mut self, detail: impl AsRef<str>) {
        if self.named.len() < Self::NAMED {
            self.named.push(Gap::new(GapKind::HealthIncomplete, detail));
        } else {
            self.unnamed = self.unnamed.saturating_add(1);
        }
    }

    pub(super) fn finish(mut self) -> Vec<Gap> {
        if self.unnamed > 0 {
            let rest = alloc::format!("{} more faults in the document", self.unnamed);
            self.named.push(Gap::new(GapKind::HealthIncomplete, rest));
        }
        self.named
    }
}
