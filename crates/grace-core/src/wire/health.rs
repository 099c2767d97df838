//! Health documents, in both shapes that monitors write.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{CategoryHealth, Check, Gap, GapKind, HealthSnapshot, Status, Text};

/// Reads a health document.
///
/// Both shapes are read, and any mixture of them:
///
/// | | one | the other |
/// | --- | --- | --- |
/// | status of the whole | `overall_status` | `overall` |
/// | categories | `categories` | `details` |
/// | checks of a category | a list, each with its `name` | a map by name |
/// | text of a check or category | `reason`, else `message` | `detail` |
///
/// Where both spellings stand, the left one counts; `null` is the same as absent. Members this crate has
/// no word for are ignored. Categories and checks keep the document's order.
///
/// What is wrong in the document spoils only itself: a check or category that is no object is left out,
/// a status that is absent or no known word is [`Status::Unknown`], and of two categories of one name,
/// in any case of letters, the first stays. Each of these is a [`Gap`] that names the place. A document
/// without a status of the whole is [`Status::Unknown`], and that is no gap: the status says it.
///
/// # Errors
/// Text that is not JSON, or whose top level is no object, with line and column.
pub fn parse_health(json: &str) -> Result<HealthSnapshot, HealthError> {
    let document: Members<'_> = serde_json::from_str(json).map_err(|error| HealthError {
        detail: Text::new(format!("{error}")),
        line: error.line(),
        column: error.column(),
    })?;
    let mut gaps = Gaps::default();
    let overall = match document.find(&["overall_status", "overall"]) {
        Some(value) => status(value, "the whole", &mut gaps),
        None => Status::Unknown,
    };
    let mut snapshot = HealthSnapshot::new(overall);
    match document.find(&["categories", "details"]) {
        Some(value) => snapshot.categories = categories(value, &mut gaps),
        None => gaps.push("the document has no categories"),
    }
    snapshot.gaps = gaps.finish();
    Ok(snapshot)
}

/// A document that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a health document: {detail}")]
pub struct HealthError {
    detail: Text,
    line: usize,
    column: usize,
}

impl HealthError {
    /// The line of the fault, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column of the fault in its line, in bytes from 1; 0 if the fault is the line's beginning.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}

fn categories(value: &RawValue, gaps: &mut Gaps) -> Vec<CategoryHealth> {
    let Ok(members) = serde_json::from_str::<Members<'_>>(value.get()) else {
        gaps.push(format!("categories: {}, not an object", shape(value)));
        return Vec::new();
    };
    let mut categories = Vec::with_capacity(members.0.len());
    let mut seen = BTreeSet::new();
    for (name, value) in members.0 {
        let name = Text::name(name);
        if !seen.insert(name.to_ascii_lowercase()) {
            gaps.push(format!("category {name}: there twice, the first stays"));
        } else if let Some(category) = category(name, value, gaps) {
            categories.push(category);
        }
    }
    categories
}

fn category(name: Text, value: &RawValue, gaps: &mut Gaps) -> Option<CategoryHealth> {
    let place = format!("category {name}");
    let members = object(value, &place, gaps)?;
    Some(CategoryHealth {
        status: status_of(&members, &place, gaps),
        reason: text_of(&members, &place, gaps),
        checks: match members.find(&["checks"]) {
            Some(value) => checks(value, &name, gaps),
            None => Vec::new(),
        },
        name,
    })
}

fn checks(value: &RawValue, category: &Text, gaps: &mut Gaps) -> Vec<Check> {
    if let Ok(Members(members)) = serde_json::from_str(value.get()) {
        return members
            .into_iter()
            .filter_map(|(name, value)| check(Some(Text::name(name)), value, category, gaps))
            .collect();
    }
    if let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        return values.into_iter().filter_map(|value| check(None, value, category, gaps)).collect();
    }
    gaps.push(format!(
        "category {category}: its checks are {}, not a list or an object",
        shape(value)
    ));
    Vec::new()
}

/// One check; `name` is its key in a map, and `None` in a list, where it names itself.
fn check(name: Option<Text>, value: &RawValue, category: &Text, gaps: &mut Gaps) -> Option<Check> {
    let place = |name: &str| format!("check {name} of category {category}");
    // What a list's nameless check is called, as in the original.
    let unnamed = || Text::literal("unknown");
    let members = object(value, &place(name.as_deref().unwrap_or("unknown")), gaps)?;
    let name = name.unwrap_or_else(|| {
        let found = members.find(&["name"]).map(words);
        found.map_or_else(unnamed, |found| found.map_or_else(unnamed, Text::name))
    });
    let place = place(&name);
    Some(Check {
        status: status_of(&members, &place, gaps),
        reason: text_of(&members, &place, gaps),
        name,
    })
}

fn object<'a>(value: &'a RawValue, place: &str, gaps: &mut Gaps) -> Option<Members<'a>> {
    let members = serde_json::from_str(value.get()).ok();
    if members.is_none() {
        gaps.push(format!("{place}: {}, not an object", shape(value)));
    }
    members
}

fn status_of(members: &Members<'_>, place: &str, gaps: &mut Gaps) -> Status {
    let Some(value) = members.find(&["status"]) else {
        gaps.push(format!("{place}: no status"));
        return Status::Unknown;
    };
    status(value, place, gaps)
}

fn status(value: &RawValue, place: &str, gaps: &mut Gaps) -> Status {
    let Some(word) = words(value) else {
        gaps.push(format!("{place}: its status is {}", shape(value)));
        return Status::Unknown;
    };
    Status::parse(&word).unwrap_or_else(|| {
        let word = Text::name(word);
        gaps.push(format!("{place}: the status \"{word}\" is not known"));
        Status::Unknown
    })
}

/// The first of the members that hold text. One of another type is named and passed over.
fn text_of(members: &Members<'_>, place: &str, gaps: &mut Gaps) -> Text {
    for key in ["reason", "message", "detail"] {
        let Some(value) = members.find(&[key]) else {
            continue;
        };
        if let Some(text) = words(value) {
            return Text::new(text);
        }
        gaps.push(format!("{place}: its {key} is {}", shape(value)));
    }
    Text::default()
}

/// The text of a string; of a number or a truth value, as it stands in the document.
fn words(value: &RawValue) -> Option<String> {
    match shape(value) {
        Shape::String => serde_json::from_str(value.get()).ok().map(|Words(text)| text),
        Shape::Number | Shape::Truth => Some(value.get().into()),
        Shape::Null | Shape::List | Shape::Object => None,
    }
}

/// The members of an object in the document's order, their values not yet looked into.
///
/// Values are kept raw so that a wrong one is found where it is used and cannot spoil its neighbours.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The member of the first of these keys that is there and not null.
    fn find(&self, keys: &[&str]) -> Option<&'a RawValue> {
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
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Null,
    Truth,
    Number,
    String,
    List,
    Object,
}

fn shape(value: &RawValue) -> Shape {
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
struct Gaps {
    named: Vec<Gap>,
    unnamed: usize,
}

impl Gaps {
    const NAMED: usize = 50;

    fn push(&mut self, detail: impl AsRef<str>) {
        if self.named.len() < Self::NAMED {
            self.named.push(Gap::new(GapKind::HealthIncomplete, detail));
        } else {
            self.unnamed = self.unnamed.saturating_add(1);
        }
    }

    fn finish(mut self) -> Vec<Gap> {
        if self.unnamed > 0 {
            let rest = format!("{} more faults in the document", self.unnamed);
            self.named.push(Gap::new(GapKind::HealthIncomplete, rest));
        }
        self.named
    }
}
