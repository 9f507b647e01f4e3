//! Every mistake of `errors/<case>/` is told exactly as `errors/<case>/stderr` has it.
//!
//! `UPDATE_GOLDENS=1 cargo test -p rhailab-codegen` writes the files anew.

use std::path::Path;
use std::{env, fs};

use rhailab_codegen::{Code, load};

#[test]
fn every_mistake_is_told_as_expected() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let mut names: Vec<_> = fs::read_dir(&cases).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let mut wrong = Vec::new();
    let mut told = Vec::new();
    for name in &names {
        let case = cases.join(name);
        let found = match load(&case) {
            Ok(_) => "no problem was found\n".to_owned(),
            Err(diagnostics) => {
                told.extend(diagnostics.problems().iter().map(|problem| problem.code));
                diagnostics.to_string()
            }
        };
        let file = case.join("stderr");
        if env::var_os("UPDATE_GOLDENS").is_some() {
            fs::write(&file, &found).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", name.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // `spec::unreadable` has no file to be written in; `tests/command.rs` provokes it.
    let untold: Vec<_> =
        Code::ALL.iter().filter(|code| **code != Code::Unreadable && !told.contains(code)).collect();
    assert!(untold.is_empty(), "no case provokes {untold:?}");
}
