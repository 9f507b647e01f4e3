//! The interactive shell: a prompt that reads Rhai and commands, runs them in one session, and shows what comes of
//! them.

pub mod complete;
mod highlight;
mod history;
mod last_value;
mod lexer;
mod record;
mod session;
