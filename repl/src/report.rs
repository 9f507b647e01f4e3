//! What went wrong with a script, for a person: what, where in the script with a caret, GitLab's own
//! words, and what to do. Turns Rhai's errors into a diagnostic; drawing it is miette's work.

mod closures;
mod place;
mod sources;
mod words;

use std::path::Path;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use rhai::{EvalAltResult, ParseError};
use rhailab_client::{Error, ErrorKind, mask_tokens};

use crate::cli::Status;
use crate::engine::ExitStatus;
use crate::engine::bridge::{Interrupt, reason_of};
use crate::engine::error::client_error;
use crate::output::terminal::neutral;
use place::Place;
pub use sources::{Script, Sources};

/// What a script's failure means for the program: what to say, if anything, and how to end.
#[derive(Debug)]
pub struct Ending {
    /// The rendered diagnostic.
    pub message: Option<String>,
    /// The exit status.
    pub status: Status,
}

/// The ending of a script that threw and did not catch.
#[must_use]
pub fn ending(sources: &Sources, thrown: &EvalAltResult, color: bool) -> Ending {
    match thrown.unwrap_inner() {
        EvalAltResult::ErrorTerminated(token, _) => match token.clone().try_cast::<ExitStatus>() {
            Some(ExitStatus(status)) => Ending { message: None, status: Status::Script(status) },
            None => interrupted(&reason_of(token)),
        },
        _ => {
            let report = Report::of_thrown(sources, thrown);
            Ending { message: Some(report.render(color)), status: status_of(thrown) }
        }
    }
}

/// The ending of what was stopped from outside.
#[must_use]
pub fn interrupted(reason: &Interrupt) -> Ending {
    let (message, status) = match reason {
        Interrupt::Signal => (Some("interrupted".to_owned()), Status::Interrupted),
        // Nobody reads, and most often because enough was read.
        Interrupt::OutputClosed => (None, Status::OutputClosed),
        Interrupt::OutputFailed(problem) => (Some(format!("error: {problem}")), Status::Failure),
    };
    Ending { message, status }
}

/// What to say about a script that is no Rhai.
#[must_use]
pub fn parse_error(sources: &Sources, error: &ParseError, color: bool) -> String {
    let place = Place::in_sources(sources, error.position());
    let (title, help) = words::of_parse_error(error);
    Report { title, label: "here".to_owned(), help, place, trace: Vec::new() }.render(color)
}

/// What to say about an error outside any script.
#[must_use]
pub fn client_failure(error: &Error, color: bool) -> String {
    Report {
        title: error.to_string(),
        label: String::new(),
        help: error.hint().map(str::to_owned),
        place: None,
        trace: Vec::new(),
    }
    .render(color)
}

/// What to say about something that went wrong without an error of the client's.
#[must_use]
pub(crate) fn problem(title: String, help: String, color: bool) -> String {
    Report { title, label: String::new(), help: Some(help), place: None, trace: Vec::new() }.render(color)
}

/// The exit status that an error of the client's means.
#[must_use]
pub(crate) fn status_of_client(error: &Error) -> Status {
    match error.kind() {
        ErrorKind::Deadline => Status::Deadline,
        // A downstream pipeline that did not succeed may be in any status.
        ErrorKind::Pipeline => {
            error.pipeline_status().and_then(Status::of_failure).unwrap_or(Status::PipelineFailed)
        }
        _ => Status::Failure,
    }
}

/// All that is known of the request that failed and of its answer, a line each; secrets are masked.
#[must_use]
pub(crate) fn facts(thrown: &EvalAltResult) -> Option<String> {
    let EvalAltResult::ErrorRuntime(value, _) = thrown.unwrap_inner() else {
        return None;
    };
    let error = client_error(value)?;
    let error = error.error();
    let request = error.method().zip(error.url()).map(|(method, url)| format!("{method} {url}"));
    let rows = [
        ("kind", Some(error.kind().as_str().to_owned())),
        ("operation", error.operation().map(str::to_owned)),
        ("request", request),
        ("sent", error.request_body().map(str::to_owned)),
        ("status", error.status().map(|status| status.to_string())),
        ("request id", error.request_id().map(str::to_owned)),
        ("answer", error.body().map(str::to_owned)),
    ];
    let lines: Vec<String> =
        rows.into_iter().filter_map(|(name, text)| Some(format!("{name:<10}  {}", shown(&text?)))).collect();
    Some(lines.join("\n"))
}

fn status_of(thrown: &EvalAltResult) -> Status {
    let EvalAltResult::ErrorRuntime(value, _) = thrown.unwrap_inner() else {
        return Status::Failure;
    };
    client_error(value).map_or(Status::Failure, |error| status_of_client(error.error()))
}

/// A diagnostic: what, where, how to fix it.
#[derive(Debug)]
struct Report {
    title: String,
    label: String,
    help: Option<String>,
    place: Option<Place>,
    trace: Vec<String>,
}

impl Report {
    fn of_thrown(sources: &Sources, thrown: &EvalAltResult) -> Self {
        let mut trace = Vec::new();
        let mut inner = thrown;
        let mut source: Option<&str> = None;
        loop {
            match inner {
                EvalAltResult::ErrorInFunctionCall(name, file, next, position) => {
                    trace.push(words::call(name, &sources.describe(source, *position)));
                    source = Some(file).filter(|file| !file.is_empty()).map(String::as_str).or(source);
                    inner = next;
                }
                EvalAltResult::ErrorInModule(name, next, position) => {
                    trace.push(words::import(name, &sources.describe(source, *position)));
                    source = Some(name);
                    inner = next;
                }
                _ => break,
            }
        }
        // The call that is nearest to the error comes first.
        trace.reverse();
        let (mut title, label, help) = words::of_thrown(inner, sources);
        let place = match source {
            Some(file) if !sources.has(file) => Place::in_file(Path::new(file), inner.position()),
            _ => Place::in_sources(sources, inner.position()),
        };
        if place.is_none()
            && let Some(request) = words::request(inner)
        {
            title = format!("{title} ({request})");
        }
        Self { title, label, help, place, trace }
    }

    fn render(&self, color: bool) -> String {
        let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let mut text = String::new();
        let handler = GraphicalReportHandler::new_themed(theme).with_width(100).with_links(false);
        if handler.render_report(&mut text, self).is_err() {
            // Drawing into a string fails only when the diagnostic contradicts itself; the words still stand.
            text.clone_from(&self.title);
        }
        for call in &self.trace {
            text.push_str("  ");
            text.push_str(call);
            text.push('\n');
        }
        text.trim_end().to_owned()
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&shown(&self.title))
    }
}

impl std::error::Error for Report {}

impl Diagnostic for Report {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(shown(help)) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| &place.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        let label = (!self.label.is_empty()).then(|| shown(&self.label));
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(label, place.span))))
    }
}

/// Words as they may be shown: what a script passed in the wrong place, or a server sent, can stand in them.
fn shown(words: &str) -> String {
    mask_tokens(&neutral(words))
}

type Source = NamedSource<String>;
