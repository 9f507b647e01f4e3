//! The page of a kind: where its objects are found, what managers and objects can do, and what objects hold.

use rhailab_client::endpoint::{On, Operation, Resource};

use super::page::Page;
use super::{first_paragraph, words};
use crate::engine::functions::object_methods;

/// More options than this make a line too long to compare it with others.
const MOST_OPTIONS: usize = 3;

pub(super) fn write(page: &mut Page, resource: &'static Resource) {
    page.title(resource.kind);
    page.text(resource.doc);

    let path = words::manager_path(resource);
    page.heading("Found at");
    page.code(&path);
    let owner = path.rsplit_once('.').map_or("gl", |(owner, _)| owner);
    for other in resource.accessors.iter().skip(1) {
        page.code(&format!("{owner}.{other}"));
    }
    if let Some(sample) = resource.sample {
        page.code(&format!("let {} = {};", sample.name, sample.code));
    }

    verbs(page, resource, On::Manager, &path);
    verbs(page, resource, On::Object, &words::variable(resource));
    if !resource.children.is_empty() {
        page.heading("Below it");
        page.terms(resource.children.iter().map(|child| {
            (words::manager_path(child), format!("`{}`: {}", child.kind, first_paragraph(child.doc)))
        }));
    }
    if !resource.fields.is_empty() {
        page.heading("Fields");
        page.terms(resource.fields.iter().map(|field| (field.name, words::of_field(field))));
    }
    if !resource.list_omits.is_empty() {
        let names: Vec<String> = resource.list_omits.iter().map(|name| format!("`{name}`")).collect();
        page.heading("Absent in rows of lists");
        page.note(&format!("{}; `get` and `refresh` fetch them.", names.join(", ")));
    }
    page.heading("In GitLab's documentation");
    page.link(resource.docs_url);
}

fn verbs(page: &mut Page, resource: &'static Resource, on: On, receiver: &str) {
    let verbs: Vec<&Operation> = resource.operations.iter().filter(|verb| verb.on == on).collect();
    if verbs.is_empty() {
        return;
    }
    page.heading(&format!("Methods of {receiver}"));
    let mut rows: Vec<(String, &str)> = verbs
        .into_iter()
        .map(|verb| (words::method(resource, verb, MOST_OPTIONS), first_paragraph(verb.endpoint.doc)))
        .collect();
    if on == On::Object {
        rows.extend(
            object_methods(resource)
                .map(|method| (format!("{}(#{{…}})", method.name), first_paragraph(method.doc))),
        );
    }
    page.terms(rows);
}
