//! Masks secrets in text that was not made to hold any: messages, URLs, pieces of scripts. It knows how tokens look, where
//! they stand, and which ones the clients of this process speak with (`mask/in_use.rs`); what else is known to be a secret
//! is a [`crate::Secret`].

mod in_use;

use std::ops::Range;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::secret::REDACTED;

pub(crate) use in_use::{InUse, enter};

/// The text with everything masked, letter by letter, that a client of this process speaks with, that looks like a token
/// of GitLab's or stands where one does: in the query of a URL, before its host, behind a name such as `private_token`.
///
/// A token of a client's is known by its text, however it looks, unless it is shorter than 8 bytes.
///
/// ```
/// use rhailab_client::mask_tokens;
/// assert_eq!(mask_tokens("no glpat-abc here"), "no glpat-••• here");
/// assert_eq!(mask_tokens("GET /jobs?job_token=abc&page=2"), "GET /jobs?job_token=•••&page=2");
/// assert_eq!(mask_tokens("https://me:abc@h.test/"), "https://••••••@h.test/");
/// assert_eq!(mask_tokens("#{oauth_token: \"abc\"}"), "#{oauth_token: \"•••\"}");
/// ```
#[must_use]
pub fn mask_tokens(text: &str) -> String {
    const FINDERS: [Finder; 4] = [in_query, before_host, behind_name, behind_prefix];
    FINDERS.iter().fold(mask_in_use(text), |text, find| mask(&text, find))
}

/// The text with every token masked that a client of this process speaks with, and nothing else.
pub(crate) fn mask_in_use(text: &str) -> String {
    mask_ranges(text, in_use::find(text))
}

/// The same, and whatever looks like a token of GitLab's, wherever it stands.
pub(crate) fn mask_looks(text: &str) -> String {
    mask(&mask_in_use(text), &(behind_prefix as Finder))
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

/// The query parameters that GitLab takes tokens in.
const SECRET_PARAMETERS: [&str; 4] = ["private_token", "access_token", "job_token", "token"];

/// Whether a query parameter of this name, percent-decoded, carries a token.
pub(crate) fn is_secret_parameter(name: &str) -> bool {
    SECRET_PARAMETERS.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// Finds the first secret of one sort in a text.
type Finder = fn(&str) -> Option<Range<usize>>;

/// Masks what a finder finds, piece after piece.
fn mask(text: &str, find: &Finder) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(secret) = find(rest) {
        shown.push_str(&rest[..secret.start]);
        shown.extend(rest[secret.clone()].chars().map(|_| '•'));
        rest = &rest[secret.end..];
    }
    shown + rest
}

/// Masks these parts of a text, letter by letter; they may overlap.
fn mask_ranges(text: &str, mut secrets: Vec<Range<usize>>) -> String {
    secrets.sort_unstable_by_key(|secret| secret.start);
    let (mut shown, mut done) = (String::with_capacity(text.len()), 0);
    for secret in secrets {
        let start = secret.start.max(done);
        let end = secret.end.max(start);
        shown.push_str(&text[done..start]);
        shown.extend(text[start..end].chars().map(|_| '•'));
        done = end;
    }
    shown + &text[done..]
}

/// Where a URL or a part of it ends in a text.
fn ends_url(letter: char) -> bool {
    const ENDS: [char; 9] = ['"', '\'', '\\', '`', '<', '>', '(', ')', ','];
    letter.is_whitespace() || letter.is_control() || ENDS.contains(&letter)
}

/// The value of a secret parameter, behind `?` or `&`.
fn in_query(text: &str) -> Option<Range<usize>> {
    text.match_indices(['?', '&']).find_map(|(mark, _)| {
        let start = mark + 1;
        let name =
            until(&text[start..], |letter| ends_url(letter) || matches!(letter, '?' | '&' | '=' | '#'));
        let value = text[start + name.len()..].strip_prefix('=')?;
        if !is_secret_parameter(&percent_decode_str(name).decode_utf8_lossy()) {
            return None;
        }
        let start = start + name.len() + 1;
        found(start, until(value, |letter| ends_url(letter) || matches!(letter, '&' | '#')))
    })
}

/// The user and the password between a scheme and a host. Over SSH there is a user only, the same for everybody.
fn before_host(text: &str) -> Option<Range<usize>> {
    text.match_indices("://").find_map(|(mark, separator)| {
        if text[..mark].ends_with("ssh") {
            return None;
        }
        let start = mark + separator.len();
        let authority = until(&text[start..], |letter| ends_url(letter) || matches!(letter, '/' | '?' | '#'));
        found(start, &authority[..authority.rfind('@')?])
    })
}

/// A literal behind the name of a token, as in scripts and in files of settings.
fn behind_name(text: &str) -> Option<Range<usize>> {
    const NAMES: [&str; 4] = ["private_token", "oauth_token", "job_token", "access_token"];
    let literal = |name: &str| {
        text.match_indices(name).find_map(|(start, _)| {
            let rest = text[start + name.len()..].trim_start_matches(['"', '\'']).trim_start();
            let rest = rest.strip_prefix([':', '='])?.trim_start();
            let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\'' | '`'))?;
            let value = &rest[1..];
            found(text.len() - value.len(), until(value, |letter| letter == quote))
        })
    };
    NAMES.iter().filter_map(|name| literal(name)).min_by_key(|secret| secret.start)
}

