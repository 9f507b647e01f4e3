//! The items of what a script passes as a list: an array, a range, or a list of GitLab's, whose pages are fetched as its
//! rows are come to.

use std::ops::{Range, RangeInclusive};

use rhai::{Array, Dynamic, EvalAltResult, INT};

use super::error::raise_usage_with;
use super::sequence::SequenceRef;
use super::value::inner_words;

/// Items that can be taken one by one, from several threads.
#[derive(Clone, Debug)]
pub(super) enum Items {
    Array(Array),
    /// The first number, and how many follow.
    Range(INT, usize),
    Rows(SequenceRef),
}

impl Items {
    /// The items of a value that was passed to a call.
    pub(super) fn of(call: &str, value: Dynamic) -> Result<Self, Box<EvalAltResult>> {
        let value = value.flatten();
        if let Some(rows) = value.read_lock::<SequenceRef>() {
            return Ok(Self::Rows(rows.clone()));
        }
        let range =
            value.read_lock::<Range<INT>>().map(|range| (range.start, range.end.saturating_sub(range.start)));
        let inclusive = value.read_lock::<RangeInclusive<INT>>().map(|range| {
            let span = range.end().saturating_sub(*range.start());
            (*range.start(), span.saturating_add(1))
        });
        if let Some((start, span)) = range.or(inclusive) {
            return Ok(Self::Range(start, usize::try_from(span.max(0)).unwrap_or(usize::MAX)));
        }
        let words = inner_words(&value);
        value.try_cast::<Array>().map(Self::Array).ok_or_else(|| {
            raise_usage_with(
                format!("{call}() cannot go through {words}"),
                "It takes an array, a range such as `0..10`, or what `list()` answers.",
            )
        })
    }

    /// The item at a place, counted from 0; `None` behind the last.
    pub(super) fn get(&self, place: usize) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
        Ok(match self {
            Self::Array(items) => items.get(place).map(Dynamic::flatten_clone),
            Self::Range(start, count) => {
                let offset = INT::try_from(place).ok().filter(|_| place < *count);
                offset.and_then(|offset| start.checked_add(offset)).map(Dynamic::from)
            }
            Self::Rows(rows) => rows.row(place)?.map(Dynamic::from),
        })
    }

    /// How many there are, where that is known without fetching them.
    pub(super) fn known_length(&self) -> Option<usize> {
        match self {
            Self::Array(items) => Some(items.len()),
            Self::Range(_, count) => Some(*count),
            Self::Rows(_) => None,
        }
    }

    /// All items.
    pub(super) fn all(&self) -> Result<Array, Box<EvalAltResult>> {
        let mut all = Array::new();
        while let Some(item) = self.get(all.len())? {
            all.push(item);
        }
        Ok(all)
    }
}
