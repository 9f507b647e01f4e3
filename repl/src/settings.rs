//! Which server to speak to, as whom, and how: options before the environment, before the profile, before python-gitlab's
//! own configuration, before the default. Reads the environment through a function, so that every rule can be tested;
//! sends nothing.

mod environment;
mod helper;
mod layer;
pub mod profiles;
mod python_gitlab;
mod source;
mod token;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use rhailab_client::{Builder, Error, Gitlab, Secret, TokenKind, hint};

pub use layer::ClientCertificate;
use layer::Layer;
pub use profiles::Profiles;
use python_gitlab::PythonGitlab;
pub use source::{Source, Sourced};
pub use token::Token;
use token::TokenPlace;
pub(crate) use token::read as read_token;

/// The server when nothing names another.
const DEFAULT_URL: &str = "https://gitlab.com";

/// The settings with where each of them came from.
#[derive(Debug)]
pub struct Settings {
    /// The server.
    pub url: Sourced<String>,
    /// The token; without one requests are anonymous.
    pub token: Option<Sourced<Token>>,
    /// The profile that names the server, if one does, with what chose it.
    pub profile: Option<Sourced<String>>,
    /// How long a call may take in all, a download until it begins; by default there is no limit.
    pub timeout: Option<Sourced<Duration>>,
    /// How long the server may stay silent; the client has a default.
    pub read_timeout: Option<Sourced<Duration>>,
    /// How many requests may be under way at once; the client has a default.
    pub jobs: Option<Sourced<NonZeroUsize>>,
    /// A PEM file of authorities to trust beside the system's.
    pub ca_file: Option<Sourced<PathBuf>>,
    /// The certificate to show to the server.
    pub client_certificate: Option<Sourced<ClientCertificate>>,
    /// What switched the check of the server's certificate off, if anything did.
    pub insecure: Option<Source>,
    /// What a person must be told about these settings, a sentence each.
    pub warnings: Vec<String>,
}

