//! Generates the typed client from `spec/`. The path is a link to `../spec`, so that the packaged
//! crate carries the spec with it.

use std::path::Path;
use std::{env, fs, process};

#[expect(clippy::print_stderr, reason = "cargo shows what a failing build script writes there")]
fn main() {
    // Cargo runs this in the package's directory; the short path reads the same from the repository's root.
    let spec = Path::new("spec");
    println!("cargo::rerun-if-changed={}", spec.display());
    for entry in fs::read_dir(spec).into_iter().flatten().flatten() {
        println!("cargo::rerun-if-changed={}", entry.path().display());
    }
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    if let Err(error) = rhailab_codegen::build(spec, Path::new(&out)) {
        eprintln!("{error}");
        process::exit(1);
    }
}
