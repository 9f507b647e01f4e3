//! What becomes of a download when the connection breaks: it goes on where it was, begins anew, or says why it cannot.

use std::fs;
use std::path::Path;

use rhailab_client::{Chunks, Error, ErrorKind};
use rhailab_sandbox::Options;
use rhailab_tests::{Answer, FileServer, Folder, RecordingServer, Serving};

use super::super::{SHA256, archive, inside, job};

/// The storage's way: a tag, and parts of what it names.
fn storage() -> Serving {
    Serving::file(archive()).with_tag("v1").with_ranges()
}

async fn rest(chunks: &mut Chunks) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    while let Some(chunk) = chunks.next().await? {
        all.extend_from_slice(&chunk);
    }
    Ok(all)
}

async fn stream(server: &FileServer) -> Result<Vec<u8>, Error> {
    rest(&mut job(server.url()).artifacts().start().await?).await
}

/// Downloads in all three ways from servers like this one, and checks the file, the value and the stream.
async fn arrives_in_every_way(plan: impl Fn() -> Vec<Serving>, ranges: &[&str]) {
    let folder = Folder::new();
    let target = folder.path().join("a.zip");
    let server = FileServer::start(plan());
    let done = job(server.url()).artifacts().to_file(&target).await.unwrap();
    assert_eq!((done.size, done.sha256().await.unwrap().as_str()), (200_000, SHA256));
    assert!(fs::read(&target).unwrap() == archive(), "the file is another");
    assert_eq!(server.ranges(), ranges, "to a file");
    assert_eq!(inside(&folder), ["a.zip"]);

    let server = FileServer::start(plan());
    assert!(job(server.url()).artifacts().bytes().await.unwrap() == archive(), "the value is another");
    assert_eq!(server.ranges(), ranges, "as a value");

    let server = FileServer::start(plan());
    assert!(stream(&server).await.unwrap() == archive(), "the stream is another");
    assert_eq!(server.ranges(), ranges, "as a stream");
}

#[tokio::test]
async fn footgun_12_a_download_that_was_cut_goes_on_where_it_was() {
    arrives_in_every_way(|| vec![storage().cut_after(70_000), storage()], &["", "bytes=70000-"]).await;
    let server = FileServer::start([storage().cut_after(70_000), storage()]);
    stream(&server).await.unwrap();
    let asked = &server.asked()[1];
    assert_eq!(asked.header("if-range"), "\"v1\"", "a part of another version is of no use");
    assert_eq!(asked.header("accept-encoding"), "identity", "places in a compressed file are others");
}

#[tokio::test]
async fn a_time_of_change_tells_a_version_like_a_tag() {
    let dated = || {
        Serving::file(archive())
            .with_header("last-modified", "Mon, 02 Mar 2026 10:00:00 GMT")
            .with_header("date", "Mon, 02 Mar 2026 10:00:05 GMT")
            .with_ranges()
    };
    arrives_in_every_way(|| vec![dated().cut_after(1), dated()], &["", "bytes=1-"]).await;
}

#[tokio::test]
async fn as_long_as_bytes_come_a_download_is_continued_however_often() {
    let cuts: Vec<Serving> = std::iter::repeat_n(storage().cut_after(20_000), 9).chain([storage()]).collect();
    let ranges = ["", "bytes=20000-", "bytes=40000-", "bytes=60000-", "bytes=80000-", "bytes=100000-"];
    let later = ["bytes=120000-", "bytes=140000-", "bytes=160000-", "bytes=180000-"];
    arrives_in_every_way(|| cuts.clone(), &[&ranges[..], &later[..]].concat()).await;
}

