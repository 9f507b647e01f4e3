//! Verbs of managers and objects. Rhai gets the union of all verbs' names once per number of arguments;
//! what a name means for a receiver is looked up in the endpoint table when it is called.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Module, NativeCallContext};
use rhailab_client::endpoint::{On, Operation, Outcome, Resource, find_accessor};
use rhailab_client::{Answer, Id, hint_as, nearest, table};

use super::arguments::{Call, signature, sort};
use super::bridge::Bridge;
use super::client::ClientRef;
use super::download;
use super::error::{raise, raise_usage_with};
use super::functions::{CLIENT, OBJECT, OBJECT_METHODS, SEQUENCE};
use super::manager::ManagerRef;
use super::notes::Notes;
use super::object::ObjectRef;
use super::sequence::SequenceRef;
use super::value;

type Raised = Result<Dynamic, Box<EvalAltResult>>;

/// Methods that Rhai gives to every value.
const METHODS_OF_RHAI: [&str; 6] = ["to_debug", "print", "debug", "type_of", "is_shared", "tag"];

/// The names that are registered as methods of managers and objects.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    known: Arc<Mutex<BTreeSet<String>>>,
    notes: Notes,
}

impl Names {
    /// Takes a name in; false if it was there.
    fn add(&self, name: &str) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned())
    }

    fn has(&self, name: &str) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }
}

/// Registers the table's verbs.
pub(crate) fn register(engine: &mut Engine, notes: Notes) -> Names {
    let names = Names { known: Arc::default(), notes };
    let own = OBJECT_METHODS.iter().chain(OBJECT.methods).chain(CLIENT.methods).map(|method| method.name);
    for name in own.chain(METHODS_OF_RHAI) {
        names.add(name);
    }
    for name in table::RESOURCES.iter().flat_map(|resource| resource.operations.iter().map(|verb| verb.name))
    {
        if names.add(name) {
            register_name(engine, &names.notes, name.into());
        }
    }
    explain_unknown_methods(engine, names.clone());
    names
}

/// Registers the names that a script calls and nobody has: the call then fails in our own words, and Rhai
/// knows the place, which it does not tell when it looks for a missing function.
pub(crate) fn register_unknown(engine: &mut Engine, names: &Names, called: BTreeSet<String>) {
    for name in called {
        if names.add(&name) {
            register_name(engine, &names.notes, name.into());
        }
    }
}

fn register_name(engine: &mut Engine, notes: &Notes, name: ImmutableString) {
    // The receiver comes by value. With a reference, Rhai would write `project.pipelines` back
    // into `project` after each call, and refuse the call on a constant.
    macro_rules! with_arguments {
        ($($argument:ident),*) => {
            let (verb, own_notes) = (name.clone(), notes.clone());
            engine.register_fn(
                name.as_str(),
                move |context: NativeCallContext<'_>, receiver: ManagerRef $(, $argument: Dynamic)*| {
                    call_manager(&context, &own_notes, &receiver, &verb, vec![$($argument),*])
                },
            );
            let method = name.clone();
            engine.register_fn(name.as_str(), move |_: ClientRef $(, $argument: Dynamic)*| {
                $(drop($argument);)*
                Raised::Err(unknown_client_method(&method))
            });
            let (verb, own_notes) = (name.clone(), notes.clone());
            engine.register_fn(
                name.as_str(),
                move |context: NativeCallContext<'_>, receiver: ObjectRef $(, $argument: Dynamic)*| {
                    call_object(&context, &own_notes, &receiver, &verb, vec![$($argument),*])
                },
            );
            if SEQUENCE.method(&name).is_none() {
                let method = name.clone();
                engine.register_fn(name.as_str(), move |_: SequenceRef $(, $argument: Dynamic)*| {
                    $(drop($argument);)*
                    Raised::Err(unknown_sequence_method(&method))
                });
            }
        };
    }
    with_arguments!();
    with_arguments!(a);
    with_arguments!(a, b);
    with_arguments!(a, b, c);
    with_arguments!(a, b, c, d);
    with_arguments!(a, b, c, d, e);
}

