//! Pages that fail, and walks that go on.

use std::collections::HashMap;

use futures_util::FutureExt as _;
use rhailab_client::ErrorKind;
use rhailab_tests::{Asked, ListServer, Listing};

use super::{jobs, newest_first, rest, script};

/// A list whose pages fail so many times before they come.
fn failing(rows: i64, failures: &[(i64, u32)]) -> ListServer {
    let mut left: HashMap<i64, u32> = failures.iter().copied().collect();
    let meddle = move |asked: &Asked, _: &mut Vec<i64>| match asked.page.and_then(|page| left.get_mut(&page))
    {
        Some(failures) if *failures > 0 => {
            *failures -= 1;
            403
        }
        _ => 200,
    };
    ListServer::start(Listing::newest_first(rows).meddled(meddle))
}

fn times(server: &ListServer, page: i64) -> usize {
    server.pages().iter().filter(|asked| **asked == page).count()
}

#[tokio::test]
async fn footgun_08_a_list_goes_on_at_the_page_that_failed() {
    // Page 3 is fetched ahead, page 2 is not; page 6 fails twice.
    let server = failing(950, &[(2, 1), (3, 1), (6, 2)]);
    let mut rows = jobs(&server, 4).stream();
    let mut seen = Vec::new();
    let mut places = Vec::new();
    for _ in 0..5 {
        let (more, error) = rest(&mut rows).await;
        seen.extend(more);
        match error {
            Some(error) => {
                assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
                places.push(seen.len());
            }
            None => break,
        }
    }
    assert_eq!(seen, newest_first(950), "nothing is lost and nothing comes twice");
    assert!(places.contains(&100) && places.iter().filter(|place| **place == 500).count() == 2, "{places:?}");
    assert!(places.iter().all(|place| [100, 200, 500].contains(place)), "{places:?}");
    for page in [1, 4, 5, 7, 8, 9, 10] {
        assert_eq!(times(&server, page), 1, "what has come is kept: {:?}", server.pages());
    }
    assert_eq!((times(&server, 2), times(&server, 6)), (2, 3));
}

#[test]
fn a_script_is_told_in_its_place_and_its_second_walk_goes_on_there() {
    let server = failing(450, &[(4, 1)]);
    let code = "let rows = jobs.list(); let seen = 0; let thrown = (); \
                try { for job in rows { seen += 1; } } catch (e) { thrown = `${e.kind} ${e.status}`; } \
                let again = 0; for job in rows { again += 1; } \
                `${seen} ${thrown} ${again} ${rows.len()} ${rows[449].id}`";
    assert_eq!(script(&server, code).as_deref(), Ok("300 forbidden 403 450 450 1"));
    for page in [1, 2, 3, 5] {
        assert_eq!(times(&server, page), 1, "{:?}", server.pages());
    }
    assert_eq!(times(&server, 4), 2);
}

#[tokio::test]
async fn a_failure_behind_the_end_is_nobodys_business() {
    let server = failing(150, &[(3, 9)]);
    let mut rows = jobs(&server, 4).stream();
    let (seen, error) = rest(&mut rows).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(seen, newest_first(150));
}

#[tokio::test]
async fn waiting_that_is_cut_short_loses_nothing() {
    let server = ListServer::start(Listing::newest_first(450));
    let mut rows = jobs(&server, 4).stream();
    let mut seen = Vec::new();
    let mut cut = 0;
    loop {
        // Given up at once when there is no row yet, which is so before each page that comes first over the wire.
        match rows.try_next().now_or_never() {
            Some(Ok(Some(row))) => seen.push(row.id),
            Some(Ok(None)) => break,
            Some(Err(error)) => panic!("{error}"),
            None => {
                cut += 1;
                tokio::task::yield_now().await;
            }
        }
    }
    assert!(cut > 0);
    assert_eq!(seen, newest_first(450));
    assert!((1..=5).all(|page| times(&server, page) == 1), "{:?}", server.pages());
}
