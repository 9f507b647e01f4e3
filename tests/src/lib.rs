//! What the acceptance tests stand on. The tests are the files beside this crate's manifest; they belong
//! to the package `rhailab`, because Cargo builds a package's binary for that package's tests only.
//!
//! - [`RecordingServer`] answers with what a test tells it to, and keeps every request it got,
//! - [`RecordingProxy`] stands before another server and keeps what is asked for,
//! - [`chaos`] is a server that does one thing wrong,
//! - [`ListServer`] answers with the pages of a list that changes while one reads it,
//! - [`http_client`] asks a server beside Rhailab,
//! - [`FileServer`] sends one file, and breaks off where a test wants it to,
//! - [`Rhailab`] runs the real binary in an environment without any of the caller's settings,
//! - [`SandboxProcess`] is a simulated GitLab in a process of its own,
//! - [`canned`] holds answers as GitLab gives them,
//! - `Terminal` is the shell in a pseudo-terminal,
//! - `Screen` is a program in front of a terminal emulator,
//! - [`Workspace`] is a copy of this repository that a test may change,
//! - [`python`] sets up a third-party client.
//!
//! A failure in here is a failed test, so it panics with words instead of returning errors.

#![expect(
    clippy::panic,
    reason = "what goes wrong in here is a failed test, and a panic is how a test fails"
)]

pub mod canned;
pub mod chaos;
mod file_server;
mod http_client;
mod listing;
mod patience;
mod process;
mod proxy;
pub mod python;
mod recording;
mod report;
mod rhailab;
mod sandbox;
#[cfg(unix)]
mod screen;
mod scripts;
#[cfg(unix)]
mod terminal;
mod workspace;

pub use file_server::{FileRequest, FileServer, Serving};
pub use http_client::http_client;
pub use listing::{Asked, ListServer, Listing};
pub use process::{Outcome, Running, run};
pub use proxy::RecordingProxy;
pub use recording::{Answer, Recorded, RecordingServer};
pub use report::report;
pub use rhailab::Rhailab;
pub use sandbox::SandboxProcess;
#[cfg(unix)]
pub use screen::{Ended, Screen};
pub use scripts::{Folder, example, repository, without_pauses};
#[cfg(unix)]
pub use terminal::Terminal;
pub use workspace::Workspace;
