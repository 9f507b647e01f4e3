//! The section "Triggers" of the page. GitLab names a trigger by its number alone, so a token is looked up first:
//! that request comes on top of what python-gitlab sends.

use std::time::Duration;

use rhailab_client::{CreateProjectTrigger, Gitlab, ListProjectTriggers, TriggerPipeline, Wait};
use rhailab_tests::canned::TRIGGER_TOKEN;

use super::row::{Fact, Row};

const FULL_EXAMPLE: &str = r#"
    fn get_or_create_trigger(project) {
        let trigger_description = "my_trigger_id";
        for t in project.triggers.list() {
            if t.description == trigger_description { return t; }
        }
        project.triggers.create(#{description: trigger_description})
    }

    let trigger = get_or_create_trigger(project);
    let pipeline = project.trigger_pipeline("master", trigger.token, #{variables: #{DEPLOY_ZONE: "us-west1"}});
    while pipeline.finished_at == () {
        pipeline.refresh();
        sleep(0.001);
    }
"#;

const FULL_EXAMPLE_FACTS: &[Fact] = &[
    ("GET /api/v4/projects/1/triggers", ""),
    ("POST /api/v4/projects/1/triggers", r#"{"description": "my_trigger_id"}"#),
    (
        "POST /api/v4/projects/1/trigger/pipeline",
        r#"{"ref": "master", "token": "glptt-ffffffffffffffffffffffffffffffffffffffff",
            "variables": {"DEPLOY_ZONE": "us-west1"}, "inputs": {}}"#,
    ),
    ("GET /api/v4/projects/1/pipelines/104", ""),
    ("GET /api/v4/projects/1/pipelines/104", ""),
    ("GET /api/v4/projects/1/pipelines/104", ""),
];

pub(crate) const ROWS: &[Row] = &[
    Row {
        id: "T01",
        page: "triggers = project.triggers.list()",
        rhai: "let triggers = project.triggers.list(); triggers.len()",
        rust: |given| {
            Box::pin(async move {
                given.project.triggers().list(ListProjectTriggers::new()).all().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/triggers", "")],
    },
    Row {
        id: "T02",
        page: "trigger = project.triggers.get(trigger_token)",
        rhai: "let trigger = project.triggers.get(trigger_token); trigger.id",
        rust: |given| {
            Box::pin(async move {
                given.project.triggers().get(TRIGGER_TOKEN).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/triggers", ""), ("GET /api/v4/projects/1/triggers/5", "")],
    },
    Row {
        id: "T02b",
        page: "trigger = project.triggers.get(5)",
        rhai: "let trigger = project.triggers.get(5); trigger.id",
        rust: |given| {
            Box::pin(async move {
                given.project.triggers().get(5).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/triggers/5", "")],
    },
    Row {
        id: "T03",
        page: "trigger = project.triggers.create({'description': 'mytrigger'})",
        rhai: r#"let trigger = project.triggers.create(#{description: "mytrigger"}); trigger.token"#,
        rust: |given| {
            Box::pin(async move {
                given.project.triggers().create(CreateProjectTrigger::new("mytrigger")).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("POST /api/v4/projects/1/triggers", r#"{"description": "mytrigger"}"#)],
    },
    Row {
        id: "T04",
        page: "project.triggers.delete(trigger_token)",
        rhai: "project.triggers.delete(trigger_token);",
        rust: |given| Box::pin(async move { given.project.triggers().delete(TRIGGER_TOKEN).await }),
        before: &[],
        facts: &[("GET /api/v4/projects/1/triggers", ""), ("DELETE /api/v4/projects/1/triggers/5", "")],
    },
    Row {
        id: "T04b",
        page: "project.triggers.delete(5)",
        rhai: "project.triggers.delete(5);",
        rust: |given| Box::pin(async move { given.project.triggers().delete(5).await }),
        before: &[],
        facts: &[("DELETE /api/v4/projects/1/triggers/5", "")],
    },
    Row {
        id: "T05",
        page: "trigger.delete()",
        rhai: "let trigger = project.triggers.get(102, #{lazy: true}); trigger.delete();",
        rust: |given| Box::pin(async move { given.project.triggers().lazy(102).delete().await }),
        before: &[],
        facts: &[("DELETE /api/v4/projects/1/triggers/102", "")],
    },
    Row {
        id: "T06",
        page: "def get_or_create_trigger(project): …\n\
               trigger = get_or_create_trigger(project)\n\
               pipeline = project.trigger_pipeline('master', trigger.token, variables={\"DEPLOY_ZONE\": \"us-west1\"})\n\
               while pipeline.finished_at is None: …",
        rhai: FULL_EXAMPLE,
        rust: |given| {
            Box::pin(async move {
                let triggers = given.project.triggers();
                let mut known = triggers.list(ListProjectTriggers::new()).stream();
                let mut trigger = None;
                while let Some(row) = known.try_next().await? {
                    if row.description.as_deref() == Some("my_trigger_id") {
                        trigger = Some(row);
                        break;
                    }
                }
                let trigger = match trigger {
                    Some(trigger) => trigger,
                    None => triggers.create(CreateProjectTrigger::new("my_trigger_id")).await?,
                };
                let token = trigger.token.clone().unwrap();
                let request = TriggerPipeline::new("master", token).variable("DEPLOY_ZONE", "us-west1");
                let pause = Duration::from_millis(1);
                let pipeline = given.project.trigger_pipeline(request).await?;
                pipeline.wait(Wait::new().poll(pause, pause)).await?;
                Ok(())
            })
        },
        before: &[],
        facts: FULL_EXAMPLE_FACTS,
    },
    Row {
        id: "T07",
        page: "gl = gitlab.Gitlab(URL)\n\
               project = gl.projects.get(project_id, lazy=True)\n\
               project.trigger_pipeline('master', trigger_token)",
        rhai: r#"
            let gl = gitlab(URL);
            let project = gl.projects.get(project_id, #{lazy: true});
            project.trigger_pipeline("master", trigger_token);"#,
        rust: |given| {
            Box::pin(async move {
                let gl = Gitlab::builder(given.url).build()?;
                let project = gl.projects().lazy(1);
                project.trigger_pipeline(TriggerPipeline::new("master", TRIGGER_TOKEN)).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[(
            "POST /api/v4/projects/1/trigger/pipeline",
            r#"{"ref": "master", "token": "glptt-ffffffffffffffffffffffffffffffffffffffff", "variables": {}, "inputs": {}}"#,
        )],
    },
];
