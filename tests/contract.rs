//! The contract with GitLab: its OpenAPI document judges the requests that the client builds and the answers
//! that the sandbox gives. The document is GitLab's and no part of this repository: `RHAILAB_OPENAPI` names a
//! copy of it, and without that variable there is nothing to compare with.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may stop where it is; its modules are its own"
)]

#[path = "contract/caller.rs"]
mod caller;
#[path = "contract/document.rs"]
mod document;
#[path = "contract/finding.rs"]
mod finding;
#[path = "contract/overrides.rs"]
mod overrides;
#[path = "contract/payloads.rs"]
mod payloads;
#[path = "contract/requests.rs"]
mod requests;
#[path = "contract/responses.rs"]
mod responses;
#[path = "contract/scenario.rs"]
mod scenario;
#[path = "contract/schema.rs"]
mod schema;
#[path = "contract/self_check.rs"]
mod self_check;
#[path = "contract/values.rs"]
mod values;

use std::path::Path;

use document::Document;
use finding::{Finding, Findings, Side};
use overrides::{Judged, OVERRIDES};
use rhailab_client::table::ENDPOINTS;
use rhailab_tests::report;

/// Operations of the endpoint table that the document lacks, and why that is no mistake.
const NOT_IN_DOCUMENT: &[(&str, &str)] = &[];

/// Operations of the document that the endpoint table lacks, and why.
const NOT_IN_TABLE: &[(&str, &str)] = &[
    ("GET /api/v4/groups", "groups are named by their path or number; listing them is no CI/CD"),
    ("GET /api/v4/projects", "projects are named by their path or number; listing them is no CI/CD"),
    ("GET /api/v4/projects/{id}/resource_groups", "resource groups are configuration of deployments"),
    ("GET /api/v4/projects/{id}/resource_groups/{key}", "resource groups are configuration of deployments"),
    ("PUT /api/v4/projects/{id}/resource_groups/{key}", "resource groups are configuration of deployments"),
    (
        "GET /api/v4/projects/{id}/resource_groups/{key}/upcoming_jobs",
        "resource groups are configuration of deployments",
    ),
    (
        "POST /api/v4/projects/{id}/ref/{ref}/trigger/pipeline",
        "the same as trigger/pipeline, which takes the ref as a parameter",
    ),
];

#[tokio::test]
async fn requests_and_responses_are_those_of_the_document() {
    let Some(path) = std::env::var_os("RHAILAB_OPENAPI") else {
        report("skipped: RHAILAB_OPENAPI does not name GitLab's OpenAPI document");
        return;
    };
    let document = Document::read(Path::new(&path));
    let mut requests = Findings::new(Side::Request);
    let mut used = Vec::new();
    let mut absent = Vec::new();
    for endpoint in ENDPOINTS {
        let sent = requests::sent(endpoint).await;
        requests::compare(&document, endpoint, &sent, &mut requests);
        match sent.first().and_then(|request| document.find(&request.method, &request.path)) {
            Some(operation) => used.push(operation.name()),
            None => absent.push(endpoint.id),
        }
    }
    let mut responses = Findings::new(Side::Response);
    responses::compare(&document, &scenario::exchanges().await, &mut responses);

    let findings = [requests.into_list(), responses.into_list()].concat();
    let judged = overrides::apply(OVERRIDES, findings);
    print(&judged, &absent);
    let unknown: Vec<String> =
        document.operations().map(|operation| operation.name()).filter(|name| !used.contains(name)).collect();
    for (name, why) in NOT_IN_TABLE {
        report(&format!("not in the table: {name}: {why}"));
    }

    assert_eq!(absent, names(NOT_IN_DOCUMENT), "operations that the document lacks");
    let mut expected = names(NOT_IN_TABLE);
    expected.sort_unstable();
    let mut unknown: Vec<&str> = unknown.iter().map(String::as_str).collect();
    unknown.sort_unstable();
    assert_eq!(unknown, expected, "operations that the endpoint table lacks");
    let left: Vec<String> = judged.left.iter().map(Finding::to_string).collect();
    assert!(left.is_empty(), "departures from the document:\n{}", left.join("\n"));
    assert!(judged.stale.is_empty(), "overrides without use:\n{}", judged.stale.join("\n"));
}

fn names(table: &'static [(&'static str, &'static str)]) -> Vec<&'static str> {
    table.iter().map(|(name, _)| *name).collect()
}

/// A line for each operation of the endpoint table, then what is overridden and why.
fn print(judged: &Judged, absent: &[&str]) {
    report(&format!("{:<44} {:<8} {:<8} overridden", "operation", "request", "response"));
    for endpoint in ENDPOINTS {
        let id = endpoint.id;
        if let Some((_, why)) = NOT_IN_DOCUMENT.iter().find(|(name, _)| absent.contains(name) && *name == id)
        {
            report(&format!("{id:<44} not in the document: {why}"));
            continue;
        }
        let verdict = |side: Side| {
            let wrong = judged.left.iter().any(|finding| finding.operation == id && finding.side == side);
            if wrong { "WRONG" } else { "ok" }
        };
        let overridden = judged.overridden.iter().filter(|finding| finding.operation == id);
        let overridden: Vec<&str> = overridden.map(|finding| finding.place.as_str()).collect();
        let line = format!(
            "{id:<44} {:<8} {:<8} {}",
            verdict(Side::Request),
            verdict(Side::Response),
            overridden.join(", ")
        );
        report(&line);
    }
    for row in OVERRIDES {
        report(&format!(
            "overridden in {} ({}): {}",
            row.operations.join(", "),
            row.places.join(", "),
            row.why
        ));
    }
}
