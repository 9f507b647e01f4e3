//! `watch(pipeline)`: looks at an object in the background and tells when its status changes, while the script, or
//! whoever types at the prompt, goes on.

use std::sync::Arc;

use rhai::{Engine, EvalAltResult};
use rhailab_client::{Wait, WaitEvent, Waiting};

use super::error::raise;
use super::object::ObjectRef;
use super::{Printer, World};

pub(crate) fn register(engine: &mut Engine, world: &World) {
    let print = Arc::clone(&world.print);
    engine.register_fn("watch", move |object: ObjectRef| watch(&object, Arc::clone(&print)));
}

fn watch(object: &ObjectRef, print: Arc<dyn Printer>) -> Result<(), Box<EvalAltResult>> {
    let mut waiting = Waiting::new(&object.with(Clone::clone), Wait::new()).map_err(raise)?;
    let runtime = object.bridge().runtime().map_err(raise)?;
    let object = object.clone();
    runtime.spawn(async move {
        loop {
            let line = match waiting.next().await {
                Ok(WaitEvent::Changed(fresh)) => {
                    // The wait has read it, or it would not tell of a change.
                    let line = format!("{fresh}: {}", fresh.text("status").unwrap_or_default());
                    object.with_mut(|object| object.take_reading(fresh));
                    line
                }
                Ok(WaitEvent::Done(fresh)) => {
                    object.with_mut(|object| object.take_reading(fresh));
                    return;
                }
                Ok(_) => continue,
                Err(error) => {
                    let name = object.with(ToString::to_string);
                    // Nobody is told when nobody is there, and there is nothing more to watch.
                    let _ = print.note(&format!("{name} is no longer watched: {error}"));
                    return;
                }
            };
            if print.note(&line).is_err() {
                return;
            }
        }
    });
    Ok(())
}
