//! Which names exist: look-ups of types and resources, with a problem for each that fails.
//!
//! Owns the tables of names and the meaning of the type shorthand. Must not know operations.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostics, did_you_mean};
use crate::model::{EnumId, Field, RecordId, ResourceId, Type};
use crate::spanned::Spanned;
use crate::syntax::reader::suggestion;
use crate::syntax::shorthand::{Container, Shorthand};
use crate::syntax::{RawField, RawFile};
use rhailab_yaml::Span;

/// The types that need no declaration.
const BUILT_IN: [(&str, Type); 10] = [
    ("string", Type::String),
    ("secret", Type::Secret),
    ("int", Type::Int),
    ("float", Type::Float),
    ("seconds", Type::Seconds),
    ("bool", Type::Bool),
    ("datetime", Type::DateTime),
    ("date", Type::Date),
    ("id", Type::Id),
    ("json", Type::Json),
];

/// The names that a spec declares.
pub(crate) struct Scope {
    types: HashMap<String, Type>,
    enums: HashMap<String, EnumId>,
    resources: HashMap<String, ResourceId>,
    /// The files that could not be parsed. What they seem to declare is not reported as missing.
    unreadable: Vec<usize>,
}

impl Scope {
    /// Collects the names, in the order in which ids are given to them.
    pub(crate) fn new(files: &[RawFile], unreadable: Vec<usize>) -> Self {
        let mut scope = Self {
            types: BUILT_IN.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect(),
            enums: HashMap::new(),
            resources: HashMap::new(),
            unreadable,
        };
        let enums = files.iter().flat_map(|file| &file.enums);
        for (index, raw) in enums.enumerate() {
            let name = &raw.name.value;
            scope.enums.entry(name.clone()).or_insert(EnumId(index));
            scope.types.entry(name.clone()).or_insert(Type::Enum(EnumId(index)));
        }
        let records = files.iter().flat_map(|file| &file.records);
        for (index, raw) in records.enumerate() {
            let name = raw.name.value.clone();
            scope.types.entry(name).or_insert(Type::Record(RecordId(index)));
        }
        let resources = files.iter().flat_map(|file| &file.resources);
        for (index, raw) in resources.enumerate() {
            scope.resources.entry(raw.name.value.clone()).or_insert(ResourceId(index));
        }
        scope
    }

    /// The type that a shorthand means. One that was refused counts as `json`.
    pub(crate) fn resolve(&self, raw: Option<&Shorthand>, diagnostics: &mut Diagnostics) -> Type {
        let Some(raw) = raw else { return Type::Json };
        let Some(base) = self.types.get(&raw.base.value) else {
            self.unknown_type(&raw.base, diagnostics);
            return Type::Json;
        };
        match raw.container {
            None => base.clone(),
            Some(Container::Array) => Type::Array(Box::new(base.clone())),
            Some(Container::Map) => Type::Map(Box::new(base.clone())),
        }
    }

    /// The fields as the model has them.
    pub(crate) fn fields(&self, raw: &[RawField], diagnostics: &mut Diagnostics) -> Vec<Field> {
        let fields: Vec<Field> = raw
            .iter()
            .map(|field| {
                let ty = self.resolve(field.ty.as_ref(), diagnostics);
                let one = match &ty {
                    Type::Array(one) | Type::Map(one) => one,
                    one => one,
                };
                if *one == Type::Id {
                    diagnostics
                        .error(Code::BadType, field.name.span, format!("`{}` cannot have this type here", field.name.value))
                        .help("only callers may choose between a number and a path; an answer has an `int` or a `string`");
                }
                Field {
                    span: field.name.span,
                    name: field.name.value.clone(),
                    doc: field.doc.clone(),
                    ty,
                    required: field.ty.as_ref().is_some_and(|ty| ty.required),
                    nullable: field.ty.as_ref().is_some_and(|ty| ty.nullable),
                    secret_when: field.secret_when.as_ref().map(|when| when.value.clone()),
                }
            })
            .collect();
        for (raw, field) in raw.iter().zip(&fields) {
            if let Some(when) = &raw.secret_when {
                secret_when(field, when, &fields, diagnostics);
            }
        }
        fields
    }

