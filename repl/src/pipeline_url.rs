//! The address of a pipeline's page, `https://gitlab.example.com/group/app/-/pipelines/104`: which project and which
//! pipeline it names, if it is a page of the configured server.

use url::Url;

/// The project's full path and the pipeline's number.
pub(crate) fn read(address: &str, server: &str) -> Result<(String, i64), String> {
    let refused = |why: &str| format!("{address:?} is no address of a pipeline: {why}");
    let url = Url::parse(address).map_err(|error| refused(&error.to_string()))?;
    let server = Url::parse(server).map_err(|error| format!("{server:?} is no URL: {error}"))?;
    let place = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
    if place(&url) != place(&server) {
        return Err(format!(
            "{address:?} is on {}, but the configured server is {}",
            url.origin().ascii_serialization(),
            server.as_str().trim_end_matches('/')
        ));
    }
    let path = url.path().trim_matches('/');
    let root = server.path().trim_matches('/');
    let path = match root {
        "" => path,
        root => path
            .strip_prefix(root)
            .and_then(|rest| rest.strip_prefix('/'))
            .ok_or_else(|| refused(&format!("it is not below {server}")))?,
    };
    // Behind the number may be a tab of the page.
    let (project, rest) = path
        .split_once("/-/pipelines/")
        .or_else(|| path.split_once("/pipelines/"))
        .ok_or_else(|| refused("it looks like https://gitlab.example.com/group/app/-/pipelines/104"))?;
    let number = rest.split('/').next().unwrap_or_default();
    let id = number.parse().ok().filter(|id| *id > 0).ok_or_else(|| refused("it ends with no number"))?;
    Ok((project.to_owned(), id))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_pipeline_is_named_by_its_page() {
        let cases = [
            ("https://gitlab.test/group/app/-/pipelines/104", "https://gitlab.test", "group/app"),
            (
                "https://gitlab.test/group/sub/app/-/pipelines/104/builds",
                "https://gitlab.test/",
                "group/sub/app",
            ),
            ("https://gitlab.test/group/app/pipelines/104?x=1#y", "https://gitlab.test", "group/app"),
            (
                "http://gitlab.test:8080/root/group/app/-/pipelines/104",
                "http://gitlab.test:8080/root",
                "group/app",
            ),
        ];
        for (address, server, project) in cases {
            assert_eq!(read(address, server), Ok((project.to_owned(), 104)), "{address}");
        }
    }

    #[test]
    fn other_pages_are_refused_with_words() {
        let cases = [
            (
                "https://other.test/group/app/-/pipelines/104",
                "is on https://other.test, but the configured server is",
            ),
            ("https://gitlab.test:8443/a/b/-/pipelines/104", "is on https://gitlab.test:8443, but"),
            ("https://gitlab.test/group/app/-/pipelines/104", "it is not below https://gitlab.test/root"),
            ("https://gitlab.test/root/group/app/-/jobs/7", "it looks like"),
            ("https://gitlab.test/root/group/app/-/pipelines/new", "it ends with no number"),
            ("pipelines/104", "relative URL without a base"),
        ];
        for (address, words) in cases {
            let problem = read(address, "https://gitlab.test/root").unwrap_err();
            assert!(problem.contains(words), "{address}: {problem}");
        }
    }
}
