//! Pages: the rows that a request asks for, and the headers that tell of the others.
//!
//! This file owns both kinds of pagination, by offset and by keyset. It knows rows only as a list in
//! the right order.

use serde_json::{Value, json};

use super::call::Call;
use super::link;
use super::reply::Refusal;

/// Some of the rows.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// GitLab stops counting rows here.
const COUNTED: usize = 10_000;
/// The highest offset where there is another way to page.
const HIGHEST_OFFSET: u64 = 50_000;

/// The page that `page` and `per_page` ask for.
///
/// Whether the totals are told is the endpoint table's business; for very many rows they never are.
pub(crate) fn offset<T>(site: &str, call: &Call<'_>, rows: Vec<T>) -> Page<T> {
    let (page, per_page) = (number(call), per_page(call));
    let total = rows.len();
    let first = usize::try_from((page - 1).saturating_mul(per_page)).unwrap_or(usize::MAX);
    let pages = total.div_ceil(size(per_page)).max(1) as u64;
    let (has_previous, has_next) = (page > 1 && first < total, page < pages);
    let counted = call.route.endpoint.pagination.has_totals() && total <= COUNTED;

    let at = |page: u64| vec![("page", page.to_string()), ("per_page", per_page.to_string())];
    let mut relations = Vec::new();
    if has_previous {
        relations.push(("prev", at(page - 1)));
    }
    if has_next {
        relations.push(("next", at(page + 1)));
    }
    relations.push(("first", at(1)));
    let mut headers = Vec::new();
    if counted {
        relations.push(("last", at(pages)));
        headers.push(("x-total", total.to_string()));
        headers.push(("x-total-pages", pages.to_string()));
    }
    let neighbour = |exists: bool, page: u64| {
        if exists { page.to_string() } else { String::new() }
    };
    headers.extend([
        ("x-per-page", per_page.to_string()),
        ("x-page", page.to_string()),
        ("x-next-page", neighbour(has_next, page.saturating_add(1))),
        ("x-prev-page", neighbour(has_previous, page - 1)),
        ("link", link::header(site, call, &relations)),
    ]);
    Page { rows: rows.into_iter().skip(first).take(size(per_page)).collect(), headers }
}

/// The page of an endpoint that also pages by keyset, over rows of GitLab's class `class`.
///
/// The rows come with the highest id first, which is the only order that GitLab offers here.
pub(crate) fn keyset<T>(
    site: &str,
    call: &Call<'_>,
    class: &str,
    rows: Vec<T>,
    id: impl Fn(&T) -> i64,
) -> Result<Page<T>, Refusal> {
    let sent = |name: &str| call.sent.get(name).and_then(Value::as_str);
    if sent("pagination") != Some("keyset") {
        if (number(call) - 1).saturating_mul(per_page(call)) > HIGHEST_OFFSET {
            return Err(Refusal::error(
                405,
                &format!(
                    "Offset pagination has a maximum allowed offset of {HIGHEST_OFFSET} for requests that return objects of type {class}. Remaining records can be retrieved using keyset pagination."
                ),
            ));
        }
        return Ok(offset(site, call, rows));
    }
    if sent("order_by").is_some_and(|order| order != "id") || sent("sort").is_some_and(|sort| sort != "desc")
    {
        return Err(Refusal::error(405, "Keyset pagination is not yet available for this type of request"));
    }
    let behind = match sent("cursor").filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => read_cursor(cursor).ok_or_else(|| Refusal::error(400, "cursor is invalid"))?,
        None => i64::MAX,
    };
    let per_page = per_page(call);
    let mut rows: Vec<T> = rows.into_iter().filter(|row| id(row) < behind).take(size(per_page) + 1).collect();
    let mut headers = Vec::new();
    if rows.len() > size(per_page) {
        rows.truncate(size(per_page));
        if let Some(last) = rows.last() {
            let next = vec![("cursor", write_cursor(id(last))), ("per_page", per_page.to_string())];
            headers.push(("link", link::header(site, call, &[("next", next)])));
        }
    }
    Ok(Page { rows, headers })
}

