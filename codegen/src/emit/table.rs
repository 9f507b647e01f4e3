//! The file `table/mod.rs`: the lists of all that the table holds, and what its values share.
//!
//! Owns that one file. Must not know how the values themselves are written.

use proc_macro2::TokenStream;
use quote::quote;

use super::File;
use super::source::{file, ident};
use crate::model::{Model, Resource};
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    let endpoints = model.endpoints.iter().map(|endpoint| {
        let kind = &model.resource(endpoint.resource).kind;
        let name = ident(&names::endpoint_constant(kind, &endpoint.verb));
        quote!(&endpoints::#name)
    });
    let path = |resource: &Resource| {
        let name = ident(&names::constant(&resource.kind));
        quote!(&resources::#name)
    };
    let resources = model.resources.iter().map(path);
    let root = model.resources.iter().filter(|resource| resource.parent.is_none()).map(path);
    let type_path = |name: &str| {
        let name = ident(&names::constant(name));
        quote!(&types::#name)
    };
    let enums = model.enums.iter().map(|item| type_path(&item.name));
    let records = model.records.iter().map(|item| type_path(&item.name));
    let modules = quote! {
        #[doc = " The operations."]
        pub mod endpoints;
        #[doc = " The kinds of objects."]
        pub mod resources;
        #[doc = " The enums and records."]
        pub mod types;
    };
    let lists = [
        quote! {
            #[doc = " Every operation, in the order of the spec."]
            pub static ENDPOINTS: &[&endpoint::Endpoint] = &[#(#endpoints),*];
        },
        quote! {
            #[doc = " Every resource, in the order of the spec."]
            pub static RESOURCES: &[&endpoint::Resource] = &[#(#resources),*];
        },
        quote! {
            #[doc = " The resources that hang on the client itself."]
            pub static ROOT: &[&endpoint::Resource] = &[#(#root),*];
        },
        quote! {
            #[doc = " Every enum, in the order of the spec."]
            pub static ENUMS: &[&endpoint::Enum] = &[#(#enums),*];
        },
        quote! {
            #[doc = " Every record, in the order of the spec."]
            pub static RECORDS: &[&endpoint::Record] = &[#(#records),*];
        },
    ];
    let items = [modules].into_iter().chain(lists).chain(usual(model)).collect();
    vec![file("table/mod.rs", "spec", 1, items)]
}

/// What most parameters and fields have in common, so that the table says only what is special.
fn usual(model: &Model) -> Vec<TokenStream> {
    let mut items = Vec::new();
    if model.endpoints.iter().any(|endpoint| !endpoint.params.is_empty()) {
        items.push(quote! {
            #[doc = " What most parameters have in common."]
            const PARAM: endpoint::Param = endpoint::Param {
                name: "",
                wire: None,
                doc: "",
                place: endpoint::Place::Query,
                ty: endpoint::Type::Json,
                required: false,
                nullable: false,
                encoding: endpoint::Encoding::Brackets,
                from: &[],
                secret: false,
                default: None,
                fallback: None,
                since: None,
                deprecated: None,
            };
        });
    }
    if !model.records.is_empty() || !model.resources.is_empty() {
        items.push(quote! {
            #[doc = " What most fields have in common."]
            const FIELD: endpoint::Field = endpoint::Field {
                name: "",
                doc: "",
                ty: endpoint::Type::Json,
                required: false,
                nullable: false,
                secret: false,
                secret_when: None,
            };
        });
    }
    items
}
