//! Which rows a walk has given out. Rows move between pages while one lists; their identities tell that a row comes for
//! the second time, and whether one that turns up on an earlier page was missed there.

use std::collections::{BTreeSet, HashSet};

use crate::arguments::Id;
use crate::endpoint::Resource;
use crate::object::Object;

/// What tells a row from all other rows of its list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    identity: Id,
    /// The fields that tell objects of one name apart, as JSON: variables of one key have several scopes.
    apart: Option<Box<str>>,
}

impl Key {
    /// The key of a row; `fields` is what [`telling_apart`] answers for its resource.
    pub(super) fn of(row: &Object, fields: &[&str]) -> Self {
        let apart = (!fields.is_empty()).then(|| {
            let values = fields.iter().map(|field| row.peek(field));
            serde_json::json!(values.collect::<Vec<_>>()).to_string().into_boxed_str()
        });
        Self { identity: row.identity().clone(), apart }
    }

    fn number(&self) -> Option<i64> {
        match self.identity {
            Id::Number(number) => Some(number),
            Id::Name(_) => None,
        }
    }
}

/// The fields that identify an object of the resource beside its identity: those with which its operations choose one.
pub(super) fn telling_apart(resource: &Resource) -> Vec<&'static str> {
    let params = resource.operations.iter().flat_map(|operation| operation.endpoint.params);
    let fields: BTreeSet<&'static str> = params.flat_map(|param| param.from).map(|own| own.field).collect();
    fields.into_iter().collect()
}

/// The rows that were given out.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: HashSet<Key>,
    /// The highest and the lowest number, as long as each row that was given out had a lower one than those before.
    descending: Option<(i64, i64)>,
    out_of_order: bool,
}

impl Seen {
    pub(super) fn has(&self, key: &Key) -> bool {
        self.keys.contains(key)
    }

    /// Takes a row in; false if it was there.
    pub(super) fn add(&mut self, key: Key) -> bool {
        let number = key.number();
        if !self.keys.insert(key) {
            return false;
        }
        self.descending = match (self.descending, number) {
            _ if self.out_of_order => None,
            (None, Some(number)) => Some((number, number)),
            // What is newer than the first row came after the walk began, and says nothing about the order.
            (Some((highest, lowest)), Some(number)) if number > highest => Some((highest, lowest)),
            (Some((highest, lowest)), Some(number)) if number < lowest => Some((highest, number)),
            _ => {
                self.out_of_order = true;
                None
            }
        };
        true
    }

    /// Whether a row on a page that was read again was missed there. In a list with the newest rows first, a row that is
    /// newer than all others was made since, and is none of those that the walk set out for.
    pub(super) fn lacks(&self, key: &Key) -> bool {
        let is_new = self
            .descending
            .zip(key.number())
            .is_some_and(|((highest, lowest), number)| highest > lowest && number > highest);
        !is_new && !self.has(key)
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Seen};
    use crate::arguments::Id;

    fn key(number: i64) -> Key {
        Key { identity: Id::Number(number), apart: None }
    }

    fn seen(numbers: &[i64]) -> Seen {
        let mut seen = Seen::default();
        for number in numbers {
            seen.add(key(*number));
        }
        seen
    }

    #[test]
    fn a_row_is_taken_in_once() {
        let mut seen = seen(&[9, 7]);
        assert!(!seen.add(key(9)));
        assert!(seen.add(key(8)));
        let scoped = |scope: &str| Key { identity: Id::Name("KEY".to_owned()), apart: Some(scope.into()) };
        assert!(seen.add(scoped("*")) && seen.add(scoped("production")) && !seen.add(scoped("*")));
    }

    #[test]
    fn new_rows_are_told_from_missed_ones_where_the_newest_come_first() {
        let newest_first = seen(&[9, 7, 5]);
        assert!(!newest_first.lacks(&key(7)), "it was given out");
        assert!(newest_first.lacks(&key(6)) && newest_first.lacks(&key(4)), "they were missed");
        assert!(!newest_first.lacks(&key(10)), "it is new");
        for other_order in [seen(&[5, 7, 9]), seen(&[9, 5, 7]), seen(&[9])] {
            assert!(other_order.lacks(&key(10)), "{other_order:?}");
        }
        assert!(!seen(&[9, 7, 12, 5]).lacks(&key(13)), "a new row among the others changes nothing");
    }
}
