//! Reading maps, lists and scalars of a document, with a problem for everything that is left over.
//!
//! Owns the sentences about keys and shapes. Must not know what any key means.

use crate::diagnostic::{Code, Diagnostics, did_you_mean};
use crate::spanned::Spanned;
use rhailab_yaml::{Node, Span, Value};

/// A map that is being read, key by key.
pub(crate) struct MapReader<'a> {
    entries: Vec<(&'a Node, &'a Node)>,
    known: Vec<&'static str>,
    /// What the map is, for sentences: "an operation".
    what: &'static str,
    /// Where the map's owner is named.
    owner: Span,
}

impl<'a> MapReader<'a> {
    /// Begins to read a map. Nothing at all counts as an empty map.
    pub(crate) fn open(
        node: &'a Node,
        what: &'static str,
        owner: Span,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let entries = entries(node, what, owner, diagnostics);
        Self { entries, known: Vec::new(), what, owner }
    }

    /// Takes the value of a key; an empty value counts as given.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.take_entry(key).map(|(_, value)| value)
    }

    /// Looks at a key with its value.
    pub(crate) fn peek(&self, key: &str) -> Option<(&'a Node, &'a Node)> {
        self.entries.iter().find(|(name, _)| name.scalar() == Some(key)).copied()
    }

    /// Takes a key with its value.
    pub(crate) fn take_entry(&mut self, key: &'static str) -> Option<(&'a Node, &'a Node)> {
        self.known.push(key);
        let index = self.entries.iter().position(|(name, _)| name.scalar() == Some(key))?;
        let entry = self.entries.remove(index);
        // A key that stands twice was reported when the file was parsed.
        self.entries.retain(|(name, _)| name.scalar() != Some(key));
        Some(entry)
    }

    /// Takes a text.
    pub(crate) fn text(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Spanned<String>> {
        let (name, node) = self.take_entry(key)?;
        text(node, key, name.span, diagnostics)
    }

    /// Takes a text that must be there.
    pub(crate) fn required_text(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Spanned<String>> {
        match self.take_entry(key) {
            Some((name, node)) => text(node, key, name.span, diagnostics),
            None => {
                diagnostics
                    .error(Code::MissingKey, self.owner, format!("{} needs `{key}`", self.what))
                    .help(format!("add the key `{key}`"));
                None
            }
        }
    }

    /// Takes the address of a page of GitLab's documentation.
    pub(crate) fn url(&mut self, diagnostics: &mut Diagnostics) -> Option<Spanned<String>> {
        let url = self.text("docs", diagnostics)?;
        let host = url.value.strip_prefix("https://").unwrap_or_default();
        if host.is_empty() || url.value.contains(|c: char| c.is_whitespace() || "<>".contains(c)) {
            diagnostics
                .error(Code::BadUrl, url.span, format!("`{}` is no address of a page", url.value))
                .help("it begins with `https://`");
        }
        Some(url)
    }

    /// Takes the number of a release.
    pub(crate) fn release(&mut self, diagnostics: &mut Diagnostics) -> Option<Spanned<String>> {
        let release = self.scalar("since", diagnostics)?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let valid = matches!(release.value.split_once('.'), Some((major, minor)) if is_number(major) && is_number(minor));
        if !valid {
            diagnostics
                .error(Code::BadRelease, release.span, format!("`{}` is no release", release.value))
                .help("write the two numbers of a GitLab release: `since: \"17.10\"`");
        }
        Some(release)
    }

    /// Takes the text that explains the owner.
    pub(crate) fn doc(&mut self, diagnostics: &mut Diagnostics) -> String {
        self.optional_doc(diagnostics).unwrap_or_else(|| {
            missing_doc(self.owner, diagnostics);
            String::new()
        })
    }

    /// Takes the text that explains the owner, where one can be made up.
    pub(crate) fn optional_doc(&mut self, diagnostics: &mut Diagnostics) -> Option<String> {
        let (name, node) = self.take_entry("doc")?;
        // A text of the wrong type counts as given: one problem is enough.
        let Some(doc) = text(node, "doc", name.span, diagnostics) else {
            return Some(String::new());
        };
        let doc = doc.value.trim().to_owned();
        if doc.is_empty() {
            missing_doc(name.span, diagnostics);
        }
        Some(doc)
    }

    /// Takes lines of a script.
    pub(crate) fn script(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Spanned<String>> {
        let (name, node) = self.take_entry(key)?;
        let script = text(node, key, name.span, diagnostics)?;
        let lines = script.value.trim();
        if lines.is_empty() {
            diagnostics
                .error(Code::Empty, name.span, format!("`{key}` has no script in it"))
                .help("write what a script would say, or remove the key");
            return None;
        }
        Some(Spanned::new(lines.to_owned(), script.span))
    }

    /// Takes a scalar that may be a number, as text.
    pub(crate) fn scalar(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Spanned<String>> {
        let (name, node) = self.take_entry(key)?;
        match node.scalar() {
            Some(scalar) => Some(Spanned::new(scalar.to_owned(), node.span)),
            None => {
                wrong_type(node, key, "a text or a number", name.span, diagnostics);
                None
            }
        }
    }

    /// Takes one of the listed words.
    pub(crate) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&'static str, T)],
        diagnostics: &mut Diagnostics,
    ) -> Option<Spanned<T>> {
        let found = self.text(key, diagnostics)?;
        match words.iter().find(|(word, _)| *word == found.value) {
            Some((_, meaning)) => Some(Spanned::new(*meaning, found.span)),
            None => {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                diagnostics
                    .error(Code::UnknownWord, found.span, format!("`{key}` cannot be `{}`", found.value))
                    .help(suggestion(&found.value, &words, "it is one of"));
                None
            }
        }
    }

    /// Takes a list of texts.
    pub(crate) fn texts(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<Spanned<String>>> {
        let (name, node) = self.take_entry(key)?;
        let Value::List(items) = &node.value else {
            wrong_type(node, key, "a list of texts", name.span, diagnostics);
            return None;
        };
        Some(items.iter().filter_map(|item| text(item, key, name.span, diagnostics)).collect())
    }

    /// Takes a map whose keys are names: each with its value.
    pub(crate) fn named(
        &mut self,
        key: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<(Spanned<String>, &'a Node)>> {
        let (name, node) = self.take_entry(key)?;
        Some(named(node, key, name.span, diagnostics))
    }

    /// Refuses a key that is known elsewhere, and says why not here.
    pub(crate) fn misplaced(
        &mut self,
        key: &'static str,
        help: impl Into<String>,
        diagnostics: &mut Diagnostics,
    ) {
        let taken = self.take_entry(key);
        // The key stays out of the list of what one may write here.
        self.known.retain(|known| *known != key);
        if let Some((name, _)) = taken {
            diagnostics
                .error(Code::MisplacedKey, name.span, format!("`{key}` has no meaning in {}", self.what))
                .help(help);
        }
    }

    /// Reports what nobody took.
    pub(crate) fn finish(self, diagnostics: &mut Diagnostics) {
        for (key, _) in &self.entries {
            let Some(name) = key.scalar() else {
                wrong_type(key, "a key", "a text", key.span, diagnostics);
                continue;
            };
            diagnostics
                .error(Code::UnknownKey, key.span, format!("{} has no key `{name}`", self.what))
                .help(suggestion(name, &self.known, "its keys are"));
        }
    }
}

/// Reads a map whose keys are names.
pub(crate) fn named<'a>(
    node: &'a Node,
    key: &'static str,
    owner: Span,
    diagnostics: &mut Diagnostics,
) -> Vec<(Spanned<String>, &'a Node)> {
    let mut seen = std::collections::HashSet::new();
    entries(node, key, owner, diagnostics)
        .into_iter()
        .filter_map(|(name, value)| match name.scalar() {
            Some(text) => Some((Spanned::new(text.to_owned(), name.span), value)),
            None => {
                wrong_type(name, key, "names as its keys", name.span, diagnostics);
                None
            }
        })
        // The second of two equal keys was reported when the file was parsed.
        .filter(|(name, _)| seen.insert(name.value.clone()))
        .collect()
}

/// Reads a text.
pub(crate) fn text(
    node: &Node,
    key: &str,
    owner: Span,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<String>> {
    if let Value::Text(text) = &node.value {
        return Some(Spanned::new(text.clone(), node.span));
    }
    wrong_type(node, key, "a text", owner, diagnostics);
    None
}

/// Reports a value of another shape than the key takes.
pub(crate) fn wrong_type(node: &Node, key: &str, expected: &str, owner: Span, diagnostics: &mut Diagnostics) {
    // Nothing has no place of its own to point at.
    let span = if matches!(node.value, Value::Null) { owner } else { node.span };
    let found = node.kind();
    let subject = if key.contains(' ') { key.to_owned() } else { format!("`{key}`") };
    let advice = diagnostics.error(
        Code::WrongType,
        span,
        format!("{subject} takes {expected}, but {found} stands here"),
    );
    match &node.value {
        Value::Bool(_) | Value::Number(_) => {
            let scalar = node.scalar().unwrap_or_default();
            advice.help(format!("put it in quotes to make it a text: \"{scalar}\""));
        }
        Value::Null => advice.help("write the value, or remove the key"),
        Value::Text(_) | Value::List(_) | Value::Map(_) => advice.help(format!("write {expected}")),
    }
}

/// The help line for a name that is not in a list.
pub(crate) fn suggestion(name: &str, candidates: &[&str], otherwise: &str) -> String {
    match did_you_mean(name, candidates.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if candidates.is_empty() => "there is none".to_owned(),
        None => format!("{otherwise} `{}`", candidates.join("`, `")),
    }
}

/// Reports that nothing explains the owner.
pub(crate) fn missing_doc(owner: Span, diagnostics: &mut Diagnostics) {
    diagnostics
        .error(Code::MissingDoc, owner, "nothing says what this is")
        .help("add a sentence: ` - What it is.` behind a type, `doc:` elsewhere");
}

fn entries<'a>(
    node: &'a Node,
    what: &str,
    owner: Span,
    diagnostics: &mut Diagnostics,
) -> Vec<(&'a Node, &'a Node)> {
    match &node.value {
        Value::Map(entries) => entries.iter().map(|(key, value)| (key, value)).collect(),
        Value::Null => Vec::new(),
        _ => {
            wrong_type(node, what, "a map", owner, diagnostics);
            Vec::new()
        }
    }
}
