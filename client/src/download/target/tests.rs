//! Targets that become files, go away, or are refused.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

const SHA256_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn names(directory: &Path) -> Vec<String> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn named(path: &Path) -> Target {
    let (file, place) = partial(Goal { path: path.to_owned(), permissions: None }).unwrap();
    Target::new(path, file, place)
}

#[tokio::test]
async fn a_file_with_a_name_of_its_own_becomes_the_file_or_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    let mut target = named(&path);
    target.write(b"abcdef").await.unwrap();
    assert!(names(folder.path())[0].ends_with(".partial"));
    drop(target);
    assert_eq!(names(folder.path()), [""; 0]);

    let mut target = named(&path);
    target.write(b"another").await.unwrap();
    assert!(target.rewind().unwrap());
    target.write(b"abc").await.unwrap();
    let done = target.finish().await.unwrap();
    assert_eq!((done.size, done.sha256().await.unwrap().as_str()), (3, SHA256_OF_ABC));
    assert_eq!(names(folder.path()), ["a.zip"]);
    assert_eq!(fs::read(&path).unwrap(), b"abc");
}

#[tokio::test]
async fn a_name_that_cannot_be_given_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    for mut target in [named(&path), Target::open(&path, Access::Usual).await.unwrap()] {
        target.write(b"abc").await.unwrap();
        // Somebody makes a directory of that name in the meantime.
        fs::create_dir_all(&path).unwrap();
        let error = target.finish().await.unwrap_err();
        assert!(error.message().contains("a.zip cannot be written"), "{error}");
        assert_eq!(names(folder.path()), ["a.zip"]);
        fs::remove_dir(&path).unwrap();
    }
}

#[tokio::test]
async fn a_name_may_be_as_long_as_names_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{}é", "a".repeat(253));
    let path = folder.path().join(&name);
    for mut target in [named(&path), Target::open(&path, Access::Usual).await.unwrap()] {
        target.write(b"abc").await.unwrap();
        target.finish().await.unwrap();
        assert_eq!(names(folder.path()), [name.as_str()]);
    }
    assert!(Target::open(&folder.path().join(name + "a"), Access::Usual).await.is_err());
}

#[tokio::test]
async fn a_file_that_is_replaced_keeps_its_permissions_and_the_links_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real.zip"), folder.path().join("link.zip"));
    fs::write(&real, "of yesterday").unwrap();
    fs::set_permissions(&real, Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink("real.zip", &link).unwrap();
    let mut target = Target::open(&link, Access::Usual).await.unwrap();
    target.write(b"abc").await.unwrap();
    assert_eq!(target.finish().await.unwrap().path, link);
    assert!(link.is_symlink());
    assert_eq!(fs::read(&real).unwrap(), b"abc");
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn what_few_may_read_was_never_readable_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    fs::write(&path, "of yesterday").unwrap();
    for mode in [0o600, 0o640] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let permissions = Some(fs::metadata(&path).unwrap().permissions());
        let (named, place) = partial(Goal { path: path.clone(), permissions }).unwrap();
        for target in [Target::new(&path, named, place), Target::open(&path, Access::Usual).await.unwrap()] {
            assert_eq!(target.file.metadata().unwrap().permissions().mode() & 0o777, mode);
        }
    }
}

#[tokio::test]
async fn a_private_file_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let path = folder.path().join("secret");
    for old in [None, Some(0o644), Some(0o600), Some(0o200)] {
        if let Some(old) = old {
            fs::set_permissions(&path, Permissions::from_mode(old)).unwrap();
        }
        let mut target = Target::open(&path, Access::Owner).await.unwrap();
        let expected = old.map_or(0o600, |old| old & 0o600);
        assert_eq!(target.file.metadata().unwrap().permissions().mode() & 0o777, expected, "{old:?}");
        target.write(b"abc").await.unwrap();
        target.finish().await.unwrap();
        assert_eq!((names(folder.path()), mode(&path)), (vec!["secret".to_owned()], expected), "{old:?}");
    }
}

#[tokio::test]
async fn what_is_no_name_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
    for (name, words) in [
        ("", "is a directory"),
        ("new/", "is no name of a file"),
        ("dangling", "dangling cannot be written"),
        ("none/a.zip", "none/a.zip cannot be written"),
    ] {
        let error = Target::open(&folder.path().join(name), Access::Usual).await.err().unwrap();
        assert!(error.message().contains(words), "{name}: {error}");
    }
    assert_eq!(names(folder.path()), ["dangling"]);
}
