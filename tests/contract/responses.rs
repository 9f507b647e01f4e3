//! The sandbox's answers, judged by the document and by the fields that GitLab's own answers have.

use std::collections::BTreeSet;

use rhailab_client::endpoint::{Endpoint, Outcome};
use rhailab_client::table::ENDPOINTS;
use serde_json::Value;

use crate::caller::Exchange;
use crate::document::{self, Document};
use crate::finding::Findings;
use crate::payloads::{Shape, shape_of};
use crate::schema;

/// Compares the answers of a scenario with the document and with the payload tables.
pub fn compare(document: &Document, exchanges: &[Exchange], findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for exchange in exchanges {
        answer(document, exchange, &mut seen, findings);
    }
    for endpoint in ENDPOINTS {
        if !exchanges.iter().any(|exchange| exchange.endpoint.id == endpoint.id) {
            findings.add(endpoint.id, "answer", "the scenario does not ask for one");
        }
        if let Some(shape) = shape_of(endpoint.id) {
            for missed in missed(shape, &seen) {
                findings.add(endpoint.id, missed, "no answer of the scenario shows it");
            }
        }
    }
}

fn answer(document: &Document, exchange: &Exchange, seen: &mut BTreeSet<String>, findings: &mut Findings) {
    let Endpoint { id, method, .. } = *exchange.endpoint;
    let status = exchange.status;
    let text = String::from_utf8_lossy(&exchange.body);
    if !exchange.endpoint.success.contains(&status) {
        let served = if text == r#"{"error":"404 Not Found"}"# { "not served" } else { "refused" };
        let short: String = text.chars().take(120).collect();
        findings.add(id, "answer", format!("{served}: {status} {short}"));
        return;
    }
    let path = document::example(exchange.endpoint);
    let Some(operation) = document.find(method.as_str(), &path) else { return };
    if !operation.successes().contains(&status) {
        let known = operation.successes();
        findings.add(id, format!("status {status}"), format!("the document knows {known:?}"));
    }
    match exchange.endpoint.outcome {
        Outcome::Text | Outcome::Bytes => {
            if exchange.body.is_empty() {
                findings.add(id, "body", "nothing came");
            }
            let text = matches!(exchange.endpoint.outcome, Outcome::Text);
            if text && !exchange.content_type.starts_with("text/plain") {
                findings.add(id, "content type", format!("{:?} is not plain text", exchange.content_type));
            }
        }
        _ => json(document, &operation, exchange, seen, findings),
    }
}

fn json(
    document: &Document,
    operation: &document::Operation<'_>,
    exchange: &Exchange,
    seen: &mut BTreeSet<String>,
    findings: &mut Findings,
) {
    let id = exchange.endpoint.id;
    if exchange.status == 204 {
        if !exchange.body.is_empty() {
            findings.add(id, "body", "there is one");
        }
        return;
    }
    if !exchange.content_type.starts_with("application/json") {
        findings.add(id, "content type", format!("{:?} is no JSON", exchange.content_type));
    }
    let value = exchange.json();
    match operation.content() {
        Some((_, schema)) => {
            for fault in schema::faults(document, schema, &value) {
                findings.add(id, fault.place, fault.problem);
            }
        }
        None => findings.add(id, "body", "the document knows none"),
    }
    match shape_of(id) {
        Some(shape) => fields(shape, &value, "$", id, seen, findings),
        None => findings.add(id, "fields", "no payload table is named for it"),
    }
}

/// Whether a value, or each row of it, has the fields of a shape; what was seen is noted.
fn fields(
    shape: &'static Shape,
    value: &Value,
    place: &str,
    id: &'static str,
    seen: &mut BTreeSet<String>,
    findings: &mut Findings,
) {
    if let Value::Array(rows) = value {
        for row in rows {
            fields(shape, row, &format!("{place}[]"), id, seen, findings);
        }
        return;
    }
    let Value::Object(members) = value else {
        if !value.is_null() {
            findings.add(id, place, format!("{value} is no {}", shape.name));
        }
        return;
    };
    seen.insert(shape.name.to_owned());
    for name in shape.always.iter().filter(|name| !members.contains_key(**name)) {
        findings.add(id, format!("{place}.{name}"), format!("a {} has it", shape.name));
    }
    for name in members.keys().map(String::as_str) {
        if !shape.always.contains(&name) && !shape.sometimes.contains(&name) {
            findings.add(id, format!("{place}.{name}"), format!("no {} of GitLab's has it", shape.name));
        }
    }
    for name in shape.sometimes.iter().filter(|name| members.contains_key(**name)) {
        seen.insert(format!("{}.{name}", shape.name));
    }
    for (name, inner) in shape.inner {
        fields(inner, &value[*name], &format!("{place}.{name}"), id, seen, findings);
    }
}

/// What of a shape was never seen, so that its fields were never judged.
fn missed(shape: &Shape, seen: &BTreeSet<String>) -> Vec<String> {
    let own = [shape.name.to_owned()];
    let sometimes = shape.sometimes.iter().map(|name| format!("{}.{name}", shape.name));
    let inner = shape.inner.iter().map(|(_, inner)| inner.name.to_owned());
    own.into_iter().chain(sometimes).chain(inner).filter(|name| !seen.contains(name)).collect()
}
