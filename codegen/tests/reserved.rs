//! A name that the client's root already has cannot name anything in a spec.

use rhailab_codegen::{Code, Source, parse};

const CLIENT: &str = include_str!("../../client/src/lib.rs");

#[test]
fn every_type_at_the_root_of_the_client_is_reserved() {
    let names = exported();
    assert!(names.contains(&"Gitlab") && names.contains(&"Waiter"), "{names:?}");
    let free: Vec<&&str> = names.iter().filter(|name| !is_refused(name)).collect();
    assert!(free.is_empty(), "add to RESERVED_TYPES in names.rs: {free:?}");
    assert!(!is_refused("Ordinary"));
}

/// The types that the client exports by name. What it exports with `*` is generated.
fn exported() -> Vec<&'static str> {
    CLIENT
        .split("pub use ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next())
        .flat_map(|path| path.rsplit("::").next().unwrap_or_default().split([',', '{', '}']))
        .map(|name| name.rsplit(" as ").next().unwrap_or_default().trim())
        .filter(|name| {
            name.starts_with(|c: char| c.is_ascii_uppercase())
                && name.contains(|c: char| c.is_ascii_lowercase())
        })
        .collect()
}

fn is_refused(name: &str) -> bool {
    let text = format!("records:\n  {name}:\n    doc: A thing.\n    fields: {{ id: int! - The number. }}\n");
    match parse(&[Source { name: "spec.yaml".to_owned(), bytes: text.into_bytes() }]) {
        Ok(_) => false,
        Err(diagnostics) => diagnostics.problems().iter().any(|problem| problem.code == Code::BadName),
    }
}
