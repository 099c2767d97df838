//! The recorded behaviour of the original, replayed.
//!
//! `GRACE_PARITY_VECTORS` names another folder with a `state.jsonl` and a `report.jsonl` to replay.

mod parity {
    pub(crate) mod report;
    pub(crate) mod state;
}

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Replays every line of a vector file, and fails with all the lines that differ.
fn replay(file: &str, check: impl Fn(&str) -> Result<(), String>) {
    let folder = env::var_os("GRACE_PARITY_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"), PathBuf::from);
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mismatches: Vec<String> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .filter_map(|(index, line)| {
            check(line).err().map(|why| format!("{}:{}: {why}", path.display(), index + 1))
        })
        .collect();
    let lines = text.lines().count();
    assert!(lines > 0, "{}: no vectors", path.display());
    println!("{}: {lines} vectors, {} differ", path.display(), mismatches.len());
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}

fn parse(line: &str) -> Result<Value, String> {
    serde_json::from_str(line).map_err(|e| e.to_string())
}

/// A field of a vector; a vector without it is no vector.
fn field<'a>(vector: &'a Value, name: &str) -> Result<&'a Value, String> {
    vector.get(name).ok_or_else(|| format!("no field {name:?}"))
}

fn text<'a>(value: &'a Value, what: &str) -> Result<&'a str, String> {
    value.as_str().ok_or_else(|| format!("{what} is no text: {value}"))
}

fn seconds(value: &Value, what: &str) -> Result<std::time::Duration, String> {
    let seconds = value.as_f64().ok_or_else(|| format!("{what} is no number: {value}"))?;
    std::time::Duration::try_from_secs_f64(seconds).map_err(|e| format!("{what}: {e}: {value}"))
}

#[test]
fn state_matches_the_original() {
    replay("state.jsonl", parity::state::check);
}

#[test]
fn report_matches_the_original() {
    replay("report.jsonl", parity::report::check);
}
