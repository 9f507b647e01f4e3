//! A simulated GitLab server: the REST API of a small CI/CD world in virtual time.
//!
//! ```no_run
//! # async fn example() -> Result<(), rhailab_sandbox::StartError> {
//! use rhailab_sandbox::{Options, start};
//!
//! let sandbox = start(Options { speed: 1000.0, ..Default::default() }).await?;
//! println!("export GITLAB_URL={}", sandbox.url());
//! println!("export GITLAB_TOKEN={}", sandbox.token());
//! sandbox.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! The world holds the group `demo`, the project `demo/app` (number 1) with the branches `main` and
//! `master` and two tags, the project `demo/downstream` (number 2), four users, and a few pipelines of
//! the past. Pipelines that a client starts move through their stages as [`Options::pipeline`] says,
//! [`Options::speed`] times faster than the clock on the wall. A [`Scenario`] adds groups and projects of
//! its own, and [`Faults`] break things on purpose. Nothing is stored: the world ends with
//! its [`Sandbox`].
//!
//! This file lists the public items and owns nothing else.

mod api;
mod archive;
mod behaviour;
mod clock;
mod cron;
mod draw;
mod expand;
mod faults;
mod options;
mod plan;
mod render;
mod scenario;
mod seed;
mod server;
mod simulation;
mod store;
mod trace;

pub use faults::{Chance, Fault, FaultError, FaultKind, Faults};
pub use options::{Options, OptionsError};
pub use plan::{
    ArtifactFile, Artifacts, Downstream, DownstreamTarget, FileContent, InputKind, InputPlan, JobPlan,
    Outcome, TestCase, TestStatus, When,
};
pub use scenario::{Problem, Scenario, ScenarioError};
pub use server::{Account, Sandbox, StartError, StorageRequest, start};
pub use store::Visibility;
