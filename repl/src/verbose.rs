//! Lines on standard error about requests, made from the client's tracing events: one for each request with `-v` or
//! `:trace on`, and one for each that a rehearsal keeps back, always. The client masks secrets before it emits them.

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::{Layer, Registry};

use crate::cli::say;
use crate::output::terminal::neutral;

static REQUESTS: AtomicBool = AtomicBool::new(false);

/// Whether requests are shown from now on.
pub(crate) fn show_requests(yes: bool) {
    REQUESTS.store(yes, Ordering::Relaxed);
}

/// Listens to the client; requests are shown if that is wanted.
pub(crate) fn install(requests: bool) {
    show_requests(requests);
    // Only a second call could fail, and the first one's lines are the same.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(RequestLines));
}

struct RequestLines;

impl<S: Subscriber> Layer<S> for RequestLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let is_request = event.metadata().target() == "rhailab_client::http";
        let is_rehearsal = event.metadata().target() == "rhailab_client::rehearsal";
        if is_rehearsal || is_request && REQUESTS.load(Ordering::Relaxed) {
            let mut line = Line::default();
            event.record(&mut line);
            say(&neutral(&if is_rehearsal { line.rehearsal() } else { line.text() }));
        }
    }
}

#[derive(Default)]
struct Line {
    method: String,
    url: String,
    status: String,
    milliseconds: String,
    body: String,
}

impl Line {
    fn rehearsal(&self) -> String {
        format!("would send {} {} {}", self.method, self.url, self.body).trim_end().to_owned()
    }

    fn text(&self) -> String {
        format!("{} {} {} ({} ms)", self.method, self.url, self.status, self.milliseconds)
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let slot = match field.name() {
            "method" => &mut self.method,
            "url" => &mut self.url,
            "status" => &mut self.status,
            "milliseconds" => &mut self.milliseconds,
            "body" => &mut self.body,
            _ => return,
        };
        // Writing to a string cannot fail.
        let _ = write!(slot, "{value:?}");
    }
}
