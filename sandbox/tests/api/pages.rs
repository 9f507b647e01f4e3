//! Pages and their headers.

use super::jobs::jobs_of_the_past;
use super::{Gitlab, slow};

/// The URL of a relation in the `Link` header.
fn link(header: Option<&str>, relation: &str) -> Option<String> {
    let links = header?.split(", ").map(|link| link.split_once(">; rel=").unwrap());
    let (url, _) = links.into_iter().find(|(_, rel)| *rel == format!("\"{relation}\""))?;
    url.strip_prefix('<').map(str::to_owned)
}

/// Follows the links to next pages, and returns the ids of all rows.
async fn follow(gitlab: &Gitlab, path: &str) -> Vec<i64> {
    let root = format!("{}/api/v4", gitlab.sandbox.url());
    let (mut next, mut ids) = (Some(path.to_owned()), Vec::new());
    while let Some(path) = next {
        let answer = gitlab.get(&path).await;
        ids.extend(answer.column("id").iter().map(|id| id.as_i64().unwrap()));
        next = link(answer.header("link"), "next").map(|url| url.strip_prefix(&root).unwrap().to_owned());
    }
    ids
}

#[tokio::test]
async fn headers_of_the_first_a_middle_and_the_last_page() {
    let gitlab = slow().await;
    for (page, previous, next) in [("1", "", "2"), ("3", "2", "4"), ("5", "4", ""), ("6", "", "")] {
        let answer = gitlab.get(&format!("/projects/1/pipelines?per_page=1&page={page}")).await;
        for (name, value) in [
            ("x-per-page", "1"),
            ("x-page", page),
            ("x-prev-page", previous),
            ("x-next-page", next),
            ("x-total", "5"),
            ("x-total-pages", "5"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name} of page {page}");
        }
        assert_eq!(answer.rows().len(), usize::from(page != "6"));
        let relation = |name| link(answer.header("link"), name);
        assert_eq!(
            (relation("prev").is_some(), relation("next").is_some()),
            (!previous.is_empty(), !next.is_empty())
        );
        assert!(relation("first").unwrap().contains("page=1&per_page=1"));
        assert!(relation("last").unwrap().contains("page=5&per_page=1"));
    }
}

#[tokio::test]
async fn links_repeat_all_parameters() {
    let gitlab = slow().await;
    let answer = gitlab.get("/projects/demo%2Fapp/pipelines?ref=main&per_page=1").await;
    let expected = format!(
        "{}/api/v4/projects/demo%2Fapp/pipelines?id=demo%2Fapp&order_by=id&page=2&per_page=1&ref=main&sort=desc",
        gitlab.sandbox.url()
    );
    assert_eq!(link(answer.header("link"), "next"), Some(expected));
}

#[tokio::test]
async fn following_links_leads_through_all_rows() {
    let gitlab = slow().await;
    assert_eq!(follow(&gitlab, "/projects/1/pipelines?per_page=2").await, [1007, 1005, 1003, 1002, 1001]);
    let jobs = jobs_of_the_past();
    assert_eq!(follow(&gitlab, "/projects/1/jobs?per_page=5").await, jobs);
    let keyset = "/projects/1/jobs?pagination=keyset&order_by=id&sort=desc&per_page=5";
    assert_eq!(follow(&gitlab, keyset).await, jobs);
}

#[tokio::test]
async fn the_jobs_of_a_project_have_no_totals_but_those_of_a_pipeline_have() {
    let gitlab = slow().await;
    let answer = gitlab.get("/projects/1/jobs?per_page=5").await;
    assert_eq!((answer.header("x-total"), answer.header("x-total-pages")), (None, None));
    assert_eq!((answer.header("x-next-page"), answer.header("x-page")), (Some("2"), Some("1")));
    assert_eq!(link(answer.header("link"), "last"), None);
    let answer = gitlab.get("/projects/1/pipelines/1001/jobs").await;
    assert_eq!((answer.header("x-total"), answer.header("x-total-pages")), (Some("4"), Some("1")));
}

#[tokio::test]
async fn a_keyset_page_has_no_counters() {
    let gitlab = slow().await;
    let answer = gitlab.get("/projects/1/jobs?pagination=keyset&order_by=id&sort=desc&per_page=5").await;
    for name in ["x-page", "x-per-page", "x-next-page", "x-prev-page", "x-total", "x-total-pages"] {
        assert_eq!(answer.header(name), None, "{name}");
    }
    assert!(answer.header("link").unwrap().contains("cursor="));
}

#[tokio::test]
async fn sizes_are_capped_and_zero_is_not_allowed() {
    let gitlab = slow().await;
    let answer = gitlab.get("/projects/1/pipelines?per_page=1000").await;
    assert_eq!(answer.header("x-per-page"), Some("100"));
    assert_eq!(gitlab.get("/projects/1/pipelines").await.header("x-per-page"), Some("20"));
    gitlab
        .get("/projects/1/pipelines?per_page=0")
        .await
        .assert(400, r#"{"error":"per_page has a value not allowed"}"#);
}

#[tokio::test]
async fn high_offsets_are_refused_where_a_keyset_exists() {
    let gitlab = slow().await;
    let answer = gitlab.get("/projects/1/jobs?per_page=100&page=502").await;
    answer.assert(
        405,
        r#"{"error":"Offset pagination has a maximum allowed offset of 50000 for requests that return objects of type Ci::Build. Remaining records can be retrieved using keyset pagination."}"#,
    );
    assert_eq!(gitlab.get("/projects/1/pipelines?per_page=100&page=502").await.rows().len(), 0);
}
