//! The configuration: what may be said in it, and what is answered where something is wrong.

use std::path::Path;
use std::time::Duration;

use grace::config::{Config, DocumentFrom};
use grace_health::Trust;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(Path::new("grace.toml"), text).map_err(|error| error.to_string())
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = parse(text).expect_err("it is wrong");
    assert!(error.contains(expected), "{error}");
}

#[test]
fn an_empty_file_is_the_default() {
    let config = parse("").expect("it is well");
    assert_eq!(config.policy, grace_core::Policy::default());
    assert!(config.sources.journal.enabled && config.sources.pve.enabled);
    assert_eq!(config.sources.tasks.directory, Path::new("/var/log/pve/tasks"));
    assert!(config.sources.documents.is_empty());
}

#[test]
fn sources_are_set_by_name_and_others_are_documents() {
    let config = parse(
        r#"
        [policy]
        guest = "2m"
        [sources.journal]
        guest_units = { "docker-*.service" = "ct", "vm-*.service" = "vm" }
        [sources.network]
        enabled = false
        [sources.pve]
        timeout = "3s"
        api = { url = "https://10.0.0.1:8006", token_file = "/etc/grace/token", ca_file = "/etc/pve/pve-root-ca.pem" }
        [sources.nas]
        type = "document"
        url = "http://127.0.0.1:8008/api/health"
        max_age = "5m"
        "#,
    )
    .expect("it is well");
    assert_eq!(config.policy.guest, Duration::from_secs(120));
    assert_eq!(config.sources.journal.guest_units.len(), 2);
    assert!(!config.sources.network.enabled);
    assert_eq!(config.sources.pve.timeout, Some(Duration::from_secs(3)));
    let api = config.sources.pve.api.expect("an API");
    assert_eq!(api.trust, Trust::CaFile("/etc/pve/pve-root-ca.pem".into()));
    let (name, document) = &config.sources.documents[0];
    assert_eq!(name, "nas");
    let DocumentFrom::Server { url, .. } = &document.from else { panic!("{document:?}") };
    assert_eq!(url, "http://127.0.0.1:8008/api/health");
    assert_eq!(document.max_age, Some(Duration::from_secs(300)));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_a_remedy() {
    check_error("[policy]\nguset = \"3m\"\n", "grace.toml:2:1: unknown field `guset`");
    check_error("[policy]\nguset = \"3m\"\n", "did you mean \"guest\"?");
    check_error("[sources.tasks]\ndirectry = \"/x\"\n", "did you mean \"directory\"?");
    check_error("[sources.jurnal]\nenabled = false\n", "no such source: \"jurnal\"");
    check_error("[sources.nas]\ntype = \"document\"\n", "say in one of url, file and command");
    check_error("[sources.mounts]\ntimeout = \"soon\"\n", "\"soon\" is not a duration");
    check_error("[sources.mounts]\ntimeout = 5\n", "grace.toml:2:11: ");
    check_error("[sources.journal]\nguest_units = { \"a[\" = \"ct\" }\n", "\"a[\" is no glob");
    check_error("[sources.journal]\nguest_units = { \"a*\" = \"pod\" }\n", "`pod`");
    check_error("[policy]\nguest = \"25h\"\n", "grace.toml: policy: guest is 90000s");
    check_error("[policy\n", "grace.toml:1:");
    let api =
        |more: &str| format!("[sources.pve.api]\nurl = \"https://n\"\ntoken_file = \"t\"\n{more}");
    check_error(&api("fingerprint = \"AA\""), "fingerprint: not a SHA-256 fingerprint");
    let document =
        |more: &str| format!("[sources.app]\ntype = \"document\"\nfile = \"/h\"\n{more}");
    check_error(&document("token_file = \"/t\""), "add its url, or leave them out");
    check_error(&document("mapping = {}"), "the mapping maps nothing");
    check_error(&document("mapping = { overall = \"status\" }"), "grace.toml:4:");
    check_error(&document("mapping = { words = { up = \"fine\" } }"), "\"fine\" is no status");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let missing = Path::new("/nonexistent/grace.toml");
    let error = Config::load(Some(missing)).expect_err("it is not there").to_string();
    assert!(error.starts_with("/nonexistent/grace.toml: No such file"), "{error}");
}
