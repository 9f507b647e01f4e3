//! `wait_all(list, …)`: waits for many pipelines, in one project or in hundreds, and sums up how they ended. How they are
//! asked for together is the client's business.

use rhai::{Array, Dynamic, Engine, EvalAltResult, Map, NativeCallContext};
use rhailab_client::{Object, Summary, wait_all as begin};

use super::World;
use super::bridge::Bridge;
use super::error::{raise, raise_usage_with, shared};
use super::functions::WAIT_ALL_OPTIONS;
use super::items::Items;
use super::object::ObjectRef;
use super::wait::{Options, read};

type Raised<T> = Result<T, Box<EvalAltResult>>;

pub(crate) fn register(engine: &mut Engine, world: &World) {
    let (bridge, own) = (world.bridge.clone(), world.bridge.clone());
    engine
        .register_fn("wait_all", move |context: NativeCallContext<'_>, list: Dynamic| {
            wait_all(&context, &bridge, list, Map::new())
        })
        .register_fn("wait_all", move |context: NativeCallContext<'_>, list: Dynamic, options: Map| {
            wait_all(&context, &own, list, options)
        });
}

fn wait_all(context: &NativeCallContext<'_>, bridge: &Bridge, list: Dynamic, options: Map) -> Raised<Map> {
    let Options { wait, on_change } = read("wait_all", WAIT_ALL_OPTIONS, options)?;
    let handles = objects(&Items::of("wait_all", list)?)?;
    let given: Vec<Object> = handles.iter().map(|handle| handle.with(Clone::clone)).collect();
    let mut waiting = begin(given, wait).map_err(raise)?;
    while let Some(change) = bridge.wait(waiting.next())? {
        let Some(handle) = handles.get(change.place) else { continue };
        handle.with_mut(|object| object.take_reading(change.object));
        if let Some(tell) = &on_change {
            let _: Dynamic = tell.call_within_context(context, (handle.clone(),))?;
        }
    }
    let summary = waiting.summary();
    for (handle, object) in handles.iter().zip(&summary.objects) {
        handle.with_mut(|handle| handle.take_reading(object.clone()));
    }
    waiting.verdict().map_err(raise)?;
    Ok(summed_up(&handles, &summary))
}

fn objects(items: &Items) -> Raised<Vec<ObjectRef>> {
    let mut objects = Vec::new();
    while let Some(item) = items.get(objects.len())? {
        match item.clone().try_cast::<ObjectRef>() {
            Some(object) => objects.push(object),
            None => {
                let what = super::value::inner_words(&item);
                return Err(raise_usage_with(
                    format!("wait_all() cannot wait for item {}: {what}", objects.len()),
                    "It takes pipelines, or other objects that have a status.",
                ));
            }
        }
    }
    Ok(objects)
}

fn summed_up(handles: &[ObjectRef], summary: &Summary) -> Map {
    let at = |place: usize| handles.get(place).cloned().map_or(Dynamic::UNIT, Dynamic::from);
    let counts: Map = summary
        .counts()
        .into_iter()
        .map(|(status, count)| (status.into(), i64::try_from(count).unwrap_or(i64::MAX).into()))
        .collect();
    let all_at = |places: Vec<usize>| -> Array { places.into_iter().map(at).collect() };
    let errors: Array = summary
        .errors
        .iter()
        .map(|(place, error)| {
            let entry: Map =
                [("pipeline".into(), at(*place)), ("error".into(), shared(error))].into_iter().collect();
            entry.into()
        })
        .collect();
    let pipelines: Array = handles.iter().cloned().map(Dynamic::from).collect();
    [
        ("pipelines".into(), pipelines.into()),
        ("counts".into(), counts.into()),
        ("failed".into(), all_at(summary.failed()).into()),
        ("unsuccessful".into(), all_at(summary.unsuccessful()).into()),
        ("errors".into(), errors.into()),
    ]
    .into_iter()
    .collect()
}
