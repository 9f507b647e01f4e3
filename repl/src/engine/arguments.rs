//! From the values in a script's call to the arguments of an operation: what comes by position, what by
//! name in the options map at the end. Whether a value fits its parameter is the client's business.

use std::time::Duration;

use rhai::{Dynamic, EvalAltResult, Map};
use rhailab_client::endpoint::{On, Operation, Outcome, Pagination, Param, Place, Resource, Type};
use rhailab_client::{Arguments, IntoArgument, hint};

use super::builtins::duration_of;
use super::download::Destination;
use super::error::{raise_usage, raise_usage_with};
use super::functions::{ANY_VERB, CALL, DOWNLOAD, GET, LIST, OptionRow};
use super::value;

/// A script's call, sorted out.
#[derive(Debug, Default)]
pub(crate) struct Call {
    pub(crate) arguments: Arguments,
    /// `#{lazy: true}`: name the object without asking for it.
    pub(crate) lazy: bool,
    /// `#{to: …}` or `#{action: …}`: where text or bytes go.
    pub(crate) destination: Destination,
    /// How long it may take.
    pub(crate) timeout: Option<Duration>,
}

/// Verbs whose parameters all have names: what GitLab reads from the body or the query of these is data,
/// and its order means nothing.
const NAMED_ONLY: [&str; 7] = ["list", "get", "create", "update", "delete", "save", "refresh"];

/// Sorts out a call of a verb of this resource.
pub(crate) fn sort(
    resource: &'static Resource,
    verb: &'static Operation,
    mut values: Vec<Dynamic>,
) -> Result<Call, Box<EvalAltResult>> {
    let slots = slots(resource, verb);
    let options = take_options(&mut values, &slots);
    if values.len() > slots.len() {
        let hint = format!("The call is `{}`.", signature(resource, verb));
        let text = match values.get(slots.len()) {
            Some(surplus) if surplus.is_map() => format!("`{}` was given too much", verb.name),
            Some(surplus) => {
                format!("`{}` was given too much: {}", verb.name, describe(surplus))
            }
            None => format!("`{}` was given too much", verb.name),
        };
        return Err(raise_usage_with(text, hint));
    }
    let mut call = Call::default();
    for (slot, given) in slots.iter().zip(&values) {
        let json =
            value::to_json(given).map_err(|what| raise_usage(format!("`{}` cannot be {what}", slot.name)))?;
        call.arguments = call.arguments.with(slot.name, json);
    }
    for (name, given) in options {
        refuse_unknown(resource, verb, &name)?;
        call = add_option(call, verb, &name, &given)?;
    }
    let missing = slots.iter().find(|slot| call.arguments.get(slot.name).is_none());
    match missing {
        Some(slot) => Err(raise_usage_with(
            format!("`{}` needs `{}`", verb.name, slot.name),
            format!("The call is `{}`.", signature(resource, verb)),
        )),
        None => Ok(call),
    }
}

/// How a call of the verb is written: `trigger_pipeline(ref, token, #{variables, inputs})`.
pub(crate) fn signature(resource: &Resource, verb: &Operation) -> String {
    let Parameters { by_position, by_name } = parameters(resource, verb);
    let mut parts: Vec<String> = by_position.iter().map(|slot| slot.name.to_owned()).collect();
    let names: Vec<&str> = by_name.iter().map(|param| param.name).collect();
    if !names.is_empty() {
        parts.push(format!("#{{{}}}", names.join(", ")));
    }
    format!("{}({})", verb.name, parts.join(", "))
}

/// What a call takes.
#[derive(Debug)]
pub(crate) struct Parameters {
    /// What stands in the call itself, in this order.
    pub(crate) by_position: Vec<&'static Param>,
    /// What stands in the options map at the end.
    pub(crate) by_name: Vec<&'static Param>,
}

/// What a call of this verb takes.
pub(crate) fn parameters(resource: &Resource, verb: &Operation) -> Parameters {
    let by_position = slots(resource, verb);
    let taken = |param: &&Param| by_position.iter().any(|slot| slot.name == param.name);
    let named = verb.endpoint.params.iter().filter(|param| param.place != Place::Path && !taken(param));
    Parameters { by_name: named.collect(), by_position }
}

