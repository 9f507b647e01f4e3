//! The pages of help: that everything in the endpoint table has one which tells all of it, that topics can be
//! written as people write them, and a few pages as snapshots. That their examples run is proved in `help_examples.rs`.

#![expect(clippy::panic, reason = "a test may stop where it is")]

use std::collections::BTreeSet;
use std::fs;

use rhailab::help::examples::{self, EXAMPLES};
use rhailab::help::{page, topics};
use rhailab_client::endpoint::{On, Operation, Place, Resource};
use rhailab_client::table;
use rhailab_tests::repository;

#[test]
fn pages_look_as_they_should() {
    let pages = [
        ("overview", ""),
        ("kind", "ProjectPipelineSchedule"),
        ("verb_of_a_manager", "project.pipelines.create"),
        ("verb_of_an_object", "pipeline.retry"),
        ("save", "variable.save"),
        ("download", "job.artifacts"),
        ("parameter", "project.pipelines.list.status"),
        ("field", "pipeline.user"),
        ("record", "TestSuite"),
        ("enum", "PipelineSource"),
        ("wait", "wait"),
        ("errors", "errors"),
    ];
    for (name, topic) in pages {
        snapshot(&format!("help_{name}"), &text(topic));
    }
    snapshot("help_in_colour", &page("pipeline.update", 60, true).unwrap());
}

#[test]
fn every_operation_has_a_page_that_tells_all_of_it() {
    for resource in table::RESOURCES {
        for verb in resource.operations {
            let page = words(&text(&format!("{}.{}", resource.kind, verb.name)));
            let endpoint = verb.endpoint;
            let mut parts = vec![endpoint.doc, endpoint.docs_url];
            parts.extend(endpoint.errors.iter().map(|error| error.doc));
            parts.extend(endpoint.since.into_iter().chain(endpoint.deprecated));
            parts.extend(endpoint.example);
            for param in endpoint.params.iter().filter(|param| is_given(resource, verb, param.name)) {
                parts.extend([param.name, param.doc]);
                assert!(!text(&format!("{}.{}.{}", resource.kind, verb.name, param.name)).is_empty());
            }
            for part in parts {
                assert!(page.contains(&words(part)), "{}: {part:?} is not told by\n{page}", endpoint.id);
            }
        }
    }
}

#[test]
fn every_kind_has_a_page_that_tells_all_of_it() {
    for resource in table::RESOURCES {
        let page = text(resource.kind);
        assert_eq!(text(&format!("{}Manager", resource.kind)), page);
        let verbs = resource.operations.iter().map(|verb| format!("  {}(", verb.name));
        let fields = resource.fields.iter().map(|field| format!("  {}", field.name));
        let children = resource.children.iter().map(|child| format!("`{}`", child.kind));
        let accessors = resource.accessors.iter().map(|accessor| format!(".{accessor}"));
        for part in verbs.chain(fields).chain(children).chain(accessors) {
            assert!(page.contains(&part), "{}: {part:?} is not told by\n{page}", resource.kind);
        }
        for field in resource.fields {
            let page = words(&text(&format!("{}.attributes.{}", resource.kind, field.name)));
            assert!(page.contains(&words(field.doc)), "{page}");
        }
    }
}

#[test]
fn every_type_has_a_page_that_tells_all_of_it() {
    for item in table::ENUMS {
        let page = words(&text(item.name));
        for value in item.values {
            assert!(page.contains(&format!("`{value}`")), "{value} is not told by\n{page}");
        }
    }
    for record in table::RECORDS {
        let page = words(&text(record.name));
        for field in record.fields {
            assert!(page.contains(&format!("{} ", field.name)), "{} is not told by\n{page}", field.name);
            assert!(page.contains(&words(field.doc)), "{} is not told by\n{page}", field.name);
        }
    }
}

