//! Ctrl-C, caught from a moment that the caller chooses. Knows nothing of what is interrupted.

use std::future::{Future, poll_fn};
use std::io;
use std::task::Poll;

/// Listens for Ctrl-C from now on; what this answers waits for the first one.
///
/// tokio's own future listens only once it is polled. Whoever announces that Ctrl-C does something, and then awaits
/// that future, can be killed in between.
pub(crate) async fn listen() -> impl Future<Output = io::Result<()>> {
    let mut signal = Box::pin(tokio::signal::ctrl_c());
    let at_once = poll_fn(|context| Poll::Ready(signal.as_mut().poll(context))).await;
    async move {
        match at_once {
            Poll::Ready(result) => result,
            Poll::Pending => signal.await,
        }
    }
}
