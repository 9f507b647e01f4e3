//! Which of many names a person means who typed the beginning of one, or some of its letters.

use super::Candidate;

/// Something that could stand at a place.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    /// What a person would type for it.
    pub(super) name: String,
    pub(super) candidate: Candidate,
}

impl Offer {
    pub(super) fn new(
        name: impl Into<String>,
        text: impl Into<String>,
        label: impl Into<String>,
        doc: &str,
    ) -> Self {
        let candidate = Candidate { text: text.into(), label: label.into(), doc: first_line(doc) };
        Self { name: name.into(), candidate }
    }

    /// One whose name is all that is to be said of it.
    pub(super) fn plain(name: &str, text: impl Into<String>, doc: &str) -> Self {
        Self::new(name, text, name, doc)
    }
}

/// Documentation in one line.
fn first_line(doc: &str) -> String {
    doc.trim().lines().next().unwrap_or("").trim_end().to_owned()
}

/// The offers that begin as typed; if none does, those that do apart from capital letters; if none does
/// either, those that have the typed letters in this order, the closest first.
pub(super) fn choose(typed: &str, offers: Vec<Offer>) -> Vec<Candidate> {
    let small = typed.to_lowercase();
    let begins = |offer: &Offer| offer.name.starts_with(typed);
    let begins_nearly = |offer: &Offer| offer.name.to_lowercase().starts_with(&small);
    let test: &dyn Fn(&Offer) -> bool = if offers.iter().any(begins) { &begins } else { &begins_nearly };
    let chosen: Vec<Candidate> =
        offers.iter().filter(|offer| test(offer)).map(|offer| offer.candidate.clone()).collect();
    if chosen.is_empty() { fuzzy(&small, offers) } else { chosen }
}

fn fuzzy(small: &str, offers: Vec<Offer>) -> Vec<Candidate> {
    let typed: Vec<char> = small.chars().collect();
    let mut scored: Vec<(usize, Candidate)> = offers
        .into_iter()
        .filter_map(|offer| Some((cost(&typed, &offer.name.to_lowercase())?, offer.candidate)))
        .collect();
    // Equal ones keep the table's order.
    scored.sort_by_key(|(cost, _)| *cost);
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}

/// How far a name is from the typed letters; nothing if it lacks one of them.
fn cost(typed: &[char], name: &str) -> Option<usize> {
    let letters: Vec<char> = name.chars().collect();
    let first = typed.first()?;
    let begins = (0..letters.len()).filter(|place| letters.get(*place) == Some(first));
    let best = begins.filter_map(|begin| cost_from(typed, &letters, begin)).min()?;
    // What is left over of a name makes it less likely, too.
    Some(best * 2 + letters.len() - typed.len().min(letters.len()))
}

/// The letters that are skipped from here on; the start of a word inside the name is reached for less.
fn cost_from(typed: &[char], letters: &[char], begin: usize) -> Option<usize> {
    let starts_word =
        |place: usize| place.checked_sub(1).is_none_or(|before| letters.get(before) == Some(&'_'));
    let mut total = if starts_word(begin) { begin.min(2) } else { begin + 2 };
    let mut place = begin + 1;
    for letter in typed.iter().skip(1) {
        let found = place + letters.get(place..)?.iter().position(|known| known == letter)?;
        total += match found - place {
            0 => 0,
            _ if starts_word(found) => 1,
            skipped => skipped + 2,
        };
        place = found + 1;
    }
    Some(total)
}
