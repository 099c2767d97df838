//! Health documents: both shapes, and what a broken one costs.
use std::collections::BTreeMap;

use grace_core::wire::parse_health;
use grace_core::{GapKind, HealthSnapshot, Status};
use serde_json::value::RawValue;

#[track_caller]
fn parse(json: &str) -> HealthSnapshot {
    parse_health(json).unwrap_or_else(|error| panic!("{error}\n{json}"))
}

/// One line a category and a check, one line a gap.
fn print(snapshot: &HealthSnapshot) -> String {
    let mut lines = vec![snapshot.overall.as_str().to_owned()];
    for category in &snapshot.categories {
        lines.push(line("", &category.name, category.status, &category.reason));
        for check in &category.checks {
            lines.push(line("- ", &check.name, check.status, &check.reason));
        }
    }
    lines.extend(snapshot.gaps.iter().map(|gap| {
        assert_eq!(gap.kind, GapKind::HealthIncomplete);
        format!("? {}", gap.detail)
    }));
    lines.join("\n")
}

fn line(bullet: &str, name: &str, status: Status, reason: &str) -> String {
    format!("{bullet}{name} {}: {reason}", status.as_str()).trim_end_matches(": ").to_owned()
}

#[track_caller]
fn check(json: &str, expect: &[&str]) {
    assert_eq!(print(&parse(json)), expect.join("\n"), "{json}");
}

#[test]
fn both_shapes_say_the_same() {
    let expect = [
        "CRITICAL",
        "storage CRITICAL: nas gone",
        "- nas CRITICAL: timed out",
        "- local OK",
        "cpu OK",
    ];
    check(
        r#"{"overall_status": "CRITICAL", "categories": {
            "storage": {"status": "CRITICAL", "reason": "nas gone", "checks": [
                {"name": "nas", "status": "CRITICAL", "message": "timed out"},
                {"name": "local", "status": "OK"}]},
            "cpu": {"status": "OK"}}}"#,
        &expect,
    );
    check(
        r#"{"overall": "CRITICAL", "summary": "…", "details": {
            "storage": {"status": "CRITICAL", "reason": "nas gone", "checks": {
                "nas": {"status": "CRITICAL", "detail": "timed out"},
                "local": {"status": "OK", "detail": null}}},
            "cpu": {"status": "OK", "checks": null, "reason": null}}}"#,
        &expect,
    );
}

#[test]
fn the_documented_example_is_read_without_a_gap() {
    let snapshot = parse(include_str!("vectors/health.json"));
    assert_eq!(snapshot.gaps, []);
    assert_eq!(snapshot.overall, Status::Critical);
    assert_eq!(snapshot.starting, None);
    let names: Vec<_> = snapshot.categories.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "cpu",
            "memory",
            "storage",
            "lxc_disk",
            "remote_mounts",
            "disks",
            "network",
            "vms",
            "services",
            "logs",
            "updates",
            "security"
        ]
    );
    let of = |name: &str| {
        let category = snapshot.category(name).unwrap();
        let mut only = HealthSnapshot::new(Status::Ok);
        only.categories = vec![category.clone()];
        print(&only).lines().skip(1).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        of("network"),
        "network CRITICAL: enp3s0 is DOWN\n\
         - vmbr0 OK: UP\n\
         - enp3s0 CRITICAL: Configured interface DOWN (has IP address)\n\
         - wlp2s0 EXCLUDED: Excluded from monitoring\n\
         - connectivity OK: Latency 0.4ms to gateway"
    );
    assert_eq!(
        of("remote_mounts"),
        "remote_mounts CRITICAL: /mnt/nas is stale\n\
         - /mnt/nas CRITICAL: nfs4 mount stale: timeout"
    );
    assert_eq!(of("logs"), "logs UNKNOWN: Log check unavailable: timeout");
}

#[test]
fn every_recorded_document_is_read_without_a_gap() {
    let mut read = 0;
    for (index, line) in include_str!("vectors/report.jsonl").lines().enumerate() {
        let mut vector: BTreeMap<&str, &RawValue> = serde_json::from_str(line).unwrap();
        let health = vector.remove("health").unwrap().get();
        if health == "null" {
            continue;
        }
        let snapshot = parse(health);
        assert_eq!(snapshot.gaps, [], "line {}", index + 1);
        read += 1;
    }
    assert_eq!(read, 174);
}

#[test]
fn order_is_the_documents() {
    check(
        r#"{"overall": "OK", "details": {
            "z": {"status": "OK", "checks": {"b": {"status": "OK"}, "a": {"status": "OK"}}},
            "a": {"status": "OK"}}}"#,
        &["OK", "z OK", "- b OK", "- a OK", "a OK"],
    );
}

