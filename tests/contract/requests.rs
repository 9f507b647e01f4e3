//! Every operation of the endpoint table is called with a full set of arguments through the dynamic API, as
//! scripts do it, and the requests that reach a recording server are compared with the document.

use std::collections::BTreeMap;

use reqwest::Url;
use rhailab_client::endpoint::{Endpoint, On, Operation, Place, Resource, Type};
use rhailab_client::table::RESOURCES;
use rhailab_client::{Answer, Gitlab, Id, Manager};
use rhailab_tests::{Recorded, RecordingServer};
use serde_json::{Map, Value};

use crate::document::{self, Document};
use crate::finding::Findings;
use crate::schema;
use crate::values::{self, NUMBER};

/// The requests of one operation, one for each set of arguments.
pub async fn sent(endpoint: &'static Endpoint) -> Vec<Recorded> {
    // No route: every answer is a 404, which ends the call once the request is there.
    let server = RecordingServer::start([]);
    let client = Gitlab::builder(server.url()).private_token("glpat-contract").build().unwrap();
    let (resource, operation) = owner(endpoint);
    for variant in 0..values::variants(endpoint) {
        let manager = manager(&client, resource);
        let mut known: Vec<&str> = std::iter::successors(resource.parent, |owner| owner.parent)
            .map(|owner| owner.context_name)
            .collect();
        let answer = match operation.on {
            On::Manager => {
                manager.caller().call(endpoint, values::arguments(endpoint, &known, variant)).await
            }
            On::Object => {
                known.push(resource.identity);
                let object = manager.lazy(identity(resource));
                object.caller().call(endpoint, values::arguments(endpoint, &known, variant)).await
            }
        };
        match answer {
            Ok(Answer::Rows(mut rows)) => drop(rows.next().await),
            Ok(other) => panic!("{}: a server without routes gave {other:?}", endpoint.id),
            // Whether the request was sent at all is seen on the server.
            Err(error) => assert_eq!(error.status(), Some(404), "{}: {error}", endpoint.id),
        }
    }
    server.requests()
}

/// Compares the requests of one operation with the document.
pub fn compare(document: &Document, endpoint: &'static Endpoint, sent: &[Recorded], findings: &mut Findings) {
    let id = endpoint.id;
    if sent.len() != values::variants(endpoint) {
        findings.add(id, "requests", format!("{} sent instead of one for each call", sent.len()));
        return;
    }
    let Some(operation) = document.find(&sent[0].method, &sent[0].path) else { return };
    for (name, text) in operation.path_values(&sent[0].path) {
        let declared = operation.parameters("path").find(|(declared, _)| *declared == name);
        match declared {
            Some((_, parameter))
                if parameter["schema"]["type"] == "integer" && text.parse::<i64>().is_err() =>
            {
                findings.add(id, format!("path {name}"), format!("{text} is no integer"));
            }
            Some(_) => {}
            None => findings.add(id, format!("path {name}"), "the document does not declare it"),
        }
    }
    required(document, &operation, endpoint, findings);
    let queries: Vec<Value> = sent.iter().map(|request| query(&operation, request)).collect();
    let queries: Vec<&Value> = queries.iter().collect();
    judge(document, &query_schema(&operation), &queries, "query", id, findings);

    let bodies: Vec<Value> = sent.iter().map(Recorded::json).filter(|body| !is_empty(body)).collect();
    let bodies: Vec<&Value> = bodies.iter().collect();
    let nothing = serde_json::json!({"type": "object", "properties": {"": {}}});
    match operation.body() {
        Some(schema) => judge(document, schema, &bodies, "body", id, findings),
        None if bodies.is_empty() => {}
        None => judge(document, &nothing, &bodies, "body", id, findings),
    }
    for request in sent.iter().filter(|request| !request.body.is_empty()) {
        if request.header("content-type") != "application/json" {
            findings.add(id, "content type", request.header("content-type"));
        }
    }
}

