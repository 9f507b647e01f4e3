//! Rows that come, go and move while one lists.

use std::collections::HashSet;

use rhailab_client::{Gitlab, ListProjectVariables};
use rhailab_tests::{Answer, Asked, ListServer, Listing, RecordingServer};
use serde_json::json;

use super::{all, jobs, newest_first, script};

/// Something that happens to the list once, behind the answer with this page.
fn once(
    page: i64,
    change: impl Fn(&mut Vec<i64>) + Send + 'static,
) -> impl FnMut(&Asked, &mut Vec<i64>) -> u16 + Send {
    let mut done = false;
    move |asked, rows| {
        if asked.page == Some(page) && !std::mem::replace(&mut done, true) {
            change(rows);
        }
        200
    }
}

#[tokio::test]
async fn rows_that_new_ones_push_to_later_pages_come_once() {
    for totals in [true, false] {
        for page in 1..=6 {
            let push = once(page, |rows| drop(rows.splice(0..0, (2_001..=2_030).rev())));
            let server = ListServer::start(Listing { totals, ..Listing::newest_first(750) }.meddled(push));
            assert_eq!(all(jobs(&server, 4)).await, newest_first(750), "behind page {page}, totals {totals}");
        }
    }
}

/// Page 2 is answered later than page 3, and in between a new row pushes one from page 2 to page 3, which page 3 does not
/// show. Nothing like that can happen to who asks for one page after the other.
#[tokio::test]
async fn no_row_falls_between_pages_that_are_fetched_at_once() {
    for totals in [true, false] {
        let mut listing = Listing { totals, ..Listing::newest_first(750) };
        listing.late = Some((2, 3));
        let server = ListServer::start(listing.meddled(once(3, |rows| rows.insert(0, 2_001))));
        assert_eq!(all(jobs(&server, 4)).await, newest_first(750), "totals {totals}");
    }
}

/// Every page pushes rows on. What the walk promises is bounded in its price, too.
#[tokio::test]
async fn a_list_that_grows_all_the_time_is_read_to_its_end() {
    for totals in [true, false] {
        let mut new = 10_000;
        let grow = move |_: &Asked, rows: &mut Vec<i64>| {
            new += 1;
            rows.insert(0, new);
            200
        };
        let server = ListServer::start(Listing { totals, ..Listing::newest_first(1_950) }.meddled(grow));
        assert_eq!(all(jobs(&server, 16)).await, newest_first(1_950), "totals {totals}");
        let asked = server.pages().len();
        assert!(asked <= 3 * 20 + 16, "totals {totals}: {asked} requests for 20 pages");
    }
}

#[tokio::test]
async fn rows_that_others_delete_take_none_with_them_where_totals_are_sent() {
    // A row of the pages before, several, more than a page of them, and the rows at a border.
    let changes: [fn(&mut Vec<i64>); 4] = [
        |rows| rows.retain(|id| *id != 740),
        |rows| rows.retain(|id| id % 7 != 0 || *id < 600),
        |rows| drop(rows.drain(0..150)),
        |rows| drop(rows.drain(95..105)),
    ];
    for (case, change) in changes.into_iter().enumerate() {
        for page in 1..=4 {
            let server = ListServer::start(
                Listing { totals: true, ..Listing::newest_first(750) }.meddled(once(page, change)),
            );
            let seen = all(jobs(&server, 4)).await;
            let mut alive = newest_first(750);
            change(&mut alive);
            let found: HashSet<i64> = seen.iter().copied().collect();
            assert_eq!(found.len(), seen.len(), "no row comes twice: case {case}, behind page {page}");
            let lost: Vec<_> = alive.iter().filter(|id| !found.contains(*id)).collect();
            assert!(lost.is_empty(), "case {case}, behind page {page}: {lost:?} are lost");
            assert!(seen.is_sorted_by(|a, b| a > b), "the order is kept: case {case}, behind page {page}");
            assert!(server.pages().len() <= 8 + 2 + 8, "case {case}: {:?}", server.pages());
        }
    }
}

/// The loop that every client gets wrong: what it does to a row takes the row out of the list.
#[test]
fn a_loop_that_takes_its_rows_out_of_the_list_sees_all_of_them_once() {
    for totals in [true, false] {
        let take_out = |asked: &Asked, rows: &mut Vec<i64>| {
            let id = asked
                .route
                .strip_suffix("/cancel")
                .and_then(|route| route.rsplit('/').next()?.parse::<i64>().ok());
            rows.retain(|row| Some(*row) != id);
            200
        };
        let server = ListServer::start(Listing { totals, ..Listing::newest_first(730) }.meddled(take_out));
        let code = "let seen = []; for job in jobs.list(#{scope: [\"running\"]}) { seen.push(job.id); job.cancel(); } \
                    `${seen.len()} ${seen[0]} ${seen[-1]}`";
        assert_eq!(script(&server, code).as_deref(), Ok("730 730 1"), "totals {totals}");
        let canceled: HashSet<String> = server
            .asked()
            .into_iter()
            .filter(|asked| asked.page.is_none())
            .map(|asked| asked.route)
            .collect();
        assert_eq!(canceled.len(), 730, "totals {totals}");
        assert!(server.pages().len() <= 8 * 6, "totals {totals}: {:?}", server.pages());
    }
}

/// Writes that move nothing cost one more look for each page at most.
#[test]
fn a_loop_that_writes_something_else_reads_each_page_twice_at_most() {
    let server = ListServer::start(Listing::newest_first(730));
    let code = "let seen = 0; for job in jobs.list() { seen += 1; if seen % 10 == 0 { job.cancel(); } } seen";
    assert_eq!(script(&server, code).as_deref(), Ok("730"));
    let pages = server.pages();
    assert!((1..=8).all(|page| pages.iter().filter(|asked| **asked == page).count() <= 2), "{pages:?}");
}

/// What tells rows apart is more than a name where several of one name may exist.
#[tokio::test]
async fn variables_of_one_key_are_several_rows() {
    let row = |scope: &str| json!([{"key": "ZONE", "value": "eu", "environment_scope": scope}]);
    let server = RecordingServer::start([
        (
            "GET /api/v4/projects/1/variables?page=1&per_page=1",
            Answer::json(200, &row("*")).with_header("x-next-page", "2"),
        ),
        (
            "GET /api/v4/projects/1/variables?page=2&per_page=1",
            Answer::json(200, &row("production")).with_header("x-next-page", "3"),
        ),
        (
            "GET /api/v4/projects/1/variables?page=3&per_page=1",
            Answer::json(200, &row("*")).with_header("x-next-page", ""),
        ),
    ]);
    let client = Gitlab::builder(server.url()).private_token("glpat-test").build().unwrap();
    let rows = client.projects().lazy(1).variables().list(ListProjectVariables::new().per_page(1));
    let scopes: Vec<_> = rows.all().await.unwrap().iter().map(|row| row.environment_scope.clone()).collect();
    assert_eq!(scopes, [Some("*".to_owned()), Some("production".to_owned())]);
}
