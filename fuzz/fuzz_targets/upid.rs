//! The id of a task of Proxmox VE, alone and in a line of the journal.
#![no_main]

use grace_journal::Upid;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(upid) = text.parse::<Upid>() {
        assert!(!text.contains(char::is_whitespace));
        if !text.chars().any(char::is_control) && upid.to_string() == text {
            assert_eq!(upid.as_str().parse(), Ok(upid.clone()), "an id is its own");
            let line = format!("<root@pam> end task {text} OK");
            assert_eq!(Upid::find(&line), Some((upid, " OK")));
        }
    }
    if let Some((upid, after)) = Upid::find(text) {
        let before = text.strip_suffix(after).expect("what follows");
        assert!(before.ends_with(':') && before.contains("UPID:"));
        assert!(before.ends_with(upid.as_str()) || before.chars().any(char::is_control));
    }
});
