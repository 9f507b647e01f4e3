//! Which server to speak to, and as whom: options before the environment before the default. Reads the
//! environment through a function, so that every rule can be tested; sends nothing.

pub mod profiles;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rhailab_client::{Error, Gitlab, Secret, TokenKind};

pub use profiles::Profiles;

/// The server when nothing names another.
const DEFAULT_URL: &str = "https://gitlab.com";

/// The settings with where each of them came from.
#[derive(Debug)]
pub struct Settings {
    /// The server.
    pub url: Sourced<String>,
    /// The token; without one requests are anonymous.
    pub token: Option<Sourced<Token>>,
    /// The profile that names the server, if one does.
    pub profile: Option<String>,
}

/// A token with its kind.
#[derive(Debug, Clone)]
pub struct Token {
    /// How GitLab takes it.
    pub kind: TokenKind,
    /// The token itself.
    pub secret: Secret,
}

/// A value with where it came from.
#[derive(Debug, Clone)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub source: Source,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An option of the command line.
    Option(&'static str),
    /// A variable of the environment.
    Environment(&'static str),
    /// A profile of the configuration file.
    Profile(String),
    /// The simulated GitLab of this run.
    Sandbox,
    /// Nothing else was said.
    Default,
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
}

impl Settings {
    /// Finds the settings.
    ///
    /// # Errors
    ///
    /// When the token file cannot be read or holds anything but a token.
    pub fn find(options: &Options, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let profile = find_profile(options, &environment)?;
        let is_asked_for = options.profile.is_some();
        let url = find_url(options, &environment, profile.as_ref());
        // The token of a profile is for the profile's server.
        let own = profile.filter(|profile| profile.url.value == url.value);
        let name = own.as_ref().and_then(|profile| profile.profile.clone());
        let own = own.and_then(|profile| profile.token);
        let token = match &options.token_file {
            Some(path) => Some(read_token(path)?),
            None if is_asked_for => own,
            None => find_token(&url, &environment).or(own),
        };
        Ok(Self { url, token, profile: name })
    }

    /// The settings for a simulated GitLab.
    #[must_use]
    pub fn for_sandbox(url: &str, token: &str) -> Self {
        let token = Token { kind: TokenKind::Private, secret: Secret::from(token) };
        Self {
            url: Sourced { value: url.to_owned(), source: Source::Sandbox },
            token: Some(Sourced { value: token, source: Source::Sandbox }),
            profile: None,
        }
    }

    /// The client that these settings describe. Nothing is sent.
    ///
    /// # Errors
    ///
    /// When the URL or the token cannot be used, with where it came from.
    pub fn client(&self) -> Result<Gitlab, Error> {
        let mut builder = Gitlab::builder(&self.url.value);
        if let Some(token) = &self.token {
            builder = builder.token(token.value.kind, &token.value.secret);
        }
        builder.build()
    }
}

/// The variables that name the server, the first that is set counts.
const URL_VARIABLES: [&str; 3] = ["GITLAB_URL", "GITLAB_HOST", "CI_SERVER_URL"];

/// The variables that hold tokens, the first that is set counts.
const TOKEN_VARIABLES: [(&str, TokenKind); 4] = [
    ("GITLAB_TOKEN", TokenKind::Private),
    ("GITLAB_PRIVATE_TOKEN", TokenKind::Private),
    ("GITLAB_OAUTH_TOKEN", TokenKind::OAuth),
    ("CI_JOB_TOKEN", TokenKind::Job),
];

/// The profile that is named by the option, by the environment, or by the file itself.
fn find_profile(
    options: &Options,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<Option<Settings>, Error> {
    let profiles = Profiles::read(options.config.as_deref(), environment)?;
    let named = options.profile.clone().or_else(|| non_empty(environment("RHAILAB_PROFILE")));
    let name = named.or_else(|| profiles.default_name().map(str::to_owned));
    name.map(|name| profiles.settings(&name)).transpose()
}

fn find_url(
    options: &Options,
    environment: &impl Fn(&str) -> Option<String>,
    profile: Option<&Settings>,
) -> Sourced<String> {
    if let Some(url) = &options.url {
        return Sourced { value: url.clone(), source: Source::Option("--url") };
    }
    if let (Some(profile), true) = (profile, options.profile.is_some()) {
        return profile.url.clone();
    }
    let set = URL_VARIABLES.iter().find_map(|name| Some((*name, non_empty(environment(name))?)));
    match set {
        // Other tools take a bare host name in this variable.
        Some((name @ "GITLAB_HOST", host)) if !host.contains("://") => {
            Sourced { value: format!("https://{host}"), source: Source::Environment(name) }
        }
        Some((name, url)) => Sourced { value: url, source: Source::Environment(name) },
        None => profile.map_or_else(
            || Sourced { value: DEFAULT_URL.to_owned(), source: Source::Default },
            |profile| profile.url.clone(),
        ),
    }
}

fn find_token(
    url: &Sourced<String>,
    environment: &impl Fn(&str) -> Option<String>,
) -> Option<Sourced<Token>> {
    TOKEN_VARIABLES.iter().find_map(|(name, kind)| {
        // A job's token is there in every CI/CD job, asked for or not. It is for the server that runs the job.
        if *kind == TokenKind::Job && !is_own_server(&url.value, environment) {
            return None;
        }
        let secret = Secret::from(non_empty(environment(name))?);
        Some(Sourced { value: Token { kind: *kind, secret }, source: Source::Environment(name) })
    })
}

fn is_own_server(url: &str, environment: &impl Fn(&str) -> Option<String>) -> bool {
    let own = environment("CI_SERVER_URL").and_then(|own| Gitlab::builder(own).build().ok());
    let asked = Gitlab::builder(url).build().ok();
    matches!((own, asked), (Some(own), Some(asked)) if own.url() == asked.url())
}

/// A variable that is set to nothing is not set: that is how one switches it off for a single command.
fn non_empty(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.trim().is_empty())
}

fn read_token(path: &Path) -> Result<Sourced<Token>, Error> {
    let token = Token { kind: TokenKind::Private, secret: read_secret(path)? };
    Ok(Sourced { value: token, source: Source::Option("--token-file") })
}

/// The token in a file that holds nothing else.
pub(crate) fn read_secret(path: &Path) -> Result<Secret, Error> {
    let place = path.display();
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => Error::usage(format!("the token file {place} is not text")),
        _ => Error::io(&format!("the token file {place} cannot be read"), &error),
    })?;
    let token = text.trim();
    if token.is_empty() {
        return Err(Error::usage(format!("the token file {place} is empty")));
    }
    if token.contains(char::is_whitespace) {
        return Err(Error::usage(format!("the token file {place} holds more than one word"))
            .with_hint("It must hold the token and nothing else."));
    }
    Ok(Secret::from(token))
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => write!(f, "option {name}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Sandbox => f.write_str("the sandbox of this run"),
            Self::Default => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(
        options: &Options,
        variables: &[(&str, &str)],
    ) -> (String, Source, Option<(TokenKind, String, Source)>) {
        let environment = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let settings = Settings::find(options, environment).unwrap();
        let token = settings
            .token
            .map(|token| (token.value.kind, token.value.secret.expose().to_owned(), token.source));
        (settings.url.value, settings.url.source, token)
    }

    #[test]
    fn without_anything_it_is_gitlab_com_and_anonymous() {
        assert_eq!(find(&Options::default(), &[]), (DEFAULT_URL.to_owned(), Source::Default, None));
        assert_eq!(
            find(&Options::default(), &[("GITLAB_URL", ""), ("GITLAB_TOKEN", " ")]),
            (DEFAULT_URL.to_owned(), Source::Default, None)
        );
    }

    #[test]
    fn the_first_name_that_is_set_counts() {
        let options = Options::default();
        let all = [
            ("GITLAB_URL", "https://a.test"),
            ("GITLAB_HOST", "b.test"),
            ("CI_SERVER_URL", "https://c.test"),
            ("GITLAB_TOKEN", "t1"),
            ("GITLAB_PRIVATE_TOKEN", "t2"),
            ("GITLAB_OAUTH_TOKEN", "t3"),
            ("CI_JOB_TOKEN", "t4"),
        ];
        let url = |from: usize| find(&options, &all[from..]).0;
        assert_eq!([url(0), url(1), url(2)], ["https://a.test", "https://b.test", "https://c.test"]);
        let token = |from: usize| find(&options, &[&all[2..3], &all[from..]].concat()).2.unwrap().1;
        assert_eq!([token(3), token(4), token(5), token(6)], ["t1", "t2", "t3", "t4"]);
        let asked = Options { url: Some("https://o.test".to_owned()), ..Options::default() };
        assert_eq!(find(&asked, &all).1, Source::Option("--url"));
    }

    #[test]
    fn a_job_token_goes_to_its_own_server_only() {
        let job = [("CI_SERVER_URL", "https://c.test"), ("CI_JOB_TOKEN", "j")];
        let own = find(&Options::default(), &job);
        assert_eq!(own.2, Some((TokenKind::Job, "j".to_owned(), Source::Environment("CI_JOB_TOKEN"))));
        let other = Options { url: Some("https://o.test".to_owned()), ..Options::default() };
        assert_eq!(find(&other, &job).2, None);
        let same = Options { url: Some("https://c.test/api/v4".to_owned()), ..Options::default() };
        assert!(find(&same, &job).2.is_some());
        assert_eq!(find(&Options::default(), &[("CI_JOB_TOKEN", "j")]).2, None);
    }
}
