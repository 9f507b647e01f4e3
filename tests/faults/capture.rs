//! Everything that is said while the tests of this file run: the traces of all crates at every level, and all errors in
//! every form.

use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, PoisonError};

use rhailab_client::Error;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber, span};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::{Layer, Registry};

static SAID: Mutex<String> = Mutex::new(String::new());

/// Access to what was said.
pub(crate) struct Said;

/// Catches everything from now on.
pub(crate) fn everything() -> Said {
    tracing::subscriber::set_global_default(Registry::default().with(Catch)).unwrap();
    Said
}

/// Keeps what an error says, in every form and with its causes.
pub(crate) fn note(error: &Error) {
    let mut text = format!("{error}\n{error:?}\n{:?}\n", error.hint());
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!("{error}\n{error:?}\n"));
        cause = error.source();
    }
    add(&text);
}

impl Said {
    pub(crate) fn holds(&self, text: &str) -> bool {
        SAID.lock().unwrap().contains(text)
    }

    /// The lines that hold a text.
    pub(crate) fn around(&self, text: &str) -> String {
        let said = SAID.lock().unwrap();
        said.lines().filter(|line| line.contains(text)).take(3).collect::<Vec<_>>().join("\n")
    }
}

fn add(text: &str) {
    SAID.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
}

struct Catch;

impl<S: Subscriber> Layer<S> for Catch {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        let mut text = Text::default();
        attributes.record(&mut text);
        add(&text.0);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        add(&format!("{} {}\n", event.metadata().target(), text.0));
    }
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}
