//! Lists: their rows as a stream, all at once, or page by page. What is fetched when is decided in the modules
//! below. This module must not know what the rows are.

mod keyset;
mod next;
mod seen;
mod source;
mod walk;
mod window;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::entity::Entity;
use crate::error::Error;
use crate::object::Object;

pub(crate) use keyset::take_choice;
pub use walk::Pages;

/// A list that was described but not yet asked for.
///
/// The first page is fetched alone. When its rows are used up, the pages behind it are fetched ahead, two at once, then four,
/// up to [`Builder::jobs`](crate::Builder::jobs), while the caller works on the rows. What was asked for and is not needed is given up: that is one such
/// window of requests at most. GitLab's order of the rows is kept.
///
/// A list may change while one walks over it. Then
///
/// - no row comes twice, whatever happens;
/// - no row is missed because others are added, in lists with the newest first;
/// - no row is missed because this client, or a copy of it, deleted others or changed them so that they left the list, as a loop does
///   that cancels what it lists; the pages before are read again for that, at most three times for each page;
/// - where GitLab sends totals, as it does for most lists of up to 10,000 rows with the newest first, no row is missed because somebody else
///   deleted others: a total that shrank shows it.
///
/// What came into the list after the walk began may or may not be seen. Where GitLab sends no totals, or sends the oldest first, a row can be missed when somebody
/// else deletes an earlier one in the time between the fetching of two pages. [`List::keyset`] has no such gap.
#[derive(Debug)]
pub struct List<T> {
    pages: Pages,
    decode: fn(Object) -> Result<T, Error>,
}

/// One page of rows.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows, in GitLab's order.
    pub rows: Vec<T>,
    /// How many rows all pages hold, where GitLab says it.
    pub total: Option<u64>,
}

/// The rows of a list as a stream.
///
/// After an error the stream goes on where it was: a page that could not be fetched is asked for again, a row
/// that could not be read is passed over. Dropping the stream gives up what is being fetched.
pub struct RowStream<T>(BoxStream<'static, Result<T, Error>>);

impl<T: Entity> List<T> {
    pub(crate) fn new(pages: Pages) -> Self {
        Self { pages, decode: Object::typed::<T> }
    }
}

impl<T: 'static> List<T> {
    /// The same list in pages by keyset: each begins behind the last row of the one before, wherever that is by then. They are
    /// fetched one by one, and no row is missed whatever changes. There are no totals.
    ///
    /// A list that can do it goes on like this by itself when GitLab refuses to count further.
    ///
    /// # Errors
    ///
    /// [`crate::ErrorKind::Usage`] when GitLab has no such pages for this list; the hint names those that have.
    pub fn keyset(self) -> Result<Self, Error> {
        Ok(Self { pages: self.pages.by_keyset()?, ..self })
    }

    /// The rows one by one.
    #[must_use]
    pub fn stream(self) -> RowStream<T> {
        let pages = stream::unfold(self.pages, |mut pages| async {
            let page = pages.next().await.transpose()?;
            Some((page, pages))
        });
        let rows = pages.map_ok(move |page| stream::iter(page.rows).map(self.decode)).try_flatten();
        RowStream(rows.fuse().boxed())
    }

    /// All rows at once.
    ///
    /// # Errors
    ///
    /// The first failure; use [`List::stream`] to keep the rows before it and to go on.
    pub async fn all(self) -> Result<Vec<T>, Error> {
        self.stream().try_collect().await
    }

    /// The first row, for the price of one page.
    ///
    /// # Errors
    ///
    /// Whatever fetching the first page gives.
    pub async fn first(self) -> Result<Option<T>, Error> {
        self.stream().try_next().await
    }

    /// The first page with what GitLab says about the whole.
    ///
    /// # Errors
    ///
    /// Whatever fetching the page and reading its rows gives.
    pub async fn page(mut self) -> Result<Page<T>, Error> {
        let Some(page) = self.pages.next().await? else {
            return Ok(Page { rows: Vec::new(), total: None });
        };
        if let Some(error) = self.pages.take_error() {
            return Err(error);
        }
        let rows = page.rows.into_iter().map(self.decode).collect::<Result<_, _>>()?;
        Ok(Page { rows, total: page.total })
    }
}

impl<T> RowStream<T> {
    /// The next row; `None` after the last.
    ///
    /// # Errors
    ///
    /// Whatever fetching or decoding it gives. The next call goes on there.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.next().await.transpose()
    }
}

impl<T> Stream for RowStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(task)
    }
}

impl<T> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").finish_non_exhaustive()
    }
}
