//! A walk over the pages of a list: which page comes next, how it is fetched, and whether anything moved between it and the
//! page before. Rows that move are neither lost nor given out twice, as far as [`super::List`] promises it.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::Page;
use super::keyset;
use super::next::{Next, ROWS_PER_PAGE};
use super::seen::{Key, Seen};
use super::source::{Fetched, Moment, QUERY_IGNORED, Source};
use super::window::Window;
use crate::arguments::Arguments;
use crate::client::Gitlab;
use crate::endpoint::{Endpoint, Pagination, Resource};
use crate::error::{Error, ErrorKind};
use crate::object::{Context, Object};

/// How often pages are read again in a row without bringing a new row. After that a list that changes each time is
/// read on as it is, so that every walk ends.
const MOST_TRIES: u32 = 3;

/// How many pages in a row may have the rows of the page before them.
const MOST_REPEATS: u32 = 2;

/// The pages of a list, one after the other.
#[derive(Debug)]
pub struct Pages {
    source: Arc<Source>,
    window: Window,
    next: Next,
    before: Option<Before>,
    seen: Seen,
    /// When the last page arrived that showed that new rows had pushed others to later pages.
    moved: Option<Instant>,
    tries: u32,
    links: HashSet<String>,
    /// What was read of a page and not given out yet, where some of its rows cannot be read.
    parts: VecDeque<Result<Page<Object>, Error>>,
}

/// The page in front of the one that is taken next.
#[derive(Debug)]
struct Before {
    number: i64,
    moment: Moment,
    first_row: Option<Key>,
    last_row: Option<Key>,
    /// How many pages before it had the same rows.
    repeats: u32,
}

/// What speaks against putting a page behind the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    Nothing,
    /// It may show the list as it was before the other page; a new row pushed one from the other page to this one.
    Older,
    /// Rows may have gone since the other page, and one of this page has moved to that.
    Shorter,
}

impl Pages {
    pub(crate) fn new(
        client: Gitlab,
        endpoint: &'static Endpoint,
        mut arguments: Arguments,
        resource: &'static Resource,
        context: Context,
    ) -> Self {
        let is_paged = endpoint.pagination != Pagination::None;
        let next = if is_paged && arguments.get("page").is_none() { Next::Number(1) } else { Next::Only };
        if next != Next::Only && arguments.get("per_page").is_none() {
            arguments = arguments.with("per_page", ROWS_PER_PAGE);
        }
        let source = Arc::new(Source { client, endpoint, arguments, resource, context });
        Self {
            window: Window::new(Arc::clone(&source)),
            source,
            next,
            before: None,
            seen: Seen::default(),
            moved: None,
            tries: 0,
            links: HashSet::new(),
            parts: VecDeque::new(),
        }
    }

