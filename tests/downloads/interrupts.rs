//! Programs that are stopped in the middle of a download.

use std::fs;
use std::io::{Read as _, Write as _};

use rhailab_tests::{FileServer, Folder, Serving, run};

use super::super::{archive, downloading};

/// A server that holds back all but the beginning.
fn holding() -> FileServer {
    FileServer::start([Serving::file(archive()).with_tag("v1").with_ranges().held_after(70_000)])
}

/// What stands in the working directory.
fn work(folder: &Folder) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder.path().join("work")).unwrap().map(Result::unwrap);
    let text = |path| fs::read_to_string(path).unwrap_or_default();
    entries.map(|entry| (entry.file_name().into_string().unwrap(), text(entry.path()))).collect()
}

#[test]
fn footgun_12_ctrl_c_leaves_no_part_and_the_old_file() {
    for old in [None, Some("of yesterday")] {
        let (server, folder) = (holding(), Folder::new());
        let command = downloading(server.url(), &folder, "a.zip");
        if let Some(old) = old {
            folder.write("work/a.zip", old);
        }
        let running = command.start();
        server.wait_for(1);
        running.interrupt();
        let ended = running.finish();
        assert_eq!((ended.status, ended.stderr.as_str()), (Some(130), "interrupted\n"));
        assert_eq!(
            work(&folder),
            old.map(|old| ("a.zip".to_owned(), old.to_owned())).into_iter().collect::<Vec<_>>()
        );
    }
}

#[test]
fn ctrl_c_ends_waiting_for_somebody_who_reads_a_pipe() {
    let (server, folder) = (holding(), Folder::new());
    let command = downloading(server.url(), &folder, "pipe");
    assert_eq!(
        run(std::process::Command::new("mkfifo").arg(folder.path().join("work/pipe"))).status,
        Some(0)
    );
    let code = "print(\"begun\"); gl.user.get();";
    drop(command);
    // The first request starts what catches Ctrl-C; only then is the pipe opened.
    let script = format!(
        "try {{ {code} }} catch (e) {{}}\n{}",
        fs::read_to_string(folder.path().join("download.rhai")).unwrap()
    );
    let path = folder.write("download.rhai", &script);
    let running = rhailab_tests::Rhailab::new(super::super::RHAILAB)
        .env("GITLAB_URL", server.url())
        .within(&folder.path().join("work"))
        .arg("run")
        .arg(path)
        .start();
    server.wait_for(1);
    running.interrupt();
    assert_eq!(running.finish().status, Some(130));
    assert_eq!(server.asked().len(), 1, "nothing is sent before the target is open");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_waiting_for_somebody_who_has_stopped_reading() {
    // More than a pipe holds.
    let server = FileServer::start([Serving::file(archive())]);
    let folder = Folder::new();
    let pipe = folder.path().join("pipe");
    assert_eq!(run(std::process::Command::new("mkfifo").arg(&pipe)).status, Some(0));
    let running = downloading(server.url(), &folder, pipe.to_str().unwrap()).start();
    let mut reader = fs::File::open(&pipe).unwrap();
    reader.read_exact(&mut [0]).unwrap();
    running.interrupt();
    let ended = running.finish();
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(130), "interrupted\n"));

    let mut running = downloading(server.url(), &folder, "/dev/stdout").start();
    let mut reader = running.take_stdout();
    reader.read_exact(&mut [0]).unwrap();
    running.interrupt();
    let ended = running.finish();
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(130), "interrupted\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn footgun_12_not_even_a_program_that_is_killed_leaves_a_part() {
    let (server, folder) = (holding(), Folder::new());
    let running = downloading(server.url(), &folder, "a.zip").start();
    server.wait_for(1);
    // Dropping kills it with the signal that no program can catch.
    drop(running);
    assert_eq!(work(&folder), []);
}

#[test]
fn an_error_in_the_middle_of_a_closure_leaves_what_it_wrote_and_nothing_else() {
    let (server, folder) = (FileServer::start([Serving::file(archive())]), Folder::new());
    let _ = downloading(server.url(), &folder, "a.zip");
    let mut file = fs::File::create(folder.path().join("closure.rhai")).unwrap();
    file.write_all(br#"gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true}).artifacts(#{action: |chunk| throw "full"});"#)
        .unwrap();
    let ended = rhailab_tests::Rhailab::new(super::super::RHAILAB)
        .env("GITLAB_URL", server.url())
        .within(&folder.path().join("work"))
        .args(["run", "../closure.rhai"])
        .run();
    assert_eq!(ended.status, Some(1));
    assert!(ended.stderr.contains("full"), "{}", ended.stderr);
    assert_eq!(work(&folder), []);
}
