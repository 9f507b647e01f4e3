//! `job.follow()`: prints a log as it grows, until whatever writes it has ended; `#{poll: "5s"}` sets the pause between two
//! looks, `timeout` how long all of them may take. What is new of a log is found in `follow/reader.rs`, how it is shown in `output/log.rs`.

mod reader;

use std::sync::Arc;
use std::time::Duration;

use rhai::{Engine, EvalAltResult, Map};
use rhailab_client::endpoint::{Endpoint, On, Outcome, Resource};
use rhailab_client::{Arguments, Error, ErrorKind, Progress, can_wait};

use super::bridge::{Bridge, Interrupt, terminated};
use super::builtins::{duration_of, pause_of};
use super::error::{client_error, raise, raise_unknown_option, raise_usage, raise_usage_with, thrown_error};
use super::functions::FOLLOW_OPTIONS;
use super::object::ObjectRef;
use super::{Printer, World};
use crate::output::log::LogText;
use reader::{New, Reader};

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// The pause between two looks: long enough not to be a burden, short enough to feel alive.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);

pub(crate) fn register(engine: &mut Engine, world: &World) {
    let (print, own) = (Arc::clone(&world.print), Arc::clone(&world.print));
    engine
        .register_fn("follow", move |object: ObjectRef| follow(object, print.as_ref(), &Map::new()))
        .register_fn("follow", move |object: ObjectRef, options: Map| follow(object, own.as_ref(), &options));
}

fn follow(object: ObjectRef, print: &dyn Printer, options: &Map) -> Raised<ObjectRef> {
    if let Some(unknown) =
        options.keys().find(|name| !FOLLOW_OPTIONS.iter().any(|row| row.name == name.as_str()))
    {
        return Err(raise_unknown_option("follow", unknown, FOLLOW_OPTIONS));
    }
    let pause = options.get("poll").map_or(Ok(PAUSE), |poll| pause_of("poll", poll))?;
    let limit = options.get("timeout").filter(|limit| !limit.is_unit());
    let limit = limit.map(|limit| duration_of("timeout", limit)).transpose()?;
    let bridge = object.bridge().limited(limit);
    print_log(&object, &bridge, print, Some(pause)).map(|_| object)
}

/// Prints the log that there is and, with a pause between two looks, what comes until whatever writes it has ended, or until
/// the bridge's deadline. Answers the status at that time.
pub(crate) fn print_log(
    object: &ObjectRef,
    bridge: &Bridge,
    print: &dyn Printer,
    pause: Option<Duration>,
) -> Raised<String> {
    let resource = object.with(|object| object.resource());
    let endpoint = log_of(resource).ok_or_else(|| {
        let what = format!("a {} cannot be followed: it has no log", resource.kind);
        match resource.field("downstream_pipeline") {
            Some(_) => raise_usage_with(
                what,
                format!("{STARTS_PIPELINE} `pipeline.wait(#{{children: true}})` waits for that."),
            ),
            None => raise_usage(what),
        }
    })?;
    let mut reader = Reader::default();
    let mut text = LogText::new(print.log_style());
    let write = |text: &str| {
        if !text.is_empty()
            && let Err(error) = print.write(text)
        {
            bridge.stop(Interrupt::of_stdout(&error));
        }
    };
    let mut seen = None;
    let mut follow = || {
        let mut failures = 0;
        loop {
            // The status is read before the log, so that what was written last is not missed.
            let mut fresh = object.with(Clone::clone);
            bridge.wait(fresh.refresh())?.map_err(raise)?;
            let status = fresh.text("status").map_err(raise)?.to_owned();
            seen = Some(status.clone());
            let download = || fresh.caller().download(endpoint, Arguments::new());
            let looked = reader.look(bridge, &download, |new| match new {
                New::Bytes(bytes) => write(&text.add(bytes)),
                New::Log => write(&text.finish()),
            })?;
            match looked {
                Ok(()) => failures = 0,
                // What was printed is known, so the next look goes on from there.
                Err(error) if is_passing(&error) && failures < MOST_FAILURES => {
                    failures += 1;
                    bridge.sleep(pause.unwrap_or(PAUSE))?;
                    continue;
                }
                Err(error) => return Err(raise(error)),
            }
            object.with_mut(|object| object.take_reading(fresh));
            if pause.is_none() || Progress::of(&status) != Progress::Moving {
                return Ok(status);
            }
            bridge.sleep(pause.unwrap_or(PAUSE))?;
        }
    };
    let ended = follow();
    write(&text.finish());
    match (ended, bridge.interrupt()) {
        (Ok(_), Some(reason)) => Err(terminated(reason)),
        (Ok(status), None) => Ok(status),
        (Err(thrown), _) => Err(late(object, seen.as_deref(), thrown)),
    }
}

/// What the deadline cut short, in words of the object that was followed.
fn late(object: &ObjectRef, status: Option<&str>, thrown: Box<EvalAltResult>) -> Box<EvalAltResult> {
    let error = client_error(&thrown_error(&thrown));
    match (error.filter(|error| error.error().kind() == ErrorKind::Deadline), status) {
        (Some(error), Some(status)) => {
            let what = object.with(ToString::to_string);
            raise(error.error().about(&format!("{what} was still {status}")))
        }
        _ => thrown,
    }
}

/// Why a bridge has no log.
pub(crate) const STARTS_PIPELINE: &str =
    "It runs nothing itself: it starts another pipeline, whose jobs have logs.";

/// After so many looks in a row that broke off, it is no accident any more.
const MOST_FAILURES: u32 = 5;

fn is_passing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Conflict)
}

/// Whether objects of this resource can be followed.
pub(crate) fn can_follow(resource: &'static Resource) -> bool {
    log_of(resource).is_some()
}

/// The endpoint that answers the log of objects that have one: the only verb with plain text.
pub(super) fn log_of(resource: &'static Resource) -> Option<&'static Endpoint> {
    let is_log = |endpoint: &Endpoint| matches!(endpoint.outcome, Outcome::Text);
    let verb = resource.operations.iter().find(|verb| verb.on == On::Object && is_log(verb.endpoint))?;
    can_wait(resource).then_some(verb.endpoint)
}