    /// The resource of this name.
    pub(crate) fn resource(
        &self,
        name: &Spanned<String>,
        diagnostics: &mut Diagnostics,
    ) -> Option<ResourceId> {
        let found = self.resources.get(&name.value).copied();
        if found.is_none() && !self.may_be_declared(&name.value, diagnostics) {
            let help = match did_you_mean(&name.value, self.resources.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "declare it under `resources` of any file".to_owned(),
            };
            report(Code::UnknownResource, name, "no resource", help, diagnostics);
        }
        found
    }

    /// What an operation may return under this name: a resource, or a record.
    pub(crate) fn returned(&self, name: &Spanned<String>, diagnostics: &mut Diagnostics) -> Option<Returned> {
        if let Some(Type::Record(id)) = self.types.get(&name.value) {
            return Some(Returned::Record(*id));
        }
        let resource = self.resources.get(&name.value).copied();
        if resource.is_none() && !self.may_be_declared(&name.value, diagnostics) {
            let records = self.types.iter().filter(|(_, ty)| matches!(ty, Type::Record(_)));
            let names = self.resources.keys().chain(records.map(|(name, _)| name)).map(String::as_str);
            let help = match did_you_mean(&name.value, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "declare it under `resources` or `records` of any file".to_owned(),
            };
            report(Code::UnknownResource, name, "no resource and no record", help, diagnostics);
        }
        resource.map(Returned::Resource)
    }

    /// The enum of this name.
    pub(crate) fn enumeration(
        &self,
        name: &Spanned<String>,
        diagnostics: &mut Diagnostics,
    ) -> Option<EnumId> {
        let found = self.enums.get(&name.value).copied();
        if found.is_none() && !self.may_be_declared(&name.value, diagnostics) {
            let help = match did_you_mean(&name.value, self.enums.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "declare it under `enums` of any file".to_owned(),
            };
            report(Code::UnknownEnum, name, "no enum", help, diagnostics);
        }
        found
    }

    fn unknown_type(&self, name: &Spanned<String>, diagnostics: &mut Diagnostics) {
        if self.may_be_declared(&name.value, diagnostics) {
            return;
        }
        let help = if let Some(near) = did_you_mean(&name.value, self.types.keys().map(String::as_str)) {
            format!("did you mean `{near}`?")
        } else if self.resources.contains_key(&name.value) {
            "it is a resource; a field takes a record, or `json`".to_owned()
        } else {
            "declare it under `enums` or `records` of any file".to_owned()
        };
        report(Code::UnknownType, name, "no type", help, diagnostics);
    }

    /// Whether a file that could not be parsed looks as if it declared the name.
    fn may_be_declared(&self, name: &str, diagnostics: &Diagnostics) -> bool {
        let declaration = format!("{name}:");
        self.unreadable.iter().any(|file| {
            diagnostics.source(*file).lines().any(|line| line.trim_start().starts_with(&declaration))
        })
    }
}

/// What a name under `returns` means.
pub(crate) enum Returned {
    Resource(ResourceId),
    Record(RecordId),
}

/// Checks the condition under which a field is a secret.
fn secret_when(field: &Field, when: &Spanned<String>, fields: &[Field], diagnostics: &mut Diagnostics) {
    if !field.ty.is_secret() {
        diagnostics
            .error(Code::BadSecretWhen, when.span, format!("`{}` is no secret", field.name))
            .help("make its type `secret`, or remove the key");
        return;
    }
    match fields.iter().find(|other| other.name == when.value) {
        Some(other) if other.ty == Type::Bool => {}
        Some(_) => diagnostics
            .error(
                Code::BadSecretWhen,
                when.span,
                format!("`{}` cannot say whether this is a secret", when.value),
            )
            .help("name a field of type `bool`, which is true when the value is a secret"),
        None => {
            let flags = fields.iter().filter(|other| other.ty == Type::Bool);
            let flags: Vec<&str> = flags.map(|field| field.name.as_str()).collect();
            diagnostics
                .error(Code::UnknownField, when.span, format!("there is no field `{}`", when.value))
                .help(suggestion(&when.value, &flags, "the fields of type `bool` are"));
        }
    }
}

fn report(code: Code, name: &Spanned<String>, what: &str, help: String, diagnostics: &mut Diagnostics) {
    diagnostics.error(code, name.span, format!("there is {what} `{}`", name.value)).help(help);
}

/// The place of a whole file.
pub(crate) fn whole_file(file: usize) -> Span {
    Span { file, start: 0, end: 0 }
}