fn call_manager(
    context: &NativeCallContext<'_>,
    notes: &Notes,
    receiver: &ManagerRef,
    name: &str,
    values: Vec<Dynamic>,
) -> Raised {
    let ManagerRef { manager, bridge } = receiver;
    let verb = find(manager.resource(), On::Manager, name)?;
    let Call { arguments, lazy, destination, timeout } = sort(manager.resource(), verb, values)?;
    notes.deprecation(verb.endpoint);
    if lazy {
        let identity =
            arguments.get(manager.resource().identity).and_then(Id::from_json).ok_or_else(|| {
                raise_usage_with("the identity must be a number or text", "Such as `get(1, #{lazy: true})`.")
            })?;
        return Ok(Dynamic::from(ObjectRef::new(manager.lazy(identity), bridge.clone())));
    }
    let limited = bridge.limited(timeout);
    if matches!(verb.endpoint.outcome, Outcome::Text | Outcome::Bytes) {
        let download = manager.caller().download(verb.endpoint, arguments);
        return download::run(context, &limited, download, verb.endpoint, &destination);
    }
    let answer = limited.wait(manager.call(verb, arguments))?.map_err(raise)?;
    to_dynamic(answer, bridge)
}

fn call_object(
    context: &NativeCallContext<'_>,
    notes: &Notes,
    receiver: &ObjectRef,
    name: &str,
    values: Vec<Dynamic>,
) -> Raised {
    let before = receiver.with(Clone::clone);
    let mut object = before.clone();
    let bridge = receiver.bridge();
    let verb = find(object.resource(), On::Object, name)?;
    if verb.name == "save" && !values.is_empty() {
        return Err(raise_usage_with(
            "save() takes no arguments",
            "Assign the fields first, such as `object.description = \"…\"; object.save();`.",
        ));
    }
    let Call { arguments, destination, timeout, .. } = sort(object.resource(), verb, values)?;
    notes.deprecation(verb.endpoint);
    let limited = bridge.limited(timeout);
    if matches!(verb.endpoint.outcome, Outcome::Text | Outcome::Bytes) {
        let download = object.caller().download(verb.endpoint, arguments);
        return download::run(context, &limited, download, verb.endpoint, &destination);
    }
    if verb.name == "save" {
        bridge.wait(object.save())?.map_err(raise)?;
        receiver.with_mut(|seen| seen.take_in(&before, object));
        return Ok(Dynamic::from(receiver.clone()));
    }
    let answer = limited.wait(object.call(verb, arguments))?.map_err(raise)?;
    // Other threads may have changed the object since it was copied.
    receiver.with_mut(|seen| seen.take_in(&before, object));
    match verb.endpoint.outcome {
        Outcome::SameObject => Ok(Dynamic::from(receiver.clone())),
        _ if verb.name == "refresh" => Ok(Dynamic::from(receiver.clone())),
        _ => to_dynamic(answer, bridge),
    }
}

fn to_dynamic(answer: Answer, bridge: &Bridge) -> Raised {
    Ok(match answer {
        Answer::Object(object) => Dynamic::from(ObjectRef::new(object, bridge.clone())),
        Answer::Rows(mut pages) if pages.is_single_page() => {
            let rows = bridge.wait(pages.next())?.map_err(raise)?.map(|page| page.rows).unwrap_or_default();
            rows.into_iter()
                .map(|row| Dynamic::from(ObjectRef::new(row, bridge.clone())))
                .collect::<Array>()
                .into()
        }
        Answer::Rows(pages) => Dynamic::from(SequenceRef::new(*pages, bridge.clone())),
        Answer::Json(json) => value::from_json(&json),
        Answer::Text(text) => text.into(),
        Answer::Bytes(bytes) => Dynamic::from_blob(bytes.to_vec()),
        _ => Dynamic::UNIT,
    })
}

