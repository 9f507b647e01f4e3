//! The tables against the engine: what they name exists, and nothing that exists for scripts of ours is missing.

use rhai::EvalAltResult;

use super::*;
use crate::engine::error::client_error;

/// A value, the table of what it has, and a call of each of its methods.
type Calls = (&'static str, &'static Members, &'static [&'static str]);

const CALLS: [Calls; 13] = [
    ("gl", &CLIENT, &["http(\"GET\", \"/version\")"]),
    ("gl.projects.get(1, #{lazy: true})", &OBJECT, &["to_json()", "to_string()"]),
    (
        "[1, 2]",
        &ARRAY,
        &[
            "len()",
            "is_empty()",
            "contains(1)",
            "index_of(1)",
            "first()",
            "map(|item| item)",
            "filter(|item| true)",
            "find(|item| true)",
            "some(|item| true)",
            "any(|item| true)",
            "all(|item| true)",
            "take(1)",
            "to_array()",
            "reduce(|sum, item| sum + item, 0)",
            "for_each(|| ())",
            "sort(|a, b| a - b)",
            "reverse()",
            "dedup()",
            "push(1)",
            "append([1])",
            "insert(0, 1)",
            "remove(0)",
            "pop()",
            "shift()",
            "extract(0, 1)",
            "truncate(1)",
            "clear()",
        ],
    ),
    (
        "#{a: 1}",
        &MAP,
        &[
            "keys()",
            "values()",
            "contains(\"a\")",
            "len()",
            "is_empty()",
            "get(\"a\")",
            "set(\"a\", 1)",
            "remove(\"a\")",
            "mixin(#{})",
            "filter(|key, value| true)",
            "to_json()",
            "clear()",
        ],
    ),
    (
        "\"12\"",
        &TEXT,
        &[
            "len()",
            "is_empty()",
            "contains(\"1\")",
            "starts_with(\"1\")",
            "ends_with(\"1\")",
            "index_of(\"1\")",
            "split(\"1\")",
            "sub_string(0, 1)",
            "to_upper()",
            "to_lower()",
            "trim()",
            "replace(\"1\", \"2\")",
            "parse_int()",
            "parse_float()",
            "to_blob()",
        ],
    ),
    ("1", &NUMBER, &["abs()", "to_float()", "to_string()"]),
    ("(1..3)", &RANGE, &["contains(1)"]),
    ("blob(3)", &BLOB, &["len()", "is_empty()", "as_string()", "extract(0, 1)", "to_array()"]),
    ("(open_file(PATH, \"w\"))", &FILE, &["write(\"x\")", "close()"]),
    ("chunk", &CHUNK, &["len()", "to_blob()", "to_string()"]),
    ("written", &WRITTEN, &["to_json()", "to_string()"]),
    ("(|x| x)", &FUNCTION, &["call(1)", "curry(1)"]),
    ("(try_to_fail())", &ERROR, &["to_json()", "to_string()"]),
];

const FUNCTION_CALLS: [&str; 26] = [
    "print(1)",
    "debug(1)",
    "sleep(0)",
    "exit(0)",
    "env(\"HOME\")",
    "now()",
    "parse_duration(\"1s\")",
    "watch(gl.projects.get(1, #{lazy: true}).pipelines.get(1, #{lazy: true}))",
    "wait_all([], #{timeout: \"1s\", poll: #{}, until: \"final\", check: true, refresh: true, on_change: |p| (), client: gl})",
    "par_map([1], |x| x, #{jobs: 2, on_error: \"collect\"})",
    "shard([1])",
    "confirm(\"Go on?\")",
    "to_json(1)",
    "gitlab(\"http://127.0.0.1:1\", #{})",
    "open_file(PATH, \"a\")",
    "unzip(\"\", \"\")",
    "remove_file(PATH)",
    "type_of(1)",
    "to_string(1)",
    "parse_int(\"1\")",
    "parse_float(\"1\")",
    "parse_json(\"1\")",
    "min(1, 2)",
    "max(1, 2)",
    "range(1, 2)",
    "is_def_var(\"x\")",
];

fn name(call: &str) -> &str {
    call.split('(').next().unwrap()
}

/// Runs a piece of script, and says whether something in it does not exist.
fn is_missing(script: &str) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let script = script.replace("PATH", &format!("{:?}", path.display().to_string()));
    let script = format!("fn try_to_fail() {{ try {{ gl.nothing; }} catch (e) {{ return e; }} }} {script}");
    let Err(thrown) = sample::eval(&script) else {
        return false;
    };
    match thrown.unwrap_inner() {
        EvalAltResult::ErrorRuntime(value, _) => {
            client_error(value).is_some_and(|error| error.error().message().contains("has no"))
        }
        EvalAltResult::ErrorFunctionNotFound(..)
        | EvalAltResult::ErrorPropertyNotFound(..)
        | EvalAltResult::ErrorDotExpr(..) => true,
        _ => false,
    }
}

#[test]
fn every_method_exists() {
    for (value, members, calls) in CALLS {
        let called: Vec<&str> = calls.iter().map(|call| name(call)).collect();
        let named: Vec<&str> = members.methods.iter().map(|method| method.name).collect();
        assert_eq!(named, called, "{value}");
        for call in calls {
            assert!(!is_missing(&format!("let value = {value}; value.{call}")), "{value}.{call}");
        }
    }
}

#[test]
fn every_method_of_objects_that_run_exists() {
    let pipeline = "gl.projects.get(1, #{lazy: true}).pipelines.get(1, #{lazy: true})";
    let job = "gl.projects.get(1, #{lazy: true}).jobs.get(1, #{lazy: true})";
    let calls = [(pipeline, "wait(#{})"), (job, "follow(#{})"), (pipeline, "timeline(#{})")];
    let called: Vec<&str> = calls.iter().map(|(_, call)| name(call)).collect();
    let named: Vec<&str> = OBJECT_METHODS.iter().map(|method| method.name).collect();
    assert_eq!(named, called);
    for (object, call) in calls {
        assert!(!is_missing(&format!("let value = {object}; value.{call}")), "{call}");
    }
}

#[test]
fn every_property_exists() {
    for (value, members, _) in CALLS {
        // A lazy object has no attributes yet, and the error says so.
        for property in members.properties.iter().filter(|property| property.name != "attributes") {
            assert!(
                !is_missing(&format!("let value = {value}; value.{}", property.name)),
                "{}",
                property.name
            );
        }
    }
}

#[test]
fn every_function_exists() {
    let called: Vec<&str> = FUNCTION_CALLS.into_iter().map(name).collect();
    let named: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    assert_eq!(named, called);
    for call in FUNCTION_CALLS {
        assert!(!is_missing(call), "{call}");
    }
}

#[test]
fn a_function_that_is_not_there_would_be_noticed() {
    assert!(is_missing("nope(1)"));
    assert!(is_missing("let value = \"\"; value.nope()"));
    assert!(is_missing("let value = try_to_fail(); value.nope"));
    assert!(is_missing("let value = gl.projects; value.nope()"));
}

#[test]
fn a_signature_shows_what_may_be_left_out() {
    let written = |name: &str| FUNCTIONS.iter().find(|function| function.name == name).unwrap().signature();
    assert_eq!(written("exit"), "exit(status?)");
    assert_eq!(
        written("gitlab"),
        "gitlab(url, #{private_token, oauth_token, job_token, timeout, jobs, ca_file, client_cert, client_key, insecure})"
    );
    assert_eq!(ARRAY.method("sort").unwrap().signature(), "sort(|a, b| …?)");
}
