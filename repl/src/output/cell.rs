//! One value in a card or a table: its text, and the colour that its meaning has. What a field means is in the
//! endpoint table; this file names none.

use comfy_table::{Cell, Color};
use jiff::Timestamp;
use rhailab_client::endpoint::{Field, Type};
use serde_json::Value;

use super::style::{Style, distance};
use super::terminal::one_line;

/// Colours of the states that something can be in; other names have none.
const STATES: [(&str, Color); 13] = [
    ("success", Color::Green),
    ("failed", Color::Red),
    ("running", Color::Blue),
    ("pending", Color::Yellow),
    ("created", Color::Yellow),
    ("preparing", Color::Yellow),
    ("waiting_for_resource", Color::Yellow),
    ("waiting_for_callback", Color::Yellow),
    ("scheduled", Color::Cyan),
    ("manual", Color::Magenta),
    ("canceling", Color::DarkGrey),
    ("canceled", Color::DarkGrey),
    ("skipped", Color::DarkGrey),
];

/// A cell of a table.
pub(super) fn cell(value: &Value, field: Option<&Field>, style: Style) -> Cell {
    let ty = field.map(|field| field.ty);
    let text = match (value.as_str(), ty, style.now) {
        (Some(text), Some(Type::DateTime), Some(now)) => {
            text.parse::<Timestamp>().map_or_else(|_| one_line(text), |time| distance(time, now))
        }
        _ => text(value),
    };
    colored(Cell::new(text), value, ty, style)
}

/// The value in a card: exact.
pub(super) fn exact(value: &Value, field: Option<&Field>, style: Style) -> Cell {
    let ty = field.map(|field| field.ty);
    let mut shown = text(value);
    if let (Some(written), Some(Type::DateTime), Some(now)) = (value.as_str(), ty, style.now)
        && let Ok(time) = written.parse::<Timestamp>()
    {
        shown = format!("{shown} ({})", distance(time, now));
    }
    colored(Cell::new(shown), value, ty, style)
}

/// The text of a value, on one line.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => one_line(text),
        other => one_line(&other.to_string()),
    }
}

fn colored(cell: Cell, value: &Value, ty: Option<Type>, style: Style) -> Cell {
    let state = value.as_str().filter(|_| matches!(ty, Some(Type::Enum(_))));
    let color = state.and_then(|state| STATES.iter().find(|(name, _)| *name == state));
    match color {
        Some((_, color)) if style.color => cell.fg(*color),
        _ => cell,
    }
}
