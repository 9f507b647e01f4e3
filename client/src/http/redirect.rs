//! What to do with a redirect, decided without sending anything. A credential is sent to the origin it
//! was configured for and to no other, https never becomes http, and only reads are followed.

use http::{Method, StatusCode};
use url::Url;

use crate::error::redact_url;

/// More hops than this are a loop; GitLab's own longest chain (moved project, then object storage) is three.
pub(crate) const MOST_HOPS: usize = 5;

/// Where the request stands in a chain of redirects.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hop {
    pub(crate) url: Url,
    /// Whether every URL so far, this one included, is of the configured origin.
    pub(crate) trusted: bool,
    pub(crate) count: usize,
}

impl Hop {
    /// The first request goes to the configured server, by construction of its URL.
    pub(crate) fn first(url: Url) -> Self {
        Self { url, trusted: true, count: 0 }
    }

    /// The next hop for a redirecting answer, or why it is not followed.
    pub(crate) fn next(&self, method: &Method, location: Option<&[u8]>) -> Result<Self, String> {
        let location = location
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .ok_or("the server redirects without saying where to")?;
        let url = self
            .url
            .join(location)
            .map_err(|error| format!("the server redirects to something that is no URL: {error}"))?;
        let place = describe_origin(&url);
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("the server redirects to a {} URL, which is not followed", url.scheme()));
        }
        if *method != Method::GET && *method != Method::HEAD {
            return Err(format!(
                "the server redirects a {method} request to {place}; only reads are followed"
            ));
        }
        if self.url.scheme() == "https" && url.scheme() == "http" {
            return Err(format!("the server redirects from https to {place}, which is not followed"));
        }
        if self.count >= MOST_HOPS {
            return Err(format!("the server redirects more than {MOST_HOPS} times, last to {place}"));
        }
        // Once the chain has left the origin, a stranger chooses the URLs: the credential stays away for good.
        let trusted = self.trusted && url.origin() == self.url.origin();
        Ok(Self { url, trusted, count: self.count + 1 })
    }
}

impl Hop {
    /// The URL for people. What leads away from the configured server carries its permission in the query.
    pub(crate) fn shown_url(&self) -> String {
        let mut url = self.url.clone();
        if !self.trusted && url.query().is_some() {
            url.set_query(Some("…"));
        }
        redact_url(&url)
    }
}

/// Whether the status sends the client elsewhere.
pub(crate) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn describe_origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(from: &str, location: &str) -> Result<Hop, String> {
        Hop::first(Url::parse(from).unwrap()).next(&Method::GET, Some(location.as_bytes()))
    }

    #[test]
    fn a_credential_stays_on_its_origin() {
        let cases = [
            ("https://a.test/x", "/y", true),
            ("https://a.test/x", "https://a.test/y", true),
            ("https://a.test/x", "https://a.test:443/y", true),
            ("https://a.test/x", "https://a.test:8443/y", false),
            ("https://a.test/x", "https://b.a.test/y", false),
            ("https://a.test/x", "//b.test/y", false),
            ("http://a.test/x", "https://a.test/y", false),
        ];
        for (from, location, trusted) in cases {
            assert_eq!(hop(from, location).unwrap().trusted, trusted, "{from} -> {location}");
        }
    }

    #[test]
    fn a_chain_that_left_the_origin_is_never_trusted_again() {
        let away = hop("https://a.test/x", "https://b.test/y").unwrap();
        let back = away.next(&Method::GET, Some(b"https://a.test/z")).unwrap();
        assert!(!back.trusted);
    }

    #[test]
    fn what_is_not_followed_says_why() {
        assert!(
            hop("https://a.test/", "http://a.test/").unwrap_err().contains("from https to http://a.test")
        );
        assert!(hop("https://a.test/", "file:///etc/passwd").unwrap_err().contains("file URL"));
        let first = Hop::first(Url::parse("https://a.test/").unwrap());
        assert!(first.next(&Method::POST, Some(b"/y")).unwrap_err().contains("POST"));
        assert!(first.next(&Method::GET, None).is_err());
        let mut hop = first;
        for _ in 0..MOST_HOPS {
            hop = hop.next(&Method::GET, Some(b"/again")).unwrap();
        }
        assert!(hop.next(&Method::GET, Some(b"/again")).unwrap_err().contains("more than 5 times"));
    }
}
