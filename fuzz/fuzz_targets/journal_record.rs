//! A line of `journalctl --output=json`.
#![no_main]

use grace_core::Text;
use grace_journal::Record;
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|line: &[u8]| {
    let record = match Record::from_json(line) {
        Ok(record) => record,
        Err(_) => return,
    };
    let is_json = serde_json::from_slice::<IgnoredAny>(line).is_ok();
    assert!(is_json, "what is no JSON is no record");
    let Record { cursor, message_id, identifier, unit, message, .. } = &record;
    for text in [cursor, message_id, identifier, unit, message] {
        assert!(!text.chars().any(char::is_control), "{text:?}");
        assert!(text.len() < Text::LIMIT + 64, "{} bytes", text.len());
    }
    let entry = record.entry();
    assert_eq!((&entry.message, &entry.unit, entry.at), (message, unit, record.monotonic));
    // The blanks between an entry's fields say nothing.
    if let Ok(Value::Object(fields)) = serde_json::from_slice(line) {
        let fields = Value::Object(fields);
        let close = Record::from_json(fields.to_string().as_bytes()).expect("as it was written");
        let wide = Record::from_json(format!("{fields:#}").as_bytes());
        assert_eq!(wide.expect("as it was written"), close);
    }
});
