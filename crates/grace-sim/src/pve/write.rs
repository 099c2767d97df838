//! Entries in the two ways in which journalctl prints them whole.

use std::io::{self, Write};

use super::PveFormat;
use super::process::{Host, Line, Program};

/// Writes entry after entry.
#[derive(Debug)]
pub(super) struct Writer<W: Write> {
    format: PveFormat,
    machine: String,
    numbering: String,
    number: u64,
    to: io::BufWriter<W>,
    /// Whether a field of the entry has been written.
    is_begun: bool,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(format: PveFormat, machine: String, numbering: String, to: W) -> Self {
        let to = io::BufWriter::with_capacity(256 * 1024, to);
        Self { format, machine, numbering, number: 0, to, is_begun: false }
    }

    /// Writes one entry.
    pub(super) fn line(&mut self, host: &Host, line: &Line) -> io::Result<()> {
        self.number += 1;
        self.is_begun = false;
        let realtime = host.begins + line.at;
        let cursor = format!(
            "s={};i={:x};b={};m={:x};t={realtime:x};x={:x}",
            self.numbering,
            self.number,
            host.boot,
            line.at,
            self.number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        );
        self.field("__CURSOR", &cursor)?;
        self.field("__REALTIME_TIMESTAMP", &realtime.to_string())?;
        self.field("__MONOTONIC_TIMESTAMP", &line.at.to_string())?;
        self.field("_BOOT_ID", &host.boot)?;
        self.field("PRIORITY", &line.priority.to_string())?;
        self.field("SYSLOG_IDENTIFIER", line.by.identifier())?;
        for (name, value) in host.fields(line.by) {
            self.field(name, value)?;
        }
        for (name, value) in &line.fields {
            self.field(name, value)?;
        }
        let machine = std::mem::take(&mut self.machine);
        self.field("_MACHINE_ID", &machine)?;
        self.machine = machine;
        self.field("_HOSTNAME", "pve1")?;
        self.field("_RUNTIME_SCOPE", "system")?;
        self.field("MESSAGE", &line.message)?;
        if line.by == Program::Kernel {
            self.field("_SOURCE_MONOTONIC_TIMESTAMP", &line.at.to_string())?;
        } else {
            self.field("_SOURCE_REALTIME_TIMESTAMP", &(realtime - 17).to_string())?;
        }
        match self.format {
            PveFormat::Export => self.to.write_all(b"\n"),
            PveFormat::Json => self.to.write_all(b"}\n"),
        }
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.to.flush()
    }

    fn field(&mut self, name: &str, value: &str) -> io::Result<()> {
        match self.format {
            PveFormat::Export => self.export(name, value),
            PveFormat::Json => self.json(name, value),
        }
    }

    fn export(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.to.write_all(name.as_bytes())?;
        if value.bytes().any(|byte| byte < b' ') {
            self.to.write_all(b"\n")?;
            self.to.write_all(&(value.len() as u64).to_le_bytes())?;
        } else {
            self.to.write_all(b"=")?;
        }
        self.to.write_all(value.as_bytes())?;
        self.to.write_all(b"\n")
    }

    fn json(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.to.write_all(if self.is_begun { b",\"" } else { b"{\"" })?;
        self.is_begun = true;
        self.to.write_all(name.as_bytes())?;
        self.to.write_all(b"\":")?;
        serde_json::to_writer(&mut self.to, value).map_err(io::Error::from)
    }
}
