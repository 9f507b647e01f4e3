//! `rhailab`: the scripting shell for GitLab CI/CD.
//!
//! The binary is [`main`]; the parts are public so that other programs can run scripts too:
//!
//! - [`engine`] binds Rhai to the client by the endpoint table,
//! - [`settings`] finds out which server to speak to, and as whom,
//! - [`definitions`] tells editors what scripts can call,
//! - [`help`] explains the script language and everything that the spec has,
//! - [`output`] shows values,
//! - [`timeline`] draws the run of a pipeline,
//! - [`shell`] completes what a person types,
//! - [`report`] shows what went wrong, and where in the script.

mod assignments;
pub mod cli;
mod commands;
pub mod definitions;
pub mod engine;
mod git_remote;
pub mod help;
mod live;
pub mod output;
mod pipeline_url;
mod progress;
pub mod report;
mod server;
pub mod settings;
pub mod shell;
mod signal;
pub mod timeline;
mod variables_file;
mod verbose;

pub use cli::main;
