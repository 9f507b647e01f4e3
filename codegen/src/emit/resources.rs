//! The product `table/resources`: a static for each resource.
//!
//! Owns how a resource is written as data.

use proc_macro2::TokenStream;
use quote::quote;

use super::File;
use super::data::table_fields;
use super::source::{doc, files_by_area, ident};
use crate::model::{Model, On, Resource, ResourceId, Sample};
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    files_by_area(model, "table/resources", |area| {
        let resources = model.resources.iter().filter(|item| item.area == area);
        resources.map(|item| self::item(item, model)).collect()
    })
}

/// The static of one resource.
pub(super) fn item(resource: &Resource, model: &Model) -> TokenStream {
    let Resource { kind, docs_url, accessors, identity, context_name, list_omits, .. } = resource;
    let name = ident(&names::constant(kind));
    let text = resource.doc.trim_end();
    let docs = doc(&format!("`{kind}`: {text}"));
    let parent = match resource.parent {
        Some(parent) => {
            let parent = path(parent, model);
            quote!(Some(&#parent))
        }
        None => quote!(None),
    };
    let fields = match resource.fields_of {
        Some(of) => {
            let of = path(of, model);
            quote!(#of.fields)
        }
        None => table_fields(&resource.fields, model),
    };
    let table = &resource.table;
    let sample = match &resource.sample {
        Some(Sample { name, code }) => quote!(Some(endpoint::Sample { name: #name, code: #code })),
        None => quote!(None),
    };
    let operations = resource.operations.iter().map(|operation| {
        let name = &operation.name;
        let on = ident(match operation.on {
            On::Manager => "Manager",
            On::Object => "Object",
        });
        let endpoint = model.endpoint(operation.endpoint);
        let owner = &model.resource(endpoint.resource).kind;
        let endpoint = ident(&names::endpoint_constant(owner, &endpoint.verb));
        quote! {
            endpoint::Operation {
                name: #name,
                on: endpoint::On::#on,
                endpoint: &table::endpoints::#endpoint,
            }
        }
    });
    let children = resource.children.iter().map(|child| path(*child, model));
    quote! {
        #docs
        pub static #name: endpoint::Resource = endpoint::Resource {
            kind: #kind,
            doc: #text,
            docs_url: #docs_url,
            accessors: &[#(#accessors),*],
            parent: #parent,
            identity: #identity,
            context_name: #context_name,
            fields: #fields,
            list_omits: &[#(#list_omits),*],
            table: &[#(#table),*],
            sample: #sample,
            operations: &[#(#operations),*],
            children: &[#(&#children),*],
        };
    }
}

fn path(id: ResourceId, model: &Model) -> TokenStream {
    let name = ident(&names::constant(&model.resource(id).kind));
    quote!(table::resources::#name)
}