/// What the command line says.
#[derive(Debug, Default, Clone)]
pub struct Options {
    /// `--url`
    pub url: Option<String>,
    /// `--token-file`
    pub token_file: Option<PathBuf>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--timeout`
    pub timeout: Option<Duration>,
    /// `--jobs`
    pub jobs: Option<NonZeroUsize>,
    /// `--ca-file`
    pub ca_file: Option<PathBuf>,
    /// `--client-cert`
    pub client_cert: Option<PathBuf>,
    /// `--client-key`
    pub client_key: Option<PathBuf>,
    /// `--insecure`
    pub insecure: bool,
}

impl Settings {
    /// Finds the settings.
    ///
    /// # Errors
    ///
    /// When a file that is named or used cannot be read or holds what it should not, when a profile is named that does not
    /// exist, or when the program that knows the token fails.
    pub fn find(options: &Options, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let known = KnownServers::read(options, &environment)?;
        let servers = known.meant(options, &environment)?;
        let url = find_url(options, &environment, servers.first());
        Self::merge(url, options, &environment, servers)
    }

    /// The settings for a server, from options and the environment and without a token: for whoever brings one.
    ///
    /// # Errors
    ///
    /// When the options contradict each other.
    pub fn without_token(
        url: &str,
        options: &Options,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let url = Sourced { value: url.to_owned(), source: Source::Option("--url") };
        let mut settings = Self::merge(
            url,
            &Options { token_file: None, ..options.clone() },
            &|name| environment(name).filter(|_| !environment::is_token(name)),
            Vec::new(),
        )?;
        settings.token = None;
        Ok(settings)
    }

    /// The settings of a profile, with the options that are no matter of the server.
    ///
    /// # Errors
    ///
    /// As for [`Settings::find`].
    pub fn of_profile(
        name: &str,
        options: &Options,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        let options = Options {
            profile: Some(name.to_owned()),
            config: options.config.clone(),
            timeout: options.timeout,
            jobs: options.jobs,
            ..Options::default()
        };
        Self::find(&options, environment)
    }

    /// The settings for a simulated GitLab, with the options that are no matter of the server.
    #[must_use]
    pub fn for_sandbox(url: &str, token: &str, options: &Options) -> Self {
        let url = Sourced { value: url.to_owned(), source: Source::Sandbox };
        let token = Token { kind: TokenKind::Private, secret: Secret::from(token) };
        Self::of(url, Some(Sourced { value: token, source: Source::Sandbox }), Layer::of_any_server(options))
    }

    /// The highest source that has a value gives it. What belongs to a server is for that server and for no other.
    fn merge(
        url: Sourced<String>,
        options: &Options,
        environment: &impl Fn(&str) -> Option<String>,
        servers: Vec<Layer>,
    ) -> Result<Self, Error> {
        let is_own =
            |layer: &Layer| layer.url.as_ref().is_some_and(|own| is_same_server(&own.value, &url.value));
        let own = servers.into_iter().filter(is_own);
        let mut environment = environment::layer(environment, &url.value);
        let mut found = Layer::of_options(options)?;
        if options.profile.is_some() {
            // A profile that is named outright comes before the environment, and speaks with its own token or with none.
            environment.token = None;
            found = own.fold(found, Layer::or).or(environment);
        } else {
            found = own.fold(found.or(environment), Layer::or);
        }
        let token = match found.token.take() {
            Some(Sourced { value, source }) => {
                found.warnings.extend(value.exposed());
                Some(Sourced { value: value.read()?, source })
            }
            None => None,
        };
        Ok(Self::of(url, token, found))
    }

    /// What the sources came to, with the token that was read where they name it.
    fn of(url: Sourced<String>, token: Option<Sourced<Token>>, found: Layer) -> Self {
        let mut warnings = found.warnings;
        let insecure = found.insecure.filter(|insecure| insecure.value).map(|insecure| insecure.source);
        if let Some(source) = &insecure {
            warnings.push(format!(
                "certificates are NOT checked ({source}): whoever sits between here and the server can read the token \
                 and change every answer"
            ));
        }
        Self {
            url,
            token,
            profile: found.profile,
            timeout: found.timeout,
            read_timeout: found.read_timeout,
            jobs: found.jobs,
            ca_file: found.ca_file,
            client_certificate: found.client_certificate,
            insecure,
            warnings,
        }
    }

    /// The client that these settings describe. Nothing is sent.
    ///
    /// # Errors
    ///
    /// When the URL, the token or a file of certificates cannot be used.
    pub fn client(&self) -> Result<Gitlab, Error> {
        self.builder().build()
    }

    /// The same before it is made.
    pub fn builder(&self) -> Builder {
        let mut builder = Gitlab::builder(&self.url.value);
        if let Some(token) = &self.token {
            builder = builder.token(token.value.kind, &token.value.secret);
        }
        if let Some(timeout) = &self.timeout {
            builder = builder.timeout(timeout.value);
        }
        if let Some(timeout) = &self.read_timeout {
            builder = builder.read_timeout(timeout.value);
        }
        if let Some(jobs) = &self.jobs {
            builder = builder.jobs(jobs.value);
        }
        if let Some(file) = &self.ca_file {
            builder = builder.ca_file(&file.value);
        }
        if let Some(Sourced { value, .. }) = &self.client_certificate {
            builder = builder.client_identity(&value.certificate, &value.key);
        }
        if self.insecure.is_some() {
            builder = builder.insecure();
        }
        // A proxy elsewhere could not find a server that lives in this process.
        if self.url.source == Source::Sandbox { builder.without_proxy() } else { builder }
    }
}

/// The servers with a name, in `rhailab.toml` and in python-gitlab's files.
struct KnownServers {
    profiles: Profiles,
    python: PythonGitlab,
}

impl KnownServers {
    fn read(options: &Options, environment: &impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let profiles = Profiles::read(options.config.as_deref(), environment)?;
        Ok(Self { profiles, python: PythonGitlab::read(environment)? })
    }

    /// The servers that are meant, the first before the second: the one that is named, or the default of each file.
    fn meant(
        &self,
        options: &Options,
        environment: &impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<Layer>, Error> {
        let named = options.profile.clone().map(|name| (name, Source::Option("--profile"))).or_else(|| {
            let name = environment::non_empty(environment("RHAILAB_PROFILE"))?;
            Some((name, Source::Environment("RHAILAB_PROFILE")))
        });
        if let Some((name, chosen_by)) = named {
            let layer = match self.profiles.layer(&name)? {
                Some(layer) => layer,
                None => self.python.layer(&name)?.ok_or_else(|| self.unknown(&name))?,
            };
            return Ok(vec![layer.with_profile(name, chosen_by)]);
        }
        let mut meant = Vec::new();
        if let Some((name, file)) = self.profiles.default_profile() {
            let layer = self.profiles.layer(name)?.ok_or_else(|| self.unknown(name))?;
            meant.push(layer.with_profile(name.to_owned(), Source::File(file.to_owned())));
        }
        if let Some((name, file)) = self.python.default_section()? {
            let layer = self.python.layer(&name)?.ok_or_else(|| {
                let file = file.display();
                Error::usage(format!("`default` in {file} names `{name}`, and there is no such section"))
            })?;
            meant.push(layer.with_profile(name, Source::File(file.to_owned())));
        }
        Ok(meant)
    }

    fn unknown(&self, name: &str) -> Error {
        let known: Vec<&str> =
            self.profiles.list().map(|(name, _)| name).chain(self.python.servers()).collect();
        let error = Error::usage(format!("there is no profile `{name}`"));
        match known.is_empty() {
            true => error.with_hint("`rhailab login` makes one."),
            false => error.with_hint(hint(name, &known, "There are")),
        }
    }
}

fn find_url(
    options: &Options,
    environment: &impl Fn(&str) -> Option<String>,
    server: Option<&Layer>,
) -> Sourced<String> {
    let of_server = server.and_then(|layer| layer.url.clone());
    let of_option = options.url.clone().map(|value| Sourced { value, source: Source::Option("--url") });
    let of_environment = environment::url(environment);
    let found = if options.profile.is_some() {
        of_option.or(of_server).or(of_environment)
    } else {
        of_option.or(of_environment).or(of_server)
    };
    found.unwrap_or_else(|| Sourced { value: DEFAULT_URL.to_owned(), source: Source::Default })
}

/// Whether two texts name the same server, however they are written.
fn is_same_server(one: &str, other: &str) -> bool {
    let root = |url: &str| Gitlab::builder(url).build().ok().map(|client| client.url().to_owned());
    one == other || matches!((root(one), root(other)), (Some(one), Some(other)) if one == other)
}

#[cfg(test)]
mod tests;
