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
    mask(text, &[in_use::find, in_query, before_host, behind_name, behind_prefix])
}

/// The text with every token masked that a client of this process speaks with, and nothing else.
pub(crate) fn mask_in_use(text: &str) -> String {
    mask(text, &[in_use::find])
}

/// The same, and whatever looks like a token of GitLab's, wherever it stands.
pub(crate) fn mask_looks(text: &str) -> String {
    mask(text, &[in_use::find, behind_prefix])
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

/// Whether what has this name is a secret when it is text: a field of a JSON object, a header, a parameter. GitLab adds
/// fields with every version, and the names of those that hold secrets end alike. Case does not matter, nor whether words
/// are joined by `_` or `-`.
pub(crate) fn is_secret_name(name: &str) -> bool {
    const WHOLE: [&str; 2] = ["token", "secret"];
    ends_in_secret_name(name) || WHOLE.iter().any(|whole| name.eq_ignore_ascii_case(whole))
}

fn ends_in_secret_name(text: &str) -> bool {
    const ENDS: [&str; 4] = ["_token", "password", "_secret", "private_key"];
    let is_same = |(letter, wanted): (u8, u8)| {
        letter.eq_ignore_ascii_case(&wanted) || (letter == b'-' && wanted == b'_')
    };
    ENDS.iter().any(|end| text.len() >= end.len() && text.bytes().rev().zip(end.bytes().rev()).all(is_same))
}

/// Whether a query parameter of this name, percent-decoded, lets in whoever has it: a token, or what an object storage
/// signs.
pub(crate) fn is_secret_parameter(name: &str) -> bool {
    const SIGNATURE: &str = "signature";
    let end = name.len().checked_sub(SIGNATURE.len()).and_then(|start| name.get(start..));
    is_secret_name(name) || end.is_some_and(|end| end.eq_ignore_ascii_case(SIGNATURE))
}

/// Finds all secrets of one sort in a text. Texts may be long and made on purpose: no finder looks at a part of one more
/// often than a few times.
type Finder = fn(&str) -> Vec<Range<usize>>;

/// Masks what the finders find, letter by letter. It may overlap.
fn mask(text: &str, finders: &[Finder]) -> String {
    let mut secrets: Vec<Range<usize>> = finders.iter().flat_map(|find| find(text)).collect();
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

/// The values of secret parameters, behind `?` or `&`.
fn in_query(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(mark) = text[at..].find(['?', '&']) {
        at += mark + 1;
        let name = until(&text[at..], |letter| ends_url(letter) || matches!(letter, '?' | '&' | '=' | '#'));
        at += name.len();
        if text[at..].starts_with('=') && is_secret_parameter(&percent_decode_str(name).decode_utf8_lossy()) {
            at += 1;
            let value = until(&text[at..], |letter| ends_url(letter) || matches!(letter, '&' | '#'));
            found.push(at..at + value.len());
            at += value.len();
        }
    }
    found
}

/// Users and passwords between a scheme and a host. Over SSH there is a user only, the same for everybody.
fn before_host(text: &str) -> Vec<Range<usize>> {
    let hosts = text.match_indices("://").filter(|(mark, _)| !text[..*mark].ends_with("ssh"));
    let found = hosts.filter_map(|(mark, separator)| {
        let start = mark + separator.len();
        let authority = until(&text[start..], |letter| ends_url(letter) || matches!(letter, '/' | '?' | '#'));
        Some(start..start + authority.rfind('@')?)
    });
    found.collect()
}

/// Literals behind the name of a secret, as in scripts and in files of settings. A mere `token` is a word of many messages.
fn behind_name(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(sign) = text[at..].find([':', '=']) {
        let name = text[..at + sign].trim_end().trim_end_matches(['"', '\'']);
        at += sign + 1;
        let literal = text[at..].trim_start();
        let quote = literal.chars().next().filter(|letter| matches!(letter, '"' | '\'' | '`'));
        if let Some(quote) = quote.filter(|_| ends_in_secret_name(name)) {
            at = text.len() - literal.len() + quote.len_utf8();
            let value = until(&text[at..], |letter| letter == quote);
            found.push(at..at + value.len());
            at += value.len();
        }
    }
    found
}

/// What stands behind one of the prefixes that GitLab begins its tokens with.
fn behind_prefix(text: &str) -> Vec<Range<usize>> {
    const PREFIXES: [&str; 14] = [
        "glpat-",
        "gloas-",
        "gldt-",
        "glrt-",
        "glrtr-",
        "glcbt-",
        "glptt-",
        "glft-",
        "glimt-",
        "glagent-",
        "glwt-",
        "glsoat-",
        "glffct-",
        "GR1348941",
    ];
    let is_end = |letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_' | '.');
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(letter) = text[at..].find(['g', 'G']) {
        at += letter;
        let prefix = PREFIXES.iter().find(|prefix| text[at..].starts_with(**prefix));
        let Some(prefix) = prefix else {
            at += 1;
            continue;
        };
        at += prefix.len();
        let token = until(&text[at..], is_end);
        found.push(at..at + token.len());
        at += token.len();
    }
    found
}

/// The text up to the first letter that ends it.
fn until(text: &str, ends: impl Fn(char) -> bool) -> &str {
    &text[..text.find(ends).unwrap_or(text.len())]
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
            ("/p?tokens=a&my_token=b&token", "/p?tokens=a&my_token=•&token"),
            (
                "/p?X-Amz-Signature=ab&signatures=c&Feed-Token=d",
                "/p?X-Amz-Signature=••&signatures=c&Feed-Token=•",
            ),
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
            (
                "{\"password\":\"a\",\"CLIENT_SECRET\": \"b\"}",
                "{\"password\":\"•\",\"CLIENT_SECRET\": \"•\"}",
            ),
            ("unexpected token: '}', not tokens = 'a'", "unexpected token: '}', not tokens = 'a'"),
            ("my_token == 'a' ? b_token : 'c'", "my_token == 'a' ? b_token : '•'"),
            ("a://b://u:p@h x://@", "a://b://•••@h x://@"),
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

    #[test]
    fn a_token_is_known_by_each_of_gitlabs_prefixes() {
        for prefix in ["glft-", "glimt-", "glffct-", "glwt-", "glrtr-", "glsoat-", "SIE-glpat-", "GR1348941"]
        {
            assert_eq!(mask_tokens(&format!("({prefix}aB_1)")), format!("({prefix}••••)"));
            assert_eq!(mask_tokens(prefix), prefix);
        }
    }

    /// A search that began anew behind each of these hits would not end while anybody waits.
    #[test]
    fn a_text_full_of_secrets_is_searched_once() {
        const COUNT: usize = 40_000;
        let pieces = [
            ("glpat-a ", 1),
            ("?token=a ", 1),
            ("://a@", 1),
            ("a_token='a' ", 1),
            ("glpat- ", 0),
            ("a_token \"' ", 0),
            ("my_token= ", 0),
            ("?token", 0),
            ("://", 0),
            ("a_token:", 0),
            ("a_token='", 0),
        ];
        for (piece, masked) in pieces {
            let text = piece.repeat(COUNT);
            let shown = mask_tokens(&text);
            assert_eq!(shown.chars().count(), text.len(), "{piece}");
            if masked > 0 {
                assert_eq!(shown.matches('•').count(), COUNT * masked, "{piece}");
            }
        }
    }
}
