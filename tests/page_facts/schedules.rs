//! The section "Pipeline schedule" of the page. S02 has `projects` there, where `project` is meant.

use rhailab_client::{
    CreateProjectPipelineSchedule, CreateProjectPipelineScheduleVariable, ListProjectPipelineSchedules,
    UpdateProjectPipelineSchedule, UpdateProjectPipelineScheduleVariable,
};

use super::row::{Fact, Row};

const SCHEDULE: &[Fact] = &[("GET /api/v4/projects/1/pipeline_schedules/3", "")];

const NEW_VARIABLE: &[Fact] =
    &[("POST /api/v4/projects/1/pipeline_schedules/3/variables", r#"{"key": "foo", "value": "bar"}"#)];

/// S02 and S02b are one snippet: the page's client has never known its first form.
const fn get_schedule(id: &'static str, page: &'static str) -> Row {
    Row {
        id,
        page,
        rhai: "let sched = project.pipelineschedules.get(schedule_id); sched.cron",
        rust: |given| {
            Box::pin(async move {
                given.project.pipelineschedules().get(3).await?;
                Ok(())
            })
        },
        before: &[],
        facts: SCHEDULE,
    }
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        id: "S01",
        page: "scheds = project.pipelineschedules.list()",
        rhai: "let scheds = project.pipelineschedules.list(); scheds.len()",
        rust: |given| {
            Box::pin(async move {
                given.project.pipelineschedules().list(ListProjectPipelineSchedules::new()).all().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/pipeline_schedules", "")],
    },
    get_schedule("S02", "sched = projects.pipelineschedules.get(schedule_id)"),
    get_schedule("S02b", "sched = project.pipelineschedules.get(schedule_id)"),
    Row {
        id: "S03",
        page: "sched = project.pipelineschedules.create({\n    \
                   'ref': 'master',\n    'description': 'Daily test',\n    'cron': '0 1 * * *'})",
        rhai: r#"
            let sched = project.pipelineschedules.create(#{
                ref: "master",
                description: "Daily test",
                cron: "0 1 * * *"});
            sched.id"#,
        rust: |given| {
            Box::pin(async move {
                let request = CreateProjectPipelineSchedule::new("Daily test", "master", "0 1 * * *");
                given.project.pipelineschedules().create(request).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[(
            "POST /api/v4/projects/1/pipeline_schedules",
            r#"{"ref": "master", "description": "Daily test", "cron": "0 1 * * *"}"#,
        )],
    },
    Row {
        id: "S04",
        page: "sched.cron = '1 2 * * *'\nsched.save()",
        rhai: r#"
            let sched = project.pipelineschedules.get(106, #{lazy: true});
            sched.cron = "1 2 * * *";
            sched.save();"#,
        rust: |given| {
            Box::pin(async move {
                let sched = given.project.pipelineschedules().lazy(106);
                sched.update(UpdateProjectPipelineSchedule::new().cron("1 2 * * *")).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("PUT /api/v4/projects/1/pipeline_schedules/106", r#"{"cron": "1 2 * * *"}"#)],
    },
    Row {
        id: "S05",
        page: "sched.delete()",
        rhai: "let sched = project.pipelineschedules.get(106, #{lazy: true}); sched.delete();",
        rust: |given| Box::pin(async move { given.project.pipelineschedules().lazy(106).delete().await }),
        before: &[],
        facts: &[("DELETE /api/v4/projects/1/pipeline_schedules/106", "")],
    },
    Row {
        id: "S06",
        page: "sched = projects.pipelineschedules.get(schedule_id)\nvars = sched.attributes['variables']",
        rhai: r#"
            let sched = project.pipelineschedules.get(schedule_id);
            let vars = sched.attributes["variables"];
            if vars[0].key != "foo" { throw vars; }"#,
        rust: |given| {
            Box::pin(async move {
                let sched = given.project.pipelineschedules().get(3).await?;
                assert_eq!(
                    sched.variables.as_deref().map(|vars| vars[0].key.clone()).as_deref(),
                    Some("foo")
                );
                Ok(())
            })
        },
        before: &[],
        facts: SCHEDULE,
    },
    Row {
        id: "S07",
        page: "var = sched.variables.create({'key': 'foo', 'value': 'bar'})",
        rhai: r#"
            let sched = project.pipelineschedules.get(schedule_id, #{lazy: true});
            let v = sched.variables.create(#{key: "foo", value: "bar"});
            v.value"#,
        rust: |given| {
            Box::pin(async move {
                let sched = given.project.pipelineschedules().lazy(3);
                sched.variables().create(CreateProjectPipelineScheduleVariable::new("foo", "bar")).await?;
                Ok(())
            })
        },
        before: &[],
        facts: NEW_VARIABLE,
    },
    Row {
        id: "S08",
        page: "var.value = 'new_value'\nvar.save()",
        rhai: r#"
            let sched = project.pipelineschedules.get(schedule_id, #{lazy: true});
            let v = sched.variables.create(#{key: "foo", value: "bar"});
            v.value = "new_value";
            v.save();"#,
        rust: |given| {
            Box::pin(async move {
                let sched = given.project.pipelineschedules().lazy(3);
                let var = sched
                    .variables()
                    .create(CreateProjectPipelineScheduleVariable::new("foo", "bar"))
                    .await?;
                var.update(UpdateProjectPipelineScheduleVariable::new().value("new_value")).await?;
                Ok(())
            })
        },
        before: NEW_VARIABLE,
        facts: &[(
            "PUT /api/v4/projects/1/pipeline_schedules/3/variables/foo",
            r#"{"key": "foo", "value": "new_value"}"#,
        )],
    },
    Row {
        id: "S09",
        page: "var.delete()",
        rhai: r#"
            let sched = project.pipelineschedules.get(schedule_id, #{lazy: true});
            let v = sched.variables.create(#{key: "foo", value: "bar"});
            v.delete();"#,
        rust: |given| {
            Box::pin(async move {
                let sched = given.project.pipelineschedules().lazy(3);
                let var = sched
                    .variables()
                    .create(CreateProjectPipelineScheduleVariable::new("foo", "bar"))
                    .await?;
                var.delete().await
            })
        },
        before: NEW_VARIABLE,
        facts: &[("DELETE /api/v4/projects/1/pipeline_schedules/3/variables/foo", "")],
    },
];
