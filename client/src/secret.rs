//! The one type that holds a secret. It shows its text only when asked for by name; formatting it
//! in any way shows a mask. Text that may hold one by accident is masked by its looks. This module must not know where secrets come from or go to.

use std::fmt;

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use url::Url;

/// What is shown in place of a secret.
pub const REDACTED: &str = "••••";

/// Text that must not be shown: a token, or the value of a masked variable.
///
/// ```
/// let secret = rhailab_client::Secret::from("glpat-abc");
/// assert_eq!(format!("{secret:?} {secret}"), "•••• ••••");
/// assert_eq!(secret.expose(), "glpat-abc");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

/// The query parameters that GitLab takes tokens in.
const SECRET_PARAMETERS: [&str; 4] = ["private_token", "access_token", "job_token", "token"];

/// Whether a query parameter of this name, percent-decoded, carries a token.
pub(crate) fn is_secret_parameter(name: &str) -> bool {
    SECRET_PARAMETERS.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// The text with the secret part of everything that looks like one of GitLab's tokens masked, letter by letter, and
/// with the tokens in the queries of URLs.
///
/// It knows how tokens look and where they stand, not which ones are in use: for text that repeats what somebody passed.
///
/// ```
/// use rhailab_client::mask_tokens;
/// assert_eq!(mask_tokens("no glpat-abc here"), "no glpat-••• here");
/// assert_eq!(mask_tokens("GET /jobs?job_token=abc&page=2"), "GET /jobs?job_token=•••&page=2");
/// ```
#[must_use]
pub fn mask_tokens(text: &str) -> String {
    mask_prefixed(&mask_parameters(text))
}

/// Masks the values of secret parameters: what stands between `=` and the next sign that cannot stand in a value, after
/// a name that stands behind `?` or `&`.
fn mask_parameters(text: &str) -> String {
    const ENDS: [char; 10] = ['&', '#', '"', '\'', '`', '<', '>', '(', ')', ','];
    let ends_value = |letter: char| letter.is_whitespace() || letter.is_control() || ENDS.contains(&letter);
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['?', '&']) {
        let (before, after) = rest.split_at(start + 1);
        shown.push_str(before);
        rest = after;
        let Some((name, value)) = after.split_once('=') else { continue };
        if !is_secret_parameter(&percent_decode_str(name).decode_utf8_lossy()) {
            continue;
        }
        let end = value.find(ends_value).unwrap_or(value.len());
        shown.push_str(name);
        shown.push('=');
        shown.extend(value[..end].chars().map(|_| '•'));
        rest = &value[end..];
    }
    shown.push_str(rest);
    shown
}

fn mask_prefixed(text: &str) -> String {
    const PREFIXES: [&str; 8] =
        ["glpat-", "glptt-", "glcbt-", "gldt-", "glrt-", "gloas-", "glsoat-", "glagent-"];
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((start, prefix)) = PREFIXES
        .iter()
        .filter_map(|prefix| Some((rest.find(prefix)?, prefix)))
        .min_by_key(|(start, _)| *start)
    {
        let (before, token) = rest.split_at(start + prefix.len());
        let end = token
            .find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_' | '.'))
            .unwrap_or(token.len());
        let (secret, after) = token.split_at(end);
        shown.push_str(before);
        shown.extend(secret.chars().map(|_| '•'));
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// A server's URL, or what was meant to be one, without a user name and a password in it, and without tokens.
///
/// A text that is no URL may hold a password, too: there everything is masked up to its last `@`.
///
/// ```
/// assert_eq!(rhailab_client::mask_url("https://mira:pa@ss@gitlab.test/"), "https://••••@gitlab.test/");
/// assert_eq!(rhailab_client::mask_url("https://gitlab.test/@root"), "https://gitlab.test/@root");
/// ```
#[must_use]
pub fn mask_url(text: &str) -> String {
    let is_plain = Url::parse(text.trim()).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    match text.rfind('@') {
        Some(at) if !is_plain => {
            let start = text[..at].find("://").map_or(0, |scheme| scheme + "://".len());
            mask_tokens(&format!("{}{REDACTED}{}", &text[..start], &text[at..]))
        }
        _ => mask_tokens(text),
    }
}

impl Secret {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<&Self> for Secret {
    fn from(secret: &Self) -> Self {
        secret.clone()
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{mask_tokens, mask_url};

    #[test]
    fn a_password_is_masked_wherever_somebody_may_have_put_it() {
        let cases = [
            ("https://gitlab.test:8080/root", "https://gitlab.test:8080/root"),
            ("https://gitlab.test/@root", "https://gitlab.test/@root"),
            ("gitlab.test", "gitlab.test"),
            ("", ""),
            ("http://user:word@gitlab.test/", "http://••••@gitlab.test/"),
            ("http://user@gitlab.test", "http://••••@gitlab.test"),
            ("http://user:wo@rd@gitlab.test/", "http://••••@gitlab.test/"),
            ("http://user:wo/rd@gitlab.test", "http://••••@gitlab.test"),
            ("http://user:1#rd@gitlab.test", "http://••••@gitlab.test"),
            ("http://user:1?rd@gitlab.test", "http://••••@gitlab.test"),
            ("user:word@gitlab.test", "••••@gitlab.test"),
            ("ftp://user:word@gitlab.test", "ftp://••••@gitlab.test"),
            ("https://gitlab.test?private_token=glpat-ab", "https://gitlab.test?private_token=••••••••"),
        ];
        for (text, shown) in cases {
            assert_eq!(mask_url(text), shown);
        }
    }

    #[test]
    fn tokens_in_queries_are_masked_whatever_their_looks() {
        let cases = [
            ("see /p?private_token=ab1, or not", "see /p?private_token=•••, or not"),
            ("/p?page=2&Job_Token=ab%20c#x", "/p?page=2&Job_Token=••••••#x"),
            ("/p?private%5Ftoken=é1\" x", "/p?private%5Ftoken=••\" x"),
            ("/p?%74oken=a&token=b?token=c", "/p?%74oken=•&token=•••••••••"),
            ("/p?tokens=a&my_token=b&token", "/p?tokens=a&my_token=b&token"),
            ("a ? b == token : c", "a ? b == token : c"),
            ("?", "?"),
            ("token=a", "token=a"),
        ];
        for (text, shown) in cases {
            assert_eq!(mask_tokens(text), shown);
        }
    }

    #[test]
    fn tokens_in_a_script_are_masked_and_columns_stay() {
        let text = r#"gitlab("u", #{private_token: "glpat-abc_DEF.1-2"}).x; "glptt-00""#;
        let shown = mask_tokens(text);
        assert_eq!(shown, r#"gitlab("u", #{private_token: "glpat-•••••••••••"}).x; "glptt-••""#);
        assert_eq!(shown.chars().count(), text.chars().count());
    }
}
