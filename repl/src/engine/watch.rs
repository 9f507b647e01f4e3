//! `watch(pipeline)`: looks at an object in the background and tells when its status changes, while the script, or
//! whoever types at the prompt, goes on.

use std::sync::Arc;
use std::time::Instant;

use rhai::{Engine, EvalAltResult};
use rhailab_client::{Step, Wait, can_wait};

use super::error::{raise_io, raise_usage};
use super::object::ObjectRef;
use super::{Printer, World};

pub(crate) fn register(engine: &mut Engine, world: &World) {
    let print = Arc::clone(&world.print);
    engine.register_fn("watch", move |object: ObjectRef| watch(&object, Arc::clone(&print)));
}

fn watch(object: &ObjectRef, print: Arc<dyn Printer>) -> Result<(), Box<EvalAltResult>> {
    let resource = object.with(|object| object.resource());
    if !can_wait(resource) {
        return Err(raise_usage(format!("a {} cannot be watched: it has no status", resource.kind)));
    }
    let runtime = object.bridge().runtime().map_err(|error| raise_io("the runtime cannot start", &error))?;
    let object = object.clone();
    runtime.spawn(async move {
        let started = Instant::now();
        let mut waiter = Wait::new().start();
        let mut seen = None;
        loop {
            let mut fresh = object.with(Clone::clone);
            let looked = fresh.refresh().await;
            let status =
                looked.and_then(|()| Ok(fresh.attribute("status")?.as_str().unwrap_or_default().to_owned()));
            let name = fresh.to_string();
            let (line, step) = match status {
                Ok(status) => {
                    object.with_mut(|object| *object = fresh);
                    let changed = seen.as_ref() != Some(&status);
                    let line = changed.then(|| format!("{name}: {status}"));
                    let step = waiter.step(&name, &status, started.elapsed()).ok();
                    seen = Some(status);
                    (line, step)
                }
                Err(error) => (Some(format!("{name} is no longer watched: {error}")), None),
            };
            // When nobody can be told any more, there is nothing left to watch for.
            if line.is_some_and(|line| print.note(&line).is_err()) {
                return;
            }
            match step {
                Some(Step::Pause(pause)) => tokio::time::sleep(pause).await,
                _ => return,
            }
        }
    });
    Ok(())
}
