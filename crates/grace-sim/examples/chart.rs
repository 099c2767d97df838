//! Prints a chart made by hand: `cargo run -p grace-sim --example chart > chart.svg`.

use std::time::Duration;

use grace_sim::svg::{
    AlertRow, AlertSpan, Band, BandKind, Chart, GuestRow, GuestState, Mark, MarkKind, MessageKind,
    MessageMark, draw,
};

fn main() {
    print!("{}", draw(&nfs_late()));
}

/// A host of twelve guests whose NAS comes late.
fn nfs_late() -> Chart {
    let guests = [
        ("fw (100)", 6, GuestState::Started),
        ("dns (101)", 11, GuestState::Started),
        ("ldap (102)", 16, GuestState::Started),
        ("proxy (103)", 22, GuestState::Started),
        ("web (110)", 31, GuestState::Started),
        ("db (111)", 38, GuestState::Started),
        ("mail (120)", 47, GuestState::Warned),
        ("wiki (121)", 55, GuestState::Started),
        ("git (130)", 66, GuestState::Started),
        ("eden (153)", 84, GuestState::Failed),
        ("media (160)", 104, GuestState::Started),
        ("archive (170)", 112, GuestState::Started),
    ];
    let guests = guests.map(|(label, at, state)| GuestRow {
        label: label.to_owned(),
        marks: vec![(secs(at), state)],
    });
    Chart {
        title: "NFS comes late: 12 guests, 2 alerts held, 1 report".to_owned(),
        axis: "since start, min:s".to_owned(),
        span: secs(330),
        windows: vec![
            band(BandKind::Guest, "guest window 180 s", 180),
            band(BandKind::Health, "health window 300 s", 300),
        ],
        guests: guests.into(),
        alerts: vec![
            alert("storage: nas-nfs", AlertSpan::Recovered { from: secs(8), to: secs(100) }),
            alert("services: pvestatd", AlertSpan::Released { from: secs(25), to: secs(300) }),
            alert("disks: /dev/sdb", AlertSpan::Told(secs(140))),
        ],
        messages: vec![
            message(47, MessageKind::Notice, "mail started with warnings"),
            message(84, MessageKind::Notice, "eden failed to start"),
            message(140, MessageKind::Notice, "disks: I/O errors on /dev/sdb"),
            message(300, MessageKind::Report, "startup report"),
        ],
        marks: vec![
            Mark { at: secs(200), kind: MarkKind::Crash, label: "killed".to_owned() },
            Mark {
                at: secs(205),
                kind: MarkKind::Restart,
                label: "restarted, state kept".to_owned(),
            },
        ],
    }
}

fn band(kind: BandKind, label: &str, to: u64) -> Band {
    Band { kind, label: label.to_owned(), from: Duration::ZERO, to: secs(to) }
}

fn alert(label: &str, span: AlertSpan) -> AlertRow {
    AlertRow { label: label.to_owned(), spans: vec![span] }
}

fn message(at: u64, kind: MessageKind, label: &str) -> MessageMark {
    MessageMark { at: secs(at), kind, label: label.to_owned() }
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}
