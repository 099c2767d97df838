//! A boot as a picture: windows, guests, alerts and messages along one time axis, as one SVG file.
//!
//! The picture has no script and no font of its own, escapes all text, and is readable on light and on
//! dark. Labels are staggered so that none covers another; what finds no place keeps its mark and its
//! tooltip.

mod canvas;
mod guests;
mod layout;

use std::time::Duration;

use self::canvas::{Canvas, Symbol};
use self::layout::{
    CHAR, LANE, Label, PLOT_LEFT, ROW, Scale, WIDTH, fitted, lanes, text_width, ticks,
};

/// What to draw: plain data, all instants on one axis that begins at zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "plain data, built field by field")]
pub struct Chart {
    /// The picture's title.
    pub title: String,
    /// What the axis counts from: `since boot`, `since the program started`.
    pub axis: String,
    /// How much time the axis shows at least.
    pub span: Duration,
    /// The windows, each on a line of its own.
    pub windows: Vec<Band>,
    /// The guests, in the order of their lines. Past 24, one line shows all that came to one state.
    pub guests: Vec<GuestRow>,
    /// The alerts, in the order of their lines.
    pub alerts: Vec<AlertRow>,
    /// What people received.
    pub messages: Vec<MessageMark>,
    /// What happened to the program or its host.
    pub marks: Vec<Mark>,
}

/// A window.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data, built field by field")]
pub struct Band {
    /// Which window.
    pub kind: BandKind,
    /// Its name and length, in words.
    pub label: String,
    /// Its first instant.
    pub from: Duration,
    /// The first instant after it.
    pub to: Duration,
}

/// Which window a band shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new window must get a colour")]
pub enum BandKind {
    /// Guest starts are collected.
    Guest,
    /// Alerts are held.
    Health,
    /// Guest stops are held.
    Shutdown,
}

/// A guest and what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data, built field by field")]
pub struct GuestRow {
    /// The guest's name.
    pub label: String,
    /// What it did, in the order of time.
    pub marks: Vec<(Duration, GuestState)>,
}

/// What a guest did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a new state must get a symbol")]
pub enum GuestState {
    /// It started.
    Started,
    /// It started or stopped with warnings.
    Warned,
    /// It failed to start or stop.
    Failed,
    /// It stopped.
    Stopped,
}

