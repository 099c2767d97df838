//! What `systemctl` writes.

use grace_core::{Check, Gap, GapKind, Status, Text};
use serde_json::Value;

/// The words of `systemctl is-system-running`, systemctl(1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SystemState {
    Initializing,
    Starting,
    Running,
    Degraded,
    Maintenance,
    Stopping,
    Offline,
    Unknown,
}

impl SystemState {
    pub(super) fn parse(stdout: &str) -> Option<Self> {
        Some(match stdout.trim() {
            "initializing" => Self::Initializing,
            "starting" => Self::Starting,
            "running" => Self::Running,
            "degraded" => Self::Degraded,
            "maintenance" => Self::Maintenance,
            "stopping" => Self::Stopping,
            "offline" => Self::Offline,
            "unknown" => Self::Unknown,
            _ => return None,
        })
    }

    /// Whether the host is still starting; `None` if systemd does not know.
    pub(super) fn is_starting(self) -> Option<bool> {
        match self {
            Self::Initializing | Self::Starting => Some(true),
            Self::Offline | Self::Unknown => None,
            Self::Running | Self::Degraded | Self::Maintenance | Self::Stopping => Some(false),
        }
    }
}

/// Why `systemctl` could not ask systemd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreachable {
    /// There is none.
    Absent,
    /// There may be one, and this process cannot connect to it.
    Refused,
}

/// Whether `systemctl` complains that it could not ask systemd.
pub(super) fn unreachable(stderr: &str) -> Option<Unreachable> {
    let says = |words: &str| stderr.contains(words);
    if says("not been booted with systemd") {
        return Some(Unreachable::Absent);
    }
    says("Failed to connect to").then(|| {
        // No socket at all, or one that nobody listens on.
        if says("Host is down") || says("No such file or directory") {
            Unreachable::Absent
        } else {
            Unreachable::Refused
        }
    })
}

/// A check for each failed unit, and what could not be read of the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FailedUnits {
    pub(super) units: Vec<Check>,
    pub(super) gaps: Vec<Gap>,
}

/// Reads `list-units --state=failed`, in JSON or in columns.
///
/// # Errors
/// What is wrong with output that begins as JSON and is no list.
pub(super) fn failed_units(stdout: &str) -> Result<FailedUnits, Text> {
    let stdout = stdout.trim();
    let mut failed = FailedUnits::default();
    if stdout.starts_with(['[', '{']) {
        let entries: Vec<Value> =
            serde_json::from_str(stdout).map_err(|error| Text::new(error.to_string()))?;
        for (index, entry) in entries.iter().enumerate() {
            failed.push(index, json_entry(entry));
        }
    } else {
        for (index, line) in stdout.lines().enumerate() {
            failed.push(index, columns_entry(line));
        }
    }
    Ok(failed)
}

impl FailedUnits {
    fn push(&mut self, index: usize, entry: Option<Check>) {
        match entry {
            Some(check) => self.units.push(check),
            None => self.gaps.push(Gap::new(
                GapKind::HealthIncomplete,
                format!("failed unit {} of systemctl's list is not understood", index + 1),
            )),
        }
    }
}

fn json_entry(entry: &Value) -> Option<Check> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    Some(failed_unit(text("unit")?, text("sub").unwrap_or_default()))
}

/// `UNIT LOAD ACTIVE SUB DESCRIPTION`; older versions put a bullet first in spite of `--plain`.
fn columns_entry(line: &str) -> Option<Check> {
    let mut columns =
        line.split_whitespace().skip_while(|column| matches!(*column, "●" | "*" | "×"));
    let unit = columns.next().filter(|unit| unit.contains('.'))?;
    let (_load, active, sub) = (columns.next()?, columns.next()?, columns.next()?);
    (active == "failed").then(|| failed_unit(unit, sub))
}

fn failed_unit(unit: &str, sub: &str) -> Check {
    // Most units have but one way to fail and call it `failed`; a mount's or socket's say more.
    let reason = match sub {
        "" | "failed" => "unit failed".to_owned(),
        sub => format!("unit failed: {sub}"),
    };
    Check::new(unit, Status::Critical, reason)
}

