//! Whether two answers are parts of one and the same file, judged by their headers. Sends nothing.

use http::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED};

use crate::http::retry::{date, server_time};

/// The state of a file on the server, as far as an answer tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// How many bytes the whole file has.
    pub(super) length: Option<u64>,
    validator: Option<HeaderValue>,
}

/// Which part of a file an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// The place of its first byte.
    pub(super) first: u64,
    /// How many bytes the whole file has.
    pub(super) total: Option<u64>,
}

impl Version {
    /// The version that an answer tells of. Of a part, `Content-Range` says the file's length; of the whole, it is
    /// the length of the body.
    pub(super) fn of(headers: &HeaderMap, body_length: Option<u64>) -> Self {
        let length = match Part::of(headers) {
            Some(part) => part.total,
            None => body_length,
        };
        Self { length, validator: validator(headers) }
    }

    /// What tells this version from others, if a part of it can be asked for. Without a length it cannot: then the answer
    /// may have been compressed on its way, and places in it are not those of the file.
    pub(super) fn validator(&self) -> Option<&HeaderValue> {
        self.validator.as_ref().filter(|_| self.length.is_some())
    }

    /// Whether the answer holds the rest of this version, from this place on.
    pub(super) fn is_continued_by(&self, headers: &HeaderMap, position: u64) -> bool {
        let fits =
            |part: Part| part.first == position && part.total.is_none_or(|total| self.length == Some(total));
        // The answer to `If-Range` is a promise; a server that names another version breaks it.
        let kept = validator(headers).is_none_or(|named| self.validator.as_ref() == Some(&named));
        kept && Part::of(headers).is_some_and(fits)
    }

    /// Whether both are certainly the same.
    pub(super) fn is_surely(&self, other: &Self) -> bool {
        self.validator().is_some() && self == other
    }

    /// Whether both are certainly not the same.
    pub(super) fn is_surely_not(&self, other: &Self) -> bool {
        let differ = |own: Option<&HeaderValue>, others: Option<&HeaderValue>| {
            own.zip(others).is_some_and(|(a, b)| a != b)
        };
        differ(self.validator.as_ref(), other.validator.as_ref())
            || self.length.zip(other.length).is_some_and(|(own, others)| own != others)
    }
}

impl Part {
    /// Reads `Content-Range: bytes 5-9/10`; a length that the server does not know is `*`.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let (range, total) =
            headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        let total: Option<u64> = match total {
            "*" => None,
            digits => Some(digits.parse().ok()?),
        };
        let in_order = first <= last && total.is_none_or(|total| last < total);
        in_order.then_some(Self { first, total })
    }
}

/// What names the file's bytes exactly: a strong entity tag, or a time of change that was over when the answer was made.
fn validator(headers: &HeaderMap) -> Option<HeaderValue> {
    if let Some(tag) = headers.get(ETAG) {
        return tag.as_bytes().starts_with(b"\"").then(|| tag.clone());
    }
    // A file can change twice in a second, and both times have the same name.
    let is_over = date(headers, LAST_MODIFIED.as_str())? < server_time(headers)?;
    headers.get(LAST_MODIFIED).filter(|_| is_over).cloned()
}

#[cfg(test)]
mod tests {
    use http::header::HeaderName;

    use super::*;

    fn headers(rows: Rows<'_>) -> HeaderMap {
        rows.iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn version(rows: Rows<'_>, length: Option<u64>) -> Version {
        Version::of(&headers(rows), length)
    }

    type Rows<'a> = &'a [(&'static str, &'static str)];

    const EARLIER: (&str, &str) = ("last-modified", "Mon, 02 Mar 2026 10:00:00 GMT");
    const OLD_STYLE: &str = "Monday, 02-Mar-26 10:00:00 GMT";
    const LATER: (&str, &str) = ("date", "Mon, 02 Mar 2026 10:00:01 GMT");

    #[test]
    fn a_part_is_asked_for_only_of_a_version_that_is_named_exactly() {
        let cases: [(Rows<'_>, Option<u64>, Option<&str>); 9] = [
            (&[("etag", "\"a\"")], Some(5), Some("\"a\"")),
            (&[("etag", "W/\"a\"")], Some(5), None),
            (&[("etag", "W/\"a\""), EARLIER, LATER], Some(5), None),
            (&[("etag", "\"a\"")], None, None),
            (&[EARLIER, LATER], Some(5), Some(EARLIER.1)),
            // The date as old servers write it, which all of HTTP has to read.
            (&[("last-modified", OLD_STYLE), LATER], Some(5), Some(OLD_STYLE)),
            (&[EARLIER, ("date", EARLIER.1)], Some(5), None),
            (&[EARLIER], Some(5), None),
            (&[("last-modified", "yesterday"), LATER], Some(5), None),
        ];
        for (rows, length, expected) in cases {
            let version = version(rows, length);
            assert_eq!(version.validator().map(|tag| tag.to_str().unwrap()), expected, "{rows:?}");
        }
    }

    #[test]
    fn a_range_is_read_or_refused() {
        let read = |value: &'static str| Part::of(&headers(&[("content-range", value)]));
        assert_eq!(read("bytes 5-9/10"), Some(Part { first: 5, total: Some(10) }));
        assert_eq!(read("bytes 5-9/*"), Some(Part { first: 5, total: None }));
        for wrong in [
            "bytes */10",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "rows 5-9/10",
            "bytes 5-9",
            "bytes a-b/c",
            "bytes -5/9",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_rest_continues_the_same_version_at_the_same_place() {
        let begun = version(&[("etag", "\"a\"")], Some(10));
        let cases: [(Rows<'_>, bool); 7] = [
            (&[("content-range", "bytes 5-9/10")], true),
            (&[("content-range", "bytes 5-7/10"), ("etag", "\"a\"")], true),
            (&[("content-range", "bytes 5-9/*")], true),
            (&[("content-range", "bytes 4-9/10")], false),
            (&[("content-range", "bytes 5-10/11")], false),
            (&[("content-range", "bytes 5-9/10"), ("etag", "\"b\"")], false),
            (&[], false),
        ];
        for (rows, expected) in cases {
            assert_eq!(begun.is_continued_by(&headers(rows), 5), expected, "{rows:?}");
        }
    }

    #[test]
    fn versions_are_the_same_other_ones_or_unknown() {
        let tagged = |tag, length| version(&[("etag", tag)], Some(length));
        let known = tagged("\"a\"", 10);
        let cases = [
            (tagged("\"a\"", 10), true, false),
            (tagged("\"b\"", 10), false, true),
            (tagged("\"a\"", 11), false, true),
            (version(&[], Some(10)), false, false),
            (version(&[], None), false, false),
        ];
        for (other, same, another) in cases {
            assert_eq!((known.is_surely(&other), known.is_surely_not(&other)), (same, another), "{other:?}");
        }
        let nameless = version(&[], Some(10));
        assert!(!nameless.is_surely(&nameless), "equal lengths prove nothing");
    }
}