#[test]
fn every_topic_leads_to_a_page_that_is_no_wider_than_the_terminal() {
    for topic in topics() {
        for width in [50, 80] {
            let page = page(&topic, width, false).unwrap_or_else(|unknown| panic!("{unknown}"));
            // Code and addresses stay as they are, and so does a word that is longer than a line.
            let wrapped = page.lines().filter(|line| !line.starts_with("  ") || line.starts_with("    "));
            let code = |line: &str| {
                line.contains("https://") || line.contains(['{', ';']) || !line.trim().contains(' ')
            };
            for line in wrapped.filter(|line| !code(line)) {
                assert!(line.chars().count() <= width, "{topic} at {width}: {line}");
            }
        }
    }
}

#[test]
fn a_topic_can_be_written_in_many_ways() {
    let ways: [(&str, &[&str]); 8] = [
        (
            "ProjectPipeline.create",
            &["project.pipelines.create", "pipelines.create", "pipeline.create", "project pipelines create"],
        ),
        (
            "ProjectPipeline.retry",
            &["pipeline.retry", "pipeline.retry()", "?pipeline.retry", "project.pipelines.retry"],
        ),
        ("ProjectPipeline", &["pipeline", "pipelines", "project.pipelines", "pipeline?", "projectpipeline"]),
        (
            "ProjectPipelineSchedule",
            &["schedule", "pipeline_schedule", "pipelineschedules", "project.pipeline_schedules"],
        ),
        ("Project.get", &["gl.projects.get", "projects.get"]),
        ("lists.first", &["list.first", "first"]),
        ("wait", &["pipeline.wait", "job.wait"]),
        ("help", &["", "?"]),
    ];
    for (topic, others) in ways {
        let expected = text(topic);
        for other in others {
            assert_eq!(without_others(&text(other)), without_others(&expected), "{other}");
        }
    }
}

#[test]
fn an_unknown_topic_is_told_with_the_nearest_one() {
    let cases = [
        ("pipelin", Some("pipeline")),
        ("project.pipelines.creat", Some("project.pipelines.create")),
        ("project.pipelins.create", Some("project.pipelines.create")),
        ("pipeline.statsu", Some("pipeline.status")),
        ("project.pipelines.list.reff", Some("project.pipelines.list.ref")),
        ("CiStatsu", Some("CiStatus")),
        ("zebra crossing", None),
    ];
    for (typed, nearest) in cases {
        let unknown = page(typed, 80, false).unwrap_err();
        assert_eq!(unknown.nearest(), nearest, "{unknown}");
    }
}

#[test]
fn the_recipes_are_the_examples_of_the_repository() {
    let found: BTreeSet<String> = fs::read_dir(repository().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".rhai"))
        .collect();
    assert_eq!(
        EXAMPLES.iter().map(|example| format!("{}.rhai", example.name)).collect::<BTreeSet<_>>(),
        found
    );
    for example in EXAMPLES {
        assert_eq!(example.text, rhailab_tests::example(&format!("{}.rhai", example.name)));
        let title = example.title();
        assert!((10..100).contains(&title.len()) && !title.contains("rhailab"), "{title}");
    }
    assert_eq!(
        examples::find("jobs.rhai").unwrap().title(),
        "Jobs, in the order of python-gitlab's page about them"
    );
    assert!(examples::find("no_such_recipe").is_none());
}

/// Whether a caller gives the parameter, and not the object or the manager itself. What is given to `save` are fields.
fn is_given(resource: &Resource, verb: &Operation, name: &str) -> bool {
    let owners = std::iter::successors(resource.parent, |owner| owner.parent);
    let place = verb.endpoint.param(name).map(|param| param.place);
    let known = owners.map(|owner| owner.context_name).any(|owner| owner == name)
        || (verb.on == On::Object && name == resource.identity);
    !(place == Some(Place::Path) && known) && (verb.name != "save" || place == Some(Place::Body))
}

/// The page at the width that a program without a terminal has.
fn text(topic: &str) -> String {
    page(topic, 80, false).unwrap_or_else(|unknown| panic!("{unknown}"))
}

/// The page without what the words could also mean, which differs from one way of writing to another.
fn without_others(page: &str) -> &str {
    page.split("\nAlso\n").next().unwrap_or(page).trim_end()
}

/// The words of a text on one line, wherever it was wrapped.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
