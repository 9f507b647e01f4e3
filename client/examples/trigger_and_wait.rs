//! Finds or creates a trigger, starts a pipeline with it, and waits until the pipeline has ended.
//!
//! Run it against the server that `GITLAB_URL` and `GITLAB_TOKEN` name:
//! `cargo run --package rhailab-client --example trigger_and_wait -- demo/app master`

use std::time::Duration;

use rhailab_client::{
    CreateProjectTrigger, Error, Gitlab, ListProjectTriggers, Project, ProjectTrigger, TriggerPipeline, Wait,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().unwrap_or_else(|| "demo/app".to_owned());
    let ref_name = args.next().unwrap_or_else(|| "master".to_owned());

    let gl = Gitlab::builder(std::env::var("GITLAB_URL")?)
        .private_token(std::env::var("GITLAB_TOKEN")?)
        .build()?;
    let project = gl.projects().get(path).await?;
    let trigger = get_or_create_trigger(&project).await?;
    let token = trigger.token.clone().ok_or("GitLab does not show this trigger's token")?;

    let pipeline = project
        .trigger_pipeline(TriggerPipeline::new(ref_name, token).variable("DEPLOY_ZONE", "us-west1"))
        .await?
        .wait(Wait::new().deadline(Duration::from_secs(1800)).check())
        .await?;
    let status = pipeline.status.as_ref().map_or("unknown", |status| status.as_str());
    writeln_status(pipeline.id, status)?;
    Ok(())
}

async fn get_or_create_trigger(project: &Project) -> Result<ProjectTrigger, Error> {
    let mut triggers = project.triggers().list(ListProjectTriggers::new()).stream();
    while let Some(trigger) = triggers.try_next().await? {
        if trigger.description.as_deref() == Some("my_trigger_id") {
            return Ok(trigger);
        }
    }
    project.triggers().create(CreateProjectTrigger::new("my_trigger_id")).await
}

fn writeln_status(id: i64, status: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "pipeline {id}: {status}")
}