fn judge(
    document: &Document,
    schema: &Value,
    values: &[&Value],
    place: &str,
    id: &'static str,
    findings: &mut Findings,
) {
    for value in values {
        for fault in schema::faults(document, schema, value) {
            findings.add(id, format!("{place} {}", fault.place), fault.problem);
        }
    }
    for unused in schema::unused(document, schema, values).iter().filter(|unused| !unused.ends_with("$.")) {
        findings.add(id, format!("{place} {unused}"), "the client has no such parameter or value");
    }
}

/// Whether the client asks for exactly what the document asks for: less would be refused by GitLab, and more
/// would keep callers from leaving out what GitLab does not need.
fn required(
    document: &Document,
    operation: &document::Operation<'_>,
    endpoint: &'static Endpoint,
    findings: &mut Findings,
) {
    let query = query_schema(operation);
    let body = operation.body().map_or(&Value::Null, |schema| document.resolve(schema));
    for (place, schema) in [(Place::Query, &query), (Place::Body, body)] {
        let named = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let named: Vec<&str> = named.collect();
        for param in endpoint.params_in(place) {
            if param.required != named.contains(&param.wire_name()) {
                let who = if param.required { "the client" } else { "the document" };
                let problem = format!("{who} alone requires it");
                findings.add(endpoint.id, format!("required {}", param.name), problem);
            }
        }
    }
}

fn is_empty(body: &Value) -> bool {
    body.is_null() || body.as_object().is_some_and(Map::is_empty)
}

/// The query's parameters as one JSON object, each with the type that the document gives it.
fn query(operation: &document::Operation<'_>, request: &Recorded) -> Value {
    let url = Url::parse(&format!("http://gitlab.test/?{}", request.query)).unwrap();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, text) in url.query_pairs() {
        texts.entry(name.into_owned()).or_default().push(text.into_owned());
    }
    let members = texts.into_iter().map(|(name, mut texts)| {
        let schema = operation.parameters("query").find(|(declared, _)| *declared == name);
        let schema = schema.map_or(&Value::Null, |(_, parameter)| &parameter["schema"]);
        let value = if schema["type"] == "array" {
            texts.iter().map(|text| typed(text, &schema["items"])).collect()
        } else if texts.len() > 1 {
            Value::from(texts)
        } else {
            typed(&texts.remove(0), schema)
        };
        (name, value)
    });
    members.collect()
}

/// Text that stands for a number or a truth value where the document wants one.
fn typed(text: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
        }
        _ => Value::from(text),
    }
}

/// The document's query parameters as the schema of one object.
fn query_schema(operation: &document::Operation<'_>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    // The empty name keeps an object without any parameter from being taken for a free map.
    properties.insert(String::new(), Value::Object(Map::new()));
    for (name, parameter) in operation.parameters("query") {
        properties.insert(name.to_owned(), parameter["schema"].clone());
        if parameter["required"] == true {
            required.push(name);
        }
    }
    serde_json::json!({"type": "object", "properties": properties, "required": required})
}

/// The resource and the verb that send this operation.
fn owner(endpoint: &'static Endpoint) -> (&'static Resource, &'static Operation) {
    RESOURCES
        .iter()
        .flat_map(|resource| resource.operations.iter().map(move |operation| (*resource, operation)))
        .find(|(_, operation)| std::ptr::eq(operation.endpoint, endpoint))
        .unwrap_or_else(|| panic!("no resource has a verb for {}", endpoint.id))
}

fn manager(client: &Gitlab, resource: &'static Resource) -> Manager {
    match resource.parent {
        None => client.manager(resource),
        Some(parent) => manager(client, parent).lazy(identity(parent)).manager(resource),
    }
}

/// What names an object of this kind: a number, or text where its identity is a key.
fn identity(resource: &Resource) -> Id {
    match resource.field(resource.identity).map(|field| field.ty) {
        Some(Type::String) => Id::from("KEY_1"),
        _ => Id::from(NUMBER),
    }
}
