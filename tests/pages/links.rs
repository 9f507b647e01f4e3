//! Headers of pages that proxies drop, double and rewrite, and links that lead nowhere good.

use rhailab_client::{ErrorKind, Gitlab, ListProjectJobs};
use rhailab_tests::{Answer, RecordingServer};
use serde_json::{Value, json};

use super::{JOBS, rest};

fn page(ids: &[i64], headers: &[(&'static str, &str)]) -> Answer {
    let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    headers.iter().fold(Answer::json(200, &Value::Array(rows)), |answer, (name, value)| {
        answer.with_header(name, *value)
    })
}

/// The rows of the jobs behind these answers, and the queries that were sent.
async fn walk(root: &str, answers: Vec<Answer>) -> (Vec<i64>, Vec<String>) {
    let route = JOBS.replace("GET ", &format!("GET {root}"));
    let server = RecordingServer::start(answers.into_iter().map(|answer| (route.as_str(), answer)));
    let client =
        Gitlab::builder(format!("{}{root}", server.url())).private_token("glpat-test").build().unwrap();
    let jobs = client.projects().lazy(1).jobs();
    let rows = jobs.list(ListProjectJobs::new().per_page(2)).all().await.unwrap();
    let queries = server.requests().iter().map(|request| request.query.clone()).collect();
    (rows.iter().map(|row| row.id).collect(), queries)
}

const FIRST: &str = "page=1&per_page=2";

#[tokio::test]
async fn a_doubled_header_counts_once() {
    let answers = vec![
        page(&[9, 8], &[("x-next-page", "2"), ("x-next-page", "2"), ("x-total", "3"), ("x-total", "3")]),
        page(&[7], &[("x-next-page", ""), ("x-next-page", "")]),
    ];
    assert_eq!(
        walk("", answers).await,
        (vec![9, 8, 7], vec![FIRST.to_owned(), "page=2&per_page=2".to_owned()])
    );
}

#[tokio::test]
async fn links_are_followed_one_by_one_where_there_are_no_numbers() {
    let answers = vec![
        page(&[9, 8], &[("link", "<{url}/api/v4/projects/1/jobs?cursor=b>; rel=\"next\"")]),
        page(&[7, 6], &[("link", "<{url}/api/v4/projects/1/jobs?cursor=c>; rel=\"next\"")]),
        page(&[5], &[]),
    ];
    let (rows, queries) = walk("", answers).await;
    assert_eq!(
        (rows, queries),
        (vec![9, 8, 7, 6, 5], vec![FIRST.into(), "cursor=b".into(), "cursor=c".into()])
    );
}

/// A proxy may give GitLab another host, another scheme and another root; GitLab's links do not know.
#[tokio::test]
async fn a_link_past_the_proxy_is_followed_through_it() {
    for link in [
        "<http://gitlab.internal:8080/api/v4/projects/1/jobs?cursor=b>; rel=\"next\"",
        "<https://gitlab.internal/git/api/v4/projects/1/jobs?cursor=b>; rel=\"next\"",
        "<{url}/api/v4/projects/1/jobs?cursor=b>; rel=\"next\"",
        "</api/v4/projects/1/jobs?cursor=b>; rel=\"next\"",
    ] {
        for root in ["", "/git"] {
            let answers = vec![page(&[9, 8], &[("link", link)]), page(&[7], &[])];
            let (rows, queries) = walk(root, answers).await;
            assert_eq!(
                (rows, queries),
                (vec![9, 8, 7], vec![FIRST.into(), "cursor=b".into()]),
                "{root} {link}"
            );
        }
    }
}

#[tokio::test]
async fn links_that_lead_back_end_the_walk() {
    let to = |cursor: &str| format!("</api/v4/projects/1/jobs?cursor={cursor}>; rel=\"next\"");
    let answers = vec![
        page(&[9, 8], &[("link", &to("b"))]),
        page(&[7, 6], &[("link", &to("c"))]),
        page(&[5, 4], &[("link", &to("b"))]),
    ];
    let (rows, queries) = walk("", answers).await;
    assert_eq!(
        (rows, queries),
        (vec![9, 8, 7, 6, 5, 4], vec![FIRST.into(), "cursor=b".into(), "cursor=c".into()])
    );
}

/// A cache that does not look at the query answers each page with the first.
#[tokio::test]
async fn pages_that_are_all_the_same_end_in_an_error() {
    for (headers, words) in [
        (&[][..], "3 pages in a row have the same rows"),
        (&[("x-next-page", "2"), ("x-page", "1")], "page 1 was answered where page 2 was asked for"),
    ] {
        let server = RecordingServer::start([(JOBS, page(&[9, 8], headers))]);
        let client = Gitlab::builder(server.url()).private_token("glpat-test").build().unwrap();
        let mut rows = client.projects().lazy(1).jobs().list(ListProjectJobs::new().per_page(2)).stream();
        let (seen, error) = rest(&mut rows).await;
        assert_eq!(seen, [9, 8]);
        let error = error.unwrap();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Decode, words));
        assert!(error.hint().unwrap().contains("without regard to the query"), "{error:?}");
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_told_in_its_place_and_passed_over() {
    let rows = json!([{"id": 9}, {"id": 8}, {"status": "failed"}, {"id": 7}, null]);
    let first = Answer::json(200, &rows).with_header("x-next-page", "2");
    let server = RecordingServer::start([(JOBS, first), (JOBS, page(&[6], &[("x-next-page", "")]))]);
    let client = Gitlab::builder(server.url()).private_token("glpat-test").build().unwrap();
    let list = || client.projects().lazy(1).jobs().list(ListProjectJobs::new());
    let mut stream = list().stream();
    let (before, first) = rest(&mut stream).await;
    let (between, second) = rest(&mut stream).await;
    let (behind, end) = rest(&mut stream).await;
    assert_eq!((before, between, behind), (vec![9, 8], vec![7], vec![6]));
    assert!(end.is_none(), "{end:?}");
    let first = first.unwrap();
    assert_eq!(
        first.message(),
        "row 3 of the page cannot be read: the answer holds a ProjectJob without `id`"
    );
    assert_eq!((first.kind(), first.operation()), (ErrorKind::Decode, Some("ProjectJob.list")));
    assert!(first.url().unwrap().contains("/projects/1/jobs?page=1"), "{first:?}");
    assert!(second.unwrap().message().starts_with("row 5 of the page cannot be read"));

    let server = RecordingServer::start([(JOBS, Answer::json(200, &rows))]);
    let client = Gitlab::builder(server.url()).private_token("glpat-test").build().unwrap();
    let jobs = client.projects().lazy(1).jobs();
    for list in [ListProjectJobs::new(), ListProjectJobs::new().page(1)] {
        let error = jobs.list(list).page().await.unwrap_err();
        assert!(
            error.message().starts_with("row 3 of the page"),
            "a page comes whole or not at all: {error}"
        );
    }
}
