//! An object of any resource: who it is, what GitLab said of it, and what was assigned since. It keeps
//! the JSON as it came and decodes it when first touched. Typed objects and scripts both stand on it;
//! it must not know either of them.

#[cfg(test)]
mod any_json;
mod field;
mod json;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::arguments::{Arguments, Id, IntoArgument};
use crate::caller::Caller;
use crate::client::Gitlab;
use crate::endpoint::{On, Operation, Outcome, Resource};
use crate::entity::Entity;
use crate::error::{Error, ErrorKind};
use crate::lookup;
use crate::manager::Manager;
use crate::page::Pages;
use crate::response::decode;
use crate::secret::REDACTED;

pub(crate) use json::Json;

/// An object of any resource, untyped.
#[derive(Clone)]
pub struct Object {
    client: Gitlab,
    resource: &'static Resource,
    context: Context,
    identity: Id,
    data: Option<Arc<Data>>,
    origin: Origin,
    changes: BTreeMap<String, Value>,
}

/// What identifies an object's owners: values of path parameters (`project_id`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(BTreeMap<&'static str, Id>);

impl Context {
    /// The owner that paths name with this parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&Id> {
        self.0.get(name)
    }
}

impl FromIterator<(&'static str, Id)> for Context {
    fn from_iter<I: IntoIterator<Item = (&'static str, Id)>>(owners: I) -> Self {
        Self(owners.into_iter().collect())
    }
}

/// What an operation answered.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// Nothing.
    Nothing,
    /// An object: the called one in its new state, or another.
    Object(Object),
    /// Rows; none of them has been asked for yet.
    Rows(Box<Pages>),
    /// JSON that is no object of any resource.
    Json(Value),
    /// Plain text.
    Text(String),
    /// Bytes.
    Bytes(Bytes),
}

#[derive(Debug)]
struct Data {
    raw: Json,
    /// The decoded JSON, or where it cannot be decoded and why.
    fields: OnceLock<Result<Map<String, Value>, String>>,
}

/// Where an object's data came from, which decides what fields it can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Lazy,
    Listed,
    Answered,
}

