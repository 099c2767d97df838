//! Health documents of other shapes, by a map of where things stand in them.

use alloc::format;
use alloc::vec::Vec;

use serde_json::value::RawValue;

use super::health::{HealthError, text_of};
use super::json::{Gaps, Members, Shape, shape, words};
use super::pointer::JsonPointer;
use crate::{CategoryHealth, Check, HealthSnapshot, Status, Text};

/// Where a monitor's document has what a health document says, and what its words mean.
///
/// ```
/// use grace_core::Status;
/// use grace_core::wire::{CategoryMapping, ChecksMapping, HealthMapping};
///
/// # fn main() -> Result<(), grace_core::wire::NotAPointer> {
/// // Spring Boot's `/actuator/health`
/// let json = r#"{"status": "DOWN", "components": {
///     "db": {"status": "DOWN", "details": {"error": "refused"}}, "ping": {"status": "UP"}}}"#;
///
/// let checks = ChecksMapping::new("/components".parse()?).with_reason("/details/error".parse()?);
/// let mapping = HealthMapping::new()
///     .with_overall("/status".parse()?)
///     .with_category(CategoryMapping::new("services").with_checks(checks))
///     .with_word("up", Status::Ok)
///     .with_word("down", Status::Critical)
///     .with_word("out_of_service", Status::Warning);
///
/// let reading = mapping.read(json).expect("JSON");
/// assert_eq!(reading.overall, Status::Critical);
/// let services = reading.category("services").expect("mapped");
/// assert_eq!(services.reason, "db: refused");
/// assert_eq!(services.checks[1].status, Status::Ok);
/// # Ok(()) }
/// ```
///
/// Another that exists is `application/health+json`, with checks at `/checks` that are a list for each
/// name, and the words `pass`, `warn` and `fail`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthMapping {
    overall: Option<JsonPointer>,
    categories: Vec<CategoryMapping>,
    /// In lower case.
    words: Vec<(Text, Status)>,
}

impl HealthMapping {
    /// A document of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same document, with the status of the whole in this place. Without, it is the worst of the
    /// categories'.
    #[must_use]
    pub fn with_overall(mut self, status: JsonPointer) -> Self {
        self.overall = Some(status);
        self
    }

    /// The same document with one more category. Of two of one name, in any case of letters, the first
    /// counts.
    #[must_use]
    pub fn with_category(mut self, category: CategoryMapping) -> Self {
        let known = |other: &CategoryMapping| other.name.eq_ignore_ascii_case(&category.name);
        if !self.categories.iter().any(known) {
            self.categories.push(category);
        }
        self
    }

    /// The same document, in which this word, number or truth value, in any case of letters, means this
    /// status. The words of [`Status`] mean themselves if nothing else is said.
    #[must_use]
    pub fn with_word(mut self, word: impl AsRef<str>, status: Status) -> Self {
        self.words.push((Text::name(word.as_ref().trim()).to_lower(), status));
        self
    }

    /// Reads a document.
    ///
    /// What is wrong in it spoils only itself: what is not where it should be, and a status that is no
    /// known word, is [`Status::Unknown`] and a [`Gap`](crate::Gap) that names the place. A reason may be
    /// absent.
    ///
    /// # Errors
    /// Text that is not JSON, with line and column.
    pub fn read(&self, json: &str) -> Result<HealthSnapshot, HealthError> {
        let document: &RawValue = serde_json::from_str(json).map_err(HealthError::new)?;
        let mut gaps = Gaps::default();
        let categories = self.categories.iter();
        let categories = categories.map(|one| self.category(document, one, &mut gaps)).collect();
        let mut snapshot = HealthSnapshot::from_categories(categories);
        if let Some(pointer) = &self.overall {
            snapshot.overall = self.status(document, pointer, "the whole", &mut gaps);
        }
        snapshot.gaps = gaps.finish();
        Ok(snapshot)
    }

    fn category(
        &self,
        document: &RawValue,
        mapping: &CategoryMapping,
        gaps: &mut Gaps,
    ) -> CategoryHealth {
        let place = format!("category {}", mapping.name);
        let checks = match &mapping.checks {
            Some(checks) => self.checks(document, checks, &place, gaps),
            None => Vec::new(),
        };
        let worst = CategoryHealth::from_checks(&mapping.name, checks);
        let status = match &mapping.status {
            Some(pointer) => self.status(document, pointer, &place, gaps),
            // Nothing was looked at, so nothing is well.
            None if worst.checks.is_empty() => Status::Unknown,
            None => worst.status,
        };
        let reason = mapping.reason.as_ref().and_then(|pointer| pointer.find(document));
        let reason = reason.and_then(words).map_or(worst.reason, Text::new);
        CategoryHealth { name: worst.name, status, reason, checks: worst.checks }
    }

