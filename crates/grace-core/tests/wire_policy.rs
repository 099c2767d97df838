//! Policies as configurations write them: what is read, and how what is wrong is refused.
use std::time::Duration;

use grace_core::wire::{PolicyDocument, duration};
use grace_core::{Adaptive, Anchor, CategoryRule, Policy, RestartPolicy, Severity, SeveritySet};

fn read(toml: &str) -> Result<Policy, String> {
    let document: PolicyDocument = toml::from_str(toml).map_err(|error| error.to_string())?;
    Policy::try_from(document).map_err(|error| error.to_string())
}

#[track_caller]
fn check(toml: &str, expect: impl FnOnce(&mut Policy)) {
    let mut expected = Policy::default();
    expect(&mut expected);
    assert_eq!(read(toml), Ok(expected), "{toml}");
}

/// The refusal of `toml` has every one of `words` in it.
#[track_caller]
fn check_refused(toml: &str, words: &[&str]) {
    let error = read(toml).expect_err(toml);
    for word in words {
        assert!(error.contains(word), "{toml}\n  {word:?} not in: {error}");
    }
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[test]
fn an_empty_document_is_the_default() {
    check("", |_| {});
    let json: PolicyDocument = serde_json::from_str("{}").unwrap();
    assert_eq!(Policy::try_from(json), Ok(Policy::default()));
    assert_eq!(Policy::try_from(PolicyDocument::default()), Ok(Policy::default()));
}

#[test]
fn each_key_sets_its_own_value() {
    check("guest = '4m'", |p| p.guest = secs(240));
    check("health = '10m 30s'", |p| p.health = secs(630));
    check("shutdown = '180s'", |p| p.shutdown = secs(180));
    check("boot_uptime = '1h'", |p| p.boot_uptime = secs(3600));
    check("facts_timeout = '1m'", |p| p.facts_timeout = secs(60));
    check("anchor = 'boot'", |p| p.anchor = Anchor::Boot);
    check("anchor = 'service-start'", |_| {});
    check("restart = 'none'", |p| p.restart = RestartPolicy::None);
    check("restart = 'grace'", |_| {});
    check("retry = { first = '1s' }", |p| p.retry.first = secs(1));
    check("retry.max = '1h'", |p| p.retry.max = secs(3600));
    check("retry.jitter = 20", |p| p.retry.jitter = 20);
    check("retry.give_up = '24h'", |p| p.retry.give_up = secs(86_400));
    check("limits = { guests = 5 }", |p| p.limits.guests = 5);
    check("[limits]\njournal_last = 0", |p| p.limits.journal_last = 0);
    check("bypass = []", |_| {});
    check("bypass = ['critical', 'Warning']", |p| {
        p.bypass = SeveritySet::from_iter([Severity::Critical, Severity::Warning]);
    });
}

#[test]
fn adaptive_is_a_switch_or_a_table() {
    check("adaptive = false", |_| {});
    check("adaptive = true", |p| {
        p.adaptive = Some(Adaptive::default());
    });
    check("adaptive = {}", |p| p.adaptive = Some(Adaptive::default()));
    check("adaptive = { cap = '20m', quiet = '30s' }", |p| {
        let mut adaptive = Adaptive::default();
        adaptive.cap = secs(1200);
        adaptive.quiet = secs(30);
        p.adaptive = Some(adaptive);
    });
}

#[test]
fn naming_a_category_replaces_the_default_set_and_keeps_the_order() {
    let toml = "[categories]\nstorage = {}\nnetwork = {}\nservices = { aliases = ['pve_services'], window = '2m' }";
    let expected = || {
        vec![
            CategoryRule::new("storage"),
            CategoryRule::new("network"),
            CategoryRule::new("services").with_alias("pve_services").with_window(secs(120)),
        ]
    };
    check(toml, |p| p.categories = expected());
    check("categories = {}", |p| p.categories = vec![]);

    let json = r#"{"categories": {"storage": {}, "network": {},
                   "services": {"window": "2m", "aliases": ["pve_services"]}}}"#;
    let document: PolicyDocument = serde_json::from_str(json).unwrap();
    assert_eq!(Policy::try_from(document).unwrap().categories, expected());
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_the_keys_that_exist() {
    check_refused(
        "guest = '3m'\nhelth = '5m'",
        &["line 2, column 1", "unknown field `helth`", "`health`", "`boot_uptime`"],
    );
    check_refused("retry = { frist = '5s' }", &["`frist`", "`first`", "`max`"]);
    check_refused("adaptive = { quite = '5s' }", &["`quite`", "`quiet`", "`check_every`"]);
    check_refused("limits = { guest = 5 }", &["`guest`", "`guests`", "`journal_last`"]);
    check_refused("categories.vms = { alias = [] }", &["`alias`", "`aliases`", "`window`"]);
}

