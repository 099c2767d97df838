//! The shapes that journalctl gives its fields, and some that it does not.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const BOOT: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn entry(line: &[u8]) -> Result<JournalEntry, NotAnEntry> {
    record(line)?.entry()
}

#[test]
fn a_line_of_systemd_252_is_read_whole() {
    let line = r#"{"__MONOTONIC_TIMESTAMP":"2000001","__CURSOR":"s=bd;i=5;b=bb;m=1e","PRIORITY":"3",
        "__REALTIME_TIMESTAMP":"1790000002000000","_BOOT_ID":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "MESSAGE":"nfs: server nas not responding","SYSLOG_IDENTIFIER":"kernel","_SYSTEMD_UNIT":"a.mount"}"#;
    let expected = JournalEntry::new("nfs: server nas not responding")
        .written("kernel", Uptime::from_micros(2_000_001))
        .with_unit("a.mount");
    let parsed = record(line.as_bytes()).expect("an entry");
    assert_eq!(parsed.entry(), Ok(expected));
    assert_eq!(parsed.record.boot, Some(BootId::new(BOOT)));
    assert_eq!(parsed.record.unix_micros, Some(1_790_000_002_000_000));
    assert_eq!(parsed.record.cursor, "s=bd;i=5;b=bb;m=1e");
}

