//! Health documents, in both shapes that monitors write.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use serde_json::value::RawValue;

use super::json::{Gaps, Members, shape, words};
use crate::{CategoryHealth, Check, HealthSnapshot, Status, Text};

/// Reads a health document.
///
/// Both shapes are read, and any mixture of them:
///
/// | | one | the other |
/// | --- | --- | --- |
/// | status of the whole | `overall_status` | `overall` |
/// | categories | `categories` | `details` |
/// | checks of a category | a list, each with its `name` | a map by name |
/// | text of a check or category | `reason`, else `message` | `detail` |
///
/// Where both spellings stand, the left one counts; `null` is the same as absent. Members this crate has
/// no word for are ignored. Categories and checks keep the document's order.
///
/// What is wrong in the document spoils only itself: a check or category that is no object is left out,
/// a status that is absent or no known word is [`Status::Unknown`], and of two categories of one name,
/// in any case of letters, the first stays. Each of these is a [`Gap`](crate::Gap) that names the place. A document
/// without a status of the whole is [`Status::Unknown`], and that is no gap: the status says it.
///
/// # Errors
/// Text that is not JSON, or whose top level is no object, with line and column.
pub fn parse_health(json: &str) -> Result<HealthSnapshot, HealthError> {
    let document: Members<'_> = serde_json::from_str(json).map_err(HealthError::new)?;
    let mut gaps = Gaps::default();
    let overall = match document.find(&["overall_status", "overall"]) {
        Some(value) => status(value, "the whole", &mut gaps),
        None => Status::Unknown,
    };
    let mut snapshot = HealthSnapshot::new(overall);
    match document.find(&["categories", "details"]) {
        Some(value) => snapshot.categories = categories(value, &mut gaps),
        None => gaps.push("the document has no categories"),
    }
    snapshot.gaps = gaps.finish();
    Ok(snapshot)
}

/// A document that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a health document: {detail}")]
pub struct HealthError {
    detail: Text,
    line: usize,
    column: usize,
}

impl HealthError {
    pub(super) fn new(error: serde_json::Error) -> Self {
        let detail = Text::new(format!("{error}"));
        Self { detail, line: error.line(), column: error.column() }
    }

    /// The line of the fault, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column of the fault in its line, in bytes from 1; 0 if the fault is the line's beginning.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}

fn categories(value: &RawValue, gaps: &mut Gaps) -> Vec<CategoryHealth> {
    let Ok(members) = serde_json::from_str::<Members<'_>>(value.get()) else {
        gaps.push(format!("categories: {}, not an object", shape(value)));
        return Vec::new();
    };
    let mut categories = Vec::with_capacity(members.0.len());
    let mut seen = BTreeSet::new();
    for (name, value) in members.0 {
        let name = Text::name(name);
        if !seen.insert(name.to_ascii_lowercase()) {
            gaps.push(format!("category {name}: there twice, the first stays"));
        } else if let Some(category) = category(name, value, gaps) {
            categories.push(category);
        }
    }
    categories
}

fn category(name: Text, value: &RawValue, gaps: &mut Gaps) -> Option<CategoryHealth> {
    let place = format!("category {name}");
    let members = object(value, &place, gaps)?;
    Some(CategoryHealth {
        status: status_of(&members, &place, gaps),
        reason: text_of(&members, &place, gaps),
        checks: match members.find(&["checks"]) {
            Some(value) => checks(value, &name, gaps),
            None => Vec::new(),
        },
        name,
    })
}

fn checks(value: &RawValue, category: &Text, gaps: &mut Gaps) -> Vec<Check> {
    if let Ok(Members(members)) = serde_json::from_str(value.get()) {
        return members
            .into_iter()
            .filter_map(|(name, value)| check(Some(Text::name(name)), value, category, gaps))
            .collect();
    }
    if let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        return values.into_iter().filter_map(|value| check(None, value, category, gaps)).collect();
    }
    gaps.push(format!(
        "category {category}: its checks are {}, not a list or an object",
        shape(value)
    ));
    Vec::new()
}

/// One check; `name` is its key in a map, and `None` in a list, where it names itself.
fn check(name: Option<Text>, value: &RawValue, category: &Text, gaps: &mut Gaps) -> Option<Check> {
    let place = |name: &str| format!("check {name} of category {category}");
    // What a list's nameless check is called, as in the original.
    let unnamed = || Text::literal("unknown");
    let members = object(value, &place(name.as_deref().unwrap_or("unknown")), gaps)?;
    let name = name.unwrap_or_else(|| {
        let found = members.find(&["name"]).map(words);
        found.map_or_else(unnamed, |found| found.map_or_else(unnamed, Text::name))
    });
    let place = place(&name);
    Some(Check {
        status: status_of(&members, &place, gaps),
        reason: text_of(&members, &place, gaps),
        name,
    })
}

fn object<'a>(value: &'a RawValue, place: &str, gaps: &mut Gaps) -> Option<Members<'a>> {
    let members = serde_json::from_str(value.get()).ok();
    if members.is_none() {
        gaps.push(format!("{place}: {}, not an object", shape(value)));
    }
    members
}

fn status_of(members: &Members<'_>, place: &str, gaps: &mut Gaps) -> Status {
    let Some(value) = members.find(&["status"]) else {
        gaps.push(format!("{place}: no status"));
        return Status::Unknown;
    };
    status(value, place, gaps)
}

fn status(value: &RawValue, place: &str, gaps: &mut Gaps) -> Status {
    let Some(word) = words(value) else {
        gaps.push(format!("{place}: its status is {}", shape(value)));
        return Status::Unknown;
    };
    Status::parse(&word).unwrap_or_else(|| {
        let word = Text::name(word);
        gaps.push(format!("{place}: the status \"{word}\" is not known"));
        Status::Unknown
    })
}

/// The first of the members that hold text. One of another type is named and passed over.
pub(super) fn text_of(members: &Members<'_>, place: &str, gaps: &mut Gaps) -> Text {
    for key in ["reason", "message", "detail"] {
        let Some(value) = members.find(&[key]) else {
            continue;
        };
        if let Some(text) = words(value) {
            return Text::new(text);
        }
        gaps.push(format!("{place}: its {key} is {}", shape(value)));
    }
    Text::default()
}
