//! `unzip`: what it writes, and what of an archive it refuses. A refused archive leaves nothing behind.

use std::fs;
use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};

use flate2::write::DeflateEncoder;
use rhailab_tests::{Folder, RecordingServer, Rhailab};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::super::{inside, script};

/// An archive with these files; a name that ends in a slash is a directory.
fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        if name.ends_with('/') {
            zip.add_directory(*name, SimpleFileOptions::default()).unwrap();
        } else {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// Unpacks an archive into `out`, which is not there yet, and answers what `unzip` said.
fn unzip(folder: &Folder, archive: &[u8]) -> Result<Vec<String>, String> {
    std::fs::write(folder.path().join("a.zip"), archive).unwrap();
    let server = RecordingServer::start([]);
    let written = script(&server, folder, r#"unzip(folder + "/a.zip", folder + "/out")"#)?;
    let written = written.into_array().unwrap().into_iter().map(|path| path.into_string().unwrap());
    let root = folder.path().to_str().unwrap();
    Ok(written.map(|path| path.strip_prefix(root).unwrap_or(&path).to_owned()).collect())
}

/// The archive with this size claimed for each of its entries in its table of contents.
fn with_claimed_sizes(mut archive: Vec<u8>, size: u32) -> Vec<u8> {
    let headers: Vec<usize> = archive
        .windows(4)
        .enumerate()
        .filter(|(_, bytes)| bytes == b"PK\x01\x02")
        .map(|(at, _)| at)
        .collect();
    for header in headers {
        archive[header + 24..header + 28].copy_from_slice(&size.to_le_bytes());
    }
    archive
}

#[test]
fn files_and_directories_come_out_where_they_belong() {
    let folder = Folder::new();
    let zip = archive(&[("report.txt", "fine"), ("deep/er/log.txt", "line\n"), ("empty/", "")]);
    assert_eq!(unzip(&folder, &zip).unwrap(), ["/out/report.txt", "/out/deep/er/log.txt"]);
    assert_eq!(
        inside(&folder),
        ["a.zip", "out", "out/deep", "out/deep/er", "out/deep/er/log.txt", "out/empty", "out/report.txt"]
    );
    assert_eq!(std::fs::read_to_string(folder.path().join("out/deep/er/log.txt")).unwrap(), "line\n");
    // As with `unzip -o`, what is there is replaced.
    assert_eq!(unzip(&folder, &archive(&[("report.txt", "new")])).unwrap(), ["/out/report.txt"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("out/report.txt")).unwrap(), "new");
}

#[test]
fn entries_that_leave_the_directory_are_refused() {
    for name in ["../evil", "a/../../evil", "a/../b", "/etc/evil", "..\\evil", "C:\\evil"] {
        let folder = Folder::new();
        let problem = unzip(&folder, &archive(&[("first.txt", "1"), (name, "evil")])).unwrap_err();
        let expected = format!("its entry {name:?} would leave the directory");
        assert!(problem.contains(&expected), "{name}: {problem}");
        assert_eq!(inside(&folder), ["a.zip"], "{name}");
        assert!(!folder.path().parent().unwrap().join("evil").exists());
    }
}

#[test]
fn entries_that_cannot_stand_beside_each_other_are_refused() {
    for (entries, expected) in [
        ([("a/b.txt", "1"), ("./a/b.txt", "2")], "its entry \"a/b.txt\" is there twice"),
        ([("a", "1"), ("a/b.txt", "2")], "its entry \"a\" is a file and a directory"),
        ([("a/b/", ""), ("a/b", "2")], "its entry \"a/b\" is a file and a directory"),
    ] {
        let folder = Folder::new();
        let problem = unzip(&folder, &archive(&entries)).unwrap_err();
        assert!(problem.contains(expected), "{problem}");
        assert_eq!(inside(&folder), ["a.zip"]);
    }
    // The directory itself may be named, and others twice.
    let folder = Folder::new();
    let zip = archive(&[("./", ""), ("a/", ""), ("./a/", ""), ("a/b.txt", "1")]);
    assert_eq!(unzip(&folder, &zip).unwrap(), ["/out/a/b.txt"]);
}

#[test]
fn links_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("first.txt", SimpleFileOptions::default()).unwrap();
    zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let folder = Folder::new();
    let problem = unzip(&folder, &zip).unwrap_err();
    assert!(problem.contains("its entry \"link\" is a link"), "{problem}");
    assert_eq!(inside(&folder), ["a.zip"]);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_that_was_there_before() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    std::fs::create_dir(folder.path().join("out")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("out/way")).unwrap();
    let problem = unzip(&folder, &archive(&[("first.txt", "1"), ("way/evil", "evil")])).unwrap_err();
    assert!(problem.contains("out/way is a link; nothing is written through it"), "{problem}");
    assert_eq!(inside(&folder), ["a.zip", "out", "out/way"], "not even the entry before it");
    assert_eq!(inside(&elsewhere), [""; 0]);
}

#[test]
fn sizes_that_no_artifact_has_are_refused() {
    let folder = Folder::new();
    let zip = archive(&[("1", ""), ("2", ""), ("3", ""), ("4", ""), ("5", "")]);
    let problem = unzip(&folder, &with_claimed_sizes(zip, u32::MAX - 1)).unwrap_err();
    assert!(problem.contains("it holds more than 17179869184 bytes"), "{problem}");
    assert_eq!(inside(&folder), ["a.zip"]);
}

#[test]
fn what_a_broken_archive_wrote_goes_away_again() {
    let zip = archive(&[("deep/first.txt", "1"), ("deep/second.txt", "intact")]);
    let folder = Folder::new();
    let problem = unzip(&folder, &with_broken_entry(zip, "deep/second.txt")).unwrap_err();
    assert!(problem.contains("deep/second.txt of"), "{problem}");
    assert_eq!(inside(&folder), ["a.zip"]);
}

/// The archive with a letter of this entry changed, so that its checksum no longer fits.
fn with_broken_entry(mut archive: Vec<u8>, name: &str) -> Vec<u8> {
    // The content is stored in few letters.
    let content = archive.windows(name.len()).position(|text| text == name.as_bytes()).unwrap() + name.len();
    archive[content + 1] ^= 0x40;
    archive
}

#[test]
fn what_was_there_before_a_broken_archive_is_still_there() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("out/deep")).unwrap();
    folder.write("out/deep/first.txt", "of yesterday");
    folder.write("out/deep/second.txt", "of yesterday, too");
    let zip = archive(&[("deep/first.txt", "1"), ("new/file.txt", "2"), ("deep/second.txt", "intact")]);
    let problem = unzip(&folder, &with_broken_entry(zip, "deep/second.txt")).unwrap_err();
    assert!(problem.contains("deep/second.txt of"), "{problem}");
    assert_eq!(inside(&folder), ["a.zip", "out", "out/deep", "out/deep/first.txt", "out/deep/second.txt"]);
    let text = |name| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(text("out/deep/first.txt"), "of yesterday");
    assert_eq!(text("out/deep/second.txt"), "of yesterday, too");
}

