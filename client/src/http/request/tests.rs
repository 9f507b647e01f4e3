//! Requests are compared as text: method, URL, body. No server is needed for any of this.

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::arguments::Id;
use crate::endpoint::{On, Resource};
use crate::table::resources::{PROJECT, PROJECT_JOB, PROJECT_PIPELINE, PROJECT_TRIGGER};
use crate::{
    CreateProjectPipeline, CreateProjectTrigger, ErrorKind, JobStatus, ListProjectJobs, TriggerPipeline,
};

fn endpoint(resource: &'static Resource, on: On, verb: &str) -> &'static Endpoint {
    resource.operation(on, verb).unwrap().endpoint
}

fn built(endpoint: &Endpoint, arguments: &Arguments) -> Result<(String, Value), Error> {
    let api = Url::parse("https://h.test/root/api/v4").unwrap();
    let request = build(&api, endpoint, arguments)?;
    let line = format!("{} {}", request.method(), request.uri());
    let body =
        if request.body().is_empty() { Value::Null } else { serde_json::from_slice(request.body()).unwrap() };
    Ok((line, body))
}

fn refusal(endpoint: &Endpoint, arguments: &Arguments) -> String {
    let error = built(endpoint, arguments).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    match error.hint() {
        Some(hint) => format!("{} | {hint}", error.message()),
        None => error.message().to_owned(),
    }
}

#[test]
fn a_read_has_its_parameters_in_the_query() {
    let list = endpoint(&PROJECT_PIPELINE, On::Manager, "list");
    let arguments = Arguments::new()
        .with("project_id", "demo/app")
        .with("ref", "feature/ä+b c")
        .with("yaml_errors", true)
        .with("updated_after", "2026-03-02T10:00:00+01:00")
        .with("per_page", 5);
    let (line, body) = built(list, &arguments).unwrap();
    assert_eq!(
        line,
        "GET https://h.test/root/api/v4/projects/demo%2Fapp/pipelines?ref=feature%2F%C3%A4%2Bb%20c&yaml_errors=true\
         &updated_after=2026-03-02T10%3A00%3A00%2B01%3A00&per_page=5"
    );
    assert_eq!(body, Value::Null);
}

#[test]
fn an_array_is_written_as_the_spec_says() {
    let list = endpoint(&PROJECT_JOB, On::Manager, "list");
    let request = ListProjectJobs::new().scope([JobStatus::Failed, JobStatus::Canceled]);
    let (line, _) = built(list, &Arguments::from(request).with("project_id", 1)).unwrap();
    assert_eq!(
        line,
        "GET https://h.test/root/api/v4/projects/1/jobs?scope%5B%5D=failed&scope%5B%5D=canceled"
    );
}

#[test]
fn a_write_has_its_parameters_in_the_body() {
    let create = endpoint(&PROJECT_PIPELINE, On::Manager, "create");
    let request = CreateProjectPipeline::new("main").variable("ZONE", "eu").variable("N", "1");
    let (line, body) = built(create, &Arguments::from(request).with("project_id", 1)).unwrap();
    assert_eq!(line, "POST https://h.test/root/api/v4/projects/1/pipeline");
    assert_eq!(
        body,
        json!({"ref": "main", "variables": [{"key": "ZONE", "value": "eu"}, {"key": "N", "value": "1"}]})
    );
}

#[test]
fn a_write_without_parameters_sends_an_empty_object() {
    let retry = endpoint(&PROJECT_PIPELINE, On::Object, "retry");
    let (line, body) = built(retry, &Arguments::new().with("project_id", 1).with("id", 45)).unwrap();
    assert_eq!(
        (line.as_str(), body),
        ("POST https://h.test/root/api/v4/projects/1/pipelines/45/retry", json!({}))
    );
}

#[test]
fn a_delete_has_no_body() {
    let delete = endpoint(&PROJECT_TRIGGER, On::Manager, "delete");
    let (line, body) = built(delete, &Arguments::new().with("project_id", 1).with("id", 5)).unwrap();
    assert_eq!(
        (line.as_str(), body),
        ("DELETE https://h.test/root/api/v4/projects/1/triggers/5", Value::Null)
    );
}

#[test]
fn what_the_spec_sends_by_itself_is_sent() {
    let trigger = endpoint(&PROJECT, On::Object, "trigger_pipeline");
    let (_, body) =
        built(trigger, &Arguments::from(TriggerPipeline::new("main", "t")).with("id", 1)).unwrap();
    assert_eq!(body, json!({"ref": "main", "token": "t", "variables": {}, "inputs": {}}));
}

#[test]
fn extra_parameters_pass_unchecked() {
    let create = endpoint(&PROJECT_TRIGGER, On::Manager, "create");
    let request = Arguments::from(CreateProjectTrigger::new("d"))
        .with("project_id", 1)
        .with_extra("new_one", json!({"a": 1}));
    assert_eq!(built(create, &request).unwrap().1, json!({"description": "d", "new_one": {"a": 1}}));
    let list = endpoint(&PROJECT_TRIGGER, On::Manager, "list");
    let request = Arguments::new().with("project_id", 1).with_extra("x[y]", "z");
    assert!(built(list, &request).unwrap().0.ends_with("/triggers?x%5By%5D=z"));
}

#[test]
fn a_path_parameter_cannot_reach_another_endpoint() {
    let get = endpoint(&PROJECT, On::Manager, "get");
    for hostile in ["", ".", "..", "../users", "a/../../users", "a\nb", "\0"] {
        let error = built(get, &Arguments::new().with("id", hostile)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{hostile:?}");
    }
    let odd = [
        ("a?b#c%2e", "/projects/a%3Fb%23c%252e"),
        ("group/sub group/ü", "/projects/group%2Fsub%20group%2F%C3%BC"),
        ("a..b", "/projects/a..b"),
        ("-1", "/projects/-1"),
    ];
    for (id, path) in odd {
        let (line, _) = built(get, &Arguments::new().with("id", Id::from(id))).unwrap();
        assert!(line.ends_with(path), "{line}");
    }
}

#[test]
fn slips_are_refused_with_what_was_meant() {
    let list = endpoint(&PROJECT_PIPELINE, On::Manager, "list");
    let create = endpoint(&PROJECT_PIPELINE, On::Manager, "create");
    let trigger = endpoint(&PROJECT, On::Object, "trigger_pipeline");
    let on = |name: &str, value: Value| Arguments::new().with("project_id", 1).with(name, value);
    let cases: [(&Endpoint, Arguments, &str); 15] = [
        (
            list,
            on("statsu", json!("failed")),
            "ProjectPipeline.list has no parameter `statsu` | Did you mean `status`?",
        ),
        (list, on("status", json!("faild")), "`status` cannot be \"faild\" | Did you mean \"failed\"?"),
        (list, on("status", json!(1)), "`status` must be one of created, "),
        (list, on("ref", json!(5)), "`ref` must be text, not the number 5"),
        (list, on("ref", Value::Null), "`ref` cannot be null; leave it out instead"),
        (list, on("per_page", json!("5")), "`per_page` must be a whole number, not the text \"5\""),
        (list, on("yaml_errors", json!("yes")), "`yaml_errors` must be true or false, not the text \"yes\""),
        (
            list,
            on("updated_after", json!("yesterday")),
            "`updated_after` must be a time such as \"2026-03-02T10:00:00Z\"",
        ),
        (create, on("variables", json!({"A": "b"})), "`variables` must be an array, not a map"),
        (create, on("variables", json!([{"value": "A"}])), "`variables`[0] lacks `key`"),
        (
            create,
            on("variables", json!([{"ky": "A", "value": "b"}])),
            "`variables`[0] has no `ky` | Did you mean `key`?",
        ),
        (
            create,
            on("variables", json!([{"zone": "A"}])),
            "`variables`[0] has no `zone` | It takes key, value, variable_type.",
        ),
        (
            create,
            on("ref", Value::Null),
            "`ref` is required and cannot be null | `ref` is string: The branch or tag to run.",
        ),
        (
            create,
            on("inputs", json!({})),
            "ProjectPipeline.create needs `ref` | `ref` is string: The branch or tag to run.",
        ),
        (
            trigger,
            Arguments::from(TriggerPipeline::new("main", "t"))
                .with("id", 1)
                .with("variables", json!({"A": 1})),
            "`variables`.A must be text, not the number 1",
        ),
    ];
    for (endpoint, arguments, words) in cases {
        let arguments = if endpoint.id == create.id && arguments.get("variables").is_some() {
            arguments.with("ref", "main")
        } else {
            arguments
        };
        let refusal = refusal(endpoint, &arguments);
        assert!(refusal.starts_with(words), "{refusal}\nis not\n{words}");
    }
}

#[test]
fn a_secret_is_in_the_request_and_nowhere_else() {
    let trigger = endpoint(&PROJECT, On::Object, "trigger_pipeline");
    let arguments = Arguments::from(TriggerPipeline::new("main", "glptt-secret")).with("id", 1);
    assert!(!format!("{arguments:?}").contains("glptt-secret"), "{arguments:?}");
    assert_eq!(built(trigger, &arguments).unwrap().1["token"], "glptt-secret");
    let wrong = refusal(trigger, &arguments.clone().with("token", 1234));
    assert!(!wrong.contains("1234"), "{wrong}");
}

/// Values as hostile input has them: other segments, other servers, what ends a path, what a server may decode too early.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("/".to_owned()),
        Just("..".to_owned()),
        Just(".".to_owned()),
        Just("%2e%2E".to_owned()),
        Just("%2F".to_owned()),
        Just("%25".to_owned()),
        Just("?".to_owned()),
        Just("#".to_owned()),
        Just("\\\\".to_owned()),
        Just("//evil.test".to_owned()),
        Just("@".to_owned()),
        Just("\r\nHost: evil.test".to_owned()),
        Just("\u{202e}".to_owned()),
        "[a-z0-9]{1,4}",
        "\\PC{1,4}",
    ];
    prop::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Whatever identifies an object, the request goes to the endpoint that was called, or nowhere.
    #[test]
    fn no_identity_reaches_another_endpoint(value in hostile(), number in any::<i64>(), place in any::<prop::sample::Index>()) {
        let all: Vec<&Endpoint> = crate::table::ENDPOINTS
            .iter()
            .copied()
            .filter(|endpoint| endpoint.path.iter().any(|segment| !matches!(segment, Segment::Literal(_))))
            .collect();
        let endpoint = all[place.index(all.len())];
        let mut arguments = Arguments::new();
        for param in endpoint.params.iter().filter(|param| param.required || param.place == Place::Path) {
            arguments = match param.ty {
                Type::Int => arguments.with(param.name, number),
                Type::String | Type::Id => arguments.with(param.name, value.as_str()),
                // What is not text is not part of a path.
                _ => return Ok(()),
            };
        }
        let api = Url::parse("https://h.test/root/api/v4").unwrap();
        let Ok(request) = build(&api, endpoint, &arguments) else { return Ok(()) };
        let url = Url::parse(&request.uri().to_string()).unwrap();
        prop_assert_eq!(url.origin().ascii_serialization(), "https://h.test");
        prop_assert!(url.fragment().is_none() && url.username().is_empty());
        let path = url.path().strip_prefix("/root/api/v4/").unwrap();
        let mut actual = path.split('/');
        for segment in endpoint.path {
            match segment {
                Segment::Literal(text) => prop_assert_eq!(actual.next(), Some(*text)),
                Segment::Param(_) => {
                    let decoded = percent_decode_str(actual.next().unwrap()).decode_utf8().unwrap().into_owned();
                    prop_assert!(decoded == value || decoded == number.to_string(), "{} in {}", decoded, path);
                }
                Segment::Rest(_) => {
                    let rest: Vec<String> =
                        value.split('/').map(|_| percent_decode_str(actual.next().unwrap()).decode_utf8().unwrap().into_owned()).collect();
                    prop_assert_eq!(rest.join("/"), value.as_str());
                }
            }
        }
        prop_assert_eq!(actual.next(), None);
    }
}
