//! What a category and a severity come to, at 10 s after boot.

use grace_core::{CategoryRule, Decision, HoldReason, Policy, Severity, SeveritySet, Subject};

use crate::common::{Host, at, policy, secs};

/// `Some(until)` is held until then, `None` is delivered.
#[track_caller]
fn check(policy: &Policy, category: &str, severity: Severity, until: Option<f64>) {
    let view = Host::with(policy.clone()).grace.view();
    let expect = until.map_or(Decision::Deliver, |until| Decision::Hold {
        until: at(until),
        reason: HoldReason::Startup,
    });
    let found = view.decide(at(10.0), Subject::Alert { category, severity });
    assert_eq!(found, expect, "{category:?} {severity}");
}

#[test]
fn four_categories_are_held_in_any_case_and_at_any_severity() {
    let held = ["storage", "vms", "network", "services", "STORAGE", "Vms", "nEtWoRk", "SERVICES"];
    let told = [
        "cpu",
        "memory",
        "disks",
        "logs",
        "security",
        "updates",
        "",
        " storage",
        "storage ",
        "stor",
        "storages",
        "vm",
        "pve_services",
        "vmct",
        "speicher",
        "ſtorage",
    ];
    for severity in Severity::ALL {
        for category in held {
            check(&Policy::default(), category, severity, Some(300.0));
        }
        for category in told {
            check(&Policy::default(), category, severity, None);
        }
    }
}

#[test]
fn lower_case_is_unicodes_as_in_the_original() {
    // Two letters that are wrong in the same way are two wrong letters.
    check(&Policy::default(), "tervicet", Severity::Warning, None);
    // The Kelvin sign's lower case is a k.
    check(&Policy::default(), "networ\u{212A}", Severity::Warning, Some(300.0));
    check(&Policy::default(), "NETWOR\u{212A}", Severity::Warning, Some(300.0));
    // A dotted capital I has a lower case of two characters.
    check(&Policy::default(), "serv\u{130}ces", Severity::Warning, None);
}

#[test]
fn a_category_that_is_not_ascii_is_matched_in_any_case_too() {
    let policy = policy(|p| p.categories = vec![CategoryRule::new("Énergie")]);
    for category in ["Énergie", "énergie", "ÉNERGIE"] {
        check(&policy, category, Severity::Warning, Some(300.0));
    }
    check(&policy, "energie", Severity::Warning, None);
}

#[test]
fn an_alias_is_held_like_its_category() {
    let policy = policy(|p| {
        p.categories = vec![
            CategoryRule::new("services").with_alias("pve_services").with_window(secs(60)),
            CategoryRule::new("vms").with_alias("VMCT").with_alias("guests"),
        ];
    });
    for category in ["services", "pve_services", "PVE_Services"] {
        check(&policy, category, Severity::Critical, Some(60.0));
    }
    for category in ["vms", "vmct", "Guests"] {
        check(&policy, category, Severity::Critical, Some(300.0));
    }
    check(&policy, "storage", Severity::Critical, None);
}

#[test]
fn a_window_of_its_own_may_be_shorter_or_longer_than_the_health_window() {
    let policy = policy(|p| {
        p.categories = vec![
            CategoryRule::new("network").with_window(secs(5)),
            CategoryRule::new("storage").with_window(secs(900)),
            CategoryRule::new("vms"),
        ];
    });
    check(&policy, "network", Severity::Warning, None);
    check(&policy, "storage", Severity::Warning, Some(900.0));
    check(&policy, "vms", Severity::Warning, Some(300.0));
    let view = Host::with(policy).grace.view();
    let network = view.category_window("NETWORK").expect("it is held");
    assert_eq!((network.opens(), network.closes()), (at(0.0), at(5.0)));
    assert_eq!(view.category_window("vms"), Some(view.health_window()));
    assert_eq!(view.category_window("cpu"), None);
}

#[test]
fn bypassed_severities_are_never_held() {
    let critical = policy(|p| p.bypass = SeveritySet::EMPTY.with(Severity::Critical));
    check(&critical, "storage", Severity::Info, Some(300.0));
    check(&critical, "storage", Severity::Warning, Some(300.0));
    check(&critical, "storage", Severity::Critical, None);

    let two = policy(|p| p.bypass = [Severity::Info, Severity::Critical].into_iter().collect());
    check(&two, "storage", Severity::Info, None);
    check(&two, "storage", Severity::Warning, Some(300.0));
    check(&two, "storage", Severity::Critical, None);
    assert_eq!(format!("{:?}", two.bypass), "{Info, Critical}");
}

#[test]
fn of_two_rules_of_one_name_the_first_counts() {
    let policy = policy(|p| {
        p.categories = vec![
            CategoryRule::new("storage").with_window(secs(50)),
            CategoryRule::new("STORAGE").with_window(secs(90)),
        ];
    });
    check(&policy, "storage", Severity::Warning, Some(50.0));
}

#[test]
fn past_sixteen_names_or_thirty_one_bytes_a_category_is_told_not_held() {
    let long = "c".repeat(Policy::MAX_CATEGORY_NAME_LEN);
    let policy = policy(|p| {
        p.categories = vec![CategoryRule::new(format!("{long}x")), CategoryRule::new(&long)];
        p.categories.extend((0..16).map(|n| CategoryRule::new(format!("c{n}"))));
    });
    check(&policy, &format!("{long}x"), Severity::Warning, None);
    check(&policy, &long, Severity::Warning, Some(300.0));
    check(&policy, "c0", Severity::Warning, Some(300.0));
    check(&policy, "c14", Severity::Warning, Some(300.0));
    check(&policy, "c15", Severity::Warning, None);
}

#[test]
fn failures_and_shutdowns_are_never_held() {
    let view = Host::boot().grace.view();
    for subject in [Subject::GuestFailed, Subject::HostShutdown, Subject::GuestStopped] {
        assert_eq!(view.decide(at(10.0), subject), Decision::Deliver, "{subject:?}");
    }
}

#[test]
fn decisions_and_reasons_have_their_words() {
    let until = at(1.0);
    let hold = Decision::Hold { until, reason: HoldReason::Startup };
    let words = [Decision::Deliver, hold, Decision::Aggregate { until }].map(Decision::as_str);
    assert_eq!(words, ["deliver", "hold", "aggregate"]);
    assert_eq!(
        [HoldReason::Startup, HoldReason::Shutdown].map(HoldReason::as_str),
        ["startup", "shutdown"]
    );
}
