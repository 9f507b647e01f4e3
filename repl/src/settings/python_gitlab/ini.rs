//! Files in the dialect of Python's `configparser`, as python-gitlab opens them. Reads text; knows no key and no value.
//!
//! The crates that read INI files differ from it where tokens and errors are at stake: they fold the case of sections,
//! take the last of two equal keys without a word, cut values at `#` or `;`, and have no section `DEFAULT`.

use std::collections::{BTreeMap, btree_map::Entry};

/// The section whose keys all other sections have, too.
const DEFAULT: &str = "DEFAULT";

/// A file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ini {
    defaults: Keys,
    sections: BTreeMap<String, Keys>,
}

type Keys = BTreeMap<String, String>;

/// Why a text is no such file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The line, from 1.
    pub(super) line: usize,
    /// What is wrong with it. It repeats names only, for a value may be a token.
    pub(super) what: String,
}

impl Ini {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let mut reader = Reader::default();
        for (number, line) in lines(text).enumerate() {
            reader.take(line).map_err(|what| Problem { line: number + 1, what })?;
        }
        Ok(reader.ini)
    }

    /// The keys of a section, without those of `DEFAULT`.
    pub(super) fn section(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        self.sections.get(name)
    }

    /// The keys that all sections have.
    pub(super) fn defaults(&self) -> &BTreeMap<String, String> {
        &self.defaults
    }

    pub(super) fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }
}

/// Where the reader is.
#[derive(Default)]
struct Reader {
    ini: Ini,
    section: Option<String>,
    /// The key whose value may go on in the next line, and how far its own line was indented.
    open: Option<String>,
    indent: usize,
    /// Empty lines that belong to the value if it goes on behind them.
    empty_lines: usize,
}

impl Reader {
    fn take(&mut self, line: &str) -> Result<(), String> {
        let text = trimmed(line);
        if text.is_empty() {
            self.empty_lines += 1;
            return Ok(());
        }
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.chars().take_while(|letter| is_space(*letter)).count();
        if let (Some(key), true) = (self.open.clone(), indent > self.indent) {
            self.append(&key, text);
            return Ok(());
        }
        self.indent = indent;
        self.empty_lines = 0;
        match header(text) {
            Some(name) => self.begin_section(name),
            None => self.add_key(text),
        }
    }

    fn begin_section(&mut self, name: &str) -> Result<(), String> {
        self.open = None;
        self.section = Some(name.to_owned());
        if name == DEFAULT {
            return Ok(());
        }
        match self.ini.sections.entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(Keys::new());
                Ok(())
            }
            Entry::Occupied(_) => Err(format!("the section [{name}] stands here for the second time")),
        }
    }

    fn add_key(&mut self, text: &str) -> Result<(), String> {
        let Some((key, value)) = text.split_once(['=', ':']) else {
            return Err("this is neither a section in brackets nor a key with a value".to_owned());
        };
        let (key, value) = (trimmed(key).to_lowercase(), trimmed(value));
        if self.section.is_none() {
            return Err("the first key stands before any section in brackets".to_owned());
        }
        if key.is_empty() {
            return Err("there is a value without a key".to_owned());
        }
        if self.keys().contains_key(&key) {
            return Err(format!("the key `{key}` stands here for the second time in its section"));
        }
        self.keys().insert(key.clone(), value.to_owned());
        self.open = Some(key);
        Ok(())
    }

    /// A line that is indented further than its key goes on with the key's value.
    fn append(&mut self, key: &str, text: &str) {
        let empty_lines = std::mem::take(&mut self.empty_lines);
        let value = self.keys().entry(key.to_owned()).or_default();
        value.extend(std::iter::repeat_n('\n', empty_lines + 1));
        value.push_str(text);
    }

    fn keys(&mut self) -> &mut Keys {
        match &self.section {
            Some(name) if name != DEFAULT => self.ini.sections.entry(name.clone()).or_default(),
            _ => &mut self.ini.defaults,
        }
    }
}

/// The name in a section's brackets; what stands behind the last bracket counts for nothing.
fn header(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    inner.rfind(']').map(|end| &inner[..end]).filter(|name| !name.is_empty())
}

/// The lines of a text, whichever of the three ways they end.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// What Python takes for space, which is a little more than what Rust does.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{1c}'..='\u{1f}')
}

#[cfg(test)]
mod tests;
