//! `report.jsonl`: guests, health data and journal text, and the report made of them.

use grace_core::wire::{ReportDocument, parse_health};
use grace_core::{
    BootId, BootIdentity, Effect, Facts, Grace, HealthSnapshot, JournalEntry, JournalExcerpt,
    Message, Policy, Start, StartupReport, Status, Uptime,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::state;
use crate::{field, parse, seconds, text};

/// The health document as it stands in the vector: the order of its categories matters.
#[derive(Deserialize)]
struct Health<'a> {
    #[serde(borrow)]
    health: &'a RawValue,
}

pub(crate) fn check(line: &str) -> Result<(), String> {
    let vector = &parse(line)?;
    let health: Health<'_> = serde_json::from_str(line).map_err(|e| e.to_string())?;
    let report = report(vector, health.health.get())?;
    let document =
        serde_json::to_value(ReportDocument::from(&report)).map_err(|e| e.to_string())?;
    let expected = field(vector, "report")?.as_object().ok_or("report is no object")?;
    for (name, expected) in expected {
        let found = field(&document, name)?;
        if found != expected {
            return Err(format!("{name}: the original gave {expected}, this gives {found}"));
        }
    }
    match field(vector, "summary")? {
        Value::Null => Ok(()),
        expected => check_summary(&report.summary(), text(expected, "summary")?),
    }
}

/// The original's lines come first; lines that were added come after them.
fn check_summary(found: &str, expected: &str) -> Result<(), String> {
    let lines = expected.lines().count();
    let first: Vec<&str> = found.lines().take(lines).collect();
    if first.join("\n") == expected {
        return Ok(());
    }
    Err(format!("summary: the original gave {expected:?}, this gives {found:?}"))
}

/// A boot with the vector's guests, reported at its instant with its facts.
fn report(vector: &Value, health: &str) -> Result<StartupReport, String> {
    let at = Uptime::from(seconds(field(vector, "at")?, "at")?);
    let identity = BootIdentity::new(BootId::new("6d3b2f0a7c5e4e0f9a1b2c3d4e5f6071"));
    let mut grace = Grace::new(Policy::default(), Start::new(Some(Uptime::ZERO), identity));
    for guest in field(vector, "guests")?.as_array().ok_or("guests is no list")? {
        grace.collect_guest(Uptime::ZERO, &state::guest(guest)?);
    }
    grace.handle_timeout(at);
    while let Some(effect) = grace.poll_effect() {
        match effect {
            Effect::CollectFacts { request, .. } => {
                let facts = facts(vector, health)?;
                grace.handle_facts(at, request, facts);
            }
            Effect::Deliver(envelope) => {
                if let Message::StartupReport(report) = &*envelope.message {
                    return Ok((**report).clone());
                }
            }
            Effect::Accepted { .. }
            | Effect::Settled { .. }
            | Effect::Closed(_)
            | Effect::GaveUp { .. } => {}
        }
    }
    Err("no report was made".to_string())
}

fn facts(vector: &Value, health: &str) -> Result<Facts, String> {
    // The original takes a health module without an answer for one without a complaint.
    let health = match health {
        "null" => HealthSnapshot::new(Status::Ok),
        document => parse_health(document).map_err(|e| e.to_string())?,
    };
    let journal = text(field(vector, "journal")?, "journal")?;
    let entries = journal.lines().map(JournalEntry::new).collect();
    let mut facts = Facts::default();
    facts.health = Ok(health);
    facts.journal = Ok(JournalExcerpt::complete(entries));
    facts.expected_guests = Ok(Vec::new());
    Ok(facts)
}
