//! Pipelines: passing variables one by one.

use crate::{CreateProjectPipeline, IntoArgument, PipelineVariable, TriggerPipeline};

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
