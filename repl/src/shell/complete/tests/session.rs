//! A session as it could be around the typed text.

use rhailab_client::endpoint::Resource;
use rhailab_client::table;

use crate::shell::complete::{Argument, Command, ScriptFunction, Shape, Surroundings};

pub(super) struct Session;

fn resource(kind: &str) -> &'static Resource {
    table::RESOURCES.iter().copied().find(|resource| resource.kind == kind).unwrap()
}

impl Surroundings for Session {
    fn variables(&self) -> Vec<(String, Shape)> {
        let settings = vec![
            ("zone".to_owned(), Shape::Text),
            ("job".to_owned(), Shape::Object(resource("ProjectJob"))),
            ("no name".to_owned(), Shape::Number),
        ];
        let variables = [
            ("project", Shape::Object(resource("Project"))),
            ("pipeline", Shape::Object(resource("ProjectPipeline"))),
            ("job", Shape::Object(resource("ProjectJob"))),
            ("schedule", Shape::Object(resource("ProjectPipelineSchedule"))),
            ("pipelines", Shape::Sequence(resource("ProjectPipeline"))),
            ("settings", Shape::Map(settings)),
            ("file", Shape::File),
        ];
        variables.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect()
    }

    fn functions(&self) -> Vec<ScriptFunction> {
        vec![ScriptFunction {
            name: "deploy".to_owned(),
            parameters: vec!["zone".to_owned()],
            doc: String::new(),
        }]
    }

    fn commands(&self) -> Vec<Command> {
        let command = |name, takes| Command { name, takes, doc: "One of the shell's commands." };
        vec![
            command("help", Argument::Topic),
            command("run", Argument::File),
            command("save", Argument::File),
            command("type", Argument::Code),
            command("quit", Argument::Nothing),
        ]
    }

    fn files(&self, beginning: &str) -> Vec<String> {
        let known = ["deploy.rhai", "lib/", "lib/wait.rhai", "artifacts.zip"];
        known.into_iter().filter(|name| name.starts_with(beginning)).map(str::to_owned).collect()
    }
}
