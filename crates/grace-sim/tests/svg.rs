//! The picture of a boot: what it shows, that it is a sound document, and that it can be read.

use std::time::Duration;

use expect_test::expect_file;
use grace_sim::svg::{
    AlertRow, AlertSpan, Band, BandKind, Chart, GuestRow, GuestState, Mark, MarkKind, MessageKind,
    MessageMark, draw,
};
use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn a_small_boot() {
    let chart = Chart {
        title: "NFS comes late".to_owned(),
        axis: "since start".to_owned(),
        span: secs(320),
        windows: vec![Band {
            kind: BandKind::Health,
            label: "health window 300 s".to_owned(),
            from: secs(0),
            to: secs(300),
        }],
        guests: vec![GuestRow {
            label: "web (100)".to_owned(),
            marks: vec![(secs(6), GuestState::Failed), (secs(95), GuestState::Started)],
        }],
        alerts: vec![AlertRow {
            label: "storage: nas-nfs".to_owned(),
            spans: vec![AlertSpan::Recovered { from: secs(8), to: secs(100) }],
        }],
        messages: vec![
            message(6, MessageKind::Notice, "web failed to start"),
            message(300, MessageKind::Report, "startup report"),
        ],
        marks: vec![mark(60, MarkKind::Crash, "killed")],
    };
    expect_file!["goldens/small-boot.svg"].assert_eq(&draw(&chart));
}

#[test]
fn text_cannot_become_markup() {
    let hostile = "</text><script>alert('1')</script>&\"\u{1b}[2J\u{202e}\u{ffff}";
    let chart = Chart {
        title: hostile.to_owned(),
        axis: hostile.to_owned(),
        guests: vec![GuestRow {
            label: hostile.to_owned(),
            marks: vec![(secs(1), GuestState::Started)],
        }],
        alerts: vec![AlertRow { label: hostile.to_owned(), spans: vec![AlertSpan::Told(secs(2))] }],
        messages: vec![message(3, MessageKind::Report, hostile)],
        marks: vec![mark(4, MarkKind::Other, hostile)],
        ..Chart::default()
    };
    let svg = draw(&chart);
    let document = roxmltree::Document::parse(&svg).expect("an XML document");
    let scripts = document.descendants().filter(|node| node.has_tag_name("script"));
    assert_eq!(scripts.count(), 0, "{svg}");
    assert!(svg.contains("&lt;script&gt;"), "{svg}");
    assert!(!svg.contains(['\u{1b}', '\u{202e}', '\u{ffff}']), "{svg:?}");
}

#[test]
fn an_empty_boot_is_a_picture_too() {
    let svg = draw(&Chart::default());
    roxmltree::Document::parse(&svg).expect("an XML document");
}