#[test]
fn a_value_of_another_form_is_refused_with_its_place_and_the_form_wanted() {
    check_refused("guest = 180", &["line 1, column 9", "integer `180`", "\"180s\""]);
    check_refused("guest = '-5m'", &["line 1, column 9", "\"-5m\"", "not negative"]);
    check_refused("retry.max = 'soon'", &["line 1, column 13", "\"soon\"", "\"10m 30s\""]);
    check_refused("categories.vms.window = 5", &["line 1, column 25", "\"180s\""]);
    check_refused("adaptive = 'yes'", &["true, false, or a table"]);
    check_refused("adaptive = { cap = 900 }", &["line 1, column 20", "\"180s\""]);
    check_refused("categories = ['vms']", &["a table of held categories"]);
    check_refused("anchor = 'start'", &["`start`", "`service-start`", "`boot`"]);
    check_refused("restart = 'never'", &["`never`", "`grace`", "`none`"]);
    check_refused("bypass = ['fatal']", &["\"fatal\"", "info, warning, critical"]);
    check_refused("limits.guests = -1", &["line 1, column 17"]);
}

#[test]
fn a_value_outside_its_limits_is_refused_with_its_name_and_the_limits() {
    check_refused("guest = '25h'", &["guest is", "86400s"]);
    check_refused("health = '25h'", &["health is", "86400s"]);
    check_refused("shutdown = '25h'", &["shutdown is", "86400s"]);
    check_refused("boot_uptime = '25h'", &["boot_uptime is", "86400s"]);
    check_refused("facts_timeout = '0s'", &["facts_timeout is", "1s to 600s"]);
    check_refused("retry.first = '0s'", &["retry.first is", "1s to 3600s"]);
    check_refused("retry.max = '1s'", &["retry.max is", "5s to 86400s"]);
    check_refused("retry.jitter = 51", &["retry.jitter is 51", "0 to 50"]);
    check_refused("retry.give_up = '1m'", &["retry.give_up is", "300s to 31622400s"]);
    check_refused("adaptive.quiet = '2h'", &["adaptive.quiet is", "3600s"]);
    check_refused("adaptive.cap = '1m'", &["adaptive.cap is", "300s to 86400s"]);
    check_refused("adaptive.check_every = '0s'", &["adaptive.check_every is", "1s to 600s"]);
    check_refused("limits.guests = 0", &["limits.guests is 0", "1 to 100000"]);
    check_refused("limits.alerts = 0", &["limits.alerts is 0", "1 to 1000000"]);
    check_refused("limits.outbox = 0", &["limits.outbox is 0", "1 to 100000"]);
    check_refused("limits.journal_first = 1001", &["limits.journal_first is 1001", "0 to 1000"]);
    check_refused("limits.journal_last = 1001", &["limits.journal_last is 1001", "0 to 1000"]);
    check_refused("categories.vms.window = '25h'", &["categories.window is", "86400s"]);
    check_refused("categories.'' = {}", &["categories", "1 to 31"]);
    check_refused(&format!("categories.{} = {{}}", "x".repeat(32)), &["is 32", "1 to 31"]);
    check_refused("categories = { vms = { aliases = ['VMS'] } }", &["\"VMS\" twice"]);
    let many: String = (0..17).map(|n| format!("categories.c{n} = {{}}\n")).collect();
    check_refused(&many, &["categories is 17", "0 to 16"]);
}

#[test]
fn durations_are_numbers_with_units() {
    let read = [
        ("0s", secs(0)),
        ("5m", secs(300)),
        (" 10m 30s ", secs(630)),
        ("2 minutes", secs(120)),
        ("1.5h", secs(5400)),
        ("250ms", Duration::from_millis(250)),
    ];
    for (text, expected) in read {
        assert_eq!(duration(text), Ok(expected), "{text}");
    }
    for text in ["", "5", "-5m", "5m ago", "m", "5 parsecs", "1d", "PT5M", "5m\u{0}", "ꙮ"] {
        let error = duration(text).expect_err(text).to_string();
        assert!(error.contains("\"10m 30s\""), "{error}");
    }
    let endless = "9".repeat(1_000_000) + "h";
    assert!(duration(&endless).unwrap_err().to_string().len() < 512);
}
