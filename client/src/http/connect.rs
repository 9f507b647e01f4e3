//! The HTTP client below the transport: how it makes connections, whom it trusts, which certificate it shows, and what a
//! failed handshake means. Reads the certificate files that it is named and nothing else; must not know requests. Proxies
//! are the HTTP library's own business, and told by `proxy.rs`.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Certificate, Identity};
use rustls::{AlertDescription, CertificateError};
use url::Url;

use super::proxy::{self, Proxy};
use crate::error::{Error, ErrorKind};

/// The HTTP clients, each built by its first use: loading the system's certificates takes milliseconds.
pub(crate) struct Connector {
    settings: ConnectSettings,
    own: OnceLock<reqwest::Client>,
    foreign: OnceLock<reqwest::Client>,
}

/// How connections are made.
#[derive(Debug)]
pub(crate) struct ConnectSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    /// Whether the proxies of the environment count.
    pub(crate) proxies: bool,
    pub(crate) tls: Tls,
}

/// Whom to trust and which certificate to show, read and checked.
#[derive(Debug, Default)]
pub(crate) struct Tls {
    roots: Vec<Certificate>,
    identity: Option<Identity>,
    accepts_any: bool,
}

/// The same as the caller said it, before any file is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsSources {
    pub(crate) ca: Option<CaSource>,
    pub(crate) identity: Option<IdentityFiles>,
    pub(crate) accepts_any: bool,
}

/// Where the certificates of further authorities are.
#[derive(Clone)]
pub(crate) enum CaSource {
    File(PathBuf),
    Pem(Vec<u8>),
}

/// The files of the certificate to show, which may be one.
#[derive(Debug, Clone)]
pub(crate) struct IdentityFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Connector {
    pub(crate) fn new(settings: ConnectSettings) -> Self {
        Self { settings, own: OnceLock::new(), foreign: OnceLock::new() }
    }

    /// The proxy that requests to this server go through.
    pub(super) fn proxy(&self, server: &Url) -> Option<Proxy> {
        Some(server).filter(|_| self.settings.proxies).and_then(Proxy::to)
    }

    /// The client for the configured server, or for the strangers that it redirects to. A stranger that asks for a
    /// certificate gets none: it would learn who asks.
    pub(crate) fn client(&self, trusted: bool) -> Result<&reqwest::Client, Error> {
        let has_identity = self.settings.tls.identity.is_some();
        let (place, identity) = if trusted || !has_identity {
            (&self.own, &self.settings.tls.identity)
        } else {
            (&self.foreign, &None)
        };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let client = self.settings.build(identity.clone()).map_err(|error| {
            Error::new(ErrorKind::Transport, format!("the HTTP client cannot start: {}", innermost(&error)))
                .with_source(error)
        })?;
        Ok(place.get_or_init(|| client))
    }
}

impl ConnectSettings {
    fn build(&self, identity: Option<Identity>) -> reqwest::Result<reqwest::Client> {
        let builder = builder()
            .user_agent(concat!("rhailab/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .read_timeout(self.read_timeout)
            .tls_certs_merge(self.tls.roots.iter().cloned())
            .tls_danger_accept_invalid_certs(self.tls.accepts_any);
        let builder = if self.proxies && !proxy::excepts_all() { builder } else { builder.no_proxy() };
        match identity {
            Some(identity) => builder.identity(identity).build(),
            None => builder.build(),
        }
    }
}

/// Describes a client of the library's. Without an implementation of cryptography none can be built, not even one that
/// only tries a certificate. Whoever embeds this crate may have chosen one already; that one is used then.
fn builder() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}

/// Without the client, which knows the proxies of the environment and the passwords in their URLs.
impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Without the bytes, which say nothing to a reader.
impl fmt::Debug for CaSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Pem(bytes) => write!(f, "Pem({} bytes)", bytes.len()),
        }
    }
}

impl TlsSources {
    /// Reads the files and checks what is in them, so that a wrong path is told before anything is sent.
    pub(crate) fn read(&self) -> Result<Tls, Error> {
        let roots = self.ca.as_ref().map(CaSource::read).transpose()?.unwrap_or_default();
        let identity = self.identity.as_ref().map(IdentityFiles::read).transpose()?;
        Ok(Tls { roots, identity, accepts_any: self.accepts_any })
    }
}

