//! What is wanted at a place of the text: a value of some type, one of some texts, a map with certain keys, a
//! file. It follows from what stands in front: a key, a call's parenthesis, a comparison.

use rhailab_client::endpoint::{Field, Param, Record, Type};

use super::infer::Reading;
use super::scope::{ends_value, is_dot};
use super::shape::{Names, Shape};
use crate::engine::functions::{OptionRow, Takes};

/// What is wanted at a place.
#[derive(Clone, Debug, Default)]
pub(super) enum Wanted {
    #[default]
    Anything,
    /// True or false.
    Truth,
    /// One of these texts.
    Name(Names),
    /// The name of a file.
    File,
    /// The name of a script, without its ending.
    Module,
    /// A map with these keys.
    Options(Vec<Key>),
    /// A map with these fields.
    Record(&'static Record),
    /// A map with any keys.
    MapOf(Box<Wanted>),
    ArrayOf(Box<Wanted>),
    /// A closure, with what it is called with.
    Closure(Vec<(&'static str, Shape)>),
    /// One of these keys, as text.
    Key(Vec<Key>),
}

/// A key that a map has or can have.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) wanted: Wanted,
    pub(super) label: String,
    pub(super) doc: &'static str,
}

impl Key {
    pub(super) fn of_param(param: &'static Param) -> Self {
        let facts = match param.default {
            _ if param.required => ", required".to_owned(),
            Some(default) => format!(" = {default}"),
            None => String::new(),
        };
        let label = format!("{}: {}{facts}", param.name, param.ty);
        Self { name: param.name.to_owned(), wanted: Wanted::of_type(&param.ty), label, doc: param.doc }
    }

    pub(super) fn of_row(row: &'static OptionRow, receiver: &Shape) -> Self {
        let wanted = Wanted::taken(row.takes, receiver);
        Self { name: row.name.to_owned(), wanted, label: row.name.to_owned(), doc: row.doc }
    }

    pub(super) fn of_field(field: &'static Field) -> Self {
        let label = format!("{}: {}", field.name, field.ty);
        Self { name: field.name.to_owned(), wanted: Wanted::of_type(&field.ty), label, doc: field.doc }
    }
}

impl Wanted {
    pub(super) fn of_type(ty: &Type) -> Self {
        match ty {
            Type::Bool => Self::Truth,
            Type::Enum(of) => Self::Name(Names::Enum(of)),
            Type::Record(of) => Self::Record(of),
            Type::Array(of) => Self::ArrayOf(Box::new(Self::of_type(of))),
            Type::Map(of) => Self::MapOf(Box::new(Self::of_type(of))),
            _ => Self::Anything,
        }
    }

    /// What a parameter of ours takes, in a call on this value.
    pub(super) fn taken(takes: Takes, receiver: &Shape) -> Self {
        match takes {
            Takes::Anything => Self::Anything,
            Takes::Truth => Self::Truth,
            Takes::File => Self::File,
            Takes::OneOf(choices) => Self::Name(Names::Rows(choices)),
            Takes::Options(rows) => {
                Self::Options(rows.iter().map(|row| Key::of_row(row, receiver)).collect())
            }
            Takes::Closure(passed) => {
                Self::Closure(passed.iter().map(|(name, gives)| (*name, receiver.given(*gives))).collect())
            }
        }
    }

    fn like(shape: &Shape) -> Self {
        match shape {
            Shape::Name(names) => Self::Name(*names),
            Shape::Bool => Self::Truth,
            Shape::Record(record) => Self::Record(record),
            Shape::Array(of) => Self::ArrayOf(Box::new(Self::like(of))),
            Shape::MapOf(of) => Self::MapOf(Box::new(Self::like(of))),
            _ => Self::Anything,
        }
    }

    /// The keys that the map in its place can have.
    pub(super) fn keys(&self) -> Vec<Key> {
        match self {
            Self::Options(keys) => keys.clone(),
            Self::Record(record) => record.fields.iter().map(Key::of_field).collect(),
            _ => Vec::new(),
        }
    }

    fn under(self, key: &str) -> Self {
        match self {
            Self::MapOf(of) => *of,
            map => map
                .keys()
                .into_iter()
                .find(|known| known.name == key)
                .map(|known| known.wanted)
                .unwrap_or_default(),
        }
    }
}

impl Reading<'_> {
    /// What is wanted of the value that begins with this token, which may be the one behind the last.
    pub(super) fn wanted(&self, at: usize, is_map: bool) -> Wanted {
        self.deeper(|| self.wanted_here(at, is_map))
    }

    fn wanted_here(&self, at: usize, is_map: bool) -> Wanted {
        let source = &self.source;
        let Some(before) = at.checked_sub(1) else {
            return Wanted::Anything;
        };
        let parent = source.parent(at);
        let brackets = parent.map_or("", |parent| source.word(parent));
        match (source.word(before), parent) {
            ("==" | "!=", _) => Wanted::like(&self.before(before)),
            ("=", _) => self.assigned(before),
            ("in", _) => self.one_of_many(before),
            ("import", _) => Wanted::Module,
            (":", Some(map)) if brackets == "#{" => match before.checked_sub(1) {
                Some(key) => {
                    let key = source.word(key).trim_matches(['"', '`']);
                    self.wanted(map, true).under(key)
                }
                None => Wanted::Anything,
            },
            ("|", Some(open)) if brackets == "{" => self.arm(open),
            (word, Some(open)) if before == open || word == "," => match brackets {
                "(" => self.argument(open, at, is_map),
                "[" | "?[" => self.element(open),
                "{" => self.arm(open),
                _ => Wanted::Anything,
            },
            _ => Wanted::Anything,
        }
    }

    fn argument(&self, open: usize, at: usize, is_map: bool) -> Wanted {
        let source = &self.source;
        let mut place = 0;
        let mut in_closure = false;
        for index in source.level(open + 1, at) {
            match source.word(index) {
                "|" => in_closure = !in_closure,
                "," if !in_closure => place += 1,
                _ => {}
            }
        }
        self.callee(open).argument(place, is_map)
    }

    /// In `[…]`: the key of a map, or a value of an array.
    fn element(&self, open: usize) -> Wanted {
        let is_index = open.checked_sub(1).is_some_and(|before| ends_value(&self.source, before));
        if !is_index {
            return match self.wanted(open, false) {
                Wanted::ArrayOf(of) => *of,
                _ => Wanted::Anything,
            };
        }
        let shape = self.before(open);
        let mut keys: Vec<Key> = shape.fields().iter().map(Key::of_field).collect();
        if let Shape::Map(known) = &shape {
            keys.extend(known.iter().map(|(name, shape)| Key {
                name: name.clone(),
                wanted: Wanted::Anything,
                label: name.clone(),
                doc: shape.doc(),
            }));
        }
        Wanted::Key(keys)
    }

    /// In `switch value { "…" => … }`: one of what the value can be.
    fn arm(&self, open: usize) -> Wanted {
        let before = self.chain_begin(open).and_then(|begin| begin.checked_sub(1));
        match before {
            Some(word) if self.source.word(word) == "switch" => Wanted::like(&self.before(open)),
            _ => Wanted::Anything,
        }
    }

    /// In `object.field = …`: what the field takes.
    fn assigned(&self, sign: usize) -> Wanted {
        let begin = self.chain_begin(sign);
        let is_new = begin.and_then(|begin| begin.checked_sub(1)).is_some_and(|word| {
            matches!(self.source.word(word), "let" | "const") && !is_dot(&self.source, word)
        });
        if is_new { Wanted::Anything } else { Wanted::like(&self.before(sign)) }
    }

    /// In `value in […]`: some of what the value can be.
    fn one_of_many(&self, word: usize) -> Wanted {
        Wanted::ArrayOf(Box::new(Wanted::like(&self.before(word))))
    }
}
