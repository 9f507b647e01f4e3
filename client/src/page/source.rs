//! Where pages come from: one request of a list, its answer read into rows, and what it tells about the other pages.

use std::time::Instant;

use serde_json::value::RawValue;

use super::next::{Next, ROWS_PER_PAGE, following, last_page, total};
use super::seen::{Key, telling_apart};
use crate::arguments::Arguments;
use crate::caller::Caller;
use crate::client::{Gitlab, Response};
use crate::endpoint::{Endpoint, Keyset, Resource};
use crate::error::Error;
use crate::object::{Context, Json, Object};
use crate::rehearsal;

/// A list's request, with whatever stays the same from page to page.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) client: Gitlab,
    pub(super) endpoint: &'static Endpoint,
    pub(super) arguments: Arguments,
    pub(super) resource: &'static Resource,
    pub(super) context: Context,
}

/// A page as it came.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) rows: Vec<(Key, Object)>,
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
        let mut rows = self.read(&response)?;
        let headers = &response.headers;
        let next = following(page, headers, rows.len(), self.per_page());
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

    fn read(&self, response: &Response) -> Result<Vec<(Key, Object)>, Error> {
        let apart = telling_apart(self.resource);
        let rows: Vec<&RawValue> = response.json()?;
        rows.into_iter()
            .map(|raw| {
                let raw = Json::part(&response.body, raw);
                let row = Object::listed(&self.client, self.resource, &self.context, raw)?;
                Ok((Key::of(&row, &apart), row))
            })
            .collect()
    }
}