    /// The same pages by keyset: see [`super::List::keyset`].
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Usage`] when GitLab has no such pages for this list; nothing is sent.
    pub fn by_keyset(mut self) -> Result<Self, Error> {
        keyset::check(self.source.endpoint, &self.source.arguments)?;
        self.next = Next::Keyset;
        Ok(self)
    }

    /// The resource of the rows.
    #[must_use]
    pub fn resource(&self) -> &'static Resource {
        self.source.resource
    }

    /// Whether the caller asked for one page of a certain number.
    #[must_use]
    pub fn is_single_page(&self) -> bool {
        self.source.arguments.get("page").is_some()
    }

    /// The next page; `None` after the last. A page may be empty and not the last, when all of its rows came before.
    ///
    /// A page with a row that cannot be read comes in parts: what is before that row, the error, and what is behind it.
    /// A single page that the caller asked for comes whole or not at all. After another error the same page can be asked
    /// for again, and the walk goes on there. Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// Whatever the arguments, the way to GitLab or its answer give.
    pub async fn next(&mut self) -> Result<Option<Page<Object>>, Error> {
        loop {
            if let Some(part) = self.parts.pop_front() {
                return part.map(Some);
            }
            let Next::Number(number) = self.next else {
                if self.next == Next::End {
                    return Ok(None);
                }
                let mut fetched = self.source.fetch(&self.next).await?;
                if self.next == Next::Only && !fetched.unreadable.is_empty() {
                    return Err(fetched.unreadable.swap_remove(0).1);
                }
                self.accept(None, fetched)?;
                continue;
            };
            match self.window.take(number).await {
                Ok(fetched) => self.join(number, fetched).await?,
                Err(error) if keyset::is_refused_offset(&error) => self.turn_to_keyset(error)?,
                Err(error) => return Err(error),
            }
        }
    }

    /// What is wrong with the page that the last call of [`Pages::next`] began to give out.
    pub(super) fn take_error(&mut self) -> Option<Error> {
        self.parts.drain(..).find_map(Result::err)
    }

    /// Puts a page behind the one before, unless others have to be read again first.
    async fn join(&mut self, number: i64, fetched: Fetched) -> Result<(), Error> {
        let Some(before) = self.before.as_ref().filter(|_| self.tries < MOST_TRIES) else {
            return self.accept(Some(number), fetched);
        };
        match doubt(before, &fetched, self.moved) {
            Doubt::Nothing => return self.accept(Some(number), fetched),
            Doubt::Older => {
                self.window.restart();
                self.tries += 1;
                return Ok(());
            }
            Doubt::Shorter => {}
        }
        // What was missed stands on the page before by now.
        let earlier = before.number;
        let again = match self.source.fetch(&Next::Number(earlier)).await {
            Ok(again) => again,
            Err(error) => {
                self.window.put(number, fetched);
                return Err(error);
            }
        };
        if !again.rows.is_empty() && !again.rows.iter().any(|(key, _)| self.seen.lacks(key)) {
            return self.accept(Some(number), fetched);
        }
        self.step_back(earlier, again).await?;
        self.tries += 1;
        Ok(())
    }

    /// Goes back to the page behind whose rows nothing was missed. `again` is the page `number`, read again.
    async fn step_back(&mut self, mut number: i64, mut again: Fetched) -> Result<(), Error> {
        self.window.restart();
        while number > 1 && !again.rows.first().is_some_and(|(key, _)| self.seen.has(key)) {
            self.window.put(number, Fetched { again: true, ..again });
            number -= 1;
            again = self.source.fetch(&Next::Number(number)).await?;
        }
        self.window.put(number, Fetched { again: true, ..again });
        self.next = Next::Number(number);
        self.before = None;
        Ok(())
    }

    fn turn_to_keyset(&mut self, refused: Error) -> Result<(), Error> {
        if keyset::check(self.source.endpoint, &self.source.arguments).is_err() {
            return Err(keyset::explain_refused_offset(refused));
        }
        // GitLab's cursors cannot be made up, so the walk begins anew; rows that were given out are passed over.
        self.window.restart();
        self.next = Next::Keyset;
        Ok(())
    }

    /// Takes a page as the next one; `number` is its number, if it has one.
    ///
    /// # Errors
    ///
    /// When pages repeat each other, which would never end.
    fn accept(&mut self, number: Option<i64>, fetched: Fetched) -> Result<(), Error> {
        let repeats =
            self.before.as_ref().filter(|before| repeats(before, &fetched)).map_or(0, |it| it.repeats + 1);
        if repeats >= MOST_REPEATS {
            let what = format!("{} pages in a row have the same rows", repeats + 1);
            return Err(Error::new(ErrorKind::Decode, what).with_hint(QUERY_IGNORED));
        }
        if !fetched.again && self.before.as_ref().is_some_and(|before| overlap(before, &fetched)) {
            self.moved = Some(fetched.moment.received);
        }
        self.before = number.map(|number| Before {
            number,
            moment: fetched.moment,
            first_row: fetched.rows.first().map(|(key, _)| key.clone()),
            last_row: fetched.rows.last().map(|(key, _)| key.clone()),
            repeats,
        });
        if let Next::Link(link) = &self.next {
            self.links.insert(link.clone());
        }
        self.next = match fetched.next {
            // Links that lead back to where the walk was would be followed for ever.
            Next::Link(link) if self.links.contains(&link) => Next::End,
            next => next,
        };
        let total = fetched.moment.total;
        let (mut rows, mut taken) = (fetched.rows, 0);
        for (place, error) in fetched.unreadable {
            let behind = rows.split_off(place - taken);
            let before = std::mem::replace(&mut rows, behind);
            taken = place;
            let part = self.page(before, fetched.again, total);
            self.parts.extend([Ok(part), Err(error)]);
        }
        let part = self.page(rows, fetched.again, total);
        self.parts.push_back(Ok(part));
        Ok(())
    }

    /// The rows that did not come before.
    fn page(&mut self, mut rows: Vec<(Key, Object)>, again: bool, total: Option<u64>) -> Page<Object> {
        if again {
            rows.retain(|(key, _)| self.seen.lacks(key));
        }
        let rows: Vec<Object> =
            rows.into_iter().filter_map(|(key, row)| self.seen.add(key).then_some(row)).collect();
        if !rows.is_empty() {
            self.tries = 0;
        }
        Page { rows, total }
    }
}

fn doubt(before: &Before, page: &Fetched, moved: Option<Instant>) -> Doubt {
    // The last row of the one stands on the other, too, so there is nothing between them.
    if overlap(before, page) {
        return Doubt::Nothing;
    }
    let (first, second) = (&before.moment, &page.moment);
    let totals = first.total.zip(second.total);
    let is_less = totals.is_some_and(|(first, second)| second < first);
    let wrote = first.writes_until.max(second.writes_until) != first.writes_before.min(second.writes_before);
    // Where both were under way at once, nobody knows which of them GitLab answered first. A row that was pushed from the
    // one to the other in between shows in a total, or in the rows that an earlier page had for the second time.
    let both_at_once = second.sent < first.received;
    let pushed = if totals.is_some() { is_less } else { moved.is_some_and(|moved| second.sent < moved) };
    if both_at_once && pushed {
        Doubt::Older
    } else if is_less || wrote {
        Doubt::Shorter
    } else {
        Doubt::Nothing
    }
}

/// Whether a page has the rows of the one before. New rows that push a whole page to the next number make one such page
/// at most; where each is like the one before, the server does not heed the number.
fn repeats(before: &Before, page: &Fetched) -> bool {
    let ends = [page.rows.first(), page.rows.last()].map(|row| row.map(|(key, _)| key));
    before.last_row.is_some() && ends == [before.first_row.as_ref(), before.last_row.as_ref()]
}

/// Whether the last row of one page stands on the next one, too.
fn overlap(before: &Before, page: &Fetched) -> bool {
    before.last_row.as_ref().is_some_and(|last| page.rows.iter().any(|(key, _)| key == last))
}
