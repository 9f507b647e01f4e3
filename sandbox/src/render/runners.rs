//! The world's one runner on the wire, and the machine behind it.
//!
//! This file owns their fields. Runners have no records: all jobs are taken by this one.

use serde::Serialize;

use super::Stamp;
use super::users::{self, UserBasic};
use crate::seed::OWNER;
use crate::simulation::{Status, World};
use crate::store::Job;

#[derive(Debug, Serialize)]
pub(super) struct Runner<'a> {
    id: i64,
    description: &'static str,
    ip_address: Option<&'static str>,
    active: bool,
    paused: bool,
    is_shared: bool,
    runner_type: &'static str,
    name: Option<&'static str>,
    online: bool,
    created_by: Option<UserBasic<'a>>,
    created_at: Option<Stamp>,
    status: &'static str,
    job_execution_status: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct RunnerManager {
    id: i64,
    system_id: &'static str,
    version: &'static str,
    revision: &'static str,
    platform: &'static str,
    architecture: &'static str,
    created_at: Option<Stamp>,
    contacted_at: Stamp,
    ip_address: &'static str,
    status: &'static str,
    job_execution_status: &'static str,
}

/// The runner that takes all jobs.
pub(super) fn runner(world: &World) -> Runner<'_> {
    Runner {
        id: 12,
        description: "sandbox runner",
        ip_address: None,
        active: true,
        paused: false,
        is_shared: true,
        runner_type: "instance_type",
        name: None,
        online: true,
        created_by: users::basic(world, OWNER),
        created_at: installed(world),
        status: "online",
        job_execution_status: "active",
    }
}

/// The machine that ran a job.
pub(super) fn manager(world: &World, job: &Job) -> RunnerManager {
    RunnerManager {
        id: 34,
        system_id: "s_4f1c77a20b9d",
        version: "18.2.0",
        revision: "0f3ab112",
        platform: "linux",
        architecture: "amd64",
        created_at: installed(world),
        contacted_at: Stamp(job.finished_at.unwrap_or(world.now())),
        ip_address: "192.0.2.14",
        status: "online",
        job_execution_status: if job.status == Status::Running { "active" } else { "idle" },
    }
}

/// The runner is as old as the account of the user who registered it.
fn installed(world: &World) -> Option<Stamp> {
    world.store.users.get(&OWNER).map(|user| Stamp(user.created_at))
}
