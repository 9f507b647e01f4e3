//! The type shorthand: `string?! = default - What it is.`
//!
//! Owns its grammar. Must not know which names exist.

use crate::diagnostic::{Code, Diagnostics};
use crate::spanned::Spanned;
use rhailab_yaml::Span;

/// A type as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shorthand {
    /// The name of a built-in type, of an enum or of a record.
    pub(crate) base: Spanned<String>,
    pub(crate) container: Option<Container>,
    /// `!`
    pub(crate) required: bool,
    /// `?`
    pub(crate) nullable: bool,
}

/// Many values instead of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// `[]`
    Array,
    /// `{}`
    Map,
}

/// The inline form of a field or a parameter, cut into its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inline<'a> {
    pub(crate) ty: &'a str,
    pub(crate) default: Option<&'a str>,
    pub(crate) doc: Option<&'a str>,
}

/// Cuts `TYPE [= DEFAULT] [ - DOC]`.
pub(crate) fn split(text: &str) -> Inline<'_> {
    let (head, doc) = match text.split_once(" - ") {
        Some((head, doc)) => (head, Some(doc.trim())),
        None => (text, None),
    };
    let (ty, default) = match head.split_once('=') {
        Some((ty, default)) => (ty, Some(default.trim())),
        None => (head, None),
    };
    Inline { ty: ty.trim(), default, doc }
}

/// Reads `BASE`, then `[]` or `{}`, then `!` and `?` in any order.
pub(crate) fn parse(text: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<Shorthand> {
    match read(text, span) {
        Ok(shorthand) => Some(shorthand),
        Err(problem) => {
            diagnostics
                .error(Code::BadShorthand, span, format!("`{text}` is no type: {problem}"))
                .help("write a name, then `[]` or `{}` for many, then `!` for always there and `?` for possibly null, such as `string`, `int!`, `User[]?`");
            None
        }
    }
}

fn read(text: &str, span: Span) -> Result<Shorthand, String> {
    let len = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let (base, mut rest) = text.split_at(len);
    if base.is_empty() {
        return Err("it does not begin with a name".to_owned());
    }
    let base = Spanned::new(base.to_owned(), span.part(0, len));
    let mut shorthand = Shorthand { base, container: None, required: false, nullable: false };
    for (suffix, container) in [("[]", Container::Array), ("{}", Container::Map)] {
        if let Some(after) = rest.strip_prefix(suffix) {
            shorthand.container = Some(container);
            rest = after;
            break;
        }
    }
    for mark in rest.chars() {
        let flag = match mark {
            '!' => &mut shorthand.required,
            '?' => &mut shorthand.nullable,
            '[' | '{' => {
                return Err(format!("`{rest}` cannot follow; arrays of arrays and the like are `json`"));
            }
            _ => {
                return Err(format!("`{rest}` cannot follow `{}`", &text[..text.len() - rest.len()]));
            }
        };
        if std::mem::replace(flag, true) {
            return Err(format!("`{mark}` stands there twice"));
        }
    }
    Ok(shorthand)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Span = Span { file: 0, start: 10, end: 40 };

    #[test]
    fn the_inline_form_is_cut_into_its_parts() {
        let inline = |ty, default, doc| Inline { ty, default, doc };
        for (text, expected) in [
            ("string", inline("string", None, None)),
            ("string - A text.", inline("string", None, Some("A text."))),
            ("bool = false - Whether.", inline("bool", Some("false"), Some("Whether."))),
            ("bool=false", inline("bool", Some("false"), None)),
            ("Sort = - An empty default.", inline("Sort", Some(""), Some("An empty default."))),
            ("int - 1 - 2 = -1", inline("int", None, Some("1 - 2 = -1"))),
            ("date - ", inline("date", None, Some(""))),
            ("date -", inline("date -", None, None)),
            ("", inline("", None, None)),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }

    #[test]
    fn types_are_read_with_their_marks() {
        for (text, base, container, required, nullable) in [
            ("string", "string", None, false, false),
            ("string?!", "string", None, true, true),
            ("string!?", "string", None, true, true),
            ("User[]", "User", Some(Container::Array), false, false),
            ("json{}!", "json", Some(Container::Map), true, false),
            ("a_1?", "a_1", None, false, true),
        ] {
            let read = read(text, PLACE).unwrap();
            assert_eq!(read.base.value, base);
            assert_eq!(read.base.span, Span { end: 10 + base.len(), ..PLACE });
            assert_eq!((read.container, read.required, read.nullable), (container, required, nullable));
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for text in ["", "!", "[]", "string!!", "string[][]", "string?[]", "string []", "string,", "a-b", "ä"]
        {
            assert!(read(text, PLACE).is_err(), "{text}");
        }
    }
}
