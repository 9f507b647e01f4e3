//! The product `requests`: a struct of parameters for each operation that takes some.
//!
//! Owns their shape: what is required in `new`, a setter for everything else.

use proc_macro2::TokenStream;
use quote::quote;

use super::File;
use super::docs::{param_doc, param_item, see};
use super::source::{doc, files_by_area, ident};
use super::value::{given, many_arguments};
use crate::model::{Endpoint, Model, Param};
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    files_by_area(model, "requests", |area| {
        let in_area = |endpoint: &&Endpoint| model.resource(endpoint.resource).area == area;
        model.endpoints.iter().filter(in_area).flat_map(|item| items(item, model)).collect()
    })
}

/// The items of one operation; none when it takes no parameters.
pub(super) fn items(endpoint: &Endpoint, model: &Model) -> Vec<TokenStream> {
    if !endpoint.has_request() {
        return Vec::new();
    }
    let name = ident(&endpoint.request);
    let docs = doc(&format!(
        "The parameters of `{}`, `{} {}`: {}{}",
        model.endpoint_id(endpoint),
        endpoint.method.as_str(),
        endpoint.path_text(),
        endpoint.doc.trim_end(),
        see(&endpoint.docs_url)
    ));
    let required: Vec<&Param> = endpoint.caller_params().filter(|param| param.required).collect();
    let default = required.is_empty().then(|| quote!(, Default));
    let new = constructor(&required, model);
    let optional = endpoint.caller_params().filter(|param| !param.required);
    let setters = optional.map(|param| setter(param, model));
    vec![
        quote! {
            #docs
            #[derive(Clone, Debug #default)]
            #[must_use = "parameters do nothing until an operation takes them"]
            pub struct #name(pub(crate) rhailab_client::Arguments);
        },
        quote! { impl #name { #new #(#setters)* } },
        quote! {
            impl From<#name> for rhailab_client::Arguments {
                fn from(request: #name) -> Self {
                    request.0
                }
            }
        },
    ]
}

fn constructor(required: &[&Param], model: &Model) -> TokenStream {
    if required.is_empty() {
        return quote! {
            #[doc = " No parameters yet; none is required."]
            pub fn new() -> Self {
                Self::default()
            }
        };
    }
    let list: String = required.iter().map(|param| param_item(param, model)).collect();
    let docs = doc(&format!("The required parameters:\n{list}"));
    let lint = many_arguments(required.len());
    let (arguments, values): (Vec<_>, Vec<_>) = required.iter().map(|param| given(param, model)).unzip();
    quote! {
        #docs
        #lint
        pub fn new(#(#arguments),*) -> Self {
            Self(rhailab_client::Arguments::new() #(#values)*)
        }
    }
}

fn setter(param: &Param, model: &Model) -> TokenStream {
    let name = ident(&names::setter(&param.name));
    let docs = doc(&param_doc(param, model));
    let (argument, value) = given(param, model);
    quote! {
        #docs
        pub fn #name(self, #argument) -> Self {
            Self(self.0 #value)
        }
    }
}
