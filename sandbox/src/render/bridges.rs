//! Bridges on the wire.
//!
//! This file owns their fields: those of a job, without what only a runner brings.

use serde::Serialize;

use super::jobs::{self, JobHead};
use super::pipelines::{self, PipelineReference};
use crate::simulation::World;
use crate::store::Job;

#[derive(Debug, Serialize)]
struct BridgeEntity<'a> {
    #[serde(flatten)]
    head: JobHead<'a>,
    downstream_pipeline: Option<PipelineReference<'a>>,
}

/// A bridge, with the pipeline that it started.
pub(crate) fn bridge<'a>(world: &'a World, job: &'a Job) -> impl Serialize + 'a {
    let downstream = job.downstream.and_then(|id| world.store.pipelines.get(&id));
    BridgeEntity {
        head: jobs::head(world, job),
        downstream_pipeline: downstream.map(|pipeline| pipelines::reference(world, pipeline)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;
    use crate::simulation::test_world;

    #[test]
    fn a_bridge_has_the_fields_of_gitlab() {
        let world = test_world();
        let record = world.store.jobs.values().find(|job| job.downstream.is_some()).unwrap();
        let expected = [
            "id",
            "status",
            "stage",
            "name",
            "ref",
            "tag",
            "coverage",
            "allow_failure",
            "created_at",
            "started_at",
            "finished_at",
            "erased_at",
            "duration",
            "queued_duration",
            "user",
            "commit",
            "pipeline",
            "web_url",
            "project",
            "downstream_pipeline",
        ];
        assert_eq!(keys(&bridge(&world, record)), expected);
        let value = serde_json::to_value(bridge(&world, record)).unwrap();
        assert_eq!(value["downstream_pipeline"]["project_id"], 2);
        assert_eq!(value["downstream_pipeline"]["source"], "pipeline");
        assert_eq!(value["downstream_pipeline"].get("name"), None);
    }
}
