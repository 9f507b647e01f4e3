//! Pages by keyset: asked for, and taken up where GitLab refuses to count further.

use rhailab_client::{ErrorKind, Gitlab, ListProjectPipelines};
use rhailab_tests::{ListServer, Listing, Rhailab};

use super::{JOBS, all, jobs, newest_first, script};

fn server(rows: i64) -> ListServer {
    ListServer::start(Listing { keyset: true, ..Listing::newest_first(rows) })
}

fn queries(server: &ListServer) -> Vec<String> {
    server.asked().into_iter().map(|asked| asked.query).collect()
}

#[tokio::test]
async fn a_list_comes_by_keyset_when_it_is_asked_for() {
    let expected = [
        "per_page=100&order_by=id&pagination=keyset&sort=desc",
        "pagination=keyset&order_by=id&sort=desc&per_page=100&cursor=151",
        "pagination=keyset&order_by=id&sort=desc&per_page=100&cursor=51",
    ];
    let typed = server(250);
    assert_eq!(all(jobs(&typed, 16).keyset().unwrap()).await, newest_first(250));
    assert_eq!(queries(&typed), expected);
    let scripted = server(250);
    let code = "let rows = jobs.list(#{pagination: \"keyset\"}); `${rows.len()} ${rows.total}`";
    assert_eq!(script(&scripted, code).as_deref(), Ok("250 "));
    assert_eq!(queries(&scripted), expected);
}

#[tokio::test]
async fn a_list_that_changes_loses_nothing_by_keyset() {
    let mut page = 0;
    let listing = Listing { keyset: true, ..Listing::newest_first(450) }.meddled(move |_, rows| {
        page += 1;
        rows.drain(0..40);
        rows.insert(0, 5_000 + page);
        200
    });
    let server = ListServer::start(listing);
    assert_eq!(all(jobs(&server, 16).keyset().unwrap()).await, newest_first(450));
}

#[tokio::test]
async fn a_list_goes_on_by_keyset_where_gitlab_counts_no_further() {
    for at_once in [1, 16] {
        let listing = Listing { keyset: true, highest_offset: Some(300), ..Listing::newest_first(950) };
        let server = ListServer::start(listing);
        assert_eq!(all(jobs(&server, at_once)).await, newest_first(950), "each row once and in order");
        assert_eq!(queries(&server).iter().filter(|query| query.contains("keyset")).count(), 10);
    }
}

#[tokio::test]
async fn where_there_is_no_keyset_the_refusal_says_what_to_do() {
    let server = ListServer::start(Listing { highest_offset: Some(300), ..Listing::newest_first(950) });
    let client = Gitlab::builder(server.url()).private_token("glpat-test").build().unwrap();
    let pipelines = client.projects().lazy(1).pipelines();
    let error = pipelines.list(ListProjectPipelines::new()).all().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Invalid, Some(405)), "{error}");
    let hint = error.hint().unwrap();
    assert!(hint.contains("by its filters") && hint.contains("ProjectJob.list"), "{hint}");
    let error = pipelines.list(ListProjectPipelines::new()).keyset().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(error.hint(), Some("GitLab pages by keyset in ProjectJob.list."));
}

#[test]
fn a_wrong_choice_of_pages_is_refused_before_any_request() {
    let server = server(250);
    let cases = [
        (
            "gl.projects.get(1, #{lazy: true}).pipelines.list(#{pagination: \"keyset\"})",
            "ProjectPipeline.list has no pages by keyset",
        ),
        ("jobs.list(#{pagination: \"kezset\"})", "`pagination` cannot be"),
        ("jobs.list(#{pagination: 3})", "`pagination` cannot be"),
        ("jobs.list(#{pagination: \"keyset\", page: 2})", "pages by keyset have no numbers"),
        (
            "gl.projects.get(1, #{lazy: true}).pipelines.latest(#{pagination: \"keyset\"})",
            "has no parameter `pagination`",
        ),
    ];
    for (code, words) in cases {
        let error = script(&server, code).unwrap_err();
        assert!(error.contains(words), "{code}: {error}");
    }
    assert!(server.asked().is_empty(), "{:?}", server.asked());
    assert_eq!(script(&server, "jobs.list(#{pagination: \"offset\"}).len()").as_deref(), Ok("250"));
    assert!(server.asked().iter().all(|asked| asked.route == JOBS && !asked.query.contains("pagination")));
}

/// The simulated GitLab knows keysets by GitLab's own rules.
#[test]
fn the_sandbox_gives_the_same_rows_both_ways() {
    let code = "let jobs = gl.projects.get(1).jobs; let ids = |list| list.map(|job| job.id); \
                let keyset = jobs.list(#{pagination: \"keyset\", per_page: 3}); \
                keyset.len() > 6 && keyset.map(|job| job.id) == jobs.list(#{per_page: 3}).map(|job| job.id)";
    let outcome = Rhailab::new(env!("CARGO_BIN_EXE_rhailab")).args(["--sandbox", "eval", code]).run();
    assert_eq!(outcome.stdout, "true\n", "{outcome:?}");
}
