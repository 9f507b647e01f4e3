//! Many pipelines of one project, asked for together: one list of what changed answers for all of them. Decides which
//! page of the list, or which single pipelines, a round of looks needs; sends nothing.
//!
//! A round either walks the list from its newest row down to the oldest pipeline that is waited for, or, once the
//! server's own time is known from a row's `updated_at`, asks for what changed since. Lists leave some pipelines out,
//! such as children, and one that was deleted never shows up again: what a walk misses is asked for one by one, and
//! every so often there is a walk again.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Until;

/// How many rows a page has, GitLab's most.
pub(super) const ROWS_PER_PAGE: usize = 100;

/// Every so many rounds the list is walked, to notice what a list of changes cannot tell.
const ROUNDS_BETWEEN_WALKS: u32 = 20;

/// Changes are asked for from this long before the newest one that was seen: GitLab notes the time of a change a little
/// before others can see it.
const OVERLAP: SignedDuration = SignedDuration::from_secs(10);

/// The pipelines of one project that are waited for.
#[derive(Debug)]
pub(super) struct Group {
    until: Until,
    /// Whether a pipeline that a list calls over is read once more by itself.
    refresh: bool,
    /// Whether there is a list that tells what changed.
    listable: bool,
    waiting: BTreeSet<i64>,
    /// Those that the list leaves out.
    unlisted: BTreeSet<i64>,
    newest: Option<Timestamp>,
    rounds: u32,
    round: Round,
}

/// What one round has found so far.
#[derive(Debug, Default)]
struct Round {
    /// The page to ask for, if it takes another.
    page: Option<usize>,
    is_walk: bool,
    /// Whom no page has answered for.
    missing: BTreeSet<i64>,
    /// Who is to be asked for one by one.
    singles: BTreeSet<i64>,
    newest: Option<Timestamp>,
}

/// What a round needs next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// A page of the list, of what changed after this time if there is one.
    Page { number: usize, updated_after: Option<Timestamp> },
    /// These, one by one.
    Singles(Vec<i64>),
    /// Nothing: the round is over.
    Nothing,
}

/// What a row of the list says.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) status: String,
    pub(super) updated_at: Option<Timestamp>,
}

impl Group {
    pub(super) fn new(until: Until, refresh: bool, listable: bool) -> Self {
        Self {
            until,
            refresh,
            listable,
            waiting: BTreeSet::new(),
            unlisted: BTreeSet::new(),
            newest: None,
            rounds: 0,
            round: Round::default(),
        }
    }

    /// Adds a pipeline to wait for. What exists in a rehearsal alone has a negative number and is in no list.
    pub(super) fn add(&mut self, id: i64) {
        self.waiting.insert(id);
        if id < 0 {
            self.unlisted.insert(id);
        }
    }

    /// Those that are not over.
    pub(super) fn waiting(&self) -> impl Iterator<Item = i64> {
        self.waiting.iter().copied()
    }

    pub(super) fn is_waited_for(&self, id: i64) -> bool {
        self.waiting.contains(&id)
    }

    pub(super) fn is_over(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Begins a round of looks.
    pub(super) fn begin(&mut self) {
        let listed: BTreeSet<i64> = self.waiting.difference(&self.unlisted).copied().collect();
        let mut singles: BTreeSet<i64> = self.waiting.intersection(&self.unlisted).copied().collect();
        let is_walk = self.newest.is_none() || self.rounds.is_multiple_of(ROUNDS_BETWEEN_WALKS);
        self.rounds += 1;
        // A single pipeline is cheaper by itself, and tells more.
        if self.listable && listed.len() > 1 {
            self.round = Round { page: Some(1), is_walk, missing: listed, singles, newest: self.newest };
        } else {
            singles.extend(listed);
            self.round = Round { singles, ..Round::default() };
        }
    }

    /// What the round needs next.
    pub(super) fn ask(&mut self) -> Ask {
        if let Some(number) = self.round.page {
            let newest = self.newest.filter(|_| !self.round.is_walk);
            let updated_after = newest.and_then(|newest| newest.checked_sub(OVERLAP).ok());
            return Ask::Page { number, updated_after };
        }
        match std::mem::take(&mut self.round.singles) {
            none if none.is_empty() => Ask::Nothing,
            singles => Ask::Singles(singles.into_iter().collect()),
        }
    }

    /// Takes in the page that was asked for.
    pub(super) fn page(&mut self, rows: &[Row]) {
        let Some(number) = self.round.page.take() else { return };
        for row in rows {
            self.round.newest = self.round.newest.max(row.updated_at);
            if self.round.missing.remove(&row.id) && self.until.is_over(&row.status) {
                if self.refresh {
                    self.round.singles.insert(row.id);
                } else {
                    self.waiting.remove(&row.id);
                }
            }
        }
        let is_last = rows.len() < ROWS_PER_PAGE;
        let oldest_row = rows.last().map(|row| row.id);
        let oldest = self.round.missing.first().copied();
        let is_answered = is_last || oldest.is_none() || self.round.is_walk && oldest_row <= oldest;
        if !is_answered && number < self.round.missing.len() {
            self.round.page = Some(number + 1);
            return;
        }
        self.newest = self.round.newest;
        if self.round.is_walk || !is_answered {
            let missing = std::mem::take(&mut self.round.missing);
            if is_answered {
                self.unlisted.extend(&missing);
            }
            // More pages would cost more than asking for the rest one by one.
            self.round.singles.extend(missing);
        }
    }

    /// Takes in what was asked for by itself.
    pub(super) fn single(&mut self, id: i64, status: &str) {
        if self.until.is_over(status) {
            self.waiting.remove(&id);
        }
    }

    /// Gives a pipeline up that cannot be read.
    pub(super) fn drop(&mut self, id: i64) {
        self.waiting.remove(&id);
    }
}

/// The pipelines of each project, in the order in which the projects come first.
pub(super) fn by_key<K: PartialEq, T>(items: impl IntoIterator<Item = (K, T)>) -> Vec<(K, Vec<T>)> {
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    for (key, item) in items {
        // Whoever waits for many pipelines of one project has most often just added one of that project.
        match groups.iter_mut().rev().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

#[cfg(test)]
mod tests;
