//! The guests: a row each, or where they are many, a row for each state.

use std::time::Duration;

use super::canvas::{Canvas, Symbol};
use super::layout::{PLOT_LEFT, ROW, Scale, text_width};
use super::{Chart, GuestRow, GuestState};

/// The most guests that have a row each.
const MOST_ROWS: usize = 24;
/// Marks nearer to each other than this are one, with a count.
const NEAREST: f64 = 16.0;

/// Draws the guests from `y` down. The result is where the next thing begins.
pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, scale: &Scale, y: f64) -> f64 {
    let rows = &chart.guests;
    let end = match rows.len() {
        0 => return y,
        1..=MOST_ROWS => each(canvas, rows, scale, y),
        _ => by_state(canvas, rows, scale, y),
    };
    end + 8.0
}

fn each(canvas: &mut Canvas, rows: &[GuestRow], scale: &Scale, mut y: f64) -> f64 {
    for row in rows {
        let middle = y + ROW / 2.0;
        canvas.row_label(y, &row.label);
        canvas.line("row", PLOT_LEFT, middle, scale.right(), middle);
        for (from, to) in running(row) {
            let to = to.map_or(scale.right(), |to| scale.x(to));
            canvas.line("running", scale.x(from), middle, to, middle);
        }
        for &(at, state) in &row.marks {
            let (symbol, word) = look(state);
            let tip = format!("{}: {word}", row.label);
            canvas.symbol(symbol, scale.x(at), middle, &tip);
        }
        y += ROW;
    }
    y
}

/// When the guest ran: from a start, with warnings or without, to the next stop or failure.
fn running(row: &GuestRow) -> Vec<(Duration, Option<Duration>)> {
    let mut runs = Vec::new();
    let mut since = None;
    for &(at, state) in &row.marks {
        match (state, since) {
            (GuestState::Started | GuestState::Warned, None) => since = Some(at),
            (GuestState::Stopped | GuestState::Failed, Some(from)) => {
                runs.push((from, Some(at)));
                since = None;
            }
            _ => {}
        }
    }
    runs.extend(since.map(|from| (from, None)));
    runs
}

fn by_state(canvas: &mut Canvas, rows: &[GuestRow], scale: &Scale, mut y: f64) -> f64 {
    let states = [GuestState::Started, GuestState::Warned, GuestState::Failed, GuestState::Stopped];
    for state in states {
        let marks = rows.iter().flat_map(|row| {
            let marks = row.marks.iter().filter(move |(_, other)| *other == state);
            marks.map(|&(at, _)| (scale.x(at), row.label.as_str()))
        });
        let marks: Vec<_> = marks.collect();
        if !marks.is_empty() {
            y = draw_state(canvas, scale, state, marks, y);
        }
    }
    y
}

/// One row with all marks of a state, and above those that stand for several, how many.
fn draw_state(
    canvas: &mut Canvas,
    scale: &Scale,
    state: GuestState,
    marks: Vec<(f64, &str)>,
    y: f64,
) -> f64 {
    let (symbol, word) = look(state);
    let middle = y + ROW;
    canvas.row_label(y + ROW / 2.0, &format!("guests {word} ({})", marks.len()));
    canvas.line("row", PLOT_LEFT, middle, scale.right(), middle);
    for (x, names) in clusters(marks) {
        canvas.symbol(symbol, x, middle, &format!("{word}: {}", names.join(", ")));
        if names.len() > 1 {
            let count = format!("{}", names.len());
            canvas.text("count", x - text_width(&count) / 2.0, middle - 9.0, &count);
        }
    }
    y + ROW * 1.6
}

/// The marks gathered where they would touch: a place, and the names there.
fn clusters(mut marks: Vec<(f64, &str)>) -> Vec<(f64, Vec<&str>)> {
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut clusters: Vec<(f64, Vec<&str>)> = Vec::new();
    for (x, name) in marks {
        match clusters.last_mut() {
            Some((first, names)) if x - *first < NEAREST => names.push(name),
            _ => clusters.push((x, vec![name])),
        }
    }
    clusters
}

const fn look(state: GuestState) -> (Symbol, &'static str) {
    match state {
        GuestState::Started => (Symbol::Started, "started"),
        GuestState::Warned => (Symbol::Warned, "warned"),
        GuestState::Failed => (Symbol::Failed, "failed"),
        GuestState::Stopped => (Symbol::Stopped, "stopped"),
    }
}