#[test]
fn forty_guests_are_a_row_for_each_state_with_counts() {
    let guests = (0..40).map(|index| GuestRow {
        label: format!("guest {index}"),
        marks: vec![(secs(10 + index % 2), GuestState::Started)],
    });
    let chart = Chart { span: secs(300), guests: guests.collect(), ..Chart::default() };
    let svg = draw(&chart);
    assert!(svg.contains(">guests started (40)</text>"), "{svg}");
    assert!(svg.contains(r#">40</text>"#), "{svg}");
    assert!(svg.contains("guest 0, guest 2, "), "the tooltip names them: {svg}");
}

#[test]
fn the_report_has_its_label_however_many_messages_there_are() {
    let notices =
        (0..60).map(|index| message(300, MessageKind::Notice, &format!("notice {index}")));
    let report = message(299, MessageKind::Report, "startup report");
    let chart =
        Chart { span: secs(330), messages: notices.chain([report]).collect(), ..Chart::default() };
    assert!(draw(&chart).contains(">startup report</text>"));
}

proptest! {
    #[test]
    fn no_text_covers_another(chart in charts()) {
        let svg = draw(&chart);
        let document = roxmltree::Document::parse(&svg).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let texts: Vec<_> = document
            .descendants()
            .filter(|node| node.has_tag_name("text"))
            .map(Area::of)
            .collect();
        for (index, one) in texts.iter().enumerate() {
            for other in &texts[..index] {
                prop_assert!(!one.covers(other), "{one:?}\n{other:?}\n{svg}");
            }
            prop_assert!(one.left >= 0.0 && one.right <= 960.0, "{one:?} leaves the picture\n{svg}");
        }
    }
}

/// The area a line of text takes.
#[derive(Debug)]
struct Area {
    #[expect(dead_code, reason = "says which text it is where a test fails")]
    text: String,
    left: f64,
    right: f64,
    base: f64,
}

impl Area {
    fn of(node: roxmltree::Node<'_, '_>) -> Self {
        let number = |name| node.attribute(name).and_then(|text| text.parse().ok());
        let (x, base): (f64, f64) = (number("x").unwrap_or(-1.0), number("y").unwrap_or(-1.0));
        let text = node.text().unwrap_or_default().to_owned();
        let class = node.attribute("class").unwrap_or_default();
        let char = if class == "title" { 9.4 } else { 6.6 };
        let width = text.chars().count() as f64 * char;
        let left = match class {
            "row-name" | "axis-name" => x - width,
            "tick" => x - width / 2.0,
            _ => x,
        };
        let right = left + width;
        Self { text, left, right, base }
    }

    /// Lines of text are 12 high.
    fn covers(&self, other: &Self) -> bool {
        let beside = self.right <= other.left || other.right <= self.left;
        let below = (self.base - other.base).abs() >= 12.0;
        !beside && !below
    }
}

fn charts() -> impl Strategy<Value = Chart> {
    let states = prop::sample::select(vec![
        GuestState::Started,
        GuestState::Warned,
        GuestState::Failed,
        GuestState::Stopped,
    ]);
    let guests = vec((label(), vec((at(), states), 0..4)), 0..50);
    let alerts = vec((label(), at(), at(), 0..3), 0..6);
    let kinds = [MessageKind::Report, MessageKind::Digest, MessageKind::Notice];
    let messages = vec((at(), prop::sample::select(kinds.to_vec()), label()), 0..20);
    let marks = vec((at(), at(), 0..4, label()), 0..8);
    (label(), at(), guests, alerts, messages, marks).prop_map(
        |(title, span, guests, alerts, messages, marks)| Chart {
            title,
            axis: "since start".to_owned(),
            span,
            windows: vec![Band {
                kind: BandKind::Guest,
                label: "guest window".to_owned(),
                from: secs(0),
                to: secs(180),
            }],
            guests: guests.into_iter().map(|(label, marks)| GuestRow { label, marks }).collect(),
            alerts: alerts
                .into_iter()
                .map(|(label, a, b, end)| AlertRow { label, spans: vec![alert(a, b, end)] })
                .collect(),
            messages: messages
                .into_iter()
                .map(|(at, kind, label)| MessageMark { at, kind, label })
                .collect(),
            marks: marks
                .into_iter()
                .map(|(a, b, kind, label)| {
                    let kind = match kind {
                        0 => MarkKind::Crash,
                        1 => MarkKind::Restart,
                        2 => MarkKind::Suspend(a.max(b)),
                        _ => MarkKind::Other,
                    };
                    Mark { at: a.min(b), kind, label }
                })
                .collect(),
        },
    )
}

fn alert(a: Duration, b: Duration, end: i32) -> AlertSpan {
    let (from, to) = (a.min(b), a.max(b));
    match end {
        0 => AlertSpan::Told(from),
        1 => AlertSpan::Recovered { from, to },
        _ => AlertSpan::Released { from, to },
    }
}

/// Mostly the first minutes, sometimes days.
fn at() -> impl Strategy<Value = Duration> {
    prop_oneof![
        8 => (0_u64..400_000).prop_map(Duration::from_millis),
        1 => (0_u64..400_000).prop_map(Duration::from_secs),
    ]
}

fn label() -> impl Strategy<Value = String> {
    "[a-z :()0-9]{1,70}"
}

fn message(at: u64, kind: MessageKind, label: &str) -> MessageMark {
    MessageMark { at: secs(at), kind, label: label.to_owned() }
}

fn mark(at: u64, kind: MarkKind, label: &str) -> Mark {
    Mark { at: secs(at), kind, label: label.to_owned() }
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}
