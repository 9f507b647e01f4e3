//! Reading maps key by key, with a problem for everything that is left over.
//!
//! This file owns the sentences about keys and shapes. It does not know what any key means.

use std::collections::HashSet;

use super::problem::{Problems, listed, suggestion};
use rhailab_yaml::{Node, Span, Value};

/// A map that is being read.
pub(super) struct MapReader<'a> {
    entries: Vec<(&'a Node, &'a Node)>,
    known: Vec<&'static str>,
    /// What the map is, for sentences: "a job".
    what: &'static str,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Spanned<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

impl<'a> MapReader<'a> {
    /// Begins to read a map. Nothing at all counts as an empty map.
    pub(super) fn open(node: &'a Node, what: &'static str, owner: Span, problems: &mut Problems<'_>) -> Self {
        Self { entries: entries(node, what, owner, problems), known: Vec::new(), what }
    }

    /// Takes a key with its value.
    pub(super) fn take(&mut self, key: &'static str) -> Option<(Span, &'a Node)> {
        self.known.push(key);
        let index = self.entries.iter().position(|(name, _)| name.scalar() == Some(key))?;
        let (name, value) = self.entries.remove(index);
        // A key that stands twice was reported when the file was parsed.
        self.entries.retain(|(name, _)| name.scalar() != Some(key));
        Some((name.span, value))
    }

    /// Takes a key and reads its value with `read`, which reports what it cannot read.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
        read: impl FnOnce(&'a Node, Named, &mut Problems<'_>) -> Option<T>,
    ) -> Option<T> {
        let (owner, node) = self.take(key)?;
        read(node, Named { key, owner }, problems)
    }

    /// Refuses keys that are known elsewhere, and says where and why not here.
    pub(super) fn misplaced(
        &mut self,
        keys: &[&'static str],
        place: &str,
        why: &str,
        problems: &mut Problems<'_>,
    ) {
        for key in keys {
            if let Some((span, _)) = self.take(key) {
                problems.add(span, format!("`{key}` has no meaning in {place}"), why);
            }
        }
    }

    /// Reports what nobody took.
    pub(super) fn finish(self, problems: &mut Problems<'_>) {
        for (key, _) in &self.entries {
            let Some(name) = key.scalar() else {
                problems.add(
                    key.span,
                    format!("a key of {} is a text, not {}", self.what, key.kind()),
                    "write the key's name",
                );
                continue;
            };
            let help = suggestion(name, &self.known, "its keys are");
            problems.add(key.span, format!("{} has no key `{name}`", self.what), help);
        }
    }
}

/// A key whose value is being read: its name, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) key: &'static str,
    pub(super) owner: Span,
}

impl Named {
    /// Reports a value of another shape than the key takes.
    pub(super) fn refuse(self, node: &Node, expected: &str, problems: &mut Problems<'_>) {
        // Nothing has no place of its own to point at.
        let span = if matches!(node.value, Value::Null) { self.owner } else { node.span };
        let message = match scalar(node) {
            Some(text) => format!("`{}` takes {expected}, not `{text}`", self.key),
            None => format!("`{}` takes {expected}, but {} stands here", self.key, node.kind()),
        };
        problems.add(span, message, format!("write {expected}, or remove the key"));
    }
}

/// The text of a scalar; a truth value is none, because whoever writes `true` does not mean a text.
pub(super) fn scalar(node: &Node) -> Option<&str> {
    node.scalar().filter(|_| !matches!(node.value, Value::Bool(_)))
}

/// Reads a text. A number counts as its text.
pub(super) fn text(node: &Node, named: Named, problems: &mut Problems<'_>) -> Option<Spanned<String>> {
    if let Some(text) = scalar(node) {
        return Some(Spanned { value: text.to_owned(), span: node.span });
    }
    named.refuse(node, "a text", problems);
    None
}

/// Reads `true` or `false`.
pub(super) fn flag(node: &Node, named: Named, problems: &mut Problems<'_>) -> Option<bool> {
    if let Value::Bool(value) = node.value {
        return Some(value);
    }
    named.refuse(node, "`true` or `false`", problems);
    None
}

/// Reads a whole number of this range.
pub(super) fn count(
    range: std::ops::RangeInclusive<usize>,
) -> impl Fn(&Node, Named, &mut Problems<'_>) -> Option<usize> {
    move |node, named, problems| {
        let number = match &node.value {
            Value::Number(text) => text.parse().ok().filter(|number| range.contains(number)),
            _ => None,
        };
        if number.is_none() {
            let expected = format!("a whole number from {} to {}", range.start(), range.end());
            named.refuse(node, &expected, problems);
        }
        number
    }
}

/// Reads one of the listed words.
pub(super) fn word<T: Copy>(
    words: &[(&'static str, T)],
) -> impl Fn(&Node, Named, &mut Problems<'_>) -> Option<T> {
    move |node, named, problems| {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let Some(text) = scalar(node) else {
            named.refuse(node, &format!("one of {}", listed(&names)), problems);
            return None;
        };
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let help = suggestion(text, &names, "it is one of");
            problems.add(node.span, format!("`{}` cannot be `{text}`", named.key), help);
        }
        found.map(|(_, meaning)| *meaning)
    }
}

/// Reads texts: one, or a list of them.
pub(super) fn texts(node: &Node, named: Named, problems: &mut Problems<'_>) -> Option<Vec<Spanned<String>>> {
    match &node.value {
        Value::List(items) => Some(items.iter().filter_map(|item| text(item, named, problems)).collect()),
        Value::Text(_) | Value::Number(_) => Some(text(node, named, problems).into_iter().collect()),
        _ => {
            named.refuse(node, "a list of texts", problems);
            None
        }
    }
}

/// Reads a map whose keys are names: each with its value.
pub(super) fn named<'a>(
    node: &'a Node,
    key: Named,
    problems: &mut Problems<'_>,
) -> Option<Vec<(Spanned<String>, &'a Node)>> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (name, value) in entries(node, key.key, key.owner, problems) {
        match name.scalar() {
            Some("") | None => {
                problems.add(name.span, format!("`{}` has a key that is no name", key.key), "write a name");
            }
            // The second of two equal keys was reported when the file was parsed.
            Some(text) if seen.insert(text.to_owned()) => {
                found.push((Spanned { value: text.to_owned(), span: name.span }, value));
            }
            Some(_) => {}
        }
    }
    Some(found)
}

fn entries<'a>(
    node: &'a Node,
    what: &str,
    owner: Span,
    problems: &mut Problems<'_>,
) -> Vec<(&'a Node, &'a Node)> {
    match &node.value {
        Value::Map(entries) => entries.iter().map(|(key, value)| (key, value)).collect(),
        Value::Null => Vec::new(),
        _ => {
            let subject = if what.contains(' ') { what.to_owned() } else { format!("`{what}`") };
            let place = if node.span.end > node.span.start { node.span } else { owner };
            problems.add(
                place,
                format!("{subject} is a map, but {} stands here", node.kind()),
                "write `key: value`",
            );
            Vec::new()
        }
    }
}
