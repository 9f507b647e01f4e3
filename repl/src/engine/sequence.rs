//! `Sequence`: the rows of a list, fetched page by page as a script comes to them. Rows that were fetched
//! stay, so a sequence can be walked again without asking GitLab twice, and goes on after a failed page.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, NativeCallContext};
use rhailab_client::endpoint::Resource;
use rhailab_client::{Pages, nearest};

use super::arrays::verdict;
use super::bridge::Bridge;
use super::error::{raise, raise_usage, raise_usage_with};
use super::functions::SEQUENCE;
use super::object::ObjectRef;

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// The rows of a list in a script. Copies share what was fetched.
#[derive(Clone, Debug)]
pub struct SequenceRef {
    rows: Arc<Mutex<Rows>>,
    bridge: Bridge,
}

#[derive(Debug)]
struct Rows {
    fetched: Vec<ObjectRef>,
    pages: Pages,
    complete: bool,
    total: Option<u64>,
}

/// What a list is called where its rows are not fetched.
pub(crate) const WORDS: &str = "a list whose rows are fetched on demand";

/// Walks a sequence in a `for` loop.
#[derive(Debug)]
pub struct RowIterator {
    sequence: SequenceRef,
    next: usize,
    failed: bool,
}

impl SequenceRef {
    pub(crate) fn new(pages: Pages, bridge: Bridge) -> Self {
        let rows = Rows { fetched: Vec::new(), pages, complete: false, total: None };
        Self { rows: Arc::new(Mutex::new(rows)), bridge }
    }

