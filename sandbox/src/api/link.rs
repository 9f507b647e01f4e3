//! The `Link` header.
//!
//! This file owns the links to other pages. Like GitLab, it repeats all parameters of the request in
//! them, those of the path and those with default values included.

use rhailab_client::endpoint::Place;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::call::Call;
use super::nested;

/// One `Link` header for these relations, each with the parameters that differ from the request's.
pub(crate) fn header(site: &str, call: &Call<'_>, relations: &[(&str, Vec<(&str, String)>)]) -> String {
    let links = relations.iter().map(|(relation, changes)| {
        let mut parameters = parameters(call);
        parameters
            .extend(changes.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))));
        format!("<{site}{}?{}>; rel=\"{relation}\"", call.request.path, query(&parameters))
    });
    links.collect::<Vec<_>>().join(", ")
}

fn parameters(call: &Call<'_>) -> Map<String, Value> {
    let mut parameters = Map::new();
    for param in call.route.endpoint.params.iter().filter(|param| param.place != Place::Path) {
        if let Some(default) = param.default {
            parameters.insert(param.name.to_owned(), default.into());
        }
    }
    parameters.extend(call.sent.clone());
    parameters
}

/// The parameters as a query, in alphabetical order.
fn query(parameters: &Map<String, Value>) -> String {
    let mut pairs = nested::flatten(parameters);
    pairs.sort();
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
