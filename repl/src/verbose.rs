//! Lines on standard error about requests, made from the client's tracing events: one for each request and each pause with
//! `-v` or `:trace on`, headers and bodies with `-vv`. Long pauses and what a rehearsal keeps back are always told. The
//! client masks secrets before it emits them.

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU8, Ordering};

use tracing::field::{Field, Visit};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::{Layer, Registry};

use crate::cli::say;
use crate::output::terminal::neutral;

static VERBOSITY: AtomicU8 = AtomicU8::new(0);

/// How much is shown from now on: 0 nothing that was not asked for, 1 requests, 2 headers and bodies, too.
pub(crate) fn show_requests(verbosity: u8) {
    VERBOSITY.store(verbosity, Ordering::Relaxed);
}

/// Listens to the client.
pub(crate) fn install(verbosity: u8) {
    show_requests(verbosity);
    // Only a second call could fail, and the first one's lines are the same.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(RequestLines));
}

struct RequestLines;

/// Whether an event is shown, and so worth making.
fn is_shown(event: &Metadata<'_>) -> bool {
    let verbosity = VERBOSITY.load(Ordering::Relaxed);
    match event.target() {
        "rhailab_client::rehearsal" => true,
        "rhailab_client::pause" => verbosity >= 1 || *event.level() == Level::WARN,
        "rhailab_client::http" => verbosity >= 1,
        "rhailab_client::wire" => verbosity >= 2,
        _ => false,
    }
}

impl<S: Subscriber> Layer<S> for RequestLines {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // At the prompt the verbosity changes, so no answer holds for ever.
        Interest::sometimes()
    }

    fn enabled(&self, event: &Metadata<'_>, _: Context<'_, S>) -> bool {
        is_shown(event)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut facts = Facts::default();
        event.record(&mut facts);
        for line in facts.text(event.metadata().target()).lines() {
            say(&neutral(line));
        }
    }
}

/// The fields of an event, whichever it has.
#[derive(Default)]
struct Facts(Vec<(&'static str, String)>);

impl Facts {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    fn text(&self, target: &str) -> String {
        let request = format!("{} {}", self.get("method"), self.get("url"));
        match target {
            "rhailab_client::rehearsal" => {
                format!("would send {request} {}", self.get("body")).trim_end().to_owned()
            }
            "rhailab_client::pause" => self.pause(&request),
            "rhailab_client::wire" => self.wire(),
            _ if self.get("problem").is_empty() => {
                format!("{request} {} ({} ms)", self.get("status"), self.get("milliseconds"))
            }
            _ => format!("{request} {}", self.get("problem")),
        }
    }

    fn pause(&self, request: &str) -> String {
        let seconds = self.get("milliseconds").parse().unwrap_or(0.0) / 1000.0;
        let attempt = self.get("attempt");
        let comma = if attempt.is_empty() { "" } else { ", " };
        format!("{request}: {}; waiting {seconds:.1} s{comma}{attempt}", self.get("reason"))
    }

    /// A message's lines, each with the direction in front.
    fn wire(&self) -> String {
        let parts = [self.get("line"), self.get("headers"), self.get("body")];
        let lines = parts.iter().flat_map(|part| part.lines());
        lines.map(|line| format!("{} {line}\n", self.get("direction"))).collect()
    }
}

impl Visit for Facts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write!(text, "{value:?}");
        self.0.push((field.name(), text));
    }
}
