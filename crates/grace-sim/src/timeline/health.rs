//! Health documents in timelines: JSON to its readers, a TOML table in the file.

use grace_core::HealthSnapshot;
use grace_core::wire::{HealthError, parse_health};
use serde_json::{Map, Number, Value};
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

/// A health document, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthDocument {
    members: Map<String, Value>,
    snapshot: HealthSnapshot,
}

impl HealthDocument {
    /// The document of these members, in either shape that [`parse_health`] reads.
    ///
    /// TOML has no null, so members and list items that are null are left out.
    ///
    /// # Errors
    /// Whatever `parse_health` refuses.
    pub fn new(members: Map<String, Value>) -> Result<Self, HealthError> {
        let members = without_nulls(members);
        let snapshot = parse_health(&json(&members))?;
        Ok(Self { members, snapshot })
    }

    /// What the document says.
    #[must_use]
    pub const fn snapshot(&self) -> &HealthSnapshot {
        &self.snapshot
    }

    /// The document as JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        json(&self.members)
    }

    pub(super) const fn members(&self) -> &Map<String, Value> {
        &self.members
    }
}

fn json(members: &Map<String, Value>) -> String {
    // A map of JSON values always has a text.
    serde_json::to_string(members).unwrap_or_default()
}

fn without_nulls(members: Map<String, Value>) -> Map<String, Value> {
    let kept = members.into_iter().filter(|(_, value)| !value.is_null());
    kept.map(|(name, value)| (name, without_null_parts(value))).collect()
}

fn without_null_parts(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(without_nulls(members)),
        Value::Array(items) => {
            let kept = items.into_iter().filter(|item| !item.is_null());
            Value::Array(kept.map(without_null_parts).collect())
        }
        scalar => scalar,
    }
}

/// The members of a TOML table as JSON, in the table's order; `None` if it has a number JSON does not.
pub(super) fn members_of(table: &DeTable<'_>) -> Option<Map<String, Value>> {
    table
        .iter()
        .map(|(name, value)| Some((name.get_ref().to_string(), value_of(value.get_ref())?)))
        .collect()
}

fn value_of(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(integer) => Value::Number(integer_of(integer)?),
        DeValue::Float(float) => Value::Number(float_of(float)?),
        DeValue::Boolean(boolean) => Value::from(*boolean),
        DeValue::Datetime(datetime) => Value::from(datetime.to_string()),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| value_of(item.get_ref()));
            Value::Array(items.collect::<Option<_>>()?)
        }
        DeValue::Table(table) => Value::Object(members_of(table)?),
    })
}

fn integer_of(integer: &DeInteger<'_>) -> Option<Number> {
    let (digits, radix) = (integer.as_str(), integer.radix());
    let signed = i64::from_str_radix(digits, radix).map(Number::from);
    let number = signed.or_else(|_| u64::from_str_radix(digits, radix).map(Number::from));
    number.ok()
}

fn float_of(float: &DeFloat<'_>) -> Option<Number> {
    Number::from_f64(float.as_str().parse().ok()?)
}
