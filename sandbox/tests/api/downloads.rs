//! Downloads over a socket: bytes, ranges, redirects to the object storage, logs.

use std::io::{Cursor, Read as _};

use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use rhailab_sandbox::Options;

use super::{Gitlab, gitlab, send, slow};

const ARCHIVE: &str = "/projects/1/jobs/5001/artifacts";

/// A sandbox whose archives are elsewhere, and a client that follows no redirect.
async fn with_storage() -> (Gitlab, Client) {
    let gitlab = gitlab(Options { object_storage: true, speed: 0.000_1, ..Default::default() }).await;
    (gitlab, rhailab_tests::http_client().redirect(Policy::none()).build().unwrap())
}

#[tokio::test]
async fn an_archive_arrives_whole_and_can_be_unpacked() {
    let gitlab = slow().await;
    let archive = gitlab.get(ARCHIVE).await;
    assert_eq!((archive.status, archive.header("content-type")), (200, Some("application/octet-stream")));
    assert_eq!(archive.header("content-length"), Some(archive.bytes.len().to_string().as_str()));
    let mut zip = zip::ZipArchive::new(Cursor::new(archive.bytes)).unwrap();
    let mut text = String::new();
    zip.by_name("README.txt").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "Built by job 5001 for main.\n");
    assert!(zip.by_name("build/").unwrap().is_dir());

    let head = send(gitlab.request(Method::HEAD, ARCHIVE)).await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("etag"), archive.headers.get("etag").map(|tag| tag.to_str().unwrap()));
    let file = gitlab.get(&format!("{ARCHIVE}/reports/index.html")).await;
    assert_eq!(file.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(file.header("content-disposition").unwrap().starts_with("attachment; filename=\"index.html\""));
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_ended() {
    let gitlab = slow().await;
    let whole = gitlab.get(ARCHIVE).await;
    let part = |range: &'static str| send(gitlab.request(Method::GET, ARCHIVE).header("Range", range));
    let rest = part("bytes=1000-").await;
    assert_eq!((rest.status, rest.bytes.as_slice()), (206, &whole.bytes[1000..]));
    let total = whole.bytes.len();
    let expected = format!("bytes 1000-{}/{total}", total - 1);
    assert_eq!(rest.header("content-range"), Some(expected.as_str()));
    let behind = part("bytes=99999999-").await;
    assert_eq!((behind.status, behind.bytes.len()), (416, 0));
    assert_eq!(behind.header("content-range"), Some(format!("bytes */{total}").as_str()));
    let stale =
        gitlab.request(Method::GET, ARCHIVE).header("Range", "bytes=5-").header("If-Range", "\"old\"");
    assert_eq!(send(stale).await.status, 200);
}

#[tokio::test]
async fn the_object_storage_is_another_server_that_needs_no_token() {
    let (gitlab, client) = with_storage().await;
    let request = client.get(format!("{}/api/v4{ARCHIVE}", gitlab.sandbox.url()));
    let redirect = send(request.header("PRIVATE-TOKEN", gitlab.sandbox.token())).await;
    assert_eq!(redirect.status, 302);
    let address = redirect.header("location").unwrap().to_owned();
    assert!(!address.starts_with(&gitlab.sandbox.url()) && address.contains("X-Amz-Signature="), "{address}");
    let archive = send(client.get(&address)).await;
    assert_eq!((archive.status, &archive.bytes[..2]), (200, b"PK".as_slice()));
    let part = send(client.get(&address).header("Range", "bytes=0-99")).await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, &archive.bytes[..100]));
    assert_eq!(send(client.get(&address).header("Range", "bytes=99999999-")).await.status, 416);
    let unsigned = address.split('?').next().unwrap();
    let refused = send(client.get(unsigned)).await;
    assert_eq!((refused.status, refused.text.contains("SignatureDoesNotMatch")), (403, true));

    let arrived = gitlab.sandbox.storage_requests();
    assert_eq!(arrived.iter().map(|request| request.status).collect::<Vec<_>>(), [200, 206, 416, 403]);
    assert!(arrived.iter().all(|request| request.credentials.is_empty()), "{arrived:?}");
    assert_eq!(arrived[1].range.as_deref(), Some("bytes=0-99"));
    // Single files come from GitLab itself.
    let file = gitlab.get(&format!("{ARCHIVE}/README.txt")).await;
    assert_eq!((file.status, gitlab.sandbox.storage_requests().len()), (200, 4));
    let by_ref = "/projects/1/jobs/artifacts/main/download?job=compile";
    assert_eq!(gitlab.get(by_ref).await.bytes, archive.bytes);
}

#[tokio::test]
async fn a_client_that_takes_its_token_along_is_found_out() {
    let (gitlab, _) = with_storage().await;
    // This client follows redirects, and sends the headers that it does not know to whoever is next.
    assert_eq!(gitlab.get(ARCHIVE).await.status, 200);
    let arrived = gitlab.sandbox.storage_requests();
    assert_eq!(arrived[0].credentials, ["private-token"]);
    let careful = gitlab.anonymous(Method::GET, ARCHIVE).bearer_auth(gitlab.sandbox.token());
    assert_eq!(send(careful).await.status, 200);
    assert_eq!(gitlab.sandbox.storage_requests()[1].credentials, [""; 0]);
}

#[tokio::test]
async fn a_log_is_plain_text() {
    let gitlab = slow().await;
    let trace = gitlab.get("/projects/1/jobs/5001/trace").await;
    assert_eq!((trace.status, trace.header("content-type")), (200, Some("text/plain")));
    assert!(trace.text.contains("\u{1b}[32;1mJob succeeded") && trace.text.contains("% (25/100)\r"));
    let id = gitlab.start_pipeline().await;
    let job = gitlab.get(&format!("/projects/1/pipelines/{id}/jobs")).await.column("id")[0].clone();
    let empty = gitlab.get(&format!("/projects/1/jobs/{job}/trace")).await;
    empty.assert(200, "");
    assert_eq!(empty.header("content-length"), Some("0"));
}
