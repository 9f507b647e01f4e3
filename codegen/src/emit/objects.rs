//! The product `objects`: for each resource a struct of fields and an object with its verbs.
//!
//! Owns their shape. A verb is one line: it names an endpoint and hands the arguments on.

use proc_macro2::TokenStream;
use quote::quote;

use super::File;
use super::docs::see;
use super::source::{doc, files_by_area, ident};
use super::value::fields;
use super::verb;
use crate::model::{Model, On, Resource};
use crate::names;

pub(super) fn emit(model: &Model) -> Vec<File> {
    files_by_area(model, "objects", |area| {
        let resources = model.resources.iter().filter(|item| item.area == area);
        resources.flat_map(|item| items(item, model)).collect()
    })
}

/// The items of one resource's objects; none where there are no objects.
pub(super) fn items(resource: &Resource, model: &Model) -> Vec<TokenStream> {
    if !resource.has_objects {
        return Vec::new();
    }
    let name = ident(&resource.kind);
    let fields = ident(&names::fields(model.fields_kind(resource)));
    let static_name = ident(&names::constant(&resource.kind));
    let docs = doc(&(resource.doc.trim_end().to_owned() + &see(&resource.docs_url)));
    let mut items = Vec::new();
    if resource.fields_of.is_none() {
        items.push(fields_struct(resource, model));
    }
    items.push(quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct #name<D = objects::#fields> {
            object: rhailab_client::Object,
            fields: D,
        }
    });
    items.push(methods(resource, model));
    items.push(quote! {
        impl #name<rhailab_client::Lazy> {
            #[doc = " The object without its fields, which nothing has fetched: a manager's `lazy` makes it"]
            #[doc = " without a request, and it has every verb and child that the whole object has."]
            #[must_use]
            pub fn lazy(object: rhailab_client::Object) -> Self {
                Self { object, fields: rhailab_client::Lazy }
            }
        }
    });
    items.push(quote! {
        impl std::ops::Deref for #name {
            type Target = objects::#fields;
            fn deref(&self) -> &Self::Target {
                &self.fields
            }
        }
    });
    items.push(quote! {
        impl rhailab_client::Entity for #name {
            type Fields = objects::#fields;
            fn resource() -> &'static rhailab_client::endpoint::Resource {
                &table::resources::#static_name
            }
            fn from_parts(object: rhailab_client::Object, fields: Self::Fields) -> Self {
                Self { object, fields }
            }
        }
    });
    items
}

fn fields_struct(resource: &Resource, model: &Model) -> TokenStream {
    let name = ident(&names::fields(&resource.kind));
    let docs = doc(&format!("The fields of a [`{}`].{}", resource.kind, see(&resource.docs_url)));
    let fields = fields(&resource.fields, model);
    quote! {
        #docs
        #[derive(Clone, Debug, serde::Deserialize)]
        #[non_exhaustive]
        pub struct #name { #(#fields)* }
    }
}

/// What every object has, fetched or not: its children and its verbs.
fn methods(resource: &Resource, model: &Model) -> TokenStream {
    let name = ident(&resource.kind);
    let children = resource.children.iter().map(|child| model.resource(*child)).flat_map(accessors);
    let verbs = resource.operations.iter().filter(|operation| operation.on == On::Object);
    let verbs = verbs.map(|operation| {
        let endpoint = model.endpoint(operation.endpoint);
        // The table's `save` takes no parameters but changed fields; in Rust those are a request.
        let verb = if operation.name == "save" { &endpoint.verb } else { &operation.name };
        verb::verb(verb, endpoint, resource, On::Object, model)
    });
    quote! {
        impl<D> #name<D> {
            #[doc = " The handle behind the object: its identity, its client and what GitLab sent."]
            #[must_use]
            pub fn object(&self) -> &rhailab_client::Object {
                &self.object
            }
            #(#children)*
            #(#verbs)*
        }
    }
}

/// The accessors of a child's manager.
fn accessors(child: &Resource) -> impl Iterator<Item = TokenStream> {
    let manager = ident(&names::manager(&child.kind));
    let static_name = ident(&names::constant(&child.kind));
    let docs = doc(&if child.singleton {
        format!("The manager of its {}.", child.noun)
    } else {
        format!("The manager of its {}.", names::plural(&child.noun))
    });
    child.accessors.iter().map(move |accessor| {
        let name = ident(&names::ident(accessor));
        quote! {
            #docs
            #[must_use]
            pub fn #name(&self) -> managers::#manager {
                self.object.manager(&table::resources::#static_name).into()
            }
        }
    })
}
