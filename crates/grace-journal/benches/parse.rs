//! What it costs to read the journal's lines.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use grace_journal::{Classifier, Record, Rules};

fn main() {
    divan::main();
}

/// As journalctl prints an entry for a stream of events.
const PLAIN: &str = concat!(
    r#"{"__CURSOR":"s=bcfa158d875e4f64b191d1920dab8096;i=2;b=0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b;m=1e8480;"#,
    r#"t=65bfeda446480;x=1979b7090e5ffc6d","__REALTIME_TIMESTAMP":"1790000002000000","#,
    r#""__MONOTONIC_TIMESTAMP":"2000000","_BOOT_ID":"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b","_TRANSPORT":"#,
    r#""syslog","PRIORITY":"6","SYSLOG_IDENTIFIER":"pvedaemon","_UID":"0","_SYSTEMD_UNIT":"#,
    r#""pvedaemon.service","MESSAGE":"<root@pam> end task UPID:pve:000003E0:000005E8:654A4CB7:qmstart:100:"#,
    r#"root@pam: OK"}"#,
);

/// One with text that has to be taken apart, from a program that writes in colours.
const ESCAPED: &str = concat!(
    r#"{"__CURSOR":"s=bcfa158d875e4f64b191d1920dab8096;i=2;b=0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b;m=1e8480;"#,
    r#"t=65bfeda446480;x=1979b7090e5ffc6d","__REALTIME_TIMESTAMP":"1790000002000000","#,
    r#""__MONOTONIC_TIMESTAMP":"2000000","_BOOT_ID":"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b","PRIORITY":"4","#,
    r#""SYSLOG_IDENTIFIER":"a","MESSAGE":"say \"a\\tb\" to \u00fcber\nand again\n"}"#,
);

#[divan::bench(args = ["plain", "escaped"])]
fn record(bencher: Bencher<'_, '_>, text: &str) {
    let line = if text == "plain" { PLAIN } else { ESCAPED };
    bencher
        .counter(ItemsCount::new(1usize))
        .counter(BytesCount::of_str(line))
        .bench(|| Record::from_json(black_box(line.as_bytes())));
}

/// From the line to what it tells of, as the stream does it.
#[divan::bench]
fn record_and_classify(bencher: Bencher<'_, '_>) {
    let mut classifier = Classifier::new(Rules::default());
    bencher.counter(ItemsCount::new(1usize)).bench_local(|| {
        let record = Record::from_json(black_box(PLAIN.as_bytes())).ok()?;
        classifier.classify(&record)
    });
}
