//! The hash of what was downloaded, which is computed for whoever asks.

use std::fs;
use std::time::SystemTime;

use rhailab_client::ErrorKind;
use rhailab_tests::{FileServer, Folder, Rhailab, Serving};

use super::super::{RHAILAB, SHA256, archive, job};

#[tokio::test]
async fn a_hash_is_that_of_the_file_that_was_written() {
    let server = FileServer::start([Serving::file(archive())]);
    let folder = Folder::new();
    let target = folder.path().join("a.zip");
    let done = job(server.url()).artifacts().to_file(&target).await.unwrap();
    assert_eq!(done.sha256().await.unwrap(), SHA256);
    assert_eq!(done.sha256().await.unwrap(), SHA256, "it can be asked for again");
    let mut other = archive();
    other.reverse();
    let same_size = || fs::write(&target, &other).unwrap();
    let same_time = || fs::write(&target, "short").unwrap();
    for (change, modified) in [(&same_size as &dyn Fn(), SystemTime::UNIX_EPOCH), (&same_time, time(&target))]
    {
        change();
        fs::File::options().write(true).open(&target).unwrap().set_modified(modified).unwrap();
        let error = done.sha256().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().ends_with("a.zip is no longer the file that was written"), "{error}");
    }
    fs::remove_file(&target).unwrap();
    let error = done.sha256().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("a.zip cannot be read"), "{error}");
}

fn time(path: &std::path::Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

#[test]
fn a_script_reads_path_size_and_hash() {
    let server = FileServer::start([Serving::file(archive())]);
    let folder = Folder::new();
    let script = r#"
        let done = gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true}).artifacts(#{to: "a.zip"});
        print(done);
        print(`${done.path} ${done["size"]} ${done.sha256}`);
        print(done.to_json());
        remove_file("a.zip");
        try { done.sha256 } catch (e) { print(e.kind) }
        done.sha265
    "#;
    let ended = Rhailab::new(RHAILAB)
        .env("GITLAB_URL", server.url())
        .within(folder.path())
        .args(["eval", script])
        .run();
    let json = format!(r#"{{"path":"a.zip","sha256":"{SHA256}","size":200000}}"#);
    assert_eq!(ended.stdout, format!("a.zip, 200000 bytes\na.zip 200000 {SHA256}\n{json}\nio\n"));
    assert!(ended.stderr.contains("a written file has no property `sha265`"), "{}", ended.stderr);
    assert!(ended.stderr.contains("Did you mean `sha256`?"), "{}", ended.stderr);
    assert_eq!(ended.status, Some(1));
}
