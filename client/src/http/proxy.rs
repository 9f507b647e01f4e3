//! Which proxy stands between here and a server, and what it means when no connection is made through it. The HTTP library
//! finds proxies by itself, in the environment and the system's settings; this tells what it finds, by the library's own
//! rules, and without the proxy's password.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::connect::innermost;
use crate::error::{Error, ErrorKind};
use crate::mask::mask_url;

/// How requests to a server travel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyRoute {
    /// Through a proxy.
    Through {
        /// Its URL, without a user and a password.
        proxy: String,
        /// The variable of the environment that names it; `None` where the system's settings do.
        variable: Option<&'static str>,
    },
    /// Straight, although proxies are configured: this server is excepted, or its scheme has none.
    AroundProxies {
        /// The variable of the environment that says so.
        variable: &'static str,
    },
    /// Straight.
    Direct,
}

/// How requests to the server at this URL travel, and what says so; of a client that was not told to go straight.
#[must_use]
pub fn proxy_route(url: &str) -> ProxyRoute {
    let scheme = PROXIES.iter().find(|(scheme, _)| url.starts_with(&format!("{scheme}://")));
    let variable = scheme.and_then(|(_, names)| set(names));
    let matcher = || Matcher::from_system().intercept(&url.parse::<Uri>().ok()?);
    match (Some(matcher).filter(|_| !excepts_all()).and_then(|matcher| matcher()), variable) {
        (Some(proxy), variable) => {
            ProxyRoute::Through { proxy: mask_url(&proxy.uri().to_string()), variable }
        }
        (None, Some(name)) => ProxyRoute::AroundProxies { variable: set(&EXCEPTIONS).unwrap_or(name) },
        (None, None) => ProxyRoute::Direct,
    }
}

/// The variables that name proxies, by the scheme of the server's URL, the first that is set counts.
const PROXIES: [(&str, [&str; 4]); 2] = [
    ("https", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
    ("http", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]),
];

/// The variables that name the servers to which no proxy stands.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

fn set(names: &[&'static str]) -> Option<&'static str> {
    names.iter().copied().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Whether every server is excepted. To the library `*` stands for names of hosts alone, and not for addresses.
pub(super) fn excepts_all() -> bool {
    let excepted = EXCEPTIONS.iter().find_map(|name| std::env::var(name).ok());
    excepted.is_some_and(|hosts| hosts.split(',').any(|host| host.trim() == "*"))
}

/// The proxy that a request goes through.
#[derive(Debug)]
pub(super) struct Proxy {
    url: String,
    variable: Option<&'static str>,
}

impl Proxy {
    /// The one to this server, if there is one.
    pub(super) fn to(server: &Url) -> Option<Self> {
        match proxy_route(server.as_str()) {
            ProxyRoute::Through { proxy, variable } => Some(Self { url: proxy, variable }),
            _ => None,
        }
    }

    /// Whether another attempt would end as the one that failed of this.
    pub(super) fn is_hopeless(&self, error: &reqwest::Error) -> bool {
        !self.is_spoken_to() || wants_password(error)
    }

    /// Words for a connection that was not made through it.
    pub(super) fn failure(&self, server: &Url, error: reqwest::Error) -> Error {
        // The library's message would repeat the URL, with whatever secret its query holds.
        let error = error.without_url();
        let failure = if !self.is_spoken_to() {
            let hint = "Proxies are spoken to over http:// and https:// alone.";
            self.error(server, "proxies of this kind are not supported", hint)
        } else if wants_password(&error) {
            self.refusal(server)
        } else {
            let hint = "Is it right, and is the proxy up and reachable from here?";
            self.error(server, &innermost(&error), hint)
        };
        failure.with_source(error)
    }

    /// Words for an answer by which it refused to pass a request on.
    pub(super) fn refusal(&self, server: &Url) -> Error {
        let hint = "Both belong into its URL: http://USER:PASSWORD@HOST:PORT.";
        self.error(server, "the proxy wants a user and a password that it knows", hint)
    }

    fn error(&self, server: &Url, what: &str, hint: &str) -> Error {
        let origin = server.origin().ascii_serialization();
        let names = match self.variable {
            Some(variable) => format!("The environment variable {variable} names the proxy"),
            None => "The system's settings name the proxy".to_owned(),
        };
        let what = format!("cannot connect to {origin} through the proxy {}: {what}", self.url);
        let hint = format!("{names}; NO_PROXY excepts servers from it. {hint}");
        Error::new(ErrorKind::Transport, what).with_hint(hint)
    }

    fn is_spoken_to(&self) -> bool {
        ["http://", "https://"].iter().any(|scheme| self.url.starts_with(scheme))
    }
}

/// Whether the proxy answered 407 to the request for a tunnel. The library's error is known by its words alone.
fn wants_password(error: &reqwest::Error) -> bool {
    innermost(error).contains("proxy authorization required")
}
