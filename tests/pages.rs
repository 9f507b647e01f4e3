//! Lists over pages, on real sockets: how many requests a walk costs, how many of them run at once, what happens when
//! one fails, and what becomes of rows that move while one lists.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod pages;
mod scripted;
mod scripting;
