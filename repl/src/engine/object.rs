//! `Object`: every object of every resource, as scripts see it. Its fields and sub-resources are found in
//! the endpoint table when they are touched. Verbs are registered in `verbs.rs`.

use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString};
use rhailab_client::endpoint::{On, Type};
use rhailab_client::{Id, Object};

use super::bridge::Bridge;
use super::error::{raise, raise_usage_with};
use super::manager::ManagerRef;
use super::value;

/// An object in a script. Copies are the same object: what one of them learns, all know.
#[derive(Clone, Debug)]
pub struct ObjectRef {
    object: Arc<Mutex<Object>>,
    bridge: Bridge,
}

impl ObjectRef {
    pub(crate) fn new(object: Object, bridge: Bridge) -> Self {
        Self { object: Arc::new(Mutex::new(object)), bridge }
    }

    /// Looks at the object.
    pub fn with<T>(&self, look: impl FnOnce(&Object) -> T) -> T {
        // A panic elsewhere while the object was held left it whole: it is only ever replaced at once.
        look(&self.object.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn with_mut<T>(&self, change: impl FnOnce(&mut Object) -> T) -> T {
        change(&mut self.object.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn bridge(&self) -> &Bridge {
        &self.bridge
    }

    /// A property: a sub-resource, a field, or what every object has.
    fn property(&mut self, name: ImmutableString) -> Result<Dynamic, Box<EvalAltResult>> {
        self.with(|object| {
            let resource = object.resource();
            if let Some(child) = resource.child(&name) {
                return Ok(Dynamic::from(ManagerRef::new(object.manager(child), self.bridge.clone())));
            }
            match object.attribute(&name) {
                Ok(field) => Ok(value::from_json(field)),
                Err(_) if name == "kind" => Ok(resource.kind.into()),
                Err(_) if name == "attributes" => match object.attributes().map_err(raise)? {
                    Some(fields) => Ok(value::from_object(fields).into()),
                    None => Err(raise_usage_with(
                        format!("{object} has no attributes yet: nothing was fetched"),
                        "Call `refresh()` first.",
                    )),
                },
                Err(_) if resource.operation(On::Object, &name).is_some() => Err(raise_usage_with(
                    format!("`{name}` of a {} is a method", resource.kind),
                    format!("Call it: `{name}()`."),
                )),
                Err(error) => known_identity(object, &name).ok_or_else(|| raise(error)),
            }
        })
    }

    fn assign(&mut self, name: ImmutableString, value: Dynamic) -> Result<(), Box<EvalAltResult>> {
        if self.has(&name, &value) {
            return Ok(());
        }
        let json = value::to_json(&value).map_err(|what| {
            raise_usage_with(
                format!("`{name}` cannot be {what}"),
                "Assign text, a number, true, false, (), an array or a map.",
            )
        })?;
        self.with_mut(|object| object.assign(&name, json)).map_err(raise)
    }

    /// Whether the property has this value already. After a chain such as `project.topics.contains("x")` Rhai
    /// assigns `project.topics`, in case the call has changed it; what comes back as it was is no assignment.
    fn has(&mut self, name: &ImmutableString, value: &Dynamic) -> bool {
        let Ok(current) = self.property(name.clone()) else {
            return false;
        };
        if let (Some(current), Some(value)) =
            (current.read_lock::<ManagerRef>(), value.read_lock::<ManagerRef>())
        {
            return std::ptr::eq(current.manager.resource(), value.manager.resource());
        }
        value::to_json(&current).is_ok_and(|current| value::to_json(value) == Ok(current))
    }
}

/// An object of which nothing was fetched knows at least what it was named by, unless that only stands for its
/// identity: a project's path, a trigger's token.
fn known_identity(object: &Object, name: &str) -> Option<Dynamic> {
    let field = object.resource().field(name).filter(|field| field.name == object.resource().identity)?;
    match (object.identity(), field.ty) {
        (Id::Number(number), _) => Some((*number).into()),
        (Id::Name(key), Type::String) => Some(key.into()),
        (Id::Name(_), _) => None,
    }
}

pub(crate) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<ObjectRef>("Object")
        .register_indexer_get(ObjectRef::property)
        .register_indexer_set(ObjectRef::assign)
        .register_fn("to_string", |object: ObjectRef| object.with(ToString::to_string))
        .register_fn("to_debug", |object: ObjectRef| object.with(|object| format!("{object:?}")))
        .register_fn("to_json", |object: ObjectRef| {
            object.with(|object| object.raw().map_or_else(|| "null".to_owned(), str::to_owned))
        })
        .register_fn("==", |left: ObjectRef, right: ObjectRef| same(&left, &right))
        .register_fn("!=", |left: ObjectRef, right: ObjectRef| !same(&left, &right));
}

/// Whether two objects have the same kind, owners and identity. Each is held for itself: `x == x` must not lock twice.
fn same(left: &ObjectRef, right: &ObjectRef) -> bool {
    let left = left.with(Clone::clone);
    right.with(|right| left == *right)
}