    /// The resource of its rows.
    #[must_use]
    pub fn resource(&self) -> &'static Resource {
        self.lock().pages.resource()
    }

    /// The row at a place counted from 0; pages up to it are fetched.
    pub(crate) fn row(&self, index: usize) -> Raised<Option<ObjectRef>> {
        let mut rows = self.lock();
        while rows.fetched.len() <= index && !rows.complete {
            self.fetch(&mut rows)?;
        }
        Ok(rows.fetched.get(index).cloned())
    }

    /// All rows; the remaining pages are fetched.
    pub(crate) fn all_rows(&self) -> Raised<Vec<ObjectRef>> {
        let mut rows = self.lock();
        while !rows.complete {
            self.fetch(&mut rows)?;
        }
        Ok(rows.fetched.clone())
    }

    /// The rows that were fetched so far, the first page at least, and whether these are all.
    pub fn some_rows(&self) -> Raised<(Vec<ObjectRef>, bool, Option<u64>)> {
        let mut rows = self.lock();
        if rows.fetched.is_empty() && !rows.complete {
            self.fetch(&mut rows)?;
        }
        Ok((rows.fetched.clone(), rows.complete, rows.total))
    }

    fn fetch(&self, rows: &mut Rows) -> Raised<()> {
        match self.bridge.wait(rows.pages.next())?.map_err(raise)? {
            Some(page) => {
                rows.total = page.total.or(rows.total);
                rows.fetched
                    .extend(page.rows.into_iter().map(|row| ObjectRef::new(row, self.bridge.clone())));
            }
            None => rows.complete = true,
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        // A panic elsewhere leaves at worst a page that was fetched and not kept; asking again is right.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at(&mut self, index: i64) -> Raised<Dynamic> {
        let place = match usize::try_from(index) {
            Ok(place) => place,
            Err(_) => {
                let length = self.all_rows()?.len();
                let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
                length.checked_sub(back).ok_or_else(|| beyond(index, length))?
            }
        };
        match self.row(place)? {
            Some(row) => Ok(Dynamic::from(row)),
            None => Err(beyond(index, self.all_rows()?.len())),
        }
    }

    fn total(&mut self) -> Raised<Dynamic> {
        let (_, _, total) = self.some_rows()?;
        Ok(total.and_then(|total| i64::try_from(total).ok()).map_or(Dynamic::UNIT, Dynamic::from))
    }

    fn take(&self, count: i64) -> Raised<Array> {
        let count =
            usize::try_from(count).map_err(|_| raise_usage("take() cannot take fewer than no rows"))?;
        self.clone().into_iter().take(count).collect()
    }

    /// The places and rows for which a closure says yes, until the caller has seen enough.
    fn search<T>(
        &self,
        context: &NativeCallContext<'_>,
        test: &FnPtr,
        mut each: impl FnMut(bool, Dynamic) -> Option<T>,
    ) -> Raised<Option<T>> {
        for row in self.clone() {
            let row = row?;
            let answer: Dynamic = test.call_within_context(context, (row.clone(),))?;
            if let Some(answer) = each(verdict(&answer)?, row) {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }
}

fn no_property(_: &mut SequenceRef, name: ImmutableString) -> Raised<Dynamic> {
    let properties = SEQUENCE.properties.iter().map(|property| property.name);
    let known: Vec<&str> = properties.chain(SEQUENCE.method_names()).collect();
    let written = |name: &str| match SEQUENCE.method(name) {
        Some(_) => format!("{name}()"),
        None => name.to_owned(),
    };
    let hint = match nearest(&name, known.iter().copied()) {
        Some(near) => format!("Did you mean `{}`?", written(near)),
        None => {
            let all: Vec<String> = known.into_iter().map(written).collect();
            format!("It has {}; its rows have more.", all.join(", "))
        }
    };
    Err(raise_usage_with(format!("a list has no property `{name}`"), hint))
}

fn beyond(index: i64, length: usize) -> Box<EvalAltResult> {
    raise_usage(format!("there is no row {index}: the list has {length}"))
}

impl IntoIterator for SequenceRef {
    type Item = Raised<Dynamic>;
    type IntoIter = RowIterator;

    fn into_iter(self) -> RowIterator {
        RowIterator { sequence: self, next: 0, failed: false }
    }
}

impl Iterator for RowIterator {
    type Item = Raised<Dynamic>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let row = self.sequence.row(self.next).transpose()?;
        self.next += 1;
        self.failed = row.is_err();
        Some(row.map(Dynamic::from))
    }
}

pub(crate) fn register(engine: &mut Engine) {
    type Context<'a> = NativeCallContext<'a>;
    engine
        .register_type_with_name::<SequenceRef>("Sequence")
        .register_iterator_result::<SequenceRef, Dynamic>()
        .register_indexer_get(SequenceRef::at)
        .register_indexer_get(no_property)
        .register_get("total", SequenceRef::total)
        .register_get("len", |rows: &mut SequenceRef| rows.all_rows().map(|rows| rows.len() as i64))
        .register_fn("len", |rows: SequenceRef| rows.all_rows().map(|rows| rows.len() as i64))
        .register_fn("is_empty", |rows: SequenceRef| rows.row(0).map(|row| row.is_none()))
        .register_fn("first", |rows: SequenceRef| {
            rows.row(0).map(|row| row.map_or(Dynamic::UNIT, Dynamic::from))
        })
        .register_fn("to_array", |rows: SequenceRef| rows.into_iter().collect::<Raised<Array>>())
        .register_fn("take", |rows: SequenceRef, count: i64| rows.take(count))
        .register_fn("map", |context: Context<'_>, rows: SequenceRef, change: FnPtr| -> Raised<Array> {
            rows.into_iter().map(|row| change.call_within_context(&context, (row?,))).collect()
        })
        .register_fn("filter", |context: Context<'_>, rows: SequenceRef, test: FnPtr| -> Raised<Array> {
            let mut kept = Array::new();
            rows.search(&context, &test, |yes, row| {
                if yes {
                    kept.push(row);
                }
                None::<()>
            })?;
            Ok(kept)
        })
        .register_fn("find", |context: Context<'_>, rows: SequenceRef, test: FnPtr| {
            rows.search(&context, &test, |yes, row| yes.then_some(row)).map(Option::unwrap_or_default)
        })
        .register_fn("any", |context: Context<'_>, rows: SequenceRef, test: FnPtr| {
            rows.search(&context, &test, |yes, _| yes.then_some(())).map(|found| found.is_some())
        })
        .register_fn("all", |context: Context<'_>, rows: SequenceRef, test: FnPtr| {
            rows.search(&context, &test, |yes, _| (!yes).then_some(())).map(|found| found.is_none())
        })
        .register_fn("to_string", |_: SequenceRef| WORDS)
        .register_fn("to_debug", |_: SequenceRef| WORDS);
}
