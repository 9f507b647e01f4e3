//! What ties a typed object to its untyped self: the trait that generated objects implement, and the
//! marker for objects whose fields were never fetched.

use serde::de::DeserializeOwned;

use crate::endpoint::Resource;
use crate::object::Object;

/// A typed object: an untyped [`Object`] with its fields decoded.
pub trait Entity: Sized {
    /// The fields as GitLab sends them.
    type Fields: DeserializeOwned;

    /// What the endpoint table says about this kind of object.
    fn resource() -> &'static Resource;

    /// Puts the parts together.
    fn from_parts(object: Object, fields: Self::Fields) -> Self;
}

/// In place of an object's fields: they have not been fetched.
///
/// A lazy object knows who it is and can do everything that needs no more than that.
#[derive(Clone, Copy, Debug)]
pub struct Lazy;