fn find(resource: &'static Resource, on: On, name: &str) -> Result<&'static Operation, Box<EvalAltResult>> {
    resource.operation(on, name).ok_or_else(|| unknown_method(resource, on, name))
}

/// A method that nobody has is an error of ours, with the nearest name that the receiver has, also where the
/// script was not read by us: in `eval` and in imported files.
fn explain_unknown_methods(engine: &mut Engine, names: Names) {
    #[expect(deprecated, reason = "marked so only because it may change between Rhai's releases")]
    engine.on_missing_function(move |name, values, is_method, context| {
        // Rhai asks here after every native function that failed, not only after missing ones; and when it
        // tries a closure or a function of the script's own as a method first, as `map` of an array does.
        let has_function = |module: &Module| (0..=2).any(|arity| module.get_script_fn(name, arity).is_some());
        let is_own = name.contains('$') || context.iter_namespaces().any(has_function);
        if !is_method || names.has(name) || is_own {
            return Ok(None);
        }
        let Some(receiver) = values.first() else {
            return Ok(None);
        };
        if let Some(object) = receiver.read_lock::<ObjectRef>() {
            return Err(unknown_method(object.with(|object| object.resource()), On::Object, name));
        }
        if receiver.is::<ClientRef>() {
            return Err(unknown_client_method(name));
        }
        if let Some(manager) = receiver.read_lock::<ManagerRef>() {
            return Err(unknown_method(manager.manager.resource(), On::Manager, name));
        }
        Ok(None)
    });
}

/// What the client has are managers; it has no methods.
fn unknown_client_method(name: &str) -> Box<EvalAltResult> {
    if let Some(resource) = find_accessor(table::ROOT, name) {
        return raise_usage_with(
            format!("`{name}` of the client is not a method"),
            format!("Leave the parentheses out: `.{name}{}`.", first_verb(resource)),
        );
    }
    let known: Vec<&str> =
        table::ROOT.iter().flat_map(|resource| resource.accessors.iter().copied()).collect();
    let hint = hint_as(name, &known, "It has", |near| format!(".{near}"));
    raise_usage_with(format!("the client has no method `{name}`"), hint)
}

fn unknown_sequence_method(name: &str) -> Box<EvalAltResult> {
    let known = SEQUENCE.method_names();
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}()`?"),
        None => format!("It has {}; its rows have more.", known.join(", ")),
    };
    raise_usage_with(format!("a list has no method `{name}`"), hint)
}

/// How the first thing is called that a manager can do.
fn first_verb(resource: &'static Resource) -> String {
    let verb = resource.operations.iter().find(|verb| verb.on == On::Manager);
    verb.map_or_else(String::new, |verb| format!(".{}", signature(resource, verb)))
}

fn unknown_method(resource: &'static Resource, on: On, name: &str) -> Box<EvalAltResult> {
    let own: Vec<&str> =
        resource.operations.iter().filter(|verb| verb.on == on).map(|verb| verb.name).collect();
    let children = resource.children.iter().flat_map(|child| child.accessors.iter().copied());
    let owner = match on {
        On::Manager => format!("{}Manager", resource.kind),
        On::Object => resource.kind.to_owned(),
    };
    if let (On::Object, Some(child)) = (on, resource.child(name)) {
        return raise_usage_with(
            format!("`{name}` of a {owner} is not a method"),
            format!("Leave the parentheses out: `.{name}{}`.", first_verb(child)),
        );
    }
    let message = format!("a {owner} has no method `{name}`");
    let hint = match nearest(name, children) {
        Some(near) if nearest(name, own.iter().copied()).is_none() => format!("Did you mean `.{near}`?"),
        _ if own.is_empty() => "It has no methods.".to_owned(),
        _ => hint_as(name, &own, "It has", |near| format!("{near}()")),
    };
    raise_usage_with(message, hint)
}
