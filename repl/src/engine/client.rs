//! `gl`, the configured client, and `gitlab(…)`, which makes others. Making one sends nothing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map};
use rhailab_client::endpoint::find_accessor;
use rhailab_client::{Gitlab, TokenKind, nearest, table};

use super::World;
use super::bridge::Bridge;
use super::builtins::duration_of;
use super::error::{raise, raise_usage, raise_usage_with};
use super::functions::{GITLAB_OPTIONS, names};
use super::manager::ManagerRef;
use super::object::ObjectRef;
use super::sequence::SequenceRef;

/// A client in a script.
#[derive(Clone, Debug)]
pub struct ClientRef {
    client: Gitlab,
    bridge: Bridge,
}

impl ClientRef {
    pub(crate) fn client(&self) -> &Gitlab {
        &self.client
    }

    pub(crate) fn bridge(&self) -> &Bridge {
        &self.bridge
    }

    fn property(&mut self, name: ImmutableString) -> Result<Dynamic, Box<EvalAltResult>> {
        if let Some(resource) = find_accessor(table::ROOT, &name) {
            return Ok(Dynamic::from(ManagerRef::new(self.client.manager(resource), self.bridge.clone())));
        }
        if name == "url" {
            return Ok(self.client.url().into());
        }
        let known: Vec<&str> =
            table::ROOT.iter().flat_map(|resource| resource.accessors.iter().copied()).collect();
        let message = format!("the client has no property `{name}`");
        Err(match nearest(&name, known.iter().copied()) {
            Some(near) => raise_usage_with(message, format!("Did you mean `{near}`?")),
            None => raise_usage_with(message, format!("It has {}.", known.join(", "))),
        })
    }
}

/// Its kind and its server.
impl std::fmt::Display for ClientRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gitlab {}", self.client.url())
    }
}

/// The client that `gl` stands for, which can be exchanged.
#[derive(Clone, Debug)]
pub(crate) struct Configured(Arc<Mutex<ClientRef>>);

impl Configured {
    fn get(&self) -> ClientRef {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The client as it is at the moment.
    pub(crate) fn client(&self) -> Gitlab {
        self.get().client
    }

    pub(crate) fn set(&self, client: Gitlab) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).client = client;
    }
}

pub(crate) fn register(engine: &mut Engine, world: &World) -> Configured {
    let configured = ClientRef { client: world.client.clone(), bridge: world.bridge.clone() };
    let configured = Configured(Arc::new(Mutex::new(configured)));
    let shared = configured.clone();
    let args: rhai::Array = world.args.iter().map(|arg| arg.as_str().into()).collect();
    // Functions do not see a script's global variables, so these two are found by name wherever they stand.
    #[expect(deprecated, reason = "marked so only because it may change between Rhai's releases")]
    engine.on_var(move |name, _, context| {
        // A variable of the script's own with that name hides ours.
        if let Some(own) = context.scope().get(name) {
            return Ok(captured_handle(own));
        }
        Ok(match name {
            "gl" => Some(Dynamic::from(shared.get())),
            "args" => Some(args.clone().into()),
            _ => None,
        })
    });
    let (anonymous, authenticated) = (world.bridge.clone(), world.bridge.clone());
    engine
        .register_type_with_name::<ClientRef>("Gitlab")
        .register_indexer_get(ClientRef::property)
        .register_fn("to_string", |client: ClientRef| client.to_string())
        .register_fn("to_debug", |client: ClientRef| client.to_string())
        .register_fn("gitlab", move |url: ImmutableString| connect(&url, Map::new(), &anonymous))
        .register_fn("gitlab", move |url: ImmutableString, options: Map| {
            connect(&url, options, &authenticated)
        });
    configured
}

/// The value of a variable that a closure has captured, if it is one of our handles. Rhai would hold such a
/// variable locked through a whole chain of calls, so that `project.jobs.list().map(|job| project.name)` failed as
/// a data race. Found this way the handle is not held: it is a reference already, and needs no lock of Rhai's.
fn captured_handle(own: &Dynamic) -> Option<Dynamic> {
    let is_handle = own.is_shared()
        && (own.is::<ObjectRef>()
            || own.is::<ManagerRef>()
            || own.is::<SequenceRef>()
            || own.is::<ClientRef>());
    is_handle.then(|| own.clone())
}

/// A client of the server at this URL. It takes nothing from the configuration: without a token it is anonymous.
fn connect(url: &str, options: Map, bridge: &Bridge) -> Result<ClientRef, Box<EvalAltResult>> {
    let mut builder = Gitlab::builder(url);
    let mut tokens = 0;
    for (name, value) in options {
        let kind = match name.as_str() {
            "private_token" => TokenKind::Private,
            "oauth_token" => TokenKind::OAuth,
            "job_token" => TokenKind::Job,
            "timeout" => {
                builder = builder.read_timeout(timeout(&value)?);
                continue;
            }
            unknown => {
                let hint = match nearest(unknown, names(GITLAB_OPTIONS)) {
                    Some(near) => format!("Did you mean `{near}`?"),
                    None => format!("It takes {}.", names(GITLAB_OPTIONS).join(", ")),
                };
                return Err(raise_usage_with(format!("gitlab() has no option `{unknown}`"), hint));
            }
        };
        tokens += 1;
        let token =
            value.into_string().map_err(|_| raise_usage(format!("`{name}` of gitlab() must be text")))?;
        builder = builder.token(kind, token);
    }
    if tokens > 1 {
        return Err(raise_usage_with(
            "gitlab() was given more than one token",
            "Pass the one to speak with.",
        ));
    }
    Ok(ClientRef { client: builder.build().map_err(raise)?, bridge: bridge.clone() })
}

fn timeout(value: &Dynamic) -> Result<Duration, Box<EvalAltResult>> {
    duration_of("timeout", value)
}
