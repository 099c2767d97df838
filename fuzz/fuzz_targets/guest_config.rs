//! A guest's configuration, and the resources of high availability.
#![no_main]

use grace_core::GuestKind;
use grace_health::fuzz::pve;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines = text.lines().count();
    let ends = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    for kind in [GuestKind::Vm, GuestKind::Ct] {
        let guest = pve::guest(kind, text);
        assert!(guest.faults <= lines, "{} faults in {lines} lines", guest.faults);
        // What follows a section's head is a snapshot, and says nothing of the guest as it is.
        let snapshot =
            format!("{text}{ends}[before]\nname: old\nonboot: 1\nstartup: order=1\nrubbish\n");
        assert_eq!(pve::guest(kind, &snapshot), guest);
        // The last of two counts.
        let head = text.lines().take_while(|line| !line.starts_with('[')).count() == lines;
        if head {
            let started = pve::guest(kind, &format!("{text}{ends}onboot: 1\n"));
            assert!(started.on_boot);
            assert_eq!(started.faults, guest.faults);
        }
    }
    let managed = pve::managed(text);
    assert!(managed.faults <= lines && managed.guests.len() <= lines);
});
