//! From an endpoint and its arguments to an answer: building the request is pure, sending it is not,
//! and what to do with a redirect is decided apart from both.

pub(crate) mod link;
mod redirect;
pub(crate) mod request;
pub(crate) mod transport;
