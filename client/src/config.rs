//! Making a client. Nothing is sent, and no file is read but the certificates that the caller names.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::auth::{Credential, TokenKind};
use crate::client::Gitlab;
use crate::error::Error;
use crate::http::connect::{CaSource, ConnectSettings, IdentityFiles, TlsSources};
use crate::http::retry::Policy;
use crate::http::transport::{Options, Transport};
use crate::mask::mask_url;
use crate::secret::Secret;
use crate::writes::{Switch, Writes};

/// What a client needs to know: the server, and as whom to speak. See [`Gitlab::builder`].
#[derive(Debug, Clone)]
pub struct Builder {
    url: String,
    token: Option<(TokenKind, Secret)>,
    connect_timeout: Duration,
    read_timeout: Duration,
    timeout: Option<Duration>,
    retry: Policy,
    jobs: NonZeroUsize,
    body_limit: u64,
    tls: TlsSources,
    proxies: bool,
    writes: Writes,
    shared_switch: Option<Switch>,
}

/// How many requests are under way at once at most, unless [`Builder::jobs`] says otherwise.
const JOBS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

impl Builder {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            token: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
            timeout: None,
            retry: Policy {
                retries: 5,
                first: Duration::from_millis(500),
                most: Duration::from_secs(30),
                budget: Duration::from_secs(300),
            },
            jobs: JOBS,
            body_limit: 64 * 1024 * 1024,
            tls: TlsSources::default(),
            proxies: true,
            writes: Writes::Sent,
            shared_switch: None,
        }
    }

    /// Speaks with a personal, project or group access token.
    #[must_use]
    pub fn private_token(self, token: impl Into<Secret>) -> Self {
        self.token(TokenKind::Private, token)
    }

    /// Speaks with an OAuth 2.0 access token.
    #[must_use]
    pub fn oauth_token(self, token: impl Into<Secret>) -> Self {
        self.token(TokenKind::OAuth, token)
    }

    /// Speaks with the token of a running CI/CD job.
    #[must_use]
    pub fn job_token(self, token: impl Into<Secret>) -> Self {
        self.token(TokenKind::Job, token)
    }

    /// Speaks with a token of this kind; the last one given counts.
    #[must_use]
    pub fn token(mut self, kind: TokenKind, token: impl Into<Secret>) -> Self {
        self.token = Some((kind, token.into()));
        self
    }

    /// How long making a connection may take. Default: 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the server may stay silent in the middle of an answer. Default: 60 seconds.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// How long a call may take in all: its repetitions and the pauses between them, up to the last byte of an answer that
    /// is read whole. A download may take longer, as long as bytes arrive. Default: no limit, for each step has its own.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How often a request is repeated at most where repeating it is safe; 0 never repeats. Default: 5.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retry.retries = retries;
        self
    }

    /// The longest pause before the first repetition, and before any. Each pause is drawn between nothing and a bound that
    /// begins with `first` and doubles up to `most`. Where GitLab says how long to wait, that counts. Default: half a second
    /// and 30 seconds.
    #[must_use]
    pub fn backoff(mut self, first: Duration, most: Duration) -> Self {
        self.retry.first = first;
        self.retry.most = most;
        self
    }

    /// How long the pauses of one call between its attempts may be together; a call that had to wait longer fails. What a
    /// request waits for its turn, when the rate limit is nearly used up, does not count; that is at most this long, too.
    /// Default: 5 minutes.
    #[must_use]
    pub fn retry_budget(mut self, budget: Duration) -> Self {
        self.retry.budget = budget;
        self
    }

    /// How many requests may be under way at once, of all copies of this client together. Default: 16.
    #[must_use]
    pub fn jobs(mut self, jobs: NonZeroUsize) -> Self {
        self.jobs = jobs;
        self
    }

    /// How many bytes an answer may have that is read whole. Default: 64 MiB. Downloads have a limit of their own.
    #[must_use]
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Trusts the certificate authorities in this PEM file, beside those that the system trusts. [`Builder::build`] reads
    /// it. Default: the system's alone.
    #[must_use]
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.ca = Some(CaSource::File(path.into()));
        self
    }

    /// Trusts the certificate authorities in this PEM text, beside those that the system trusts; takes the place of
    /// [`Builder::ca_file`].
    #[must_use]
    pub fn ca_pem(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.tls.ca = Some(CaSource::Pem(text.into()));
        self
    }

    /// Shows this certificate to servers that ask for one. Both files are PEM, and may be the same one; the key has no
    /// password. [`Builder::build`] reads them. Default: none is shown.
    #[must_use]
    pub fn client_identity(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls.identity = Some(IdentityFiles { certificate: certificate.into(), key: key.into() });
        self
    }

    /// Takes any certificate for the server's, so that whoever sits between can read and change everything, the token
    /// included. For servers that one throws away; [`Builder::ca_file`] is the safe way to a private one.
    #[must_use]
    pub fn insecure(mut self) -> Self {
        self.tls.accepts_any = true;
        self
    }

    /// Goes straight to the server. Default: through the proxy that the environment (`HTTPS_PROXY`, `HTTP_PROXY`,
    /// `ALL_PROXY`, `NO_PROXY`) or the system names for it.
    #[must_use]
    pub fn without_proxy(mut self) -> Self {
        self.proxies = false;
        self
    }

    /// Whether requests that write are sent. Default: [`Writes::Sent`]. [`Gitlab::set_writes`] changes it later.
    #[must_use]
    pub fn writes(mut self, writes: Writes) -> Self {
        self.writes = writes;
        self.shared_switch = None;
        self
    }

    /// Does with requests that write what another client does with them, whenever that one is told otherwise.
    #[must_use]
    pub fn writes_like(mut self, other: &Gitlab) -> Self {
        self.shared_switch = Some(other.writes_switch().clone());
        self
    }

    /// Refuses every request that writes, with [`crate::ErrorKind::ReadOnly`].
    #[must_use]
    pub fn read_only(self) -> Self {
        self.writes(Writes::Refused)
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Usage`] when the URL is not an http(s) URL, the token cannot stand in a header, a time limit is 0,
    /// or a certificate is none; [`crate::ErrorKind::Io`] when a file of certificates cannot be read.
    pub fn build(self) -> Result<Gitlab, Error> {
        let api = api_root(&self.url)?;
        let limits = [
            ("of a call", self.timeout),
            ("of a connection", Some(self.connect_timeout)),
            ("of the server's silence", Some(self.read_timeout)),
        ];
        if let Some((what, _)) = limits.iter().find(|(_, limit)| limit.is_some_and(|limit| limit.is_zero())) {
            return Err(Error::usage(format!("the time limit {what} must be longer than 0")));
        }
        let credential = self.token.map(|(kind, token)| Credential::new(kind, &token)).transpose()?;
        let connecting = ConnectSettings {
            connect_timeout: self.connect_timeout,
            read_timeout: self.read_timeout,
            proxies: self.proxies,
            tls: self.tls.read()?,
        };
        let options = Options {
            credential,
            timeout: self.timeout,
            retry: self.retry,
            jobs: self.jobs,
            body_limit: self.body_limit,
        };
        let switch = self.shared_switch.unwrap_or_else(|| Switch::new(self.writes));
        Ok(Gitlab::new(api, Transport::new(options, connecting), switch))
    }
}

/// The API's root for a server's URL: relative URL roots and a trailing `/api/v4` are understood.
fn api_root(text: &str) -> Result<Url, Error> {
    let refused = |why: &str| {
        // Part of what cannot be read may be a password.
        Error::usage(format!("{:?} cannot be the server's URL: {why}", mask_url(text)))
            .with_hint("It looks like https://gitlab.example.com, with the path of GitLab's root behind it if there is one.")
    };
    let mut url = Url::parse(text.trim()).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => refused("it lacks https:// in front"),
        other => refused(&other.to_string()),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("it must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::usage("the server's URL has a user name or a password in it")
            .with_hint("GitLab's API takes a token; leave user and password out of the URL."));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("it has a ? or a # in it"));
    }
    let path = url.path().trim_end_matches('/').trim_end_matches("/api/v4").trim_end_matches('/').to_owned();
    url.set_path(&format!("{path}/api/v4"));
    Ok(url)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Builder, api_root};

    #[test]
    fn a_time_limit_that_leaves_no_time_is_refused() {
        let builder = || Builder::new("https://h.test".to_owned());
        for builder in [
            builder().timeout(Duration::ZERO),
            builder().connect_timeout(Duration::ZERO),
            builder().read_timeout(Duration::ZERO),
        ] {
            let error = builder.build().unwrap_err();
            assert!(error.message().ends_with("must be longer than 0"), "{error}");
        }
    }

    #[test]
    fn every_way_to_write_a_server_is_understood() {
        let cases = [
            ("https://gitlab.com", "https://gitlab.com/api/v4"),
            ("https://gitlab.com/", "https://gitlab.com/api/v4"),
            (" https://gitlab.com/api/v4/ ", "https://gitlab.com/api/v4"),
            ("http://h:8080/root", "http://h:8080/root/api/v4"),
            ("http://h/root/api/v4", "http://h/root/api/v4"),
        ];
        for (text, api) in cases {
            assert_eq!(api_root(text).unwrap().as_str(), api, "{text}");
        }
    }

    #[test]
    fn what_is_no_server_is_refused_with_words() {
        let cases = [
            ("gitlab.com", "it lacks https://"),
            ("ftp://gitlab.com", "must begin with https://"),
            ("https://u:p@gitlab.com", "a user name or a password"),
            ("https://gitlab.com?x=1", "a ? or a #"),
            ("https://", "empty host"),
            ("ftp://u:p@gitlab.com", "must begin with https://"),
            ("u:p@gitlab.com", "must begin with https://"),
            ("https://u:p/q@gitlab.com", "invalid port number"),
        ];
        for (text, words) in cases {
            let error = api_root(text).unwrap_err();
            assert!(error.to_string().contains(words), "{text}: {error}");
            assert!(!error.to_string().contains("u:p"));
        }
    }
}
