//! Pages fetched ahead: requests that run while the rows of earlier pages are worked on. Pages are taken in order, and the
//! window over them slides on with each page that is taken. It knows page numbers, and nothing of rows.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::{MaybeDone, maybe_done};
use tokio::task::JoinHandle;

use super::next::Next;
use super::source::{Fetched, Source};
use crate::error::{Error, ErrorKind};

/// The pages that were asked for and not taken yet, by number.
#[derive(Debug)]
pub(super) struct Window {
    source: Arc<Source>,
    pages: BTreeMap<i64, MaybeDone<Request>>,
    /// How many pages may be asked for at once: 1, 2, 4 … as the walk goes on, so that who needs little asks for little.
    width: i64,
    widest: i64,
    /// The last page of all, where it is known.
    last: Option<i64>,
}

impl Window {
    pub(super) fn new(source: Arc<Source>) -> Self {
        let widest = i64::try_from(source.client.jobs().get()).unwrap_or(i64::MAX);
        Self { source, pages: BTreeMap::new(), width: 1, widest, last: None }
    }

    /// The page of this number; those behind it are asked for as far as the window is open. After an error the page
    /// can be taken again, and what has come of those behind it is kept.
    pub(super) async fn take(&mut self, number: i64) -> Result<Fetched, Error> {
        self.pages = self.pages.split_off(&number);
        self.ask(number);
        // The request stays in its place while it is waited for: nothing is lost when the waiting is cut short.
        let page = self.pages.entry(number).or_insert_with(|| request(&self.source, number));
        (&mut *page).await;
        let answer = Pin::new(page).take_output();
        self.pages.remove(&number);
        let answer = answer.unwrap_or_else(|| Err(stopped()));
        match &answer {
            Ok(fetched) => {
                self.last = fetched.last_page.or(self.last);
                self.width = self.width.saturating_mul(2).min(self.widest);
            }
            Err(_) => self.forget_failures(),
        }
        answer
    }

    /// Gives a page back that was taken, or that came on another way.
    pub(super) fn put(&mut self, number: i64, page: Fetched) {
        self.pages.insert(number, MaybeDone::Done(Ok(page)));
    }

    /// Forgets what was fetched ahead and begins with a narrow window.
    pub(super) fn restart(&mut self) {
        self.pages.clear();
        self.width = 1;
    }

    /// Asks for the page and those behind it, as far as the window reaches and there are any.
    fn ask(&mut self, number: i64) {
        let open = number.saturating_add(self.width - 1);
        let end = self.last.map_or(open, |last| open.min(last.max(number)));
        for number in number..=end {
            self.pages.entry(number).or_insert_with(|| request(&self.source, number));
        }
    }

    /// Lets pages be asked for anew that failed in the same trouble as the one that was taken.
    fn forget_failures(&mut self) {
        self.pages.retain(|_, page| {
            (&mut *page).now_or_never();
            !Pin::new(page).output_mut().is_some_and(|answer| answer.is_err())
        });
    }
}

/// A running request. It is given up when nobody waits for it any more.
#[derive(Debug)]
struct Request(JoinHandle<Result<Fetched, Error>>);

fn request(source: &Arc<Source>, number: i64) -> MaybeDone<Request> {
    let source = Arc::clone(source);
    maybe_done(Request(tokio::spawn(async move { source.fetch(&Next::Number(number)).await })))
}

impl Future for Request {
    type Output = Result<Fetched, Error>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(task).map(|ended| match ended {
            Ok(answer) => answer,
            // A mistake in this program stays one, as if the page had been asked for without a task.
            Err(ended) if ended.is_panic() => panic::resume_unwind(ended.into_panic()),
            Err(_) => Err(stopped()),
        })
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What happened when a request was given up without an answer of any kind: its runtime is gone.
fn stopped() -> Error {
    Error::new(ErrorKind::Transport, "the request was stopped before it was answered")
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use super::*;

    #[tokio::test]
    async fn a_request_whose_task_was_stopped_is_an_error() {
        let task = tokio::spawn(std::future::pending());
        task.abort();
        let error = Request(task).await.unwrap_err();
        assert_eq!(error.message(), "the request was stopped before it was answered");
    }

    #[tokio::test]
    async fn a_mistake_in_the_program_is_no_error_of_a_request() {
        let request = Request(tokio::spawn(async { panic!("a mistake") }));
        let panicked = AssertUnwindSafe(request).catch_unwind().await.unwrap_err();
        assert_eq!(panicked.downcast_ref(), Some(&"a mistake"));
    }
}
