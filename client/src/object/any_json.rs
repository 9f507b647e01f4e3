//! Answers of any shape, as a confused server or a hostile one may send them: whatever comes is an object or an error that
//! says where, never a panic, and what an error says holds no secret of the answer.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value};

use super::*;
use crate::endpoint::Type;
use crate::{
    CurrentJob, CurrentUser, Group, GroupVariable, Metadata, Project, ProjectJob, ProjectPipeline,
    ProjectPipelineBridge, ProjectPipelineJob, ProjectPipelineSchedule, ProjectPipelineSchedulePipeline,
    ProjectPipelineScheduleVariable, ProjectPipelineVariable, ProjectTrigger, ProjectVariable, Variable,
    Version, table,
};

/// Decodes the object and reads all that it has.
type Read = fn(Object) -> Result<(), Error>;

fn read<T: Entity>(object: Object) -> Result<(), Error> {
    object.typed::<T>().map(drop)
}

/// Every kind of object that has a type.
fn kinds() -> Vec<(&'static Resource, Read)> {
    macro_rules! kinds {
        ($($kind:ty),*) => { vec![$((<$kind>::resource(), read::<$kind> as Read)),*] };
    }
    kinds![
        CurrentJob,
        CurrentUser,
        Group,
        GroupVariable,
        Metadata,
        Project,
        ProjectJob,
        ProjectPipeline,
        ProjectPipelineBridge,
        ProjectPipelineJob,
        ProjectPipelineSchedule,
        ProjectPipelineSchedulePipeline,
        ProjectPipelineScheduleVariable,
        ProjectPipelineVariable,
        ProjectTrigger,
        ProjectVariable,
        Variable,
        Version
    ]
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "(2026-03-02T10:00:00.114Z|2026-02-30|99999-01-01T00:00:00Z|success|-1|1e400)".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A value that fits a type.
fn fitting(ty: Type) -> Value {
    match ty {
        Type::Int | Type::Seconds | Type::Float | Type::Id => 7.into(),
        Type::Bool => true.into(),
        Type::DateTime => "2026-03-02T10:00:00.114Z".into(),
        Type::Date => "2026-03-02".into(),
        Type::Array(of) => Value::Array(vec![fitting(*of)]),
        Type::Map(of) => Value::Object(Map::from_iter([("key".to_owned(), fitting(*of))])),
        Type::Record(record) => fields(record.fields),
        Type::String | Type::Enum(_) | Type::Json => "success".into(),
    }
}

fn fields(known: &'static [crate::endpoint::Field]) -> Value {
    Value::Object(known.iter().map(|field| (field.name.to_owned(), fitting(field.ty))).collect())
}

fn object_of(resource: &'static Resource, json: &str) -> Result<Object, Error> {
    static CLIENT: LazyLock<Gitlab> = LazyLock::new(|| Gitlab::builder("https://h.test").build().unwrap());
    let answer = Bytes::from(json.to_owned());
    let raw = serde_json::from_slice(&answer).map_err(|error| Error::decode(error.to_string()))?;
    let raw = Json::part(&answer, raw);
    Object::listed(&CLIENT, resource, &Context::default(), raw)
}

#[test]
fn every_kind_of_object_is_tried() {
    let tried: BTreeSet<&str> = kinds().iter().map(|(resource, _)| resource.kind).collect();
    let known = table::RESOURCES.iter().filter(|resource| !resource.fields.is_empty());
    assert_eq!(tried, known.map(|resource| resource.kind).collect());
    for (resource, read) in kinds() {
        let whole = fields(resource.fields).to_string();
        object_of(resource, &whole).and_then(read).unwrap_or_else(|error| panic!("{whole}: {error}"));
    }
}

proptest! {
    // Each kind has its share of them.
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// One field of a right object is anything.
    #[test]
    fn a_field_of_any_shape_is_read_or_named(
        kind in any::<Index>(),
        place in any::<Index>(),
        value in anything(),
    ) {
        let (resource, read) = *kind.get(&kinds());
        let Value::Object(mut members) = fields(resource.fields) else { unreachable!() };
        let field = place.get(resource.fields);
        members.insert(field.name.to_owned(), value);
        let json = Value::Object(members).to_string();
        let result = object_of(resource, &json).and_then(|object| {
            // What scripts do: read each field by name.
            for field in resource.fields {
                let _ = object.attribute(field.name)?;
            }
            read(object)
        });
        if let Err(error) = result {
            prop_assert_eq!(error.kind(), ErrorKind::Decode);
            prop_assert!(error.message().contains(field.name), "{}: {}", field.name, error);
        }
    }

    /// The whole answer is anything: any text, or JSON that is cut somewhere.
    #[test]
    fn any_text_is_an_object_or_an_error(
        kind in any::<Index>(),
        text in "\\PC{0,40}",
        json in anything(),
        cut in any::<Index>(),
    ) {
        let (resource, read) = *kind.get(&kinds());
        let json = json.to_string();
        let end = json.floor_char_boundary(cut.index(json.len() + 1));
        for text in [text.as_str(), json.as_str(), &json[..end]] {
            if let Err(error) = object_of(resource, text).and_then(read) {
                prop_assert_eq!(error.kind(), ErrorKind::Decode);
            }
        }
    }
}
