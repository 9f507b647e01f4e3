//! The product `records`: a struct for each object without operations.
//!
//! Owns structs of fields, those of resources too, and how a record becomes an argument.

use proc_macro2::TokenStream;
use quote::quote;

use super::File;
use super::docs::field_doc;
use super::source::{doc, files_by_area, ident};
use super::value::{argument, fields, many_arguments, many_as_json, owned, rust_type};
use crate::model::{Model, Record, Type};
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    files_by_area(model, "records", |area| {
        let records = model.records.iter().filter(|item| item.area == area);
        records.flat_map(|item| items(item, model)).collect()
    })
}

/// The items of one record.
pub(super) fn items(record: &Record, model: &Model) -> Vec<TokenStream> {
    let name = ident(&record.name);
    let docs = doc(&record.doc);
    let fields = fields(&record.fields, model);
    let empty = record.in_params && !record.fields.iter().any(|field| field.required);
    let default = empty.then(|| quote!(, Default));
    let mut items = vec![quote! {
        #docs
        #[derive(Clone, Debug, serde::Deserialize #default)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* }
    }];
    if record.in_params {
        items.push(constructor(record, model));
        items.extend(setters(record, model));
        items.push(into_argument(record));
    }
    items
}

/// `new`, which takes what must be there.
fn constructor(record: &Record, model: &Model) -> TokenStream {
    let name = ident(&record.name);
    if !record.fields.iter().any(|field| field.required) {
        return quote! {
            impl #name {
                #[doc = " Makes one of which nothing is there; its fields have setters."]
                #[must_use]
                pub fn new() -> Self {
                    Self::default()
                }
            }
        };
    }
    let required = record.fields.iter().filter(|field| field.required);
    let arguments = required.map(|field| {
        let name = ident(&names::ident(&field.name));
        let ty = if field.nullable {
            let ty = rust_type(&field.ty, model);
            quote!(impl Into<Option<#ty>>)
        } else {
            argument(&field.ty, &name, model).0
        };
        quote!(#name: #ty)
    });
    let values = record.fields.iter().map(|field| {
        let name = ident(&names::ident(&field.name));
        let value = match (field.required, field.nullable) {
            (false, _) => quote!(None),
            (true, true) => quote!(#name.into()),
            (true, false) => owned(&field.ty, &name, model),
        };
        // Clippy wants `name` where the value is called as the field is.
        if name == value.to_string() { quote!(#name) } else { quote!(#name: #value) }
    });
    let lint = many_arguments(record.fields.iter().filter(|field| field.required).count());
    quote! {
        impl #name {
            #[doc = " Makes one of what must be there; the other fields have setters."]
            #lint
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
        }
    }
}

/// A setter for each field that need not be there.
fn setters(record: &Record, model: &Model) -> Option<TokenStream> {
    let name = ident(&record.name);
    let setters: Vec<_> = record
        .fields
        .iter()
        .filter(|field| !field.required)
        .map(|field| {
            let (setter, docs) = (ident(&names::setter(&field.name)), doc(&field_doc(field)));
            let field_name = ident(&names::ident(&field.name));
            let ty = argument(&field.ty, &field_name, model).0;
            let value = owned(&field.ty, &field_name, model);
            quote! {
                #docs
                #[must_use]
                pub fn #setter(mut self, #field_name: #ty) -> Self {
                    self.#field_name = Some(#value);
                    self
                }
            }
        })
        .collect();
    (!setters.is_empty()).then(|| quote! { impl #name { #(#setters)* } })
}

/// How the record stands in a request. An absent field is left out.
fn into_argument(record: &Record) -> TokenStream {
    let name = ident(&record.name);
    let fields = record.fields.iter().map(|field| {
        let wire = &field.name;
        let name = ident(&names::ident(wire));
        match (&field.ty, field.required, field.nullable) {
            (Type::Secret, _, _) => quote!(.with_secret(#wire, self.#name)),
            (Type::Array(_), true, false) => quote!(.with_array(#wire, self.#name)),
            (Type::Map(_), true, false) => quote!(.with_map(#wire, self.#name)),
            (Type::Array(_) | Type::Map(_), required, _) => {
                let value = many_as_json(&field.ty);
                let with = if required { quote!(with_nullable) } else { quote!(with_some) };
                quote!(.#with(#wire, self.#name.map(|values| #value)))
            }
            (_, true, false) => quote!(.with(#wire, self.#name)),
            (_, true, true) => quote!(.with_nullable(#wire, self.#name)),
            (_, false, _) => quote!(.with_some(#wire, self.#name)),
        }
    });
    quote! {
        impl rhailab_client::IntoArgument for #name {
            fn into_argument(self) -> serde_json::Value {
                rhailab_client::Arguments::new() #(#fields)* .into_json()
            }
        }
    }
}
