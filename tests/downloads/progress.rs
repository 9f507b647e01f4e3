//! The bar on the terminal, and where there is none.

#![cfg(unix)]

use rhailab_tests::{FileServer, Folder, Serving, Terminal};

use super::super::{RHAILAB, archive, downloading};

const DOWNLOAD: &str =
    r#"gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true}).artifacts(#{to: "a\tb.zip"}).size"#;

fn shell(server: &FileServer, options: &[&str]) -> Terminal {
    Terminal::start(RHAILAB, &[&["--url", server.url()], options].concat())
}

#[test]
fn footgun_12_a_bar_shows_size_rate_and_end_where_somebody_looks_and_nowhere_else() {
    let holding = || FileServer::start([Serving::file(archive()).with_tag("v1").held_after(70_000)]);
    let (watched, unwatched, piped) = (holding(), holding(), holding());
    // Those without a bar begin first: they had their moment when the other one's bar appears.
    let folder = Folder::new();
    let running = downloading(piped.url(), &folder, "a.zip").start();
    let mut quiet = shell(&unwatched, &["--progress", "never"]);
    quiet.enter(DOWNLOAD);
    piped.wait_for(1);
    unwatched.wait_for(1);

    let mut terminal = shell(&watched, &[]);
    terminal.enter(DOWNLOAD);
    terminal.expect("a␉b.zip");
    // A bar that is drawn early shows less first.
    terminal.expect("68.36 KiB of 195.31 KiB");
    let rate = terminal.expect("left");
    assert!(rate.contains("KiB/s") || rate.contains(" B/s"), "{rate:?}");
    for server in [&watched, &unwatched, &piped] {
        server.release();
    }
    // The bar goes before the value is shown. It is erased whenever it is drawn anew, too, so what counts comes behind the
    // last one.
    let shown = terminal.expect("200000");
    let after = shown.rsplit("left").next().unwrap_or_default();
    assert!(
        after.contains("\u{1b}[2K") || after.contains("\u{1b}[K") || after.contains("\u{1b}[J"),
        "{shown:?}"
    );
    let before = quiet.expect("200000");
    assert!(!before.contains("KiB"), "{before:?}");
    let ended = running.finish();
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str(), ended.status), ("", "", Some(0)));
}

#[test]
fn what_is_printed_meanwhile_stands_above_the_bar() {
    let server = FileServer::start([Serving::file(archive()).with_tag("v1").held_after(70_000)]);
    let mut terminal = shell(&server, &[]);
    terminal.enter(
        r#"let n = 0; gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true}).artifacts(#{action: |chunk| { n += 1; if n == 1 { print("fir" + "st"); } }})"#,
    );
    terminal.expect("first\r\n");
    terminal.expect("artifacts ");
    terminal.expect("left");
    server.release();
    terminal.expect("200000");
}

#[test]
fn a_download_of_unknown_length_shows_what_came() {
    // Bytes that were compressed on their way have a length that nobody knows.
    let server = FileServer::start([Serving::file(PACKED.to_vec())
        .with_header("content-encoding", "gzip")
        .held_after(PACKED.len() - 8)]);
    let mut terminal = shell(&server, &[]);
    terminal.enter(
        r#"`${gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true}).trace(#{to: "job.log"}).size} bytes in all`"#,
    );
    terminal.expect("job.log ");
    let bar = terminal.expect("B/s");
    assert!(!bar.contains(" of "), "{bar:?}");
    server.release();
    terminal.expect("20 bytes in all");
}

const PACKED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\xc9\x4f\x57\xc8\x41\xc5\x5c\x00\x71\x8b\x2f\xa8\x14\x00\x00\x00";
