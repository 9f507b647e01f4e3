//! The product `table/types`: a static for each enum and each record.
//!
//! Owns how they are written as data.

use quote::quote;

use super::File;
use super::data::table_fields;
use super::source::{doc, files_by_area, ident};
use crate::model::Model;
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    files_by_area(model, "table/types", |area| {
        let enums = model.enums.iter().filter(|item| item.area == area).map(|item| {
            let (name, text) = (&item.name, item.doc.trim_end());
            let static_name = ident(&names::constant(name));
            let docs = doc(&format!("`{name}`: {text}"));
            let values = item.values.iter().map(|value| &value.wire);
            quote! {
                #docs
                pub static #static_name: endpoint::Enum = endpoint::Enum {
                    name: #name,
                    doc: #text,
                    values: &[#(#values),*],
                };
            }
        });
        let records = model.records.iter().filter(|item| item.area == area).map(|item| {
            let (name, text) = (&item.name, item.doc.trim_end());
            let static_name = ident(&names::constant(name));
            let docs = doc(&format!("`{name}`: {text}"));
            let fields = table_fields(&item.fields, model);
            quote! {
                #docs
                pub static #static_name: endpoint::Record = endpoint::Record {
                    name: #name,
                    doc: #text,
                    fields: #fields,
                };
            }
        });
        enums.chain(records).collect()
    })
}
