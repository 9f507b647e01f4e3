//! Paths: from text to segments with places.
//!
//! Owns the syntax of paths. Must not know what fills a placeholder.

use crate::diagnostic::{Code, Diagnostics};
use crate::model::Segment;
use crate::spanned::Spanned;
use rhailab_yaml::Span;

/// Reads a path that begins with `/`, or a part of one that does not.
///
/// `None` when it is malformed, which is then reported.
pub(super) fn parse(text: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<Vec<Spanned<Segment>>> {
    let mut segments = Vec::new();
    let mut offset = text.len() - text.strip_prefix('/').unwrap_or(text).len();
    for part in text.strip_prefix('/').unwrap_or(text).split('/') {
        let place = if part.is_empty() { span } else { span.part(offset, part.len()) };
        offset += part.len() + 1;
        let segment = match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) if is_name(name) => Segment::Param(name.to_owned()),
            Some(name) if name.strip_suffix('*').is_some_and(is_name) => {
                Segment::Rest(name.trim_end_matches('*').to_owned())
            }
            None if is_literal(part) => Segment::Literal(part.to_owned()),
            _ => {
                let problem = match part {
                    "" => format!("`{text}` has an empty segment"),
                    part => format!("`{part}` is no segment of a path"),
                };
                diagnostics.error(Code::BadPath, place, problem).help(
                    "a segment is a literal such as `pipelines` or a whole placeholder such as `{project_id}`; queries are `params`",
                );
                return None;
            }
        };
        segments.push(Spanned::new(segment, place));
    }
    Some(segments)
}

/// Reports each placeholder for several segments that something stands behind.
pub(super) fn check_rest(path: &[Spanned<Segment>], diagnostics: &mut Diagnostics) {
    let Some((_, before)) = path.split_last() else { return };
    for segment in before {
        if let Segment::Rest(name) = &segment.value {
            diagnostics
                .error(
                    Code::BadPath,
                    segment.span,
                    format!("`{{{name}*}}` takes the rest of the path, but something stands behind it"),
                )
                .help(format!("put it at the end, or write `{{{name}}}` for a single segment"));
        }
    }
}

/// Reads a path that must begin with `/`.
pub(super) fn parse_absolute(
    path: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Spanned<Segment>>> {
    if !path.value.starts_with('/') {
        diagnostics
            .error(Code::BadPath, path.span, format!("`{}` does not begin with `/`", path.value))
            .help("write the whole path below `/api/v4`, such as `/projects/{project_id}/pipelines`");
        return None;
    }
    parse(&path.value, path.span, diagnostics)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_literal(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    !text.is_empty() && text != "." && text != ".." && text.chars().all(allowed)
}
