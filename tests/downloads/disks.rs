//! What becomes of a download when its target cannot take it, and where targets are no files.

use std::fs;
use std::io::Read as _;
use std::process::Command;

use rhailab_client::ErrorKind;
use rhailab_tests::{Answer, FileServer, Folder, RecordingServer, Rhailab, Serving, run};

use super::super::{RHAILAB, SHA256, archive, downloading, inside, job};

const ARTIFACTS: &str = "GET /api/v4/projects/1/jobs/7/artifacts";

#[tokio::test]
async fn footgun_12_a_target_that_cannot_be_written_is_told_before_anything_is_sent() {
    let server = FileServer::start([Serving::file(archive())]);
    let folder = Folder::new();
    let file = folder.write("file", "of yesterday");
    let targets = [
        // Nobody can make files there, not even the system's administrator.
        "/proc/a.zip".to_owned(),
        format!("{}/a.zip", file.display()),
        format!("{}/none/a.zip", folder.path().display()),
    ];
    for target in targets {
        let error = job(server.url()).artifacts().to_file(&target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().starts_with(&format!("{target} cannot be written: ")), "{error}");
    }
    assert_eq!(server.asked().len(), 0);
    assert_eq!(inside(&folder), ["file"]);
}

#[tokio::test]
async fn a_device_that_is_full_is_told_with_its_path() {
    let server = FileServer::start([Serving::file(archive())]);
    let error = job(server.url()).artifacts().to_file("/dev/full").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().starts_with("/dev/full cannot be written: No space left on device"), "{error}");
    assert_eq!(server.asked().len(), 1, "a full disk is no broken connection");
}

#[test]
fn footgun_12_a_disk_that_fills_up_leaves_the_old_file_as_it_was() {
    let server = FileServer::start([Serving::file(archive())]);
    let folder = Folder::new();
    let command = downloading(server.url(), &folder, "disk/a.zip");
    drop(command);
    // A disk of its own for this process alone, smaller than the file; where the system allows it.
    let script =
        "mkdir disk && mount -t tmpfs -o size=64k none disk && echo of yesterday > disk/a.zip || exit 77
        \"$0\" run ../download.rhai; echo \"status $?\"; cat disk/a.zip; ls -A disk";
    let ended = run(Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, RHAILAB])
        .current_dir(folder.path().join("work"))
        .env("GITLAB_URL", server.url())
        .env("GITLAB_TOKEN", "glpat-downloads")
        .env("NO_COLOR", "1"));
    if ended.status == Some(77) || ended.stderr.starts_with("unshare:") {
        println!("skipped: no small disk can be had here: {}", ended.stderr);
        return;
    }
    assert_eq!(ended.stdout, "status 1\nof yesterday\na.zip\n", "{}", ended.stderr);
    assert!(
        ended.stderr.contains("disk/a.zip cannot be written: No space left on device"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn footgun_12_what_is_cut_short_is_no_file_and_replaces_none() {
    let cut = Answer::bytes(200, archive()).announcing(archive().len() + 1);
    let server = RecordingServer::start([(ARTIFACTS, cut)]);
    let folder = Folder::new();
    let target = folder.path().join("a.zip");
    let error = job(server.url()).artifacts().to_file(&target).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(inside(&folder), [""; 0]);
    folder.write("a.zip", "of yesterday");
    job(server.url()).artifacts().to_file(&target).await.unwrap_err();
    assert_eq!(fs::read_to_string(&target).unwrap(), "of yesterday");
    assert_eq!(inside(&folder), ["a.zip"]);
}

#[test]
fn devices_and_streams_get_the_bytes_as_they_come() {
    let server = FileServer::start([Serving::file("the log\n").with_tag("v1")]);
    let folder = Folder::new();
    for target in ["/dev/stdout", "/dev/fd/1"] {
        let ended = downloading(server.url(), &folder, target).run();
        assert_eq!((ended.stdout.as_str(), ended.status), ("the log\n", Some(0)), "{}", ended.stderr);
    }
    let ended = downloading(server.url(), &folder, "/dev/stderr").run();
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", "the log\n"));
    let ended = downloading(server.url(), &folder, "/dev/null").run();
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str(), ended.status), ("", "", Some(0)));
    assert_eq!(inside(&folder), ["download.rhai", "work"]);
}

#[test]
fn a_stream_that_goes_to_a_file_goes_on_behind_what_stands_there() {
    let server = FileServer::start([Serving::file("the log\n")]);
    let folder = Folder::new();
    let script = r#"print("before"); gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true}).trace(#{to: "/dev/stdout"}); print("after");"#;
    let ended = run(Command::new("sh")
        .args(["-c", "\"$0\" eval \"$1\" > out", RHAILAB, script])
        .current_dir(folder.path())
        .env("GITLAB_URL", server.url()));
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("out")).unwrap(), "before\nthe log\nafter\n");
}

#[test]
fn a_named_pipe_is_written_when_somebody_reads_it() {
    let server = FileServer::start([Serving::file(archive())]);
    let folder = Folder::new();
    let pipe = folder.path().join("pipe");
    assert_eq!(run(Command::new("mkfifo").arg(&pipe)).status, Some(0));
    let running = downloading(server.url(), &folder, pipe.to_str().unwrap()).start();
    let mut read = Vec::new();
    fs::File::open(&pipe).unwrap().read_to_end(&mut read).unwrap();
    assert!(read == archive(), "something else came through the pipe");
    assert_eq!(running.finish().status, Some(0));
    assert_eq!(inside(&folder), ["download.rhai", "pipe", "work"], "the pipe is still there");
}

#[tokio::test]
async fn what_went_through_a_device_cannot_be_taken_back() {
    let server = FileServer::start([Serving::file(archive()).cut_after(10), Serving::file(archive())]);
    let error = job(server.url()).artifacts().to_file("/dev/null").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.message().starts_with("the download broke off after 10 of 200000 bytes"), "{error}");
    let tagged = || Serving::file(archive()).with_tag("v1").with_ranges();
    let server = FileServer::start([tagged().cut_after(10), tagged()]);
    let done = job(server.url()).artifacts().to_file("/dev/null").await.unwrap();
    assert_eq!(done.sha256().await.unwrap(), SHA256);
}

#[test]
fn a_script_gets_the_path_the_size_and_the_hash() {
    let server = FileServer::start([Serving::file(archive())]);
    let folder = Folder::new();
    let code = r#"gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true}).artifacts(#{to: "a.zip"})"#;
    let ended = Rhailab::new(RHAILAB)
        .env("GITLAB_URL", server.url())
        .within(folder.path())
        .args(["eval", code, "--output", "json"])
        .run();
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    let shown: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(shown, serde_json::json!({"path": "a.zip", "size": 200_000, "sha256": SHA256}));
}
