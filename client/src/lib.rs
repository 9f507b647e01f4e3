//! A typed, asynchronous client for GitLab's CI/CD API.
//!
//! The managers, objects and request structs are generated from the YAML description of GitLab's REST API
//! in `spec/`; this crate adds what carries them: configuration, authentication, request building, the
//! transport, errors, pages and streams, and the few operations that are more than one request.
//!
//! ```no_run
//! # async fn example() -> Result<(), rhailab_client::Error> {
//! use rhailab_client::{CreateProjectPipeline, Gitlab, Wait};
//! use std::time::Duration;
//!
//! let gl = Gitlab::builder("https://gitlab.com").private_token("glpat-…").build()?; // no request
//! let project = gl.projects().get("group/app").await?;
//! let pipeline = project.pipelines().create(CreateProjectPipeline::new("main").variable("ZONE", "eu")).await?;
//! let done = pipeline.wait(Wait::new().deadline(Duration::from_secs(1800))).await?;
//! println!("pipeline {}: {:?}", done.id, done.status);
//! # Ok(())
//! # }
//! ```
//!
//! Objects are snapshots: an action answers the object's new state and leaves the old value as it was.
//! Every failure is an [`Error`] that tells its [`ErrorKind`], and the HTTP status where there was one.

// Generated code names this crate from outside, so that the same text compiles in the generator's own tests.
extern crate self as rhailab_client;

mod arguments;
mod auth;
mod caller;
mod client;
mod config;
mod download;
pub mod duration;
pub mod endpoint;
mod entity;
mod error;
mod ext;
mod http;
mod lookup;
mod manager;
mod mask;
mod object;
mod page;
mod raw;
mod redact;
mod rehearsal;
mod response;
mod secret;
mod suggestion;
mod value;
mod wait;
mod writes;

/// What the generator wrote from `spec/`.
#[expect(
    unreachable_pub,
    reason = "the generated modules are public where goldens compile, and re-exported here"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/mod.rs"));
}

/// The managers that hang on the client itself.
mod root {
    include!(concat!(env!("OUT_DIR"), "/root.rs"));
}

pub use arguments::{Arguments, Id, IntoArgument};
pub use auth::TokenKind;
pub use bytes::Bytes;
pub use caller::Caller;
pub use client::{Gitlab, Traffic};
pub use config::Builder;
pub use download::{
    Chunks, Download, DownloadProgress, Downloaded, MOST_IN_MEMORY, write_file, write_private_file,
};
pub use entity::{Entity, Lazy};
pub use error::{Error, ErrorKind};
pub use generated::enums::*;
pub use generated::managers::*;
pub use generated::objects::*;
pub use generated::records::*;
pub use generated::requests::*;
pub use generated::table;
pub use http::proxy::{ProxyRoute, proxy_route};
pub use jiff::Timestamp;
pub use jiff::civil::Date;
pub use lookup::is_whole_secret;
pub use manager::Manager;
pub use mask::{mask_tokens, mask_url};
pub use object::{Answer, Context, Object};
pub use page::{List, Page, Pages, RowStream};
pub use redact::mask_secrets;
pub use secret::{REDACTED, Secret};
pub use suggestion::{hint, hint_as, nearest};
pub use value::describe;
pub use wait::{
    Change, Downstream, FailedLog, Progress, Step, Summary, Until, Wait, WaitEvent, Waiter, Waiting,
    WaitingAll, can_wait, wait_all,
};
pub use writes::Writes;
