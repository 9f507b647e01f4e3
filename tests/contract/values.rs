//! A full set of arguments for any operation, made from the types of its parameters alone.

use rhailab_client::Arguments;
use rhailab_client::endpoint::{Endpoint, Place, Type};
use serde_json::{Map, Value, json};

/// A path's number, which stands for whatever the path names.
pub const NUMBER: i64 = 7;

/// How many sets it takes for every value of every enum to occur.
pub fn variants(endpoint: &Endpoint) -> usize {
    endpoint.params.iter().map(|param| choices(param.ty)).max().unwrap_or(1)
}

/// A value for every parameter in query and body, and for those of the path that the caller does not know itself.
pub fn arguments(endpoint: &Endpoint, known: &[&str], variant: usize) -> Arguments {
    endpoint
        .params
        .iter()
        .filter(|param| param.place != Place::Path || !known.contains(&param.name))
        .fold(Arguments::new(), |arguments, param| arguments.with(param.name, value(param.ty, variant)))
}

fn choices(ty: Type) -> usize {
    match ty {
        Type::Enum(of) => of.values.len(),
        Type::Record(of) => of.fields.iter().map(|field| choices(field.ty)).max().unwrap_or(1),
        Type::Array(of) | Type::Map(of) => choices(*of),
        _ => 1,
    }
}

fn value(ty: Type, variant: usize) -> Value {
    match ty {
        // Text with all that has to be encoded somewhere.
        Type::String => json!("feature/ä & b"),
        Type::Int => json!(NUMBER),
        Type::Float | Type::Seconds => json!(1.5),
        Type::Bool => json!(true),
        Type::DateTime => json!("2026-03-02T10:00:00+02:00"),
        Type::Date => json!("2026-03-02"),
        Type::Id => json!("group/sub/app"),
        // Any JSON means more than text.
        Type::Json => json!([1, "two"]),
        Type::Enum(of) => json!(of.values[variant % of.values.len()]),
        Type::Record(of) => {
            let fields = of.fields.iter().map(|field| (field.name.to_owned(), value(field.ty, variant)));
            Value::Object(fields.collect::<Map<String, Value>>())
        }
        Type::Array(of) => json!([value(*of, variant), value(*of, variant + 1)]),
        Type::Map(of) => json!({"first": value(*of, variant), "second": value(*of, variant + 1)}),
        other => panic!("no value is known for the type {other}"),
    }
}
