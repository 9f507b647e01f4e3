//! `rhailab trigger`: starts a pipeline with a trigger token, which is found, made, or read from a file, and waits for the
//! pipeline where that is asked for. The wait itself is `rhailab wait`'s.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use rhailab_client::{
    CreateProjectTrigger, Error, Gitlab, Id, ListProjectTriggers, Object, ProjectTrigger, Secret, TokenKind,
    TriggerPipeline, Writes, is_whole_secret,
};
use serde_json::Value;

use super::project;
use super::wait::{How, Task, within};
use crate::cli::{GlobalOptions, Status, complain, say};
use crate::engine::bridge::Bridge;
use crate::live::{self, Failure, Watch};
use crate::output::Format;
use crate::output::terminal::one_line;
use crate::variables_file::{self, Variables};
use crate::{assignments, report, settings};

/// The description of the trigger that the command looks for and makes.
const DESCRIPTION: &str = "rhailab";

/// What to start, and how.
#[derive(Debug, Args)]
pub(crate) struct TriggerOptions {
    /// The project's full path or number; without it the project of the git remote `origin`
    project: Option<String>,
    /// The branch or tag; without it the project's default branch
    #[arg(value_name = "REF")]
    reference: Option<String>,
    /// The branch or tag, where no project is named
    #[arg(long = "ref", value_name = "REF", conflicts_with = "reference")]
    git_ref: Option<String>,
    /// A CI/CD variable for the pipeline; may be given more than once
    #[arg(long, value_name = "NAME=VALUE")]
    var: Vec<String>,
    /// A value for an input of the pipeline: a number, true, false, a JSON array or text; may be given more than once
    #[arg(long, value_name = "NAME=VALUE")]
    input: Vec<String>,
    /// A file of variables: a map in .json or .yaml, else NAME=VALUE lines; --var wins over it
    #[arg(long, value_name = "FILE")]
    variables_file: Option<PathBuf>,
    /// A file that holds a trigger token and nothing else, instead of a trigger of your own
    #[arg(long, value_name = "FILE")]
    trigger_token_file: Option<PathBuf>,
    /// Wait for the pipeline; the exit status tells how it ended
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    how: How,
}

/// What to start.
struct Plan {
    project: Id,
    reference: Option<String>,
    /// Without one it takes a trigger of the caller's own.
    token: Option<Token>,
    variables: Variables,
    inputs: Vec<(String, Value)>,
}

/// What starts the pipeline.
enum Token {
    /// The token of a trigger.
    Trigger(Secret),
    /// The token of the CI/CD job that runs this command. It starts pipelines by itself, and may not look at triggers.
    Job(Secret),
}

/// Starts the pipeline.
pub(crate) fn run(global: &GlobalOptions, options: &TriggerOptions) -> Status {
    if let Some(option) = options.how.given().filter(|_| !options.wait) {
        return complain(&format!("{option} says how to wait; it goes with --wait"));
    }
    let token = options.trigger_token_file.as_deref().map(settings::read_token).transpose();
    let token = match token {
        Ok(token) => token,
        Err(error) => {
            say(&report::client_failure(&error, global.color.for_stderr()));
            return Status::Usage;
        }
    };
    within(global, |server, client| {
        let variables = variables(options)?;
        let inputs = assignments::inputs(&options.input)?;
        let reference = options.git_ref.clone().or_else(|| options.reference.clone());
        if reference.as_ref().is_some_and(|reference| reference.trim().is_empty()) {
            let problem = "the branch or tag is empty; is the variable set that it comes from? Without one the default branch is taken";
            return Err(problem.to_owned());
        }
        let project = project(options, client.url())?;
        let token = token.map(Token::Trigger).or_else(|| server.job_token().map(Token::Job));
        let plan = Plan { project: project.clone(), reference, token, variables, inputs };
        let (client, wait) = (client.clone(), options.wait.then(|| options.how.wait()));
        let work = async move |watch: &mut Watch| {
            let pipeline = start(&client, plan).await?;
            if client.writes() == Writes::Rehearsed {
                // What a rehearsal answers is no pipeline, and never moves.
                return Ok(());
            }
            match wait {
                Some(wait) => {
                    watch.begin(&pipeline)?;
                    watch.follow(&pipeline, wait).await
                }
                None => show(&pipeline, global.output),
            }
        };
        Ok(Task { project, pipeline: None, end: options.how.end(), work })
    })
}

