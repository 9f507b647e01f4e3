//! What an array has so that a script can go on with it as with the list that it was taken from. What Rhai's own
//! arrays have under the same name stays Rhai's.

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
        });
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
