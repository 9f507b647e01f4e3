//! What a caller passes to an operation: values by parameter name. Whether the operation has such a
//! parameter, and whether the value fits it, is decided when the request is built, not here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::secret::{REDACTED, Secret};

/// Values by parameter name, for one call of one operation.
#[derive(Clone, Default)]
pub struct Arguments {
    values: BTreeMap<String, Value>,
    extra: Map<String, Value>,
    secrets: BTreeSet<String>,
}

/// A value that can stand in [`Arguments`].
pub trait IntoArgument {
    /// The value as JSON.
    fn into_argument(self) -> Value;
}

/// What identifies an object among its siblings: a number, a key, or the full path of a project or group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// A number.
    Number(i64),
    /// A key, or a full path such as `group/app`.
    Name(String),
}

impl Arguments {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl IntoArgument) -> Self {
        self.values.insert(name.into(), value.into_argument());
        self
    }

    /// Adds a value that is never shown.
    #[must_use]
    pub fn with_secret(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        let name = name.into();
        self.secrets.insert(name.clone());
        self.with(name, value.into().expose())
    }

    /// Adds an array.
    #[must_use]
    pub fn with_array(
        self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = impl IntoArgument>,
    ) -> Self {
        let array: Value = values.into_iter().map(IntoArgument::into_argument).collect();
        self.with(name, array)
    }

    /// Adds values by name.
    #[must_use]
    pub fn with_map(
        self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = (impl Into<String>, impl IntoArgument)>,
    ) -> Self {
        let map: Value = values.into_iter().map(|(key, value)| (key.into(), value.into_argument())).collect();
        self.with(name, map)
    }

    /// Adds a value, or an explicit null.
    #[must_use]
    pub fn with_nullable(self, name: impl Into<String>, value: Option<impl IntoArgument>) -> Self {
        self.with(name, value.map_or(Value::Null, IntoArgument::into_argument))
    }

    /// Adds a value if there is one.
    #[must_use]
    pub fn with_some(self, name: impl Into<String>, value: Option<impl IntoArgument>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds one more row to an array.
    #[must_use]
    pub fn with_pushed(mut self, name: impl Into<String>, row: impl IntoArgument) -> Self {
        let rows = self.values.entry(name.into()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(rows) = rows {
            rows.push(row.into_argument());
        }
        self
    }

    /// Adds one more value to a map.
    #[must_use]
    pub fn with_entry(
        mut self,
        name: impl Into<String>,
        key: impl Into<String>,
        value: impl IntoArgument,
    ) -> Self {
        let map = self.values.entry(name.into()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(map) = map {
            map.insert(key.into(), value.into_argument());
        }
        self
    }

    /// Adds a value that no parameter describes; it is sent as it is, unchecked.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl IntoArgument) -> Self {
        self.extra.insert(name.into(), value.into_argument());
        self
    }

    /// The value of this name, and the others.
    pub(crate) fn without(mut self, name: &str) -> (Option<Value>, Self) {
        (self.values.remove(name), self)
    }

    /// The value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The names and values, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The values that no parameter describes.
    #[must_use]
    pub fn extra(&self) -> &Map<String, Value> {
        &self.extra
    }

    /// The values as one JSON object.
    #[must_use]
    pub fn into_json(self) -> Value {
        self.values.into_iter().collect()
    }
}

/// Shows names and values; a secret is masked.
impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, value) in &self.values {
            if self.secrets.contains(name) {
                map.entry(name, &format_args!("{REDACTED}"));
            } else {
                map.entry(name, &format_args!("{value}"));
            }
        }
        map.entries(self.extra.iter()).finish()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl Id {
    /// The identity that a JSON value stands for, if it is a number or text.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_i64().map(Self::Number),
            Value::String(text) => Some(Self::Name(text.clone())),
            _ => None,
        }
    }
}

impl From<i64> for Id {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Id {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Id {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Id {
    fn from(number: u64) -> Self {
        // A number beyond 63 bits cannot be an identity; as text it still reaches GitLab unchanged.
        i64::try_from(number).map_or_else(|_| Self::Name(number.to_string()), Self::Number)
    }
}

impl From<&str> for Id {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Id {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl IntoArgument for Id {
    fn into_argument(self) -> Value {
        match self {
            Self::Number(number) => number.into(),
            Self::Name(name) => name.into(),
        }
    }
}

impl IntoArgument for Value {
    fn into_argument(self) -> Value {
        self
    }
}

impl IntoArgument for Timestamp {
    fn into_argument(self) -> Value {
        self.to_string().into()
    }
}

impl IntoArgument for Date {
    fn into_argument(self) -> Value {
        self.to_string().into()
    }
}

macro_rules! into_argument {
    ($($of:ty),*) => {
        $(impl IntoArgument for $of {
            fn into_argument(self) -> Value {
                self.into()
            }
        })*
    };
}

into_argument!(String, &str, i64, i32, f64, bool);
