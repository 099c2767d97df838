//! `mapping = { … }`: where things stand in a health document of a shape of its own.

use std::fmt;

use grace_core::Status;
use grace_core::wire::{CategoryMapping, ChecksMapping, HealthMapping, JsonPointer};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// A mapping as a configuration writes it; each place is a JSON pointer.
///
/// ```toml
/// [sources.app.mapping]
/// overall = "/status"
/// words = { up = "OK", down = "CRITICAL" }
///
/// [sources.app.mapping.categories.services]
/// checks = { all = "/components", status = "/status", reason = "/details/error" }
/// ```
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingForm {
    overall: Option<Pointer>,
    #[serde(default)]
    words: Named<Word>,
    #[serde(default)]
    categories: Named<CategoryForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryForm {
    status: Option<Pointer>,
    reason: Option<Pointer>,
    checks: Option<ChecksForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChecksForm {
    all: Pointer,
    name: Option<Pointer>,
    status: Option<Pointer>,
    reason: Option<Pointer>,
}

impl TryFrom<MappingForm> for HealthMapping {
    type Error = String;

    fn try_from(form: MappingForm) -> Result<Self, String> {
        if form.overall.is_none() && form.categories.0.is_empty() {
            return Err("the mapping maps nothing: add overall, or a category".to_owned());
        }
        let mut mapping = Self::new();
        if let Some(Pointer(overall)) = form.overall {
            mapping = mapping.with_overall(overall);
        }
        for (word, Word(status)) in form.words.0 {
            mapping = mapping.with_word(word, status);
        }
        for (name, category) in form.categories.0 {
            mapping = mapping.with_category(category.mapping(name));
        }
        Ok(mapping)
    }
}

impl CategoryForm {
    fn mapping(self, name: String) -> CategoryMapping {
        let mut mapping = CategoryMapping::new(name);
        if let Some(Pointer(status)) = self.status {
            mapping = mapping.with_status(status);
        }
        if let Some(Pointer(reason)) = self.reason {
            mapping = mapping.with_reason(reason);
        }
        match self.checks {
            Some(checks) => mapping.with_checks(checks.mapping()),
            None => mapping,
        }
    }
}

impl ChecksForm {
    fn mapping(self) -> ChecksMapping {
        let mut mapping = ChecksMapping::new(self.all.0);
        if let Some(Pointer(name)) = self.name {
            mapping = mapping.with_name(name);
        }
        if let Some(Pointer(status)) = self.status {
            mapping = mapping.with_status(status);
        }
        if let Some(Pointer(reason)) = self.reason {
            mapping = mapping.with_reason(reason);
        }
        mapping
    }
}

/// A place in a document.
struct Pointer(JsonPointer);

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

/// What a document's word means.
struct Word(Status);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Status::parse(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format_args!(
                "{text:?} is no status: write OK, INFO, WARNING, CRITICAL, UNKNOWN or EXCLUDED"
            ))
        })
    }
}

/// A table's entries, in its order.
struct Named<T>(Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(Vec<(String, T)>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Vec<(String, T)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
                while let Some(entry) = map.next_entry()? {
                    self.0.push(entry);
                }
                Ok(self.0)
            }
        }

        deserializer.deserialize_map(Entries(Vec::new())).map(Self)
    }
}
