//! `pipeline.wait(…)`: waits for an object until its status says that it is over. When that is, and how long to pause, is
//! decided in the client; here are the options of `wait` and `wait_all`, the callback, and what is told on the way.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};
use rhailab_client::{FailedLog, Until, Wait, WaitEvent, Waiting, mask_tokens};

use super::builtins::{duration_of, pause_of};
use super::client::ClientRef;
use super::error::{raise, raise_unknown_option, raise_usage, raise_usage_with};
use super::functions::{OptionRow, WAIT_OPTIONS};
use super::object::ObjectRef;
use super::{Printer, World};
use crate::output::terminal::one_line;

type Raised<T> = Result<T, Box<EvalAltResult>>;

pub(crate) fn register(engine: &mut Engine, world: &World) {
    let (print, own) = (Arc::clone(&world.print), Arc::clone(&world.print));
    engine
        .register_fn("wait", move |context: NativeCallContext<'_>, object: ObjectRef| {
            wait(&context, object, Map::new(), print.as_ref())
        })
        .register_fn("wait", move |context: NativeCallContext<'_>, object: ObjectRef, options: Map| {
            wait(&context, object, options, own.as_ref())
        });
}

fn wait(
    context: &NativeCallContext<'_>,
    object: ObjectRef,
    options: Map,
    print: &dyn Printer,
) -> Raised<ObjectRef> {
    let Options { wait, on_change } = read("wait", WAIT_OPTIONS, options)?;
    let mut waiting = Waiting::new(&object.with(Clone::clone), wait).map_err(raise)?;
    loop {
        match object.bridge().wait(waiting.next())?.map_err(raise)? {
            WaitEvent::Changed(fresh) => {
                object.with_mut(|object| object.take_reading(fresh));
                if let Some(tell) = &on_change {
                    let _: Dynamic = tell.call_within_context(context, (object.clone(),))?;
                }
            }
            WaitEvent::Downstream(child) => {
                if let Some(tell) = on_change.as_ref().filter(|_| !child.is_gone) {
                    let child = ObjectRef::new(child.pipeline, object.bridge().clone());
                    let _: Dynamic = tell.call_within_context(context, (child,))?;
                }
            }
            WaitEvent::Done(fresh) => {
                object.with_mut(|object| object.take_reading(fresh));
                return Ok(object);
            }
            event => tell(print, &event),
        }
    }
}

/// Tells a person what a wait has to say beside changes. Nobody being there is no reason to stop.
fn tell(print: &dyn Printer, event: &WaitEvent) {
    let lines = match event {
        WaitEvent::Note(note) => vec![format!("note: {}", one_line(note))],
        WaitEvent::FailedLog(log) => failed_log(log),
        _ => Vec::new(),
    };
    for line in lines {
        let _ = print.note(&line);
    }
}

/// The end of a failed job's log, for a person.
pub(crate) fn failed_log(log: &FailedLog) -> Vec<String> {
    let FailedLog { job, name, stage, lines, .. } = log;
    let job = one_line(&format!("job {job}, {stage}/{name}"));
    let title = match lines.is_empty() {
        true => format!("{job}, failed without a log"),
        false => format!("{job}, failed; its log ends:"),
    };
    // The log of a job is what the job wrote: control sequences would reach the terminal.
    let lines = lines.iter().map(|line| format!("    {}", one_line(&mask_tokens(line))));
    std::iter::once(title).chain(lines).collect()
}

/// The options of `wait` and of `wait_all`.
#[derive(Default)]
pub(super) struct Options {
    pub(super) wait: Wait,
    pub(super) on_change: Option<FnPtr>,
}

/// Reads the options of a call that takes these.
pub(super) fn read(call: &str, known: &'static [OptionRow], options: Map) -> Raised<Options> {
    let mut read = Options::default();
    for (name, value) in options {
        if !known.iter().any(|row| row.name == name.as_str()) {
            return Err(raise_unknown_option(call, &name, known));
        }
        let wait = read.wait.clone();
        read.wait = match name.as_str() {
            "timeout" if value.is_unit() => wait,
            "timeout" => wait.deadline(duration_of("timeout", &value)?),
            "poll" => poll(wait, &value)?,
            "until" => wait.until(until(&value)?),
            "check" => when(truth("check", &value)?, wait, Wait::check),
            "children" => when(truth("children", &value)?, wait, Wait::children),
            "refresh" => when(truth("refresh", &value)?, wait, Wait::refresh),
            "logs" => when(logs(&value)?, wait, Wait::failed_logs),
            "client" => wait.through(client(&value)?.client()),
            _ => {
                read.on_change = Some(closure("on_change", value)?);
                wait
            }
        };
    }
    Ok(read)
}

fn when(yes: bool, wait: Wait, then: impl FnOnce(Wait) -> Wait) -> Wait {
    if yes { then(wait) } else { wait }
}

fn truth(name: &str, value: &Dynamic) -> Raised<bool> {
    value.as_bool().map_err(|_| raise_usage(format!("`{name}` must be true or false")))
}

fn closure(name: &str, value: Dynamic) -> Raised<FnPtr> {
    value.try_cast().ok_or_else(|| {
        let message = format!("`{name}` must be a function");
        raise_usage_with(message, format!("Such as `{name}: |p| print(p.status)`."))
    })
}

fn client(value: &Dynamic) -> Raised<ClientRef> {
    value.clone().try_cast().ok_or_else(|| {
        raise_usage_with("`client` must be a client", "Such as `client: gl`, or what `gitlab(…)` answers.")
    })
}

/// `logs: "failed"`; `()` is as good as leaving it out.
fn logs(value: &Dynamic) -> Raised<bool> {
    match value.clone().into_string().as_deref() {
        Ok("failed") => Ok(true),
        _ if value.is_unit() => Ok(false),
        _ => Err(raise_usage_with(
            "`logs` must be \"failed\"",
            "It shows the last lines of each failed job; `job.follow()` shows a whole log.",
        )),
    }
}

/// `poll: "1s"` is the first pause, which then grows; `poll: #{first: "1s", max: "5s"}` sets both ends.
fn poll(wait: Wait, value: &Dynamic) -> Raised<Wait> {
    let Ok(map) = value.as_map_ref() else {
        let first = pause_of("poll", value)?;
        return Ok(wait.poll(first, Wait::LONGEST_PAUSE));
    };
    if let Some(unknown) = map.keys().find(|key| !matches!(key.as_str(), "first" | "max")) {
        return Err(raise_usage_with(format!("`poll` has no `{unknown}`"), "It takes first and max."));
    }
    let first = map.get("first").map(|first| pause_of("poll.first", first)).transpose()?;
    let most = map.get("max").map(|most| pause_of("poll.max", most)).transpose()?;
    if let (Some(first), Some(most)) = (first, most)
        && first > most
    {
        let message = "`poll.first` is longer than `poll.max`";
        return Err(raise_usage_with(message, "Pauses grow from the first to the longest."));
    }
    let most = most.unwrap_or(Wait::LONGEST_PAUSE);
    Ok(wait.poll(first.unwrap_or(Wait::FIRST_PAUSE.min(most)), most))
}

fn until(value: &Dynamic) -> Raised<Until> {
    match value.clone().into_string().as_deref() {
        Ok("settled") => Ok(Until::Settled),
        Ok("final") => Ok(Until::Final),
        _ => Err(raise_usage_with(
            "`until` must be \"settled\" or \"final\"",
            "\"final\" waits for blocked pipelines, too.",
        )),
    }
}
