//! `gl`, the configured client, and `gitlab(…)`, which makes others. Making one sends nothing.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map};
use rhailab_client::endpoint::find_accessor;
use rhailab_client::{Builder, Gitlab, TokenKind, hint, mask_url, table};

use super::bridge::Bridge;
use super::builtins::duration_of;
use super::error::{raise, raise_io, raise_unknown_option, raise_usage, raise_usage_with};
use super::functions::GITLAB_OPTIONS;
use super::manager::ManagerRef;
use super::object::ObjectRef;
use super::sequence::SequenceRef;
use super::{Printer, World};
use crate::output::terminal::one_line;

type Raised<T> = Result<T, Box<EvalAltResult>>;

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
        Err(raise_usage_with(message, hint(&name, &known, "It has")))
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
    let (bridge, print) = (world.bridge.clone(), Arc::clone(&world.print));
    let own = configured.clone();
    // A rehearsal rehearses everything, whichever client a script makes for itself.
    let connect = move |url: &str, options: Map| {
        let builder = Gitlab::builder(url).writes_like(&own.get().client);
        connect(builder, url, options, &bridge, &*print)
    };
    let with_options = connect.clone();
    engine
        .register_type_with_name::<ClientRef>("Gitlab")
        .register_indexer_get(ClientRef::property)
        .register_fn("to_string", |client: ClientRef| client.to_string())
        .register_fn("to_debug", |client: ClientRef| client.to_string())
        .register_fn("gitlab", move |url: ImmutableString| connect(&url, Map::new()))
        .register_fn("gitlab", move |url: ImmutableString, options: Map| with_options(&url, options));
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
fn connect(
    mut builder: Builder,
    url: &str,
    options: Map,
    bridge: &Bridge,
    print: &dyn Printer,
) -> Raised<ClientRef> {
    let mut tokens = 0;
    let (mut certificate, mut key) = (None, None);
    for (name, value) in options {
        let name = name.as_str();
        builder = match name {
            "private_token" | "oauth_token" | "job_token" => {
                tokens += 1;
                builder.token(token_kind(name), text(name, value)?)
            }
            "timeout" => builder.timeout(duration_of(name, &value)?),
            "jobs" => builder.jobs(count(name, &value)?),
            "ca_file" => builder.ca_file(text(name, value)?),
            "client_cert" => {
                certificate = Some(text(name, value)?);
                builder
            }
            "client_key" => {
                key = Some(text(name, value)?);
                builder
            }
            "insecure" => {
                let insecure = value.as_bool().map_err(|_| wrong_type(name, "true or false"))?;
                if insecure { warned(builder.insecure(), url, print)? } else { builder }
            }
            unknown => return Err(raise_unknown_option("gitlab", unknown, GITLAB_OPTIONS)),
        };
    }
    if tokens > 1 {
        return Err(raise_usage_with(
            "gitlab() was given more than one token",
            "Pass the one to speak with.",
        ));
    }
    builder = match (certificate, key) {
        (Some(certificate), Some(key)) => builder.client_identity(certificate, key),
        (Some(both), None) => builder.client_identity(both.clone(), both),
        (None, None) => builder,
        (None, Some(_)) => return Err(raise_usage("`client_key` of gitlab() needs `client_cert`")),
    };
    Ok(ClientRef { client: builder.build().map_err(raise)?, bridge: bridge.clone() })
}

/// Says loudly that nobody checks whom this client talks to.
fn warned(builder: Builder, url: &str, print: &dyn Printer) -> Raised<Builder> {
    let url = one_line(&mask_url(url));
    let line = format!(
        "warning: certificates are NOT checked (insecure of gitlab(\"{url}\")): whoever sits between here and the server \
         can read the token and change every answer"
    );
    print.note(&line).map_err(|error| raise_io("the warning cannot be written", &error))?;
    Ok(builder)
}

fn token_kind(name: &str) -> TokenKind {
    match name {
        "oauth_token" => TokenKind::OAuth,
        "job_token" => TokenKind::Job,
        _ => TokenKind::Private,
    }
}

fn text(name: &str, value: Dynamic) -> Raised<String> {
    value.into_string().map_err(|_| wrong_type(name, "text"))
}

fn count(name: &str, value: &Dynamic) -> Raised<NonZeroUsize> {
    let number = value.as_int().ok().and_then(|number| usize::try_from(number).ok());
    number.and_then(NonZeroUsize::new).ok_or_else(|| wrong_type(name, "a whole number above 0"))
}

fn wrong_type(name: &str, wanted: &str) -> Box<EvalAltResult> {
    raise_usage(format!("`{name}` of gitlab() must be {wanted}"))
}
