//! What becomes of requests that write: sent, refused, or only rehearsed; and how many were sent. One switch and one count for
//! all copies of a client, so that objects that were fetched earlier obey it, too. Knows nothing of requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::rehearsal::Objects;

/// What a client does with requests that write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writes {
    /// They are sent.
    #[default]
    Sent,
    /// They are refused with [`crate::ErrorKind::ReadOnly`].
    Refused,
    /// They are announced and not sent; placeholders stand for what GitLab would answer. Reads go out, and their answers show
    /// what the writes would have done: what was started has ended, what was deleted is not found. Each announcement
    /// is a `tracing` event with the target `rhailab_client::rehearsal` and the fields `method`, `url` and `body`, secrets
    /// masked.
    Rehearsed,
}

/// The switch, with what is remembered as long as it stands at a rehearsal. Copies are the same switch, so that clients that
/// rehearse together know what each of them made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switch(Arc<State>);

#[derive(Debug, Default)]
struct State {
    code: AtomicU8,
    rehearsed: Objects,
}

impl Switch {
    pub(crate) fn new(writes: Writes) -> Self {
        let switch = Self::default();
        switch.set(writes);
        switch
    }

    pub(crate) fn set(&self, writes: Writes) {
        let code = match writes {
            Writes::Sent => 0,
            Writes::Refused => 1,
            Writes::Rehearsed => 2,
        };
        self.0.code.store(code, Ordering::Relaxed);
        if writes != Writes::Rehearsed {
            self.0.rehearsed.clear();
        }
    }

    pub(crate) fn get(&self) -> Writes {
        match self.0.code.load(Ordering::Relaxed) {
            1 => Writes::Refused,
            2 => Writes::Rehearsed,
            _ => Writes::Sent,
        }
    }

    /// What the rehearsal remembers; nothing where writes are sent.
    pub(crate) fn rehearsed(&self) -> &Objects {
        &self.0.rehearsed
    }
}

/// How many requests that write were begun, and how many have ended, well or not. Between the two the server may have
/// changed anything.
#[derive(Debug, Default)]
pub(crate) struct Count {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// A write that has begun. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Begun<'a>(&'a Count);

impl Count {
    pub(crate) fn begin(&self) -> Begun<'_> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        Begun(self)
    }

    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    pub(crate) fn ended(&self) -> u64 {
        self.ended.load(Ordering::SeqCst)
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}
