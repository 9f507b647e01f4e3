//! The product `enums`: a Rust enum for each set of names.
//!
//! Owns its shape: closed names plus a catch-all, so that a value that GitLab adds fails nothing.

use proc_macro2::TokenStream;
use quote::quote;

use super::File;
use super::source::{doc, files_by_area, ident};
use crate::model::{Enum, Model};
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    files_by_area(model, "enums", |area| {
        let enums = model.enums.iter().filter(|item| item.area == area);
        enums.flat_map(|item| items(model, item)).collect()
    })
}

/// The items of one enum.
pub(super) fn items(model: &Model, item: &Enum) -> Vec<TokenStream> {
    let name = ident(&item.name);
    let docs = doc(&item.doc);
    if let Some(target) = item.same_as {
        let target = ident(&model.enumeration(target).name);
        return vec![quote! { #docs pub type #name = enums::#target; }];
    }
    let variants: Vec<_> = item.values.iter().map(|value| ident(&names::variant(&value.wire))).collect();
    let values: Vec<&str> = item.values.iter().map(|value| value.wire.as_str()).collect();
    let variant_docs = values.iter().map(|value| doc(&format!("`{value}`")));
    let declaration = quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variant_docs #variants,)*
            #[doc = " A name that this version does not know."]
            Unknown(String),
        }
    };
    let as_str = quote! {
        impl #name {
            #[doc = " The name as GitLab writes it."]
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #values,)*
                    Self::Unknown(name) => name,
                }
            }
        }
    };
    let display = quote! {
        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
    let from_str = quote! {
        impl From<&str> for #name {
            fn from(name: &str) -> Self {
                match name {
                    #(#values => Self::#variants,)*
                    _ => Self::Unknown(name.to_owned()),
                }
            }
        }
    };
    let from_string = quote! {
        impl From<String> for #name {
            fn from(name: String) -> Self {
                Self::from(name.as_str())
            }
        }
    };
    let deserialize = quote! {
        impl<'de> serde::Deserialize<'de> for #name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
    };
    let into_argument = quote! {
        impl rhailab_client::IntoArgument for #name {
            fn into_argument(self) -> serde_json::Value {
                self.as_str().into()
            }
        }
    };
    vec![declaration, as_str, display, from_str, from_string, deserialize, into_argument]
}