    fn checks(
        &self,
        document: &RawValue,
        mapping: &ChecksMapping,
        place: &str,
        gaps: &mut Gaps,
    ) -> Vec<Check> {
        let Some(found) = mapping.all.find(document) else {
            gaps.push(format!("{place}: no checks at {}", mapping.all));
            return Vec::new();
        };
        let mut checks = Vec::new();
        if let Ok(Members(members)) = serde_json::from_str(found.get()) {
            for (name, value) in members {
                let values = each(value);
                if values.is_empty() {
                    let name = Text::name(&name);
                    gaps.push(format!("check {name} of {place}: an empty list"));
                }
                for value in values {
                    checks.push(self.check(&name, value, mapping, place, gaps));
                }
            }
        } else if shape(found) == Shape::List {
            for value in each(found) {
                let name = mapping.name.find(value).and_then(words);
                let name = name.unwrap_or_else(|| "unknown".into());
                checks.push(self.check(&name, value, mapping, place, gaps));
            }
        } else {
            let shape = shape(found);
            gaps.push(format!("{place}: at {} is {shape}, not a list or an object", mapping.all));
        }
        checks
    }

    fn check(
        &self,
        name: &str,
        value: &RawValue,
        mapping: &ChecksMapping,
        category: &str,
        gaps: &mut Gaps,
    ) -> Check {
        let name = Text::name(name);
        let place = format!("check {name} of {category}");
        let status = self.status(value, &mapping.status, &place, gaps);
        let reason = match &mapping.reason {
            Some(pointer) => pointer.find(value).and_then(words).map(Text::new),
            None => serde_json::from_str(value.get())
                .ok()
                .map(|members| text_of(&members, &place, gaps)),
        };
        Check { name, status, reason: reason.unwrap_or_default() }
    }

    fn status(
        &self,
        value: &RawValue,
        pointer: &JsonPointer,
        place: &str,
        gaps: &mut Gaps,
    ) -> Status {
        let Some(found) = pointer.find(value) else {
            gaps.push(format!("{place}: no status at \"{pointer}\""));
            return Status::Unknown;
        };
        let Some(word) = words(found) else {
            gaps.push(format!("{place}: its status is {}", shape(found)));
            return Status::Unknown;
        };
        let word = Text::name(word.trim());
        let lower = word.to_lower();
        let mapped = self.words.iter().find(|(known, _)| *known == lower);
        let status = mapped.map(|(_, status)| *status).or_else(|| Status::parse(&word));
        status.unwrap_or_else(|| {
            gaps.push(format!("{place}: the status \"{word}\" is not known"));
            Status::Unknown
        })
    }
}

/// The elements of a list; anything else is one by itself.
fn each(value: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(value.get()).unwrap_or_else(|_| alloc::vec![value])
}

/// Where a document has the health of one category.
///
/// A category without a status has the worst of its checks'; one without checks either is `UNKNOWN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryMapping {
    name: Text,
    status: Option<JsonPointer>,
    reason: Option<JsonPointer>,
    checks: Option<ChecksMapping>,
}

impl CategoryMapping {
    /// A category of this name: `storage`, `services`, …
    #[must_use]
    pub fn new(name: impl AsRef<str>) -> Self {
        Self { name: Text::name(name), status: None, reason: None, checks: None }
    }

    /// The same category, with its status in this place of the document.
    #[must_use]
    pub fn with_status(mut self, status: JsonPointer) -> Self {
        self.status = Some(status);
        self
    }

    /// The same category, with its reason in this place of the document. Without one, and where it is
    /// absent, the reason is that of the failed checks.
    #[must_use]
    pub fn with_reason(mut self, reason: JsonPointer) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The same category, with its checks in this place of the document.
    #[must_use]
    pub fn with_checks(mut self, checks: ChecksMapping) -> Self {
        self.checks = Some(checks);
        self
    }
}

/// Where a document has the checks of one category: a list, or an object by name, each of whose values
/// is a check or a list of checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChecksMapping {
    all: JsonPointer,
    name: JsonPointer,
    status: JsonPointer,
    reason: Option<JsonPointer>,
}

impl ChecksMapping {
    /// Checks in this place of the document, each with its `status`, and with its `name` if they are a
    /// list. Its reason is the first of `reason`, `message` and `detail`.
    #[must_use]
    pub fn new(all: JsonPointer) -> Self {
        let member = JsonPointer::member;
        Self { all, name: member("name"), status: member("status"), reason: None }
    }

    /// The same checks, with the name of each in this place of it.
    #[must_use]
    pub fn with_name(mut self, name: JsonPointer) -> Self {
        self.name = name;
        self
    }

    /// The same checks, with the status of each in this place of it; `""` if it is a word alone.
    #[must_use]
    pub fn with_status(mut self, status: JsonPointer) -> Self {
        self.status = status;
        self
    }

    /// The same checks, with the reason of each in this place of it.
    #[must_use]
    pub fn with_reason(mut self, reason: JsonPointer) -> Self {
        self.reason = Some(reason);
        self
    }
}
