//! Compiles the code that the generator's tests expect, without a single warning.
//!
//! `root.rs` of each case is left out: only the client can extend its own types.

#![deny(warnings)]

/// Every verb that a resource may have by itself, and `like`.
#[rustfmt::skip]
#[path = "../resources/out/mod.rs"]
pub mod resources;

/// Paths of several segments, names in requests, managers without objects, objects that are the only one.
#[rustfmt::skip]
#[path = "../shapes/out/mod.rs"]
pub mod shapes;

/// What resources have from one another.
#[rustfmt::skip]
#[path = "../sharing/out/mod.rs"]
pub mod sharing;

/// Every type, as a field and as a parameter.
#[rustfmt::skip]
#[path = "../types/out/mod.rs"]
pub mod types;

/// Actions and everything that one may return.
#[rustfmt::skip]
#[path = "../verbs/out/mod.rs"]
pub mod verbs;
