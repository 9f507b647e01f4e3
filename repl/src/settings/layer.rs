//! What one source says. Layers are laid over each other; a token is not read before it is known to be used.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use rhailab_client::Error;

use super::{Options, Source, Sourced, TokenPlace};

/// What one source says; all that it leaves out is looked for in the next.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) profile: Option<Sourced<String>>,
    pub(super) url: Option<Sourced<String>>,
    pub(super) token: Option<Sourced<TokenPlace>>,
    pub(super) timeout: Option<Sourced<Duration>>,
    pub(super) read_timeout: Option<Sourced<Duration>>,
    pub(super) jobs: Option<Sourced<NonZeroUsize>>,
    pub(super) ca_file: Option<Sourced<PathBuf>>,
    pub(super) client_certificate: Option<Sourced<ClientCertificate>>,
    pub(super) insecure: Option<Sourced<bool>>,
    pub(super) warnings: Vec<String>,
}

/// The files of a client certificate, which may be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Layer {
    /// This layer, and what it leaves out from the one below.
    pub(super) fn or(mut self, below: Self) -> Self {
        self.warnings.extend(below.warnings);
        Self {
            profile: self.profile.or(below.profile),
            url: self.url.or(below.url),
            token: self.token.or(below.token),
            timeout: self.timeout.or(below.timeout),
            read_timeout: self.read_timeout.or(below.read_timeout),
            jobs: self.jobs.or(below.jobs),
            ca_file: self.ca_file.or(below.ca_file),
            client_certificate: self.client_certificate.or(below.client_certificate),
            insecure: self.insecure.or(below.insecure),
            warnings: self.warnings,
        }
    }

    pub(super) fn with_profile(mut self, name: String, chosen_by: Source) -> Self {
        self.profile = Some(Sourced { value: name, source: chosen_by });
        self
    }

    /// What the command line says that holds for whatever server.
    pub(super) fn of_any_server(options: &Options) -> Self {
        Self {
            timeout: sourced(options.timeout, "--timeout"),
            jobs: sourced(options.jobs, "--jobs"),
            ..Self::default()
        }
    }

    /// What the command line says beside the URL.
    pub(super) fn of_options(options: &Options) -> Result<Self, Error> {
        let client_certificate =
            ClientCertificate::of(options.client_cert.clone(), options.client_key.clone())
                .ok_or_else(|| Error::usage("--client-key needs --client-cert"))?;
        let token = options.token_file.clone().map(TokenPlace::File);
        Ok(Self {
            token: sourced(token, "--token-file"),
            ca_file: sourced(options.ca_file.clone(), "--ca-file"),
            client_certificate: sourced(client_certificate, "--client-cert"),
            insecure: sourced(options.insecure.then_some(true), "--insecure"),
            ..Self::of_any_server(options)
        })
    }
}

impl ClientCertificate {
    /// The certificate and the key; a certificate alone has its key in the same file, a key alone makes no sense and is
    /// answered by the outer `None`.
    pub(super) fn of(certificate: Option<PathBuf>, key: Option<PathBuf>) -> Option<Option<Self>> {
        match (certificate, key) {
            (None, None) => Some(None),
            (Some(certificate), Some(key)) => Some(Some(Self { certificate, key })),
            (Some(both), None) => Some(Some(Self { certificate: both.clone(), key: both })),
            (None, Some(_)) => None,
        }
    }
}

fn sourced<T>(value: Option<T>, option: &'static str) -> Option<Sourced<T>> {
    value.map(|value| Sourced { value, source: Source::Option(option) })
}
