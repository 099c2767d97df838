//! From the fields of an entry to a record. Pure: names and bytes in, record out.

use std::borrow::Cow;

use grace_core::{BootId, Priority, Text, Uptime};

use crate::record::Record;

/// A field that a [`Record`] is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Boot,
    Monotonic,
    Realtime,
    Cursor,
    Priority,
    MessageId,
    Identifier,
    Unit,
    Uid,
    Transport,
    AboutUnit,
    JobResult,
    UnitResult,
    Shutdown,
    Action,
    Machine,
    Message,
}

impl Field {
    /// The field of this name; `None` if no record is made of it.
    pub(crate) const fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"_BOOT_ID" => Self::Boot,
            b"__MONOTONIC_TIMESTAMP" => Self::Monotonic,
            b"__REALTIME_TIMESTAMP" => Self::Realtime,
            b"__CURSOR" => Self::Cursor,
            b"PRIORITY" => Self::Priority,
            b"MESSAGE_ID" => Self::MessageId,
            b"SYSLOG_IDENTIFIER" => Self::Identifier,
            b"_SYSTEMD_UNIT" => Self::Unit,
            b"_UID" => Self::Uid,
            b"_TRANSPORT" => Self::Transport,
            b"UNIT" => Self::AboutUnit,
            b"JOB_RESULT" => Self::JobResult,
            b"UNIT_RESULT" => Self::UnitResult,
            b"SHUTDOWN" => Self::Shutdown,
            b"ACTION" => Self::Action,
            b"NAME" => Self::Machine,
            b"MESSAGE" => Self::Message,
            _ => return None,
        })
    }
}

/// A record in the making.
///
/// Of a field that an entry has more than once, the worst priority counts, all messages, and otherwise the first
/// value that says anything.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    record: Record,
    /// All messages, where there are several.
    messages: Option<String>,
}

impl Draft {
    /// A record of this time.
    #[cfg(feature = "native")]
    pub(crate) fn at(monotonic: u64, realtime: u64) -> Self {
        let mut draft = Self::default();
        draft.record.monotonic = Some(Uptime::from_micros(monotonic));
        draft.record.unix_micros = Some(realtime);
        draft
    }

    /// Takes in one field.
    pub(crate) fn take(&mut self, field: Field, value: &[u8]) {
        // Nearly all is plain text, for which this is quicker than to look for what is not.
        let text = match str::from_utf8(value) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(value),
        };
        let record = &mut self.record;
        match field {
            Field::Boot => first(&mut record.boot, || Some(BootId::new(&text))),
            Field::Monotonic => {
                first(&mut record.monotonic, || text.parse().ok().map(Uptime::from_micros));
            }
            Field::Realtime => first(&mut record.unix_micros, || text.parse().ok()),
            Field::Priority => {
                let priority = text.parse().ok().and_then(Priority::new);
                record.priority = [record.priority, priority].into_iter().flatten().min();
            }
            Field::Uid => first(&mut record.uid, || text.parse().ok()),
            Field::Transport => record.is_kernel |= text == "kernel",
            Field::Message => self.message(&text),
            Field::Cursor => record.cursor = Text::new(&text),
            Field::MessageId => name(&mut record.message_id, &text),
            Field::Identifier => name(&mut record.identifier, &text),
            Field::Unit => name(&mut record.unit, &text),
            Field::AboutUnit => name(&mut record.about_unit, &text),
            Field::JobResult => name(&mut record.job_result, &text),
            Field::UnitResult => name(&mut record.unit_result, &text),
            Field::Shutdown => name(&mut record.shutdown, &text),
            Field::Action => name(&mut record.action, &text),
            Field::Machine => name(&mut record.machine, &text),
        }
    }

    /// The record that the fields make.
    pub(crate) fn finish(self) -> Record {
        self.record
    }

    fn message(&mut self, text: &str) {
        if self.record.message.is_empty() && self.messages.is_none() {
            self.record.message = Text::new(text);
            return;
        }
        let messages = self.messages.get_or_insert_with(|| self.record.message.to_string());
        messages.push_str("; ");
        messages.push_str(text);
        self.record.message = Text::new(messages);
    }
}

fn first<T>(value: &mut Option<T>, read: impl FnOnce() -> Option<T>) {
    if value.is_none() {
        *value = read();
    }
}

fn name(value: &mut Text, text: &str) {
    if value.is_empty() {
        *value = Text::name(text);
    }
}

#[cfg(test)]
mod tests;
