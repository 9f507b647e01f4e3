//! What becomes of requests that write: sent, refused, or only rehearsed. One switch for all copies of a client, so
//! that objects that were fetched earlier obey it, too. Knows nothing of requests.

use std::sync::atomic::{AtomicU8, Ordering};

/// What a client does with requests that write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writes {
    /// They are sent.
    #[default]
    Sent,
    /// They are refused with [`crate::ErrorKind::ReadOnly`].
    Refused,
    /// They are announced and not sent; placeholders stand for what GitLab would answer. Reads go out as ever. Each
    /// announcement is a `tracing` event with the target `rhailab_client::rehearsal` and the fields `method`, `url` and
    /// `body`, secrets masked.
    Rehearsed,
}

/// The switch.
#[derive(Debug, Default)]
pub(crate) struct Switch(AtomicU8);

impl Switch {
    pub(crate) fn set(&self, writes: Writes) {
        let code = match writes {
            Writes::Sent => 0,
            Writes::Refused => 1,
            Writes::Rehearsed => 2,
        };
        self.0.store(code, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> Writes {
        match self.0.load(Ordering::Relaxed) {
            1 => Writes::Refused,
            2 => Writes::Rehearsed,
            _ => Writes::Sent,
        }
    }
}
