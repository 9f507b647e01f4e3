//! The commands, one file each.

pub(crate) mod api;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod definitions;
pub(crate) mod doc;
pub(crate) mod login;
pub(crate) mod logs;
pub(crate) mod man;
mod project;
pub(crate) mod run;
pub(crate) mod sandbox;
pub(crate) mod source;
pub(crate) mod trigger;
pub(crate) mod wait;
mod written;
