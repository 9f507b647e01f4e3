//! Objects as cards, tables and data. The columns come from the endpoint table; this file names none.

use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{ContentArrangement, Table};
use rhailab_client::endpoint::{Field, Type};
use rhailab_client::{Object, REDACTED};
use serde_json::{Map, Value};

use super::Shown;
use super::terminal::one_line;
use crate::engine::ObjectRef;

/// An object with its fields below each other.
pub(super) fn card(object: &ObjectRef) -> String {
    object.with(|object| {
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        let mut fields = masked_fields(object);
        // GitLab's order, which puts together what belongs together; what the spec does not know comes last.
        for field in object.resource().fields {
            if let Some(value) = fields.remove(field.name) {
                table.add_row([field.name, &cell(&value)]);
            }
        }
        for (name, value) in fields {
            table.add_row([name, cell(&value)]);
        }
        let body: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        format!("{}\n{}", one_line(&object.to_string()), body.join("\n"))
    })
}

/// Objects below each other, one a row.
pub(super) fn table(rows: &[ObjectRef]) -> String {
    let Some(columns) = rows.first().map(|row| row.with(|row| row.resource().table)) else {
        return "(no rows)".to_owned();
    };
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(columns);
    for row in rows {
        let fields = row.with(masked_fields);
        table.add_row(columns.iter().map(|column| cell(at(&fields, column))));
    }
    table.to_string()
}

/// The value as data, secrets masked.
pub(super) fn masked(shown: Shown) -> Value {
    match shown {
        Shown::Nothing => Value::Null,
        Shown::Text(text) => Value::String(text),
        Shown::Object(object) => Value::Object(object.with(masked_fields)),
        Shown::Rows(rows) => rows.iter().map(|row| Value::Object(row.with(masked_fields))).collect(),
        Shown::Data(data) => data,
    }
}

/// Everything that GitLab sent, secrets masked.
fn masked_fields(object: &Object) -> Map<String, Value> {
    let mut fields = object.attributes().cloned().unwrap_or_else(|| {
        let identity = rhailab_client::IntoArgument::into_argument(object.shown_identity());
        [(object.resource().identity.to_owned(), identity)].into_iter().collect()
    });
    mask(&mut fields, object.resource().fields);
    fields
}

fn mask(fields: &mut Map<String, Value>, known: &'static [Field]) {
    for field in known {
        // When the condition cannot be seen, the value counts as a secret.
        let condition = |when| fields.get(when).and_then(Value::as_bool).unwrap_or(true);
        let is_secret = field.secret && field.secret_when.is_none_or(condition);
        let Some(value) = fields.get_mut(field.name) else { continue };
        if is_secret && !value.is_null() {
            *value = REDACTED.into();
        } else {
            mask_inside(value, field.ty);
        }
    }
}

fn mask_inside(value: &mut Value, ty: Type) {
    match (value, ty) {
        (Value::Object(fields), Type::Record(record)) => mask(fields, record.fields),
        (Value::Array(values), Type::Array(of)) => {
            values.iter_mut().for_each(|value| mask_inside(value, *of))
        }
        _ => {}
    }
}

/// The value at a path such as `owner.username`.
fn at<'a>(fields: &'a Map<String, Value>, path: &str) -> &'a Value {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    match fields.get(first) {
        Some(Value::Object(inner)) if !rest.is_empty() => at(inner, rest),
        Some(value) => value,
        None => &Value::Null,
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => one_line(text),
        other => one_line(&other.to_string()),
    }
}
