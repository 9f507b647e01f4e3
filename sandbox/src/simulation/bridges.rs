//! Bridges: jobs that start a pipeline elsewhere and stand for it.
//!
//! This file owns what a bridge starts, why it may fail to, and how it follows its pipeline's end.

use super::transition::Event;
use super::{NewPipeline, Status, World};
use crate::plan::{DownstreamTarget, resolve_inputs, shared};
use crate::store::{Job, Role, RunVariable, Source};

/// How long a chain of pipelines that start each other may be.
const LONGEST_CHAIN: usize = 10;

impl World {
    /// Lets a bridge whose turn has come start its pipeline.
    pub(super) fn start_downstream(&mut self, id: i64) {
        let Some(bridge) = self.store.jobs.get(&id) else {
            return;
        };
        let depends = bridge.plan.downstream.as_ref().is_some_and(|downstream| downstream.depend);
        let started = self
            .downstream_of(bridge)
            .and_then(|new| self.create_pipeline(new).ok_or("downstream_pipeline_creation_failed"));
        let event = match started {
            Ok(pipeline) => {
                if let Some(bridge) = self.store.jobs.get_mut(&id) {
                    bridge.downstream = Some(pipeline);
                }
                if let Some(pipeline) = self.store.pipelines.get_mut(&pipeline) {
                    pipeline.bridge = Some(id);
                }
                if depends { Event::Run } else { Event::Success }
            }
            Err(reason) => {
                if let Some(bridge) = self.store.jobs.get_mut(&id) {
                    bridge.failure_reason = Some(reason.to_owned());
                }
                Event::Drop
            }
        };
        self.fire(id, event);
    }

    /// Lets a bridge that depends on its pipeline end like it.
    pub(super) fn follow_downstream(&mut self, bridge: i64, status: Status) {
        let event = match status {
            Status::Success | Status::Skipped => Event::Success,
            Status::Failed => Event::Drop,
            Status::Canceled => Event::Cancel,
            _ => return,
        };
        let waiting = self.store.jobs.get(&bridge).filter(|bridge| bridge.status == Status::Running);
        if let Some(pipeline) = waiting.map(|bridge| bridge.pipeline) {
            self.fire(bridge, event);
            self.process(pipeline);
        }
    }

    /// The pipeline that a bridge asks for, or GitLab's word for why there can be none.
    fn downstream_of(&self, bridge: &Job) -> Result<NewPipeline, &'static str> {
        let unknown = "downstream_bridge_project_not_found";
        let target = &bridge.plan.downstream.as_ref().ok_or(unknown)?.target;
        let pipeline = self.store.pipelines.get(&bridge.pipeline).ok_or(unknown)?;
        let own = self.store.projects.get(&bridge.project).ok_or(unknown)?;
        if self.chain_above(bridge.pipeline) >= LONGEST_CHAIN {
            return Err("reached_max_pipeline_hierarchy_size");
        }
        let (project, ref_name, jobs, source) = match target {
            DownstreamTarget::Project(path) => {
                let project = self.store.project(path).ok_or(unknown)?;
                (project, project.default_branch.clone(), project.plan.clone(), Source::Pipeline)
            }
            DownstreamTarget::Child(jobs) => {
                let kind = if pipeline.tag { "tags" } else { "heads" };
                (own, format!("refs/{kind}/{}", pipeline.ref_name), shared(jobs), Source::ParentPipeline)
            }
        };
        if self.store.role(bridge.user, project) < Some(Role::Developer) {
            return Err("insufficient_bridge_permissions");
        }
        let git_ref = project.find_ref(&ref_name).map_err(|_| "downstream_pipeline_creation_failed")?;
        // A child's configuration is its own, without the inputs of the project's.
        let declared = if source == Source::Pipeline { project.inputs.as_slice() } else { &[] };
        let inputs = resolve_inputs(declared, &serde_json::Map::new())
            .map_err(|_| "downstream_pipeline_creation_failed")?;
        // The variables that somebody started a pipeline with go on to what it starts.
        let variables = pipeline.variables.iter().filter(|variable| variable.key != "TRIGGER_PAYLOAD");
        Ok(NewPipeline {
            jobs,
            variables: variables.cloned().collect::<Vec<RunVariable>>(),
            inputs,
            ..NewPipeline::new(project.id, git_ref.clone(), source, bridge.user)
        })
    }

    /// How many pipelines started each other up to this one.
    fn chain_above(&self, pipeline: i64) -> usize {
        let above = |id: &i64| {
            let bridge = self.store.pipelines.get(id)?.bridge?;
            Some(self.store.jobs.get(&bridge)?.pipeline)
        };
        std::iter::successors(Some(pipeline), above).take(LONGEST_CHAIN + 1).count()
    }
}
