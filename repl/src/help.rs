//! Help, from the spec: what each kind, operation, parameter and field is, with examples that run.

mod snippet;

pub use snippet::Snippet;
