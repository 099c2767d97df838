//! One line of `journalctl --output=json`. Pure: bytes in, record out.

mod field;

use grace_core::{BootId, JournalEntry, Priority, Text, Uptime};
use serde::Deserialize;

use self::field::Field;
use crate::error::NotAnEntry;
use crate::record::Record;

/// The fields of an entry, for `--output-fields`. Cursor, time stamps and boot id come unasked.
pub(crate) const ENTRY_FIELDS: &str = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT";

/// The fields of a record, for `--output-fields`.
pub(crate) const RECORD_FIELDS: &str = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,MESSAGE_ID,\
    _TRANSPORT,_UID,UNIT,JOB_RESULT,UNIT_RESULT,SHUTDOWN,ACTION,NAME";

/// A record, and the other boots it says it is of: none, but for an entry that someone has tampered with.
#[derive(Debug, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) record: Record,
    other_boots: Vec<BootId>,
}

impl Parsed {
    /// Whether it is of this boot, or does not say of which.
    pub(crate) fn may_be_of(&self, boot: &BootId) -> bool {
        match &self.record.boot {
            Some(says) => says == boot || self.other_boots.contains(boot),
            None => true,
        }
    }

    /// Where it stands in its journal, if it says.
    pub(crate) fn cursor(&self) -> Option<&str> {
        Some(self.record.cursor.as_str()).filter(|cursor| !cursor.is_empty())
    }

    /// The entry as the report shows it.
    pub(crate) fn entry(&self) -> Result<JournalEntry, NotAnEntry> {
        match self.record.priority {
            Some(_) => Ok(self.record.entry()),
            None => Err(NotAnEntry::NoPriority),
        }
    }
}

/// The record in one line.
///
/// Of a field that stands there more than once, the worst priority counts, the first of any other that can be
/// read, and all messages.
pub(crate) fn record(line: &[u8]) -> Result<Parsed, NotAnEntry> {
    // An array of values would do for serde; journalctl prints none.
    if line.trim_ascii_start().first() == Some(&b'[') {
        return Err(NotAnEntry::Json("an array in place of an object".to_owned()));
    }
    let fields: Fields<'_> =
        serde_json::from_slice(line).map_err(|error| NotAnEntry::Json(error.to_string()))?;
    let mut boots = fields.boot.texts().map(BootId::new);
    let record = Record {
        boot: boots.next(),
        monotonic: fields.monotonic.number().map(Uptime::from_micros),
        unix_micros: fields.realtime.number(),
        cursor: Text::new(fields.cursor.first()),
        priority: fields.priority.texts().filter_map(priority).min(),
        message_id: Text::name(fields.message_id.first()),
        identifier: Text::name(fields.identifier.first()),
        unit: Text::name(fields.unit.first()),
        uid: fields.uid.number(),
        is_kernel: fields.transport.first() == "kernel",
        about_unit: Text::name(fields.about_unit.first()),
        job_result: Text::name(fields.job_result.first()),
        unit_result: Text::name(fields.unit_result.first()),
        shutdown: Text::name(fields.shutdown.first()),
        action: Text::name(fields.action.first()),
        machine: Text::name(fields.machine.first()),
        message: Text::new(fields.message.joined()),
    };
    Ok(Parsed { record, other_boots: boots.collect() })
}

/// Whether a line is journalctl's own: blank, or such as `-- No entries --`.
pub(crate) fn is_remark(line: &[u8]) -> bool {
    line.trim_ascii().is_empty() || line.starts_with(b"-- ")
}

fn priority(level: &str) -> Option<Priority> {
    Priority::new(level.parse().ok()?)
}

/// What journalctl prints of a record. Other fields are passed over.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default, rename = "_BOOT_ID")]
    boot: Field<'a>,
    #[serde(borrow, default, rename = "__MONOTONIC_TIMESTAMP")]
    monotonic: Field<'a>,
    #[serde(borrow, default, rename = "__REALTIME_TIMESTAMP")]
    realtime: Field<'a>,
    #[serde(borrow, default, rename = "__CURSOR")]
    cursor: Field<'a>,
    #[serde(borrow, default, rename = "PRIORITY")]
    priority: Field<'a>,
    #[serde(borrow, default, rename = "MESSAGE_ID")]
    message_id: Field<'a>,
    #[serde(borrow, default, rename = "SYSLOG_IDENTIFIER")]
    identifier: Field<'a>,
    #[serde(borrow, default, rename = "_SYSTEMD_UNIT")]
    unit: Field<'a>,
    #[serde(borrow, default, rename = "_UID")]
    uid: Field<'a>,
    #[serde(borrow, default, rename = "_TRANSPORT")]
    transport: Field<'a>,
    #[serde(borrow, default, rename = "UNIT")]
    about_unit: Field<'a>,
    #[serde(borrow, default, rename = "JOB_RESULT")]
    job_result: Field<'a>,
    #[serde(borrow, default, rename = "UNIT_RESULT")]
    unit_result: Field<'a>,
    #[serde(borrow, default, rename = "SHUTDOWN")]
    shutdown: Field<'a>,
    #[serde(borrow, default, rename = "ACTION")]
    action: Field<'a>,
    #[serde(borrow, default, rename = "NAME")]
    machine: Field<'a>,
    #[serde(borrow, default, rename = "MESSAGE")]
    message: Field<'a>,
}

#[cfg(test)]
mod tests;
