//! Objects as cards, tables and data. The columns come from the endpoint table; this file names none.

use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{Cell, ContentArrangement, Row, Table, TableStyle};
use rhailab_client::Object;
use rhailab_client::endpoint::{Field, Type};
use serde_json::{Map, Value};

use super::cell::{cell, exact};
use super::style::Style;
use super::terminal::one_line;
use super::{Rest, Shown};
use crate::engine::ObjectRef;

/// An object with its fields below each other.
pub(super) fn card(object: &ObjectRef, style: Style) -> String {
    object.with(|object| {
        let mut table = empty_table(NOTHING, style);
        let mut fields = object.shown_attributes();
        // GitLab's order, which puts together what belongs together; what the spec does not know comes last.
        for field in object.resource().fields {
            if let Some(value) = fields.remove(field.name) {
                table.add_row([Cell::new(field.name), exact(&value, Some(field), style)]);
            }
        }
        for (name, value) in fields {
            table.add_row([Cell::new(one_line(&name)), exact(&value, None, style)]);
        }
        let body: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        format!("{}\n{}", one_line(&object.to_string()), body.join("\n"))
    })
}

/// As many rows as the style wants, and a line that tells of the others.
pub(super) fn rows(rows: &[ObjectRef], rest: Rest, style: Style) -> String {
    let shown = rows.get(..style.rows.unwrap_or(rows.len())).unwrap_or(rows);
    let hidden = rows.len() - shown.len();
    let table = table(shown, style);
    let total = match rest {
        Rest::None if hidden == 0 => return table,
        Rest::None => rows.len().to_string(),
        Rest::More(Some(total)) if total == shown.len() as u64 => return table,
        Rest::More(Some(total)) => total.to_string(),
        // A page that is not full is the last one, even where GitLab never says how many rows there are.
        Rest::More(None) if hidden == 0 && shown.len() < style.rows.unwrap_or(usize::MAX) => return table,
        Rest::More(None) => format!("{} or more", rows.len()),
    };
    format!("{table}\nthe first {} of {total} rows; `for` and `filter` see all of them", shown.len())
}

/// Objects below each other, one a row.
fn table(rows: &[ObjectRef], style: Style) -> String {
    let Some(resource) = rows.first().map(|row| row.with(|row| row.resource())) else {
        return "(no rows)".to_owned();
    };
    let mut table = empty_table(UTF8_FULL_CONDENSED, style);
    table.set_header(resource.table);
    for row in rows {
        let fields = row.with(Object::shown_attributes);
        let cells = resource
            .table
            .iter()
            .map(|column| cell(at(&fields, column), field_at(resource.fields, column), style));
        let mut row = Row::from(cells);
        if style.width.is_some() {
            row.max_height(1);
        }
        table.add_row(row);
    }
    table.to_string()
}

fn empty_table(preset: TableStyle, style: Style) -> Table {
    let mut table = Table::new();
    table.load_style(preset).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_truncation_indicator("…");
    if let Some(width) = style.width {
        table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    }
    if style.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

/// The value as data, secrets masked.
pub(super) fn masked(shown: Shown) -> Value {
    match shown {
        Shown::Nothing => Value::Null,
        Shown::Text(text) => Value::String(text),
        Shown::Object(object) => Value::Object(object.with(Object::shown_attributes)),
        Shown::Rows(rows, _) => {
            rows.iter().map(|row| Value::Object(row.with(Object::shown_attributes))).collect()
        }
        Shown::Timeline(timeline) => timeline.to_json(),
        Shown::Data(data) => data,
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

/// What the endpoint table says about the value at such a path.
fn field_at(fields: &'static [Field], path: &str) -> Option<&'static Field> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let field = fields.iter().find(|field| field.name == first)?;
    match field.ty {
        Type::Record(record) if !rest.is_empty() => field_at(record.fields, rest),
        _ => Some(field),
    }
}
