//! Downloads: where they go, what becomes of one that is cut short or too large, and when a file can be seen.

use rhailab_client::{ErrorKind, Gitlab};
use rhailab_tests::{Answer, FileServer, Folder, RecordingServer, Rhailab, Serving};

use super::super::{ARTIFACTS, inside, job, script};

/// Bytes that are no text, more than fit into one piece of the network.
fn archive() -> Vec<u8> {
    (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn server() -> RecordingServer {
    RecordingServer::start([
        (ARTIFACTS, Answer::bytes(200, archive())),
        ("GET /api/v4/projects/1/jobs/7/trace", Answer::text(200, "$ make\nü\n")),
    ])
}

#[test]
fn a_script_gets_artifacts_as_a_value_in_a_file_or_piece_by_piece() {
    let (server, folder) = (server(), Folder::new());
    let value = script(&server, &folder, "job.artifacts()").unwrap();
    assert_eq!(value.into_blob().unwrap(), archive());

    let text = r#"let done = job.artifacts(#{to: folder + "/a.zip"}); `${done.path == folder + "/a.zip"} ${done.size}`"#;
    assert_eq!(script(&server, &folder, text).unwrap().into_string().unwrap(), "true 200000");
    assert_eq!(std::fs::read(folder.path().join("a.zip")).unwrap(), archive());

    let text = r#"
        let f = open_file(folder + "/b.zip", "w");
        let sizes = 0;
        let count = job.artifacts(#{action: |chunk| { f.write(chunk); sizes += chunk.len(); }});
        f.close();
        `${count} ${sizes}`"#;
    assert_eq!(script(&server, &folder, text).unwrap().into_string().unwrap(), "200000 200000");
    assert_eq!(std::fs::read(folder.path().join("b.zip")).unwrap(), archive());
    assert_eq!(inside(&folder), ["a.zip", "b.zip"]);
    assert_eq!(server.lines(), [ARTIFACTS; 3]);
}

#[test]
fn a_script_can_hold_an_archive_of_many_million_bytes() {
    let server = RecordingServer::start([(ARTIFACTS, Answer::bytes(200, vec![7; 20_000_000]))]);
    let size = script(&server, &Folder::new(), "let archive = job.artifacts(); archive.len()").unwrap();
    assert_eq!(size.as_int(), Ok(20_000_000));
}

#[test]
fn a_log_goes_the_same_ways() {
    let (server, folder) = (server(), Folder::new());
    let text = r#"
        job.trace(#{to: folder + "/job.log"});
        let seen = "";
        job.trace(#{action: |chunk| seen += chunk.to_string()});
        job.trace() + seen"#;
    assert_eq!(script(&server, &folder, text).unwrap().into_string().unwrap(), "$ make\nü\n$ make\nü\n");
    assert_eq!(std::fs::read_to_string(folder.path().join("job.log")).unwrap(), "$ make\nü\n");
}

#[test]
fn an_error_in_the_closure_ends_the_download() {
    let (server, folder) = (server(), Folder::new());
    let problem =
        script(&server, &folder, r#"job.artifacts(#{action: |chunk| { throw "full" }})"#).unwrap_err();
    assert!(problem.contains("full"), "{problem}");
}

#[tokio::test]
async fn memory_has_a_limit_and_files_have_none() {
    let (server, folder) = (server(), Folder::new());
    let size = archive().len() as u64;
    assert_eq!(job(&server).artifacts().limit(size).bytes().await.unwrap(), archive());
    let hint = "Write it to a file, or take it piece by piece.";
    let announced = job(&server).artifacts().limit(size - 1).bytes().await.unwrap_err();
    assert_eq!((announced.kind(), announced.hint()), (ErrorKind::Usage, Some(hint)));
    assert_eq!(
        announced.message(),
        "the answer to ProjectJob.artifacts is larger than 199999 bytes, the limit for memory"
    );
    let whole = job(&server).artifacts().limit(1).to_file(folder.path().join("a.zip")).await.unwrap();
    assert_eq!(whole.size, size);

    let server = RecordingServer::start([(ARTIFACTS, Answer::bytes(200, archive()).without_length())]);
    assert_eq!(job(&server).artifacts().limit(size).bytes().await.unwrap(), archive());
    let counted = job(&server).artifacts().limit(size - 1).bytes().await.unwrap_err();
    assert_eq!((counted.kind(), counted.hint()), (ErrorKind::Usage, Some(hint)));
}

#[tokio::test]
async fn what_is_cut_short_is_an_error_and_leaves_no_file() {
    let cut = Answer::bytes(200, archive()).announcing(archive().len() + 1);
    let server = RecordingServer::start([(ARTIFACTS, cut)]);
    let folder = Folder::new();
    let target = folder.path().join("a.zip");
    assert_eq!(job(&server).artifacts().bytes().await.unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!(job(&server).artifacts().to_file(&target).await.unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!(inside(&folder), [""; 0]);

    let mut chunks = job(&server).artifacts().start().await.unwrap();
    assert_eq!(chunks.expected(), Some(archive().len() as u64 + 1));
    let error = loop {
        match chunks.next().await {
            Ok(Some(_)) => {}
            Ok(None) => break None,
            Err(error) => break Some(error.kind()),
        }
    };
    assert_eq!(error, Some(ErrorKind::Transport), "a stream says so, too");

    // A file that was there before stays as it was.
    folder.write("a.zip", "of yesterday");
    job(&server).artifacts().to_file(&target).await.unwrap_err();
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "of yesterday");
    assert_eq!(inside(&folder), ["a.zip"]);
}

#[test]
fn a_script_that_gets_a_part_can_catch_it() {
    let cut = Answer::bytes(200, "half").announcing(8);
    let server = RecordingServer::start([(ARTIFACTS, cut)]);
    let folder = Folder::new();
    for call in
        ["job.artifacts()", r#"job.artifacts(#{to: folder + "/a.zip"})"#, "job.artifacts(#{action: |c| c})"]
    {
        let text = format!("try {{ {call}; }} catch (e) {{ return e.kind; }}");
        assert_eq!(script(&server, &folder, &text).unwrap().into_string().unwrap(), "transport", "{call}");
    }
    assert_eq!(inside(&folder), [""; 0]);
}

#[tokio::test]
async fn object_storage_elsewhere_gets_no_token_and_its_signature_stays_hidden() {
    let storage = RecordingServer::start([("GET /bucket/7.zip", Answer::bytes(200, archive()))]);
    let signed = |name: &str| format!("{}/bucket/{name}?X-Amz-Signature=5eCr37", storage.url());
    let server = RecordingServer::start([(ARTIFACTS, Answer::redirect(302, signed("7.zip")))]);
    assert_eq!(job(&server).artifacts().bytes().await.unwrap(), archive());
    assert_eq!(server.requests()[0].credentials(), ["private-token"]);
    assert_eq!(storage.lines(), ["GET /bucket/7.zip?X-Amz-Signature=5eCr37"]);
    assert_eq!(storage.requests()[0].credentials(), [""; 0]);

    let server = RecordingServer::start([(ARTIFACTS, Answer::redirect(302, signed("gone.zip")))]);
    let error = job(&server).artifacts().bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(!format!("{error} {error:?}").contains("5eCr37"), "{error:?}");

    for (verbose, storage) in [("-v", storage.url()), ("-vv", storage.url()), ("-v", "http://localhost:1")] {
        let signed = format!("{storage}/bucket/gone.zip?X-Amz-Signature=5eCr37");
        let server = RecordingServer::start([(ARTIFACTS, Answer::redirect(302, signed))]);
        let code = "gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true}).artifacts()";
        let outcome = Rhailab::new(env!("CARGO_BIN_EXE_rhailab"))
            .args(["--url", server.url(), verbose, "eval", code])
            .run();
        assert!(outcome.stderr.contains("/bucket/gone.zip?"), "{outcome:?}");
        assert!(!format!("{outcome:?}").contains("5eCr37"), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_refusal_leaves_no_file() {
    let server = RecordingServer::start([]);
    let folder = Folder::new();
    let error = job(&server).artifacts().to_file(folder.path().join("a.zip")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(404)));
    assert_eq!(inside(&folder), [""; 0]);
}

#[tokio::test]
async fn a_file_appears_when_it_is_whole_and_not_before() {
    let server = FileServer::start([Serving::file("halfhalf").held_after(4)]);
    let folder = Folder::new();
    let target = folder.path().join("a.zip");
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut tell = Some(tell);
    let gl = Gitlab::builder(server.url()).build().unwrap();
    let download = gl.projects().lazy(1).jobs().lazy(7).artifacts().on_progress(move |progress| {
        if progress.arrived == 4 {
            tell.take().unwrap().send(()).unwrap();
        }
    });
    let in_the_middle = async {
        told.await.unwrap();
        assert!(!target.exists(), "the name is given to a part: {:?}", inside(&folder));
        server.release();
    };
    let (done, ()) = tokio::join!(download.to_file(&target), in_the_middle);
    assert_eq!(done.unwrap().size, 8);
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "halfhalf");
    assert_eq!(inside(&folder), ["a.zip"]);
}

#[tokio::test]
async fn a_target_that_cannot_be_written_is_told_before_any_request() {
    let (server, folder) = (server(), Folder::new());
    let nowhere = folder.path().join("nowhere/a.zip");
    let error = job(&server).artifacts().to_file(&nowhere).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("nowhere/a.zip cannot be written"), "{error}");
    let error = job(&server).artifacts().to_file(folder.path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.message().ends_with("is a directory"), "{error}");
    let error = job(&server).artifacts().to_file("new/").await.unwrap_err();
    assert_eq!(error.message(), "new/ is no name of a file");
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn a_slip_in_the_options_is_told_before_any_request() {
    let (server, folder) = (server(), Folder::new());
    let cases = [
        ("job.artifacts(#{to: 5})", "`to` must be the name of a file"),
        ("job.artifacts(#{action: 5})", "`action` must be a function"),
        (r#"job.artifacts(#{to: "a", action: |c| c})"#, "`to` and `action` cannot both be given"),
        (r#"job.artifacts(#{too: "a"})"#, "has no parameter `too`"),
        (r#"job.artifacts(#{to: folder + "/nowhere/a.zip"})"#, "nowhere/a.zip cannot be written"),
    ];
    for (call, expected) in cases {
        let problem = script(&server, &folder, call).unwrap_err();
        assert!(problem.contains(expected), "{call}: {problem}");
    }
    assert_eq!(server.lines(), [""; 0]);
}
