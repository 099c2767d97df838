//! What `systemctl` writes.

use grace_core::Text;
use serde_json::Value;

use super::reading::{FailedUnit, Job, List};

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

/// Reads `list-units --state=failed`, in JSON or in columns.
///
/// # Errors
/// What is wrong with output that begins as JSON and is no list.
pub(super) fn failed_units(stdout: &str) -> Result<List<FailedUnit>, Text> {
    list("failed unit", stdout, json_unit, columns_unit)
}

/// Reads `list-jobs`, in JSON or in columns.
///
/// # Errors
/// What is wrong with output that begins as JSON and is no list.
pub(super) fn jobs(stdout: &str) -> Result<List<Job>, Text> {
    list("job", stdout, json_job, columns_job)
}

fn list<T>(
    what: &str,
    stdout: &str,
    of_json: impl Fn(&Value) -> Option<T>,
    of_columns: impl Fn(&str) -> Option<T>,
) -> Result<List<T>, Text> {
    let stdout = stdout.trim();
    if !stdout.starts_with(['[', '{']) {
        return Ok(List::collect(what, stdout.lines().map(of_columns)));
    }
    let entries: Vec<Value> =
        serde_json::from_str(stdout).map_err(|error| Text::new(error.to_string()))?;
    Ok(List::collect(what, entries.iter().map(of_json)))
}

fn json_unit(entry: &Value) -> Option<FailedUnit> {
    FailedUnit::new(text(entry, "unit")?, text(entry, "sub").unwrap_or_default())
}

fn json_job(entry: &Value) -> Option<Job> {
    Job::new(text(entry, "unit")?, text(entry, "state")?)
}

fn text<'a>(entry: &'a Value, key: &str) -> Option<&'a str> {
    entry.get(key).and_then(Value::as_str)
}

/// `UNIT LOAD ACTIVE SUB DESCRIPTION`; older versions put a bullet first in spite of `--plain`.
fn columns_unit(line: &str) -> Option<FailedUnit> {
    let mut columns =
        line.split_whitespace().skip_while(|column| matches!(*column, "●" | "*" | "×"));
    let unit = columns.next()?;
    let (_load, active, sub) = (columns.next()?, columns.next()?, columns.next()?);
    (active == "failed").then(|| FailedUnit::new(unit, sub))?
}

/// `JOB UNIT TYPE STATE`
fn columns_job(line: &str) -> Option<Job> {
    let mut columns = line.split_whitespace();
    let _number = columns.next()?.parse::<u32>().ok()?;
    let (unit, _kind, state) = (columns.next()?, columns.next()?, columns.next()?);
    Job::new(unit, state)
}

#[cfg(test)]
mod tests {
    use super::super::reading::{List, Reading, SystemState};
    use super::{Unreachable, failed_units, jobs, unreachable};

    /// The checks of a host with this list of failed units, and the gaps.
    fn print(stdout: &str) -> Vec<String> {
        let failed = failed_units(stdout).unwrap();
        let reading =
            Reading { state: SystemState::Degraded, failed, jobs: List::empty(), detour: None };
        let snapshot = reading.snapshot();
        let units = snapshot.categories[0].checks[1..].iter();
        let gaps = snapshot.gaps.iter();
        units
            .map(|check| format!("{} {}: {}", check.name, check.status.as_str(), check.reason))
            .chain(gaps.map(|gap| format!("? {}", gap.detail)))
            .collect()
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
                    "? failed unit 2 of systemd's list is not understood",
                    "? failed unit 3 of systemd's list is not understood",
                    "? failed unit 4 of systemd's list is not understood",
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
                    "? failed unit 1 of systemd's list is not understood",
                    "? failed unit 2 of systemd's list is not understood",
                ],
            ),
            (
                "a.service loaded active running A",
                &["? failed unit 1 of systemd's list is not understood"],
            ),
        ];
        for (stdout, expect) in forms {
            assert_eq!(print(stdout), expect, "{stdout}");
        }
        for stdout in ["[", "{}", r#"[{"unit":"#] {
            assert!(failed_units(stdout).is_err(), "{stdout}");
        }
    }

    #[test]
    fn jobs_are_read_in_every_form() {
        let forms = [
            ("", "still starting"),
            ("[]", "still starting"),
            (
                // 252 and 257.
                r#"[{"job":1,"unit":"multi-user.target","type":"start","state":"waiting"},
                    {"job":64,"unit":"slow.service","type":"start","state":"running"}]"#,
                "still starting: waits for slow.service; then comes 1 more job",
            ),
            (
                " 1 multi-user.target start waiting\n64 slow.service start running\n",
                "still starting: waits for slow.service; then comes 1 more job",
            ),
        ];
        for (stdout, expect) in forms {
            let (failed, jobs) = (List::empty(), jobs(stdout).unwrap());
            assert_eq!(jobs.gaps, []);
            let snapshot =
                Reading { state: SystemState::Starting, failed, jobs, detour: None }.snapshot();
            assert_eq!(snapshot.categories[0].checks[0].reason, expect, "{stdout}");
        }
        let spoilt = jobs(r#"[{"job":1,"unit":"a.service","state":"running"},{"job":2}]"#).unwrap();
        assert_eq!((spoilt.entries.len(), spoilt.gaps.len()), (1, 1));
        assert_eq!(jobs("No jobs running.").unwrap().gaps.len(), 1);
        assert!(jobs("{}").is_err());
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
