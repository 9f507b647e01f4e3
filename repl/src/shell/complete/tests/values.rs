//! The shapes of a script's values. The objects are lazy ones, for which nothing is sent.

use rhai::{Dynamic, Engine};

use crate::engine::functions::sample;
use crate::shell::complete::{Shape, shape_of};

fn described(script: &str) -> String {
    let shape = shape_of(&sample::eval(script).unwrap());
    match &shape {
        Shape::Map(keys) => {
            let keys: Vec<String> =
                keys.iter().map(|(name, shape)| format!("{name}: {}", shape.name())).collect();
            format!("map of {}", keys.join(", "))
        }
        known => known.name(),
    }
}

#[test]
fn values_have_shapes() {
    let cases = [
        ("gl", "Gitlab"),
        ("gl.projects", "ProjectManager"),
        ("gl.projects.get(1, #{lazy: true})", "Project"),
        ("gl.projects.get(1, #{lazy: true}).pipelines.list()", "list of ProjectPipeline"),
        ("[gl.projects.get(1, #{lazy: true})]", "Project[]"),
        (
            "#{a: gl.projects.get(1, #{lazy: true}), b: #{c: 1}, d: \"x\"}",
            "map of a: Project, b: map, d: string",
        ),
        ("[]", "[]"),
        ("\"text\"", "string"),
        ("'c'", "string"),
        ("1.5", "number"),
        ("1..3", "range"),
        ("1..=3", "range"),
        ("true", "bool"),
        ("blob(3)", "bytes"),
        ("|x| x", "function"),
        ("let caught = (); try { gl.nothing; } catch (e) { caught = e; } caught", "error"),
        ("()", ""),
    ];
    for (script, expected) in cases {
        assert_eq!(described(script), expected, "{script}");
    }
}

#[test]
fn a_captured_value_is_looked_at_all_the_same() {
    let captured = described("let p = gl.projects.get(1, #{lazy: true}); let f = || p; p");
    assert_eq!(captured, "Project");
}

#[test]
fn a_value_of_another_kind_has_no_shape() {
    let other = Engine::new().eval::<Dynamic>("timestamp()").unwrap();
    assert!(matches!(shape_of(&other), Shape::Unknown));
}
