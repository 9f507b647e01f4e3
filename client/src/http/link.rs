//! The `Link` header of RFC 8288, as far as pagination needs it: finding the link to the next page, and deciding
//! whether and where it may be followed. Nothing is sent from here.

use percent_encoding::percent_decode_str;
use url::Url;

/// The target of the first link with this relation.
pub(crate) fn target<'a>(header: &'a str, relation: &str) -> Option<&'a str> {
    let mut rest = header;
    while !rest.is_empty() {
        let (link, more) = split_unquoted(rest, ',');
        rest = more;
        let Some((target, parameters)) =
            link.trim_start().strip_prefix('<').and_then(|at| at.split_once('>'))
        else {
            continue;
        };
        if has_relation(parameters, relation) {
            return Some(target);
        }
    }
    None
}

/// Splits at the first such sign that stands neither in quotes nor in a target between `<` and `>`.
fn split_unquoted(text: &str, sign: char) -> (&str, &str) {
    let (mut quoted, mut escaped, mut in_target) = (false, false, false);
    for (place, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !in_target => quoted = !quoted,
            '<' if !quoted => in_target = true,
            '>' if !quoted => in_target = false,
            letter if letter == sign && !quoted && !in_target => {
                let (before, after) = text.split_at(place);
                return (before, after.strip_prefix(sign).unwrap_or(after));
            }
            _ => {}
        }
    }
    (text, "")
}

/// Whether a link's parameters name the relation. Only the first `rel` counts, as the RFC wants it.
fn has_relation(parameters: &str, relation: &str) -> bool {
    let mut rest = parameters;
    while !rest.is_empty() {
        let (parameter, more) = split_unquoted(rest, ';');
        rest = more;
        if let Some((name, value)) = parameter.split_once('=')
            && name.trim().eq_ignore_ascii_case("rel")
        {
            let value = value.trim().trim_matches('"');
            return value.split_ascii_whitespace().any(|named| named.eq_ignore_ascii_case(relation));
        }
    }
    false
}

/// The URL to ask for when a link of this target shall be followed, or why it is not followed.
///
/// `own` is the URL of the list's own request, and `api` the API's root. A proxy may change the host, and the path in front
/// of `/api/v4`, without telling GitLab, whose links then lead past the proxy. Such a link still names the
/// list's own path, and so all that it adds is its query: it is taken to where the list came from. Any other link to another
/// origin is refused.
pub(crate) fn follow(api: &Url, own: &Url, target: &str) -> Result<Url, String> {
    let url =
        own.join(target).map_err(|error| format!("the link to the next page cannot be read: {error}"))?;
    let root = api.path().trim_end_matches('/').trim_end_matches("/api/v4");
    let below = own.path().strip_prefix(root).unwrap_or(own.path());
    if decoded(url.path()).ends_with(&decoded(below)) {
        let mut next = own.clone();
        next.set_query(url.query());
        return Ok(next);
    }
    if url.origin() != own.origin() {
        return Err(format!(
            "the next page's link leads to {} instead of {}; it is not followed",
            url.origin().ascii_serialization(),
            own.origin().ascii_serialization()
        ));
    }
    Ok(url)
}

