//! A log as a picture.

use std::collections::BTreeMap;
use std::time::Duration;

use grace_core::{Alert, Decision, Event, HeldAlert, Message};
use grace_notify::render;
use grace_sim::svg::{
    AlertRow, AlertSpan, Band, BandKind, Chart, GuestRow, GuestState, Mark, MarkKind, MessageKind,
    MessageMark, draw,
};

use super::{HostMark, Log, What, Windows};

/// The longest label of a message.
const LABEL: usize = 48;

impl Log {
    /// The log as one self-contained SVG picture: windows as bands, guests, alerts held and released, messages.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut picture = Picture::default();
        for entry in self.entries() {
            picture.add(entry.t, &entry.what);
        }
        draw(&picture.chart(self.title()))
    }
}

/// What the log has told so far.
#[derive(Default)]
struct Picture {
    chart: Chart,
    guests: BTreeMap<String, usize>,
    alerts: BTreeMap<(String, String), Held>,
    alert_order: Vec<(String, String)>,
    last: Duration,
}

/// An alert's line, and since when it is held.
#[derive(Default)]
struct Held {
    since: Option<Duration>,
    spans: Vec<AlertSpan>,
}

impl Picture {
    fn add(&mut self, t: Duration, what: &What) {
        match what {
            What::Windows(windows) => self.add_windows(t, windows),
            What::Event { event, decision, .. } => self.add_event(t, event, Some(*decision)),
            What::Unseen(event) => self.add_event(t, event, None),
            What::Received(envelope) => self.add_message(t, &envelope.message),
            What::Host { mark: Some(mark), words } => self.add_mark(t, *mark, words),
            What::Started { .. } if t > Duration::ZERO => {
                self.push_mark(t, MarkKind::Restart, "program starts");
            }
            _ => return,
        }
        self.last = self.last.max(t);
    }

    /// The windows as they are from `t` on: one that moved ends elsewhere, one that is gone ended at `t`.
    fn add_windows(&mut self, t: Duration, windows: &Windows) {
        let kinds = [
            (BandKind::Guest, "guest", windows.guest),
            (BandKind::Health, "health", windows.health),
            (BandKind::Shutdown, "shutdown", windows.shutdown),
        ];
        for (kind, name, span) in kinds {
            let mut bands = self.chart.windows.iter_mut().rev();
            let last = bands.find(|band| band.kind == kind && band.to > t);
            match (last, span) {
                (Some(band), Some((from, to))) if band.from == from => band.to = to,
                (last, span) => {
                    if let Some(band) = last {
                        band.to = t;
                    }
                    let band = span.map(|(from, to)| {
                        let label = format!("{name} {} s", to.saturating_sub(from).as_secs());
                        Band { kind, label, from, to }
                    });
                    self.chart.windows.extend(band);
                }
            }
        }
        self.chart.windows.retain(|band| band.to > band.from);
    }

    fn add_event(&mut self, t: Duration, event: &Event, decision: Option<Decision>) {
        let state = match event {
            Event::GuestStarted { .. } => GuestState::Started,
            Event::GuestWarned { .. } => GuestState::Warned,
            Event::GuestFailed { .. } => GuestState::Failed,
            Event::GuestStopped { .. } => GuestState::Stopped,
            Event::Alert(alert) => return self.add_alert(t, alert, decision),
            Event::Resolved(alert) => return self.end_alert(t, alert),
            Event::Shutdown(kind) => {
                return self.push_mark(t, MarkKind::Other, &format!("shutdown: {}", kind.as_str()));
            }
            Event::ShutdownCancelled => {
                return self.push_mark(t, MarkKind::Other, "shutdown cancelled");
            }
            _ => return,
        };
        if let Some(guest) = event.guest() {
            let next = self.chart.guests.len();
            let row = *self.guests.entry(guest.id.to_string()).or_insert(next);
            if row == next {
                let label = guest.to_string();
                self.chart.guests.push(GuestRow { label, marks: Vec::new() });
            }
            if let Some(row) = self.chart.guests.get_mut(row) {
                row.marks.push((t, state));
            }
        }
    }

    fn add_alert(&mut self, t: Duration, alert: &Alert, decision: Option<Decision>) {
        let held = self.alert(alert);
        match decision {
            Some(Decision::Hold { .. }) => {
                held.since.get_or_insert(t);
            }
            Some(_) if held.since.is_none() => held.spans.push(AlertSpan::Told(t)),
            // One that was held is told with its notice; one that no program saw is drawn when it is seen.
            _ => {}
        }
    }

    fn end_alert(&mut self, t: Duration, alert: &Alert) {
        let held = self.alert(alert);
        if let Some(from) = held.since.take() {
            held.spans.push(AlertSpan::Recovered { from, to: t });
        }
    }

    fn release(&mut self, t: Duration, alert: &Alert) {
        let held = self.alert(alert);
        if let Some(from) = held.since.take() {
            held.spans.push(AlertSpan::Released { from, to: t });
        }
    }

    fn alert(&mut self, alert: &Alert) -> &mut Held {
        let key = (alert.category.to_lowercase(), alert.key.to_string());
        if !self.alerts.contains_key(&key) {
            self.alert_order.push(key.clone());
        }
        self.alerts.entry(key).or_default()
    }

    fn add_message(&mut self, t: Duration, message: &Message) {
        let (kind, released, recovered): (_, &[HeldAlert], &[HeldAlert]) = match message {
            Message::StartupReport(report) => {
                (MessageKind::Report, &report.alerts.failing, &report.alerts.recovered)
            }
            Message::Digest(digest) => (MessageKind::Digest, &digest.alerts, &[]),
            Message::Notice(notice) => {
                if let (Event::Alert(alert), Some(_)) = (&notice.event, notice.first_seen) {
                    self.release(t, alert);
                }
                (MessageKind::Notice, &[], &[])
            }
            _ => (MessageKind::Notice, &[], &[]),
        };
        for held in released {
            self.release(t, &held.alert);
        }
        for held in recovered {
            self.end_alert(t, &held.alert);
        }
        let label: String = render(message).title.chars().take(LABEL).collect();
        self.chart.messages.push(MessageMark { at: t, kind, label });
    }

    fn add_mark(&mut self, t: Duration, mark: HostMark, words: &str) {
        let kind = match mark {
            HostMark::Died => MarkKind::Crash,
            HostMark::Booted => MarkKind::Restart,
            HostMark::Slept(span) => MarkKind::Suspend(t + span),
            HostMark::Stopped | HostMark::ClockSet | HostMark::Noted => MarkKind::Other,
        };
        self.push_mark(t, kind, words);
    }

    fn push_mark(&mut self, at: Duration, kind: MarkKind, label: &str) {
        self.chart.marks.push(Mark { at, kind, label: label.to_string() });
    }

    fn chart(mut self, title: String) -> Chart {
        for key in &self.alert_order {
            let held = self.alerts.remove(key).unwrap_or_default();
            let open = held.since.map(|from| AlertSpan::Released { from, to: self.last.max(from) });
            let spans = held.spans.into_iter().chain(open).collect();
            self.chart.alerts.push(AlertRow { label: format!("{}/{}", key.0, key.1), spans });
        }
        self.chart.title = title;
        self.chart.axis = "since start".to_string();
        self.chart.span = self.last + self.last / 20;
        // A window that was to last longer than the run is drawn as far as the run went.
        for band in &mut self.chart.windows {
            band.to = band.to.min(self.chart.span.max(band.from));
        }
        self.chart
    }
}
