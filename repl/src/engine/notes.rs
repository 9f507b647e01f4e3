//! Notes to the person in front of the screen, each of them once per run.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rhailab_client::endpoint::Endpoint;

use super::Printer;

/// Tells things once.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    print: Arc<dyn Printer>,
    told: Arc<Mutex<BTreeSet<String>>>,
}

impl Notes {
    pub(crate) fn new(print: Arc<dyn Printer>) -> Self {
        Self { print, told: Arc::default() }
    }

    /// Says that an operation should no longer be used, if that is so.
    pub(crate) fn deprecation(&self, endpoint: &Endpoint) {
        let Some(reason) = endpoint.deprecated else { return };
        let line = format!("note: {} is deprecated: {reason}", endpoint.id);
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone()) {
            // A note that cannot be written is no reason to stop the script.
            let _ = self.print.note(&line);
        }
    }
}
