//! A stream of the journal's export format.
#![no_main]

use grace_journal::fuzz::export;
use libfuzzer_sys::fuzz_target;

/// The longest field that is read here, in bytes.
const BOUND: usize = 256;

fuzz_target!(|bytes: &[u8]| {
    let (entries, position) = export(bytes, BOUND);
    assert_eq!(position, bytes.len() as u64, "all is read, or read over");
    assert!(entries.len() <= bytes.len());

    let good: Vec<_> = entries.into_iter().filter_map(Result::ok).collect();
    for (name, value) in good.iter().flatten() {
        assert!(value.len() <= BOUND, "{} bytes of {}", value.len(), name.escape_ascii());
    }
    let (again, _) = export(&written(&good), BOUND);
    let again: Vec<_> = again.into_iter().map(|entry| entry.expect("as it was written")).collect();
    assert_eq!(again, good);
});

/// Entries in the form that holds any bytes.
fn written(entries: &[Vec<(Vec<u8>, Vec<u8>)>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        for (name, value) in entry {
            bytes.extend_from_slice(name);
            bytes.push(b'\n');
            bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
            bytes.extend_from_slice(value);
            bytes.push(b'\n');
        }
        bytes.push(b'\n');
    }
    bytes
}
