//! The commands on a plain host, whose guests are units that its owner names.

use super::host::{Entry, Host};

const STARTED: &str = "39f53479d3a045ac8e11786248231fbf";
const FAILED: &str = "d9b373ed55a64feb8242e02dbe79a49c";

/// A host on which one service of its owner's starts, one fails, and a container of podman's starts.
fn host() -> Option<Host> {
    let fields = |id: &'static str, unit: &'static str| {
        [
            ("MESSAGE_ID", id),
            ("UNIT", unit),
            ("_SYSTEMD_UNIT", "init.scope"),
            ("UNIT_RESULT", "exit-code"),
        ]
    };
    let web = fields(STARTED, "app-web.service");
    let db = fields(FAILED, "app-db.service");
    let cache = fields(STARTED, "container-cache.service");
    let other = fields(STARTED, "cron.service");
    let host = Host::well()?.up_for(400).journal(&[
        Entry::new(6, "systemd", "Started app-web.service.").at(9_000).with(&web),
        Entry::new(4, "systemd", "app-db.service: Failed with result 'exit-code'.")
            .at(9_500)
            .with(&db),
        Entry::new(6, "systemd", "Started container-cache.service.").at(10_000).with(&cache),
        Entry::new(6, "systemd", "Started cron.service.").at(10_500).with(&other),
    ]);
    Some(host)
}

#[test]
fn units_that_the_owner_names_are_guests_and_are_in_the_report() {
    let Some(host) = host() else { return };
    let config = "[sources.logind]\nenabled = false\n\
                  [sources.journal.guest_units]\n\"app-*.service\" = \"vm\"\n\"container-*.service\" = \"ct\"\n";
    let events = host.run_with_config(config, &["events"]);
    assert_eq!((events.code, events.stderr.as_str()), (Some(0), ""), "{events:?}");
    let told: Vec<&str> = events
        .stdout
        .lines()
        .filter_map(|line| line.split_once("journal  "))
        .map(|(_, told)| told)
        .collect();
    assert_eq!(told[0], "guest-started vm web");
    assert!(told[1].starts_with("guest-failed vm db (start): "), "{told:?}");
    assert_eq!(told[2..], ["guest-started ct cache"], "{told:?}");

    let report = host.run_with_config(config, &["report"]);
    assert_eq!(report.code, Some(1), "{report:?}");
    assert!(report.body().contains("1 VM and 1 CT started: web, cache\n"), "{report:?}");
    assert!(report.body().contains("\nVM failed: db - "), "{report:?}");
}

#[test]
fn units_that_are_known_to_be_guests_need_not_be_named() {
    let Some(host) = host() else { return };
    let events = host.run_with_config("[sources.logind]\nenabled = false\n", &["events"]);
    assert!(events.stdout.contains("guest-started ct cache\n"), "{events:?}");
    assert!(events.stdout.contains("alert services/app-db.service critical: "), "{events:?}");
}
