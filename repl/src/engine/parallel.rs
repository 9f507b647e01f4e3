//! `par_map(list, |item| …)`: calls a closure with each item, several at once. How many requests are under way is the
//! client's limit and not counted here: a worker that waits for its turn holds nothing that another one needs, so calls
//! inside of calls cannot lock each other out.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext, Position};

use super::World;
use super::bridge::Bridge;
use super::client::Configured;
use super::error::{client_error, raise, raise_unknown_option, raise_usage, raise_usage_with, thrown_error};
use super::functions::PAR_MAP_OPTIONS;
use super::items::Items;
use super::modules;
use super::value::inner_words;

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// Threads that wait cost little, but not nothing.
const MOST_WORKERS: usize = 256;

/// As large as a main thread's: scripts may call as deeply here as there.
const STACK: usize = 8 * 1024 * 1024;

pub(crate) fn register(engine: &mut Engine, world: &World, configured: &Configured) {
    let (bridge, own) = (world.bridge.clone(), world.bridge.clone());
    let (client, own_client) = (configured.clone(), configured.clone());
    engine
        .register_fn("par_map", move |context: NativeCallContext<'_>, list: Dynamic, change: FnPtr| {
            par_map(&context, &bridge, &client, list, &change, Map::new())
        })
        .register_fn(
            "par_map",
            move |context: NativeCallContext<'_>, list: Dynamic, change: FnPtr, options: Map| {
                par_map(&context, &own, &own_client, list, &change, options)
            },
        );
}

fn par_map(
    context: &NativeCallContext<'_>,
    bridge: &Bridge,
    configured: &Configured,
    list: Dynamic,
    change: &FnPtr,
    options: Map,
) -> Raised<Array> {
    let Options { jobs, collect } = read(options)?;
    let work = Work {
        items: Items::of("par_map", list)?,
        change: owned_closure(change),
        collect,
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        answers: Mutex::default(),
    };
    let jobs = jobs.unwrap_or_else(|| configured.client().jobs().get().min(MOST_WORKERS));
    // Started before there are several threads that might each start it.
    bridge.runtime().map_err(raise)?;
    let open = modules::open();
    thread::scope(|scope| {
        // One worker is this thread: it is there even when the system has no more threads to give.
        let most = work.items.known_length().map_or(jobs, |length| jobs.min(length));
        for _ in 1..most {
            let worker = thread::Builder::new().stack_size(STACK);
            let begun = worker.spawn_scoped(scope, || {
                modules::work_within(open.clone());
                work.run(context);
            });
            if begun.is_err() {
                break;
            }
        }
        work.run(context);
    });
    work.finish()
}

/// What the workers share.
struct Work {
    items: Items,
    change: FnPtr,
    collect: bool,
    next: AtomicUsize,
    stop: AtomicBool,
    answers: Mutex<Vec<Answer>>,
}

struct Answer {
    place: usize,
    item: Dynamic,
    value: Raised<Dynamic>,
    /// Whether nothing that follows can make up for it: an interrupt, an exit, a list that cannot be read any further.
    is_last: bool,
}

impl Work {
    /// Takes item after item, until there is none or something failed.
    fn run(&self, context: &NativeCallContext<'_>) {
        while !self.stop.load(Ordering::Relaxed) {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let answer = match self.items.get(place) {
                Ok(None) => return,
                Ok(Some(item)) => self.call(context, place, owned(&item)),
                Err(error) => Answer { place, item: Dynamic::UNIT, value: Err(error), is_last: true },
            };
            if answer.is_last || answer.value.is_err() && !self.collect {
                self.stop.store(true, Ordering::Relaxed);
            }
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
        }
    }

    fn call(&self, context: &NativeCallContext<'_>, place: usize, item: Dynamic) -> Answer {
        // Each call has its own copy of what the closure captured: what they shared, they would lock.
        let value = owned_closure(&self.change)
            .call_within_context(context, (item.clone(),))
            .map_err(|thrown| named(*thrown, place, &item, context.call_position()));
        let is_last = value.as_ref().is_err_and(|thrown| !thrown.is_catchable());
        Answer { place, item, value, is_last }
    }

