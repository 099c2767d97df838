//! `/etc/fstab` and the kernel's mount table, a NUL between them.
#![no_main]

use grace_health::fuzz::mounts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (fstab, mountinfo) = text.split_once('\0').unwrap_or((text, text));
    for (table, text) in [(mounts::fstab(fstab), fstab), (mounts::mountinfo(mountinfo), mountinfo)]
    {
        let lines = text.lines().count();
        assert!(table.targets.len() + table.faults.len() <= lines, "each line is one thing");
        assert!(table.faults.iter().all(|line| (1..=lines).contains(line)));
        assert!(table.targets.iter().all(|target| target.starts_with('/')), "{:?}", table.targets);
    }
    let line = text.lines().next().unwrap_or_default();
    assert_eq!(mounts::unescape(&escape(line)), line);
    // A mount point is found again in both tables, however odd its name.
    let target = format!("/{line}");
    let written = escape(&target);
    let root = mounts::mountinfo(&format!("36 35 98:0 / {written} rw - ext4 /dev/sda1 rw\n"));
    assert_eq!(root.targets, [target.clone()]);
    let wanted = mounts::fstab(&format!("/dev/sda1 {written} ext4 defaults 0 1\n"));
    let without_slash = target.trim_end_matches('/');
    assert_eq!(wanted.targets, [if without_slash.is_empty() { "/" } else { without_slash }]);
});

/// Every byte that is no letter of the alphabet, as the kernel writes blanks.
fn escape(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'/' | b'a'..=b'z' => char::from(byte).to_string(),
        byte => format!("\\{byte:03o}"),
    });
    bytes.collect()
}
