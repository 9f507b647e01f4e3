//! The server that scripts and sessions speak to: from the configuration, from a profile, or a simulated one of its
//! own. Sends nothing.

use std::path::{Path, PathBuf};

use rhailab_client::{Error, Gitlab, Secret, TokenKind};
use rhailab_sandbox::Scenario;

use crate::cli::{GlobalOptions, Status, say};
use crate::engine::bridge::Bridge;
use crate::output::terminal::one_line;
use crate::report;
use crate::settings::{Options, Profiles, Settings};

/// A server with what keeps it alive.
#[derive(Debug)]
pub(crate) struct Server {
    settings: Settings,
    /// What the prompt calls it.
    name: String,
    sandbox: Option<rhailab_sandbox::Sandbox>,
}

/// What the command line says about the server.
pub(crate) fn options(global: &GlobalOptions) -> Options {
    Options {
        url: global.url.clone(),
        token_file: global.token_file.clone(),
        profile: global.profile.clone(),
        config: global.config.clone(),
        timeout: global.timeout,
        jobs: global.jobs,
        ca_file: global.ca_file.clone(),
        client_cert: global.client_cert.clone(),
        client_key: global.client_key.clone(),
        insecure: global.insecure,
    }
}

/// An option of the command line that was given, with its value if it takes one.
pub(crate) type Given = (&'static str, Option<String>);

/// The options that say which server to speak to, as whom, and how.
pub(crate) fn chosen(global: &GlobalOptions) -> Vec<Given> {
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| Some(path.display().to_string()));
    let flag = |is_given: bool| is_given.then_some(None);
    let rows = [
        ("--url", global.url.clone().map(Some)),
        ("--token-file", path(&global.token_file)),
        ("--profile", global.profile.clone().map(Some)),
        ("--config", path(&global.config)),
        ("--ca-file", path(&global.ca_file)),
        ("--client-cert", path(&global.client_cert)),
        ("--client-key", path(&global.client_key)),
        ("--insecure", flag(global.insecure)),
    ];
    rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The environment of this process.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Tells what a person must know about the settings before they are used.
pub(crate) fn warn(settings: &Settings) {
    for warning in &settings.warnings {
        say(&format!("warning: {}", one_line(warning)));
    }
}

/// The server that the options and the environment name, with a client that does with writes what the options say. It
/// lives as long as the first of the two. What is wrong with them is told here.
pub(crate) fn open(global: &GlobalOptions, bridge: &Bridge) -> Result<(Server, Gitlab), Status> {
    let opened = Server::configured(global, bridge).and_then(|server| Ok((server.client()?, server)));
    match opened {
        Ok((client, server)) => {
            client.set_writes(global.writes());
            Ok((server, client))
        }
        Err(error) => {
            say(&report::client_failure(&error, global.color.for_stderr()));
            Err(Status::Usage)
        }
    }
}

impl Server {
    /// The server that the options and the environment name. Nothing is sent to it.
    pub(crate) fn configured(global: &GlobalOptions, bridge: &Bridge) -> Result<Self, Error> {
        let options = options(global);
        if let Some(scenario) = &global.sandbox {
            return Self::sandbox(bridge, scenario.as_deref(), &options);
        }
        let settings = Settings::find(&options, variable)?;
        warn(&settings);
        let name = settings.profile.as_ref().map_or("gl", |profile| &profile.value).to_owned();
        Ok(Self { settings, name, sandbox: None })
    }

    /// A fresh simulated server, with the projects of a scenario beside the demo's.
    pub(crate) fn sandbox(
        bridge: &Bridge,
        scenario: Option<&Path>,
        options: &Options,
    ) -> Result<Self, Error> {
        let world = match scenario {
            Some(path) => Scenario::read(path).map_err(|error| Error::usage(error.to_string()))?.options(),
            None => rhailab_sandbox::Options::default(),
        };
        let runtime = bridge.runtime()?;
        let sandbox = runtime
            .block_on(rhailab_sandbox::start(world))
            .map_err(|error| Error::usage(format!("the sandbox cannot start: {error}")))?;
        let settings = Settings::for_sandbox(&sandbox.url(), sandbox.token(), options);
        Ok(Self { settings, name: "sandbox".to_owned(), sandbox: Some(sandbox) })
    }

    /// The server of a profile.
    pub(crate) fn profile(name: &str, options: &Options) -> Result<Self, Error> {
        let settings = Settings::of_profile(name, options, variable)?;
        warn(&settings);
        Ok(Self { settings, name: name.to_owned(), sandbox: None })
    }

    pub(crate) fn client(&self) -> Result<Gitlab, Error> {
        self.settings.client()
    }

    /// A client that does with requests that write what another one does with them, now and later.
    pub(crate) fn client_like(&self, other: &Gitlab) -> Result<Gitlab, Error> {
        self.settings.builder().writes_like(other).build()
    }

    /// The token of the CI/CD job as which the server is spoken to, if it is that.
    pub(crate) fn job_token(&self) -> Option<Secret> {
        let token = self.settings.token.as_ref().map(|token| &token.value)?;
        (token.kind == TokenKind::Job).then(|| token.secret.clone())
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Which server it is and as whom it is spoken to, as far as that is known without asking.
    pub(crate) fn banner(&self) -> String {
        let url = one_line(&self.settings.url.value);
        if self.sandbox.is_some() {
            return format!("a simulated GitLab at {url}, with the project demo/app; nothing here is real");
        }
        match &self.settings.token {
            Some(token) => format!("{url}, with the {} from {}", token.value.kind.words(), token.source),
            None => format!("{url}, anonymous; `rhailab login` makes a profile with a token"),
        }
    }
}

/// The profiles, one a line.
pub(crate) fn profiles(config: Option<&Path>) -> Result<String, Error> {
    let profiles = Profiles::read(config, variable)?;
    let lines: Vec<String> =
        profiles.list().map(|(name, url)| format!("{name:<16}{}", one_line(url))).collect();
    if lines.is_empty() {
        return Ok("there are no profiles; `rhailab login` makes one".to_owned());
    }
    Ok(lines.join("\n"))
}
