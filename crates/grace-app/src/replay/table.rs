//! A comparison as a table.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::Duration;

use owo_colors::{OwoColorize, Style};

use super::{Comparison, Row, Totals, Trial};
use crate::simulate::Colors;
use crate::words::count;

/// The width of the column of times and of that of the messages.
const WIDTHS: (usize, usize) = (12, 62);
/// The least width of a policy's column.
const POLICY: usize = 10;

impl Comparison {
    /// Writes the table: a line for each message, a column for each policy, and below them the totals.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_table(&self, out: &mut impl Write, colors: Colors) -> io::Result<()> {
        let names: Vec<&str> = self.trials.iter().map(|trial| trial.name.as_str()).collect();
        let table = Table { widths: names.iter().map(|name| column(name)).collect() };
        table.write(out, None, ("message", colors.head), &names)?;
        for row in &self.rows {
            match row {
                Row::Message { t, title, told, .. } => {
                    let told: Vec<String> = told.iter().map(|told| cell(*told)).collect();
                    table.write(out, Some(*t), (title, colors.message), &told)?;
                }
                Row::Mark { t, words } => {
                    let words = format!("- {words}");
                    table.write::<&str>(out, Some(*t), (&words, colors.raw), &[])?;
                }
            }
        }
        writeln!(out)?;
        for (what, of) in lines(&self.trials) {
            let cells: Vec<String> =
                self.trials.iter().map(|trial| of(&trial.totals).to_string()).collect();
            table.write(out, None, (&what, Style::new()), &cells)?;
        }
        Ok(())
    }
}

struct Table {
    widths: Vec<usize>,
}

impl Table {
    /// One row; a title that is too long for its column goes on below.
    fn write<S: AsRef<str>>(
        &self,
        out: &mut impl Write,
        t: Option<Duration>,
        (title, style): (&str, Style),
        cells: &[S],
    ) -> io::Result<()> {
        let (time, message) = WIDTHS;
        let t = t.map(|t| format!("{}.{:03}s", t.as_secs(), t.subsec_millis()));
        let mut lines = textwrap::wrap(title, message).into_iter();
        let first = lines.next().unwrap_or_default();
        write!(out, "{:>time$}  ", t.unwrap_or_default())?;
        if cells.is_empty() {
            writeln!(out, "{}", first.style(style))?;
        } else {
            let padded = pad(&first, message);
            write!(out, "{}", padded.style(style))?;
            for (cell, width) in cells.iter().zip(&self.widths) {
                write!(out, "  {:>width$}", cell.as_ref())?;
            }
            writeln!(out)?;
        }
        for line in lines {
            writeln!(out, "{:>time$}  {}", "", line.style(style))?;
        }
        Ok(())
    }
}

/// The text, filled with blanks to `width` columns of a terminal.
fn pad(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(textwrap::core::display_width(text));
    format!("{text}{}", " ".repeat(blanks))
}

fn column(name: &str) -> usize {
    textwrap::core::display_width(name).max(POLICY)
}

fn cell(told: Option<u64>) -> String {
    told.map_or_else(|| "-".to_string(), |events| count(events, "event"))
}

/// What is counted of a run: its name, and the count.
type Line = (String, Box<dyn Fn(&Totals) -> u64>);

/// The lines of the totals. An end in which no event of any run ended is left out.
fn lines(trials: &[Trial]) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![
        ("messages".to_string(), Box::new(|totals| totals.messages)),
        ("startup reports among them".to_string(), Box::new(|totals| totals.reports)),
        ("events told at once".to_string(), Box::new(|totals| totals.at_once)),
        ("events held".to_string(), Box::new(|totals| totals.held)),
        ("events gathered".to_string(), Box::new(|totals| totals.gathered)),
    ];
    let ends: BTreeSet<&'static str> =
        trials.iter().flat_map(|trial| trial.totals.ends.keys().copied()).collect();
    lines.extend(ends.into_iter().map(|end| -> Line {
        let of = move |totals: &Totals| totals.ends.get(end).copied().unwrap_or_default();
        (format!("events that ended in: {end}"), Box::new(of))
    }));
    if trials.iter().any(|trial| trial.totals.left > 0) {
        lines.push(("events left to the next boot".to_string(), Box::new(|totals| totals.left)));
    }
    lines
}
