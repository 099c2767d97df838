//! Colours, the same in every command. They are left out where the output is no terminal.

use owo_colors::Style;

pub(super) const GOOD: Style = Style::new().green().bold();
pub(super) const BAD: Style = Style::new().red().bold();
pub(super) const UNSURE: Style = Style::new().yellow();
pub(super) const LABEL: Style = Style::new().bold();
pub(super) const ASIDE: Style = Style::new().dimmed();
