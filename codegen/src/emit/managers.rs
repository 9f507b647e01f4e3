//! The product `managers`: for each resource what can be done with objects of its kind.
//!
//! Owns their shape. A verb is one line: it names an endpoint and hands the arguments on.

use proc_macro2::TokenStream;
use quote::quote;

use super::File;
use super::docs::manager_doc;
use super::source::{doc, files_by_area, ident};
use super::verb;
use crate::model::{Model, On, Resource};
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    files_by_area(model, "managers", |area| {
        let resources = model.resources.iter().filter(|item| item.area == area);
        resources.flat_map(|item| items(item, model)).collect()
    })
}

/// The items of one resource's managers.
pub(super) fn items(resource: &Resource, model: &Model) -> Vec<TokenStream> {
    let name = ident(&names::manager(&resource.kind));
    let nouns = if resource.singleton { resource.noun.clone() } else { names::plural(&resource.noun) };
    let docs = doc(&manager_doc(
        resource,
        &match resource.parent {
            Some(parent) => format!("The {nouns} of {}.", names::with_article(&model.resource(parent).noun)),
            None => format!("The {nouns}."),
        },
    ));
    let lazy = lazy(resource);
    let verbs = resource.operations.iter().filter(|operation| operation.on == On::Manager);
    let verbs = verbs.map(|operation| {
        let endpoint = model.endpoint(operation.endpoint);
        verb::verb(&operation.name, endpoint, resource, On::Manager, model)
    });
    vec![
        quote! {
            #docs
            #[derive(Clone, Debug)]
            pub struct #name {
                manager: rhailab_client::Manager,
            }
        },
        quote! {
            impl #name {
                #[doc = " The handle behind the manager."]
                #[must_use]
                pub fn manager(&self) -> &rhailab_client::Manager {
                    &self.manager
                }
                #lazy
                #(#verbs)*
            }
        },
        from_manager(&name),
    ]
}

/// The method that makes an object of its identity, where objects have one that says something.
fn lazy(resource: &Resource) -> Option<TokenStream> {
    let kind = ident(&resource.kind);
    let docs = doc(&format!("The {} of this identity, without asking GitLab for it.", resource.noun));
    (resource.has_objects && !resource.singleton).then(|| {
        quote! {
            #docs
            #[must_use]
            pub fn lazy(&self, id: impl Into<rhailab_client::Id>) -> objects::#kind<rhailab_client::Lazy> {
                objects::#kind::lazy(self.manager.lazy(id.into()))
            }
        }
    })
}

fn from_manager(name: &proc_macro2::Ident) -> TokenStream {
    quote! {
        impl From<rhailab_client::Manager> for #name {
            fn from(manager: rhailab_client::Manager) -> Self {
                Self { manager }
            }
        }
    }
}
