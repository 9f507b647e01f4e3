//! The manual of the spec language names every code, and every key.

use rhailab_codegen::Code;

const MANUAL: &str = include_str!("../../spec/README.md");

#[test]
fn every_code_stands_in_the_table() {
    for code in Code::ALL {
        let row = format!("| `{code}` |");
        assert!(MANUAL.contains(&row), "spec/README.md has no row for {code}");
    }
}

#[test]
fn the_table_has_no_code_that_does_not_exist() {
    for row in MANUAL.lines().filter_map(|line| line.strip_prefix("| `spec::")) {
        let code = format!("spec::{}", row.split('`').next().unwrap_or_default());
        assert!(Code::ALL.iter().any(|known| known.as_str() == code), "{code} is no code");
    }
}
