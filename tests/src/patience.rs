//! Waiting for what comes by itself, in a test or in a test's server. How long it takes decides nothing: either it comes,
//! or the test fails with what there is instead. Knows nothing of what is waited for.

use std::time::{Duration, Instant};

/// How long anything may take before the test fails. Far more than is ever needed, because it decides
/// nothing but how a hang ends.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// How long to pause between two looks at something that ends by itself.
pub(crate) const TICK: Duration = Duration::from_millis(2);

/// Looks again and again until there is something to answer; fails with these words when it never comes.
#[track_caller]
pub(crate) fn until<T>(mut look: impl FnMut() -> Option<T>, words: impl Fn() -> String) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{}", words());
        std::thread::sleep(TICK);
    }
}

/// The same for a server, which goes on answering others meanwhile.
pub(crate) async fn holds(is_so: impl Fn() -> bool, words: impl Fn() -> String) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{}", words());
        tokio::time::sleep(TICK).await;
    }
}
