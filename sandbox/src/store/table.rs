//! Records by number, and the numbers by owner.
//!
//! This file owns the index. With it, a question about one project costs the same in a world of one project
//! and in a world of hundreds.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use super::{Job, Pipeline, Project, Schedule, Trigger, Variable, VariableOwner};

/// All records of one kind. It can be read like the map that it holds.
#[derive(Debug)]
pub(crate) struct Table<R: Owned> {
    records: BTreeMap<i64, R>,
    owned: BTreeSet<(R::Owner, i64)>,
}

/// A record that belongs to another one, for all of its life.
pub(crate) trait Owned {
    /// What tells owners apart.
    type Owner: Copy + Ord;

    /// To whom it belongs.
    fn belongs_to(&self) -> Self::Owner;
}

impl<R: Owned> Table<R> {
    /// The owner's records, in the order of their numbers.
    pub(crate) fn of(&self, owner: R::Owner) -> impl DoubleEndedIterator<Item = (i64, &R)> {
        let numbers = self.owned.range((owner, i64::MIN)..=(owner, i64::MAX));
        numbers.filter_map(|(_, id)| Some((*id, self.records.get(id)?)))
    }

    /// Puts a record in the place of this number.
    pub(crate) fn insert(&mut self, id: i64, record: R) {
        self.remove(&id);
        self.owned.insert((record.belongs_to(), id));
        self.records.insert(id, record);
    }

    /// Takes the record of this number out.
    pub(crate) fn remove(&mut self, id: &i64) -> Option<R> {
        let record = self.records.remove(id)?;
        self.owned.remove(&(record.belongs_to(), *id));
        Some(record)
    }

    /// The record of this number, to be changed. Its owner stays.
    pub(crate) fn get_mut(&mut self, id: &i64) -> Option<&mut R> {
        self.records.get_mut(id)
    }
}

impl<R: Owned> Default for Table<R> {
    fn default() -> Self {
        Self { records: BTreeMap::new(), owned: BTreeSet::new() }
    }
}

impl<R: Owned> Deref for Table<R> {
    type Target = BTreeMap<i64, R>;

    fn deref(&self) -> &BTreeMap<i64, R> {
        &self.records
    }
}

/// Declares whose the records of a kind are.
macro_rules! owned {
    ($($record:ty: $owner:ty = $field:ident;)*) => {
        $(impl Owned for $record {
            type Owner = $owner;

            fn belongs_to(&self) -> $owner {
                self.$field
            }
        })*
    };
}

owned! {
    Project: i64 = group;
    Trigger: i64 = project;
    Pipeline: i64 = project;
    Job: i64 = project;
    Schedule: i64 = project;
    Variable: VariableOwner = owner;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Record(i64);

    impl Owned for Record {
        type Owner = i64;

        fn belongs_to(&self) -> i64 {
            self.0
        }
    }

    fn of(table: &Table<Record>, owner: i64) -> Vec<i64> {
        table.of(owner).map(|(id, _)| id).collect()
    }

    #[test]
    fn records_are_found_by_their_owner() {
        let mut table = Table::default();
        for (id, owner) in [(3, 1), (1, 1), (2, 2), (i64::MAX, 1)] {
            table.insert(id, Record(owner));
        }
        assert_eq!(of(&table, 1), [1, 3, i64::MAX]);
        assert_eq!(of(&table, 9), [0; 0]);
        table.insert(3, Record(2));
        table.remove(&1);
        assert_eq!((of(&table, 1), of(&table, 2)), (vec![i64::MAX], vec![2, 3]));
        assert_eq!(table.len(), 3);
    }
}