#[test]
fn text_is_the_first_of_reason_message_and_detail() {
    let texts = [
        (r#""reason": "r", "message": "m", "detail": "d""#, "c OK: r"),
        (r#""message": "m", "detail": "d""#, "c OK: m"),
        (r#""detail": "d""#, "c OK: d"),
        (r#""reason": null, "message": null, "detail": "d""#, "c OK: d"),
        (r#""reason": "", "message": "m""#, "c OK"),
        (r#""reason": 5"#, "c OK: 5"),
    ];
    for (members, expect) in texts {
        let json =
            format!(r#"{{"overall":"OK","categories":{{"c":{{"status":"OK",{members}}}}}}}"#);
        check(&json, &["OK", expect]);
    }
}

#[test]
fn status_words_are_read_in_any_case_and_unknown_ones_are_named() {
    check(
        r#"{"overall": "warning", "details": {
            "a": {"status": "Ok"}, "b": {"status": "ERROR"}, "c": {"status": "fine"},
            "d": {"status": 3}, "e": {"status": {}}, "f": {"reason": "none given"}}}"#,
        &[
            "WARNING",
            "a OK",
            "b error",
            "c UNKNOWN",
            "d UNKNOWN",
            "e UNKNOWN",
            "f UNKNOWN: none given",
            r#"? category c: the status "fine" is not known"#,
            r#"? category d: the status "3" is not known"#,
            "? category e: its status is an object",
            "? category f: no status",
        ],
    );
    check(
        r#"{"overall": "rosy", "details": {}}"#,
        &["UNKNOWN", r#"? the whole: the status "rosy" is not known"#],
    );
    check(r#"{"overall": null, "details": {}}"#, &["UNKNOWN"]);
}

#[test]
fn one_bad_part_spoils_only_itself() {
    check(
        r#"{"overall": "OK", "categories": {
            "text": "OK", "list": [], "null": null,
            "vms": {"status": "OK", "checks": [
                1, null, ["x"], {"status": "OK"}, {"name": null, "status": "OK"},
                {"name": {}, "status": "OK"}, {"name": 101, "status": "OK"}]},
            "storage": {"status": "OK", "checks": {
                "bad": "OK", "worse": {"status": "OK", "reason": [1], "detail": "d"},
                "good": {"status": "OK"}}},
            "network": {"status": "OK", "checks": 7}}}"#,
        &[
            "OK",
            "vms OK",
            "- unknown OK",
            "- unknown OK",
            "- unknown OK",
            "- 101 OK",
            "storage OK",
            "- worse OK: d",
            "- good OK",
            "network OK",
            "? category text: a string, not an object",
            "? category list: a list, not an object",
            "? category null: null, not an object",
            "? check unknown of category vms: a number, not an object",
            "? check unknown of category vms: null, not an object",
            "? check unknown of category vms: a list, not an object",
            "? check bad of category storage: a string, not an object",
            "? check worse of category storage: its reason is a list",
            "? category network: its checks are a number, not a list or an object",
        ],
    );
}

#[test]
fn of_two_categories_of_one_name_the_first_stays() {
    check(
        r#"{"overall": "OK", "details": {"vms": {"status": "OK"}, "VMs": {"status": "CRITICAL"}}}"#,
        &["OK", "vms OK", "? category VMs: there twice, the first stays"],
    );
}

#[test]
fn a_document_without_categories_says_so() {
    check("{}", &["UNKNOWN", "? the document has no categories"]);
    check(
        r#"{"overall": "OK", "details": "none"}"#,
        &["OK", "? categories: a string, not an object"],
    );
    check(r#"{"overall": "OK", "categories": null, "details": {}}"#, &["OK"]);
}

#[test]
fn what_is_no_document_is_an_error_with_its_place() {
    let broken = [
        ("", 1, 0, "EOF"),
        ("null", 1, 4, "expected an object"),
        ("[]", 1, 0, "expected an object"),
        ("{\n  \"overall\": OK}", 2, 14, "expected value"),
        ("{\"overall\": \"OK\"", 1, 16, "EOF"),
        ("{} {}", 1, 4, "trailing characters"),
        ("\"{}\"", 1, 4, "expected an object"),
    ];
    for (json, line, column, words) in broken {
        let error = parse_health(json).expect_err(json);
        assert!(error.to_string().contains(words), "{json}: {error}");
        assert_eq!((error.line(), error.column()), (line, column), "{json}: {error}");
    }
}

#[test]
fn names_and_texts_are_made_safe_and_bounded() {
    let json = format!(
        r#"{{"overall":"OK","details":{{"{0}":{{"status":"OK"}},
            "e":{{"status":"OK","reason":"\u001b[2J\n\u0000{0}","checks":{{"\u202enas":{{"status":"OK"}}}}}},
            "{0}":7,"{0}2":7}}}}"#,
        "x".repeat(100_000)
    );
    let snapshot = parse(&json);
    assert!(print(&snapshot).len() < 4096);
    assert!(snapshot.categories[1].reason.starts_with("\u{fffd}[2J \u{fffd}xxx"));
    assert_eq!(snapshot.categories[1].checks[0].name, "\u{fffd}nas");
    assert!(snapshot.gaps[0].detail.ends_with("there twice, the first stays"));
    assert!(snapshot.gaps[1].detail.ends_with("a number, not an object"));
}

#[test]
fn a_name_that_is_not_unicode_costs_its_own_character() {
    check(
        r#"{"overall": "OK", "details": {"s": {"status": "OK", "checks": {
            "n\udc80s": {"status": "OK", "detail": "\ud800"}, "b": {"status": "OK"}}}}}"#,
        &["OK", "s OK", "- n\u{fffd}\u{fffd}\u{fffd}s OK: \u{fffd}\u{fffd}\u{fffd}", "- b OK"],
    );
}

#[test]
fn depth_and_number_of_faults_are_bounded() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    check(
        &format!(
            r#"{{"overall":"OK","extra":{deep},"details":{{"a":{deep},"b":{{"status":"OK"}}}}}}"#
        ),
        &["OK", "b OK", "? category a: a list, not an object"],
    );
    let many: Vec<String> = (0..1000).map(|n| format!(r#""c{n}":0"#)).collect();
    let gaps = parse(&format!(r#"{{"details":{{{}}}}}"#, many.join(","))).gaps;
    assert_eq!(gaps.len(), 51);
    assert_eq!(gaps[50].detail, "950 more faults in the document");
}