#[cfg(test)]
mod tests {
    use super::{FailedUnits, SystemState, Unreachable, failed_units, unreachable};

    fn print(failed: &FailedUnits) -> Vec<String> {
        let units = failed.units.iter();
        let gaps = failed.gaps.iter();
        units
            .map(|check| format!("{} {}: {}", check.name, check.status.as_str(), check.reason))
            .chain(gaps.map(|gap| format!("? {}", gap.detail)))
            .collect()
    }

    #[test]
    fn every_state_word_is_known_and_says_whether_the_host_is_starting() {
        let words = [
            ("initializing\n", Some(Some(true))),
            ("starting", Some(Some(true))),
            ("running", Some(Some(false))),
            ("degraded", Some(Some(false))),
            ("maintenance", Some(Some(false))),
            ("stopping", Some(Some(false))),
            ("offline", Some(None)),
            ("unknown", Some(None)),
            ("", None),
            ("runing", None),
        ];
        for (word, expect) in words {
            let starting = SystemState::parse(word).map(SystemState::is_starting);
            assert_eq!(starting, expect, "{word}");
        }
    }

    #[test]
    fn failed_units_are_read_in_every_form() {
        let forms: [(&str, &[&str]); 9] = [
            ("[]\n", &[]),
            ("", &[]),
            (
                // 252 and 257: unit, load, active, sub, description.
                r#"[{"unit":"a.service","load":"loaded","active":"failed","sub":"failed","description":"A"},
                    {"unit":"mnt-nas.mount","load":"loaded","active":"failed","sub":"exit-code","description":"/mnt/nas"}]"#,
                &[
                    "a.service CRITICAL: unit failed",
                    "mnt-nas.mount CRITICAL: unit failed: exit-code",
                ],
            ),
            (
                r#"[{"unit":"a.service"},{"unit":7},"b.service",null]"#,
                &[
                    "a.service CRITICAL: unit failed",
                    "? failed unit 2 of systemctl's list is not understood",
                    "? failed unit 3 of systemctl's list is not understood",
                    "? failed unit 4 of systemctl's list is not understood",
                ],
            ),
            (
                r#"[{"unit":"evil\u001b[2J\n.service","sub":"failed"}]"#,
                &["evil\u{fffd}[2J .service CRITICAL: unit failed"],
            ),
            (
                "a.service loaded failed failed The A service\n",
                &["a.service CRITICAL: unit failed"],
            ),
            (
                "● a.service loaded failed failed A\n  b.socket  loaded failed  service-start-limit-hit B",
                &[
                    "a.service CRITICAL: unit failed",
                    "b.socket CRITICAL: unit failed: service-start-limit-hit",
                ],
            ),
            (
                "a.service\nsome words that are no unit",
                &[
                    "? failed unit 1 of systemctl's list is not understood",
                    "? failed unit 2 of systemctl's list is not understood",
                ],
            ),
            (
                "a.service loaded active running A",
                &["? failed unit 1 of systemctl's list is not understood"],
            ),
        ];
        for (stdout, expect) in forms {
            assert_eq!(print(&failed_units(stdout).unwrap()), expect, "{stdout}");
        }
        for stdout in ["[", "{}", r#"[{"unit":"#] {
            assert!(failed_units(stdout).is_err(), "{stdout}");
        }
    }

    #[test]
    fn an_absent_systemd_is_told_from_one_that_may_not_be_asked() {
        let complaints = [
            (
                "System has not been booted with systemd as init system (PID 1). Can't operate.",
                Some(Unreachable::Absent),
            ),
            ("Failed to connect to bus: Host is down", Some(Unreachable::Absent)),
            (
                "Failed to connect to system scope bus via local transport: No such file or directory",
                Some(Unreachable::Absent),
            ),
            ("Failed to connect to bus: Operation not permitted", Some(Unreachable::Refused)),
            ("Failed to list units: Access denied", None),
            ("", None),
        ];
        for (stderr, expect) in complaints {
            assert_eq!(unreachable(stderr), expect, "{stderr}");
        }
    }
}