fn variables(options: &TriggerOptions) -> Result<Variables, String> {
    let given = assignments::variables(&options.var)?;
    let Some(file) = &options.variables_file else { return Ok(given) };
    let mut variables = variables_file::read(file)?;
    variables.retain(|(name, _)| !given.iter().any(|(given, _)| given == name));
    variables.extend(given);
    Ok(variables)
}

fn project(options: &TriggerOptions, server: &str) -> Result<Id, String> {
    let argument = options.project.as_deref();
    let problem = |problem| match (argument, &options.reference) {
        // The only argument may be meant for the branch.
        (Some(word), None) if !word.contains('/') => {
            format!(
                "{problem}; to run the branch or tag {word} of this directory's project, write --ref {word}"
            )
        }
        _ => problem,
    };
    project::of(argument, server).map_err(problem)
}

async fn start(client: &Gitlab, plan: Plan) -> Result<Object, Error> {
    let project = client.projects().lazy(plan.project.clone());
    let reference = match plan.reference {
        Some(reference) => reference,
        None => default_branch(client, plan.project).await?,
    };
    let is_of_job = matches!(plan.token, Some(Token::Job(_)));
    let token = match plan.token {
        Some(Token::Trigger(token) | Token::Job(token)) => token,
        None => {
            let mut triggers = project.triggers().list(ListProjectTriggers::new()).stream();
            let mut own = None;
            while let Some(trigger) = triggers.try_next().await? {
                if let Some(token) = own_token(&trigger, Timestamp::now()) {
                    own = Some(token);
                    break;
                }
            }
            match own {
                Some(token) => token,
                None => {
                    make_trigger(project.triggers().create(CreateProjectTrigger::new(DESCRIPTION)).await?)?
                }
            }
        }
    };
    let request = TriggerPipeline::new(reference, token).variables(plan.variables).inputs(plan.inputs);
    match project.trigger_pipeline(request).await {
        Ok(pipeline) => Ok(pipeline.object().clone()),
        Err(error) if is_of_job => Err(hinted(error, JOB_TOKEN)),
        Err(error) => Err(error),
    }
}

async fn default_branch(client: &Gitlab, project: Id) -> Result<String, Error> {
    let project = client.projects().get(project).await.map_err(|error| match client.token_kind() {
        Some(TokenKind::Private | TokenKind::OAuth) => error,
        _ => hinted(error, "The default branch is not shown to this caller. Name a branch or tag after the project, or with --ref."),
    })?;
    project.default_branch.clone().filter(|branch| !branch.is_empty()).ok_or_else(|| {
        Error::usage("the project shows no default branch")
            .with_hint("It may be empty, or hide its code from you. Name a branch or tag with --ref.")
    })
}

/// What a job token takes to start a pipeline.
const JOB_TOKEN: &str = "A job token starts pipelines of those projects only in which its user is a Developer and whose settings let its \
                         own project in (\"Job token permissions\"). Else name a trigger token with --trigger-token-file, or an access token with \
                         GITLAB_TOKEN.";

/// A refusal that is explained here better than by the client, which does not know what it is for.
fn hinted(error: Error, hint: &str) -> Error {
    if error.is_hidden() { error.with_hint(hint) } else { error }
}

/// The token of a trigger that this command may use: one of its own that still works. Of the triggers of other users,
/// GitLab shows the beginning of the token alone.
fn own_token(trigger: &ProjectTrigger, now: Timestamp) -> Option<Secret> {
    let is_own = trigger.description.as_deref() == Some(DESCRIPTION);
    let is_valid = trigger.expires_at.is_none_or(|end| end > now);
    trigger.token.clone().filter(|token| is_own && is_valid && is_whole_secret(token.expose()))
}

fn make_trigger(trigger: ProjectTrigger) -> Result<Secret, Error> {
    trigger.token.clone().ok_or_else(|| Error::usage("GitLab made a trigger and shows no token of it"))
}

/// Shows a pipeline that nobody waits for.
fn show(pipeline: &Object, format: Format) -> Result<(), Failure> {
    let text = match format {
        Format::Auto => {
            let text = |name| pipeline.text(name).unwrap_or_default();
            one_line(&format!("pipeline {} {} {}", pipeline.identity(), text("status"), text("web_url")))
        }
        // The value is data by now, so that the bridge is never asked for anything.
        _ => live::value(pipeline, format, &Bridge::default()).map_err(Failure::Told)?,
    };
    live::put(&text)
}