/// What stands behind one of the prefixes that GitLab begins its tokens with.
fn behind_prefix(text: &str) -> Option<Range<usize>> {
    const PREFIXES: [&str; 8] =
        ["glpat-", "glptt-", "glcbt-", "gldt-", "glrt-", "gloas-", "glsoat-", "glagent-"];
    let is_end = |letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_' | '.');
    let token = |prefix: &str| {
        text.match_indices(prefix).find_map(|(start, _)| {
            let start = start + prefix.len();
            found(start, until(&text[start..], is_end))
        })
    };
    PREFIXES.iter().filter_map(|prefix| token(prefix)).min_by_key(|secret| secret.start)
}

/// The text up to the first letter that ends it.
fn until(text: &str, ends: impl Fn(char) -> bool) -> &str {
    &text[..text.find(ends).unwrap_or(text.len())]
}

fn found(start: usize, secret: &str) -> Option<Range<usize>> {
    (!secret.is_empty()).then(|| start..start + secret.len())
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
    fn what_stands_where_a_token_does_is_masked() {
        let cases = [
            ("at https://u:p@h.test/x@y and ftp://t@h", "at https://•••@h.test/x@y and ftp://•@h"),
            ("ssh://git@h.test/a https://h.test:1/@b", "ssh://git@h.test/a https://h.test:1/@b"),
            ("(http://a@b@c)", "(http://•••@c)"),
            (
                "#{private_token: `ab`, \"job_token\" : \"c\"}",
                "#{private_token: `••`, \"job_token\" : \"•\"}",
            ),
            ("oauth_token='ab", "oauth_token='••"),
            ("private_token: env(\"NAME\")", "private_token: env(\"NAME\")"),
            ("`private_token` of gitlab() must be text", "`private_token` of gitlab() must be text"),
        ];
        for (text, shown) in cases {
            assert_eq!(mask_tokens(text), shown);
        }
    }

    #[test]
    fn tokens_in_a_script_are_masked_and_columns_stay() {
        let text = r#"gitlab("u", #{private_token: "glpat-abc_DEF.1-2"}).x; "glptt-00""#;
        let shown = mask_tokens(text);
        assert_eq!(shown, r#"gitlab("u", #{private_token: "•••••••••••••••••"}).x; "glptt-••""#);
        assert_eq!(shown.chars().count(), text.chars().count());
    }
}
