//! `-v`: one line on standard error for each request, made from the client's tracing events. The client
//! masks secrets before it emits them.

use std::fmt::{Debug, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::{Layer, Registry};

use crate::cli::say;
use crate::output::terminal::neutral;

/// Shows the client's requests from now on.
pub(crate) fn install() {
    // Only a second call could fail, and the first one's lines are the same.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(RequestLines));
}

struct RequestLines;

impl<S: Subscriber> Layer<S> for RequestLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "rhailab_client::http" {
            let mut line = Line::default();
            event.record(&mut line);
            say(&neutral(&line.text()));
        }
    }
}

#[derive(Default)]
struct Line {
    method: String,
    url: String,
    status: String,
    milliseconds: String,
}

impl Line {
    fn text(&self) -> String {
        format!("{} {} {} ({} ms)", self.method, self.url, self.status, self.milliseconds)
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let slot = match field.name() {
            "method" => &mut self.method,
            "url" => &mut self.url,
            "status" => &mut self.status,
            "milliseconds" => &mut self.milliseconds,
            _ => return,
        };
        // Writing to a string cannot fail.
        let _ = write!(slot, "{value:?}");
    }
}