impl Object {
    /// What the endpoint table says about this kind of object.
    #[must_use]
    pub fn resource(&self) -> &'static Resource {
        self.resource
    }

    /// The object's name among its siblings.
    #[must_use]
    pub fn identity(&self) -> &Id {
        &self.identity
    }

    /// The identity as it may be printed. An object that goes by its secret until its number is known shows none.
    #[must_use]
    pub fn shown_identity(&self) -> Id {
        if lookup::is_secret(self.resource, &self.identity) {
            return Id::Name(REDACTED.to_owned());
        }
        self.identity.clone()
    }

    /// The client that the object came from.
    #[must_use]
    pub fn client(&self) -> &Gitlab {
        &self.client
    }

    /// The same object through another client of the same server, which may speak with another token. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] when the other client is one of another server.
    pub fn through(&self, client: &Gitlab) -> Result<Self, Error> {
        if client.url() != self.client.url() {
            return Err(Error::usage(format!("{self} is of {}, not of {}", self.client.url(), client.url()))
                .with_hint("Pass a client of the same server."));
        }
        Ok(Self { client: client.clone(), ..self.clone() })
    }

    /// Whether nothing was fetched yet.
    #[must_use]
    pub fn is_lazy(&self) -> bool {
        self.data.is_none()
    }

    /// The JSON as GitLab sent it.
    #[must_use]
    pub fn raw(&self) -> Option<&str> {
        self.data.as_deref().map(|data| data.raw.as_str())
    }

    /// The manager of a resource whose objects this one owns.
    #[must_use]
    pub fn manager(&self, resource: &'static Resource) -> Manager {
        Manager::new(self.client.clone(), resource, self.scope())
    }

    /// Calls a verb of the endpoint table. A verb that answers the object itself also brings it up to date. What was
    /// assigned stays and waits for its `save`; only `save`, which sends it, and `refresh` let go of it.
    ///
    /// # Errors
    ///
    /// Whatever [`Error`] the arguments, the way to GitLab or its answer give.
    pub async fn call(
        &mut self,
        operation: &'static Operation,
        mut arguments: Arguments,
    ) -> Result<Answer, Error> {
        if operation.name == "save" {
            arguments = self.with_changes(operation.endpoint, arguments)?;
        }
        let answer = self.caller().call(operation.endpoint, arguments).await?;
        let ends_changes = matches!(operation.name, "save" | "refresh");
        let same = ends_changes || matches!(operation.endpoint.outcome, Outcome::SameObject);
        if let (true, Answer::Object(new)) = (same, &answer) {
            self.data.clone_from(&new.data);
            self.identity.clone_from(&new.identity);
            self.origin = new.origin;
            if ends_changes {
                self.changes.clear();
            }
        }
        Ok(answer)
    }

    /// Takes in what a copy of the object learned in a call: `before` is that copy as it was made, `after` as the call
    /// left it. A call that brought no new state changes nothing here, and what was assigned here meanwhile stays.
    pub fn take_in(&mut self, before: &Self, after: Self) {
        let data = |object: &Self| object.data.as_ref().map(Arc::as_ptr);
        if data(before) == data(&after) {
            return;
        }
        self.data = after.data;
        self.identity = after.identity;
        self.origin = after.origin;
        self.changes.retain(|name, value| {
            after.changes.contains_key(name) || before.changes.get(name) != Some(value)
        });
    }

    /// Becomes a later reading of the same object. What was assigned here and not saved stays.
    pub fn take_reading(&mut self, reading: Self) {
        let changes = std::mem::take(&mut self.changes);
        *self = reading;
        self.changes = changes;
    }

    /// Reads the object again. What was assigned and not saved is dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] when GitLab has no way to read one object of this kind, else whatever reading it gives.
    pub async fn refresh(&mut self) -> Result<(), Error> {
        let operation = self.verb("refresh")?;
        self.call(operation, Arguments::new()).await.map(drop)
    }

    /// Sends what was assigned; without anything assigned it sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] when objects of this kind cannot be changed, else whatever writing gives.
    pub async fn save(&mut self) -> Result<(), Error> {
        let operation = self.verb("save")?;
        if self.changes.is_empty() {
            return Ok(());
        }
        self.call(operation, Arguments::new()).await.map(drop)
    }

    /// The typed object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] with the place in the JSON, when it does not fit the spec.
    pub fn typed<T: Entity>(self) -> Result<T, Error> {
        let Some(data) = &self.data else {
            return Err(Error::usage(format!("{self} was not fetched")).with_hint("Call `refresh()` first."));
        };
        let fields = decode(data.raw.as_bytes()).map_err(|problem| self.undecodable(&problem))?;
        Ok(T::from_parts(self, fields))
    }

    /// The object as the caller of endpoints.
    #[must_use]
    pub fn caller(&self) -> Caller<'_> {
        Caller { client: &self.client, resource: self.resource, context: &self.context, object: Some(self) }
    }

    /// The manager that the object came from.
    pub(crate) fn siblings(&self) -> Manager {
        Manager::new(self.client.clone(), self.resource, self.context.clone())
    }

    /// What names the object's owner in paths; the object itself where it has none.
    pub(crate) fn parent_identity(&self) -> Id {
        let owner = self.resource.parent.and_then(|parent| self.context.get(parent.context_name));
        owner.unwrap_or(&self.identity).clone()
    }

    fn verb(&self, name: &str) -> Result<&'static Operation, Error> {
        self.resource.operation(On::Object, name).ok_or_else(|| {
            Error::usage(format!(
                "a {} has no `{name}()`: GitLab's API has nothing for it",
                self.resource.kind
            ))
        })
    }

    /// What the paths of owned objects say about this one and its owners.
    fn scope(&self) -> Context {
        let mut scope = self.context.clone();
        scope.0.insert(self.resource.context_name, self.identity.clone());
        scope
    }

    pub(crate) fn lazy(client: Gitlab, resource: &'static Resource, context: Context, identity: Id) -> Self {
        Self {
            client,
            resource,
            context,
            identity,
            data: None,
            origin: Origin::Lazy,
            changes: BTreeMap::new(),
        }
    }

    /// A row of a list.
    pub(crate) fn listed(
        client: &Gitlab,
        resource: &'static Resource,
        context: &Context,
        raw: Json,
    ) -> Result<Self, Error> {
        Self::from_raw(client, resource, context.clone(), raw, None, Origin::Listed)
    }

    /// The same object as a row tells of it that stood in another object.
    pub(crate) fn with_row(&self, row: &Map<String, Value>) -> Result<Self, Error> {
        Self::listed(&self.client, self.resource, &self.context, Json::of(row))
    }

    /// The object in an answer to a call.
    pub(crate) fn answered(
        client: &Gitlab,
        resource: &'static Resource,
        context: Context,
        raw: Json,
        known: Option<&Id>,
    ) -> Result<Self, Error> {
        Self::from_raw(client, resource, context, raw, known, Origin::Answered)
    }

    fn from_raw(
        client: &Gitlab,
        resource: &'static Resource,
        context: Context,
        raw: Json,
        known: Option<&Id>,
        origin: Origin,
    ) -> Result<Self, Error> {
        if raw.first_byte() != Some(b'{') {
            return Err(Error::new(
                ErrorKind::Decode,
                format!("the answer is {}, not a {}", kind_of_json(&raw), resource.kind),
            ));
        }
        let named = field::peek(&raw, resource.identity).as_ref().and_then(Id::from_json);
        let identity = named.or_else(|| known.cloned()).ok_or_else(|| {
            Error::new(
                ErrorKind::Decode,
                format!("the answer holds a {} without `{}`", resource.kind, resource.identity),
            )
        })?;
        let data = Some(Arc::new(Data { raw, fields: OnceLock::new() }));
        Ok(Self {
            client: client.clone(),
            resource,
            context,
            identity,
            data,
            origin,
            changes: BTreeMap::new(),
        })
    }
}

/// What JSON that is no object is, by its first letter.
fn kind_of_json(raw: &Json) -> &'static str {
    match raw.first_byte() {
        Some(b'[') => "an array",
        Some(b'"') => "a text",
        Some(b'n') => "null",
        Some(b't' | b'f') => "true or false",
        _ => "a number",
    }
}

/// Two objects are the same when kind, owners and identity are.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.resource.kind == other.resource.kind
            && self.context == other.context
            && self.identity == other.identity
    }
}

/// Kind and identity: `ProjectPipeline 101`.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.resource.kind, self.shown_identity())
    }
}

/// Kind, owners and identity; never the data, which may hold secrets.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.resource.kind);
        for (name, id) in &self.context.0 {
            shown.field(name, &format_args!("{id}"));
        }
        shown
            .field(self.resource.identity, &format_args!("{}", self.shown_identity()))
            .finish_non_exhaustive()
    }
}

impl IntoArgument for &Object {
    fn into_argument(self) -> Value {
        self.identity.clone().into_argument()
    }
}
