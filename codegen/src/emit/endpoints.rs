//! The product `table/endpoints`: a static for each operation.
//!
//! Owns how an operation is written as data.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::File;
use super::data::{flag, member, optional, table_type};
use super::docs::see;
use super::source::{doc, files_by_area, ident};
use crate::model::{
    Encoding, Endpoint, Idempotency, Keyset, Method, Model, Outcome, OwnField, Pagination, Param, Place,
    Segment,
};
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    files_by_area(model, "table/endpoints", |area| {
        let in_area = |endpoint: &&Endpoint| model.resource(endpoint.resource).area == area;
        model.endpoints.iter().filter(in_area).map(|item| self::item(item, model)).collect()
    })
}

/// The static of one operation.
pub(super) fn item(endpoint: &Endpoint, model: &Model) -> TokenStream {
    let kind = &model.resource(endpoint.resource).kind;
    let name = ident(&names::endpoint_constant(kind, &endpoint.verb));
    let id = model.endpoint_id(endpoint);
    let text = endpoint.doc.trim_end();
    let route = format!("`{} {}`", endpoint.method.as_str(), endpoint.path_text());
    let docs = doc(&format!("{route}: {text}{}", see(&endpoint.docs_url)));
    let docs_url = &endpoint.docs_url;
    let method = ident(match endpoint.method {
        Method::Get => "Get",
        Method::Post => "Post",
        Method::Put => "Put",
        Method::Patch => "Patch",
        Method::Delete => "Delete",
    });
    let path = endpoint.path.iter().map(|segment| match segment {
        Segment::Literal(text) => quote!(endpoint::Segment::Literal(#text)),
        Segment::Param(name) => quote!(endpoint::Segment::Param(#name)),
        Segment::Rest(name) => quote!(endpoint::Segment::Rest(#name)),
    });
    let params = endpoint.params.iter().map(|param| self::param(param, model));
    let success = endpoint.success.iter().map(|code| Literal::u16_unsuffixed(*code));
    let outcome = outcome(endpoint.outcome, model);
    let pagination = pagination(endpoint);
    let idempotency = ident(match endpoint.idempotency {
        Idempotency::Safe => "Safe",
        Idempotency::Idempotent => "Idempotent",
        Idempotency::Never => "Never",
    });
    let errors = endpoint.errors.iter().map(|error| {
        let status = Literal::u16_unsuffixed(error.status);
        let doc = &error.doc;
        quote!(endpoint::KnownError { status: #status, doc: #doc })
    });
    let since = optional(endpoint.since.as_deref());
    let deprecated = optional(endpoint.deprecated.as_deref());
    let example = optional(endpoint.example.as_deref());
    quote! {
        #docs
        pub static #name: endpoint::Endpoint = endpoint::Endpoint {
            id: #id,
            doc: #text,
            docs_url: #docs_url,
            method: endpoint::Method::#method,
            path: &[#(#path),*],
            params: &[#(#params),*],
            success: &[#(#success),*],
            outcome: #outcome,
            pagination: #pagination,
            idempotency: endpoint::Idempotency::#idempotency,
            errors: &[#(#errors),*],
            since: #since,
            deprecated: #deprecated,
            example: #example,
        };
    }
}

fn pagination(endpoint: &Endpoint) -> TokenStream {
    if let Some(Keyset { order_by, sort }) = &endpoint.keyset {
        let totals = endpoint.pagination == Pagination::Offset;
        return quote! {
            endpoint::Pagination::OffsetOrKeyset(endpoint::Keyset {
                order_by: #order_by,
                sort: #sort,
                totals: #totals,
            })
        };
    }
    let name = ident(match endpoint.pagination {
        Pagination::None => "None",
        Pagination::Offset => "Offset",
        Pagination::OffsetWithoutTotals => "OffsetWithoutTotals",
    });
    quote!(endpoint::Pagination::#name)
}

fn param(param: &Param, model: &Model) -> TokenStream {
    let name = &param.name;
    let doc = param.doc.trim_end();
    let place = ident(match param.place {
        Place::Path => "Path",
        Place::Query => "Query",
        Place::Body => "Body",
    });
    let ty = table_type(&param.ty, model);
    let required = flag("required", param.required);
    let nullable = flag("nullable", param.nullable);
    let encoding = match param.encoding {
        Encoding::Brackets => None,
        Encoding::Repeat => Some(quote!(encoding: endpoint::Encoding::Repeat,)),
        Encoding::Comma => Some(quote!(encoding: endpoint::Encoding::Comma,)),
        Encoding::Pairs => Some(quote!(encoding: endpoint::Encoding::Pairs,)),
    };
    let wire = member("wire", param.wire.as_deref());
    let from = param.from.iter().map(|own| {
        let OwnField { member, field, usual } = own;
        let usual = optional(usual.as_deref());
        quote!(endpoint::OwnField { member: #member, field: #field, usual: #usual })
    });
    let from = (!param.from.is_empty()).then(|| quote!(from: &[#(#from),*],));
    let secret = flag("secret", param.ty.is_secret());
    let default = member("default", param.default.as_deref());
    let fallback = member("fallback", param.fallback.as_deref());
    let since = member("since", param.since.as_deref());
    let deprecated = member("deprecated", param.deprecated.as_deref());
    quote! {
        endpoint::Param {
            name: #name,
            #wire
            doc: #doc,
            place: endpoint::Place::#place,
            ty: #ty,
            #required #nullable #encoding #from #secret #default #fallback #since #deprecated
            ..table::PARAM
        }
    }
}

fn outcome(outcome: Outcome, model: &Model) -> TokenStream {
    let resource = |id| {
        let name = ident(&names::constant(&model.resource(id).kind));
        quote!(&table::resources::#name)
    };
    let outcome = match outcome {
        Outcome::Nothing => quote!(Nothing),
        Outcome::Object(id) => {
            let resource = resource(id);
            quote!(Object(#resource))
        }
        Outcome::SameObject => quote!(SameObject),
        Outcome::AnotherObject => quote!(AnotherObject),
        Outcome::List(id) => {
            let resource = resource(id);
            quote!(List(#resource))
        }
        Outcome::Record(id) => {
            let record = ident(&names::constant(&model.record(id).name));
            quote!(Record(&table::types::#record))
        }
        Outcome::Json => quote!(Json),
        Outcome::Text => quote!(Text),
        Outcome::Bytes => quote!(Bytes),
    };
    quote!(endpoint::Outcome::#outcome)
}
