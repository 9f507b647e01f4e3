//! Shapes: what a value is, as far as the tables tell without running anything, and what its parts are.

use rhailab_client::endpoint::{Enum, Field, Outcome, Record, Resource, Type, find_accessor};
use rhailab_client::table;

use crate::engine::functions::{self, Choice, Gives, Members, Property};

/// What a value is, as far as the tables tell.
#[derive(Clone, Debug, Default)]
pub enum Shape {
    /// Nothing is known.
    #[default]
    Unknown,
    /// The client, `gl`.
    Client,
    /// The manager of this resource's objects.
    Manager(&'static Resource),
    /// An object of this resource.
    Object(&'static Resource),
    /// The rows of a list, fetched as they are needed.
    Sequence(&'static Resource),
    /// The map of an object's fields.
    Attributes(&'static Resource),
    /// A map with these fields.
    Record(&'static Record),
    /// A map with these keys.
    Map(Vec<(String, Shape)>),
    /// A map with any keys and such values.
    MapOf(Box<Shape>),
    /// An array of such values.
    Array(Box<Shape>),
    /// Text.
    Text,
    /// A text out of some.
    Name(Names),
    /// A number.
    Number,
    /// A range of whole numbers.
    Range,
    /// True or false.
    Bool,
    /// Bytes.
    Blob,
    /// A file that is being written.
    File,
    /// A piece of a download.
    Chunk,
    /// A file that was written.
    Written,
    /// What `catch` got.
    Error,
    /// A closure or the like.
    Function,
}

/// The texts of which one is meant.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// Those of an enum of GitLab's.
    Enum(&'static Enum),
    /// Those of a table of ours.
    Rows(&'static [Choice]),
}

impl Names {
    /// The texts, each with a line about it.
    pub(super) fn each(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Enum(of) => of.values.iter().map(|name| (*name, of.doc)).collect(),
            Self::Rows(rows) => rows.iter().map(|row| (row.name, row.doc)).collect(),
        }
    }
}

impl Shape {
    pub(super) fn of_type(ty: &Type) -> Self {
        match ty {
            Type::String | Type::DateTime | Type::Date => Self::Text,
            Type::Int | Type::Float | Type::Seconds => Self::Number,
            Type::Bool => Self::Bool,
            Type::Enum(of) => Self::Name(Names::Enum(of)),
            Type::Record(of) => Self::Record(of),
            Type::Array(of) => Self::Array(Box::new(Self::of_type(of))),
            Type::Map(of) => Self::MapOf(Box::new(Self::of_type(of))),
            _ => Self::Unknown,
        }
    }

    /// What a verb answers that is called on this resource.
    pub(super) fn of_outcome(outcome: &Outcome, receiver: &'static Resource) -> Self {
        match outcome {
            Outcome::Object(resource) => Self::Object(resource),
            Outcome::SameObject | Outcome::AnotherObject => Self::Object(receiver),
            Outcome::List(resource) => Self::Sequence(resource),
            Outcome::Record(record) => Self::Record(record),
            Outcome::Text => Self::Text,
            Outcome::Bytes => Self::Blob,
            _ => Self::Unknown,
        }
    }

    /// What a function of the tables answers that is called on this value.
    pub(super) fn given(&self, gives: Gives) -> Self {
        match gives {
            Gives::Anything => Self::Unknown,
            Gives::Truth => Self::Bool,
            Gives::Number => Self::Number,
            Gives::Text => Self::Text,
            Gives::OneOf(choices) => Self::Name(Names::Rows(choices)),
            Gives::Texts => Self::Array(Box::new(Self::Text)),
            Gives::Blob => Self::Blob,
            Gives::Client => Self::Client,
            Gives::File => Self::File,
            Gives::Chunk => Self::Chunk,
            Gives::Range => Self::Range,
            Gives::Attributes => match self {
                Self::Object(resource) => Self::Attributes(resource),
                _ => Self::Unknown,
            },
            Gives::Receiver => self.clone(),
            Gives::Row => self.row(),
            Gives::Rows => Self::Array(Box::new(self.row())),
            Gives::Mapped => Self::Array(Box::default()),
        }
    }

    /// One of the values in it: what `for` and `[0]` give.
    pub(super) fn row(&self) -> Self {
        match self {
            Self::Sequence(resource) => Self::Object(resource),
            Self::Array(of) | Self::MapOf(of) => of.as_ref().clone(),
            Self::Text | Self::Name(_) => Self::Text,
            Self::Blob | Self::Range => Self::Number,
            _ => Self::Unknown,
        }
    }

    /// What stands behind a dot and a name.
    pub(super) fn property(&self, name: &str) -> Self {
        let fields = match self {
            Self::Client => {
                return match find_accessor(table::ROOT, name) {
                    Some(resource) => Self::Manager(resource),
                    None => functions::CLIENT
                        .property(name)
                        .map(|known| self.given(known.gives))
                        .unwrap_or_default(),
                };
            }
            Self::Object(resource) => match resource.child(name) {
                Some(child) => return Self::Manager(child),
                None => resource.fields,
            },
            Self::Attributes(resource) => resource.fields,
            Self::Record(record) => record.fields,
            Self::Map(keys) => {
                let found = keys.iter().find(|(key, _)| key == name);
                return found.map(|(_, shape)| shape.clone()).unwrap_or_default();
            }
            Self::MapOf(of) => return of.as_ref().clone(),
            _ => &[],
        };
        match fields.iter().find(|field| field.name == name) {
            Some(field) => Self::of_type(&field.ty),
            None => {
                let known = self.members().and_then(|members| members.property(name));
                known.map(|Property { gives, .. }| self.given(*gives)).unwrap_or_default()
            }
        }
    }

    /// What values of this shape have beside what the endpoint table says of them.
    pub(super) fn members(&self) -> Option<&'static Members> {
        Some(match self {
            Self::Client => &functions::CLIENT,
            Self::Object(_) => &functions::OBJECT,
            Self::Sequence(_) => &functions::SEQUENCE,
            Self::Attributes(_) | Self::Record(_) | Self::Map(_) | Self::MapOf(_) => &functions::MAP,
            Self::Array(_) => &functions::ARRAY,
            Self::Text | Self::Name(_) => &functions::TEXT,
            Self::Number => &functions::NUMBER,
            Self::Range => &functions::RANGE,
            Self::Blob => &functions::BLOB,
            Self::File => &functions::FILE,
            Self::Chunk => &functions::CHUNK,
            Self::Written => &functions::WRITTEN,
            Self::Error => &functions::ERROR,
            Self::Function => &functions::FUNCTION,
            Self::Unknown | Self::Manager(_) | Self::Bool => return None,
        })
    }

    /// The fields that it has as a map or an object.
    pub(super) fn fields(&self) -> &'static [Field] {
        match self {
            Self::Object(resource) | Self::Attributes(resource) => resource.fields,
            Self::Record(record) => record.fields,
            _ => &[],
        }
    }

    /// The name of such values' type, for a label; empty when nothing is known.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Unknown => String::new(),
            Self::Client => "Gitlab".to_owned(),
            Self::Manager(resource) => format!("{}Manager", resource.kind),
            Self::Object(resource) => resource.kind.to_owned(),
            Self::Sequence(resource) => format!("list of {}", resource.kind),
            Self::Record(record) => record.name.to_owned(),
            Self::Attributes(_) | Self::Map(_) | Self::MapOf(_) => "map".to_owned(),
            Self::Array(of) => format!("{}[]", of.name()),
            Self::Text => "string".to_owned(),
            Self::Name(Names::Enum(of)) => of.name.to_owned(),
            Self::Name(Names::Rows(_)) => "string".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Range => "range".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Blob => "bytes".to_owned(),
            Self::File => "file".to_owned(),
            Self::Chunk => "chunk".to_owned(),
            Self::Written => "written file".to_owned(),
            Self::Error => "error".to_owned(),
            Self::Function => "function".to_owned(),
        }
    }

    /// A line about such values.
    pub(super) fn doc(&self) -> &'static str {
        match self {
            Self::Client => "The configured client.",
            Self::Manager(resource) | Self::Object(resource) | Self::Sequence(resource) => resource.doc,
            Self::Attributes(resource) => resource.doc,
            Self::Record(record) => record.doc,
            Self::Name(Names::Enum(of)) => of.doc,
            Self::Map(_) | Self::MapOf(_) => "Values by name.",
            Self::Array(_) => "Values in a row.",
            Self::Text | Self::Name(_) => "Text.",
            Self::Number => "A number.",
            Self::Range => "Whole numbers in a row.",
            Self::Bool => "True or false.",
            Self::Blob => "Bytes.",
            Self::File => "A file that is being written.",
            Self::Chunk => "A piece of a download.",
            Self::Written => "A file that was written.",
            Self::Error => "What went wrong.",
            Self::Function => "A function as a value.",
            Self::Unknown => "A variable.",
        }
    }
}
