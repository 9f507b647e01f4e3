//! What can stand inside quotes, and what can be a key of a map: texts that GitLab knows, files, names of
//! parameters.

use super::infer::Reading;
use super::matching::Offer;
use super::wanted::{Key, Wanted};

/// What can stand in a string that begins with this token; `typed` is what it holds so far.
pub(super) fn texts(reading: &Reading<'_>, at: usize, quote: char, typed: &str) -> Vec<Offer> {
    let closed = |name: &str| format!("{name}{quote}");
    if let Some(map) = key_place(reading, at) {
        let key =
            |key: Key| Offer::new(key.name.clone(), format!("{}: ", closed(&key.name)), key.label, key.doc);
        return free_keys(reading, map).into_iter().map(key).collect();
    }
    match reading.wanted(at, false) {
        Wanted::Name(names) => {
            let each = names.each().into_iter();
            each.map(|(name, doc)| Offer::plain(name, closed(name), doc)).collect()
        }
        Wanted::Key(keys) => {
            let offer = |key: Key| Offer::new(key.name.clone(), closed(&key.name), key.label, key.doc);
            keys.into_iter().map(offer).collect()
        }
        Wanted::File => {
            let offer =
                |name: String| file(&name, if is_directory(&name) { name.clone() } else { closed(&name) });
            reading.around.files(typed).into_iter().map(offer).collect()
        }
        Wanted::Module => {
            let files = reading.around.files(typed).into_iter();
            files.filter_map(|name| module(&name, quote)).collect()
        }
        _ => Vec::new(),
    }
}

/// A file, or a directory.
pub(super) fn file(name: &str, text: String) -> Offer {
    let doc = if is_directory(name) { "A directory." } else { "A file." };
    Offer::plain(name, text, doc)
}

fn is_directory(name: &str) -> bool {
    name.ends_with('/')
}

/// A script is imported without the ending of its name.
fn module(name: &str, quote: char) -> Option<Offer> {
    if is_directory(name) {
        return Some(file(name, name.to_owned()));
    }
    let module = name.strip_suffix(".rhai")?;
    Some(Offer::plain(module, format!("{module}{quote}"), "A script."))
}

/// The map whose next key stands at this token.
pub(super) fn key_place(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let source = &reading.source;
    let map = source.parent(at).filter(|map| source.word(*map) == "#{")?;
    let before = at.checked_sub(1)?;
    (before == map || source.word(before) == ",").then_some(map)
}

/// The keys of this map.
pub(super) fn keys(reading: &Reading<'_>, map: usize) -> Vec<Offer> {
    let offer = |key: Key| {
        // A word of Rhai's own is no key without quotes.
        let text = format!("{}: ", key.name);
        Offer::new(key.name, text, key.label, key.doc)
    };
    free_keys(reading, map).into_iter().map(offer).collect()
}

/// The keys that a map does not have yet.
fn free_keys(reading: &Reading<'_>, map: usize) -> Vec<Key> {
    let entries = reading.entries(map);
    let mut keys = reading.wanted(map, true).keys();
    keys.retain(|key| {
        !entries.iter().any(|entry| entry.key == key.name) && !reading.is_given_later(&key.name)
    });
    keys
}