#[tokio::test]
async fn without_new_bytes_a_download_ends_after_the_retries() {
    let cut = Serving::file(archive()).with_tag("v1").cut_after(50_000);
    let folder = Folder::new();
    folder.write("a.zip", "of yesterday");
    let server = FileServer::start([cut.clone()]);
    let error = job(server.url()).artifacts().to_file(folder.path().join("a.zip")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.message().starts_with("the download broke off after 50000 of 200000 bytes: "), "{error}");
    assert_eq!(server.ranges(), ["", "bytes=50000-", "bytes=50000-"], "once, and two retries");
    assert_eq!(inside(&folder), ["a.zip"]);
    assert_eq!(fs::read_to_string(folder.path().join("a.zip")).unwrap(), "of yesterday");

    // What gets further each time, and begins anew each time, could go on for ever.
    let further = (0..9).map(|n| Serving::file(archive()).cut_after(50_000 + n * 10_000));
    let server = FileServer::start(further);
    job(server.url()).artifacts().to_file(folder.path().join("a.zip")).await.unwrap_err();
    assert_eq!(server.asked().len(), 3);

    // Each retry of the same length is read over, and the count goes on.
    let server = FileServer::start([cut]);
    assert_eq!(stream(&server).await.unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_server_without_parts_sends_all_again_and_each_byte_counts_once() {
    let whole = || Serving::file(archive()).with_tag("v1");
    arrives_in_every_way(|| vec![whole().cut_after(70_000), whole()], &["", "bytes=70000-"]).await;
}

#[tokio::test]
async fn parts_that_do_not_fit_are_not_taken() {
    let begun = || storage().cut_after(70_000);
    // Beginning elsewhere, outside of the file, and of another version in spite of the condition.
    let wrong = [storage().mistaking_ranges(69_999), storage().refusing_ranges(), {
        Serving::file(vec![0; 200_000]).with_tag("v2").mistaking_ranges(70_000)
    }];
    for wrong in wrong {
        let plan = || vec![begun(), wrong.clone(), storage()];
        arrives_in_every_way(plan, &["", "bytes=70000-", ""]).await;
    }
}

#[tokio::test]
async fn a_file_that_changed_comes_anew_and_a_stream_says_so() {
    let fresh: Vec<u8> = archive().into_iter().rev().collect();
    let plan = || [storage().cut_after(70_000), Serving::file(fresh.clone()).with_tag("v2").with_ranges()];
    let folder = Folder::new();
    let target = folder.path().join("a.zip");
    let server = FileServer::start(plan());
    let done = job(server.url()).artifacts().to_file(&target).await.unwrap();
    assert!(fs::read(&target).unwrap() == fresh, "parts of two files");
    assert_ne!(done.sha256().await.unwrap(), SHA256);
    assert_eq!(server.ranges(), ["", "bytes=70000-"]);
    let server = FileServer::start(plan());
    assert!(job(server.url()).artifacts().bytes().await.unwrap() == fresh);

    let server = FileServer::start(plan());
    let mut chunks = job(server.url()).artifacts().start().await.unwrap();
    let error = rest(&mut chunks).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(
        error.message(),
        "the download broke off after 70000 of 200000 bytes, and the server has another file by now"
    );
    assert_eq!(error.hint(), Some("Begin the download again."));
}

#[tokio::test]
async fn what_has_no_version_begins_anew_in_a_file_and_ends_in_a_stream() {
    let plain = || Serving::file(archive()).with_ranges();
    let folder = Folder::new();
    let target = folder.path().join("a.zip");
    let plan = || [plain().cut_after(70_000), plain()];
    let server = FileServer::start(plan());
    let done = job(server.url()).artifacts().to_file(&target).await.unwrap();
    assert_eq!(done.sha256().await.unwrap(), SHA256);
    assert_eq!(server.ranges(), ["", ""], "no part can be asked for");
    let server = FileServer::start(plan());
    assert!(job(server.url()).artifacts().bytes().await.unwrap() == archive());

    let server = FileServer::start(plan());
    let error = stream(&server).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(
        error.message().ends_with("and nothing tells whether the server still has the same file"),
        "{error}"
    );

    // Of a weak tag nobody promises that the bytes are the same.
    let weak = || plain().with_header("etag", "W/\"v1\"");
    let server = FileServer::start([weak().cut_after(70_000), weak()]);
    job(server.url()).artifacts().to_file(&target).await.unwrap();
    assert_eq!(server.ranges(), ["", ""]);

    // Before the first byte there is nothing to be continued.
    let server = FileServer::start([plain().cut_after(0), plain()]);
    assert!(stream(&server).await.unwrap() == archive());
}

#[tokio::test]
async fn what_is_gone_by_then_is_told() {
    let signed = FileServer::start([storage().cut_after(70_000)]);
    let home = RecordingServer::start([
        (ARTIFACTS, Answer::redirect(302, signed.url())),
        (ARTIFACTS, Answer::json(404, &serde_json::json!({"message": "404 Not found"}))),
    ]);
    let error = stream_of(home.url()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(404)));
    assert_eq!(error.message(), "the download broke off after 70000 of 200000 bytes: 404 Not found");
}

const ARTIFACTS: &str = "GET /api/v4/projects/1/jobs/7/artifacts";

async fn stream_of(url: &str) -> Result<Vec<u8>, Error> {
    rest(&mut job(url).artifacts().start().await?).await
}

#[tokio::test]
async fn object_storage_is_asked_by_a_fresh_address_and_gets_no_token() {
    let storage = FileServer::start([storage().cut_after(70_000), storage()]);
    let home = RecordingServer::start([
        (ARTIFACTS, Answer::redirect(302, format!("{}/7.zip?X-Amz-Signature=first", storage.url()))),
        (ARTIFACTS, Answer::redirect(302, format!("{}/7.zip?X-Amz-Signature=second", storage.url()))),
    ]);
    assert!(stream_of(home.url()).await.unwrap() == archive());
    assert_eq!(home.lines(), [ARTIFACTS; 2]);
    assert!(home.requests().iter().all(|request| request.credentials() == ["private-token"]));
    let lines: Vec<String> = storage.asked().iter().map(|asked| asked.line.clone()).collect();
    assert_eq!(
        lines,
        ["GET /7.zip?X-Amz-Signature=first HTTP/1.1", "GET /7.zip?X-Amz-Signature=second HTTP/1.1"]
    );
    assert_eq!(storage.ranges(), ["", "bytes=70000-"]);
    assert!(!storage.asked().iter().any(rhailab_tests::FileRequest::has_credential));
}

#[tokio::test]
async fn the_sandbox_storage_sends_a_part_behind_its_redirect() {
    let sandbox =
        rhailab_sandbox::start(Options { object_storage: true, ..Options::default() }).await.unwrap();
    let gl = rhailab_client::Gitlab::builder(sandbox.url()).private_token(sandbox.token()).build().unwrap();
    let jobs = gl.projects().lazy("demo/app").jobs();
    let listed = jobs.list(rhailab_client::ListProjectJobs::new()).all().await.unwrap();
    let with_archive = listed.iter().find(|job| job.artifacts_file.is_some()).unwrap();
    let whole = with_archive.artifacts().bytes().await.unwrap();
    let mut chunks = with_archive.artifacts().start_at(10).await.unwrap();
    assert_eq!((chunks.offset(), chunks.expected()), (10, Some(whole.len() as u64)));
    assert_eq!(rest(&mut chunks).await.unwrap(), whole[10..]);
    let requests = sandbox.storage_requests();
    assert_eq!(requests.iter().map(|request| request.status).collect::<Vec<_>>(), [200, 206]);
    assert!(requests.iter().all(|request| request.credentials.is_empty()), "{requests:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_start_in_the_middle_says_where_it_is() {
    let cases: [(Serving, u64, &[&str]); 4] = [
        (storage(), 150_000, &["bytes=150000-"]),
        (Serving::file(archive()), 0, &["bytes=150000-"]),
        (storage().refusing_ranges(), 0, &["bytes=150000-", ""]),
        (storage().mistaking_ranges(9), 0, &["bytes=150000-", ""]),
    ];
    for (serving, position, ranges) in cases {
        let server = FileServer::start([serving]);
        let mut chunks = job(server.url()).artifacts().start_at(150_000).await.unwrap();
        assert_eq!((chunks.offset(), chunks.expected()), (position, Some(200_000)), "{ranges:?}");
        let from = usize::try_from(position).unwrap();
        assert!(rest(&mut chunks).await.unwrap() == archive()[from..]);
        assert_eq!(server.ranges(), ranges);
    }
    // One that is cut behind such a start goes on like any other.
    let server = FileServer::start([storage().cut_after(10_000), storage()]);
    let mut chunks = job(server.url()).artifacts().start_at(150_000).await.unwrap();
    assert!(rest(&mut chunks).await.unwrap() == archive()[150_000..]);
    assert_eq!(server.ranges(), ["bytes=150000-", "bytes=160000-"]);
}

#[tokio::test]
async fn what_was_compressed_on_its_way_is_never_continued_in_the_middle() {
    // `printf 'log log log log log\n' | gzip -n`, which some proxies send whatever was asked for.
    let packed = GZIPPED.to_vec();
    let squeezed =
        || Serving::file(packed.clone()).with_tag("v1").with_ranges().with_header("content-encoding", "gzip");
    let server = FileServer::start([squeezed().cut_after(15), squeezed()]);
    assert_eq!(job(server.url()).trace().text().await.unwrap(), "log log log log log\n");
    assert_eq!(server.ranges(), ["", ""]);
}

const GZIPPED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\xc9\x4f\x57\xc8\x41\xc5\x5c\x00\x71\x8b\x2f\xa8\x14\x00\x00\x00";

#[tokio::test]
async fn a_part_that_nobody_asked_for_is_no_file() {
    let home = RecordingServer::start([(
        ARTIFACTS,
        Answer::bytes(206, "part").with_header("content-range", "bytes 0-3/9"),
    )]);
    let folder = Folder::new();
    let error = job(home.url()).artifacts().to_file(folder.path().join("a.zip")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(inside(&folder), [""; 0]);
}

#[tokio::test]
async fn footgun_11_a_stream_hands_out_what_came_before_the_rest_is_sent() {
    let server = FileServer::start([storage().held_after(10)]);
    let mut chunks = job(server.url()).artifacts().start().await.unwrap();
    assert_eq!(chunks.next().await.unwrap().unwrap(), archive()[..10]);
    server.release();
    assert!(rest(&mut chunks).await.unwrap() == archive()[10..]);
}

#[tokio::test]
async fn footgun_11_memory_has_a_limit_that_is_told_before_anything_is_read() {
    let server = FileServer::start([storage().held_after(0)]);
    // The server holds everything back: only what it announced can be judged.
    let error = job(server.url()).artifacts().limit(199_999).bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(
        error.message(),
        "the answer to ProjectJob.artifacts is larger than 199999 bytes, the limit for memory"
    );
    assert_eq!(error.hint(), Some("Write it to a file, or take it piece by piece."));
    assert_eq!(server.asked().len(), 1, "what is too large is not asked for again");
}

#[tokio::test]
async fn progress_is_told_from_the_answer_to_the_end() {
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let server = FileServer::start([Serving::file(archive()).cut_after(70_000), Serving::file(archive())]);
    let seen = std::sync::Arc::clone(&told);
    let download = job(server.url()).artifacts().on_progress(move |progress| {
        seen.lock().unwrap().push((progress.arrived, progress.expected));
    });
    let folder = Folder::new();
    download.to_file(folder.path().join(Path::new("a.zip"))).await.unwrap();
    let told = told.lock().unwrap().clone();
    assert!(told.iter().all(|(_, expected)| *expected == Some(200_000)));
    assert_eq!(told[0].0, 0);
    assert_eq!(told[told.len() - 1].0, 200_000);
    let falls: Vec<u64> = told.windows(2).filter(|two| two[1].0 < two[0].0).map(|two| two[0].0).collect();
    assert_eq!(falls, [70_000], "it falls back where the file begins anew");
}
