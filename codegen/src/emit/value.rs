//! Values in Rust: the types of fields and arguments, and how an argument becomes a value.
//!
//! Owns the passage from the spec's types to Rust's. Must not know any product.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::field_doc;
use super::source::{doc, ident};
use crate::model::{Field, Model, Param, Type};
use crate::names;

/// The Rust type of values.
pub(super) fn rust_type(ty: &Type, model: &Model) -> TokenStream {
    match ty {
        Type::String => quote!(String),
        Type::Secret => quote!(rhailab_client::Secret),
        Type::Int => quote!(i64),
        Type::Float | Type::Seconds => quote!(f64),
        Type::Bool => quote!(bool),
        Type::DateTime => quote!(rhailab_client::Timestamp),
        Type::Date => quote!(rhailab_client::Date),
        Type::Id => quote!(rhailab_client::Id),
        Type::Json => quote!(serde_json::Value),
        Type::Enum(id) => {
            let name = ident(&model.enumeration(*id).name);
            quote!(enums::#name)
        }
        Type::Record(id) => {
            let name = ident(&model.record(*id).name);
            quote!(records::#name)
        }
        Type::Array(of) => {
            let of = rust_type(of, model);
            quote!(Vec<#of>)
        }
        Type::Map(of) => {
            let of = rust_type(of, model);
            quote!(std::collections::BTreeMap<String, #of>)
        }
    }
}

/// The fields of a struct that is read from an answer.
pub(super) fn fields(fields: &[Field], model: &Model) -> Vec<TokenStream> {
    fields
        .iter()
        .map(|field| {
            let name = names::ident(&field.name);
            let wire = &field.name;
            let rename = (name != *wire).then(|| quote!(#[serde(rename = #wire)]));
            let (name, docs, ty) = (ident(&name), doc(&field_doc(field)), field_type(field, model));
            quote!(#docs #rename pub #name: #ty,)
        })
        .collect()
}

/// The Rust type of a field: an `Option` unless every answer has a value.
pub(super) fn field_type(field: &Field, model: &Model) -> TokenStream {
    let ty = rust_type(&field.ty, model);
    if field.required && !field.nullable { ty } else { quote!(Option<#ty>) }
}

/// A parameter as an argument of a function, and the call that puts it among the arguments.
pub(super) fn given(param: &Param, model: &Model) -> (TokenStream, TokenStream) {
    let wire = &param.name;
    let name = ident(&names::setter(wire));
    if param.nullable {
        let ty = rust_type(&param.ty, model);
        let value = match &param.ty {
            Type::Array(_) | Type::Map(_) => {
                let json = many_as_json(&param.ty);
                quote!(.map(|values| #json))
            }
            _ => TokenStream::new(),
        };
        return (
            quote!(#name: impl Into<Option<#ty>>),
            quote!(.with_nullable(#wire, Into::<Option<#ty>>::into(#name) #value)),
        );
    }
    let (ty, value) = argument(&param.ty, &name, model);
    let with = match &param.ty {
        Type::Secret => return (quote!(#name: #ty), quote!(.with_secret(#wire, #name))),
        Type::Array(_) => quote!(with_array),
        Type::Map(_) => quote!(with_map),
        _ => quote!(with),
    };
    (quote!(#name: #ty), quote!(.#with(#wire, #value)))
}

/// The type that an argument has, and the argument as something that `with`, `with_array` or
/// `with_map` takes.
pub(super) fn argument(ty: &Type, name: &Ident, model: &Model) -> (TokenStream, TokenStream) {
    match ty {
        Type::Array(of) => {
            let item = argument_type(of, model);
            let values = match conversion(of, model) {
                Some(into) => quote!(#name.into_iter().map(#into)),
                None => quote!(#name),
            };
            (quote!(impl IntoIterator<Item = #item>), values)
        }
        Type::Map(of) => {
            let item = argument_type(of, model);
            let values = match conversion(of, model) {
                Some(into) => quote!(#name.into_iter().map(|(name, value)| (name, #into(value)))),
                None => quote!(#name),
            };
            (quote!(impl IntoIterator<Item = (impl Into<String>, #item)>), values)
        }
        one => {
            let value = match conversion(one, model) {
                Some(into) => quote!(#into(#name)),
                None => quote!(#name),
            };
            (argument_type(one, model), value)
        }
    }
}

/// An argument as a value of [`rust_type`].
pub(super) fn owned(ty: &Type, name: &Ident, model: &Model) -> TokenStream {
    match ty {
        Type::Array(of) => {
            let map = conversion(of, model).map(|into| quote!(.map(#into)));
            quote!(#name.into_iter() #map .collect())
        }
        Type::Map(of) => {
            let value = match conversion(of, model) {
                Some(into) => quote!(#into(value)),
                None => quote!(value),
            };
            quote!(#name.into_iter().map(|(name, value)| (name.into(), #value)).collect())
        }
        _ => argument(ty, name, model).1,
    }
}

/// The type of an argument for one value: generous where a caller has more than one kind of it.
fn argument_type(ty: &Type, model: &Model) -> TokenStream {
    let exact = rust_type(ty, model);
    if is_generous(ty) { quote!(impl Into<#exact>) } else { exact }
}

/// The function that makes the exact type of a generous argument.
fn conversion(ty: &Type, model: &Model) -> Option<TokenStream> {
    let exact = rust_type(ty, model);
    is_generous(ty).then(|| quote!(Into::<#exact>::into))
}

fn is_generous(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Secret | Type::Id)
}

/// The `values` of an array or of a map as one JSON value.
pub(super) fn many_as_json(ty: &Type) -> TokenStream {
    match ty {
        Type::Map(_) => quote! {
            values
                .into_iter()
                .map(|(name, value)| (name, rhailab_client::IntoArgument::into_argument(value)))
                .collect::<serde_json::Value>()
        },
        _ => quote! {
            values
                .into_iter()
                .map(rhailab_client::IntoArgument::into_argument)
                .collect::<serde_json::Value>()
        },
    }
}

/// Excuses a function of so many arguments, all of which GitLab requires.
pub(super) fn many_arguments(count: usize) -> Option<TokenStream> {
    (count > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]))
}
