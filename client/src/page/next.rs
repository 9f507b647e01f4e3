//! Which page comes after a page, read from the headers of its answer. GitLab says it in `X-Next-Page` or in a link; a
//! proxy may drop or double both. Pure decisions; nothing is fetched from here.

use http::HeaderMap;

use crate::http::link;

/// The largest page that GitLab serves; it takes more for this without a word.
pub(super) const ROWS_PER_PAGE: i64 = 100;

/// A page to ask for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Next {
    /// The page that the caller asked for, and no other.
    Only,
    /// The page of this number.
    Number(i64),
    /// The first page of a walk by keyset.
    Keyset,
    /// What GitLab's link says.
    Link(String),
    End,
}

/// The page after `current`, which had this many rows of `per_page` that were asked for.
///
/// A page that names itself or an earlier one as the next would be walked for ever; there the walk ends.
pub(super) fn following(current: &Next, headers: &HeaderMap, rows: usize, per_page: i64) -> Next {
    if *current == Next::Only || rows == 0 {
        return Next::End;
    }
    let page = match current {
        Next::Number(page) => Some(*page),
        _ => None,
    };
    match only_value(headers, "x-next-page").as_deref() {
        // A walk by keyset has no numbers to go on with.
        _ if *current == Next::Keyset => {}
        Some("") => return Next::End,
        Some(text) => {
            if let Ok(next) = text.parse::<i64>() {
                let is_behind = page.is_none_or(|page| next > page);
                return if is_behind { Next::Number(next) } else { Next::End };
            }
        }
        None => {}
    }
    let links = all_values(headers, "link").join(", ");
    if let Some(target) = link::target(&links, "next") {
        let next = Next::Link(target.to_owned());
        return if next == *current { Next::End } else { next };
    }
    // GitLab's own links always tell of the first page; where they do and name no next one, there is none.
    if ["first", "prev", "last"].iter().any(|relation| link::target(&links, relation).is_some()) {
        return Next::End;
    }
    match page {
        Some(page) if rows as i64 >= page_size(headers, per_page) => Next::Number(page.saturating_add(1)),
        _ => Next::End,
    }
}

/// The number of the page that was answered, where GitLab says it.
pub(super) fn number(headers: &HeaderMap) -> Option<i64> {
    only_value(headers, "x-page")?.parse().ok()
}

/// How many rows all pages hold, where GitLab says it.
pub(super) fn total(headers: &HeaderMap) -> Option<u64> {
    only_value(headers, "x-total")?.parse().ok()
}

/// The number of the last page, where GitLab says it.
pub(super) fn last_page(headers: &HeaderMap, per_page: i64) -> Option<i64> {
    let told = only_value(headers, "x-total-pages").and_then(|text| text.parse().ok());
    told.or_else(|| {
        let size = u64::try_from(page_size(headers, per_page)).ok().filter(|size| *size > 0)?;
        i64::try_from(total(headers)?.div_ceil(size)).ok()
    })
}

/// How many rows a full page has: what GitLab says, else what was asked for, as far as GitLab goes along.
fn page_size(headers: &HeaderMap, asked: i64) -> i64 {
    let told = only_value(headers, "x-per-page").and_then(|text| text.parse().ok());
    told.unwrap_or(asked.min(ROWS_PER_PAGE))
}

/// The value of a header that may come once. A proxy may repeat it; values that contradict each other say nothing.
fn only_value(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = all_values(headers, name);
    let mut values = values.iter().flat_map(|value| value.split(',')).map(str::trim);
    let first = values.next()?;
    values.all(|value| value == first).then(|| first.to_owned())
}

