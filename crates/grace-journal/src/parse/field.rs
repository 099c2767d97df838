//! The shapes that journalctl gives one field.

use std::borrow::Cow;
use std::fmt;
use std::slice;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

/// All values of one field, none if the entry does not have it. What is plain text in the line stays there.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Field<'a> {
    #[default]
    Absent,
    One(Value<'a>),
    Several(Vec<Value<'a>>),
}

/// One value of a field.
#[derive(Debug, PartialEq)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    /// Too long for journalctl to print without `--all`.
    LeftOut,
}

impl Field<'_> {
    fn values(&self) -> &[Value<'_>] {
        match self {
            Self::Absent => &[],
            Self::One(value) => slice::from_ref(value),
            Self::Several(values) => values,
        }
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.values().iter().filter_map(|value| match value {
            Value::Text(text) => Some(&**text),
            Value::LeftOut => None,
        })
    }

    /// The first text; empty if there is none.
    pub(super) fn first(&self) -> &str {
        self.texts().next().unwrap_or_default()
    }

    /// The first that is a number.
    pub(super) fn number<N: FromStr>(&self) -> Option<N> {
        self.texts().find_map(|text| text.parse().ok())
    }

    /// All values, for people.
    pub(super) fn joined(&self) -> Cow<'_, str> {
        match self.values() {
            [] => Cow::default(),
            [value] => Cow::Borrowed(value.for_people()),
            values => {
                let values: Vec<_> = values.iter().map(Value::for_people).collect();
                Cow::Owned(values.join("; "))
            }
        }
    }
}

impl Value<'_> {
    fn for_people(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::LeftOut => "[more than 4096 bytes, left out by journalctl]",
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Field<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = Field<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, null, an array of bytes or an array of these")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Field<'de>, E> {
        Ok(Field::One(Value::Text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Field<'de>, E> {
        Ok(Field::One(Value::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_unit<E>(self) -> Result<Field<'de>, E> {
        Ok(Field::One(Value::LeftOut))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Field<'de>, A::Error> {
        let mut bytes = Vec::new();
        let mut values = Vec::new();
        while let Some(element) = elements.next_element()? {
            match element {
                Element::Byte(byte) => bytes.push(byte),
                Element::Field(Field::Absent) => {}
                Element::Field(Field::One(value)) => values.push(value),
                Element::Field(Field::Several(more)) => values.extend(more),
            }
        }
        match (bytes.is_empty(), values.is_empty()) {
            (true, true) => Ok(Field::Absent),
            (true, false) => Ok(Field::Several(values)),
            (false, true) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Ok(Field::One(Value::Text(Cow::Owned(text))))
            }
            (false, false) => Err(A::Error::custom("bytes and values in one array")),
        }
    }
}

/// One element of an array: a byte of the field's one value, or one value of several.
enum Element<'a> {
    Byte(u8),
    Field(Field<'a>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Element<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a byte, a string, null or an array of bytes")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Element<'de>, E> {
        match u8::try_from(number) {
            Ok(byte) => Ok(Element::Byte(byte)),
            Err(_) => Err(E::custom(format_args!("{number} is not a byte"))),
        }
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Element<'de>, E> {
        FieldVisitor.visit_borrowed_str(text).map(Element::Field)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Element<'de>, E> {
        FieldVisitor.visit_str(text).map(Element::Field)
    }

    fn visit_unit<E: Error>(self) -> Result<Element<'de>, E> {
        FieldVisitor.visit_unit().map(Element::Field)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Element<'de>, A::Error> {
        FieldVisitor.visit_seq(elements).map(Element::Field)
    }
}
