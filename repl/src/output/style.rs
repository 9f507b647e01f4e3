//! How much a terminal can show: colours, its width, how many rows of a list, and from when on times are told as
//! distances. Knows no values.

use jiff::Timestamp;

/// What decides how a value looks as text.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether escape sequences may be used.
    pub color: bool,
    /// The columns of the terminal; without one nothing is cut.
    pub width: Option<usize>,
    /// How many rows of a list are shown; without it all of them.
    pub rows: Option<usize>,
    /// With it, times in tables are told as distances from here.
    pub now: Option<Timestamp>,
}

impl Style {
    /// Everything, exactly as it is: for programs that read it.
    #[must_use]
    pub const fn plain() -> Self {
        Self { color: false, width: None, rows: None, now: None }
    }

    /// For a person at a terminal of this width.
    #[must_use]
    pub const fn terminal(width: usize, color: bool, now: Timestamp) -> Self {
        Self { color, width: Some(width), rows: Some(20), now: Some(now) }
    }
}

/// How long ago a time was, or how soon it is: `3 min ago`, `in 2 h`.
pub(super) fn distance(time: Timestamp, now: Timestamp) -> String {
    const UNITS: [(i64, &str); 6] =
        [(365 * 86_400, "y"), (30 * 86_400, "mo"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let seconds = now.duration_since(time).as_secs();
    let size = seconds.abs();
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| size >= *unit) else {
        return "now".to_owned();
    };
    let count = size / unit;
    if seconds > 0 { format!("{count} {name} ago") } else { format!("in {count} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_has_one_unit() {
        let now: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        let cases = [
            ("2026-03-02T10:00:00.4Z", "now"),
            ("2026-03-02T09:59:59Z", "1 s ago"),
            ("2026-03-02T09:58:01Z", "1 min ago"),
            ("2026-03-01T10:00:01Z", "23 h ago"),
            ("2026-02-20T10:00:00Z", "10 d ago"),
            ("2025-12-01T10:00:00Z", "3 mo ago"),
            ("2020-03-02T10:00:00Z", "6 y ago"),
            ("2026-03-02T12:30:00Z", "in 2 h"),
        ];
        for (time, words) in cases {
            assert_eq!(distance(time.parse().unwrap(), now), words, "{time}");
        }
    }
}
