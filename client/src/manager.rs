//! The untyped manager: what lists, creates and finds the objects of one resource below one owner.

use crate::arguments::{Arguments, Id};
use crate::caller::Caller;
use crate::client::Gitlab;
use crate::endpoint::{Operation, Resource};
use crate::error::Error;
use crate::object::{Answer, Context, Object};

/// The manager of a resource, untyped.
#[derive(Clone, Debug)]
pub struct Manager {
    client: Gitlab,
    resource: &'static Resource,
    context: Context,
}

impl Manager {
    pub(crate) fn new(client: Gitlab, resource: &'static Resource, context: Context) -> Self {
        Self { client, resource, context }
    }

    /// What the endpoint table says about the managed objects.
    #[must_use]
    pub fn resource(&self) -> &'static Resource {
        self.resource
    }

    /// The client that the manager came from.
    #[must_use]
    pub fn client(&self) -> &Gitlab {
        &self.client
    }

    /// The object with this identity; nothing is sent.
    #[must_use]
    pub fn lazy(&self, identity: Id) -> Object {
        Object::lazy(self.client.clone(), self.resource, self.context.clone(), identity)
    }

    /// Calls a verb of the endpoint table.
    ///
    /// # Errors
    ///
    /// Whatever the arguments, the way to GitLab or its answer give.
    pub async fn call(&self, operation: &'static Operation, arguments: Arguments) -> Result<Answer, Error> {
        self.caller().call(operation.endpoint, arguments).await
    }

    /// The manager as the caller of endpoints.
    #[must_use]
    pub fn caller(&self) -> Caller<'_> {
        Caller { client: &self.client, resource: self.resource, context: &self.context, object: None }
    }
}
