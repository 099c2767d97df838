//! A line of Proxmox VE's task files, `index` and `active`.
#![no_main]

use grace_journal::{ActiveLine, IndexLine};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    // What is kept of a control character is that one was there.
    if line.chars().any(|c| c.is_control() || !c.is_ascii()) {
        drop((line.parse::<IndexLine>(), line.parse::<ActiveLine>()));
        return;
    }
    if let Ok(index) = line.parse::<IndexLine>() {
        assert!(line.starts_with(index.upid.as_str()), "{line:?}");
        // A task that was written to the index is one that has ended in `active`.
        let (upid, end) = line.split_once(' ').expect("an end");
        let active: ActiveLine = format!("{upid} 1 {end}").parse().expect("as in `active`");
        assert_eq!(active.end, Some((index.ended, index.status)));
        assert_eq!((active.upid, active.is_saved), (index.upid, true));
    }
    if let Ok(active) = line.parse::<ActiveLine>() {
        assert!(line.starts_with(active.upid.as_str()), "{line:?}");
    }
});
