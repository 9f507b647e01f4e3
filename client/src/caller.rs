//! Whoever calls an endpoint, a manager or an object, and what it adds to a call of itself: its owners, its
//! identity, the fields that tell it from others of the same name. From here a call goes to the client.

use serde_json::{Map, Value};

use crate::arguments::{Arguments, Id};
use crate::client::Gitlab;
use crate::download::Download;
use crate::endpoint::{Endpoint, Outcome, Place, Resource};
use crate::entity::Entity;
use crate::error::Error;
use crate::lookup;
use crate::object::{Answer, Context, Json, Object};
use crate::page::{self, List, Pages};
use crate::response::{Response, accepted};

/// A manager or an object in the moment of a call.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    pub(crate) client: &'a Gitlab,
    pub(crate) resource: &'static Resource,
    pub(crate) context: &'a Context,
    pub(crate) object: Option<&'a Object>,
}

impl Caller<'_> {
    /// Calls an endpoint that answers one object.
    ///
    /// # Errors
    ///
    /// Whatever the arguments, the way to GitLab or its answer give.
    pub async fn fetch<T: Entity>(
        self,
        endpoint: &'static Endpoint,
        arguments: Arguments,
    ) -> Result<T, Error> {
        let object = self.object(endpoint, arguments, T::resource()).await?;
        object.typed().map_err(|error| accepted(endpoint, error))
    }

    /// Calls an endpoint whose answer does not matter.
    ///
    /// # Errors
    ///
    /// Whatever the arguments, the way to GitLab or its answer give.
    pub async fn execute(self, endpoint: &'static Endpoint, arguments: Arguments) -> Result<(), Error> {
        self.send(endpoint, arguments).await.map(drop)
    }

    /// Calls an endpoint that answers JSON: any, or a record's.
    ///
    /// # Errors
    ///
    /// Whatever the arguments, the way to GitLab or its answer give.
    pub async fn json<T: serde::de::DeserializeOwned>(
        self,
        endpoint: &'static Endpoint,
        arguments: Arguments,
    ) -> Result<T, Error> {
        self.send(endpoint, arguments).await?.json()
    }

    /// Describes a call of an endpoint that answers text or bytes; nothing is sent before it is begun.
    pub fn download(self, endpoint: &'static Endpoint, arguments: Arguments) -> Download {
        let (arguments, _) = self.complete(endpoint, arguments, Usual::Withheld);
        Download::new(self.client.clone(), endpoint, arguments)
    }

    /// Calls an endpoint that answers rows; nothing is sent until the first row is asked for.
    #[must_use]
    pub fn list<T: Entity>(self, endpoint: &'static Endpoint, arguments: Arguments) -> List<T> {
        List::new(self.rows(endpoint, arguments, T::resource()))
    }

    /// Calls an endpoint and answers what the table says that it answers.
    ///
    /// # Errors
    ///
    /// Whatever the arguments, the way to GitLab or its answer give.
    pub async fn call(self, endpoint: &'static Endpoint, arguments: Arguments) -> Result<Answer, Error> {
        Ok(match endpoint.outcome {
            Outcome::List(resource) => {
                let (arguments, by_keyset) = page::take_choice(endpoint, arguments)?;
                // The rows are fetched later, but a slip belongs to the call that made it.
                self.client
                    .check(endpoint, &self.complete(endpoint, arguments.clone(), Usual::Withheld).0)?;
                let pages = self.rows(endpoint, arguments, resource);
                Answer::Rows(Box::new(if by_keyset { pages.by_keyset()? } else { pages }))
            }
            Outcome::Object(resource) => Answer::Object(self.object(endpoint, arguments, resource).await?),
            Outcome::SameObject | Outcome::AnotherObject => {
                Answer::Object(self.object(endpoint, arguments, self.resource).await?)
            }
            Outcome::Nothing => {
                self.send(endpoint, arguments).await?;
                Answer::Nothing
            }
            Outcome::Record(_) | Outcome::Json => Answer::Json(self.send(endpoint, arguments).await?.json()?),
            Outcome::Text => Answer::Text(self.download(endpoint, arguments).text().await?),
            Outcome::Bytes => Answer::Bytes(self.download(endpoint, arguments).bytes().await?),
        })
    }

    async fn object(
        self,
        endpoint: &'static Endpoint,
        arguments: Arguments,
        resource: &'static Resource,
    ) -> Result<Object, Error> {
        let asked_for = arguments.get(self.resource.identity).and_then(Id::from_json);
        let response = self.send(endpoint, arguments).await?;
        let raw = Json::part(&response.body, response.json()?);
        let same = std::ptr::eq(resource, self.resource);
        let known = asked_for.as_ref().or(self.identity()).filter(|_| same);
        Object::answered(self.client, resource, self.context_of(resource), raw, known)
            .map_err(|error| accepted(endpoint, error))
    }

    pub(crate) fn rows(
        self,
        endpoint: &'static Endpoint,
        arguments: Arguments,
        resource: &'static Resource,
    ) -> Pages {
        let (arguments, _) = self.complete(endpoint, arguments, Usual::Withheld);
        Pages::new(self.client.clone(), endpoint, arguments, resource, self.context_of(resource))
    }

    async fn send(self, endpoint: &'static Endpoint, arguments: Arguments) -> Result<Response, Error> {
        const CONFLICT: u16 = 409;
        let arguments = lookup::resolve(self, endpoint, arguments).await?;
        let (first, withheld) = self.complete(endpoint, arguments.clone(), Usual::Withheld);
        match self.client.send(self, endpoint, &first).await {
            // Several objects fit, and nothing was done. Now it takes saying which, even if it is the usual one.
            Err(error) if withheld && error.status() == Some(CONFLICT) => {
                let (second, _) = self.complete(endpoint, arguments, Usual::Sent);
                self.client.send(self, endpoint, &second).await
            }
            answer => answer,
        }
    }

    fn identity(&self) -> Option<&Id> {
        self.object.map(Object::identity)
    }

    /// Adds to the arguments what the endpoint needs and the caller knows of itself; says whether something that
    /// is usual was withheld.
    fn complete(self, endpoint: &Endpoint, mut arguments: Arguments, usual: Usual) -> (Arguments, bool) {
        let mut withheld = false;
        for param in endpoint.params {
            if arguments.get(param.name).is_some() {
                continue;
            }
            if param.place == Place::Path {
                let own = self.identity().filter(|_| param.name == self.resource.identity);
                if let Some(id) = self.context.get(param.name).or(own) {
                    arguments = arguments.with(param.name, id.clone());
                }
            }
            if param.from.is_empty() {
                continue;
            }
            // An object that cannot be read is as one that was not fetched: where several fit, GitLab refuses to choose.
            let fields = self.object.and_then(|object| object.attributes().ok().flatten());
            let Some(fields) = fields else { continue };
            let mut members = Map::new();
            for own in param.from {
                match fields.get(own.field) {
                    None | Some(Value::Null) => {}
                    Some(value) if usual == Usual::Withheld && value.as_str() == own.usual => withheld = true,
                    Some(value) => {
                        members.insert(own.member.to_owned(), value.clone());
                    }
                }
            }
            if !members.is_empty() {
                arguments = arguments.with(param.name, Value::Object(members));
            }
        }
        (arguments, withheld)
    }

    /// The owners of the objects that an endpoint answers, as far as the caller knows them. What is unknown
    /// is missed when a path needs it; the generator refuses specs in which that could happen.
    pub(crate) fn context_of(self, resource: &'static Resource) -> Context {
        let owners = std::iter::successors(resource.parent, |owner| owner.parent);
        owners
            .filter_map(|owner| {
                let own = self.identity().filter(|_| owner.context_name == self.resource.context_name);
                let id = self.context.get(owner.context_name).or(own)?;
                Some((owner.context_name, id.clone()))
            })
            .collect()
    }
}

/// What happens to values that most objects have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Usual {
    Withheld,
    Sent,
}
