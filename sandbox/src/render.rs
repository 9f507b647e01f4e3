//! How records look on the wire: GitLab's entities, field by field, in GitLab's order.
//!
//! This folder owns names, order and formats. It decides nothing and changes nothing; everything that
//! depends on the time takes it from the world.

mod bridges;
mod groups;
mod instance;
mod jobs;
mod pipelines;
mod projects;
mod reports;
mod runners;
mod schedules;
mod triggers;
mod users;
mod variables;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

pub(crate) use bridges::bridge;
pub(crate) use groups::group;
pub(crate) use instance::{current_user, metadata, version};
pub(crate) use jobs::job;
pub(crate) use pipelines::{pipeline, pipeline_reference, pipeline_row, pipeline_with_name};
pub(crate) use projects::project;
pub(crate) use reports::{test_report, test_report_summary};
pub(crate) use schedules::{schedule, schedule_row};
pub(crate) use triggers::trigger;
pub(crate) use variables::{run_variable, variable};

/// A time, as GitLab writes it in most places: UTC, with milliseconds.
#[derive(Debug, Clone, Copy)]
struct Stamp(Timestamp);

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%Y-%m-%dT%H:%M:%S.%3fZ"))
    }
}

/// A time, as GitLab writes it in commits: with an offset.
#[derive(Debug, Clone, Copy)]
struct CommitStamp(Timestamp);

impl Serialize for CommitStamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%Y-%m-%dT%H:%M:%S.%3f+00:00"))
    }
}

/// The keys of an entity, in their order, for tests.
#[cfg(test)]
fn keys(entity: &impl Serialize) -> Vec<String> {
    let text = serde_json::to_string(entity).unwrap();
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    serde::Deserializer::deserialize_map(&mut deserializer, KeyVisitor).unwrap()
}

/// Collects the keys of an object in the order in which they stand in the text.
#[cfg(test)]
struct KeyVisitor;

#[cfg(test)]
impl<'de> serde::de::Visitor<'de> for KeyVisitor {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut keys = Vec::new();
        while let Some((key, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
            keys.push(key);
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds() {
        let time: Timestamp = "2026-03-02T10:00:00.114Z".parse().unwrap();
        assert_eq!(serde_json::to_string(&Stamp(time)).unwrap(), r#""2026-03-02T10:00:00.114Z""#);
        assert_eq!(serde_json::to_string(&CommitStamp(time)).unwrap(), r#""2026-03-02T10:00:00.114+00:00""#);
        let whole: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
        assert_eq!(serde_json::to_string(&Stamp(whole)).unwrap(), r#""2026-03-02T10:00:00.000Z""#);
    }
}
