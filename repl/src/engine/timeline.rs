//! `pipeline.timeline()`: fetches the jobs and bridges of a pipeline, retried ones too, and answers their chart, which
//! is text wherever it is shown; `#{to: "run.svg"}` writes a picture of it instead. How a chart looks is the
//! business of [`crate::timeline`].

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rhai::{Dynamic, Engine, EvalAltResult, Map};
use rhailab_client::endpoint::{On, Operation, Resource};
use rhailab_client::{Answer, Arguments, Error, Object, can_wait, write_file};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::bridge::Bridge;
use super::error::{raise, raise_unknown_option, raise_usage, raise_usage_with};
use super::functions::TIMELINE_OPTIONS;
use super::object::ObjectRef;
use super::written::WrittenRef;
use crate::output::terminal;
use crate::timeline::{Job, Pipeline, Timeline, html, now_of, svg, terminal::draw};

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// Makes the text of a picture.
type Draw = fn(&Timeline) -> String;

/// A chart in a script.
#[derive(Clone, Debug)]
pub struct TimelineRef(Arc<Timeline>);

impl TimelineRef {
    /// The chart as data.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.0.to_json()
    }

    /// The chart as text for this many columns.
    #[must_use]
    pub fn text(&self, width: usize, color: bool) -> String {
        draw(&self.0, width, color)
    }
}

/// What a picture's name must end in, and who draws such a picture.
const PICTURES: [(&str, Draw); 2] = [("svg", svg::draw), ("html", html::draw)];

/// What a chart reads of each job. Whatever a pipeline owns that has all of it is drawn.
const NEEDED: [&str; 8] =
    ["name", "stage", "status", "created_at", "started_at", "finished_at", "duration", "queued_duration"];

pub(crate) fn register(engine: &mut Engine) {
    let text = |timeline: TimelineRef| timeline.text(terminal::width(), false);
    engine
        .register_type_with_name::<TimelineRef>("Timeline")
        .register_fn("to_string", text)
        .register_fn("to_debug", text)
        .register_fn("to_json", |timeline: TimelineRef| timeline.to_json().to_string())
        .register_fn("timeline", |object: ObjectRef| timeline(&object).map(Dynamic::from))
        .register_fn("timeline", |object: ObjectRef, options: Map| match picture(options)? {
            Some((path, draw)) => write(object.bridge(), &path, &draw(&timeline(&object)?.0)),
            None => timeline(&object).map(Dynamic::from),
        });
}

/// Whether objects of this resource have jobs to draw.
pub(crate) fn has_timeline(resource: &'static Resource) -> bool {
    can_wait(resource) && resource.field("ref").is_some() && lists(resource).next().is_some()
}

/// The file that the options name, and who draws it. What is wrong is told before anything is sent.
fn picture(options: Map) -> Raised<Option<(String, Draw)>> {
    let mut picture = None;
    for (name, value) in options {
        match name.as_str() {
            "to" => {
                let path = value
                    .into_string()
                    .map_err(|kind| raise_usage(format!("`to` must be the name of a file, not {kind}")))?;
                let draw = drawer(&path)?;
                picture = Some((path, draw));
            }
            unknown => return Err(raise_unknown_option("timeline", unknown, TIMELINE_OPTIONS)),
        }
    }
    Ok(picture)
}

fn drawer(path: &str) -> Raised<Draw> {
    let ending = Path::new(path).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let known = PICTURES.into_iter().find(|(name, _)| ending.as_deref() == Some(*name));
    known.map(|(_, draw)| draw).ok_or_else(|| {
        raise_usage_with(
            format!("timeline() cannot write {path:?}: a picture is an .svg or an .html file"),
            "Let the name end in .svg or in .html, such as `timeline(#{to: \"run.svg\"})`.",
        )
    })
}

fn write(bridge: &Bridge, path: &str, picture: &str) -> Raised<Dynamic> {
    let written = bridge.wait(write_file(path, picture.as_bytes()))?.map_err(raise)?;
    Ok(Dynamic::from(WrittenRef::new(written, bridge)))
}

fn timeline(object: &ObjectRef) -> Raised<TimelineRef> {
    let resource = object.with(|object| object.resource());
    if !has_timeline(resource) {
        return Err(raise_usage_with(
            format!("a {} has no timeline: it has no jobs", resource.kind),
            "A pipeline has one.",
        ));
    }
    // The chart shows one moment, so the pipeline is read again with its jobs; the script's own object stays as it is.
    let mut pipeline = object.with(Clone::clone);
    let bridge = object.bridge();
    bridge.wait(pipeline.refresh())?.map_err(raise)?;
    let mut jobs: Vec<Job> = Vec::new();
    for (child, list) in lists(resource) {
        for row in rows(bridge, &pipeline, child, list)? {
            jobs.push(read(&row)?);
        }
    }
    let now = now_of(&jobs, Timestamp::now());
    let pipeline: Pipeline = read(&pipeline)?;
    Ok(TimelineRef(Arc::new(Timeline::new(&pipeline, &jobs, now))))
}

/// What such objects own that can be drawn, and how it is listed.
fn lists(resource: &'static Resource) -> impl Iterator<Item = (&'static Resource, &'static Operation)> {
    let drawable = |child: &Resource| NEEDED.iter().all(|name| child.field(name).is_some());
    let children = resource.children.iter().copied().filter(move |child| drawable(child));
    children.filter_map(|child| Some((child, child.operation(On::Manager, "list")?)))
}

fn rows(
    bridge: &Bridge,
    pipeline: &Object,
    resource: &'static Resource,
    list: &'static Operation,
) -> Raised<Vec<Object>> {
    let retried = list.endpoint.param("include_retried").is_some();
    let arguments = Arguments::new();
    let arguments = if retried { arguments.with("include_retried", true) } else { arguments };
    let mut rows = Vec::new();
    let answer = bridge.wait(pipeline.manager(resource).call(list, arguments))?.map_err(raise)?;
    if let Answer::Rows(mut pages) = answer {
        while let Some(page) = bridge.wait(pages.next())?.map_err(raise)? {
            rows.extend(page.rows);
        }
    }
    Ok(rows)
}

/// What the chart needs of an object.
fn read<T: DeserializeOwned>(object: &Object) -> Raised<T> {
    let json = object.raw().unwrap_or("null");
    serde_json::from_str(json)
        .map_err(|problem| raise(Error::decode(format!("{object} cannot be drawn: {problem}"))))
}
