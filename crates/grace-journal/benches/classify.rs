//! What it costs to read what happens out of the journal.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use grace_core::{Text, Uptime};
use grace_journal::{Classifier, Record, Rules};

fn main() {
    divan::main();
}

/// A minute of a busy host: of a thousand entries, one tells of something.
#[divan::bench]
fn a_thousand_entries(bencher: Bencher<'_, '_>) {
    let records = records();
    let mut classifier = Classifier::new(Rules::default());
    bencher.counter(ItemsCount::new(records.len())).bench_local(|| {
        let seen = records.iter().filter_map(|record| classifier.classify(black_box(record)));
        seen.count()
    });
}

/// One entry that tells nothing, by what it is.
#[divan::bench(args = ["program", "kernel", "unit started", "session", "pvedaemon"])]
fn one_entry(bencher: Bencher<'_, '_>, what: &str) {
    let record = match what {
        "kernel" => kernel("vmbr0: port 3(tap100i0) entered forwarding state"),
        "unit started" => started("logrotate.service"),
        "session" => session(),
        "pvedaemon" => written("pvedaemon", "<root@pam> successful auth for user 'root@pam'"),
        _ => written("postfix/qmgr", "4F2C1: removed"),
    };
    let mut classifier = Classifier::new(Rules::default());
    bencher.bench_local(|| classifier.classify(black_box(&record)));
}

fn records() -> Vec<Record> {
    let mut records = Vec::new();
    for number in 0..1_000 {
        records.push(match number % 20 {
            0..=10 => written("postfix/smtpd", "connect from unknown[10.0.0.9]"),
            11..=14 => kernel("audit: type=1400 audit(1700000000.1): apparmor=\"DENIED\""),
            15 => started("sysstat-collect.service"),
            16 => written("pvedaemon", "<root@pam> successful auth for user 'root@pam'"),
            17 => session(),
            18 => written("pvestatd", "status update time (8.231 seconds)"),
            _ => written("CRON", "(root) CMD (test -x /etc/cron.daily/popularity-contest)"),
        });
    }
    let task = "UPID:pve:00000540:00000502:69D41F34:qmstart:1001:root@pam:";
    records[500] = written("pvedaemon", &format!("<root@pam> end task {task} OK"));
    records
}

fn written(identifier: &str, message: &str) -> Record {
    let mut record = Record::default();
    record.identifier = Text::name(identifier);
    record.unit = Text::new(format!("{identifier}.service"));
    record.message = Text::new(message);
    record.uid = Some(0);
    record.monotonic = Some(Uptime::from_secs(100));
    record
}

fn kernel(message: &str) -> Record {
    let mut record = written("kernel", message);
    record.is_kernel = true;
    record
}

fn session() -> Record {
    let mut record = written("systemd-logind", "New session 4 of user root.");
    record.message_id = Text::literal("8d45620c1a4348dbb17410da57c60c66");
    record
}

fn started(unit: &str) -> Record {
    let mut record = written("systemd", "Started");
    record.message_id = Text::literal("39f53479d3a045ac8e11786248231fbf");
    record.about_unit = Text::name(unit);
    record
}
