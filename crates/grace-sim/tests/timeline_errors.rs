//! What a timeline's author is told about a fault: where it is and what to do.

use grace_sim::timeline::Timeline;

/// A timeline of lines 1 to 3 that are well, and these.
fn fault(lines: &str) -> String {
    let text = format!("title = \"t\"\n[start]\nuptime = \"25s\"\n{lines}");
    match Timeline::parse("x.toml", &text) {
        Ok(timeline) => format!("no fault: {timeline:?}"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn check(lines: &str, expect: &str) {
    assert_eq!(fault(lines), expect, "\n{lines}");
}

/// As [`check`], for one event at 12 s.
#[track_caller]
fn check_event(lines: &str, expect: &str) {
    check(&format!("[[event]]\nat = \"12s\"\n{lines}"), expect);
}

#[test]
fn a_file_that_is_not_toml() {
    check("[[event]", "x.toml:4:9: not TOML: unclosed array table, expected `]`");
    check(
        "[[event]]\nat = 12s",
        "x.toml:5:6: not TOML: string values must be quoted, expected literal string",
    );
    check("[start]\nuptime = \"1s\"", "x.toml:4:2: not TOML: duplicate key");
}

#[test]
fn the_head_of_the_file() {
    let parse = |text| Timeline::parse("x.toml", text).unwrap_err().to_string();
    assert_eq!(
        parse(""),
        "x.toml:1:1: the timeline has no \"title\": add title = \"what the timeline shows\""
    );
    assert_eq!(
        parse("title = \"t\""),
        "x.toml:1:1: the timeline has no \"start\": add [start] with uptime = \"25s\""
    );
    assert_eq!(
        parse("title = \"t\"\n[start]\n"),
        "x.toml:2:1: [start] has no \"uptime\": add uptime = \"25s\", or \"unknown\""
    );
    assert_eq!(
        parse("title = \"t\"\n[start]\nuptme = \"25s\""),
        "x.toml:3:1: unknown key \"uptme\": the keys here are uptime, unix_time; did you mean \"uptime\"?"
    );
    assert_eq!(
        parse("title = \"t\"\nstart = 25"),
        "x.toml:2:9: start is the integer 25: it must be a table"
    );
    assert_eq!(
        parse("title = \"\"\n[start]\nuptime = \"25s\""),
        "x.toml:1:9: title is \"\": it must not be empty"
    );
    assert_eq!(
        parse("title = \"t\"\n[start]\nuptime = 25"),
        "x.toml:3:10: uptime is the integer 25: it must be a span in quotes, such as \"25s\""
    );
    assert_eq!(
        parse("title = \"t\"\n[start]\nuptime = \"soon\""),
        "x.toml:3:10: uptime is \"soon\": write a span of at most 366d, such as \"25s\", \"1m 30s\" or \"1d\""
    );
    assert_eq!(
        parse("title = \"t\"\npolicy = \"default\"\n[start]\nuptime = \"25s\""),
        "x.toml:2:10: policy is the text \"default\": it must be a table"
    );
    assert_eq!(
        parse("titel = \"t\""),
        "x.toml:1:1: unknown key \"titel\": the keys here are title, start, policy, notifiers, guest, event; did you mean \"title\"?"
    );
}

#[test]
fn keys() {
    check(
        "[[events]]\nat = \"1s\"",
        "x.toml:4:3: unknown key \"events\": the keys here are title, start, policy, notifiers, guest, event; did you mean \"event\"?",
    );
    check(
        "[event]\nat = \"1s\"",
        "x.toml:4:1: event is the table [event]: it must be an array of tables, each under a header in double brackets",
    );
    check_event(
        "type = \"restart\"\nuptme = \"3s\"",
        "x.toml:7:1: unknown key \"uptme\": the keys here are at, type, boot, uptime, state; did you mean \"uptime\"?",
    );
    check_event(
        "type = \"crash\"\nid = \"100\"",
        "x.toml:7:1: unknown key \"id\": the keys here are at, type",
    );
    check_event(
        "tpye = \"crash\"",
        "x.toml:6:1: unknown key \"tpye\": the keys here are at, type, id, name, kind, autostart, happened, action, reason, category, key, severity, text, document, unavailable, slow, priority, identifier, unit, down, boot, uptime, state, by, for; did you mean \"type\"?",
    );
    check_event(
        "id = \"100\"",
        "x.toml:4:1: [[event]] has no \"type\": add type = \"guest-started\"",
    );
    check_event(
        "type = \"crashed\"",
        "x.toml:6:8: type is \"crashed\": it must be one of guest-started, guest-warned, guest-failed, guest-stopped, alert, resolved, shutdown, shutdown-cancelled, sweep-started, sweep-finished, take-guests, health, journal, notifier, crash, stop, restart, clock-step, suspend, note; did you mean \"crash\"?",
    );
    check_event(
        "type = \"guest-started\"",
        "x.toml:4:1: [[event]] has no \"id\": add id = \"100\"",
    );
    check_event(
        "type = \"guest-failed\"\nid = \"100\"",
        "x.toml:4:1: [[event]] has no \"reason\": add reason = \"start failed: …\"",
    );
    check("[[event]]\ntype = \"crash\"", "x.toml:4:1: [[event]] has no \"at\": add at = \"12s\"");
    check_event(
        "type = \"alert\"\ncategory = \"storage\"\nkey = \"nas\"\ntext = \"x\"",
        "x.toml:4:1: [[event]] has no \"severity\": add severity = \"warning\"",
    );
    check_event(
        "type = \"health\"",
        "x.toml:4:1: [[event]] has none of document, unavailable, slow: add one, such as document = { overall = \"OK\", details = {} }",
    );
    check_event(
        "type = \"health\"\nslow = \"3s\"\nunavailable = \"x\"",
        "x.toml:7:8: slow is \"3s\": unavailable stands here already, and only one of the two may",
    );
    check_event(
        "type = \"journal\"\nunavailable = \"x\"\npriority = 3",
        "x.toml:8:12: priority is 3: it belongs to a line: leave it out, or give `text`",
    );
    check_event(
        "type = \"restart\"\nboot = \"new\"",
        "x.toml:4:1: [[event]] has no \"uptime\": add uptime = \"20s\", or \"unknown\"",
    );
    check_event(
        "type = \"restart\"\nuptime = \"3s\"",
        "x.toml:7:10: uptime is \"3s\": in the same boot it follows from `at`: leave it out, or add boot = \"new\"",
    );
}

#[test]
fn values() {
    check_event("type = 3", "x.toml:6:8: type is the integer 3: it must be text in quotes");
    check_event(
        "type = \"guest-started\"\nid = 100",
        "x.toml:7:6: id is the integer 100: it must be text in quotes",
    );
    check_event(
        "type = \"guest-started\"\nid = \"\"",
        "x.toml:7:6: id is \"\": it must not be empty",
    );
    check_event(
        "type = \"guest-started\"\nid = \"100\"\nkind = \"lxc\"",
        "x.toml:8:8: kind is \"lxc\": it must be one of vm, ct",
    );
    check_event(
        "type = \"guest-started\"\nid = \"100\"\nautostart = \"yes\"",
        "x.toml:8:13: autostart is the text \"yes\": it must be true or false",
    );
    check_event(
        "type = \"guest-started\"\nid = \"100\"\nhappened = \"13s\"",
        "x.toml:8:12: happened is \"13s\": it is after the step's own time: it must be at most `at`",
    );
    check_event(
        "type = \"guest-started\"\nid = \"100\"\nhappened = \"-26s\"",
        "x.toml:8:12: happened is \"-26s\": the host had not booted then: it must be after the boot the step is in",
    );
    check_event(
        "type = \"alert\"\ncategory = \"storage\"\nkey = \"nas\"\nseverity = \"warn\"\ntext = \"x\"",
        "x.toml:9:12: severity is \"warn\": it must be one of info, warning, critical; did you mean \"warning\"?",
    );
    check_event(
        "type = \"shutdown\"\nkind = \"poweroff\"",
        "x.toml:7:8: kind is \"poweroff\": it must be one of power-off, reboot, halt, kexec, soft-reboot, unknown; did you mean \"power-off\"?",
    );
    check_event(
        "type = \"journal\"\ntext = \"x\"\npriority = 8",
        "x.toml:8:12: priority is 8: it must be from 0 (emerg) to 7 (debug)",
    );
    check_event(
        "type = \"journal\"\ntext = \"x\"\npriority = \"error\"",
        "x.toml:8:12: priority is \"error\": it must be one of emerg, alert, crit, err, warning, notice, info, debug; did you mean \"err\"?",
    );
    check_event(
        "type = \"notifier\"\ndown = 1979-05-27",
        "x.toml:7:8: down is the date 1979-05-27: it must be true or false",
    );
    check_event(
        "type = \"restart\"\nboot = \"new\"\nuptime = \"13s\"",
        "x.toml:8:10: uptime is \"13s\": the host would have booted before the program first started: it must be at most `at`",
    );
    check_event(
        "type = \"clock-step\"\nby = \"a day\"",
        "x.toml:7:6: by is \"a day\": write a span of at most 366d, such as \"25s\", \"1m 30s\" or \"1d\"",
    );
    check_event(
        "type = \"suspend\"\nfor = \"-10m\"",
        "x.toml:7:7: for is \"-10m\": write a span of at most 366d, such as \"25s\", \"1m 30s\" or \"1d\"",
    );
    check_event(
        "type = \"suspend\"\nfor = \"367d\"",
        "x.toml:7:7: for is \"367d\": write a span of at most 366d, such as \"25s\", \"1m 30s\" or \"1d\"",
    );
    check_event(
        "type = \"health\"\ndocument = \"CRITICAL\"",
        "x.toml:7:12: document is the text \"CRITICAL\": it must be a table",
    );
    check_event(
        "type = \"health\"\ndocument = { overall = \"OK\", load = nan }",
        "x.toml:7:12: document is { overall = \"OK\", load = nan }: it has a number that JSON cannot hold",
    );
    check_event(
        "type = [\n  \"crash\",\n]",
        "x.toml:6:8: type is the array […: it must be text in quotes",
    );
}

#[test]
fn a_step_before_the_one_above() {
    let first = "[[event]]\nat = \"1m 30s\"\ntype = \"crash\"\n";
    check(
        &format!("{first}[[event]]\nat = \"89.999s\"\ntype = \"restart\""),
        "x.toml:8:6: at is \"89.999s\", before the step above at 90s: steps stand in the order of time",
    );
}

#[test]
fn a_guest_listed_twice() {
    check(
        "[[guest]]\nid = \"100\"\n[[guest]]\nid = \"100\"",
        "x.toml:7:6: id is \"100\": a guest above has this id: each guest stands here once",
    );
    check(
        "[[guest]]\nid = \"100\"\nautostart = true",
        "x.toml:6:1: unknown key \"autostart\": the keys here are id, name, kind",
    );
}

#[test]
fn the_policy() {
    check(
        "[policy]\nhelth = \"5m\"",
        "x.toml:5:1: policy: unknown field `helth`, expected one of `guest`, `health`, `shutdown`, `boot_uptime`, `anchor`, `restart`, `adaptive`, `categories`, `bypass`, `facts_timeout`, `retry`, `limits`; did you mean `health`?",
    );
    check(
        "[policy]\nguest = \"3m\"\nhealth = 300",
        "x.toml:6:10: policy: invalid type: integer `300`, expected a duration in quotes, such as \"180s\", \"5m\" or \"10m 30s\"",
    );
    check(
        "[policy]\nhealth = \"soon\"",
        "x.toml:5:10: policy: \"soon\" is not a duration: write numbers with their units (h, m, s, ms), not negative, such as \"180s\", \"5m\" or \"10m 30s\"",
    );
    check(
        "[policy]\nguest = \"3m\"\nhealth = \"25h\"",
        "x.toml:6:10: policy: health is 90000s: it must be from 0ns to 86400s",
    );
    check(
        "[policy]\nadaptive = { quiet = \"60s\", cap = \"3m\" }",
        "x.toml:5:35: policy: adaptive.cap is 180s: it must be from 300s to 86400s",
    );
    check(
        "[policy]\nadaptive = { quite = \"60s\" }",
        "x.toml:5:14: policy: unknown field `quite`, expected one of `quiet`, `cap`, `check_every`; did you mean `quiet`?",
    );
    check(
        "[policy.categories]\nstorage = {}\nStorage = {}",
        "x.toml:4:1: policy: categories names \"Storage\" twice: each name and alias may stand there once",
    );
}

#[test]
fn what_a_recorded_boot_has() {
    let error =
        Timeline::parse("x.toml", "title = \"t\"\n[start]\nuptime = \"25s\"\nunix_time = \"now\"")
            .expect_err("it is no number");
    assert_eq!(
        error.to_string(),
        "x.toml:4:13: unix_time is the text \"now\": it must be a whole number of seconds since 1970"
    );
    check_event(
        "type = \"note\"",
        "x.toml:4:1: [[event]] has no \"text\": add text = \"what is to be known here\"",
    );
    check_event("type = \"note\"\ntext = \"\"", "x.toml:7:8: text is \"\": it must not be empty");
    check_event(
        "type = \"journal\"\ntext = \"x\"\nhappened = \"1h\"",
        "x.toml:8:12: happened is \"1h\": it is after the step's own time: it must be at most `at`",
    );
    check_event(
        "type = \"journal\"\nunavailable = \"x\"\nunit = \"a.service\"",
        "x.toml:8:8: unit is \"a.service\": it belongs to a line: leave it out, or give `text`",
    );
}

#[test]
fn a_place_is_counted_in_characters() {
    check_event(
        "type = \"guest-started\"\nid = \"100\"\n\"größe\" = 1",
        "x.toml:8:1: unknown key \"größe\": the keys here are at, type, id, name, kind, autostart, happened",
    );
    check_event(
        "type = \"restart\" # neu: ü\nboot = \"nèw\"",
        "x.toml:7:8: boot is \"nèw\": it must be one of same, new; did you mean \"new\"?",
    );
}
