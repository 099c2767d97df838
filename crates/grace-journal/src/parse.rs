//! One line of `journalctl --output=json`. Pure: bytes in, entry out.

use std::fmt;

use grace_core::{BootId, JournalEntry, Priority, Text, Uptime};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

use crate::error::NotAnEntry;

/// The fields read here, for `--output-fields`. Cursor, time stamps and boot id come unasked.
pub(crate) const FIELDS: &str = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT";

/// An entry, and the boots it says it is of: one, but for an entry that someone has tampered with.
#[derive(Debug, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) boots: Vec<BootId>,
    pub(crate) entry: JournalEntry,
}

/// The entry in one line.
///
/// Of a field that stands there more than once, the worst priority counts, the first identifier, unit and
/// time stamp, and all messages.
pub(crate) fn entry(line: &[u8]) -> Result<Parsed, NotAnEntry> {
    let fields: Fields =
        serde_json::from_slice(line).map_err(|error| NotAnEntry::Json(error.to_string()))?;
    let priority = fields.priority.texts().filter_map(priority).min();
    let at = fields.monotonic.texts().find_map(|micros| micros.parse().ok());
    let mut entry = JournalEntry::new(fields.message.joined())
        .with_priority(priority.ok_or(NotAnEntry::NoPriority)?)
        .with_unit(fields.unit.first());
    entry.identifier = Text::name(fields.identifier.first());
    entry.at = at.map(Uptime::from_micros);
    Ok(Parsed { boots: fields.boot.texts().map(BootId::new).collect(), entry })
}

fn priority(level: &str) -> Option<Priority> {
    Priority::new(level.parse().ok()?)
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default, rename = "MESSAGE")]
    message: Field,
    #[serde(default, rename = "PRIORITY")]
    priority: Field,
    #[serde(default, rename = "SYSLOG_IDENTIFIER")]
    identifier: Field,
    #[serde(default, rename = "_SYSTEMD_UNIT")]
    unit: Field,
    #[serde(default, rename = "_BOOT_ID")]
    boot: Field,
    #[serde(default, rename = "__MONOTONIC_TIMESTAMP")]
    monotonic: Field,
}

/// All values of one field, none if the entry does not have it.
#[derive(Debug, Default, PartialEq)]
struct Field(Vec<Value>);

/// One value of a field.
#[derive(Debug, PartialEq)]
enum Value {
    Text(String),
    /// Too long for journalctl to print without `--all`.
    LeftOut,
}

impl Field {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|value| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::LeftOut => None,
        })
    }

    fn first(&self) -> &str {
        self.texts().next().unwrap_or_default()
    }

    fn joined(&self) -> String {
        let values: Vec<_> = self.0.iter().map(Value::for_people).collect();
        values.join("; ")
    }
}

impl Value {
    fn for_people(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::LeftOut => "[more than 4096 bytes, left out by journalctl]",
        }
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, null, an array of bytes or an array of these")
    }

    fn visit_str<E>(self, text: &str) -> Result<Field, E> {
        Ok(Field(vec![Value::Text(text.to_owned())]))
    }

    fn visit_unit<E>(self) -> Result<Field, E> {
        Ok(Field(vec![Value::LeftOut]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Field, A::Error> {
        let mut bytes = Vec::new();
        let mut values = Vec::new();
        while let Some(element) = elements.next_element()? {
            match element {
                Element::Byte(byte) => bytes.push(byte),
                Element::Values(Field(more)) => values.extend(more),
            }
        }
        match (bytes.is_empty(), values.is_empty()) {
            (true, _) => Ok(Field(values)),
            (false, true) => {
                Ok(Field(vec![Value::Text(String::from_utf8_lossy(&bytes).into_owned())]))
            }
            (false, false) => Err(A::Error::custom("bytes and values in one array")),
        }
    }
}

/// One element of an array: a byte of the field's one value, or one value of several.
enum Element {
    Byte(u8),
    Values(Field),
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a byte, a string, null or an array of bytes")
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Element, E> {
        match u8::try_from(number) {
            Ok(byte) => Ok(Element::Byte(byte)),
            Err(_) => Err(E::custom(format_args!("{number} is not a byte"))),
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<Element, E> {
        Ok(Element::Values(Field(vec![Value::Text(text.to_owned())])))
    }

    fn visit_unit<E>(self) -> Result<Element, E> {
        Ok(Element::Values(Field(vec![Value::LeftOut])))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Element, A::Error> {
        FieldVisitor.visit_seq(elements).map(Element::Values)
    }
}

#[cfg(test)]
mod tests;
