//! The one error type. Whatever went wrong, it tells the kind, the operation and the request; where
//! GitLab answered, the status stays known even if the body is not JSON. How an answer's body becomes
//! words is `error/refusal.rs`; this module must not know how errors are shown to a person.

mod refusal;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;

use crate::client::url_of;
use crate::endpoint::{Endpoint, Method};
use crate::mask::{is_secret_parameter, mask_tokens};
use crate::redact;

pub(crate) use refusal::from_answer;

/// Why something failed.
#[derive(Debug)]
pub struct Error(Box<Details>);

/// Declares the kinds once: the variant, its name in scripts, and what it means.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)*) => {
        /// The kinds of failure, by what a caller can do about them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl ErrorKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The kind's name in scripts (`not_found`).
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What the kind means, as Markdown.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii_start(),)*
                }
            }
        }
    };
}

kinds! {
    /// 401: the token is missing, wrong, expired or revoked.
    Auth = "auth",
    /// 403: the caller may not do this.
    Forbidden = "forbidden",
    /// 404: it does not exist, or the caller may not see it.
    NotFound = "not_found",
    /// 409 or 412: the state on the server does not allow it now.
    Conflict = "conflict",
    /// Any other 4xx: GitLab refused the values.
    Invalid = "invalid",
    /// 429: too many requests.
    RateLimited = "rate_limited",
    /// 5xx: GitLab failed.
    Server = "server",
    /// No answer: the connection could not be made or broke, or a redirect was refused.
    Transport = "transport",
    /// No answer in time.
    Timeout = "timeout",
    /// The caller's own deadline passed.
    Deadline = "deadline",
    /// The answer is not what the operation answers.
    Decode = "decode",
    /// The call is wrong; nothing was sent.
    Usage = "usage",
    /// The call would write, and writing is off; nothing was sent.
    ReadOnly = "read_only",
    /// A file could not be read or written.
    Io = "io",
    /// The pipeline did not succeed, and the caller asked for an error in that case.
    Pipeline = "pipeline",
}

#[derive(Debug)]
struct Details {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    request: Option<RequestFacts>,
    answer: Option<AnswerFacts>,
    pipeline_status: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What is known of the request that failed. The URL has no secret in it.
#[derive(Debug, Clone)]
pub(crate) struct RequestFacts {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) url: String,
    /// The body's JSON, secrets masked; empty when there is none.
    pub(crate) body: String,
}

/// What is known of an answer that means failure.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnswerFacts {
    pub(crate) status: u16,
    pub(crate) request_id: Option<String>,
    pub(crate) fields: BTreeMap<String, Vec<String>>,
    pub(crate) body: String,
}

