//! Small values of a scenario: spans of time, chances, sizes, outcomes.
//!
//! This file owns how they are written. It knows no map.

use std::ops::RangeInclusive;
use std::time::Duration;

use rhailab_client::duration::parse as span_of_time;
use rhailab_yaml::{Node, Value};

use super::problem::{Problems, suggestion};
use super::reader::{Named, named, scalar};
use crate::faults::Chance;
use crate::plan::{MILLION, Outcome};

/// Reads a span of time as people write it: `30s`, `5 minutes`, `1h 30m`. A number alone is seconds.
pub(super) fn duration(node: &Node, named: Named, problems: &mut Problems<'_>) -> Option<Duration> {
    let found = scalar(node).and_then(|text| span_of_time(text).ok());
    if found.is_none() {
        named.refuse(node, "a span of time such as `30s` or `1h 30m`", problems);
    }
    found
}

/// Reads a span of time, or two with `..` between them.
pub(super) fn durations(
    node: &Node,
    named: Named,
    problems: &mut Problems<'_>,
) -> Option<RangeInclusive<Duration>> {
    let Some((low, high)) = scalar(node).and_then(|text| text.split_once("..")) else {
        return duration(node, named, problems).map(|span| span..=span);
    };
    match (span_of_time(low), span_of_time(high)) {
        (Ok(low), Ok(high)) if low <= high => return Some(low..=high),
        (Ok(_), Ok(_)) => {
            problems.add(
                node.span,
                format!("`{}` ends before it begins", named.key),
                "write the shorter span first",
            );
        }
        _ => named.refuse(node, "spans of time such as `30s..2m`", problems),
    }
    None
}

/// Reads a chance: `10%`, or a number from 0 to 1.
pub(super) fn chance(node: &Node, named: Named, problems: &mut Problems<'_>) -> Option<Chance> {
    let found = scalar(node).and_then(|text| text.parse().ok());
    if found.is_none() {
        named.refuse(node, "a percentage such as `10%`", problems);
    }
    found
}

/// Reads a size: `200 kB`, `5 MB`, or a number of bytes.
pub(super) fn size(node: &Node, named: Named, problems: &mut Problems<'_>) -> Option<usize> {
    let found = scalar(node).and_then(bytes);
    if found.is_none() {
        named.refuse(node, "a size up to `100 MB`, such as `200 kB`", problems);
    }
    found
}

fn bytes(text: &str) -> Option<usize> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = UNITS.iter().find(|(name, _)| *name == unit.trim())?.1;
    number.parse::<usize>().ok()?.checked_mul(factor).filter(|size| *size <= LARGEST)
}

const UNITS: [(&str, usize); 4] = [("", 1), ("B", 1), ("kB", 1_000), ("MB", 1_000_000)];
/// The largest file of an archive, in bytes.
const LARGEST: usize = 100_000_000;

/// Reads how the runs of a job end: one outcome for all, or a list with one for each run.
pub(super) fn outcomes(node: &Node, named: Named, problems: &mut Problems<'_>) -> Option<Vec<Outcome>> {
    match &node.value {
        Value::List(items) if items.is_empty() => {
            problems.add(
                node.span,
                "`outcome` is an empty list",
                "write one outcome for each run, or remove the key",
            );
            None
        }
        Value::List(items) => items.iter().map(|item| outcome(item, named, problems)).collect(),
        _ => outcome(node, named, problems).map(|outcome| vec![outcome]),
    }
}

/// Reads how a run ends: a word, or the chances of several.
fn outcome(node: &Node, key: Named, problems: &mut Problems<'_>) -> Option<Outcome> {
    if !matches!(node.value, Value::Map(_)) {
        return match reason(node, key, problems)? {
            "success" => Some(Outcome::Success),
            reason => Some(Outcome::Failure(reason.to_owned())),
        };
    }
    let (mut chances, mut total) = (Vec::new(), 0);
    for (name, value) in named(node, key, problems)? {
        let word = Node { span: name.span, value: Value::Text(name.value) };
        let (reason, chance) = (reason(&word, key, problems), chance(value, key, problems));
        let (Some(reason), Some(chance)) = (reason, chance) else { continue };
        total += u64::from(chance.per_million());
        if reason != "success" {
            chances.push((chance.per_million(), reason.to_owned()));
        }
    }
    if total > MILLION {
        problems.add(node.span, "the chances add up to more than 100%", "what is missing to 100% is success");
    }
    Some(Outcome::Drawn(chances))
}

/// Reads `success`, or why a run fails in GitLab's words; `failed` is short for `script_failure`.
fn reason(node: &Node, named: Named, problems: &mut Problems<'_>) -> Option<&'static str> {
    let Some(text) = scalar(node) else {
        named.refuse(node, "an outcome such as `success` or `script_failure`", problems);
        return None;
    };
    if text == "failed" {
        return Some("script_failure");
    }
    let found = OUTCOMES.iter().find(|outcome| **outcome == text).copied();
    if found.is_none() {
        let help = suggestion(text, OUTCOMES, "an outcome is `failed`, or one of");
        problems.add(node.span, format!("there is no outcome `{text}`"), help);
    }
    found
}

/// Success, and GitLab's reasons for the failure of a job that has started.
const OUTCOMES: &[&str] = &[
    "success",
    "script_failure",
    "runner_system_failure",
    "job_execution_timeout",
    "stuck_or_timeout_failure",
    "runner_unsupported",
    "missing_dependency_failure",
    "api_failure",
    "data_integrity_failure",
    "scheduler_failure",
    "trace_size_exceeded",
    "unknown_failure",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, expected) in [
            ("17", Some(17)),
            ("200 kB", Some(200_000)),
            ("5MB", Some(5_000_000)),
            ("100 MB", Some(LARGEST)),
            ("101 MB", None),
            ("1 GB", None),
            ("MB", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }
}
