//! How values are shown: by kind of value and by the format that was asked for. Secrets are masked in all
//! of them. Writing errors is `report`'s business.

mod fields;
pub mod terminal;

use std::io::{self, Write};

use clap::ValueEnum;
use rhai::{Array, Dynamic};
use serde_json::Value;

use crate::engine::{ObjectRef, SequenceRef, value as json};

/// How values are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text as it is, objects and lists as tables
    Auto,
    /// The same, even where a plain form would do
    Table,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// What can be shown: a value whose rows have all been fetched.
#[derive(Debug)]
enum Shown {
    Nothing,
    Text(String),
    Object(ObjectRef),
    Rows(Vec<ObjectRef>),
    Data(Value),
}

/// Writes a value; unit writes nothing.
///
/// # Errors
///
/// What the script's list raised while its rows were fetched, or what the system says when nothing can be written.
pub fn write(out: &mut dyn Write, value: &Dynamic, format: Format) -> Result<(), WriteError> {
    let shown = look_at(value)?;
    let text = match (format, shown) {
        (_, Shown::Nothing) => return Ok(()),
        (Format::Json, shown) => serde_json::to_string_pretty(&fields::masked(shown))
            .map_err(|error| WriteError::Data(error.to_string()))?,
        (Format::Yaml, shown) => yaml(&fields::masked(shown))?,
        (_, Shown::Text(text)) => text,
        (_, Shown::Object(object)) => fields::card(&object),
        (_, Shown::Rows(rows)) => fields::table(&rows),
        (_, Shown::Data(data)) if data.is_array() || data.is_object() => yaml(&data)?,
        (_, Shown::Data(_)) => value.to_string(),
    };
    writeln!(out, "{}", text.trim_end_matches('\n')).map_err(WriteError::Output)
}

/// Why a value was not shown.
#[derive(Debug)]
pub enum WriteError {
    /// Its rows could not be fetched.
    Script(Box<rhai::EvalAltResult>),
    /// It has no form in the format.
    Data(String),
    /// It could not be written.
    Output(io::Error),
}

fn look_at(value: &Dynamic) -> Result<Shown, WriteError> {
    if value.is_unit() {
        return Ok(Shown::Nothing);
    }
    if let Some(object) = value.clone().try_cast::<ObjectRef>() {
        return Ok(Shown::Object(object));
    }
    if let Some(rows) = value.clone().try_cast::<SequenceRef>() {
        let rows: Result<Array, _> = rows.into_iter().collect();
        return Ok(Shown::Rows(objects(&rows.map_err(WriteError::Script)?)));
    }
    if let Ok(array) = value.as_array_ref() {
        let rows = objects(&array);
        if !rows.is_empty() && rows.len() == array.len() {
            return Ok(Shown::Rows(rows));
        }
    }
    if value.is_string() || value.is_char() {
        return Ok(Shown::Text(value.to_string()));
    }
    // What has no JSON, such as a function or a blob, is shown as Rhai shows it.
    Ok(json::to_json(value).map_or_else(|_| Shown::Text(value.to_string()), Shown::Data))
}

fn objects(values: &[Dynamic]) -> Vec<ObjectRef> {
    values.iter().filter_map(|value| value.clone().try_cast()).collect()
}

fn yaml(data: &Value) -> Result<String, WriteError> {
    serde_saphyr::to_string(data).map_err(|error| WriteError::Data(error.to_string()))
}
