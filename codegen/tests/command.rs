//! The command `cargo codegen`, run as its users run it.

#![expect(clippy::panic, reason = "a test may stop where it is")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn check_counts_what_the_spec_declares() {
    let output = codegen(&["check", "--spec", "tests/golden/resources"]);
    assert!(output.status.success());
    assert_eq!(text(&output.stdout), "3 resources, 8 operations, 1 record and 2 enums: no problems\n");
}

#[test]
fn check_tells_problems_and_fails() {
    let spec = "tests/errors/several_files_at_once";
    let output = codegen(&["check", "--spec", spec]);
    assert!(!output.status.success());
    // Places are told with the path that was given, so that editors and terminals find them.
    let expected = include_str!("errors/several_files_at_once/stderr");
    assert_eq!(text(&output.stderr), expected.replace("─[", &format!("─[{spec}/")));
}

#[test]
fn check_tells_that_a_directory_is_missing() {
    let output = codegen(&["check", "--spec", "tests/nowhere"]);
    assert!(!output.status.success());
    let told = text(&output.stderr);
    assert!(told.contains("spec::unreadable") && told.contains("tests/nowhere"), "{told}");
}

#[test]
fn show_prints_the_code_of_a_name() {
    for (name, expected) in [
        ("GroupThing", "impl<D> GroupThing<D> {"),
        ("GroupThing", "pub struct GroupThingManager {"),
        ("GroupThing", "pub static GROUP_THING: endpoint::Resource"),
        ("Status", "pub enum Status {"),
        ("ThingStatus", "pub type ThingStatus = enums::Status;"),
        ("User", "pub struct User {"),
        ("GroupThing.create", "pub struct CreateGroupThing("),
        ("GroupThing.start", "pub static GROUP_THING_START: endpoint::Endpoint"),
    ] {
        let output = codegen(&["show", name, "--spec", "tests/golden/resources"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains(expected), "{}", text(&output.stdout));
    }
}

#[test]
fn show_suggests_a_name() {
    let output = codegen(&["show", "GroupThing.creat", "--spec", "tests/golden/resources"]);
    assert!(!output.status.success());
    assert_eq!(
        text(&output.stderr),
        "the spec has no `GroupThing.creat`; did you mean `GroupThing.create`?\n"
    );
}

#[test]
fn generate_writes_the_files_and_removes_stale_ones() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path();
    let generate = |spec: &str| {
        let output = codegen(&["generate", "--spec", spec, "--out", &out.to_string_lossy()]);
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    std::fs::write(out.join("mine.rs"), "// Written by hand.\n").unwrap();
    generate("tests/golden/types");
    assert!(out.join("records/spec.rs").is_file());
    let before = modified(&out.join("mod.rs"));

    generate("tests/golden/verbs");
    assert!(out.join("mine.rs").is_file(), "only generated files are removed");
    assert!(!out.join("records/spec.rs").exists(), "the second spec has no records");
    assert_eq!(modified(&out.join("mod.rs")), before, "what is the same is not written again");
}

#[test]
fn a_wrong_command_line_shows_the_usage() {
    for arguments in [
        &["chek"][..],
        &["show"],
        &["generate"],
        &["check", "--spec"],
        &["check", "--speck", "x"],
        &["check", "x"],
        &["show", "A", "B"],
    ] {
        let output = codegen(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(text(&output.stderr).contains("Usage: cargo codegen"), "{arguments:?}");
    }
    assert!(codegen(&[]).status.success());
    assert!(codegen(&["--help"]).status.success());
}

fn codegen(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rhailab-codegen"))
        .args(arguments)
        .current_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap_or_else(|error| panic!("the command does not start: {error}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}
