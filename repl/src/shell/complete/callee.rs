//! What is called: a verb of the endpoint table or a function of the engine's tables. What it answers, and
//! what it wants for each of its arguments.

use rhailab_client::endpoint::{On, Operation, Outcome, Param, Resource, Type};

use super::infer::Reading;
use super::scope::is_dot;
use super::shape::Shape;
use super::wanted::{Key, Wanted};
use crate::engine::arguments;
use crate::engine::functions::{self, Function, Gives};

/// What is called.
#[derive(Clone, Debug)]
pub(super) enum Callee {
    /// A verb of this resource's manager or objects.
    Verb(&'static Resource, &'static Operation),
    /// A function, or a method of such a value.
    Known(&'static Function, Shape),
    Unknown,
}

/// The method of this name.
pub(super) fn method(receiver: &Shape, name: &str) -> Callee {
    let own = match receiver {
        Shape::Object(resource) => functions::object_methods(resource).find(|method| method.name == name),
        _ => None,
    };
    if let Some(own) = own {
        return Callee::Known(own, receiver.clone());
    }
    let verb = match receiver {
        Shape::Manager(resource) => resource.operation(On::Manager, name).map(|verb| (resource, verb)),
        Shape::Object(resource) => resource.operation(On::Object, name).map(|verb| (resource, verb)),
        _ => None,
    };
    if let Some((resource, verb)) = verb {
        return Callee::Verb(resource, verb);
    }
    match receiver.members().and_then(|members| members.method(name)) {
        Some(known) => Callee::Known(known, receiver.clone()),
        None => Callee::Unknown,
    }
}

/// Whether a call of the verb can be given anything.
pub(super) fn takes_arguments(resource: &Resource, verb: &Operation) -> bool {
    let taken = arguments::parameters(resource, verb);
    let own = arguments::own_options(resource, verb).next();
    !taken.by_position.is_empty() || !taken.by_name.is_empty() || own.is_some()
}

impl Reading<'_> {
    /// What is called whose parenthesis stands here.
    pub(super) fn callee(&self, open: usize) -> Callee {
        let source = &self.source;
        let Some(name) = open.checked_sub(1) else {
            return Callee::Unknown;
        };
        match name.checked_sub(1) {
            Some(dot) if is_dot(source, dot) => method(&self.before(dot), source.word(name)),
            _ => self.function(source.word(name)),
        }
    }

    /// A function of the script's own hides ours.
    fn function(&self, name: &str) -> Callee {
        let is_own = self.scope.functions.iter().any(|own| self.source.word(own.name) == name)
            || self.around.functions().iter().any(|own| own.name == name);
        match functions::FUNCTIONS.iter().find(|function| function.name == name) {
            Some(function) if !is_own => Callee::Known(function, Shape::Unknown),
            _ => Callee::Unknown,
        }
    }
}

impl Callee {
    /// What a call with these options answers; the closure says what the closure among its arguments does.
    pub(super) fn answer(&self, options: &[&str], closure: impl FnOnce() -> Shape) -> Shape {
        let (resource, verb) = match self {
            Self::Verb(resource, verb) => (resource, verb),
            Self::Known(Function { gives: Gives::Mapped, .. }, _) => {
                return Shape::Array(Box::new(closure()));
            }
            Self::Known(function, _) if options.contains(&"to") && function.can_write_file() => {
                return Shape::Written;
            }
            Self::Known(function, receiver) => return receiver.given(function.gives),
            Self::Unknown => return Shape::Unknown,
        };
        match verb.endpoint.outcome {
            _ if matches!(verb.name, "save" | "refresh") => Shape::Object(resource),
            Outcome::List(row) if options.contains(&"page") => Shape::Array(Box::new(Shape::Object(row))),
            Outcome::Text | Outcome::Bytes if options.contains(&"to") => Shape::Written,
            Outcome::Text | Outcome::Bytes if options.contains(&"action") => Shape::Number,
            ref outcome => Shape::of_outcome(outcome, resource),
        }
    }

    /// What the argument in this place is to be; a map may be the options at the end.
    pub(super) fn argument(&self, place: usize, is_map: bool) -> Wanted {
        match self {
            Self::Unknown => Wanted::Anything,
            Self::Known(function, receiver) => {
                let parameter = function.parameters.get(place);
                parameter.map_or(Wanted::Anything, |parameter| Wanted::taken(parameter.takes, receiver))
            }
            Self::Verb(resource, verb) => {
                let slots = arguments::parameters(resource, verb).by_position;
                match slots.get(place) {
                    Some(slot) if !is_map || is_data(slot) => Wanted::of_type(&slot.ty),
                    _ => Wanted::Options(options(resource, verb, place)),
                }
            }
        }
    }
}

fn is_data(slot: &Param) -> bool {
    matches!(slot.ty, Type::Map(_) | Type::Record(_) | Type::Json)
}

/// The keys of a verb's options map in this place: its parameters, then what verbs of its sort take besides.
fn options(resource: &'static Resource, verb: &'static Operation, place: usize) -> Vec<Key> {
    let taken = arguments::parameters(resource, verb);
    let required = taken.by_position.into_iter().skip(place).filter(|slot| !is_path(slot));
    let named = taken.by_name.into_iter();
    let besides = arguments::own_options(resource, verb).chain(arguments::common_options(verb));
    let besides = besides.filter(|row| verb.endpoint.param(row.name).is_none());
    let own = required.chain(named).map(Key::of_param);
    own.chain(besides.map(|row| Key::of_row(row, &Shape::Unknown))).collect()
}

fn is_path(slot: &Param) -> bool {
    slot.place == rhailab_client::endpoint::Place::Path
}
