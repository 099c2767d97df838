//! Health documents of other monitors, by JSON pointers.

use grace_core::wire::{CategoryMapping, ChecksMapping, HealthMapping, JsonPointer, NotAPointer};
use grace_core::{GapKind, HealthSnapshot, Status};

fn at(pointer: &str) -> JsonPointer {
    pointer.parse().unwrap_or_else(|error| panic!("{pointer}: {error}"))
}

/// One line a category and a check, one line a gap.
fn print(snapshot: &HealthSnapshot) -> String {
    let line = |bullet: &str, name: &str, status: Status, reason: &str| {
        format!("{bullet}{name} {}: {reason}", status.as_str()).trim_end_matches(": ").to_owned()
    };
    let mut lines = vec![snapshot.overall.as_str().to_owned()];
    for category in &snapshot.categories {
        lines.push(line("", &category.name, category.status, &category.reason));
        let checks = category.checks.iter();
        lines.extend(checks.map(|check| line("- ", &check.name, check.status, &check.reason)));
    }
    lines.extend(snapshot.gaps.iter().map(|gap| {
        assert_eq!(gap.kind, GapKind::HealthIncomplete);
        format!("? {}", gap.detail)
    }));
    lines.join("\n")
}

#[track_caller]
fn check(mapping: &HealthMapping, json: &str, expect: &[&str]) {
    let snapshot = mapping.read(json).unwrap_or_else(|error| panic!("{error}\n{json}"));
    assert_eq!(print(&snapshot), expect.join("\n"), "{json}");
}

/// Spring Boot's actuator.
fn actuator() -> HealthMapping {
    let checks = ChecksMapping::new(at("/components")).with_reason(at("/details/error"));
    HealthMapping::new()
        .with_overall(at("/status"))
        .with_category(CategoryMapping::new("services").with_checks(checks))
        .with_word("UP", Status::Ok)
        .with_word("down", Status::Critical)
        .with_word("OUT_OF_SERVICE", Status::Warning)
}

#[test]
fn an_actuator_is_read() {
    check(
        &actuator(),
        r#"{"status": "DOWN", "components": {
            "db": {"status": "DOWN", "details": {"error": "refused", "retries": 3}},
            "disk": {"status": "OUT_OF_SERVICE"},
            "ping": {"status": "UP"},
            "cache": {"status": "UNKNOWN"}}}"#,
        &[
            "CRITICAL",
            "services CRITICAL: db: refused; disk",
            "- db CRITICAL: refused",
            "- disk WARNING",
            "- ping OK",
            "- cache UNKNOWN",
        ],
    );
}

#[test]
fn health_json_has_a_list_for_each_check() {
    let checks = ChecksMapping::new(at("/checks")).with_reason(at("/output"));
    let mapping = HealthMapping::new()
        .with_overall(at("/status"))
        .with_category(CategoryMapping::new("services").with_checks(checks))
        .with_word("pass", Status::Ok)
        .with_word("warn", Status::Warning)
        .with_word("fail", Status::Critical);
    check(
        &mapping,
        r#"{"status": "warn", "checks": {
            "cpu:utilization": [{"status": "warn", "output": "85 %"}, {"status": "pass"}],
            "uptime": [], "db:connections": {"status": "fail"}}}"#,
        &[
            "WARNING",
            "services CRITICAL: cpu:utilization: 85 %; db:connections",
            "- cpu:utilization WARNING: 85 %",
            "- cpu:utilization OK",
            "- db:connections CRITICAL",
            "? check uptime of category services: an empty list",
        ],
    );
}

#[test]
fn numbers_and_truth_values_are_words_too() {
    let disks =
        ChecksMapping::new(at("/disks")).with_name(at("/dev")).with_status(at("/smart/passed"));
    let mapping = HealthMapping::new()
        .with_category(CategoryMapping::new("disks").with_checks(disks))
        .with_category(
            CategoryMapping::new("plugin").with_status(at("/exit")).with_reason(at("/text/0")),
        )
        .with_word("true", Status::Ok)
        .with_word("false", Status::Critical)
        .with_word("1", Status::Warning);
    check(
        &mapping,
        r#"{"exit": 1, "text": ["load is high", "-"], "disks": [
            {"dev": "sda", "smart": {"passed": true}},
            {"dev": "sdb", "smart": {"passed": false}, "message": "reallocated"}]}"#,
        &[
            "CRITICAL",
            "disks CRITICAL: sdb: reallocated",
            "- sda OK",
            "- sdb CRITICAL: reallocated",
            "plugin WARNING: load is high",
        ],
    );
}

