//! The product `root.rs`: the accessors of the client itself.
//!
//! Owns that one file. Only the client can include it, because nobody else can add methods to the
//! client's own type; so it names everything as the client offers it.

use quote::quote;

use super::File;
use super::source::{doc, file, ident};
use crate::model::Model;
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    let resources = model.resources.iter().filter(|resource| resource.parent.is_none());
    let accessors = resources.flat_map(|resource| {
        let manager = ident(&names::manager(&resource.kind));
        let static_name = ident(&names::constant(&resource.kind));
        let nouns = if resource.singleton { resource.noun.clone() } else { names::plural(&resource.noun) };
        let docs = doc(&format!("The manager of the {nouns}."));
        resource.accessors.iter().map(move |accessor| {
            let name = ident(&names::ident(accessor));
            quote! {
                #docs
                #[must_use]
                pub fn #name(&self) -> rhailab_client::#manager {
                    self.manager(&rhailab_client::table::resources::#static_name).into()
                }
            }
        })
    });
    let items = vec![quote! { impl rhailab_client::Gitlab { #(#accessors)* } }];
    vec![file("root.rs", "spec", 0, items)]
}
