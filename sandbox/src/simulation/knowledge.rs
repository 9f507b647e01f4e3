//! What a job finds in its environment when it starts.
//!
//! This file owns GitLab's order of precedence among variables, and who gets those for protected refs
//! and for certain environments. It changes nothing.

use super::World;
use crate::store::{Job, Known, Project, RunVariable, Variable, VariableKind, VariableOwner};

impl World {
    /// Everything that a job knows by a name. Of several with one name, the last one counts.
    pub(super) fn knowledge(&self, id: i64) -> Vec<Known> {
        let Some(job) = self.store.jobs.get(&id) else {
            return Vec::new();
        };
        let (Some(project), Some(pipeline)) =
            (self.store.projects.get(&job.project), self.store.pipelines.get(&job.pipeline))
        else {
            return Vec::new();
        };
        let mut known = Vec::new();
        for (name, value) in &pipeline.inputs {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            known.push(open(&format!("inputs.{name}"), value));
        }
        let short_sha = pipeline.sha.get(..8).unwrap_or_default();
        let ref_kind = if pipeline.tag { "CI_COMMIT_TAG" } else { "CI_COMMIT_BRANCH" };
        for (key, value) in [
            ("CI", "true".to_owned()),
            ("CI_PROJECT_ID", project.id.to_string()),
            ("CI_PROJECT_PATH", project.path_with_namespace.clone()),
            ("CI_DEFAULT_BRANCH", project.default_branch.clone()),
            ("CI_PIPELINE_ID", pipeline.id.to_string()),
            ("CI_PIPELINE_IID", pipeline.iid.to_string()),
            ("CI_PIPELINE_SOURCE", pipeline.source.as_str().to_owned()),
            ("CI_COMMIT_SHA", pipeline.sha.clone()),
            ("CI_COMMIT_SHORT_SHA", short_sha.to_owned()),
            ("CI_COMMIT_REF_NAME", pipeline.ref_name.clone()),
            (ref_kind, pipeline.ref_name.clone()),
            ("CI_JOB_ID", job.id.to_string()),
            ("CI_JOB_NAME", job.plan.name.clone()),
            ("CI_JOB_STAGE", job.plan.stage.clone()),
            ("CI_ENVIRONMENT_NAME", job.plan.environment.clone().unwrap_or_default()),
        ] {
            known.push(open(key, value));
        }
        let token = self.draw.job_token(id);
        known.push(Known { key: "CI_JOB_TOKEN".to_owned(), value: token.clone(), secret: Some(token) });

        let protected = project.refs.iter().any(|git_ref| {
            git_ref.protected && git_ref.tag == pipeline.tag && git_ref.name == pipeline.ref_name
        });
        for owner in
            [VariableOwner::Instance, VariableOwner::Group(project.group), VariableOwner::Project(project.id)]
        {
            known.extend(self.kept(owner, job, protected).into_iter().map(|variable| {
                let secret = variable.masked.then(|| variable.value.clone());
                as_known(&variable.key, &variable.value, variable.kind, secret, project)
            }));
        }
        let given = pipeline.variables.iter().chain(&job.variables);
        known
            .extend(given.map(|RunVariable { key, value, kind }| as_known(key, value, *kind, None, project)));
        known
    }

    /// The owner's variables that the job gets, the closest scope last.
    fn kept(&self, owner: VariableOwner, job: &Job, protected: bool) -> Vec<&Variable> {
        let environment = job.plan.environment.as_deref();
        let mut fitting: Vec<(usize, &Variable)> = self
            .store
            .variables_of(owner)
            .filter(|(_, variable)| protected || !variable.protected)
            .filter_map(|(_, variable)| Some((variable.fits(environment)?, variable)))
            .collect();
        fitting.sort_by_key(|(closeness, _)| *closeness);
        fitting.into_iter().map(|(_, variable)| variable).collect()
    }
}

fn open(key: &str, value: String) -> Known {
    Known { key: key.to_owned(), value, secret: None }
}

fn as_known(key: &str, value: &str, kind: VariableKind, secret: Option<String>, project: &Project) -> Known {
    let value = match kind {
        VariableKind::EnvVar => value.to_owned(),
        VariableKind::File => format!("/builds/{}.tmp/{key}", project.path_with_namespace),
    };
    Known { key: key.to_owned(), value, secret }
}
