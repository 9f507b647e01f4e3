//! The chart of a pipeline's run: what it shows, how it looks on a terminal and in a browser, and how a script gets it.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may stop where it is")]

mod scripting;

mod timeline {
    mod charts;
    mod pictures;
    mod runs;
    mod scripts;
}