impl Error {
    /// What sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What happened: GitLab's own words where it answered.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The HTTP status, if GitLab answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The operation's name in the endpoint table (`ProjectPipeline.create`).
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.request.as_ref().map(|request| request.operation)
    }

    /// The HTTP method of the request.
    #[must_use]
    pub fn method(&self) -> Option<Method> {
        self.0.request.as_ref().map(|request| request.method)
    }

    /// The URL of the request, without secrets.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.request.as_ref().map(|request| request.url.as_str())
    }

    /// The JSON that was sent, on one line and without secrets; `None` when the request had no body.
    #[must_use]
    pub fn request_body(&self) -> Option<&str> {
        self.0.request.as_ref().map(|request| request.body.as_str()).filter(|body| !body.is_empty())
    }

    /// GitLab's number for the request, which its administrators can search their logs for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.answer.as_ref()?.request_id.as_deref()
    }

    /// GitLab's complaints by field name.
    #[must_use]
    pub fn fields(&self) -> Option<&BTreeMap<String, Vec<String>>> {
        self.0.answer.as_ref().map(|answer| &answer.fields)
    }

    /// The body of GitLab's answer, as it came.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.0.answer.as_ref().map(|answer| answer.body.as_str())
    }

    /// The status of the pipeline that did not succeed, for [`ErrorKind::Pipeline`].
    #[must_use]
    pub fn pipeline_status(&self) -> Option<&str> {
        self.0.pipeline_status.as_deref()
    }

    /// A call that is wrong in itself.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// A deadline of the caller's own that passed.
    #[must_use]
    pub fn deadline(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Deadline, message)
    }

    /// An answer that does not hold what it should.
    #[must_use]
    pub fn decode(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, message)
    }

    /// A file, or something else of the system's, that could not be used.
    #[must_use]
    pub fn io(what: &str, error: &std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("{what}: {error}"))
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            // A message may repeat what a caller passed in the wrong place, a token among it.
            message: mask_tokens(&message.into()),
            hint: None,
            request: None,
            answer: None,
            pipeline_status: None,
            source: None,
        }))
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(mask_tokens(&hint.into()));
        self
    }

    /// The same failure, said about something: one of many calls, say. Everything but the message stays, except for what
    /// caused it.
    #[must_use]
    pub fn about(&self, what: &str) -> Self {
        let details = &self.0;
        Self(Box::new(Details {
            kind: details.kind,
            message: mask_tokens(&format!("{what}: {}", details.message)),
            hint: details.hint.clone(),
            request: details.request.clone(),
            answer: details.answer.clone(),
            pipeline_status: details.pipeline_status.clone(),
            source: None,
        }))
    }

    /// The same failure in other words.
    pub(crate) fn rephrased(mut self, message: impl Into<String>) -> Self {
        self.0.message = mask_tokens(&message.into());
        self
    }

    pub(crate) fn with_request(mut self, request: RequestFacts) -> Self {
        self.0.request = Some(request);
        self
    }

    pub(crate) fn with_answer(mut self, answer: AnswerFacts) -> Self {
        self.0.answer = Some(answer);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_pipeline_status(mut self, status: &str) -> Self {
        self.0.pipeline_status = Some(status.to_owned());
        self
    }
}

impl RequestFacts {
    /// The facts of a request of an endpoint to a URL; values of secret query parameters are masked.
    pub(crate) fn new(endpoint: &Endpoint, url: &url::Url) -> Self {
        Self { operation: endpoint.id, method: endpoint.method, url: redact_url(url), body: String::new() }
    }

    /// The facts of a request as it is to be sent.
    pub(crate) fn of(endpoint: &Endpoint, request: &http::Request<bytes::Bytes>) -> Result<Self, Error> {
        let body = redact::body(endpoint, request.body());
        Ok(Self { body, ..Self::new(endpoint, &url_of(request)?) })
    }
}

/// The URL as text, its user and password and the values of secret query parameters masked.
pub(crate) fn redact_url(url: &url::Url) -> String {
    let mut shown = url.clone();
    if !shown.username().is_empty() || shown.password().is_some() {
        // Only URLs without a host refuse a user and a password, and those have none to begin with.
        let _ = shown.set_username("xxxx");
        let _ = shown.set_password(None);
    }
    if url.query_pairs().any(|(name, _)| is_secret_parameter(&name)) {
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        shown.query_pairs_mut().clear().extend_pairs(
            pairs
                .iter()
                .map(|(name, value)| (name, if is_secret_parameter(name) { "xxxx" } else { value.as_str() })),
        );
    }
    shown.into()
}

/// One line: what happened and to which request.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(status) = self.status() {
            write!(f, "GitLab answered {status}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(request) = &self.0.request {
            write!(f, " ({} {})", request.method, request.url)?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::redact_url;

    #[test]
    fn a_url_loses_its_secrets() {
        let url = url::Url::parse("https://u:pw@h.test/p?private_token=glpat-1&job_token=j&token=t&ref=main")
            .unwrap();
        assert_eq!(
            redact_url(&url),
            "https://xxxx@h.test/p?private_token=xxxx&job_token=xxxx&token=xxxx&ref=main"
        );
        let disguised =
            url::Url::parse("https://glpat-1@h.test/p?Private_Token=a&ACCESS%5FTOKEN=b&%74oken=c").unwrap();
        assert_eq!(
            redact_url(&disguised),
            "https://xxxx@h.test/p?Private_Token=xxxx&ACCESS_TOKEN=xxxx&token=xxxx"
        );
        let plain = url::Url::parse("https://h.test/p?scope%5B%5D=failed").unwrap();
        assert_eq!(redact_url(&plain), "https://h.test/p?scope%5B%5D=failed");
    }
}
