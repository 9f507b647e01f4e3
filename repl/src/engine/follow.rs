//! `job.follow()`: prints a log as it grows, until whatever writes it has ended. GitLab sends the whole log each
//! time; only what is new is printed. `#{poll: "5s"}` sets the pause between two looks.

use std::sync::Arc;
use std::time::Duration;

use rhai::{Engine, EvalAltResult, Map};
use rhailab_client::endpoint::{Endpoint, On, Outcome, Resource};
use rhailab_client::{Arguments, Progress, can_wait};

use super::bridge::Interrupt;
use super::builtins::duration_of;
use super::error::{raise, raise_usage, raise_usage_with};
use super::functions::FOLLOW_OPTIONS;
use super::object::ObjectRef;
use super::{Printer, World};

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// The pause between two looks: long enough not to be a burden, short enough to feel alive.
const PAUSE: Duration = Duration::from_secs(2);

pub(crate) fn register(engine: &mut Engine, world: &World) {
    let (print, own) = (Arc::clone(&world.print), Arc::clone(&world.print));
    engine
        .register_fn("follow", move |object: ObjectRef| follow(object, print.as_ref(), PAUSE))
        .register_fn("follow", move |object: ObjectRef, options: Map| {
            follow(object, own.as_ref(), pause(&options)?)
        });
}

fn pause(options: &Map) -> Raised<Duration> {
    if let Some(unknown) =
        options.keys().find(|name| !FOLLOW_OPTIONS.iter().any(|row| row.name == name.as_str()))
    {
        let message = format!("follow() has no option `{unknown}`");
        return Err(raise_usage_with(message, "It takes poll, the pause between two looks."));
    }
    options.get("poll").map_or(Ok(PAUSE), |poll| duration_of("poll", poll))
}

fn follow(object: ObjectRef, print: &dyn Printer, pause: Duration) -> Raised<ObjectRef> {
    let resource = object.with(|object| object.resource());
    let log = log_of(resource).ok_or_else(|| {
        raise_usage(format!("a {} cannot be followed: it has no log, or no status", resource.kind))
    })?;
    let bridge = object.bridge();
    let mut printed = 0;
    let mut in_line = false;
    loop {
        // The status is read before the log, so that what was written last is not missed.
        let mut fresh = object.with(Clone::clone);
        bridge.wait(fresh.refresh())?.map_err(raise)?;
        let status = fresh.attribute("status").map_err(raise)?.as_str().unwrap_or_default().to_owned();
        let bytes = bridge.wait(fresh.caller().download(log, Arguments::new()).bytes())?.map_err(raise)?;
        object.with_mut(|object| *object = fresh);
        let over = Progress::of(&status) != Progress::Moving;
        // A log that was erased or begun anew is shorter than what was printed of it.
        let mut new = bytes.get(printed..).unwrap_or(&bytes);
        if !over {
            new = whole_letters(new);
        }
        printed = if printed <= bytes.len() { printed + new.len() } else { new.len() };
        in_line = new.last().map_or(in_line, |last| *last != b'\n');
        let end = if over && in_line { "\n" } else { "" };
        let text = format!("{}{end}", String::from_utf8_lossy(new));
        if !text.is_empty() && print.write(&text).is_err() {
            bridge.stop(Interrupt::OutputClosed);
        }
        if over {
            return Ok(object);
        }
        bridge.sleep(pause)?;
    }
}

/// A log may be seen in the middle of a letter: its first bytes wait until the others are there.
fn whole_letters(bytes: &[u8]) -> &[u8] {
    let begun = bytes.utf8_chunks().last().map_or(0, |chunk| chunk.invalid().len());
    &bytes[..bytes.len() - begun]
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