#[test]
fn a_message_has_many_shapes() {
    fn check(shape: &str, message: &str) {
        let line = format!(r#"{{"PRIORITY":"3","MESSAGE":{shape}}}"#);
        let entry = entry(line.as_bytes()).unwrap_or_else(|error| panic!("{shape}: {error}"));
        assert_eq!(entry.message, message, "{shape}");
    }
    check(r#""plain""#, "plain");
    check(r#""""#, "");
    check(r#""a\nb\tc""#, "a b c");
    check(r#""\u00fcber""#, "über");
    check("null", "[more than 4096 bytes, left out by journalctl]");
    check("[98,105,110]", "bin");
    check("[98,255,254]", "b\u{fffd}\u{fffd}");
    check("[27,91,51,49,109,114,101,100]", "\u{fffd}[31mred");
    check("[]", "");
    check(r#"["first","again"]"#, "first; again");
    check(r#"["first",null]"#, "first; [more than 4096 bytes, left out by journalctl]");
    check(r#"["first",[98,255]]"#, "first; b\u{fffd}");
    check("[[98],[99]]", "b; c");
}

#[test]
fn a_long_message_says_what_was_cut() {
    let line = format!(r#"{{"PRIORITY":"3","MESSAGE":"{}"}}"#, "x".repeat(5000));
    let entry = entry(line.as_bytes()).expect("an entry");
    assert!(entry.message.ends_with("… [3976 bytes cut]"), "{}", entry.message);
}

#[test]
fn fields_that_stand_there_twice_do_not_spoil_the_entry() {
    let line = r#"{"PRIORITY":["3","2"],"MESSAGE":"m","SYSLOG_IDENTIFIER":["kernel","two"],
        "_SYSTEMD_UNIT":["a.service","b.service"],"__MONOTONIC_TIMESTAMP":["x","7","8"],
        "_BOOT_ID":["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","cc"]}"#;
    let critical = Priority::new(2).expect("crit");
    let expected = JournalEntry::new("m")
        .written("kernel", Uptime::from_micros(7))
        .with_unit("a.service")
        .with_priority(critical);
    let parsed = record(line.as_bytes()).expect("an entry");
    assert_eq!(parsed.entry(), Ok(expected));
    let [first, second, neither] = [BOOT, "cc", "dd"].map(BootId::new);
    assert_eq!(parsed.record.boot, Some(first));
    assert!(parsed.may_be_of(&first) && parsed.may_be_of(&second) && !parsed.may_be_of(&neither));
}

#[test]
fn what_an_entry_does_not_say_is_left_open() {
    fn check(time: &str) {
        let line = format!(r#"{{"PRIORITY":"3"{time}}}"#);
        let parsed = record(line.as_bytes()).unwrap_or_else(|error| panic!("{time}: {error}"));
        assert_eq!(parsed.entry(), Ok(JournalEntry::new("")), "{time}");
        assert_eq!(parsed.record.boot, None, "{time}");
        assert!(parsed.may_be_of(&BootId::new(BOOT)), "{time}");
    }
    check("");
    check(r#","__MONOTONIC_TIMESTAMP":"""#);
    check(r#","__MONOTONIC_TIMESTAMP":"-1""#);
    check(r#","__MONOTONIC_TIMESTAMP":"99999999999999999999""#);
    check(r#","__MONOTONIC_TIMESTAMP":null"#);
    check(r#","__MONOTONIC_TIMESTAMP":[]"#);
}

#[test]
fn what_is_not_an_entry_is_an_error() {
    fn check(line: impl AsRef<[u8]>, words: &str) {
        let line = line.as_ref();
        let error = entry(line).expect_err("not an entry").to_string();
        assert!(error.contains(words), "{}: {error}", line.escape_ascii());
    }
    check("", "EOF");
    check(r#"{"PRIORITY":"3","MESSAGE":"cut in the mid"#, "EOF");
    check(r#"{"PRIORITY":"3"} {}"#, "trailing");
    check("-- No entries --", "number");
    check("null", "null");
    check(r#"[["3"]]"#, "an array in place of an object");
    check(b"{\"MESSAGE\":\"\xff\"}", "unicode");
    check(r#"{"MESSAGE":"no priority"}"#, "priority");
    check(r#"{"PRIORITY":"8"}"#, "priority");
    check(r#"{"PRIORITY":"err"}"#, "priority");
    check(r#"{"PRIORITY":"3","MESSAGE":[1,256]}"#, "256 is not a byte");
    check(r#"{"PRIORITY":"3","MESSAGE":[1,"a"]}"#, "bytes and values");
    check(r#"{"PRIORITY":"3","MESSAGE":7}"#, "an array of bytes");
    check(r#"{"PRIORITY":"3","MESSAGE":{}}"#, "an array of bytes");
    check(r#"{"PRIORITY":"3","PRIORITY":"2"}"#, "duplicate");
    check(format!(r#"{{"PRIORITY":{}}}"#, "[".repeat(10_000)), "recursion");
}

#[test]
fn a_record_has_the_fields_that_events_are_told_by() {
    let line = r#"{"MESSAGE":"Finished pve-guests.service - PVE guests.","MESSAGE_ID":"39f5",
        "_TRANSPORT":"journal","_UID":"0","UNIT":"pve-guests.service","JOB_RESULT":"done",
        "UNIT_RESULT":"exit-code","SHUTDOWN":"reboot","ACTION":"poweroff","NAME":"ct100","_PID":"1"}"#;
    let record = record(line.as_bytes()).expect("a record").record;
    let found = [
        record.message_id,
        record.about_unit,
        record.job_result,
        record.unit_result,
        record.shutdown,
        record.action,
        record.machine,
    ];
    let expected =
        ["39f5", "pve-guests.service", "done", "exit-code", "reboot", "poweroff", "ct100"];
    assert_eq!(found, expected);
    assert_eq!((record.uid, record.is_kernel, record.priority), (Some(0), false, None));
}

#[test]
fn only_the_kernel_is_the_kernel() {
    fn check(transport: &str, expected: bool) {
        let line = format!(r#"{{"_TRANSPORT":{transport}}}"#);
        let parsed = record(line.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(parsed.record.is_kernel, expected, "{transport}");
    }
    check(r#""kernel""#, true);
    check(r#""syslog""#, false);
    check(r#"["syslog","kernel"]"#, false);
    check("null", false);
    check("[]", false);
}

#[test]
fn a_field_of_any_shape_spoils_no_other() {
    fn check(shape: &str, unit: &str) {
        let line = format!(r#"{{"UNIT":{shape},"MESSAGE":"m","_UID":{shape}}}"#);
        let parsed = record(line.as_bytes()).unwrap_or_else(|error| panic!("{shape}: {error}"));
        assert_eq!(parsed.record.about_unit, unit, "{shape}");
        assert_eq!((parsed.record.message.as_str(), parsed.record.uid), ("m", None), "{shape}");
    }
    check("null", "");
    check("[]", "");
    check("[97,46,98]", "a.b");
    check("[255]", "\u{fffd}");
    check(r#"["a.service","b.service"]"#, "a.service");
    check(r#"[null,"b.service"]"#, "b.service");
    check(r#""a\u0000b""#, "a\u{fffd}b");
    let huge = "u".repeat(1_000_000);
    check(&format!(r#""{huge}""#), &format!("{}… [999872 bytes cut]", &huge[..128]));
    let zeros = vec!["117"; 1_000].join(",");
    check(&format!("[{zeros}]"), &format!("{}… [872 bytes cut]", &huge[..128]));
}

#[test]
fn fields_that_are_not_wanted_are_passed_over_whatever_they_hold() {
    let line = r#"{"X":{"a":[1,2,{"b":null}]},"Y":-1.5e9,"MESSAGE":"m","Z":[[["deep"]]]}"#;
    assert_eq!(record(line.as_bytes()).expect("a record").record.message, "m");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_message_of_any_bytes_is_read_as_it_was_written(bytes in vec(any::<u8>(), 0..100), text: String) {
        for message in [&bytes, text.as_bytes()] {
            // As journalctl does it: text where it is text, numbers where it is not.
            let shape = match std::str::from_utf8(message) {
                Ok(text) => serde_json::to_string(text).expect("text"),
                Err(_) => format!("{message:?}"),
            };
            let line = format!(r#"{{"UNIT":"a.service","MESSAGE":{shape},"_UID":"7"}}"#);
            let record = record(line.as_bytes()).expect("a record").record;
            prop_assert_eq!(record.message, Text::new(String::from_utf8_lossy(message)));
            prop_assert_eq!((record.about_unit.as_str(), record.uid), ("a.service", Some(7)));
        }
    }
}

#[test]
fn a_line_cut_anywhere_is_an_error_and_no_other_record() {
    let line = r#"{"MESSAGE":["a",[98,255],null],"UNIT":"\u00fc.service","_UID":"7"}"#;
    assert!(record(line.as_bytes()).is_ok());
    for at in 0..line.len() {
        assert!(record(&line.as_bytes()[..at]).is_err(), "{}", &line[..at]);
    }
}
