//! GitLab's OpenAPI document as the check reads it: its operations, found by the path of a real request, with
//! their parameters, bodies and answers.

use std::path::Path;

use rhailab_client::endpoint::{Endpoint, Segment};
use serde_json::Value;

/// The whole document.
#[derive(Debug)]
pub struct Document {
    json: Value,
}

/// One operation of it.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    /// The path with the names of its parameters: `/api/v4/projects/{id}`.
    pub template: &'a str,
    pub method: &'a str,
    json: &'a Value,
}

impl Document {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("RHAILAB_OPENAPI names {}: {error}", path.display()));
        Self::parse(&text)
    }

    pub fn parse(text: &str) -> Self {
        let json: Value = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("the OpenAPI document is no JSON: {error}"));
        assert!(json["paths"].is_object(), "the OpenAPI document has no paths");
        Self { json }
    }

    /// The schema behind a reference; any other schema is itself.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let Some(reference) = schema["$ref"].as_str() else { return schema };
        let target = reference.strip_prefix('#').and_then(|pointer| self.json.pointer(pointer));
        target.unwrap_or_else(|| panic!("the document refers to {reference}, which it lacks"))
    }

    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let paths = self.json["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(template, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, json)| Operation { template, method, json })
        })
    }

    /// The operation that a request is for. Of several, the one that names most of the path word by word.
    pub fn find(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        self.operations()
            .filter(|operation| {
                operation.method.eq_ignore_ascii_case(method) && fits(operation.template, path)
            })
            .max_by_key(|operation| operation.template.split('/').filter(|part| !is_param(part)).count())
    }
}

impl<'a> Operation<'a> {
    /// Method and path, as documentation writes them.
    pub fn name(self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.template)
    }

    /// The parameters of a place, `path` or `query`, with their names.
    pub fn parameters(self, place: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let all = self.json["parameters"].as_array().into_iter().flatten();
        all.filter(move |parameter| parameter["in"] == place)
            .filter_map(|parameter| Some((parameter["name"].as_str()?, parameter)))
    }

    /// The schema of the JSON body, if the operation takes one.
    pub fn body(self) -> Option<&'a Value> {
        self.json.pointer("/requestBody/content/application~1json/schema")
    }

    /// The status codes that do not mean failure.
    pub fn successes(self) -> Vec<u16> {
        let codes = self.json["responses"].as_object().into_iter().flatten();
        codes.filter_map(|(code, _)| code.parse().ok()).filter(|code| *code < 400).collect()
    }

    /// What the answers of success hold, by content type; the codes themselves are judged apart.
    pub fn content(self) -> Option<(&'a str, &'a Value)> {
        let answers = self.json["responses"].as_object().into_iter().flatten();
        answers
            .filter(|(code, _)| code.starts_with('2'))
            .filter_map(|(_, answer)| answer["content"].as_object())
            .flatten()
            .map(|(kind, content)| (kind.as_str(), &content["schema"]))
            .next()
    }

    /// The values of the path's parameters in a real path, as they stand there.
    pub fn path_values<'p>(self, path: &'p str) -> Vec<(&'a str, &'p str)> {
        let names = self.template.split('/').zip(path.split('/'));
        names
            .filter(|(part, _)| is_param(part))
            .map(|(part, value)| (part.trim_matches(['{', '}']), value))
            .collect()
    }
}

fn is_param(part: &str) -> bool {
    part.starts_with('{')
}

/// A path that a request for this endpoint could have.
pub fn example(endpoint: &Endpoint) -> String {
    let segments = endpoint.path.iter().map(|segment| match segment {
        Segment::Literal(text) => *text,
        Segment::Param(_) | Segment::Rest(_) => "7",
    });
    std::iter::once("/api/v4").chain(segments).collect::<Vec<_>>().join("/")
}

/// Whether a real path has this template's form. The path of a file inside an archive is several segments.
fn fits(template: &str, path: &str) -> bool {
    let parts: Vec<&str> = template.split('/').collect();
    let segments: Vec<&str> = path.split('/').collect();
    let several = template.ends_with("/{artifact_path}") && segments.len() > parts.len();
    (several || segments.len() == parts.len())
        && parts.iter().zip(&segments).all(|(part, segment)| is_param(part) || part == segment)
}
