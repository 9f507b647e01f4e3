//! Which endpoint a request is for.
//!
//! This file owns the matching of paths against the endpoint table. The table names the same position
//! of a path differently from endpoint to endpoint, which ready-made routers refuse; and an encoded
//! slash must stay inside its segment, so that segments are decoded after they were told apart.

use ::http::Method;
use percent_encoding::percent_decode_str;
use rhailab_client::endpoint::{Endpoint, Segment};

/// Where the API begins.
pub(crate) const PREFIX: &str = "/api/v4/";

/// An endpoint, with the values that the path gives to its parameters.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) endpoint: &'static Endpoint,
    /// In the order of the path.
    pub(crate) values: Vec<PathValue>,
}

/// What the path gives to a parameter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PathValue {
    /// The endpoint table's name for the parameter.
    pub(crate) name: &'static str,
    /// GitLab's name for it, which error texts and links show.
    pub(crate) wire_name: String,
    /// The decoded value.
    pub(crate) value: String,
}

impl Route {
    /// What the path gives to the parameter of this name in the endpoint table.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.iter().find(|value| value.name == name).map_or("", |value| &value.value)
    }
}

/// The endpoint for this method and path, if there is one.
///
/// A path that fits several endpoints belongs to the one that spells out more of it: `latest` before a
/// number; and of two for the same path, to the one that is not an old name. HEAD asks for what GET does.
pub(crate) fn find(endpoints: &'static [&'static Endpoint], method: &Method, path: &str) -> Option<Route> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    let segments: Vec<&str> = path.strip_prefix(PREFIX)?.split('/').collect();
    let fitting = endpoints
        .iter()
        .filter(|endpoint| endpoint.method.as_str() == method && fits(endpoint.path, &segments));
    let endpoint = fitting.min_by_key(|endpoint| {
        // Compared position by position, a literal comes before a parameter.
        let segments = endpoint.path.iter().map(|segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Param(_) => 1,
            Segment::Rest(_) => 2,
        });
        (segments.collect::<Vec<u8>>(), endpoint.deprecated.is_some())
    })?;
    Some(Route { endpoint, values: values(endpoint.path, &segments)? })
}

fn fits(pattern: &[Segment], segments: &[&str]) -> bool {
    match (pattern, segments) {
        ([], []) => true,
        ([Segment::Rest(_)], [_, ..]) => segments.iter().all(|segment| !segment.is_empty()),
        ([Segment::Literal(text), pattern @ ..], [segment, segments @ ..]) => {
            text == segment && fits(pattern, segments)
        }
        ([Segment::Param(_), pattern @ ..], [segment, segments @ ..]) => {
            !segment.is_empty() && fits(pattern, segments)
        }
        _ => false,
    }
}

fn values(pattern: &[Segment], segments: &[&str]) -> Option<Vec<PathValue>> {
    let mut values = Vec::new();
    let mut collection = "";
    for (place, (pattern, segment)) in pattern.iter().zip(segments).enumerate() {
        match pattern {
            Segment::Literal(text) => collection = text,
            Segment::Param(name) => values.push(PathValue {
                name,
                wire_name: wire_name(name, collection, values.is_empty()),
                value: percent_decode_str(segment).decode_utf8().ok()?.into_owned(),
            }),
            Segment::Rest(name) => values.push(PathValue {
                name,
                wire_name: (*name).to_owned(),
                value: percent_decode_str(&segments[place..].join("/")).decode_utf8().ok()?.into_owned(),
            }),
        }
    }
    Some(values)
}

/// GitLab's name for a path parameter: `id` for the first one, `pipeline_id` behind `pipelines`.
fn wire_name(name: &str, collection: &str, first: bool) -> String {
    let is_id = name == "id" || name.ends_with("_id");
    match collection.strip_suffix('s') {
        _ if is_id && first => "id".to_owned(),
        Some(singular) if is_id => format!("{singular}_id"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rhailab_client::table::ENDPOINTS;

    use super::*;

    fn found(method: Method, path: &str) -> Option<(&'static str, Vec<(String, String)>)> {
        let route = find(ENDPOINTS, &method, path)?;
        let values = route.values.into_iter().map(|value| (value.wire_name, value.value)).collect();
        Some((route.endpoint.id, values))
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn paths_lead_to_endpoints() {
        let project = || pair("id", "1");
        let cases = [
            (Method::GET, "/api/v4/projects/1", "Project.get", vec![project()]),
            (Method::HEAD, "/api/v4/projects/1", "Project.get", vec![project()]),
            (Method::POST, "/api/v4/projects/1/pipeline", "ProjectPipeline.create", vec![project()]),
            (
                Method::POST,
                "/api/v4/projects/1/pipelines/2/retry",
                "ProjectPipeline.retry",
                vec![project(), pair("pipeline_id", "2")],
            ),
            (
                Method::GET,
                "/api/v4/projects/1/pipelines/2/jobs",
                "ProjectPipelineJob.list",
                vec![project(), pair("pipeline_id", "2")],
            ),
            (
                Method::POST,
                "/api/v4/projects/1/trigger/pipeline",
                "Project.trigger_pipeline",
                vec![project()],
            ),
            (
                Method::GET,
                "/api/v4/projects/1/jobs/3/artifacts/a/b%20c.txt",
                "ProjectJob.artifact",
                vec![project(), pair("job_id", "3"), pair("artifact_path", "a/b c.txt")],
            ),
            (Method::GET, "/api/v4/projects/1/pipelines/latest", "ProjectPipeline.latest", vec![project()]),
            (
                Method::PUT,
                "/api/v4/projects/1/pipeline_schedules/2/variables/KEY",
                "ProjectPipelineScheduleVariable.update",
                vec![project(), pair("pipeline_schedule_id", "2"), pair("key", "KEY")],
            ),
            (
                Method::GET,
                "/api/v4/projects/1/jobs/3",
                "ProjectJob.get",
                vec![project(), pair("job_id", "3")],
            ),
            (
                Method::PUT,
                "/api/v4/projects/1/triggers/4",
                "ProjectTrigger.update",
                vec![project(), pair("trigger_id", "4")],
            ),
        ];
        for (method, path, id, values) in cases {
            assert_eq!(found(method, path), Some((id, values)), "{path}");
        }
    }

    #[test]
    fn an_encoded_slash_stays_in_its_segment() {
        let (id, values) = found(Method::GET, "/api/v4/projects/demo%2Fapp").unwrap();
        assert_eq!((id, values), ("Project.get", vec![pair("id", "demo/app")]));
        assert_eq!(found(Method::GET, "/api/v4/projects/demo/app"), None);
    }

    #[test]
    fn other_paths_lead_nowhere() {
        for path in [
            "/",
            "/api/v4",
            "/api/v4/",
            "/api/v4/nothing",
            "/api/v3/projects/1",
            "/api/v4/projects//pipelines",
        ] {
            assert_eq!(found(Method::GET, path), None, "{path}");
        }
        assert_eq!(found(Method::PATCH, "/api/v4/projects/1"), None);
        assert_eq!(found(Method::GET, "/api/v4/projects/%ff"), None);
    }
}
