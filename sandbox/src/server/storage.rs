//! The object storage: another server, which has archives and knows no users.
//!
//! This file owns its answers and the record of what arrived. It takes no credential but the signature
//! in an address; a client that brings another one has sent a secret to a stranger.

use ::http::{HeaderMap, Method, Uri};
use jiff::Timestamp;
use url::form_urlencoded;

use crate::api::{Content, Reply, file};
use crate::archive;
use crate::simulation::World;

/// A request that arrived at the object storage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorageRequest {
    /// The virtual time.
    pub time: Timestamp,
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The names of headers and parameters that held a credential of GitLab's. There should be none.
    pub credentials: Vec<String>,
    /// The range that was asked for.
    pub range: Option<String>,
    /// The status of the answer.
    pub status: u16,
}

/// Answers a request, and says what arrived.
pub(super) fn answer(
    world: &World,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> (Reply, StorageRequest) {
    let query: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let reply = send(world, method, uri.path(), &query, headers);
    let secrets =
        SECRET_HEADERS.iter().filter(|name| headers.contains_key(**name)).map(|name| (*name).to_owned());
    let parameters =
        query.iter().map(|(name, _)| name).filter(|name| SECRET_PARAMETERS.contains(&name.as_str()));
    let arrived = StorageRequest {
        time: world.now(),
        method: method.to_string(),
        path: uri.path().to_owned(),
        credentials: secrets.chain(parameters.cloned()).collect(),
        range: headers.get("range").and_then(|value| value.to_str().ok()).map(str::to_owned),
        status: reply.status,
    };
    (reply, arrived)
}

const SECRET_HEADERS: &[&str] =
    &["private-token", "job-token", "authorization", "deploy-token", "cookie", "proxy-authorization"];
const SECRET_PARAMETERS: &[&str] = &["private_token", "job_token", "access_token"];

fn send(
    world: &World,
    method: &Method,
    path: &str,
    query: &[(String, String)],
    headers: &HeaderMap,
) -> Reply {
    if method != Method::GET && method != Method::HEAD {
        return refuse(405, "MethodNotAllowed");
    }
    let number = path.strip_prefix("/artifacts/").and_then(|rest| rest.strip_suffix("/artifacts.zip"));
    let Some(id) = number.and_then(|number| number.parse::<i64>().ok()) else {
        return refuse(404, "NoSuchKey");
    };
    let signature = world.draw.signature(id);
    if !query.iter().any(|(name, value)| name == "X-Amz-Signature" && *value == signature) {
        return refuse(403, "SignatureDoesNotMatch");
    }
    let job =
        world.store.jobs.get(&id).filter(|job| job.output.is_some_and(|output| output.archive.is_some()));
    let Some(packed) = job.and_then(|job| world.last_archive.pack(job, world.draw)) else {
        return refuse(404, "NoSuchKey");
    };
    file(headers, archive::FILE_NAME, "application/zip", &packed.hash, packed.bytes)
}

/// A refusal as object storages write it: in XML.
fn refuse(status: u16, code: &str) -> Reply {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code></Error>");
    Reply::with(status, Content::Bytes("application/xml", text.into()))
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;

    use super::*;
    use crate::simulation::test_world;

    fn asked(target: &str, headers: &[(&'static str, &'static str)]) -> StorageRequest {
        let world = test_world();
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (::http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        answer(&world, &Method::GET, &target.parse().unwrap(), &headers).1
    }

    #[test]
    fn only_a_signature_opens_the_storage() {
        let world = test_world();
        let job = world.store.jobs.values().find(|job| job.plan.name == "compile").unwrap().id;
        let signed = format!("/artifacts/{job}/artifacts.zip?X-Amz-Signature={}", world.draw.signature(job));
        assert_eq!(asked(&signed, &[]).status, 200);
        let part = asked(&signed, &[("range", "bytes=0-9")]);
        assert_eq!((part.status, part.range.as_deref()), (206, Some("bytes=0-9")));
        assert_eq!(asked(&format!("/artifacts/{job}/artifacts.zip"), &[]).status, 403);
        assert_eq!(asked("/artifacts/1/artifacts.zip?X-Amz-Signature=x", &[]).status, 403);
        assert_eq!(asked("/elsewhere", &[]).status, 404);
    }

    #[test]
    fn credentials_that_arrive_are_noted_by_name() {
        let arrived = asked("/x?private_token=a", &[("private-token", "b"), ("authorization", "Bearer c")]);
        assert_eq!(arrived.credentials, ["private-token", "authorization", "private_token"]);
    }
}
