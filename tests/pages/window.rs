//! How many requests a walk costs, and how many of them run at once.

use std::time::Duration;

use rhailab_client::ListProjectJobs;
use rhailab_tests::{ListServer, Listing, Rhailab};

use super::{all, jobs, newest_first, rest, script};

/// How long answers take where a request too many shall be seen: one that has no time to meet others is seen by chance.
const MOMENT: Duration = Duration::from_millis(10);

#[tokio::test]
async fn footgun_05_a_list_is_lazy_over_all_rows() {
    let server = ListServer::start(Listing::newest_first(2_345));
    assert_eq!(all(jobs(&server, 16)).await, newest_first(2_345));
    let code = "let rows = jobs.list(); `${rows.len()} ${rows[0].id} ${rows[-1].id}`";
    assert_eq!(script(&server, code).as_deref(), Ok("2345 2345 1"));
}

#[tokio::test]
async fn what_needs_the_first_rows_alone_costs_one_request() {
    let fresh = || ListServer::start(Listing::newest_first(1_000));
    let server = fresh();
    assert_eq!(jobs(&server, 16).first().await.unwrap().map(|row| row.id), Some(1_000));
    assert_eq!(server.pages(), [1]);
    let server = fresh();
    assert_eq!(jobs(&server, 16).page().await.unwrap().rows.len(), 100);
    assert_eq!(server.pages(), [1]);
    let server = fresh();
    let mut rows = jobs(&server, 16).stream();
    for _ in 0..100 {
        rows.try_next().await.unwrap().unwrap();
    }
    drop(rows);
    assert_eq!(server.pages(), [1], "the page behind is asked for with its first row");
    for code in [
        "jobs.list().first().id",
        "jobs.list().take(100).len()",
        "jobs.list()[99].id",
        "jobs.list().is_empty()",
        "jobs.list().find(|job| job.id == 950).id",
        "let seen = 0; for job in jobs.list() { seen += 1; if seen == 100 { break; } } seen",
    ] {
        let server = fresh();
        script(&server, code).unwrap();
        assert_eq!(server.pages(), [1], "{code}");
    }
}

#[test]
fn crossing_into_the_second_page_asks_for_two() {
    let server = ListServer::start(Listing::newest_first(1_000));
    assert_eq!(script(&server, "jobs.list().take(101).len()").as_deref(), Ok("101"));
    let pages = server.pages();
    assert!(pages.len() <= 3 && pages.iter().all(|page| *page <= 3), "{pages:?}");
}

#[tokio::test]
async fn footgun_04_one_page_or_all() {
    let server = ListServer::start(Listing { totals: true, ..Listing::newest_first(1_000) });
    let client = rhailab_client::Gitlab::builder(server.url()).private_token("glpat-test").build().unwrap();
    let list = client.projects().lazy(1).jobs().list(ListProjectJobs::new().page(2).per_page(50));
    assert_eq!(all(list).await, (901..=950).rev().collect::<Vec<_>>());
    assert_eq!(server.pages(), [2]);
    let code =
        "let rows = jobs.list(#{page: 3, per_page: 50}); `${rows.len()} ${rows[0].id} ${type_of(rows)}`";
    assert_eq!(script(&server, code).as_deref(), Ok("50 900 array"));
    assert_eq!(server.pages(), [2, 3]);
}

#[tokio::test]
async fn footgun_23_pages_come_several_at_once_in_order_and_never_too_many() {
    // The window doubles with each page that is taken, so behind these pages it is as wide as it may be.
    for (at_once, widest_from) in [(1, 1), (2, 2), (5, 4), (16, 5)] {
        let together = Some((widest_from, at_once));
        let server = ListServer::start(Listing { together, latency: MOMENT, ..Listing::newest_first(2_950) });
        assert_eq!(all(jobs(&server, at_once)).await, newest_first(2_950), "{at_once}");
        assert_eq!(server.most_under_way(), at_once);
        let mut pages = server.pages();
        pages.sort_unstable();
        assert_eq!(pages[..30], (1..=30).collect::<Vec<_>>(), "each page is asked for once: {pages:?}");
        // No totals: what lies behind the last page is asked for in vain, one window of it at most.
        assert!(pages.len() < 30 + at_once, "{at_once}: {pages:?}");
    }
}

#[tokio::test]
async fn pages_behind_run_on_while_the_caller_works() {
    let server = ListServer::start(Listing::newest_first(1_000));
    let mut rows = jobs(&server, 4).stream();
    for _ in 0..101 {
        rows.try_next().await.unwrap().unwrap();
    }
    // Nobody asks for a row, and yet the page behind arrives.
    server.wait_for(3).await;
    assert_eq!(server.pages().len(), 3);
    let (rest, error) = rest(&mut rows).await;
    assert_eq!((rest.len(), error.is_none()), (899, true));
}

#[tokio::test]
async fn totals_bound_the_window() {
    let server = ListServer::start(Listing { totals: true, ..Listing::newest_first(450) });
    assert_eq!(all(jobs(&server, 16)).await, newest_first(450));
    let mut pages = server.pages();
    pages.sort_unstable();
    assert_eq!(pages, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_walk_ends_at_a_short_page_and_at_an_empty_one_without_any_header() {
    for (rows, most) in [(0, 1), (1, 1), (99, 1), (100, 3), (250, 6), (300, 7)] {
        let server = ListServer::start(Listing { numbers: false, ..Listing::newest_first(rows) });
        assert_eq!(all(jobs(&server, 4)).await, newest_first(rows), "{rows}");
        assert!(server.pages().len() <= most, "{rows}: {:?}", server.pages());
    }
}

#[test]
fn the_option_bounds_what_a_script_asks_for_at_once() {
    for (jobs, widest_from) in [(1, 1), (3, 3)] {
        let together = Some((widest_from, jobs));
        let server = ListServer::start(Listing { together, latency: MOMENT, ..Listing::newest_first(1_950) });
        let walk = "gl.projects.get(1, #{lazy: true}).jobs.list().len()";
        let outcome = Rhailab::new(env!("CARGO_BIN_EXE_rhailab"))
            .args(["--jobs", &jobs.to_string(), "eval", walk])
            .server(server.url(), "glpat-test")
            .run();
        assert_eq!(outcome.stdout, "1950\n", "{outcome:?}");
        assert_eq!(server.most_under_way(), jobs);
    }
}
