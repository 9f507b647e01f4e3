//! The few operations that are more than one request, and conveniences for values that the page's recipes
//! pass again and again. Whatever is one request is in the spec instead.

mod pipelines;
mod waits;