fn decoded(path: &str) -> Vec<u8> {
    percent_decode_str(path).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::{follow, target};

    #[test]
    fn finds_the_relation() {
        let header = r#"<https://h/p?page=1&id=1>; rel="prev", <https://h/p?page=3>; rel="next", <https://h/p>; rel="first""#;
        assert_eq!(target(header, "next"), Some("https://h/p?page=3"));
        assert_eq!(target(header, "prev"), Some("https://h/p?page=1&id=1"));
        assert_eq!(target(header, "last"), None);
        assert_eq!(target("<https://h/p>; rel=next", "next"), Some("https://h/p"));
        assert_eq!(target("<https://h/a,b>; title=x; rel=\"last next\"", "next"), Some("https://h/a,b"));
        assert_eq!(target("<a>; title=\"x, <b>; rel=next\", <c> ; REL = Next", "next"), Some("c"));
        assert_eq!(target("<a>; title=\"\\\", \"; rel=next", "next"), Some("a"));
        assert_eq!(target("<a>; rel=prev; rel=next", "next"), None, "only the first `rel` counts");
    }

    #[test]
    fn broken_headers_have_no_links() {
        for header in ["", "<", "<x", "nonsense", "rel=next", ">; rel=\"next\"<", ",,;<>", "\"<a>; rel=next"]
        {
            assert_eq!(target(header, "next"), None, "{header}");
        }
    }

    #[test]
    fn a_link_is_followed_at_home_and_nowhere_else() {
        let list = "/api/v4/projects/demo%2Fapp/jobs";
        let cases = [
            // The server's URL, the link, and where it leads.
            ("http://h", format!("http://h{list}?cursor=a"), Ok(format!("http://h{list}?cursor=a"))),
            ("http://h", format!("{list}?cursor=a"), Ok(format!("http://h{list}?cursor=a"))),
            ("http://h", "?cursor=a".to_owned(), Ok(format!("http://h{list}?cursor=a"))),
            ("https://h", format!("http://h:8080{list}?a=b"), Ok(format!("https://h{list}?a=b"))),
            ("https://h/git", format!("http://inner{list}?a=b"), Ok(format!("https://h/git{list}?a=b"))),
            ("https://h/git", format!("https://h{list}?a=b"), Ok(format!("https://h/git{list}?a=b"))),
            ("https://h", format!("http://inner/root{list}?a=b"), Ok(format!("https://h{list}?a=b"))),
            (
                "http://h",
                "http://x/api/v4/projects/demo/app/jobs?a=b".to_owned(),
                Ok(format!("http://h{list}?a=b")),
            ),
            (
                "http://h",
                "http://h/api/v4/projects/9/jobs?a=b".to_owned(),
                Ok("http://h/api/v4/projects/9/jobs?a=b".to_owned()),
            ),
            (
                "http://h",
                "http://elsewhere:81/api/v4/projects/9/jobs?a=b".to_owned(),
                Err("http://elsewhere:81"),
            ),
            ("http://h", format!("http://elsewhere:81{list}/1?a=b"), Err("http://elsewhere:81")),
            ("http://h", "//elsewhere:81/x".to_owned(), Err("http://elsewhere:81")),
            ("http://h", "http://[".to_owned(), Err("cannot be read")),
        ];
        for (server, link, expected) in cases {
            let api = Url::parse(&format!("{server}/api/v4")).unwrap();
            let own = Url::parse(&format!("{server}{list}?page=1&per_page=100")).unwrap();
            match (follow(&api, &own, &link), expected) {
                (Ok(url), Ok(expected)) => assert_eq!(url.as_str(), expected, "{server} {link}"),
                (Err(why), Err(words)) => assert!(why.contains(words), "{server} {link}: {why}"),
                (found, _) => panic!("{server} {link}: {found:?}"),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        /// Whatever a server sends, reading it ends, and a target is a piece of the header without brackets.
        #[test]
        fn any_header_is_read(header in "[ -~\u{e4}\u{2603}]{0,80}|[<>;,=\" \\\\relnxt]{0,60}") {
            if let Some(found) = target(&header, "next") {
                let quoted = format!("<{found}>");
                prop_assert!(header.contains(&quoted) && !found.contains('>'), "{}", header);
            }
        }

        /// What is written by the rules is found, whatever stands around it.
        #[test]
        fn what_is_written_is_found(
            next in "[!-;=?-~]{1,30}",
            other in "[!-;=?-~]{0,30}",
            title in "[ !#-\\[\\]-~]{0,20}",
            quote in prop::bool::ANY,
            first in prop::bool::ANY,
        ) {
            let relation = if quote { "\"next\"" } else { "next" };
            let wanted = format!("<{next}>; title=\"{title}\"; rel={relation}");
            let around = format!("<{other}>; title=\"{title}\"; rel=\"prev\"");
            let header = if first { format!("{wanted}, {around}") } else { format!("{around} ,{wanted}") };
            prop_assert_eq!(target(&header, "next"), Some(next.as_str()));
        }

        /// No link, however it is written, makes us ask another origin.
        #[test]
        fn no_link_leaves_the_origin(link in "(https?://|//|/|\\\\)?[a-z@:\\[\\]/.%2F?#\\\\]{0,40}") {
            let api = Url::parse("https://home.test/git/api/v4").unwrap();
            let own = Url::parse("https://home.test/git/api/v4/projects/1/jobs?page=1").unwrap();
            if let Ok(url) = follow(&api, &own, &link) {
                prop_assert_eq!(url.origin(), own.origin());
            }
        }
    }
}