/// An alert and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data, built field by field")]
pub struct AlertRow {
    /// What it was about.
    pub label: String,
    /// What became of it, in the order of time.
    pub spans: Vec<AlertSpan>,
}

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new end must get a symbol")]
pub enum AlertSpan {
    /// It was told at once.
    Told(Duration),
    /// It was held, and recovered before anyone was told.
    Recovered {
        /// When it was first seen.
        from: Duration,
        /// When it was over.
        to: Duration,
    },
    /// It was held, and told when its window ended.
    Released {
        /// When it was first seen.
        from: Duration,
        /// When it was told.
        to: Duration,
    },
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data, built field by field")]
pub struct MessageMark {
    /// When it was sent.
    pub at: Duration,
    /// What kind of message.
    pub kind: MessageKind,
    /// What it says, in few words.
    pub label: String,
}

/// What kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new kind must get a colour")]
pub enum MessageKind {
    /// The startup report.
    Report,
    /// What was held or collected, at once.
    Digest,
    /// One event.
    Notice,
}

/// Something that happened to the program or its host.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data, built field by field")]
pub struct Mark {
    /// When.
    pub at: Duration,
    /// What.
    pub kind: MarkKind,
    /// What, in few words.
    pub label: String,
}

/// What happened to the program or its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new kind must get a line")]
pub enum MarkKind {
    /// The program died.
    Crash,
    /// The program, or its host, started again.
    Restart,
    /// The host slept, until this instant.
    Suspend(Duration),
    /// Anything else: a shutdown, a step of the wall clock.
    Other,
}

/// The chart as an SVG document.
#[must_use]
pub fn draw(chart: &Chart) -> String {
    let scale = Scale::of(chart);
    let mut canvas = Canvas::new();
    let mut y = draw_head(&mut canvas, chart);
    let above = MarkLabels::new(chart, &scale, y);
    y = above.rows_begin;
    y = draw_windows(&mut canvas, chart, &scale, y);
    y = guests::draw(&mut canvas, chart, &scale, y);
    y = draw_alerts(&mut canvas, chart, &scale, y);
    let axis = y + 6.0;
    let bottom = draw_messages(&mut canvas, chart, &scale, axis);
    for (at, label) in ticks(&scale) {
        canvas.text("tick", scale.x(at), axis + 17.0, &label);
    }
    let mut behind = Canvas::new();
    draw_grid(&mut behind, chart, &scale, above.rows_begin, axis);
    draw_marks(&mut behind, chart, &scale, &above, axis);
    canvas.document(&behind, &chart.title, WIDTH, bottom + 14.0)
}

/// The title and the symbols that occur. The result is where the rest begins.
fn draw_head(canvas: &mut Canvas, chart: &Chart) -> f64 {
    canvas.text("title", 20.0, 32.0, &fitted(&chart.title, WIDTH - 40.0, 9.5));
    let mut x = 20.0;
    let occurring = legend(chart);
    for (symbol, word) in &occurring {
        canvas.symbol(*symbol, x + 6.0, 54.0, word);
        canvas.text("label", x + 17.0, 58.0, word);
        x += 17.0 + text_width(word) + 18.0;
    }
    if occurring.is_empty() { 50.0 } else { 72.0 }
}

fn legend(chart: &Chart) -> Vec<(Symbol, &'static str)> {
    let guest = |state: GuestState| {
        let mut marks = chart.guests.iter().flat_map(|row| &row.marks);
        marks.any(|&(_, other)| other == state)
    };
    let alert = |is: fn(&AlertSpan) -> bool| {
        let mut spans = chart.alerts.iter().flat_map(|row| &row.spans);
        spans.any(is)
    };
    let entries = [
        (guest(GuestState::Started), Symbol::Started, "started"),
        (guest(GuestState::Warned), Symbol::Warned, "with warnings"),
        (guest(GuestState::Failed), Symbol::Failed, "failed"),
        (guest(GuestState::Stopped), Symbol::Stopped, "stopped"),
        (alert(|span| !matches!(span, AlertSpan::Told(_))), Symbol::Held, "alert held"),
        (
            alert(|span| matches!(span, AlertSpan::Recovered { .. })),
            Symbol::Recovered,
            "recovered while held",
        ),
        (alert(|span| !matches!(span, AlertSpan::Recovered { .. })), Symbol::Told, "alert told"),
    ];
    let occurring = entries.into_iter().filter(|(occurs, ..)| *occurs);
    occurring.map(|(_, symbol, word)| (symbol, word)).collect()
}

fn draw_windows(canvas: &mut Canvas, chart: &Chart, scale: &Scale, mut y: f64) -> f64 {
    for window in &chart.windows {
        let class = match window.kind {
            BandKind::Guest => "window guest",
            BandKind::Health => "window health",
            BandKind::Shutdown => "window shutdown",
        };
        canvas.row_label(y, &window.label);
        let (from, to) = (scale.x(window.from), scale.x(window.to));
        canvas.rect(class, from, y + 3.0, to - from, ROW - 6.0, &window.label);
        y += ROW;
    }
    if chart.windows.is_empty() { y } else { y + 8.0 }
}

fn draw_alerts(canvas: &mut Canvas, chart: &Chart, scale: &Scale, mut y: f64) -> f64 {
    for row in &chart.alerts {
        canvas.row_label(y, &row.label);
        canvas.line("row", PLOT_LEFT, y + ROW / 2.0, scale.right(), y + ROW / 2.0);
        for span in &row.spans {
            draw_alert(canvas, scale, &row.label, *span, y + ROW / 2.0);
        }
        y += ROW;
    }
    if chart.alerts.is_empty() { y } else { y + 8.0 }
}

fn draw_alert(canvas: &mut Canvas, scale: &Scale, label: &str, span: AlertSpan, y: f64) {
    let (from, to, symbol, word) = match span {
        AlertSpan::Told(at) => (at, at, Symbol::Told, "told"),
        AlertSpan::Recovered { from, to } => (from, to, Symbol::Recovered, "recovered"),
        AlertSpan::Released { from, to } => (from, to, Symbol::Told, "told"),
    };
    let (from, to) = (scale.x(from), scale.x(to));
    if to > from {
        canvas.rect("held", from, y - 4.0, to - from, 8.0, &format!("{label}: held"));
    }
    canvas.symbol(symbol, to, y, &format!("{label}: {word}"));
}

/// The messages, hung from the axis. The result is where the picture ends.
fn draw_messages(canvas: &mut Canvas, chart: &Chart, scale: &Scale, axis: f64) -> f64 {
    let begin = axis + 34.0;
    let labels = chart.messages.iter().map(|message| Label {
        always: message.kind == MessageKind::Report,
        ..Label::new(&message.label, scale.x(message.at))
    });
    let labels: Vec<_> = labels.collect();
    let lanes = lanes(&labels);
    for ((message, label), lane) in chart.messages.iter().zip(&labels).zip(&lanes) {
        let class = match message.kind {
            MessageKind::Report => "message report",
            MessageKind::Digest => "message digest",
            MessageKind::Notice => "message notice",
        };
        if let Some(lane) = lane {
            let y = begin + f64::from(*lane) * LANE;
            canvas.elbow(&format!("{class} stem"), label.x, axis, y - 2.5);
            canvas.text(&format!("{class} text"), label.x + 9.0, y + 1.5, &label.text);
        }
        canvas.circle(class, label.x, axis, 4.0, &message.label);
    }
    let deepest = lanes.iter().flatten().max();
    deepest.map_or(axis + 24.0, |lane| begin + f64::from(*lane) * LANE + 8.0)
}

fn draw_grid(canvas: &mut Canvas, chart: &Chart, scale: &Scale, top: f64, axis: f64) {
    for (at, _) in ticks(scale) {
        let x = scale.x(at);
        canvas.line("grid", x, top, x, axis);
    }
    for window in &chart.windows {
        let x = scale.x(window.to);
        canvas.line("window-end", x, top, x, axis);
    }
    canvas.line("axis", PLOT_LEFT, axis, scale.right(), axis);
    canvas.text(
        "axis-name",
        PLOT_LEFT - 14.0,
        axis + 4.0,
        &fitted(&chart.axis, PLOT_LEFT - 30.0, CHAR),
    );
}

/// The labels of marks, above the rows.
struct MarkLabels {
    labels: Vec<(Label, Option<u32>)>,
    rows_begin: f64,
}

impl MarkLabels {
    /// The labels from `y` down to where the rows begin.
    fn new(chart: &Chart, scale: &Scale, y: f64) -> Self {
        let labels = chart.marks.iter();
        let labels = labels.map(|mark| Label::new(&mark.label, scale.x(mark.at)));
        let labels: Vec<_> = labels.collect();
        let lanes = lanes(&labels);
        let used = lanes.iter().flatten().max().map_or(0, |lane| lane + 1);
        Self {
            labels: labels.into_iter().zip(lanes).collect(),
            rows_begin: y + f64::from(used) * LANE + 4.0,
        }
    }
}

fn draw_marks(canvas: &mut Canvas, chart: &Chart, scale: &Scale, above: &MarkLabels, axis: f64) {
    let rows = above.rows_begin;
    for (mark, (label, lane)) in chart.marks.iter().zip(&above.labels) {
        let class = match mark.kind {
            MarkKind::Crash => "mark crash",
            MarkKind::Restart => "mark restart",
            MarkKind::Suspend(_) | MarkKind::Other => "mark other",
        };
        if let MarkKind::Suspend(until) = mark.kind {
            let width = scale.x(until) - label.x;
            canvas.rect("asleep", label.x, rows, width, axis - rows, &mark.label);
        }
        // Line 0 is the nearest to the rows.
        let y = lane.map(|lane| rows - 8.0 - f64::from(lane) * LANE);
        if let Some(y) = y {
            canvas.text(&format!("{class} text"), label.x + 5.0, y, &label.text);
        }
        let begin = y.map_or(rows, |y| y - 9.0);
        canvas.line(class, label.x, begin, label.x, axis);
    }
}
