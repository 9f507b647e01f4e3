//! Rows over pages: fetched on demand, in order. A failed page can be asked for again, so nothing that
//! was already read is lost. This module must not know what the rows are.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use futures_core::Stream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::value::RawValue;

use crate::arguments::Arguments;
use crate::client::{Gitlab, Response};
use crate::endpoint::{Endpoint, Pagination, Resource};
use crate::entity::Entity;
use crate::error::Error;
use crate::http::link;
use crate::object::{Context, Object};

/// The page size of a walk over all rows: the largest that GitLab serves.
const ROWS_PER_PAGE: i64 = 100;

/// A list that was described but not yet asked for.
#[derive(Debug)]
pub struct List<T> {
    pages: Pages,
    of: PhantomData<fn() -> T>,
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

/// The pages of a list, one after the other.
#[derive(Debug)]
pub struct Pages {
    client: Gitlab,
    endpoint: &'static Endpoint,
    arguments: Arguments,
    resource: &'static Resource,
    context: Context,
    next: Next,
}

#[derive(Debug, Clone, PartialEq)]
enum Next {
    /// This page, and no other.
    Only,
    /// The page of this number.
    Number(i64),
    /// What GitLab's link says.
    Link(String),
    End,
}

/// The rows of a list as a stream.
pub struct RowStream<T> {
    rows: Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>,
}

impl<T> List<T> {
    pub(crate) fn new(pages: Pages) -> Self {
        Self { pages, of: PhantomData }
    }
}

impl<T: Entity + Send + 'static> List<T> {
    /// The rows one by one; each page is fetched when its first row is asked for.
    #[must_use]
    pub fn stream(self) -> RowStream<T> {
        let pages = stream::try_unfold(self.pages, async |mut pages| {
            Ok::<_, Error>(pages.next().await?.map(|page| (page, pages)))
        });
        let rows =
            pages.map_ok(|page| stream::iter(page.rows.into_iter().map(Object::typed::<T>))).try_flatten();
        RowStream { rows: Box::pin(rows) }
    }

    /// All rows at once.
    ///
    /// # Errors
    ///
    /// The first failure; use [`List::stream`] to keep the rows before it.
    pub async fn all(self) -> Result<Vec<T>, Error> {
        self.stream().rows.try_collect().await
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
    /// Whatever fetching the page gives.
    pub async fn page(mut self) -> Result<Page<T>, Error> {
        let Some(page) = self.pages.next().await? else {
            return Ok(Page { rows: Vec::new(), total: None });
        };
        let rows = page.rows.into_iter().map(Object::typed).collect::<Result<_, _>>()?;
        Ok(Page { rows, total: page.total })
    }
}

impl Pages {
    pub(crate) fn new(
        client: Gitlab,
        endpoint: &'static Endpoint,
        mut arguments: Arguments,
        resource: &'static Resource,
        context: Context,
    ) -> Self {
        let next = if endpoint.pagination == Pagination::None || arguments.get("page").is_some() {
            Next::Only
        } else {
            Next::Number(1)
        };
        if endpoint.pagination != Pagination::None
            && arguments.get("per_page").is_none()
            && next != Next::Only
        {
            arguments = arguments.with("per_page", ROWS_PER_PAGE);
        }
        Self { client, endpoint, arguments, resource, context, next }
    }

    /// The resource of the rows.
    #[must_use]
    pub fn resource(&self) -> &'static Resource {
        self.resource
    }

    /// Whether the caller asked for one page of a certain number.
    #[must_use]
    pub fn is_single_page(&self) -> bool {
        self.arguments.get("page").is_some()
    }

    /// The next page; `None` after the last. After an error the same page can be asked for again.
    ///
    /// # Errors
    ///
    /// Whatever the arguments, the way to GitLab or its answer give.
    pub async fn next(&mut self) -> Result<Option<Page<Object>>, Error> {
        let response = match &self.next {
            Next::End => return Ok(None),
            Next::Only => self.client.send(self.endpoint, &self.arguments).await?,
            Next::Number(page) => {
                let arguments = self.arguments.clone().with("page", *page);
                self.client.send(self.endpoint, &arguments).await?
            }
            Next::Link(link) => self.client.follow(self.endpoint, &self.arguments, link).await?,
        };
        let page = read(&self.client, self.resource, &self.context, &response)?;
        self.next = following(&self.next, &self.arguments, &response, page.rows.len());
        Ok(Some(page))
    }
}

fn read(
    client: &Gitlab,
    resource: &'static Resource,
    context: &Context,
    response: &Response,
) -> Result<Page<Object>, Error> {
    let rows: Vec<Box<RawValue>> = response.json()?;
    let total = response.header("x-total").and_then(|text| text.parse().ok());
    let rows = rows
        .into_iter()
        .map(|raw| Object::listed(client, resource, context, raw))
        .collect::<Result<_, _>>()?;
    Ok(Page { rows, total })
}

/// Which page comes after this one. GitLab says so in `X-Next-Page` or in a link; a proxy may drop both,
/// and then a full page means that there may be more.
fn following(current: &Next, arguments: &Arguments, response: &Response, rows: usize) -> Next {
    if *current == Next::Only || rows == 0 {
        return Next::End;
    }
    // A page that names itself or an earlier one as the next would be walked for ever.
    if let Some(number) = response.header("x-next-page") {
        let next = number.trim().parse().ok();
        return match (next, current) {
            (Some(next), Next::Number(page)) if next <= *page => Next::End,
            (Some(next), _) => Next::Number(next),
            (None, _) => Next::End,
        };
    }
    if let Some(header) = response.header("link") {
        let next = link::target(header, "next").map(|target| Next::Link(target.to_owned()));
        return next.filter(|next| next != current).unwrap_or(Next::End);
    }
    let per_page = arguments.get("per_page").and_then(serde_json::Value::as_u64).unwrap_or(u64::MAX);
    match current {
        Next::Number(page) if rows as u64 >= per_page => Next::Number(page + 1),
        _ => Next::End,
    }
}

impl<T> RowStream<T> {
    /// The next row; `None` after the last.
    ///
    /// # Errors
    ///
    /// Whatever fetching or decoding it gives.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.rows.next().await.transpose()
    }
}

impl<T> Stream for RowStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        self.rows.as_mut().poll_next(task)
    }
}

impl<T> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").finish_non_exhaustive()
    }
}
