//! The `Link` header of RFC 8288, as far as pagination needs it. Whether a link may be followed is
//! decided by the reader.

/// The target of the link with this relation.
pub(crate) fn target<'a>(header: &'a str, relation: &str) -> Option<&'a str> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let after = rest.get(start + 1..)?;
        let end = after.find('>')?;
        let target = after.get(..end)?;
        let parameters_and_more = after.get(end + 1..)?;
        // A comma inside the parameters of one link cannot occur in what servers send for pagination.
        let (parameters, _) = parameters_and_more.split_once(",").unwrap_or((parameters_and_more, ""));
        let matches = parameters.split(';').any(|parameter| {
            parameter.trim().strip_prefix("rel=").is_some_and(|value| {
                value.trim_matches('"').split_ascii_whitespace().any(|rel| rel == relation)
            })
        });
        if matches {
            return Some(target);
        }
        rest = parameters_and_more;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn finds_the_relation() {
        let header = r#"<https://h/p?page=1&id=1>; rel="prev", <https://h/p?page=3>; rel="next", <https://h/p>; rel="first""#;
        assert_eq!(target(header, "next"), Some("https://h/p?page=3"));
        assert_eq!(target(header, "prev"), Some("https://h/p?page=1&id=1"));
        assert_eq!(target(header, "last"), None);
        assert_eq!(target("<https://h/p>; rel=next", "next"), Some("https://h/p"));
        assert_eq!(target("<https://h/a,b>; title=x; rel=\"last next\"", "next"), Some("https://h/a,b"));
    }

    #[test]
    fn broken_headers_have_no_links() {
        for header in ["", "<", "<x", "nonsense", "rel=next", ">; rel=\"next\"<"] {
            assert_eq!(target(header, "next"), None, "{header}");
        }
    }
}
