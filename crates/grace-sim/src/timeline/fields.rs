//! A TOML table, read key by key, with an error's place at hand.

use std::ops::Range;
use std::time::Duration;

use grace_core::Uptime;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Source, TimelineError, TimelineErrorKind};
use super::span;

type Result<T> = std::result::Result<T, TimelineError>;

/// A table all of whose keys are known.
pub(super) struct Fields<'a> {
    source: Source<'a>,
    name: &'static str,
    table: &'a DeTable<'a>,
    span: Range<usize>,
}

/// One value of a table and the key it stands at.
#[derive(Clone)]
pub(super) struct Field<'a> {
    source: Source<'a>,
    key: &'static str,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Fields<'a> {
    /// The table called `name` in messages, if it has no key but the `known`.
    pub(super) fn new(
        source: Source<'a>,
        name: &'static str,
        table: &'a DeTable<'a>,
        span: Range<usize>,
        known: &'static [&'static str],
    ) -> Result<Self> {
        for key in table.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let key_text = key.get_ref().to_string();
                let kind = TimelineErrorKind::UnknownKey { key: key_text, known };
                return Err(source.error(&key.span(), kind));
            }
        }
        Ok(Self { source, name, table, span })
    }

    /// The value at `key`, if there is one.
    pub(super) fn optional(&self, key: &'static str) -> Option<Field<'a>> {
        self.table.get(key).map(|value| Field { source: self.source, key, value })
    }

    /// The value at `key`; without it, `example` is what to add.
    pub(super) fn required(&self, key: &'static str, example: &'static str) -> Result<Field<'a>> {
        self.optional(key).ok_or_else(|| self.missing(key, example))
    }

    /// The one value there is at these keys, which exclude each other.
    pub(super) fn one_of(
        &self,
        keys: &'static [&'static str],
        example: &'static str,
    ) -> Result<Field<'a>> {
        let mut present = keys.iter().filter_map(|key| self.optional(key));
        let Some(field) = present.next() else {
            let kind = TimelineErrorKind::MissingAny { table: self.name, keys, example };
            return Err(self.source.error(&self.span, kind));
        };
        match present.next() {
            Some(second) => Err(second.refused(format!(
                "{} stands here already, and only one of the two may",
                field.key
            ))),
            None => Ok(field),
        }
    }

    /// The error that there is nothing at `key`.
    pub(super) fn missing(&self, key: &'static str, example: &'static str) -> TimelineError {
        let kind = TimelineErrorKind::MissingKey { table: self.name, key, example };
        self.source.error(&self.span, kind)
    }

    /// The tables of the array at `key`; none if it is not there.
    pub(super) fn tables(&self, key: &'static str) -> Result<Vec<Field<'a>>> {
        let Some(field) = self.optional(key) else {
            return Ok(Vec::new());
        };
        let Some(array) = field.value.get_ref().as_array() else {
            return Err(
                field.wrong_type("an array of tables, each under a header in double brackets")
            );
        };
        let tables = array.iter().map(|value| Field { source: self.source, key, value });
        Ok(tables.collect())
    }
}

impl<'a> Field<'a> {
    /// A whole document, called `name` in messages.
    pub(super) const fn root(
        source: Source<'a>,
        name: &'static str,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Self {
        Self { source, key: name, value }
    }

    /// The table here, if it has no key but the `known`.
    pub(super) fn fields(
        &self,
        name: &'static str,
        known: &'static [&'static str],
    ) -> Result<Fields<'a>> {
        Fields::new(self.source, name, self.table()?, self.value.span(), known)
    }

    /// The value at `key` of the table here, whatever other keys it has.
    pub(super) fn optional(&self, key: &'static str) -> Result<Option<Self>> {
        let value = self.table()?.get(key);
        Ok(value.map(|value| Field { source: self.source, key, value }))
    }

    pub(super) const fn key(&self) -> &'static str {
        self.key
    }

    pub(super) fn table(&self) -> Result<&'a DeTable<'a>> {
        let table = self.value.get_ref().as_table();
        table.ok_or_else(|| self.wrong_type("a table"))
    }

    pub(super) fn value(&self) -> &'a Spanned<DeValue<'a>> {
        self.value
    }

    pub(super) fn str(&self) -> Result<&'a str> {
        let text = self.value.get_ref().as_str();
        text.ok_or_else(|| self.wrong_type("text in quotes"))
    }

    /// Text that is not empty.
    pub(super) fn name(&self) -> Result<&'a str> {
        match self.str()? {
            "" => Err(self.refused("it must not be empty")),
            name => Ok(name),
        }
    }

    pub(super) fn bool(&self) -> Result<bool> {
        let value = self.value.get_ref().as_bool();
        value.ok_or_else(|| self.wrong_type("true or false"))
    }

    /// The integer here, if it is one that 64 bits hold.
    pub(super) fn integer(&self) -> Option<i64> {
        let integer = self.value.get_ref().as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    /// A span of time.
    pub(super) fn span(&self) -> Result<Duration> {
        span::read(self.span_text()?).ok_or_else(|| self.no_span())
    }

    /// A span of time that may be negative.
    pub(super) fn signed_span(&self) -> Result<(bool, Duration)> {
        span::read_signed(self.span_text()?).ok_or_else(|| self.no_span())
    }

    /// An uptime; `None` for the word `unknown`.
    pub(super) fn uptime(&self) -> Result<Option<Uptime>> {
        match self.span_text()? {
            "unknown" => Ok(None),
            _ => self.span().map(|span| Some(Uptime::from(span))),
        }
    }

    fn span_text(&self) -> Result<&'a str> {
        let text = self.value.get_ref().as_str();
        text.ok_or_else(|| self.wrong_type(r#"a span in quotes, such as "25s""#))
    }

    fn no_span(&self) -> TimelineError {
        self.refused(r#"write a span of at most 366d, such as "25s", "1m 30s" or "1d""#)
    }

    /// What `meaning` makes of the word here, which must be one of `known`.
    pub(super) fn word<T>(
        &self,
        known: &'static [&'static str],
        meaning: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        let word = self.str()?;
        meaning(word).ok_or_else(|| {
            self.error(TimelineErrorKind::UnknownWord {
                key: self.key,
                word: word.to_owned(),
                known,
            })
        })
    }

    /// The value as it stands in the file.
    pub(super) fn excerpt(&self) -> String {
        self.source.excerpt(&self.value.span())
    }

    /// The error that the value is of another type than `expected`.
    pub(super) fn wrong_type(&self, expected: &'static str) -> TimelineError {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "the text",
            DeValue::Integer(_) => "the integer",
            DeValue::Float(_) => "the number",
            DeValue::Boolean(_) => "the boolean",
            DeValue::Datetime(_) => "the date",
            DeValue::Array(_) => "the array",
            DeValue::Table(_) => "the table",
        };
        self.error(TimelineErrorKind::WrongType {
            key: self.key,
            text: self.excerpt(),
            found,
            expected,
        })
    }

    /// The error that the value cannot be taken.
    pub(super) fn refused(&self, remedy: impl Into<String>) -> TimelineError {
        self.error(TimelineErrorKind::Value {
            key: self.key,
            text: self.excerpt(),
            remedy: remedy.into(),
        })
    }

    pub(super) fn error(&self, kind: TimelineErrorKind) -> TimelineError {
        self.error_at(&self.value.span(), kind)
    }

    /// An error at a place of its own within the value.
    pub(super) fn error_at(&self, span: &Range<usize>, kind: TimelineErrorKind) -> TimelineError {
        self.source.error(span, kind)
    }
}
