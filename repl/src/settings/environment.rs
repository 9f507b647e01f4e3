//! What the environment says: GitLab's variables, those of a running CI/CD job among them.

use std::path::PathBuf;

use rhailab_client::{Secret, TokenKind};

use super::layer::{ClientCertificate, Layer};
use super::{Source, Sourced, TokenPlace, is_same_server};

/// The variables that name the server, the first that is set counts.
const URL_VARIABLES: [&str; 3] = ["GITLAB_URL", "GITLAB_HOST", CI_SERVER];

/// The variables that hold tokens, the first that is set counts.
const TOKEN_VARIABLES: [(&str, TokenKind); 4] = [
    ("GITLAB_TOKEN", TokenKind::Private),
    ("GITLAB_PRIVATE_TOKEN", TokenKind::Private),
    ("GITLAB_OAUTH_TOKEN", TokenKind::OAuth),
    ("CI_JOB_TOKEN", TokenKind::Job),
];

/// The server that runs the job. It is also for this server alone that GitLab sets the job's token and certificates.
const CI_SERVER: &str = "CI_SERVER_URL";

/// The server that the environment names.
pub(super) fn url(environment: &impl Fn(&str) -> Option<String>) -> Option<Sourced<String>> {
    let (name, url) = first(environment, &URL_VARIABLES)?;
    // Other tools take a bare host name in this variable.
    let is_bare = name == "GITLAB_HOST" && !url.contains("://");
    let value = if is_bare { format!("https://{url}") } else { url };
    Some(Sourced { value, source: Source::Environment(name) })
}

/// What else the environment says about the server at this URL.
pub(super) fn layer(environment: &impl Fn(&str) -> Option<String>, url: &str) -> Layer {
    let is_own = non_empty(environment(CI_SERVER)).is_some_and(|own| is_same_server(&own, url));
    let of_job = |name: &str| non_empty(environment(name)).filter(|_| is_own);
    let ca_file = first(environment, &["GITLAB_CA_FILE"])
        .or_else(|| Some(("CI_SERVER_TLS_CA_FILE", of_job("CI_SERVER_TLS_CA_FILE")?)));
    let [certificate, key] =
        ["CI_SERVER_TLS_CERT_FILE", "CI_SERVER_TLS_KEY_FILE"].map(|name| of_job(name).map(PathBuf::from));
    let client_certificate = ClientCertificate::of(certificate, key).flatten();
    Layer {
        token: token(environment, is_own),
        ca_file: ca_file
            .map(|(name, path)| Sourced { value: path.into(), source: Source::Environment(name) }),
        client_certificate: client_certificate
            .map(|value| Sourced { value, source: Source::Environment("CI_SERVER_TLS_CERT_FILE") }),
        ..Layer::default()
    }
}

fn token(environment: &impl Fn(&str) -> Option<String>, is_own: bool) -> Option<Sourced<TokenPlace>> {
    TOKEN_VARIABLES.iter().find_map(|(name, kind)| {
        // A job's token is there in every CI/CD job, asked for or not.
        if *kind == TokenKind::Job && !is_own {
            return None;
        }
        let secret = Secret::from(non_empty(environment(name))?);
        let value = TokenPlace::Text { kind: *kind, secret, file: None };
        Some(Sourced { value, source: Source::Environment(name) })
    })
}

/// Whether a variable of this name holds a token.
pub(super) fn is_token(name: &str) -> bool {
    TOKEN_VARIABLES.iter().any(|(known, _)| *known == name)
}

/// A variable that is set to nothing is not set: that is how one switches it off for a single command.
pub(super) fn non_empty(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.trim().is_empty())
}

fn first(
    environment: &impl Fn(&str) -> Option<String>,
    names: &[&'static str],
) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| Some((*name, non_empty(environment(name))?)))
}
