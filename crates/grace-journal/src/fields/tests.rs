//! Fields as they come, from one entry or from one that someone has tampered with.

use super::*;

fn record(fields: &[(&str, &str)]) -> Record {
    let mut draft = Draft::default();
    for (name, value) in fields {
        if let Some(field) = Field::named(name.as_bytes()) {
            draft.take(field, value.as_bytes());
        }
    }
    draft.finish()
}

#[test]
fn fields_make_the_record_that_the_same_fields_make_in_json() {
    let fields = [
        ("__CURSOR", "s=bd;i=5"),
        ("__REALTIME_TIMESTAMP", "1790000002000000"),
        ("__MONOTONIC_TIMESTAMP", "2000001"),
        ("_BOOT_ID", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"),
        ("PRIORITY", "3"),
        ("MESSAGE_ID", "98268866d1d54a499c4e98921d93bc40"),
        ("SYSLOG_IDENTIFIER", "systemd-logind"),
        ("_SYSTEMD_UNIT", "systemd-logind.service"),
        ("_UID", "0"),
        ("_TRANSPORT", "kernel"),
        ("UNIT", "a.service"),
        ("JOB_RESULT", "failed"),
        ("UNIT_RESULT", "exit-code"),
        ("SHUTDOWN", "reboot"),
        ("ACTION", "poweroff"),
        ("NAME", "web"),
        ("_EXE", "/sbin/init"),
        ("MESSAGE", "System is rebooting."),
    ];
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
    let line = format!("{{{}}}", pairs.join(","));
    assert_eq!(record(&fields), Record::from_json(line.as_bytes()).expect("an entry"));
    assert_ne!(record(&fields[..3]), record(&fields));
}

#[test]
fn of_a_field_that_stands_there_twice_the_worst_priority_counts_and_all_messages() {
    let twice = record(&[
        ("PRIORITY", "4"),
        ("PRIORITY", "2"),
        ("PRIORITY", "nine"),
        ("MESSAGE", "first"),
        ("MESSAGE", "again"),
        ("MESSAGE", "and again"),
        ("_BOOT_ID", "aa"),
        ("_BOOT_ID", "bb"),
        ("_UID", "x"),
        ("_UID", "1000"),
    ]);
    assert_eq!(twice.priority, Priority::new(2));
    assert_eq!(twice.message, "first; again; and again");
    assert_eq!(twice.boot, Some(BootId::new("aa")));
    assert_eq!(twice.uid, Some(1000));
}
