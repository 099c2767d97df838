//! A recording and a comparison as JSON: one object a line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use grace_core::Uptime;
use serde::Serialize;

use super::{Comparison, Recording, Row};

/// One line: its `type`, and what belongs to it. `t` is in seconds since the program started.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line<'a> {
    Recording(RecordingDocument),
    Message {
        t: f64,
        kind: &'static str,
        title: &'a str,
        /// How many events it told of, by policy; `null` where the policy sent none such.
        told: BTreeMap<&'a str, Option<u64>>,
    },
    Host {
        t: f64,
        words: &'a str,
    },
    Totals {
        policy: &'a str,
        messages: u64,
        startup_reports: u64,
        events_at_once: u64,
        events_held: u64,
        events_gathered: u64,
        ends: &'a BTreeMap<&'static str, u64>,
        events_left: u64,
        violations: Vec<String>,
    },
}

/// What was recorded, in seconds since boot.
#[derive(Serialize)]
struct RecordingDocument {
    boot: Option<String>,
    booted_unix: Option<i64>,
    begin_seconds: f64,
    start_seconds: f64,
    end_seconds: f64,
    goes_down: bool,
    entries: u64,
    events_left_out: u64,
    errors_left_out: u64,
    not_recorded: [&'static str; 2],
    gaps: Vec<String>,
}

impl Recording {
    /// Writes one line about the recording, the program starting at `start`.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_json(&self, out: &mut impl Write, start: Option<Uptime>) -> io::Result<()> {
        let line = Line::Recording(RecordingDocument {
            boot: self.boot().map(|boot| boot.to_string()),
            booted_unix: self.booted_unix(),
            begin_seconds: self.begin().as_secs_f64(),
            start_seconds: start.unwrap_or_else(|| self.userspace()).as_secs_f64(),
            end_seconds: self.end().as_secs_f64(),
            goes_down: self.goes_down(),
            entries: self.entries(),
            events_left_out: self.occurrences_left_out().map_or(0, |left_out| left_out.count),
            errors_left_out: self.errors_left_out().map_or(0, |left_out| left_out.count),
            not_recorded: ["health", "expected_guests"],
            gaps: self.gaps().iter().map(ToString::to_string).collect(),
        });
        write_line(out, &line)
    }
}

impl Comparison {
    /// Writes a line for each message and mark, then one for each policy's totals.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        for row in &self.rows {
            let line = match row {
                Row::Message { t, kind, title, told } => {
                    let names = self.trials.iter().map(|trial| trial.name.as_str());
                    let told = names.zip(told.iter().copied()).collect();
                    Line::Message { t: t.as_secs_f64(), kind, title, told }
                }
                Row::Mark { t, words } => Line::Host { t: t.as_secs_f64(), words },
            };
            write_line(out, &line)?;
        }
        for trial in &self.trials {
            let totals = &trial.totals;
            let line = Line::Totals {
                policy: &trial.name,
                messages: totals.messages,
                startup_reports: totals.reports,
                events_at_once: totals.at_once,
                events_held: totals.held,
                events_gathered: totals.gathered,
                ends: &totals.ends,
                events_left: totals.left,
                violations: trial.violations.iter().map(ToString::to_string).collect(),
            };
            write_line(out, &line)?;
        }
        Ok(())
    }
}

fn write_line(out: &mut impl Write, line: &Line<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}
