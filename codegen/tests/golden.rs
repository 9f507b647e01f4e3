//! Every case of `golden/<case>/spec.yaml` becomes exactly the files of `golden/<case>/out/`.
//!
//! `UPDATE_GOLDENS=1 cargo test -p rhailab-codegen` writes the files anew. The crate in `golden/`
//! compiles them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use rhailab_codegen::{build, generate, load};

#[test]
fn every_case_becomes_the_expected_code() {
    let cases: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("spec.yaml").is_file())
        .collect();
    assert!(!cases.is_empty());
    for case in cases {
        let out = case.join("out");
        if env::var_os("UPDATE_GOLDENS").is_some() {
            build(&case, &out).unwrap_or_else(|error| panic!("{}:\n{error}", case.display()));
        }
        let model = load(&case).unwrap_or_else(|problems| panic!("{}:\n{problems}", case.display()));
        let made: BTreeMap<String, String> =
            generate(&model).into_iter().map(|file| (file.path, file.content)).collect();
        let mut expected = BTreeMap::new();
        read(&out, &out, &mut expected).unwrap();
        for (path, content) in &made {
            let expected = expected.remove(path).unwrap_or_default();
            assert!(*content == expected, "{} {path} differs:\n{content}", case.display());
        }
        assert!(expected.is_empty(), "{} has more than is made: {:?}", case.display(), expected.keys());
    }
}

/// Reads all files below a directory, by their place below the root.
fn read(root: &Path, directory: &Path, files: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, files)?;
        } else {
            let place = path.strip_prefix(root).unwrap_or(&path);
            files.insert(place.to_string_lossy().replace('\\', "/"), fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
