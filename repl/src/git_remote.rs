//! Which project a working directory belongs to, by the address of its git remote `origin`. Asks git for the address,
//! because only git knows all the files and rules that it comes from.

use std::io;
use std::process::{Command, Stdio};

use rhailab_client::mask_url;
use url::Url;

/// The remote that is asked for.
const REMOTE: &str = "origin";

/// The project's full path on the server at this URL.
pub(crate) fn project(server: &str) -> Result<String, String> {
    const HINT: &str = "name the project, such as group/app";
    let output =
        Command::new("git").args(["remote", "get-url", REMOTE]).stdin(Stdio::null()).output().map_err(
            |error| match error.kind() {
                io::ErrorKind::NotFound => format!("there is no git to ask for the project; {HINT}"),
                _ => format!("git cannot be asked for the project: {error}; {HINT}"),
            },
        )?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or_default().trim();
        return Err(format!("git knows no remote `{REMOTE}` here ({}); {HINT}", mask_url(said)));
    }
    let address = String::from_utf8_lossy(&output.stdout);
    project_at(address.trim(), server).map_err(|problem| format!("{problem}; {HINT}"))
}

/// The project that a remote's address names, if it is one of this server.
fn project_at(address: &str, server: &str) -> Result<String, String> {
    let shown = mask_url(address);
    let remote = Remote::read(address)
        .ok_or_else(|| format!("the git remote `{REMOTE}`, {shown:?}, is on no server"))?;
    let server = Url::parse(server).map_err(|error| format!("{server:?} is no URL: {error}"))?;
    let host = server.host_str().unwrap_or_default();
    if !remote.host.eq_ignore_ascii_case(host) || !remote.may_be_port_of(&server) {
        return Err(format!(
            "the git remote `{REMOTE}`, {shown:?}, is on {}, but the configured server is {}",
            remote.place(),
            server.as_str().trim_end_matches('/')
        ));
    }
    // Over HTTP the path begins with the path of GitLab's root; over SSH it does not.
    let root = server.path().trim_matches('/');
    let path = remote.path.trim_matches('/');
    let path = match remote.web.is_some() && !root.is_empty() {
        true => {
            path.strip_prefix(root).filter(|rest| rest.starts_with('/')).unwrap_or(path).trim_matches('/')
        }
        false => path,
    };
    let path = path.strip_suffix(".git").unwrap_or(path);
    let is_project = path.split('/').count() >= 2 && path.split('/').all(|part| !part.is_empty());
    is_project
        .then(|| path.to_owned())
        .ok_or_else(|| format!("the git remote `{REMOTE}`, {shown:?}, names no project"))
}

/// An address in its parts.
struct Remote {
    host: String,
    path: String,
    /// The port over HTTP; the one of SSH says nothing about the server.
    web: Option<(bool, u16)>,
}

impl Remote {
    fn read(address: &str) -> Option<Self> {
        if !address.contains("://") {
            return Self::read_short(address);
        }
        let url = Url::parse(address).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https");
        if !is_web && !matches!(url.scheme(), "ssh" | "git" | "git+ssh" | "ssh+git") {
            return None;
        }
        let web = url.port_or_known_default().filter(|_| is_web).map(|port| (url.scheme() == "https", port));
        Some(Self { host: url.host_str()?.to_owned(), path: url.path().to_owned(), web })
    }

    /// `user@host:path`, the short form for SSH. A slash before the colon makes it a path of this machine.
    fn read_short(address: &str) -> Option<Self> {
        let (host, path) = match address.split_once(":") {
            Some((before, _)) if before.contains('[') => {
                let (host, path) = address.split_once("]:")?;
                (format!("{host}]"), path)
            }
            Some((host, path)) => (host.to_owned(), path),
            None => return None,
        };
        let host = host.rsplit('@').next().unwrap_or(&host);
        // One letter before a colon is a drive.
        (host.len() > 1 && !host.contains('/')).then(|| Self {
            host: host.to_owned(),
            path: path.to_owned(),
            web: None,
        })
    }

    /// Servers on other ports are other servers, but one may be reached with and without TLS.
    fn may_be_port_of(&self, server: &Url) -> bool {
        self.web.is_none_or(|(is_safe, port)| {
            is_safe != (server.scheme() == "https") || server.port_or_known_default() == Some(port)
        })
    }

    fn place(&self) -> String {
        match self.web {
            Some((true, 443) | (false, 80)) | None => self.host.clone(),
            Some((_, port)) => format!("{}:{port}", self.host),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::project_at;

    #[test]
    fn every_form_of_an_address_names_its_project() {
        let plain = "https://gitlab.test";
        let cases = [
            ("git@gitlab.test:group/app.git", plain, "group/app"),
            ("git@gitlab.test:/group/sub/app.git", plain, "group/sub/app"),
            ("gitlab.test:group/app", plain, "group/app"),
            ("ssh://git@gitlab.test/group/app.git", plain, "group/app"),
            ("ssh://git@gitlab.test:2222/group/app.git/", plain, "group/app"),
            ("git@[::1]:group/app.git", "http://[::1]:8080", "group/app"),
            ("https://gitlab.test/group/app.git", plain, "group/app"),
            ("https://mira:glpat-abc@GitLab.test/group/app/", plain, "group/app"),
            ("http://gitlab.test/group/app.git", plain, "group/app"),
            ("https://gitlab.test:8443/root/group/app.git", "https://gitlab.test:8443/root", "group/app"),
            ("git@gitlab.test:group/app.git", "https://gitlab.test/root", "group/app"),
            ("git@gitlab.test:root/app.git", "https://gitlab.test/root", "root/app"),
            ("https://gitlab.test/rooted/app.git", "https://gitlab.test/root", "rooted/app"),
        ];
        for (address, server, project) in cases {
            assert_eq!(project_at(address, server).as_deref(), Ok(project), "{address} on {server}");
        }
    }

    #[test]
    fn other_servers_and_what_is_no_project_are_refused_with_words() {
        let cases = [
            (
                "git@github.test:group/app.git",
                "is on github.test, but the configured server is https://gitlab.test",
            ),
            ("https://gitlab.test:8443/group/app.git", "is on gitlab.test:8443, but the configured server"),
            ("https://u:glpat-secret@other.test/group/app.git", "is on other.test, but"),
            ("/srv/git/app.git", "is on no server"),
            ("../app.git", "is on no server"),
            ("file:///srv/git/app.git", "is on no server"),
            ("C:/git/app.git", "is on no server"),
            ("./odd:group/app.git", "is on no server"),
            ("git@gitlab.test:app.git", "names no project"),
            ("https://gitlab.test/group//app.git", "names no project"),
            ("https://gitlab.test/", "names no project"),
        ];
        for (address, words) in cases {
            let problem = project_at(address, "https://gitlab.test").unwrap_err();
            assert!(problem.contains(words), "{address}: {problem}");
            assert!(!problem.contains("secret"), "{problem}");
        }
    }
}
