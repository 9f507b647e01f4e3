//! Pipeline schedules on the wire: the row of a list, the whole.
//!
//! This file owns their fields and nothing else.

use serde::Serialize;
use serde_json::Value;

use super::Stamp;
use super::pipelines::{self, PipelineReference};
use super::users::{self, UserBasic};
use super::variables::run_variable;
use crate::simulation::World;
use crate::store::Schedule;

#[derive(Debug, Serialize)]
struct ScheduleRow<'a> {
    id: i64,
    description: &'a str,
    #[serde(rename = "ref")]
    ref_name: &'a str,
    cron: &'a str,
    cron_timezone: &'a str,
    next_run_at: Option<Stamp>,
    active: bool,
    created_at: Stamp,
    updated_at: Stamp,
    owner: Option<UserBasic<'a>>,
    inputs: Vec<Input<'a>>,
}

#[derive(Debug, Serialize)]
struct ScheduleEntity<'a, V> {
    #[serde(flatten)]
    row: ScheduleRow<'a>,
    last_pipeline: Option<PipelineReference<'a>>,
    variables: Vec<V>,
}

#[derive(Debug, Serialize)]
struct Input<'a> {
    name: &'a str,
    value: &'a Value,
}

/// A row of a list.
pub(crate) fn schedule_row<'a>(world: &'a World, schedule: &'a Schedule) -> impl Serialize + 'a {
    row(world, schedule)
}

/// The whole schedule.
pub(crate) fn schedule<'a>(world: &'a World, schedule: &'a Schedule) -> impl Serialize + 'a {
    ScheduleEntity {
        row: row(world, schedule),
        last_pipeline: world
            .store
            .last_run(schedule.id)
            .map(|pipeline| pipelines::reference(world, pipeline)),
        variables: schedule.variables.iter().map(run_variable).collect(),
    }
}

fn row<'a>(world: &'a World, schedule: &'a Schedule) -> ScheduleRow<'a> {
    ScheduleRow {
        id: schedule.id,
        description: &schedule.description,
        ref_name: &schedule.ref_name,
        cron: &schedule.cron,
        cron_timezone: &schedule.time_zone,
        next_run_at: schedule.next_run_at.map(Stamp),
        active: schedule.active,
        created_at: Stamp(schedule.created_at),
        updated_at: Stamp(schedule.updated_at),
        owner: users::basic(world, schedule.owner),
        inputs: schedule.inputs.iter().map(|(name, value)| Input { name, value }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;
    use crate::simulation::test_world;

    #[test]
    fn rows_lack_what_the_whole_has() {
        let world = test_world();
        let record = &world.store.schedules[&1];
        let expected = [
            "id",
            "description",
            "ref",
            "cron",
            "cron_timezone",
            "next_run_at",
            "active",
            "created_at",
            "updated_at",
            "owner",
            "inputs",
        ];
        assert_eq!(keys(&schedule_row(&world, record)), expected);
        let whole = [&expected[..], &["last_pipeline", "variables"]].concat();
        assert_eq!(keys(&schedule(&world, record)), whole);
        let value = serde_json::to_value(schedule(&world, record)).unwrap();
        assert_eq!(value["inputs"], serde_json::json!([{"name": "strategy", "value": "canary"}]));
        assert_eq!(
            value["variables"],
            serde_json::json!([{"variable_type": "env_var", "key": "DEEP", "value": "1", "raw": false}])
        );
    }
}