fn number(call: &Call<'_>) -> u64 {
    call.arguments.int("page").and_then(|page| u64::try_from(page).ok()).unwrap_or(1).max(1)
}

fn per_page(call: &Call<'_>) -> u64 {
    let asked = call.arguments.int("per_page").and_then(|number| u64::try_from(number).ok());
    asked.filter(|number| *number > 0).unwrap_or(20).min(100)
}

fn size(per_page: u64) -> usize {
    usize::try_from(per_page).unwrap_or(usize::MAX)
}

/// A cursor is opaque. This one is JSON in hexadecimal digits, where GitLab's is JSON in Base64.
fn write_cursor(id: i64) -> String {
    json!({ "id": id }).to_string().bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn read_cursor(cursor: &str) -> Option<i64> {
    let digits: Vec<char> = cursor.chars().collect();
    let bytes: Option<Vec<u8>> =
        digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok()).collect();
    serde_json::from_slice::<Value>(&bytes?).ok()?.get("id")?.as_i64()
}

#[cfg(test)]
mod tests {
    use ::http::{HeaderMap, Method};
    use rhailab_client::table::ENDPOINTS;

    use super::*;
    use crate::api::request::{Body, Request};
    use crate::api::{route, validate};

    /// The page of so many rows, numbered from the highest down, for a path with a query.
    fn paged(target: &str, rows: i64) -> Result<Page<i64>, Refusal> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let request = Request {
            method: Method::GET,
            path: path.into(),
            headers: HeaderMap::new(),
            query,
            body: Body::Empty,
        };
        let route = route::find(ENDPOINTS, &Method::GET, path).unwrap();
        let sent = request.parameters(&route)?;
        let arguments = validate::arguments(&route, &sent)?;
        let call = Call { route: &route, request: &request, caller: None, job: None, arguments, sent };
        let rows: Vec<i64> = (1..=rows).rev().collect();
        if path.ends_with("/jobs") {
            keyset("http://gitlab.test", &call, "Ci::Build", rows, |row| *row)
        } else {
            Ok(offset("http://gitlab.test", &call, rows))
        }
    }

    fn header<'a>(page: &'a Page<i64>, name: &str) -> Option<&'a str> {
        page.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    const PIPELINES: &str = "/api/v4/projects/1/pipelines";
    const JOBS: &str = "/api/v4/projects/1/jobs";

    #[test]
    fn a_page_in_the_middle_tells_of_both_neighbours() {
        let page = paged(&format!("{PIPELINES}?page=2&per_page=2"), 5).unwrap();
        assert_eq!(page.rows, [3, 2]);
        for (name, value) in [
            ("x-per-page", "2"),
            ("x-page", "2"),
            ("x-next-page", "3"),
            ("x-prev-page", "1"),
            ("x-total", "5"),
            ("x-total-pages", "3"),
        ] {
            assert_eq!(header(&page, name), Some(value), "{name}");
        }
    }

    #[test]
    fn links_repeat_the_parameters_with_path_and_defaults() {
        let page = paged(&format!("{PIPELINES}?per_page=2&ref=a+b"), 3).unwrap();
        let link = |number: u64, relation: &str| {
            format!(
                "<http://gitlab.test{PIPELINES}?id=1&order_by=id&page={number}&per_page=2&ref=a+b&sort=desc>; rel=\"{relation}\""
            )
        };
        let expected = [link(2, "next"), link(1, "first"), link(2, "last")].join(", ");
        assert_eq!(header(&page, "link"), Some(expected.as_str()));

        let page = paged(&format!("{JOBS}?scope[]=failed&scope[]=success"), 1).unwrap();
        let expected = format!(
            "<http://gitlab.test{JOBS}?id=1&page=1&per_page=20&scope%5B%5D=failed&scope%5B%5D=success>; rel=\"first\""
        );
        assert_eq!(header(&page, "link"), Some(expected.as_str()));
    }

    #[test]
    fn the_first_and_only_page_has_no_neighbours() {
        let page = paged(PIPELINES, 0).unwrap();
        assert_eq!(page.rows, [0; 0]);
        assert_eq!((header(&page, "x-next-page"), header(&page, "x-prev-page")), (Some(""), Some("")));
        assert_eq!((header(&page, "x-total"), header(&page, "x-total-pages")), (Some("0"), Some("1")));
        assert_eq!(header(&page, "x-per-page"), Some("20"));
    }

    #[test]
    fn a_page_behind_the_end_is_empty() {
        for number in ["4", "9223372036854775807"] {
            let page = paged(&format!("{PIPELINES}?per_page=2&page={number}"), 5).unwrap();
            assert_eq!(page.rows, [0; 0]);
            assert_eq!((header(&page, "x-next-page"), header(&page, "x-prev-page")), (Some(""), Some("")));
            assert_eq!(header(&page, "x-page"), Some(number));
        }
    }

    #[test]
    fn large_pages_are_capped_and_odd_numbers_are_the_default() {
        assert_eq!(paged(&format!("{PIPELINES}?per_page=5000"), 300).unwrap().rows.len(), 100);
        assert_eq!(paged(&format!("{PIPELINES}?per_page=-3&page=-1"), 300).unwrap().rows.len(), 20);
        assert!(paged(&format!("{PIPELINES}?per_page=0"), 1).is_err());
    }

    #[test]
    fn more_than_ten_thousand_rows_are_not_counted() {
        let page = paged(PIPELINES, 10_000).unwrap();
        assert_eq!(header(&page, "x-total"), Some("10000"));
        let page = paged(PIPELINES, 10_001).unwrap();
        assert_eq!((header(&page, "x-total"), header(&page, "x-total-pages")), (None, None));
        assert_eq!(header(&page, "x-next-page"), Some("2"));
        assert!(!header(&page, "link").unwrap().contains("rel=\"last\""));
    }

    #[test]
    fn the_jobs_of_a_project_are_never_counted() {
        let page = paged(JOBS, 3).unwrap();
        assert_eq!((header(&page, "x-total"), header(&page, "x-total-pages")), (None, None));
        assert!(!header(&page, "link").unwrap().contains("rel=\"last\""));
        let refusal = paged(&format!("{JOBS}?page=502&per_page=100"), 3).unwrap_err();
        assert_eq!(refusal.status, 405);
        assert!(refusal.body.contains("maximum allowed offset of 50000"), "{}", refusal.body);
    }

    #[test]
    fn a_keyset_leads_through_all_rows() {
        let mut target = format!("{JOBS}?pagination=keyset&order_by=id&sort=desc&per_page=2");
        let mut seen = Vec::new();
        loop {
            let page = paged(&target, 5).unwrap();
            assert_eq!(header(&page, "x-page"), None);
            seen.extend(page.rows.iter().copied());
            let Some(link) = header(&page, "link") else {
                break;
            };
            let url = link.strip_prefix("<http://gitlab.test").unwrap();
            target = url.strip_suffix(">; rel=\"next\"").unwrap().to_owned();
            assert!(target.contains("cursor="), "{target}");
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
    }

    #[test]
    fn a_keyset_has_one_order_and_its_own_cursors() {
        for wrong in ["order_by=name", "sort=asc"] {
            assert_eq!(paged(&format!("{JOBS}?pagination=keyset&{wrong}"), 3).unwrap_err().status, 405);
        }
        for wrong in ["abc", "zz", "7b7d", "\u{2603}"] {
            assert_eq!(
                paged(&format!("{JOBS}?pagination=keyset&cursor={wrong}"), 3).unwrap_err().status,
                400
            );
        }
    }
}
