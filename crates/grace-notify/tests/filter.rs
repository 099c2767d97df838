//! Which messages a notifier is for, and when.

mod support;

use std::time::{Duration, SystemTime};

use grace_core::{Alert, Digest, DigestCause, Event, HeldAlert, Message, Severity, ShutdownKind};
use grace_notify::{Filter, Minute, Verdict};

use self::support::build::route;
use self::support::samples::{self, failed, nas, notice, secs, web};

const NOON: Minute = match Minute::new(12, 0) {
    Some(minute) => minute,
    None => unreachable!(),
};

fn filter(keys: &str) -> Filter {
    route(&format!("name = \"x\"\ntype = \"stdout\"\n{keys}")).filter
}

fn passes(keys: &str, message: &Message) -> bool {
    filter(keys).judge(message, NOON) == Verdict::Send
}

fn alert(category: &str, severity: Severity) -> Alert {
    Alert::new(category, "key", severity, "")
}

#[test]
fn without_keys_everything_passes() {
    for (name, message) in samples::messages() {
        assert!(passes("", &message), "{name}");
    }
}

#[test]
fn a_message_less_severe_than_asked_for_is_skipped() {
    let keys = "min_severity = \"warning\"";
    for (severity, expected) in
        [(Severity::Info, false), (Severity::Warning, true), (Severity::Critical, true)]
    {
        let message = notice(Event::Alert(alert("storage", severity)));
        assert_eq!(passes(keys, &message), expected, "{severity}");
    }
    assert!(!passes(keys, &samples::well()));
    assert!(passes(keys, &samples::gaps()), "what is not known is not well");
    assert!(passes(keys, &samples::failures()));
}

#[test]
fn whoever_was_told_of_something_is_told_that_it_is_over() {
    let over = notice(Event::Resolved(alert("storage", Severity::Info)));
    assert!(passes("min_severity = \"critical\"", &over));
    let keys = "min_severity = \"warning\"";
    assert!(passes(keys, &notice(Event::Shutdown(ShutdownKind::Reboot))));
    assert!(passes(keys, &notice(Event::ShutdownCancelled)));
}

#[test]
fn kinds_are_those_of_messages_and_of_events() {
    let keys = "kinds = [\"startup-report\", \"guest-failed\"]";
    assert!(passes(keys, &samples::well()));
    assert!(passes(keys, &notice(failed())));
    assert!(!passes(keys, &notice(Event::Alert(nas()))));
    assert!(!passes(keys, &samples::guests()));
    assert!(passes("kinds = [\"notice\"]", &notice(Event::Alert(nas()))));
}

#[test]
fn categories_choose_among_alerts_and_nothing_else() {
    let keys = "categories = [\"Storage\"]";
    let network = alert("network", Severity::Critical);
    assert!(passes(keys, &notice(Event::Alert(nas()))));
    assert!(!passes(keys, &notice(Event::Alert(network.clone()))));
    assert!(!passes(keys, &notice(Event::Resolved(network.clone()))));
    assert!(passes(keys, &notice(failed())));
    assert!(passes(keys, &samples::failures()));
    let mut digest = Digest::new(DigestCause::GraceEnded, secs(300));
    digest.alerts = vec![HeldAlert::new(network, secs(12))];
    assert!(!passes(keys, &Message::Digest(digest.clone())));
    digest.started = vec![web()];
    assert!(passes(keys, &Message::Digest(digest)), "it tells of more than alerts");
}

#[test]
fn a_test_passes_every_filter() {
    let keys = "min_severity = \"critical\"\nkinds = [\"digest\"]\n\
                quiet_hours = { from = \"00:00\", to = \"23:59\", zone = \"UTC\" }";
    assert!(passes(keys, &Message::Test));
}

#[test]
fn a_message_waits_until_quiet_hours_are_over() {
    let quiet = filter("quiet_hours = { from = \"22:00\", to = \"07:00\", zone = \"UTC\" }");
    let message = notice(Event::Alert(alert("storage", Severity::Warning)));
    for (time, minutes) in [
        ("21:59", None),
        ("22:00", Some(9 * 60)),
        ("23:30", Some(7 * 60 + 30)),
        ("00:00", Some(7 * 60)),
        ("06:59", Some(1)),
        ("07:00", None),
        ("12:00", None),
    ] {
        let verdict = quiet.judge(&message, time.parse().expect("a time"));
        let expected = match minutes {
            Some(minutes) => Verdict::Wait(Duration::from_secs(60 * minutes)),
            None => Verdict::Send,
        };
        assert_eq!(verdict, expected, "{time}");
    }
    let lunch = filter("quiet_hours = { from = \"11:30\", to = \"12:30\", zone = \"UTC\" }");
    assert_eq!(lunch.judge(&message, NOON), Verdict::Wait(Duration::from_secs(1800)));
}

#[test]
fn quiet_hours_hold_no_failure_and_no_report_of_one() {
    let keys = "quiet_hours = { from = \"00:00\", to = \"23:59\", zone = \"UTC\" }";
    assert!(passes(keys, &notice(Event::Alert(nas()))), "it is critical");
    assert!(passes(keys, &samples::failures()));
    assert!(passes(keys, &samples::gaps()));
    assert!(!passes(keys, &samples::well()));
    let keys = keys.replace(" }", ", unless = \"warning\" }");
    assert!(passes(&keys, &notice(Event::Shutdown(ShutdownKind::Reboot))));
    assert!(!passes(&keys, &samples::guests()));
}

#[test]
fn quiet_hours_are_those_of_their_time_zone() {
    // 21:04:05 in UTC is 22:04:05 in Madrid in winter, and 23:04:05 in summer.
    let winter = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_554_245);
    let summer = winter - Duration::from_secs(150 * 86_400);
    let keys = "quiet_hours = { from = \"22:00\", to = \"23:00\", zone = \"Europe/Madrid\" }";
    let quiet = filter(keys);
    let verdict = quiet.judge_at(&samples::guests(), winter);
    assert_eq!(verdict, Verdict::Wait(Duration::from_secs(56 * 60)));
    assert_eq!(quiet.judge_at(&samples::guests(), summer), Verdict::Send);
}

#[test]
fn a_time_of_day_is_written_with_four_digits() {
    for text in ["00:00", "23:59", "07:30"] {
        assert_eq!(text.parse::<Minute>().map(|minute| minute.to_string()).as_deref(), Ok(text));
    }
    for text in ["24:00", "7:30", "07:60", "0730", "", "+7:30", "07:30:00", "٠٧:٣٠"] {
        assert!(text.parse::<Minute>().is_err(), "{text}");
    }
}
