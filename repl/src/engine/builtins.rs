//! What a script has beside GitLab: output, pauses, the environment, durations, its exit status.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map, Position};
use rhailab_client::duration;

use super::bridge::{Bridge, Interrupt};
use super::error::{ErrorRef, raise_usage, raise_usage_with};
use super::sequence::SequenceRef;
use super::value;
use super::written::WrittenRef;
use super::{Printer, World};

type Raised<T> = Result<T, Box<EvalAltResult>>;

pub(crate) fn register(engine: &mut Engine, world: &World) {
    write_output(engine, &world.print, &world.bridge);
    // Rhai's own reads maps alone, and takes code for JSON.
    engine.register_fn("parse_json", parse_json);
    // Rhai's own sleep holds the thread, and Ctrl-C with it.
    let (whole, fraction, text) = (world.bridge.clone(), world.bridge.clone(), world.bridge.clone());
    engine
        .register_fn("sleep", move |seconds: i64| whole.sleep(duration_of("sleep", &seconds.into())?))
        .register_fn("sleep", move |seconds: f64| fraction.sleep(duration_of("sleep", &seconds.into())?))
        .register_fn("sleep", move |pause: ImmutableString| text.sleep(duration_of("sleep", &pause.into())?))
        .register_fn("exit", || exit(0.into()))
        .register_fn("exit", exit)
        .register_fn("env", |name: ImmutableString| environment(&name))
        .register_fn("now", || Timestamp::now().to_string())
        .register_fn("parse_duration", |text: ImmutableString| {
            duration_of("parse_duration", &text.into()).map(|duration| duration.as_secs_f64())
        })
        .register_fn("to_json", to_json)
        // Rhai's own writes whatever it does not know as the name of its type.
        .register_fn("to_json", |map: Map| to_json(Dynamic::from_map(map)))
        .register_fn("to_json", |rows: SequenceRef| to_json(Dynamic::from(rows)))
        .register_fn("to_json", |error: ErrorRef| to_json(Dynamic::from(error)))
        .register_fn("to_json", |file: WrittenRef| to_json(Dynamic::from(file)));
}

/// A span of time that a script gave: a number of seconds, or text such as "30m".
pub(crate) fn duration_of(name: &str, value: &Dynamic) -> Raised<Duration> {
    const HINT: &str = "Such as 90, 1.5, \"30m\" or \"1h 20m\".";
    let wrong = |what: &str| raise_usage_with(format!("`{name}` {what}"), HINT);
    #[expect(clippy::cast_precision_loss, reason = "a pause of more than 2^53 seconds need not be exact")]
    let seconds = value.as_float().or_else(|_| value.as_int().map(|seconds| seconds as f64));
    let read = match seconds {
        Ok(seconds) => duration::from_seconds(seconds),
        Err(_) => {
            let text = value.as_immutable_string_ref().map_err(|_| wrong("must be a span of time"))?;
            duration::parse(&text)
        }
    };
    read.map_err(|what| wrong(&what))
}

/// The same for how long a call may take.
pub(crate) fn limit_of(name: &str, value: &Dynamic) -> Raised<Duration> {
    duration::limit(duration_of(name, value)?)
        .map_err(|what| raise_usage_with(format!("`{name}` {what}"), "Without it there is no limit."))
}

/// The same for a pause between two looks.
pub(crate) fn pause_of(name: &str, value: &Dynamic) -> Raised<Duration> {
    duration::pause(duration_of(name, value)?)
        .map_err(|what| raise_usage_with(format!("`{name}` {what}"), "Such as \"500ms\", 1 or \"5s\"."))
}

fn parse_json(text: ImmutableString) -> Raised<Dynamic> {
    serde_json::from_str(&text).map(|json| value::from_json(&json)).map_err(|error| {
        raise_usage_with(
            format!("the text is not JSON: {error}"),
            "Such as what `to_json` writes: names and text in double quotes, no comments.",
        )
    })
}

fn write_output(engine: &mut Engine, print: &Arc<dyn Printer>, bridge: &Bridge) {
    let (printer, stop) = (Arc::clone(print), bridge.clone());
    engine.on_print(move |line| {
        // Rhai gives no way to fail here; a script whose output is lost is stopped instead.
        if let Err(error) = printer.print(line) {
            stop.stop(Interrupt::of_stdout(&error));
        }
    });
    let (printer, stop) = (Arc::clone(print), bridge.clone());
    engine.on_debug(move |text, _, position| {
        let line = if position.is_none() { text.to_owned() } else { format!("{position}: {text}") };
        if let Err(error) = printer.note(&line) {
            stop.stop(Interrupt::of_stderr(&error));
        }
    });
}

/// The status that a script passed to `exit`.
#[derive(Clone, Copy, Debug)]
pub struct ExitStatus(pub u8);

/// Ends the script, not as an error; `catch` does not see it. Rhai's own `exit` would make the status the
/// value of the script, and nobody could tell it from a result.
fn exit(status: Dynamic) -> Raised<()> {
    let number = status.as_int().ok().and_then(|status| u8::try_from(status).ok());
    let status = number.ok_or_else(|| {
        raise_usage_with(
            format!("exit({}) is not possible", value::inner_words(&status)),
            "An exit status is a number from 0 to 255.",
        )
    })?;
    Err(Box::new(EvalAltResult::ErrorTerminated(Dynamic::from(ExitStatus(status)), Position::NONE)))
}

/// A variable of the environment; `()` when it is not set.
fn environment(name: &str) -> Raised<Dynamic> {
    match std::env::var(name) {
        Ok(value) => Ok(value.into()),
        Err(std::env::VarError::NotPresent) => Ok(Dynamic::UNIT),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(raise_usage(format!("the environment variable {name} is not UTF-8")))
        }
    }
}

fn to_json(value: Dynamic) -> Raised<String> {
    let json = value::to_json(&value).map_err(|what| raise_usage(format!("{what} has no JSON")))?;
    Ok(json.to_string())
}
