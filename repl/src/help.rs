//! Help, from the spec: what each kind, operation, parameter and field is, with examples that run; and the words of
//! the script language beside them. This module decides which page is shown; it knows no terminal.

mod data;
pub mod examples;
mod kind;
mod language;
mod page;
mod snippet;
mod topic;
mod verb;
mod words;

use std::fmt;

pub use language::language_examples;
pub use snippet::Snippet;

use page::Page;
use topic::{Found, Topic};

/// More pages than this that one word could also mean are too many to choose from.
const MOST_OTHERS: usize = 8;

/// The page about a topic, wrapped to a width in columns, with colours if they are wanted. A topic is what stands in
/// a script, or a name of the spec: `project.pipelines.create`, `pipeline.status`, `pipeline`, `CiStatus`, `sleep`.
/// Without any words it is the page that leads to the others.
///
/// # Errors
///
/// [`UnknownTopic`] when nothing is called like that.
pub fn page(topic: &str, width: usize, color: bool) -> Result<String, UnknownTopic> {
    let Found { topic: found, others } = topic::find(topic)
        .map_err(|nearest| UnknownTopic { topic: topic::bare(topic).to_owned(), nearest })?;
    let mut page = Page::new(width, color);
    match found {
        Topic::Overview => language::overview(&mut page),
        Topic::Client => language::client(&mut page),
        Topic::Lists => language::lists(&mut page),
        Topic::Errors => language::errors(&mut page),
        Topic::Function(function) => language::function(&mut page, function),
        Topic::Manager(resource) | Topic::Object(resource) | Topic::Attributes(resource) => {
            kind::write(&mut page, resource);
        }
        Topic::Verb(resource, verb) => verb::write(&mut page, resource, verb),
        Topic::Param(resource, verb, param) => data::param(&mut page, resource, verb, param),
        Topic::Field(resource, field) => data::field(&mut page, resource, field),
        Topic::Enum(item) => data::enumeration(&mut page, item),
        Topic::Record(record) => data::record(&mut page, record),
        Topic::Member(record, field) => data::member(&mut page, record, field),
    }
    if !others.is_empty() {
        page.heading("Also");
        page.terms(others.iter().take(MOST_OTHERS).map(|other| (other.name(), summary(*other))));
    }
    Ok(page.finish())
}

/// Every topic that has a page, sorted. Parameters and fields have pages too, below their verbs and kinds.
#[must_use]
pub fn topics() -> Vec<String> {
    topic::all().into_iter().collect()
}

/// A topic that nothing is known about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTopic {
    topic: String,
    nearest: Option<String>,
}

impl UnknownTopic {
    /// The topic that was probably meant.
    #[must_use]
    pub fn nearest(&self) -> Option<&str> {
        self.nearest.as_deref()
    }
}

impl fmt::Display for UnknownTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no help about `{}`", self.topic)?;
        match &self.nearest {
            Some(near) => write!(f, "; did you mean `{near}`?"),
            None => f.write_str("; the topic `help` leads to all others"),
        }
    }
}

impl std::error::Error for UnknownTopic {}

/// A topic in one sentence.
fn summary(topic: Topic) -> &'static str {
    let doc = match topic {
        Topic::Overview => "What there is help about.",
        Topic::Client => "The client that the configuration gives.",
        Topic::Lists => "What `list()` answers: rows that are fetched as they are needed.",
        Topic::Errors => "What `catch` gets.",
        Topic::Function(function) => function.doc,
        Topic::Manager(resource) | Topic::Object(resource) | Topic::Attributes(resource) => resource.doc,
        Topic::Verb(_, verb) => verb.endpoint.doc,
        Topic::Param(.., param) => param.doc,
        Topic::Field(_, field) | Topic::Member(_, field) => field.doc,
        Topic::Enum(item) => item.doc,
        Topic::Record(record) => record.doc,
    };
    first_paragraph(doc)
}

fn first_paragraph(doc: &'static str) -> &'static str {
    doc.split("\n\n").next().unwrap_or(doc).trim()
}
