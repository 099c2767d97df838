//! The shapes that journalctl gives its fields, and some that it does not.

use super::*;

const BOOT: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

#[test]
fn a_line_of_systemd_252_is_read_whole() {
    let line = r#"{"__MONOTONIC_TIMESTAMP":"2000001","__CURSOR":"s=bd;i=5;b=bb;m=1e","PRIORITY":"3",
        "__REALTIME_TIMESTAMP":"1790000002000000","_BOOT_ID":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "MESSAGE":"nfs: server nas not responding","SYSLOG_IDENTIFIER":"kernel","_SYSTEMD_UNIT":"a.mount"}"#;
    let expected = JournalEntry::new("nfs: server nas not responding")
        .written("kernel", Uptime::from_micros(2_000_001))
        .with_unit("a.mount");
    let parsed = entry(line.as_bytes()).expect("an entry");
    assert_eq!(parsed.entry, expected);
    assert_eq!(parsed.boots, [BootId::new(BOOT)]);
}

#[test]
fn a_message_has_many_shapes() {
    fn check(shape: &str, message: &str) {
        let line = format!(r#"{{"PRIORITY":"3","MESSAGE":{shape}}}"#);
        let parsed = entry(line.as_bytes()).unwrap_or_else(|error| panic!("{shape}: {error}"));
        assert_eq!(parsed.entry.message, message, "{shape}");
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
    let parsed = entry(line.as_bytes()).expect("an entry");
    assert!(parsed.entry.message.ends_with("… [3976 bytes cut]"), "{}", parsed.entry.message);
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
    let parsed = entry(line.as_bytes()).expect("an entry");
    assert_eq!(parsed.entry, expected);
    assert_eq!(parsed.boots, [BootId::new(BOOT), BootId::new("cc")]);
}

#[test]
fn what_an_entry_does_not_say_is_left_open() {
    fn check(time: &str) {
        let line = format!(r#"{{"PRIORITY":"3"{time}}}"#);
        let parsed = entry(line.as_bytes()).unwrap_or_else(|error| panic!("{time}: {error}"));
        assert_eq!(parsed.entry, JournalEntry::new(""), "{time}");
        assert_eq!(parsed.boots, [], "{time}");
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
    check(r#"[["3"]]"#, "priority");
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
