//! From an endpoint and its arguments to an answer: building the request is pure, sending it is not,
//! and what to do with a redirect, a failure or a rate limit is decided apart from both.

pub(crate) mod connect;
pub(crate) mod link;
mod pace;
pub(crate) mod proxy;
mod redirect;
pub(crate) mod request;
pub(crate) mod retry;
pub(crate) mod transport;
