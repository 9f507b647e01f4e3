//! Emitters: each a pure function from the model to the files of one product.
//!
//! Owns the list of products. An emitter cannot fail, sees only the model, and never another
//! emitter. What they share is Rust: text in `source.rs`, sentences in `docs.rs`, types in
//! `value.rs`, calls in `verb.rs`, `static` data in `data.rs`.

mod data;
mod docs;
mod endpoints;
mod enums;
mod managers;
mod objects;
mod records;
mod requests;
mod resources;
mod root;
mod source;
mod table;
mod types;
mod value;
mod verb;

use crate::diagnostic::did_you_mean;
use crate::model::{Endpoint, Model};
use source::file;

pub(crate) use source::MARK;

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its place below the output directory, with `/` between the parts.
    pub path: String,
    /// Its text.
    pub content: String,
}

/// An emitter.
type Emitter = fn(&Model) -> Vec<File>;

/// The products.
const EMITTERS: [Emitter; 10] = [
    enums::emit,
    records::emit,
    objects::emit,
    requests::emit,
    managers::emit,
    endpoints::emit,
    resources::emit,
    types::emit,
    table::emit,
    root::emit,
];

/// Makes all files of all products.
#[must_use]
pub fn generate(model: &Model) -> Vec<File> {
    let mut files = vec![modules()];
    files.extend(EMITTERS.iter().flat_map(|emit| emit(model)));
    files
}

/// Makes the Rust code of one kind, enum, record or operation.
///
/// # Errors
/// A sentence about the name when there is nothing of that name.
pub fn show(model: &Model, name: &str) -> Result<String, String> {
    let mut items = Vec::new();
    for item in model.enums.iter().filter(|item| item.name == name) {
        items.extend(enums::items(model, item));
    }
    for item in model.records.iter().filter(|item| item.name == name) {
        items.extend(records::items(item, model));
    }
    for item in model.resources.iter().filter(|item| item.kind == name) {
        items.extend(objects::items(item, model));
        items.extend(managers::items(item, model));
        items.push(resources::item(item, model));
    }
    let is_named = |endpoint: &&Endpoint| model.endpoint_id(endpoint) == name;
    for endpoint in model.endpoints.iter().filter(is_named) {
        items.extend(requests::items(endpoint, model));
        items.push(endpoints::item(endpoint, model));
    }
    if items.is_empty() { Err(unknown(model, name)) } else { Ok(source::format(items)) }
}

fn unknown(model: &Model, name: &str) -> String {
    let ids: Vec<String> = model.endpoints.iter().map(|endpoint| model.endpoint_id(endpoint)).collect();
    let names = (model.enums.iter().map(|item| item.name.as_str()))
        .chain(model.records.iter().map(|item| item.name.as_str()))
        .chain(model.resources.iter().map(|item| item.kind.as_str()))
        .chain(ids.iter().map(String::as_str));
    match did_you_mean(name, names) {
        Some(near) => format!("the spec has no `{name}`; did you mean `{near}`?"),
        None => format!(
            "the spec has no `{name}`; name a kind, an enum, a record or an operation such as `Project.get`"
        ),
    }
}

/// The file that holds the modules together. `root.rs` is not among them: only the client can
/// extend its own types, so it includes that file itself.
fn modules() -> File {
    let items = quote::quote! {
        #[doc = " The sets of names that GitLab uses."]
        pub mod enums;
        #[doc = " The objects without operations of their own."]
        pub mod records;
        #[doc = " The objects with their operations."]
        pub mod objects;
        #[doc = " The parameters of operations."]
        pub mod requests;
        #[doc = " The managers: what can be done with objects of one kind."]
        pub mod managers;
        #[doc = " The operations, resources and types as data."]
        pub mod table;
    };
    file("mod.rs", "spec", 0, vec![items])
}