#[test]
fn files_that_were_replaced_come_back_when_a_later_one_has_no_place() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("out")).unwrap();
    folder.write("out/a.txt", "of yesterday");
    // A file cannot have files in it.
    folder.write("out/b", "file");
    let zip = archive(&[("new/file.txt", "1"), ("a.txt", "new"), ("b/c.txt", "2")]);
    let problem = unzip(&folder, &zip).unwrap_err();
    assert!(problem.contains("out/b/c.txt cannot be written"), "{problem}");
    assert_eq!(inside(&folder), ["a.zip", "out", "out/a.txt", "out/b"]);
    assert_eq!(fs::read_to_string(folder.path().join("out/a.txt")).unwrap(), "of yesterday");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_replaced_by_a_file_is_told_before_anything_is_written() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("out/report.txt/deep")).unwrap();
    let problem = unzip(&folder, &archive(&[("first.txt", "1"), ("report.txt", "2")])).unwrap_err();
    assert!(problem.contains("out/report.txt is there, and is no file"), "{problem}");
    assert_eq!(inside(&folder), ["a.zip", "out", "out/report.txt", "out/report.txt/deep"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    fs::create_dir(folder.path().join("out")).unwrap();
    let old = folder.write("out/report.txt", "of yesterday");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o600)).unwrap();
    unzip(&folder, &archive(&[("report.txt", "new")])).unwrap();
    assert_eq!(fs::read_to_string(&old).unwrap(), "new");
    assert_eq!(fs::metadata(&old).unwrap().permissions().mode() & 0o777, 0o600);
}

/// A small archive with one file of two GiB.
fn huge() -> Vec<u8> {
    let mut piece = DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    piece.write_all(&vec![0; 1024 * 1024]).unwrap();
    piece.flush().unwrap();
    // Such a piece stands for itself, so that many of them in a row are many times as much.
    let content = piece.get_ref().repeat(2048);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("zeros", options).unwrap();
    zip.write_all(&content).unwrap();
    let mut zip = zip.finish().unwrap().into_inner();
    // What was stored as it is, is named compressed.
    let listed = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    for method in [8, listed + 10] {
        zip[method..method + 2].copy_from_slice(&8_u16.to_le_bytes());
    }
    zip
}

#[test]
fn ctrl_c_stops_it_and_nothing_is_left() {
    let folder = Folder::new();
    fs::write(folder.path().join("a.zip"), huge()).unwrap();
    let running = Rhailab::new(env!("CARGO_BIN_EXE_rhailab"))
        .within(folder.path())
        .args(["eval", r#"unzip("a.zip", "out")"#])
        .start();
    let started = Instant::now();
    while !inside(&folder).iter().any(|name| name.starts_with("out/")) {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing is unpacked");
        std::thread::sleep(Duration::from_millis(2));
    }
    running.interrupt();
    let ended = running.finish();
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(130), "interrupted\n"));
    assert_eq!(inside(&folder), ["a.zip"]);
}

#[test]
fn what_is_no_archive_is_said_to_be_none() {
    let folder = Folder::new();
    let problem = unzip(&folder, b"<html>sign in</html>").unwrap_err();
    assert!(problem.contains("a.zip is no zip archive"), "{problem}");
    std::fs::remove_file(folder.path().join("a.zip")).unwrap();
    let server = RecordingServer::start([]);
    let problem = script(&server, &folder, r#"unzip(folder + "/a.zip", folder)"#).unwrap_err();
    assert!(problem.contains("a.zip cannot be read"), "{problem}");
    assert_eq!(inside(&folder), [""; 0]);
}
