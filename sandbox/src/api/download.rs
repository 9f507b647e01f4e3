//! Downloads: a file with its name and its hash, whole or in part.
//!
//! This file owns ranges and the headers of a file. It knows neither jobs nor archives.

use ::http::HeaderMap;
use ::http::header::{IF_RANGE, RANGE};
use bytes::Bytes;

use super::reply::{Content, Reply};

/// A file as an answer: all of it, or the range that the request asks for.
pub(crate) fn file(
    headers: &HeaderMap,
    name: &str,
    media_type: &'static str,
    tag: &str,
    bytes: Bytes,
) -> Reply {
    let tag = format!("\"{tag}\"");
    let total = bytes.len();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // A caller whose part is of another file gets all of this one.
    let same = text(IF_RANGE).is_none_or(|known| known.trim() == tag);
    let (status, body, range) =
        match text(RANGE).filter(|_| same).map_or(Range::Whole, |wish| range(wish, total)) {
            Range::Whole => (200, bytes, None),
            Range::Part { first, last } => {
                (206, bytes.slice(first..=last), Some(format!("bytes {first}-{last}/{total}")))
            }
            Range::Nowhere => {
                return Reply::with(416, Content::Text(String::new()))
                    .header("content-range", format!("bytes */{total}"));
            }
        };
    let reply = Reply::with(status, Content::Bytes(media_type, body))
        .header("content-disposition", disposition(name))
        .header("accept-ranges", "bytes")
        .header("etag", tag);
    match range {
        Some(range) => reply.header("content-range", range),
        None => reply,
    }
}

/// Says that a file of this name is to be saved.
pub(crate) fn disposition(name: &str) -> String {
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' || c == ' ' { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// What a request wants of a file.
#[derive(Debug, PartialEq, Eq)]
enum Range {
    Whole,
    Part {
        first: usize,
        last: usize,
    },
    /// Behind the end.
    Nowhere,
}

/// Reads one range of bytes. Several ranges, and what is no range, stand for the whole.
fn range(wish: &str, total: usize) -> Range {
    let Some((first, last)) = wish.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Range::Whole;
    };
    let end = total.saturating_sub(1);
    match (first.trim().parse::<usize>(), last.trim().parse::<usize>()) {
        (Ok(first), _) if first >= total => Range::Nowhere,
        (Ok(first), Ok(last)) if first <= last => Range::Part { first, last: last.min(end) },
        (Ok(first), Err(_)) if last.trim().is_empty() => Range::Part { first, last: end },
        (Err(_), Ok(0)) if first.trim().is_empty() => Range::Nowhere,
        (Err(_), Ok(_)) if first.trim().is_empty() && total == 0 => Range::Nowhere,
        (Err(_), Ok(count)) if first.trim().is_empty() => {
            Range::Part { first: total.saturating_sub(count), last: end }
        }
        _ => Range::Whole,
    }
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;

    use super::*;

    #[test]
    fn ranges_are_read() {
        for (wish, expected) in [
            ("bytes=0-3", Range::Part { first: 0, last: 3 }),
            ("bytes=4-", Range::Part { first: 4, last: 9 }),
            ("bytes=-3", Range::Part { first: 7, last: 9 }),
            ("bytes=-30", Range::Part { first: 0, last: 9 }),
            ("bytes=5-100", Range::Part { first: 5, last: 9 }),
            ("bytes=10-", Range::Nowhere),
            ("bytes=-0", Range::Nowhere),
            ("bytes=5-3", Range::Whole),
            ("bytes=0-1,3-4", Range::Whole),
            ("rows=0-1", Range::Whole),
            ("bytes=a-b", Range::Whole),
        ] {
            assert_eq!(range(wish, 10), expected, "{wish}");
        }
        assert_eq!(range("bytes=0-", 0), Range::Nowhere);
    }

    fn asked(range: &str, if_range: Option<&str>) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::try_from(range).unwrap());
        if let Some(tag) = if_range {
            headers.insert(IF_RANGE, HeaderValue::try_from(tag).unwrap());
        }
        file(&headers, "a.zip", "application/zip", "abc", Bytes::from_static(b"0123456789"))
    }

    #[test]
    fn a_part_says_where_it_belongs() {
        let reply = asked("bytes=2-4", None);
        assert_eq!(reply.status, 206);
        assert!(reply.headers.contains(&("content-range", "bytes 2-4/10".to_owned())));
        assert_eq!(reply.body, Some(Content::Bytes("application/zip", Bytes::from_static(b"234"))));
        let reply = asked("bytes=20-", None);
        assert_eq!((reply.status, reply.headers), (416, vec![("content-range", "bytes */10".to_owned())]));
    }

    #[test]
    fn a_part_of_another_file_is_not_continued() {
        assert_eq!(asked("bytes=2-4", Some("\"abc\"")).status, 206);
        assert_eq!(asked("bytes=2-4", Some("\"other\"")).status, 200);
    }

    #[test]
    fn odd_names_cannot_break_the_header() {
        let header = disposition("a\"b\u{e9}\n.txt");
        assert_eq!(header, "attachment; filename=\"a_b__.txt\"; filename*=UTF-8''a%22b%C3%A9%0A%2Etxt");
    }
}
