//! The shape of a script's value, as the session knows it after running something. Nothing is fetched for it.

use rhai::{Array, Blob, Dynamic, FnPtr, Map};

use super::shape::Shape;
use crate::engine::error::client_error;
use crate::engine::{ClientRef, ManagerRef, ObjectRef, SequenceRef, WrittenRef, is_chunk, is_file};

/// How deep maps and arrays are looked into.
const DEPTH: usize = 4;

/// The shape of a script's value.
#[must_use]
pub fn shape_of(value: &Dynamic) -> Shape {
    look(value, DEPTH)
}

fn look(value: &Dynamic, depth: usize) -> Shape {
    if let Some(object) = value.read_lock::<ObjectRef>() {
        return Shape::Object(object.with(|object| object.resource()));
    }
    if let Some(manager) = value.read_lock::<ManagerRef>() {
        return Shape::Manager(manager.resource());
    }
    if let Some(rows) = value.read_lock::<SequenceRef>() {
        return Shape::Sequence(rows.resource());
    }
    if let Some(fields) = value.read_lock::<Map>() {
        return match depth.checked_sub(1) {
            Some(depth) => {
                let keys = fields.iter().map(|(name, value)| (name.to_string(), look(value, depth)));
                Shape::Map(keys.collect())
            }
            None => Shape::MapOf(Box::default()),
        };
    }
    if let Some(values) = value.read_lock::<Array>() {
        // One value stands for all, as in everything that GitLab sends.
        let first = values.first().zip(depth.checked_sub(1)).map(|(first, depth)| look(first, depth));
        return Shape::Array(Box::new(first.unwrap_or_default()));
    }
    if value.is::<ClientRef>() {
        return Shape::Client;
    }
    if value.is_string() || value.is_char() {
        return Shape::Text;
    }
    if value.is_int() || value.is_float() {
        return Shape::Number;
    }
    if value.is_bool() {
        return Shape::Bool;
    }
    if value.is::<Blob>() {
        return Shape::Blob;
    }
    if value.is::<FnPtr>() {
        return Shape::Function;
    }
    if value.is::<std::ops::Range<i64>>() || value.is::<std::ops::RangeInclusive<i64>>() {
        return Shape::Range;
    }
    if is_file(value) {
        return Shape::File;
    }
    if is_chunk(value) {
        return Shape::Chunk;
    }
    if value.is::<WrittenRef>() {
        return Shape::Written;
    }
    if client_error(value).is_some() {
        return Shape::Error;
    }
    Shape::Unknown
}