    /// The answers in the order of the items, or the first error.
    fn finish(self) -> Raised<Array> {
        let mut answers = self.answers.into_inner().unwrap_or_else(PoisonError::into_inner);
        // What ends everything weighs more than what failed because of it, or beside it.
        answers.sort_by_key(|answer| (!answer.is_last, answer.place));
        let mut values = Array::with_capacity(answers.len());
        for Answer { item, value, is_last, .. } in answers {
            values.push(match value {
                Ok(value) if self.collect => entry(item, value, Dynamic::UNIT),
                Err(thrown) if self.collect && !is_last => entry(item, Dynamic::UNIT, thrown_error(&thrown)),
                value => value?,
            });
        }
        Ok(values)
    }
}

fn entry(item: Dynamic, value: Dynamic, error: Dynamic) -> Dynamic {
    let entry: Map =
        [("item".into(), item), ("value".into(), value), ("error".into(), error)].into_iter().collect();
    entry.into()
}

/// The error with the item that it is about, in words that a script and a person see.
fn named(thrown: EvalAltResult, place: usize, item: &Dynamic, position: Position) -> Box<EvalAltResult> {
    const LONGEST: usize = 80;
    let mut words: String = inner_words(item).chars().take(LONGEST + 1).collect();
    if words.chars().count() > LONGEST {
        words = words.chars().take(LONGEST - 1).chain(['…']).collect();
    }
    about(thrown, &format!("item {place} ({words})"), position)
}

fn about(thrown: EvalAltResult, what: &str, position: Position) -> Box<EvalAltResult> {
    use EvalAltResult::{ErrorInFunctionCall, ErrorInModule, ErrorRuntime};
    Box::new(match thrown {
        ErrorInFunctionCall(name, file, inner, at) => {
            ErrorInFunctionCall(name, file, about(*inner, what, position), at)
        }
        ErrorInModule(name, inner, at) => ErrorInModule(name, about(*inner, what, position), at),
        ErrorRuntime(value, at) => match (client_error(&value), value.as_immutable_string_ref()) {
            (Some(error), _) => ErrorRuntime(error.about(what), at),
            (None, Ok(text)) => ErrorRuntime(format!("{what}: {}", text.as_str()).into(), at),
            (None, Err(_)) => {
                let inner = Box::new(ErrorRuntime(value.clone(), at));
                ErrorInFunctionCall(what.to_owned(), String::new(), inner, position)
            }
        },
        other if !other.is_catchable() => other,
        other => ErrorInFunctionCall(what.to_owned(), String::new(), Box::new(other), position),
    })
}

/// The closure with its own copies of all that it captured.
fn owned_closure(closure: &FnPtr) -> FnPtr {
    let mut own = closure.clone();
    for captured in own.iter_curry_mut() {
        *captured = owned(captured);
    }
    own
}

/// A copy that shares nothing that Rhai would lock. Objects stay what they are: handles with a lock of their own.
fn owned(value: &Dynamic) -> Dynamic {
    let mut own = value.flatten_clone();
    if let Some(mut items) = own.write_lock::<Array>() {
        items.iter_mut().for_each(|item| *item = owned(item));
    } else if let Some(mut members) = own.write_lock::<Map>() {
        members.values_mut().for_each(|member| *member = owned(member));
    } else if let Some(mut closure) = own.write_lock::<FnPtr>() {
        *closure = owned_closure(&closure);
    }
    own
}

struct Options {
    jobs: Option<usize>,
    collect: bool,
}

fn read(options: Map) -> Raised<Options> {
    let mut read = Options { jobs: None, collect: false };
    for (name, value) in options {
        match name.as_str() {
            "jobs" => read.jobs = Some(jobs(&value)?.get()),
            "on_error" => {
                read.collect = match value.clone().into_string().as_deref() {
                    Ok("collect") => true,
                    Ok("stop") => false,
                    _ => return Err(raise_usage("`on_error` must be \"stop\" or \"collect\"")),
                }
            }
            unknown => return Err(raise_unknown_option("par_map", unknown, PAR_MAP_OPTIONS)),
        }
    }
    Ok(read)
}

fn jobs(value: &Dynamic) -> Raised<NonZeroUsize> {
    let number =
        value.as_int().ok().and_then(|number| usize::try_from(number).ok()).and_then(NonZeroUsize::new);
    number.filter(|number| number.get() <= MOST_WORKERS).ok_or_else(|| {
        raise_usage_with(
            format!("`jobs` must be a number from 1 to {MOST_WORKERS}, not {}", inner_words(value)),
            "How many requests are under way at once is set by --jobs; more workers than that only wait.",
        )
    })
}
