//! Downloads that networks, storages and disks interfere with: what was begun is completed or told, no part of a file
//! stands under its name, and what was there before stays until all of the new has come.

#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

mod downloads {
    mod disks;
    mod hashes;
    mod interrupts;
    mod progress;
    mod resuming;
}

use std::fs;
use std::time::Duration;

use rhailab_client::{Gitlab, Lazy, ProjectJob};
use rhailab_tests::{Folder, Rhailab};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// Bytes that are no text, each at its place; more than fit into one piece of the network.
fn archive() -> Vec<u8> {
    (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// The SHA-256 of [`archive`], as `sha256sum` gives it.
const SHA256: &str = "2c4085b1ab9817526311b5a5b04451140dc922067c6922a59a77e1503918357b";

/// A client that repeats twice and hardly pauses.
fn client(url: &str) -> Gitlab {
    let quick = Duration::from_millis(1);
    Gitlab::builder(url).private_token("glpat-downloads").retries(2).backoff(quick, quick).build().unwrap()
}

/// The job 7 of the project 1, without a request.
fn job(url: &str) -> ProjectJob<Lazy> {
    client(url).projects().lazy(1).jobs().lazy(7)
}

/// The names in a folder, hidden ones included, in order.
fn inside(folder: &Folder) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The binary in this folder, about to download the artifacts of the job 7 to this target.
fn downloading(url: &str, folder: &Folder, target: &str) -> Rhailab {
    let script = format!(
        "gl.projects.get(1, #{{lazy: true}}).jobs.get(7, #{{lazy: true}}).artifacts(#{{to: {target:?}}});"
    );
    let path = folder.write("download.rhai", &script);
    let _ = fs::create_dir(folder.path().join("work"));
    Rhailab::new(RHAILAB)
        .server(url, "glpat-downloads")
        .within(&folder.path().join("work"))
        .arg("run")
        .arg(path)
}