fn all_values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{Next, following, last_page, total};

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }

    /// Lines of headers.
    type Lines = &'static [(&'static str, &'static str)];

    fn link(target: &str) -> Next {
        Next::Link(target.to_owned())
    }

    #[test]
    fn the_next_page_is_read_from_whatever_headers_there_are() {
        const FIRST: &str = "<http://h/p?page=1>; rel=\"first\"";
        const BOTH: &str = "<http://h/p?page=1>; rel=\"first\", <http://h/p?page=9>; rel=\"next\"";
        let cases: &[(Lines, usize, Next)] = &[
            (&[("x-next-page", "3")], 5, Next::Number(3)),
            (&[("x-next-page", " 3 "), ("link", FIRST)], 5, Next::Number(3)),
            (&[("x-next-page", "7")], 5, Next::Number(7)),
            (&[("x-next-page", "")], 5, Next::End),
            (&[("x-next-page", "3")], 0, Next::End),
            // A page that names itself or an earlier one.
            (&[("x-next-page", "2")], 5, Next::End),
            (&[("x-next-page", "1")], 5, Next::End),
            (&[("x-next-page", "-4")], 5, Next::End),
            // Doubled, contradicting and spoiled.
            (&[("x-next-page", "3"), ("x-next-page", "3")], 5, Next::Number(3)),
            (&[("x-next-page", "3, 3")], 5, Next::Number(3)),
            (&[("x-next-page", "3"), ("x-next-page", "4")], 5, Next::Number(3)),
            (&[("x-next-page", "3"), ("x-next-page", "")], 4, Next::End),
            (&[("x-next-page", "many"), ("link", BOTH)], 5, link("http://h/p?page=9")),
            (&[("x-next-page", "99999999999999999999")], 5, Next::Number(3)),
            // Links alone, in one header or in two.
            (&[("link", BOTH)], 1, link("http://h/p?page=9")),
            (&[("link", FIRST), ("link", "<http://h/n>; rel=next")], 1, link("http://h/n")),
            (&[("link", FIRST)], 5, Next::End),
            (&[("link", "</style.css>; rel=preload")], 5, Next::Number(3)),
            // Nothing at all: a full page may have a successor.
            (&[], 5, Next::Number(3)),
            (&[], 4, Next::End),
            (&[("x-per-page", "4")], 4, Next::Number(3)),
        ];
        for (lines, rows, expected) in cases {
            assert_eq!(following(&Next::Number(2), &headers(lines), *rows, 5), *expected, "{lines:?}");
        }
    }

    #[test]
    fn a_page_of_more_rows_than_gitlab_serves_is_full_with_those_that_it_serves() {
        assert_eq!(following(&Next::Number(1), &HeaderMap::new(), 100, 500), Next::Number(2));
    }

    #[test]
    fn a_walk_by_links_or_keyset_ends_without_a_link_and_never_goes_round() {
        let next = headers(&[("link", "<http://h/p?cursor=b>; rel=next"), ("x-next-page", "")]);
        assert_eq!(following(&Next::Keyset, &next, 5, 5), link("http://h/p?cursor=b"));
        let next = headers(&[("link", "<http://h/p?cursor=b>; rel=next")]);
        assert_eq!(following(&link("http://h/p?cursor=a"), &next, 5, 5), link("http://h/p?cursor=b"));
        assert_eq!(following(&link("http://h/p?cursor=b"), &next, 5, 5), Next::End);
        for current in [Next::Keyset, link("http://h/p?cursor=b"), Next::Only] {
            assert_eq!(following(&current, &HeaderMap::new(), 5, 5), Next::End, "{current:?}");
        }
    }

    #[test]
    fn the_last_page_is_known_where_totals_are() {
        let cases: &[(Lines, Option<u64>, Option<i64>)] = &[
            (&[("x-total", "41"), ("x-total-pages", "3")], Some(41), Some(3)),
            (&[("x-total", "41")], Some(41), Some(3)),
            (&[("x-total", "41"), ("x-per-page", "10")], Some(41), Some(5)),
            (&[("x-total", "41"), ("x-per-page", "0")], Some(41), None),
            (&[("x-total", "41"), ("x-total", "42")], None, None),
            (&[("x-total", "many")], None, None),
            (&[], None, None),
        ];
        for (lines, rows, page) in cases {
            let headers = headers(lines);
            assert_eq!((total(&headers), last_page(&headers, 20)), (*rows, *page), "{lines:?}");
        }
    }
}
