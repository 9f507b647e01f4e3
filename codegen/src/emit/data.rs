//! Values of the table: types, fields and texts as `static` data.
//!
//! Owns what the products of the table share. Must not know any of them.

use proc_macro2::TokenStream;
use quote::quote;

use super::source::ident;
use crate::model::{Field, Model, Type};
use crate::names;

/// A type as the table has it.
pub(super) fn table_type(ty: &Type, model: &Model) -> TokenStream {
    let ty = match ty {
        Type::String | Type::Secret => quote!(String),
        Type::Int => quote!(Int),
        Type::Float => quote!(Float),
        Type::Seconds => quote!(Seconds),
        Type::Bool => quote!(Bool),
        Type::DateTime => quote!(DateTime),
        Type::Date => quote!(Date),
        Type::Id => quote!(Id),
        Type::Json => quote!(Json),
        Type::Enum(id) => {
            let name = ident(&names::constant(&model.enumeration(*id).name));
            quote!(Enum(&table::types::#name))
        }
        Type::Record(id) => {
            let name = ident(&names::constant(&model.record(*id).name));
            quote!(Record(&table::types::#name))
        }
        Type::Array(of) => {
            let of = table_type(of, model);
            quote!(Array(&#of))
        }
        Type::Map(of) => {
            let of = table_type(of, model);
            quote!(Map(&#of))
        }
    };
    quote!(endpoint::Type::#ty)
}

/// Fields as the table has them.
pub(super) fn table_fields(fields: &[Field], model: &Model) -> TokenStream {
    let fields = fields.iter().map(|field| {
        let Field { name, required, nullable, .. } = field;
        let doc = field.doc.trim_end();
        let ty = table_type(&field.ty, model);
        let required = flag("required", *required);
        let nullable = flag("nullable", *nullable);
        let secret = flag("secret", field.ty.is_secret());
        let secret_when = member("secret_when", field.secret_when.as_deref());
        quote! {
            endpoint::Field {
                name: #name,
                doc: #doc,
                ty: #ty,
                #required #nullable #secret #secret_when
                ..table::FIELD
            }
        }
    });
    quote!(&[#(#fields),*])
}

/// A member that is written only when it says something: `required: true`.
pub(super) fn flag(name: &str, value: bool) -> Option<TokenStream> {
    let name = ident(name);
    value.then(|| quote!(#name: true,))
}

/// A text that is written only where there is one.
pub(super) fn member(name: &str, text: Option<&str>) -> Option<TokenStream> {
    let name = ident(name);
    text.map(|text| quote!(#name: Some(#text),))
}

/// A text that may be absent.
pub(super) fn optional(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(Some(#text)),
        None => quote!(None),
    }
}
