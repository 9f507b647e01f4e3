//! Credentials: the kinds of token that GitLab takes and the header each of them travels in.
//! Where a credential may be sent is the redirect rule's business, not this module's.

use http::HeaderValue;
use http::header::{AUTHORIZATION, HeaderName};

use crate::error::Error;
use crate::mask::{self, InUse};
use crate::secret::Secret;

/// The kinds of token that GitLab takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// A personal, project or group access token (`PRIVATE-TOKEN`).
    Private,
    /// An OAuth 2.0 access token (`Authorization: Bearer`).
    OAuth,
    /// The token of a running CI/CD job (`JOB-TOKEN`).
    Job,
}

impl TokenKind {
    /// The kind's name in configuration and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::OAuth => "oauth",
            Self::Job => "job",
        }
    }

    /// The kind in words (`private token`).
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Private => "private token",
            Self::OAuth => "OAuth token",
            Self::Job => "job token",
        }
    }
}

/// A token with its kind.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    kind: TokenKind,
    header: HeaderValue,
    /// Keeps the token out of whatever is shown.
    _in_use: InUse,
}

impl Credential {
    /// Checks that the token can stand in a header.
    pub(crate) fn new(kind: TokenKind, token: &Secret) -> Result<Self, Error> {
        let token = token.expose().trim();
        if token.is_empty() {
            return Err(Error::usage(format!("the {} token is empty", kind.as_str())));
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::usage(format!(
                "the {} token has a space, a control character or a letter outside ASCII in it",
                kind.as_str()
            ))
            .with_hint("Copy the token again; a file or variable that holds it must hold nothing else."));
        }
        let text = match kind {
            TokenKind::OAuth => format!("Bearer {token}"),
            TokenKind::Private | TokenKind::Job => token.to_owned(),
        };
        let mut header = HeaderValue::from_str(&text)
            .map_err(|_| Error::usage(format!("the {} token cannot stand in a header", kind.as_str())))?;
        // Marks the value for every library below: it is kept out of their debug output.
        header.set_sensitive(true);
        Ok(Self { kind, header, _in_use: mask::enter(token) })
    }

    pub(crate) fn kind(&self) -> TokenKind {
        self.kind
    }

    pub(crate) fn header(&self) -> (HeaderName, HeaderValue) {
        let name = match self.kind {
            TokenKind::Private => HeaderName::from_static("private-token"),
            TokenKind::OAuth => AUTHORIZATION,
            TokenKind::Job => HeaderName::from_static("job-token"),
        };
        (name, self.header.clone())
    }
}
