//! Where pages come from: one request of a list, its answer read into rows, and what it tells about the other pages.

use std::time::Instant;

use serde_json::value::RawValue;

use super::next::{Next, ROWS_PER_PAGE, following, last_page, number, total};
use super::seen::{Key, telling_apart};
use crate::arguments::Arguments;
use crate::caller::Caller;
use crate::client::Gitlab;
use crate::endpoint::{Endpoint, Keyset, Resource};
use crate::error::{Error, ErrorKind};
use crate::object::{Context, Json, Object};
use crate::rehearsal;
use crate::response::Response;

/// A list's request, with whatever stays the same from page to page.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) client: Gitlab,
    pub(super) endpoint: &'static Endpoint,
    pub(super) arguments: Arguments,
    pub(super) resource: &'static Resource,
    pub(super) context: Context,
}

/// A row with what tells it from the others.
pub(super) type Row = (Key, Object);

/// Why a row cannot be read, with the number of readable ones before it.
type Unreadable = (usize, Error);

/// A page as it came.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) rows: Vec<Row>,
    /// Rows that cannot be read.
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) next: Next,
    /// The number of the last page, where GitLab says it.
    pub(super) last_page: Option<i64>,
    pub(super) moment: Moment,
    /// Whether it was read again to find rows that were missed.
    pub(super) again: bool,
}

/// What is known about the state of the list that a page shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) sent: Instant,
    pub(super) received: Instant,
    /// How many rows the whole list had, where GitLab says it.
    pub(super) total: Option<u64>,
    /// How many writes of this client had ended when the page was asked for.
    pub(super) writes_before: u64,
    /// How many had begun when it arrived.
    pub(super) writes_until: u64,
}

impl Source {
    pub(super) async fn fetch(&self, page: &Next) -> Result<Fetched, Error> {
        let (sent, writes_before) = (Instant::now(), self.client.writes_ended());
        let response = match page {
            Next::Link(link) => {
                self.client.follow(self.caller(), self.endpoint, &self.arguments, link).await?
            }
            page => self.client.send(self.caller(), self.endpoint, &self.arguments_of(page)).await?,
        };
        let headers = &response.headers;
        if let (Next::Number(asked), Some(told)) = (page, number(headers))
            && told != *asked
        {
            return Err(another_page(*asked, told).with_request(response.request.clone()));
        }
        let (mut rows, unreadable) = self.read(&response)?;
        let next = following(page, headers, rows.len() + unreadable.len(), self.per_page());
        rows.retain(|(_, row)| !rehearsal::is_deleted(self.caller(), row));
        Ok(Fetched {
            next,
            last_page: last_page(headers, self.per_page()),
            moment: Moment {
                sent,
                received: Instant::now(),
                total: total(headers),
                writes_before,
                writes_until: self.client.writes_begun(),
            },
            rows,
            unreadable,
            again: false,
        })
    }

    fn caller(&self) -> Caller<'_> {
        Caller { client: &self.client, resource: self.resource, context: &self.context, object: None }
    }

    fn arguments_of(&self, page: &Next) -> Arguments {
        let arguments = self.arguments.clone();
        match (page, self.endpoint.pagination.keyset()) {
            (Next::Number(number), _) => arguments.with("page", *number),
            (Next::Keyset, Some(Keyset { order_by, sort, .. })) => arguments
                .with_extra("pagination", "keyset")
                .with_extra("order_by", order_by)
                .with_extra("sort", sort),
            _ => arguments,
        }
    }

    fn per_page(&self) -> i64 {
        self.arguments.get("per_page").and_then(serde_json::Value::as_i64).unwrap_or(ROWS_PER_PAGE)
    }

    /// The rows of an answer, and those of them that cannot be read.
    fn read(&self, response: &Response) -> Result<(Vec<Row>, Vec<Unreadable>), Error> {
        let apart = telling_apart(self.resource);
        let parts: Vec<&RawValue> = response.json()?;
        let (mut rows, mut unreadable) = (Vec::with_capacity(parts.len()), Vec::new());
        for (place, part) in parts.into_iter().enumerate() {
            let raw = Json::part(&response.body, part);
            match Object::listed(&self.client, self.resource, &self.context, raw) {
                Ok(row) => rows.push((Key::of(&row, &apart), row)),
                Err(error) => {
                    let what = format!("row {} of the page cannot be read: {}", place + 1, error.message());
                    unreadable
                        .push((rows.len(), error.rephrased(what).with_request(response.request.clone())));
                }
            }
        }
        Ok((rows, unreadable))
    }
}

fn another_page(asked: i64, told: i64) -> Error {
    Error::new(ErrorKind::Decode, format!("page {told} was answered where page {asked} was asked for"))
        .with_hint(QUERY_IGNORED)
}

/// What pages mean that are not those that were asked for.
pub(super) const QUERY_IGNORED: &str =
    "Something between here and GitLab, such as a cache, answers without regard to the query of the URL.";
