//! The server that scripts and sessions speak to: from the configuration, from a profile, or a simulated one of its
//! own. Sends nothing.

use std::path::Path;

use rhailab_client::{Error, Gitlab};
use rhailab_sandbox::Scenario;

use crate::cli::GlobalOptions;
use crate::engine::bridge::Bridge;
use crate::output::terminal::one_line;
use crate::settings::{Options, Profiles, Settings};

/// A server with what keeps it alive.
#[derive(Debug)]
pub(crate) struct Server {
    settings: Settings,
    /// What the prompt calls it.
    name: String,
    sandbox: Option<rhailab_sandbox::Sandbox>,
}

/// The settings that the options and the environment give.
pub(crate) fn settings(global: &GlobalOptions) -> Result<Settings, Error> {
    let options = Options {
        url: global.url.clone(),
        token_file: global.token_file.clone(),
        profile: global.profile.clone(),
        config: global.config.clone(),
    };
    Settings::find(&options, |name| std::env::var(name).ok())
}

impl Server {
    /// The server that the options and the environment name. Nothing is sent to it.
    pub(crate) fn configured(global: &GlobalOptions, bridge: &Bridge) -> Result<Self, Error> {
        if let Some(scenario) = &global.sandbox {
            return Self::sandbox(bridge, scenario.as_deref());
        }
        let settings = settings(global)?;
        let name = settings.profile.clone().unwrap_or_else(|| "gl".to_owned());
        Ok(Self { settings, name, sandbox: None })
    }

    /// A fresh simulated server, with the projects of a scenario beside the demo's.
    pub(crate) fn sandbox(bridge: &Bridge, scenario: Option<&Path>) -> Result<Self, Error> {
        let options = match scenario {
            Some(path) => Scenario::read(path).map_err(|error| Error::usage(error.to_string()))?.options(),
            None => rhailab_sandbox::Options::default(),
        };
        let runtime = bridge.runtime().map_err(|error| Error::io("the runtime cannot start", &error))?;
        let sandbox = runtime
            .block_on(rhailab_sandbox::start(options))
            .map_err(|error| Error::usage(format!("the sandbox cannot start: {error}")))?;
        let settings = Settings::for_sandbox(&sandbox.url(), sandbox.token());
        Ok(Self { settings, name: "sandbox".to_owned(), sandbox: Some(sandbox) })
    }

    /// The server of a profile.
    pub(crate) fn profile(name: &str, config: Option<&Path>) -> Result<Self, Error> {
        let settings = Profiles::read(config, |name| std::env::var(name).ok())?.settings(name)?;
        Ok(Self { settings, name: name.to_owned(), sandbox: None })
    }

    pub(crate) fn client(&self) -> Result<Gitlab, Error> {
        self.settings.client()
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
    let profiles = Profiles::read(config, |name| std::env::var(name).ok())?;
    let lines: Vec<String> =
        profiles.list().map(|(name, url)| format!("{name:<16}{}", one_line(url))).collect();
    if lines.is_empty() {
        return Ok("there are no profiles; `rhailab login` makes one".to_owned());
    }
    Ok(lines.join("\n"))
}
