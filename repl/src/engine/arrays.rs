//! What an array has so that a script can go on with it as with the list that it was taken from. What Rhai's own
//! arrays have under the same name stays Rhai's, but for sorting: there an error of the closure would be taken for "equal", and
//! so would the difference of two durations, which is no whole number.

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, NativeCallContext};

use super::error::{raise_usage, raise_usage_with};

type Raised<T> = Result<T, Box<EvalAltResult>>;

pub(crate) fn register(engine: &mut Engine) {
    // The array comes by value: with a reference, Rhai would write a property back after each call.
    engine
        .register_fn("first", |values: Array| values.into_iter().next().unwrap_or_default())
        .register_fn("take", take)
        .register_fn("to_array", |values: Array| values)
        .register_fn("any", |context: NativeCallContext<'_>, values: Array, test: FnPtr| {
            for value in values {
                if verdict(&test.call_within_context(&context, (value,))?)? {
                    return Ok(true);
                }
            }
            Raised::Ok(false)
        })
        .register_fn("sort", |context: NativeCallContext<'_>, values: &mut Array, order: FnPtr| {
            let is_behind = |one: &Dynamic, other: &Dynamic| {
                let answer: Dynamic = order.call_within_context(&context, (one.clone(), other.clone()))?;
                is_above_zero(&answer)
            };
            *values = sorted(values.clone(), &is_behind)?;
            Raised::Ok(())
        });
}

/// The values in order; equal ones stay as they stood. Unlike the standard library's sorting it ends with the first error, and
/// does with an order that contradicts itself what it can.
fn sorted(mut values: Array, is_behind: &impl Fn(&Dynamic, &Dynamic) -> Raised<bool>) -> Raised<Array> {
    if values.len() < 2 {
        return Ok(values);
    }
    let second = values.split_off(values.len() / 2);
    let mut first = sorted(values, is_behind)?.into_iter().peekable();
    let mut second = sorted(second, is_behind)?.into_iter().peekable();
    let mut merged = Array::with_capacity(first.len() + second.len());
    while let (Some(one), Some(other)) = (first.peek(), second.peek()) {
        let next = if is_behind(one, other)? { second.next() } else { first.next() };
        merged.extend(next);
    }
    merged.extend(first.chain(second));
    Ok(merged)
}

fn is_above_zero(answer: &Dynamic) -> Raised<bool> {
    let whole = answer.as_int().map(|number| number > 0);
    whole.or_else(|_| answer.as_float().map(|number| number > 0.0)).map_err(|kind| {
        raise_usage_with(
            format!("the order answers {kind}, not a number"),
            "Below 0, the first value comes first; above 0, the second, such as `|a, b| a.id - b.id`.",
        )
    })
}

fn take(values: Array, count: i64) -> Raised<Array> {
    let count = usize::try_from(count).map_err(|_| raise_usage("take() cannot take fewer than no values"))?;
    Ok(values.into_iter().take(count).collect())
}

/// What a test that a script passed says of a value.
pub(crate) fn verdict(answer: &Dynamic) -> Raised<bool> {
    answer.as_bool().map_err(|kind| {
        raise_usage_with(
            format!("the test answers {kind}, not true or false"),
            "Compare, such as `|row| row.status == \"failed\"`.",
        )
    })
}
