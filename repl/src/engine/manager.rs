//! `Manager`: what `project.pipelines` is in a script. Its verbs are registered in `verbs.rs`.

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString};
use rhailab_client::endpoint::{On, Resource};
use rhailab_client::{Manager, hint_as};

use super::bridge::Bridge;
use super::error::{raise_usage, raise_usage_with};

/// A manager in a script.
#[derive(Clone, Debug)]
pub struct ManagerRef {
    pub(crate) manager: Manager,
    pub(crate) bridge: Bridge,
}

impl ManagerRef {
    pub(crate) fn new(manager: Manager, bridge: Bridge) -> Self {
        Self { manager, bridge }
    }

    /// The resource whose objects it manages.
    #[must_use]
    pub fn resource(&self) -> &'static Resource {
        self.manager.resource()
    }

    pub(crate) fn name(&self) -> String {
        format!("{}Manager", self.manager.resource().kind)
    }

    /// A manager has no properties; the error says what it has.
    fn property(&mut self, name: ImmutableString) -> Result<Dynamic, Box<EvalAltResult>> {
        let resource = self.manager.resource();
        let verbs: Vec<&str> =
            resource.operations.iter().filter(|verb| verb.on == On::Manager).map(|verb| verb.name).collect();
        if verbs.contains(&name.as_str()) {
            return Err(raise_usage_with(
                format!("`{name}` of a {} is a method", self.name()),
                format!("Call it: `{name}()`."),
            ));
        }
        let message = format!("a {} has no property `{name}`", self.name());
        Err(match verbs.is_empty() {
            true => raise_usage(message),
            false => raise_usage_with(message, hint_as(&name, &verbs, "It has", |near| format!("{near}()"))),
        })
    }
}

pub(crate) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<ManagerRef>("Manager")
        .register_indexer_get(ManagerRef::property)
        .register_fn("to_string", |manager: ManagerRef| manager.name())
        .register_fn("to_debug", |manager: ManagerRef| manager.name());
}