/// The options that a verb takes beside the operation's own parameters.
pub(crate) fn own_options(
    resource: &Resource,
    verb: &Operation,
) -> impl Iterator<Item = &'static OptionRow> + use<> {
    let streams = matches!(verb.endpoint.outcome, Outcome::Text | Outcome::Bytes);
    let names_one = verb.endpoint.params_in(Place::Path).any(|param| param.name == resource.identity);
    let can_be_lazy = verb.on == On::Manager && verb.name == "get" && names_one;
    let has_choice = verb.endpoint.pagination.keyset().is_some();
    let tables: [(bool, &'static [OptionRow]); 3] =
        [(streams, DOWNLOAD), (can_be_lazy, GET), (has_choice, LIST)];
    tables.into_iter().filter(|(applies, _)| *applies).flat_map(|(_, rows)| rows)
}

/// The options that all verbs of its sort take: what is rarely needed, and no reason to expect arguments of a call.
pub(crate) fn common_options(verb: &Operation) -> impl Iterator<Item = &'static OptionRow> + use<> {
    // A list is lazy: its rows are fetched after the call, in as many requests as the script walks through.
    let is_lazy = matches!(verb.endpoint.outcome, Outcome::List(_));
    let of_calls: &[OptionRow] = if is_lazy { &[] } else { CALL };
    ANY_VERB.iter().chain(of_calls)
}

/// The parameters that are given by position: what the path needs and the receiver does not know, then,
/// for verbs other than the usual ones, what is required.
pub(crate) fn slots(resource: &Resource, verb: &Operation) -> Vec<&'static Param> {
    let known = |name: &str| {
        let own = verb.on == On::Object && name == resource.identity;
        let mut owners = std::iter::successors(resource.parent, |owner| owner.parent);
        own || owners.any(|owner| owner.context_name == name)
    };
    let path = verb.endpoint.params_in(Place::Path).filter(|param| !known(param.name));
    let named_only = NAMED_ONLY.contains(&verb.name);
    let required = verb
        .endpoint
        .params
        .iter()
        .filter(|param| param.place != Place::Path && param.required && !named_only);
    path.chain(required).collect()
}

/// The map at the end of a call holds options, unless a parameter in that place takes a map itself.
fn take_options(values: &mut Vec<Dynamic>, slots: &[&Param]) -> Map {
    let Some(last) = values.last() else {
        return Map::new();
    };
    let is_data = slots
        .get(values.len() - 1)
        .is_some_and(|slot| matches!(slot.ty, Type::Map(_) | Type::Record(_) | Type::Json));
    if !last.is_map() || is_data {
        return Map::new();
    }
    values.pop().and_then(Dynamic::try_cast::<Map>).unwrap_or_default()
}

/// Refuses an option that nobody knows, with the nearest that is known: GitLab's parameters and our own.
fn refuse_unknown(resource: &Resource, verb: &Operation, name: &str) -> Result<(), Box<EvalAltResult>> {
    let taken = parameters(resource, verb);
    let params = taken.by_position.iter().chain(&taken.by_name).map(|param| param.name);
    let own = own_options(resource, verb).chain(common_options(verb)).map(|row| row.name);
    let known: Vec<&str> = params.chain(own).collect();
    // That a list has no choice of pages is the client's to say, with the names of those that have one.
    let is_choice = verb.endpoint.pagination != Pagination::None && LIST.iter().any(|row| row.name == name);
    if known.contains(&name) || is_choice {
        return Ok(());
    }
    let message = format!("{} has no parameter `{name}`", verb.endpoint.id);
    Err(raise_usage_with(message, hint(name, &known, "It takes")))
}

fn add_option(
    mut call: Call,
    verb: &Operation,
    name: &str,
    given: &Dynamic,
) -> Result<Call, Box<EvalAltResult>> {
    let known = verb.endpoint.param(name).is_some();
    let wrong = |what: String| raise_usage(format!("`{name}` cannot be {what}"));
    let streams = matches!(verb.endpoint.outcome, Outcome::Text | Outcome::Bytes);
    let destination = if streams && !known { Destination::from_option(name, given)? } else { None };
    if let Some(destination) = destination {
        if !matches!(call.destination, Destination::Value) {
            return Err(raise_usage("`to` and `action` cannot both be given"));
        }
        call.destination = destination;
        return Ok(call);
    }
    match name {
        "lazy" if !known && verb.name == "get" => {
            call.lazy = given.as_bool().map_err(|_| wrong(describe(given)))?;
        }
        "timeout" if !known => call.timeout = Some(duration_of(name, given)?),
        "extra" if !known => {
            let extra = given
                .clone()
                .try_cast::<Map>()
                .ok_or_else(|| wrong(format!("{}, only a map", describe(given))))?;
            for (name, given) in extra {
                let json = value::to_json(&given)
                    .map_err(|what| raise_usage(format!("`extra.{name}` cannot be {what}")))?;
                call.arguments = call.arguments.with_extra(name.as_str(), json);
            }
        }
        _ => {
            let json = value::to_json(given).map_err(wrong)?;
            if call.arguments.get(name).is_some() {
                return Err(raise_usage(format!("`{name}` is given twice, by position and by name")));
            }
            call.arguments = call.arguments.with(name, json.into_argument());
        }
    }
    Ok(call)
}

fn describe(given: &Dynamic) -> String {
    value::to_json(given).map_or_else(|what| what, |json| rhailab_client::describe(&json))
}
