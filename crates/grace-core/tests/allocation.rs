//! A decision allocates nothing.

use allocation_counter::measure;
use grace_core::{BootIdentity, Grace, Policy, Severity, Start, Subject, Uptime};

#[test]
fn a_decision_allocates_nothing() {
    let start = Start::new(Some(Uptime::from_secs(20)), BootIdentity::UNKNOWN);
    let grace = Grace::new(Policy::default(), start);
    let info = measure(|| {
        let view = grace.view();
        for category in ["storage", "SERVICES", "networ\u{212A}", "disks", "", "vms\u{130}"] {
            for now in [0, 319, 320, 100_000].map(Uptime::from_secs) {
                let subject = Subject::Alert { category, severity: Severity::Critical };
                std::hint::black_box(view.decide(now, subject));
                std::hint::black_box(view.decide(now, Subject::GuestStarted));
                std::hint::black_box(view.decide(now, Subject::GuestStopped));
            }
        }
    });
    assert_eq!(info.count_total, 0);
    // The counter counts: a machine is not made of nothing.
    let made = measure(|| drop(Grace::new(Policy::default(), Start::default())));
    assert!(made.count_total > 0);
}
