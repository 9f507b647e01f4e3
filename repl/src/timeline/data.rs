//! A chart as data, for programs that read it.

use serde_json::{Value, json};

use super::{Row, Timeline};

impl Timeline {
    /// The jobs in the chart's order; times are seconds from the begin of the first bar.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let rows = self.stages.iter().flat_map(|stage| stage.rows.iter().map(|row| of_row(&stage.name, row)));
        json!({
            "title": self.title,
            "span": self.span,
            "critical_path": self.critical_path,
            "jobs": rows.collect::<Vec<Value>>(),
        })
    }
}

fn of_row(stage: &str, row: &Row) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "stage": stage,
        "status": row.status,
        "critical": row.is_critical,
        "queued_at": row.bar.map(|bar| bar.queued),
        "started_at": row.bar.and_then(|bar| bar.started),
        "ended_at": row.bar.map(|bar| bar.ended),
        "downstream": row.downstream,
    })
}
