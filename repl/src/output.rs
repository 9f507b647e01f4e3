//! How values are shown: by kind of value and by the format that was asked for. Secrets are masked in all of them,
//! however deep the object stands that has them; only a text that a script read itself is shown as it is. Writing
//! errors is `report`'s business.

mod blob;
mod cell;
pub(crate) mod columns;
mod fields;
pub mod log;
mod style;
pub mod terminal;

pub use style::Style;

use std::io::{self, Write};

use clap::ValueEnum;
use rhai::{Array, Dynamic};
use rhailab_client::mask_secrets;
use serde_json::Value;

use crate::engine::error::raise;
use crate::engine::{ObjectRef, SequenceRef, TimelineRef, WrittenRef, value as json};

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

impl Format {
    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::from_str(name, false).ok()
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Table => "table",
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }
}

/// What can be shown: a value whose rows have all been fetched.
#[derive(Debug)]
enum Shown {
    Nothing,
    Text(String),
    Object(ObjectRef),
    Rows(Vec<ObjectRef>, Rest),
    Timeline(TimelineRef),
    Data(Value),
}

/// What a list has beyond the rows at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    None,
    /// How many rows the whole list has, where GitLab says it.
    More(Option<u64>),
}

/// Writes a value with everything that it has; unit writes nothing.
///
/// # Errors
///
/// What the script's list raised while its rows were fetched, or what the system says when nothing can be written.
pub fn write(out: &mut dyn Write, value: &Dynamic, format: Format) -> Result<(), WriteError> {
    match text(value, format, Style::plain())? {
        Some(text) => writeln!(out, "{text}").map_err(WriteError::Output),
        None => Ok(()),
    }
}

/// A value as text; unit has none. Of a list that is longer than the style wants, the rest is not even fetched.
///
/// # Errors
///
/// What the script's list raised while its rows were fetched, or that the value has no form in the format.
pub fn text(value: &Dynamic, format: Format, style: Style) -> Result<Option<String>, WriteError> {
    let is_data = matches!(format, Format::Json | Format::Yaml);
    let shown = look_at(value, style.rows.filter(|_| !is_data))?;
    let text = match (format, shown) {
        (_, Shown::Nothing) => return Ok(None),
        (Format::Json | Format::Yaml, shown) => {
            data(&fields::masked(shown).map_err(unreadable)?, format).map_err(WriteError::Data)?
        }
        // A terminal would obey what a server put into a name. A log keeps its colours where it is printed or followed.
        (_, Shown::Text(text)) if style.width.is_some() => terminal::neutral(&text),
        (_, Shown::Text(text)) => text,
        (_, Shown::Object(object)) => fields::card(&object, style).map_err(unreadable)?,
        (_, Shown::Rows(rows, rest)) => fields::rows(&rows, rest, style).map_err(unreadable)?,
        (_, Shown::Timeline(timeline)) => {
            timeline.text(style.width.unwrap_or_else(terminal::width), style.color)
        }
        (_, Shown::Data(value)) if value.is_array() || value.is_object() => {
            data(&value, Format::Yaml).map_err(WriteError::Data)?
        }
        (_, Shown::Data(_)) => value.to_string(),
    };
    Ok(Some(text.trim_end_matches('\n').to_owned()))
}

/// Why a value was not shown.
#[derive(Debug)]
pub enum WriteError {
    /// Its rows could not be fetched, or GitLab's JSON cannot be read.
    Script(Box<rhai::EvalAltResult>),
    /// It has no form in the format.
    Data(String),
    /// It could not be written.
    Output(io::Error),
}

fn unreadable(error: rhailab_client::Error) -> WriteError {
    WriteError::Script(raise(error))
}

fn look_at(value: &Dynamic, most: Option<usize>) -> Result<Shown, WriteError> {
    if value.is_unit() {
        return Ok(Shown::Nothing);
    }
    if let Some(object) = value.clone().try_cast::<ObjectRef>() {
        return Ok(Shown::Object(object));
    }
    if let Some(timeline) = value.clone().try_cast::<TimelineRef>() {
        return Ok(Shown::Timeline(timeline));
    }
    if let Some(file) = value.read_lock::<WrittenRef>() {
        let properties = file.properties().map_err(WriteError::Script)?;
        return look_at(&Dynamic::from_map(properties), most);
    }
    if let (Some(rows), Some(_)) = (value.read_lock::<SequenceRef>(), most) {
        let (rows, complete, total) = rows.some_rows().map_err(WriteError::Script)?;
        return Ok(Shown::Rows(rows, if complete { Rest::None } else { Rest::More(total) }));
    }
    if let Some(rows) = value.clone().try_cast::<SequenceRef>() {
        let rows: Result<Array, _> = rows.into_iter().collect();
        return Ok(Shown::Rows(objects(&rows.map_err(WriteError::Script)?), Rest::None));
    }
    if let Ok(array) = value.as_array_ref() {
        let rows = objects(&array);
        if !rows.is_empty() && rows.len() == array.len() {
            return Ok(Shown::Rows(rows, Rest::None));
        }
    }
    if value.is_string() || value.is_char() {
        return Ok(Shown::Text(value.to_string()));
    }
    if let Ok(bytes) = value.as_blob_ref() {
        return Ok(Shown::Text(blob::describe(&bytes)));
    }
    let data = json::convert(
        value,
        // An object may hold secrets wherever it stands.
        &|object| fields::masked(Shown::Object(object.clone())).map_err(|error| error.to_string()),
        &|other| Ok(json::words(other).into()),
    );
    Ok(match data {
        Ok(Value::String(text)) => Shown::Text(text),
        Ok(mut data) => {
            // What a script took out of an object, or got by `gl.http`, says by its names alone what is secret.
            mask_secrets(&mut data);
            Shown::Data(data)
        }
        Err(_) => Shown::Text(json::words(value)),
    })
}

fn objects(values: &[Dynamic]) -> Vec<ObjectRef> {
    values.iter().filter_map(|value| value.clone().try_cast()).collect()
}

/// Data as JSON, or as YAML.
///
/// # Errors
///
/// Why it has no such form.
pub(crate) fn data(value: &Value, format: Format) -> Result<String, String> {
    match format {
        Format::Json => serde_json::to_string_pretty(value)
            .map(|text| terminal::escaped_json(&text))
            .map_err(|error| error.to_string()),
        _ => {
            let text = serde_saphyr::to_string(value).map_err(|error| error.to_string())?;
            // Where YAML has a letter that a terminal might obey and that only JSON escapes, JSON is YAML, too.
            if terminal::is_harmless(&text) {
                Ok(text.trim_end().to_owned())
            } else {
                data(value, Format::Json)
            }
        }
    }
}
