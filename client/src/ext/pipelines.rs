//! Pipelines: waiting for one, and passing variables one by one.

use std::time::Instant;

use crate::error::Error;
use crate::wait::{Step, Wait};
use crate::{CreateProjectPipeline, IntoArgument, PipelineVariable, ProjectPipeline, TriggerPipeline};

impl<D> ProjectPipeline<D> {
    /// Waits until the pipeline has ended, and answers it in its last state.
    ///
    /// The status decides, never `finished_at`: that is null for skipped and blocked pipelines, and stale after a retry.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Deadline`] when the deadline passes, [`crate::ErrorKind::Pipeline`] when success was asked for and
    /// did not come, else whatever reading the pipeline gives.
    pub async fn wait(&self, options: Wait) -> Result<ProjectPipeline, Error> {
        let started = Instant::now();
        let mut waiter = options.start();
        loop {
            let pipeline = self.refresh().await?;
            let status = pipeline.object().attribute("status")?.as_str().unwrap_or_default().to_owned();
            match waiter.step(pipeline.object(), &status, started.elapsed())? {
                Step::Done => return Ok(pipeline),
                Step::Pause(pause) => tokio::time::sleep(pause).await,
            }
        }
    }
}

impl CreateProjectPipeline {
    /// Adds one CI/CD variable.
    pub fn variable(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let row = PipelineVariable::new(key, value).into_argument();
        Self(self.0.with_pushed("variables", row))
    }
}

impl TriggerPipeline {
    /// Adds one CI/CD variable.
    pub fn variable(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        Self(self.0.with_entry("variables", key, value.into()))
    }
}
