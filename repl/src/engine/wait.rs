//! `pipeline.wait(…)`: reads an object again and again until its status says that it is over. When that
//! is, and how long to pause, is decided in the client; here are the options and the callback.

use std::time::{Duration, Instant};

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};
use rhailab_client::{Step, Until, Wait, can_wait, nearest};

use super::builtins::duration_of;
use super::error::{raise, raise_usage, raise_usage_with};
use super::functions::{WAIT_OPTIONS, names};
use super::object::ObjectRef;

type Raised<T> = Result<T, Box<EvalAltResult>>;

pub(crate) fn register(engine: &mut Engine) {
    engine
        .register_fn("wait", |context: NativeCallContext<'_>, object: ObjectRef| {
            wait(&context, object, Map::new())
        })
        .register_fn("wait", |context: NativeCallContext<'_>, object: ObjectRef, options: Map| {
            wait(&context, object, options)
        });
}

fn wait(context: &NativeCallContext<'_>, object: ObjectRef, options: Map) -> Raised<ObjectRef> {
    let resource = object.with(|object| object.resource());
    if !can_wait(resource) {
        return Err(raise_usage(format!("a {} cannot be waited for: it has no status", resource.kind)));
    }
    let Options { wait, on_change } = read(options)?;
    let started = Instant::now();
    let mut waiter = wait.start();
    let mut seen = None;
    loop {
        let mut fresh = object.with(Clone::clone);
        object.bridge().wait(fresh.refresh())?.map_err(raise)?;
        let status = fresh.attribute("status").map_err(raise)?.as_str().unwrap_or_default().to_owned();
        let name = fresh.to_string();
        object.with_mut(|object| *object = fresh);
        if let Some(tell) = &on_change
            && seen.as_ref() != Some(&status)
        {
            let _: Dynamic = tell.call_within_context(context, (object.clone(),))?;
        }
        match waiter.step(&name, &status, started.elapsed()).map_err(raise)? {
            Step::Done => return Ok(object),
            Step::Pause(pause) => object.bridge().sleep(pause)?,
        }
        seen = Some(status);
    }
}

#[derive(Default)]
struct Options {
    wait: Wait,
    on_change: Option<FnPtr>,
}

fn read(options: Map) -> Raised<Options> {
    let mut read = Options::default();
    for (name, value) in options {
        match name.as_str() {
            "timeout" if value.is_unit() => {}
            "timeout" => read.wait = read.wait.deadline(duration_of("timeout", &value)?),
            "poll" => read.wait = poll(read.wait, &value)?,
            "until" => read.wait = read.wait.until(until(&value)?),
            "check" => {
                if value.as_bool().map_err(|_| raise_usage("`check` must be true or false"))? {
                    read.wait = read.wait.check();
                }
            }
            "on_change" => {
                let tell = value.try_cast().ok_or_else(|| {
                    raise_usage_with(
                        "`on_change` must be a function",
                        "Such as `on_change: |p| print(p.status)`.",
                    )
                })?;
                read.on_change = Some(tell);
            }
            unknown => {
                let hint = match nearest(unknown, names(WAIT_OPTIONS)) {
                    Some(near) => format!("Did you mean `{near}`?"),
                    None => format!("It takes {}.", names(WAIT_OPTIONS).join(", ")),
                };
                return Err(raise_usage_with(format!("wait() has no option `{unknown}`"), hint));
            }
        }
    }
    Ok(read)
}

/// `poll: "1s"` is the first pause, which then grows; `poll: #{first: "1s", max: "5s"}` sets both ends.
fn poll(wait: Wait, value: &Dynamic) -> Raised<Wait> {
    const LONGEST: Duration = Duration::from_secs(15);
    let Ok(map) = value.as_map_ref() else {
        let first = duration_of("poll", value)?;
        return Ok(wait.poll(first, LONGEST));
    };
    if let Some(unknown) = map.keys().find(|key| !matches!(key.as_str(), "first" | "max")) {
        return Err(raise_usage_with(format!("`poll` has no `{unknown}`"), "It takes first and max."));
    }
    let first = map.get("first").map(|first| duration_of("poll.first", first)).transpose()?;
    let most = map.get("max").map(|most| duration_of("poll.max", most)).transpose()?.unwrap_or(LONGEST);
    let first = first.unwrap_or(Duration::from_secs(1).min(most));
    Ok(wait.poll(first, most))
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