#[test]
fn a_check_may_be_a_word_alone() {
    let checks = ChecksMapping::new(at("")).with_status(at(""));
    let mapping = HealthMapping::new()
        .with_category(CategoryMapping::new("services").with_checks(checks))
        .with_word("ok", Status::Ok);
    check(
        &mapping,
        r#"{"web": "ok", "mail": "warning"}"#,
        &["WARNING", "services WARNING: mail", "- web OK", "- mail WARNING"],
    );
}

#[test]
fn what_is_missing_is_unknown_and_named() {
    let mapping = actuator()
        .with_category(CategoryMapping::new("storage").with_status(at("/pool/state")))
        .with_category(CategoryMapping::new("network"));
    check(
        &mapping,
        r#"{"pool": null}"#,
        &[
            "UNKNOWN",
            "services UNKNOWN",
            "storage UNKNOWN",
            "network UNKNOWN",
            "? category services: no checks at /components",
            "? category storage: no status at \"/pool/state\"",
            "? the whole: no status at \"/status\"",
        ],
    );
    check(&actuator(), r#"{"status": "UP", "components": {}}"#, &["OK", "services UNKNOWN"]);
}

#[test]
fn a_bad_part_is_unknown_and_spoils_nothing_else() {
    check(
        &actuator(),
        r#"{"status": ["UP"], "components": {
            "a": {"status": "sideways"}, "b": 7, "c": {"status": {}}, "d": {"status": "UP"}}}"#,
        &[
            "UNKNOWN",
            "services UNKNOWN",
            "- a UNKNOWN",
            "- b UNKNOWN",
            "- c UNKNOWN",
            "- d OK",
            "? check a of category services: the status \"sideways\" is not known",
            "? check b of category services: no status at \"/status\"",
            "? check c of category services: its status is an object",
            "? the whole: its status is a list",
        ],
    );
    check(
        &actuator(),
        r#"{"status": "UP", "components": "all of them"}"#,
        &[
            "OK",
            "services UNKNOWN",
            "? category services: at /components is a string, not a list or an object",
        ],
    );
}

#[test]
fn a_category_is_named_once() {
    let mapping = HealthMapping::new()
        .with_category(CategoryMapping::new("vms").with_status(at("/a")))
        .with_category(CategoryMapping::new("VMs").with_status(at("/b")));
    check(&mapping, r#"{"a": "OK", "b": "CRITICAL"}"#, &["OK", "vms OK"]);
}

#[test]
fn what_is_not_json_is_an_error_with_its_place() {
    for (json, line, column) in [("", 1, 0), ("<html>", 1, 1), ("{\n\"status\": UP}", 2, 11)] {
        let error = actuator().read(json).expect_err(json);
        assert_eq!((error.line(), error.column()), (line, column), "{json}: {error}");
    }
}

#[test]
fn depth_costs_no_stack_and_odd_names_cost_themselves() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    check(
        &actuator(),
        &format!(
            r#"{{"x": {deep}, "status": "UP", "components": {{
                "n\udc80": {{"status": "UP"}}, "deep": {deep}}}}}"#
        ),
        &[
            "OK",
            "services UNKNOWN",
            "- n\u{fffd}\u{fffd}\u{fffd} OK",
            "- deep UNKNOWN",
            "? check deep of category services: no status at \"/status\"",
        ],
    );
}

#[test]
fn a_pointer_leads_where_rfc_6901_says() {
    let json = r#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
        "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8, "~1": 9, "none": null}"#;
    let cases = [
        ("/foo/0", Some("bar")),
        ("/", Some("0")),
        ("/a~1b", Some("1")),
        ("/c%d", Some("2")),
        ("/e^f", Some("3")),
        ("/g|h", Some("4")),
        ("/i\\j", Some("5")),
        ("/k\"l", Some("6")),
        ("/ ", Some("7")),
        ("/m~0n", Some("8")),
        ("/~01", Some("9")),
        ("/foo/2", None),
        ("/foo/-", None),
        ("/foo/00", None),
        ("/foo/+1", None),
        ("/foo/", None),
        ("/foo/0/0", None),
        ("/none", None),
        ("/none/0", None),
        ("", None),
    ];
    for (pointer, expect) in cases {
        assert_eq!(at(pointer).text_in(json).as_deref(), expect, "{pointer}");
        assert_eq!(at(pointer).to_string(), pointer);
    }
    assert_eq!(at("/foo").text_in("{"), None);
}

#[test]
fn what_is_no_pointer_is_refused() {
    for (text, error) in [
        ("status", NotAPointer::NoSlash),
        ("#/status", NotAPointer::NoSlash),
        ("/a~", NotAPointer::Escape),
        ("/a~2", NotAPointer::Escape),
    ] {
        assert_eq!(text.parse::<JsonPointer>(), Err(error), "{text}");
    }
}
