//! Where things stand: the time axis, the width of text, and labels out of each other's way.

use std::time::Duration;

use super::{AlertSpan, Chart, MarkKind};

/// The picture's width.
pub(super) const WIDTH: f64 = 960.0;
/// Where the plot begins; left of it stand the rows' names.
pub(super) const PLOT_LEFT: f64 = 190.0;
/// The height of a row.
pub(super) const ROW: f64 = 20.0;
/// The height of a line of staggered labels.
pub(super) const LANE: f64 = 18.0;
/// The width of a character at the labels' size, on the safe side.
pub(super) const CHAR: f64 = 6.7;
/// The longest label in the plot.
const LONGEST_LABEL: f64 = 320.0;

/// From a stem to its label, and from the label to the next stem.
const LABEL_INDENT: f64 = 14.0;
const PLOT_RIGHT: f64 = WIDTH - 24.0;
const PLOT_WIDTH: f64 = PLOT_RIGHT - PLOT_LEFT;
/// Lines of staggered labels, past which a mark goes without.
const MOST_LANES: u32 = 8;

/// Time to place.
pub(super) struct Scale {
    pixels_a_second: f64,
}

impl Scale {
    /// A scale on which everything in the chart has its place, labels too.
    pub(super) fn of(chart: &Chart) -> Self {
        let latest = instants(chart).fold(chart.span, Duration::max);
        let latest = latest.max(Duration::from_secs(1)).as_secs_f64();
        let messages = chart.messages.iter().map(|message| (message.at, &message.label));
        let marks = chart.marks.iter().map(|mark| (mark.at, &mark.label));
        let pixels_a_second = messages
            .chain(marks)
            .filter(|(at, _)| !at.is_zero())
            .map(|(at, label)| {
                let width = text_width(label).min(LONGEST_LABEL) + LABEL_INDENT;
                (PLOT_WIDTH - width) / at.as_secs_f64()
            })
            .fold(PLOT_WIDTH / latest, f64::min);
        Self { pixels_a_second }
    }

    /// Where an instant stands.
    pub(super) fn x(&self, at: Duration) -> f64 {
        (PLOT_LEFT + at.as_secs_f64() * self.pixels_a_second).min(PLOT_RIGHT)
    }

    /// The plot's right edge.
    #[expect(clippy::unused_self, reason = "the edge is the scale's to say")]
    pub(super) const fn right(&self) -> f64 {
        PLOT_RIGHT
    }
}

/// Every instant the chart shows but those of labelled things, which make room for themselves.
fn instants(chart: &Chart) -> impl Iterator<Item = Duration> {
    let windows = chart.windows.iter().map(|window| window.to);
    let guests = chart.guests.iter().flat_map(|row| &row.marks);
    let alerts = chart.alerts.iter().flat_map(|row| &row.spans);
    let asleep = chart.marks.iter().filter_map(|mark| match mark.kind {
        MarkKind::Suspend(until) => Some(until),
        _ => None,
    });
    windows
        .chain(guests.map(|&(at, _)| at))
        .chain(alerts.map(|span| match *span {
            AlertSpan::Told(to)
            | AlertSpan::Recovered { to, .. }
            | AlertSpan::Released { to, .. } => to,
        }))
        .chain(asleep)
}

/// The axis' instants with their names, far enough apart to be read.
pub(super) fn ticks(scale: &Scale) -> Vec<(Duration, String)> {
    const STEPS: [u64; 17] =
        [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
    const NEAREST: f64 = 66.0;
    const MOST_TICKS: u64 = (PLOT_WIDTH / NEAREST) as u64 + 1;
    let wide_enough = |step: u64| step as f64 * scale.pixels_a_second >= NEAREST;
    let most = STEPS[STEPS.len() - 1];
    let step = STEPS.into_iter().find(|&step| wide_enough(step));
    let step = step.unwrap_or_else(|| {
        let days = NEAREST / (most as f64 * scale.pixels_a_second);
        most.saturating_mul(days.ceil() as u64)
    });
    let last = PLOT_WIDTH / scale.pixels_a_second;
    let instants = (0..MOST_TICKS).map(|index| index.saturating_mul(step));
    let ticks =
        instants.take_while(|&at| at as f64 <= last).map(|at| (Duration::from_secs(at), clock(at)));
    // A name is centred on its tick and must not leave the picture.
    let fits = |at, name: &str| scale.x(at) + text_width(name) / 2.0 < WIDTH - 4.0;
    ticks.filter(|(at, name)| fits(*at, name)).collect()
}

/// `45 s`, `1:30`, `2:00:00`, `3 d`.
fn clock(secs: u64) -> String {
    let (days, hours, minutes, seconds) =
        (secs / 86_400, secs / 3_600 % 24, secs / 60 % 60, secs % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes}:{seconds:02}"),
        (0, ..) => format!("{hours}:{minutes:02}:{seconds:02}"),
        (_, 0, 0) => format!("{days} d"),
        _ => format!("{days} d {hours}:{minutes:02}"),
    }
}

/// The width of text at the labels' size, on the safe side.
pub(super) fn text_width(text: &str) -> f64 {
    text.chars().map(|c| char_width(c, CHAR)).sum()
}

/// The text, cut at its end where it is wider than `most`.
pub(super) fn fitted(text: &str, most: f64, char: f64) -> String {
    let width: f64 = text.chars().map(|c| char_width(c, char)).sum();
    if width <= most {
        return text.to_owned();
    }
    let mut left = most - char;
    let kept = text.chars().take_while(|&c| {
        left -= char_width(c, char);
        left >= 0.0
    });
    let mut kept: String = kept.collect();
    kept.push('…');
    kept
}

/// The width of a character; those past Latin, Greek and Cyrillic are taken to be wide.
fn char_width(c: char, narrow: f64) -> f64 {
    if u32::from(c) < 0x1100 || matches!(c, '…' | '–' | '‘'..='”') {
        narrow
    } else {
        narrow * 2.0
    }
}

/// A label to be staggered.
pub(super) struct Label {
    /// Its text, cut to what fits.
    pub(super) text: String,
    /// Where its stem stands.
    pub(super) x: f64,
    /// Whether it is drawn however many lines it takes.
    pub(super) always: bool,
}

impl Label {
    pub(super) fn new(text: &str, x: f64) -> Self {
        Self { text: fitted(text, LONGEST_LABEL, CHAR), x, always: false }
    }

    /// The first place right of it.
    fn end(&self) -> f64 {
        self.x + text_width(&self.text) + LABEL_INDENT
    }
}

/// A line for each label, such that no label covers another and no stem runs through a label.
///
/// A label begins at its stem and extends to the right; line 0 has the shortest stem. From the right,
/// each takes the line after the last that it would touch. `None`: no line is left.
pub(super) fn lanes(labels: &[Label]) -> Vec<Option<u32>> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| labels[b].x.total_cmp(&labels[a].x).then(b.cmp(&a)));
    let mut lanes: Vec<Option<u32>> = vec![None; labels.len()];
    for (done, &index) in order.iter().enumerate() {
        let end = labels[index].end();
        let touched = order[..done].iter().filter(|&&other| labels[other].x < end);
        let deepest = touched.filter_map(|&other| lanes[other]).max();
        let next = deepest.map_or(0, |lane| lane + 1);
        let fits = next < MOST_LANES || labels[index].always;
        lanes[index] = fits.then_some(next);
    }
    lanes
}
