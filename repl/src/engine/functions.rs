//! What a script can call and pass beside the endpoint table's verbs, as data: names, parameters, what comes
//! back, and a line about each. Completion, help and suggestions read it; the functions themselves are
//! registered elsewhere, and a test holds both together.

mod builtin;
mod methods;
mod options;

use rhailab_client::can_wait;
use rhailab_client::endpoint::Resource;

use super::follow::can_follow;
use super::timeline::has_timeline;
pub use builtin::FUNCTIONS;
pub use methods::{
    ARRAY, BLOB, CHUNK, CLIENT, ERROR, FILE, FUNCTION, MAP, NUMBER, OBJECT, OBJECT_METHODS, RANGE, SEQUENCE,
    TEXT, WRITTEN,
};
pub use options::{
    ANY_VERB, CALL, DOWNLOAD, FOLLOW_OPTIONS, GET, GITLAB_OPTIONS, HTTP_OPTIONS, LIST, PAR_MAP_OPTIONS, POLL,
    TIMELINE_OPTIONS, WAIT_ALL_OPTIONS, WAIT_OPTIONS,
};

/// A function, or a method of some kind of value.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it takes, in order.
    pub parameters: &'static [Parameter],
    /// What it answers.
    pub gives: Gives,
    /// What it does, in one line of Markdown.
    pub doc: &'static str,
}

/// A parameter of a [`Function`].
#[derive(Debug)]
pub struct Parameter {
    /// What it is called in a signature.
    pub name: &'static str,
    /// The values it takes.
    pub takes: Takes,
    /// Whether the function can be called without it.
    pub optional: bool,
}

/// The values that a parameter or an option takes, as far as that says which are worth proposing.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// Values of which nothing more can be said.
    Anything,
    /// True or false.
    Truth,
    /// The name of a file.
    File,
    /// One of these texts.
    OneOf(&'static [Choice]),
    /// A map with these keys.
    Options(&'static [OptionRow]),
    /// A closure, which is called with these.
    Closure(&'static [(&'static str, Gives)]),
}

/// A text that a parameter takes or a property has.
#[derive(Debug)]
pub struct Choice {
    /// The text.
    pub name: &'static str,
    /// What it means, in one line of Markdown.
    pub doc: &'static str,
}

/// A key of an options map.
#[derive(Debug)]
pub struct OptionRow {
    /// The key.
    pub name: &'static str,
    /// The values it takes.
    pub takes: Takes,
    /// What it does, in one line of Markdown.
    pub doc: &'static str,
}

/// What some kind of value has beside what the endpoint table says of it.
#[derive(Debug)]
pub struct Members {
    /// What can be read after a dot.
    pub properties: &'static [Property],
    /// What can be called after a dot.
    pub methods: &'static [Function],
}

/// A value that can be read after a dot.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub gives: Gives,
    /// What it means, in one line of Markdown.
    pub doc: &'static str,
}

/// What a function answers, in terms of what it was called on.
#[derive(Clone, Copy, Debug)]
pub enum Gives {
    /// Nothing, or nothing that can be foretold.
    Anything,
    /// True or false.
    Truth,
    /// A number.
    Number,
    /// Text.
    Text,
    /// One of these texts.
    OneOf(&'static [Choice]),
    /// An array of texts.
    Texts,
    /// Bytes.
    Blob,
    /// A client.
    Client,
    /// A file that is being written.
    File,
    /// A piece of a download.
    Chunk,
    /// A range of numbers.
    Range,
    /// The map of an object's fields.
    Attributes,
    /// The value that it was called on, or another of that kind.
    Receiver,
    /// One of the values in the value that it was called on.
    Row,
    /// An array of some of these values.
    Rows,
    /// An array of what the closure answered.
    Mapped,
}

impl Function {
    /// How a call is written: `gitlab(url, #{private_token, …})`; what may be left out has a question mark.
    #[must_use]
    pub fn signature(&self) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(Parameter::written).collect();
        format!("{}({})", self.name, parameters.join(", "))
    }

    /// Whether its option `to` names a file that it writes.
    #[must_use]
    pub fn can_write_file(&self) -> bool {
        self.parameters.iter().any(|parameter| match parameter.takes {
            Takes::Options(rows) => {
                rows.iter().any(|row| row.name == "to" && matches!(row.takes, Takes::File))
            }
            _ => false,
        })
    }
}

impl Parameter {
    fn written(&self) -> String {
        match self.takes {
            Takes::Options(rows) => {
                let names: Vec<&str> = rows.iter().map(|row| row.name).collect();
                format!("#{{{}}}", names.join(", "))
            }
            Takes::Closure(passed) => {
                let names: Vec<&str> = passed.iter().map(|(name, _)| *name).collect();
                let mark = if self.optional { "?" } else { "" };
                format!("|{}| …{mark}", names.join(", "))
            }
            _ if self.optional => format!("{}?", self.name),
            _ => self.name.to_owned(),
        }
    }
}

impl Members {
    /// The names of the methods.
    pub(crate) fn method_names(&self) -> Vec<&'static str> {
        self.methods.iter().map(|method| method.name).collect()
    }

    /// The method of this name.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<&'static Function> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// The property of this name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

/// The methods of [`OBJECT_METHODS`] that objects of a resource have.
pub fn object_methods(resource: &'static Resource) -> impl Iterator<Item = &'static Function> {
    OBJECT_METHODS.iter().filter(move |method| match method.name {
        "follow" => can_follow(resource),
        "timeline" => has_timeline(resource),
        _ => can_wait(resource),
    })
}

/// The names of options, for telling what there is.
pub(crate) fn names(rows: &'static [OptionRow]) -> Vec<&'static str> {
    rows.iter().map(|row| row.name).collect()
}

const fn required(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, takes, optional: false }
}

const fn optional(name: &'static str, takes: Takes) -> Parameter {
    Parameter { name, takes, optional: true }
}

/// A parameter that takes anything.
const fn any(name: &'static str) -> Parameter {
    required(name, Takes::Anything)
}

const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    gives: Gives,
    doc: &'static str,
) -> Function {
    Function { name, parameters, gives, doc }
}

const fn property(name: &'static str, gives: Gives, doc: &'static str) -> Property {
    Property { name, gives, doc }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
