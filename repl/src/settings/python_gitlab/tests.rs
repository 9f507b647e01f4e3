//! Which file and which section a value comes from.

use super::*;

fn read(texts: &[&str]) -> (tempfile::TempDir, PythonGitlab) {
    let folder = tempfile::TempDir::new().unwrap();
    let paths: Vec<PathBuf> =
        (0..=texts.len()).map(|number| folder.path().join(number.to_string())).collect();
    for (path, text) in paths.iter().zip(texts) {
        fs::write(path, text).unwrap();
    }
    // The last path names no file, as it is on most machines.
    let read = PythonGitlab::of_files(paths).unwrap();
    (folder, read)
}

#[test]
fn the_users_file_lies_over_the_systems() {
    let (folder, python) = read(&[
        "[global]\ndefault = two\n[one]\nurl = https://own.test\n",
        "[global]\ndefault = one\n[one]\nurl = https://system.test\nprivate_token = t\n[two]\nurl = https://two.test\n",
    ]);
    let (name, file) = python.default_section().unwrap().unwrap();
    assert_eq!((name.as_str(), file), ("two", folder.path().join("0").as_path()));
    let one = python.layer("one").unwrap().unwrap();
    assert_eq!(one.url.unwrap().value, "https://own.test");
    let token = one.token.unwrap().value;
    assert!(
        matches!(&token, TokenPlace::Text { file: Some(file), .. } if *file == folder.path().join("1")),
        "{token:?}"
    );
    assert_eq!(python.servers().collect::<Vec<_>>(), ["one", "one", "two"]);
}

#[test]
fn values_are_read_as_python_gitlab_reads_them() {
    let (_folder, python) =
        read(&["[DEFAULT]\nuser_agent = x\noauth_token = of-default\n[global]\nssl_verify = No\n\
         [a]\nURL: https://a.test\nprivate_token = HELPER: pass show 'my token'\noauth_token =\n\
         [b]\nurl = https://b.test\nssl_verify = /ca%%1.pem\nhttp_username = mira\n\
         [C]\nurl = https://c.test\nssl_verify = On\n"]);
    let a = python.layer("a").unwrap().unwrap();
    let token = a.token.unwrap().value;
    assert!(
        matches!(&token, TokenPlace::Helper { kind: TokenKind::Private, command } if command == "pass show 'my token'"),
        "{token:?}"
    );
    assert!(a.insecure.unwrap().value);
    let b = python.layer("b").unwrap().unwrap();
    assert_eq!(b.ca_file.unwrap().value, Path::new("/ca%1.pem"));
    assert!(!b.insecure.unwrap().value);
    assert!(matches!(b.token.unwrap().value, TokenPlace::Text { kind: TokenKind::OAuth, .. }));
    assert!(b.warnings[0].contains("http_username"), "{:?}", b.warnings);
    let c = python.layer("C").unwrap().unwrap();
    assert!(!c.insecure.unwrap().value && c.ca_file.is_none());
    for absent in ["c", "global", "DEFAULT", "none"] {
        assert!(python.layer(absent).unwrap().is_none(), "{absent}");
    }
}