impl CaSource {
    fn read(&self) -> Result<Vec<Certificate>, Error> {
        let (place, text) = match self {
            Self::File(path) => (format!("the CA file {}", path.display()), read_file("CA file", path)?),
            Self::Pem(text) => ("the CA's PEM text".to_owned(), text.clone()),
        };
        let unusable = |why: String| {
            Error::usage(format!("{place} {why}")).with_hint(
                "It holds certificates in PEM form, each between BEGIN CERTIFICATE and END CERTIFICATE.",
            )
        };
        let roots = Certificate::from_pem_bundle(&text)
            .map_err(|error| unusable(format!("cannot be read: {}", innermost(&error))))?;
        if roots.is_empty() {
            return Err(unusable("has no certificate in it".to_owned()));
        }
        // The library looks into the certificates when it builds a client, not before.
        builder().tls_certs_only(roots.iter().cloned()).build().map_err(|error| {
            unusable(format!("has something in it that is no certificate: {}", innermost(&error)))
        })?;
        Ok(roots)
    }
}

impl IdentityFiles {
    fn read(&self) -> Result<Identity, Error> {
        let certificate = read_file("client certificate", &self.certificate)?;
        let mut pem = certificate.clone();
        if self.key != self.certificate {
            pem.push(b'\n');
            pem.extend(read_file("key of the client certificate", &self.key)?);
        }
        let unusable = |error: &reqwest::Error| {
            let (certificate, key) = (self.certificate.display(), self.key.display());
            Error::usage(format!(
                "the client certificate {certificate} with the key {key} cannot be used: {}",
                innermost(error)
            ))
            .with_hint("Both are PEM files: the certificate, with those between it and its authority behind it, and its key without a password.")
        };
        let identity = Identity::from_pem(&pem).map_err(|error| unusable(&error))?;
        // Only a client that is built tells whether the key belongs to the certificate. This one trusts nobody, so that
        // the system's certificates need not be loaded for it.
        builder().tls_certs_only([]).identity(identity.clone()).build().map_err(|error| unusable(&error))?;
        Ok(identity)
    }
}

fn read_file(what: &str, path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path)
        .map_err(|error| Error::io(&format!("the {what} {} cannot be read", path.display()), &error))
}

/// What to do about a handshake that failed, if the failure of a request was one.
pub(crate) fn handshake_hint(error: &reqwest::Error) -> Option<&'static str> {
    match tls_error(error)? {
        rustls::Error::InvalidCertificate(problem) => Some(certificate_hint(problem)),
        rustls::Error::AlertReceived(alert) => alert_hint(*alert),
        rustls::Error::InvalidMessage(_) => {
            Some("Does this port speak TLS? A URL that begins with http:// speaks without.")
        }
        rustls::Error::PeerIncompatible(_) => Some(NO_COMMON_TLS),
        _ => None,
    }
}

const NO_COMMON_TLS: &str = "The server speaks no TLS 1.2 or 1.3 with a cipher that is still safe.";

fn certificate_hint(problem: &CertificateError) -> &'static str {
    match problem {
        CertificateError::UnknownIssuer => {
            "If the certificate comes from an authority of your own, name that authority's PEM file: --ca-file FILE, \
             or ca_file in a profile, in gitlab() and in the builder."
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            "The server's certificate must be renewed; if its dates are right, this machine's clock is not."
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "Use the name in the URL that the certificate is made for."
        }
        _ => "The server's administrators can replace the certificate.",
    }
}

fn alert_hint(alert: AlertDescription) -> Option<&'static str> {
    match alert {
        AlertDescription::CertificateRequired
        | AlertDescription::BadCertificate
        | AlertDescription::UnknownCA
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateExpired
        | AlertDescription::AccessDenied => Some(
            "The server wants a client certificate that it knows: --client-cert FILE with --client-key FILE, or \
             client_cert and client_key in a profile.",
        ),
        AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion => Some(NO_COMMON_TLS),
        _ => None,
    }
}

/// The TLS library's own error among the causes.
fn tls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An error of the system's kind keeps what it wraps apart from its causes.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

/// The innermost cause says what really happened (`Connection refused`); the outer ones only say where.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
