//! Verbs: the methods of objects and managers that call an operation.
//!
//! Owns their one line. Must not know any product.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::endpoint_doc;
use super::source::{doc, ident};
use super::value::given;
use crate::model::{Endpoint, Model, On, Outcome, Resource};
use crate::names;

/// A method that calls an operation through the handle of an object or of a manager.
pub(super) fn verb(
    verb: &str,
    endpoint: &Endpoint,
    resource: &Resource,
    on: On,
    model: &Model,
) -> TokenStream {
    let takes_identity = on == On::Manager && endpoint.item;
    let receiver = match on {
        On::Manager if takes_identity => quote!(self.manager.lazy(id.into())),
        On::Manager => quote!(self.manager),
        On::Object => quote!(self.object),
    };
    let identity = takes_identity.then(|| quote!(id: impl Into<rhailab_client::Id>,));
    let declaring = &model.resource(endpoint.resource).kind;
    let target = ident(&names::endpoint_constant(declaring, &endpoint.verb));
    let target = quote!(&table::endpoints::#target);
    let named = endpoint.params.iter().find(|param| takes_identity && param.name == resource.identity);
    let docs = doc(&endpoint_doc(endpoint, on, named, model));
    let method = |name: &str, request: Option<TokenStream>, arguments: TokenStream| {
        let name = ident(name);
        let (is_async, result, body) = answer(verb, endpoint, resource, model);
        let call = quote!(#receiver.caller().#body(#target, #arguments));
        if is_async {
            quote! {
                #docs
                pub async fn #name(&self, #identity #request) -> Result<#result, rhailab_client::Error> {
                    #call.await
                }
            }
        } else {
            quote! { #docs pub fn #name(&self, #identity #request) -> #result { #call } }
        }
    };
    let name = names::ident(verb);
    let request = ident(&endpoint.request);
    if endpoint.takes_values() {
        let (values, arguments): (Vec<_>, Vec<_>) =
            endpoint.caller_params().map(|param| given(param, model)).unzip();
        let arguments = quote!(rhailab_client::Arguments::new() #(#arguments)*);
        return method(&name, Some(quote!(#(#values),*)), arguments);
    }
    let request_given = || (Some(quote!(request: requests::#request)), quote!(request.into()));
    if endpoint.always_takes_request() {
        let (request, arguments) = request_given();
        return method(&name, request, arguments);
    }
    let plain = method(&name, None, quote!(rhailab_client::Arguments::new()));
    let with = endpoint.has_request().then(|| {
        let (request, arguments) = request_given();
        method(&names::with_request(verb), request, arguments)
    });
    quote!(#plain #with)
}

/// Whether the call is awaited, what it gives, and the handle's method that makes it.
fn answer(
    verb: &str,
    endpoint: &Endpoint,
    resource: &Resource,
    model: &Model,
) -> (bool, TokenStream, TokenStream) {
    let object = |kind: &str| {
        let kind = ident(kind);
        quote!(objects::#kind)
    };
    match endpoint.outcome {
        Outcome::Nothing => (true, quote!(()), quote!(execute)),
        Outcome::SameObject | Outcome::AnotherObject => (true, object(&resource.kind), quote!(fetch)),
        // A refreshed object stays what it is, though another resource may say where to fetch it.
        Outcome::Object(_) if verb == "refresh" => (true, object(&resource.kind), quote!(fetch)),
        Outcome::Object(id) => (true, object(&model.resource(id).kind), quote!(fetch)),
        Outcome::List(id) => {
            let kind = object(&model.resource(id).kind);
            (false, quote!(rhailab_client::List<#kind>), quote!(list))
        }
        Outcome::Record(id) => {
            let record = ident(&model.record(id).name);
            (true, quote!(records::#record), quote!(json))
        }
        Outcome::Json => (true, quote!(serde_json::Value), quote!(json)),
        Outcome::Text | Outcome::Bytes => (false, quote!(rhailab_client::Download), quote!(download)),
    }
}
