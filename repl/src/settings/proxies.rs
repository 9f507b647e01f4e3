//! Which proxy stands between here and a server. The HTTP library finds it by itself; this tells what it finds, with the
//! library's own rules, and without the proxy's password.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::Source;

/// How requests to a server travel.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// Through this proxy, whose URL has no password in it.
    Through(String),
    /// Straight, although proxies are configured: this server is excepted, or its scheme has none.
    AroundProxies,
    /// Straight.
    Direct,
}

/// The variables that name proxies, by the scheme of the server's URL, the first that is set counts.
const PROXIES: [(&str, [&str; 4]); 2] = [
    ("https", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
    ("http", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]),
];

/// The variables that name the servers to which no proxy stands.
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// How requests to the server at this URL travel, and what says so.
#[must_use]
pub fn route(url: &str) -> (Route, Source) {
    let set = |names: &[&'static str]| {
        names.iter().copied().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
    };
    let scheme = PROXIES.iter().find(|(scheme, _)| url.starts_with(&format!("{scheme}://")));
    let variable = scheme.and_then(|(_, names)| set(names));
    let proxy = url.parse::<Uri>().ok().and_then(|url| Matcher::from_system().intercept(&url));
    match (proxy, variable) {
        (Some(proxy), Some(name)) => (Route::Through(proxy.uri().to_string()), Source::Environment(name)),
        (Some(proxy), None) => (Route::Through(proxy.uri().to_string()), Source::System),
        (None, Some(name)) => (Route::AroundProxies, Source::Environment(set(&EXCEPTIONS).unwrap_or(name))),
        (None, None) => (Route::Direct, Source::Default),
    }
}
