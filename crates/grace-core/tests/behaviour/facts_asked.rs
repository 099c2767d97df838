//! Facts: asked for once, awaited for a while, and done without.

use grace_core::{Effect, Facts, GapKind, Request, Severity};

use crate::common::{Host, alert, at, facts, policy, secs};

fn requests(host: &Host) -> Vec<Request> {
    let request = |(_, effect): &(_, Effect)| match effect {
        Effect::CollectFacts { request, .. } => Some(*request),
        _ => None,
    };
    host.log.iter().filter_map(request).collect()
}

#[test]
fn facts_are_asked_for_once_when_the_window_ends() {
    let mut host = Host::boot();
    host.facts = None;
    host.until(329.0);
    assert_eq!(host.printed(), ["300.000s collect facts until 330.000s"]);
    assert_eq!(host.grace.poll_timeout(), Some(at(330.0)));
}

#[test]
fn without_an_answer_the_report_says_once_that_facts_came_late() {
    let mut host = Host::with(policy(|p| p.facts_timeout = secs(12)));
    host.facts = None;
    host.until(1_000.0);
    host.check(&["312.000s report", "312.000s closed: acknowledged"]);
    let report = host.report();
    let gaps: Vec<GapKind> = report.gaps.iter().map(|gap| gap.kind).collect();
    assert_eq!(gaps, [GapKind::FactsLate], "{}", report.summary());
    assert_eq!(report.boot.reported_at, at(312.0));
    assert_eq!(report.boot.timestamp, None);
    assert_eq!(report.guests.missing, None);
    assert_eq!(
        report.summary(),
        "System startup completed\nNot everything could be checked.\n\
         Not known: facts late: no answer within 12s"
    );
}

#[test]
fn an_answer_in_time_ends_the_wait() {
    let mut host = Host::boot();
    host.facts = None;
    host.until(310.0);
    let request = requests(&host)[0];
    host.grace.handle_facts(at(310.0), request, facts());
    host.drain();
    host.until(1_000.0);
    host.check(&["310.000s report", "310.000s closed: acknowledged"]);
}

#[test]
fn an_answer_that_is_late_or_comes_twice_is_ignored() {
    let mut host = Host::boot();
    host.facts = None;
    host.until(330.0);
    let request = requests(&host)[0];
    for now in [331.0, 340.0] {
        host.grace.handle_facts(at(now), request, Facts::default());
        host.until(now);
    }
    host.check(&["330.000s report", "330.000s closed: acknowledged"]);
}

#[test]
fn an_answer_to_an_earlier_request_is_ignored_while_a_later_one_is_awaited() {
    let mut host = Host::started_at(1_000.0, policy(|_| {}));
    host.facts = None;
    host.event(1_001.0, alert("storage", "nas", Severity::Warning));
    host.until(1_300.0);
    host.restart(1_310.0, "b1");
    host.until(2_000.0);
    let [first, second] = requests(&host)[..] else { panic!("{:?}", host.printed()) };
    assert_ne!(first, second);
    assert_eq!(host.grace.held_alerts().count(), 0);
    host.check_all_settled();
}

#[test]
fn with_nothing_to_tell_nothing_is_asked() {
    let mut host = Host::started_at(1_000.0, policy(|_| {}));
    host.until(5_000.0);
    assert_eq!(host.printed(), ["1000.000s closed: restart"]);
    assert_eq!(host.grace.poll_timeout(), None);

    let mut host = Host::boot();
    host.until(400.0);
    assert_eq!(host.grace.poll_timeout(), None, "all is told");
}
