//! What a topic means: from the words that somebody typed to what the endpoint table and the language have. Every
//! way to write it that makes sense in a script works here. How a page looks is not this module's business.

use std::collections::BTreeSet;

use rhailab_client::endpoint::{Enum, Field, On, Operation, Param, Record, Resource, Type, find_accessor};
use rhailab_client::{nearest, table};

use super::words::{manager_path, record_of, snake, variable};
use crate::engine::functions::{CLIENT, FUNCTIONS, Function, OBJECT_METHODS, SEQUENCE, object_methods};

/// Something that has a page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Topic {
    Overview,
    Client,
    Lists,
    Errors,
    Function(&'static Function),
    Manager(&'static Resource),
    Object(&'static Resource),
    /// What stands in `object.attributes`.
    Attributes(&'static Resource),
    Verb(&'static Resource, &'static Operation),
    Param(&'static Resource, &'static Operation, &'static Param),
    Field(&'static Resource, &'static Field),
    Enum(&'static Enum),
    Record(&'static Record),
    Member(&'static Record, &'static Field),
}

/// Words with a page of their own, in the order in which the overview has them.
pub(super) const WORDS: [(&str, Topic); 4] =
    [("gl", Topic::Client), ("lists", Topic::Lists), ("errors", Topic::Errors), ("help", Topic::Overview)];

/// What was found: the topic, and what else the words could mean.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) topic: Topic,
    pub(super) others: Vec<Topic>,
}

/// Finds what the words mean; the error is a topic that was probably meant, if there is one.
pub(super) fn find(typed: &str) -> Result<Found, Option<String>> {
    let words: Vec<&str> = bare(typed)
        .split(|letter: char| letter == '.' || letter.is_whitespace())
        .map(|word| word.trim_end_matches("()"))
        .filter(|word| !word.is_empty())
        .collect();
    let Some((first, rest)) = words.split_first() else {
        return Ok(Found { topic: Topic::Overview, others: Vec::new() });
    };
    let mut open = starts(first);
    if open.is_empty() {
        let known = first_words();
        let near = nearest(first, known.iter().map(String::as_str));
        return Err(near.map(|near| [&[near], rest].concat().join(".")));
    }
    for (place, word) in rest.iter().enumerate() {
        let next: Vec<Topic> = open.iter().flat_map(|topic| topic.step(word)).collect();
        if next.is_empty() {
            let known: BTreeSet<&str> = open.iter().flat_map(|topic| topic.below()).collect();
            let (before, after) = (&words[..=place], &rest[place + 1..]);
            return Err(nearest(word, known).map(|near| [before, &[near], after].concat().join(".")));
        }
        open = next;
    }
    let mut seen = BTreeSet::new();
    let mut topics = open.into_iter().filter(|topic| seen.insert(topic.page()));
    match topics.next() {
        Some(topic) => Ok(Found { topic, others: topics.collect() }),
        None => Err(None),
    }
}

/// What was typed, without the `?` that asks for help in a shell.
pub(super) fn bare(typed: &str) -> &str {
    typed.trim().trim_matches('?').trim()
}

/// Everything that a first word can mean, what is meant most likely first.
fn starts(word: &str) -> Vec<Topic> {
    let mut found = Vec::new();
    let kind = word.strip_suffix("Manager").unwrap_or(word);
    let resources = table::RESOURCES.iter().copied();
    found.extend(WORDS.iter().filter(|(name, _)| *name == word).map(|(_, topic)| *topic));
    found.extend(resources.clone().filter(|resource| resource.kind == kind).map(Topic::Manager));
    found.extend(table::ENUMS.iter().filter(|item| item.name == word).map(|item| Topic::Enum(item)));
    found.extend(table::RECORDS.iter().filter(|item| item.name == word).map(|item| Topic::Record(item)));
    match word {
        "list" => found.push(Topic::Lists),
        "error" | "catch" => found.push(Topic::Errors),
        _ => {}
    }
    found.extend(functions(&[FUNCTIONS, OBJECT_METHODS, CLIENT.methods], word));
    found.extend(richest(resources.clone().filter(|resource| names(resource, word))).map(Topic::Object));
    found.extend(
        richest(resources.clone().filter(|resource| resource.accessors.contains(&word))).map(Topic::Manager),
    );
    found.extend(functions(&[SEQUENCE.methods], word));
    found.extend(verbs(word));
    if found.is_empty() {
        let same = |name: &str| name.eq_ignore_ascii_case(word);
        found.extend(resources.filter(|resource| same(resource.kind)).map(Topic::Manager));
        found.extend(table::ENUMS.iter().filter(|item| same(item.name)).map(|item| Topic::Enum(item)));
        found.extend(table::RECORDS.iter().filter(|item| same(item.name)).map(|item| Topic::Record(item)));
    }
    found
}

/// Whether an object of a kind may be called by this word: `schedule` or `pipeline_schedule`.
fn names(resource: &Resource, word: &str) -> bool {
    let kind = snake(resource.kind);
    let has_objects = !resource.identity.is_empty();
    has_objects && (variable(resource) == word || kind == word || kind.ends_with(&format!("_{word}")))
}

/// Several kinds share a word: the one that can do most is meant most often.
fn richest(resources: impl Iterator<Item = &'static Resource>) -> impl Iterator<Item = &'static Resource> {
    let mut resources: Vec<_> = resources.collect();
    resources.sort_by_key(|resource| std::cmp::Reverse(resource.operations.len()));
    resources.into_iter()
}

/// The verbs of this name, where they are declared.
fn verbs(name: &str) -> impl Iterator<Item = Topic> {
    let all = richest(table::RESOURCES.iter().copied());
    all.flat_map(move |resource| {
        let own = resource.operations.iter().filter(move |verb| verb.name == name && is_own(resource, verb));
        own.map(move |verb| Topic::Verb(resource, verb))
    })
}

fn is_own(resource: &Resource, verb: &Operation) -> bool {
    verb.endpoint.id.split_once('.').is_some_and(|(kind, _)| kind == resource.kind)
}

fn functions(tables: &[&'static [Function]], name: &str) -> impl Iterator<Item = Topic> {
    let found = tables.iter().flat_map(|table| table.iter()).filter(|function| function.name == name);
    found.map(Topic::Function).collect::<Vec<_>>().into_iter()
}

/// The words that a topic may begin with.
fn first_words() -> BTreeSet<String> {
    let mut words: BTreeSet<String> = WORDS.iter().map(|(name, _)| (*name).to_owned()).collect();
    for resource in table::RESOURCES {
        words.insert(resource.kind.to_owned());
        if !resource.identity.is_empty() {
            words.insert(variable(resource));
        }
        words.extend(resource.accessors.iter().map(|accessor| (*accessor).to_owned()));
        words.extend(resource.operations.iter().map(|verb| verb.name.to_owned()));
    }
    words.extend(table::ENUMS.iter().map(|item| item.name.to_owned()));
    words.extend(table::RECORDS.iter().map(|item| item.name.to_owned()));
    let functions = FUNCTIONS.iter().chain(OBJECT_METHODS).chain(CLIENT.methods).chain(SEQUENCE.methods);
    words.extend(functions.map(|function| function.name.to_owned()));
    words
}

/// Every topic that has a page of its own, by the name that leads to it.
pub(super) fn all() -> BTreeSet<String> {
    let mut names = first_words();
    for resource in table::RESOURCES {
        names.insert(manager_path(resource));
        for verb in resource.operations {
            names.insert(Topic::Verb(resource, verb).name());
        }
    }
    names
}

impl Topic {
    /// The name that leads to this page, and to no other.
    pub(super) fn name(self) -> String {
        match self {
            Self::Overview | Self::Client | Self::Lists | Self::Errors => WORDS
                .iter()
                .find(|(_, topic)| std::mem::discriminant(topic) == std::mem::discriminant(&self))
                .map_or_else(String::new, |(name, _)| (*name).to_owned()),
            Self::Function(function) => function.name.to_owned(),
            Self::Manager(resource) | Self::Object(resource) | Self::Attributes(resource) => {
                resource.kind.to_owned()
            }
            Self::Verb(resource, verb) => format!("{}.{}", resource.kind, verb.name),
            Self::Param(resource, verb, param) => format!("{}.{}.{}", resource.kind, verb.name, param.name),
            Self::Field(resource, field) => format!("{}.attributes.{}", resource.kind, field.name),
            Self::Enum(item) => item.name.to_owned(),
            Self::Record(item) => item.name.to_owned(),
            Self::Member(item, field) => format!("{}.{}", item.name, field.name),
        }
    }

    /// What the page is about: kinds that share fields and verbs share the pages about them.
    fn page(self) -> String {
        match self {
            Self::Verb(_, verb) => verb.endpoint.id.to_owned(),
            Self::Field(_, field) => format!("{}: {}: {}", field.name, field.ty, field.doc),
            other => other.name(),
        }
    }

    /// What a word behind a dot means.
    fn step(self, word: &str) -> Vec<Self> {
        match self {
            Self::Client => {
                let manager = find_accessor(table::ROOT, word).map(Self::Manager);
                manager.into_iter().chain(functions(&[CLIENT.methods], word)).collect()
            }
            Self::Lists => functions(&[SEQUENCE.methods], word).collect(),
            Self::Manager(resource) => below_resource(resource, word, [On::Manager, On::Object]),
            Self::Object(resource) if word == "attributes" => vec![Self::Attributes(resource)],
            Self::Object(resource) => below_resource(resource, word, [On::Object, On::Manager]),
            Self::Attributes(resource) => {
                resource.field(word).map(|field| Self::Field(resource, field)).into_iter().collect()
            }
            Self::Verb(resource, verb) => verb
                .endpoint
                .param(word)
                .map(|param| Self::Param(resource, verb, param))
                .into_iter()
                .collect(),
            Self::Param(.., param) => member(&param.ty, word),
            Self::Field(_, field) | Self::Member(_, field) => member(&field.ty, word),
            Self::Record(record) => member(&Type::Record(record), word),
            Self::Overview | Self::Errors | Self::Function(_) | Self::Enum(_) => Vec::new(),
        }
    }

    /// The words that may follow behind a dot.
    fn below(self) -> Vec<&'static str> {
        match self {
            Self::Client => {
                let managers = table::ROOT.iter().flat_map(|resource| resource.accessors.iter().copied());
                managers.chain(CLIENT.methods.iter().map(|method| method.name)).collect()
            }
            Self::Lists => SEQUENCE.methods.iter().map(|method| method.name).collect(),
            Self::Manager(resource) | Self::Object(resource) => {
                let verbs = resource.operations.iter().map(|verb| verb.name);
                let children = resource.children.iter().flat_map(|child| child.accessors.iter().copied());
                verbs.chain(children).chain(resource.fields.iter().map(|field| field.name)).collect()
            }
            Self::Attributes(resource) => resource.fields.iter().map(|field| field.name).collect(),
            Self::Verb(_, verb) => verb.endpoint.params.iter().map(|param| param.name).collect(),
            Self::Param(.., param) => members(&param.ty),
            Self::Field(_, field) | Self::Member(_, field) => members(&field.ty),
            Self::Record(record) => members(&Type::Record(record)),
            Self::Overview | Self::Errors | Self::Function(_) | Self::Enum(_) => Vec::new(),
        }
    }
}

/// What stands behind a dot after a manager or an object; what a script would get comes first.
fn below_resource(resource: &'static Resource, word: &str, sides: [On; 2]) -> Vec<Topic> {
    let mut found: Vec<Topic> = resource.child(word).map(Topic::Manager).into_iter().collect();
    found.extend(
        sides
            .iter()
            .filter_map(|side| resource.operation(*side, word))
            .map(|verb| Topic::Verb(resource, verb)),
    );
    found.extend(object_methods(resource).filter(|method| method.name == word).map(Topic::Function));
    found.extend(resource.field(word).map(|field| Topic::Field(resource, field)));
    if word == "attributes" {
        found.push(Topic::Attributes(resource));
    }
    found
}

fn member(ty: &Type, word: &str) -> Vec<Topic> {
    let Some(record) = record_of(ty) else { return Vec::new() };
    let field = record.fields.iter().find(|field| field.name == word);
    field.map(|field| Topic::Member(record, field)).into_iter().collect()
}

fn members(ty: &Type) -> Vec<&'static str> {
    record_of(ty).map(|record| record.fields.iter().map(|field| field.name).collect()).unwrap_or_default()
}
