//! `open_file`, `write`, `close` and `remove_file`: what a script needs to keep what it downloads.

use rhailab_tests::{Folder, RecordingServer, Rhailab};

use super::super::{inside, script};

fn run(folder: &Folder, text: &str) -> Result<rhai::Dynamic, String> {
    script(&RecordingServer::start([]), folder, text)
}

#[test]
fn text_and_blobs_are_written_and_appended() {
    let folder = Folder::new();
    let text = r#"
        let f = open_file(folder + "/notes", "w");
        f.write("one ");
        f.write(blob(3, 0x32));
        f.close();
        let f = open_file(folder + "/notes", "a");
        f.write(" three");
        f.close();
        f.close();"#;
    let _ = run(&folder, text).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("notes")).unwrap(), "one 222 three");
    let _ = run(&folder, r#"open_file(folder + "/notes", "wb").close();"#).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("notes")).unwrap(), "", "`w` begins anew");
    let _ = run(&folder, r#"remove_file(folder + "/notes")"#).unwrap();
    assert_eq!(inside(&folder), [""; 0]);
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_written_and_closed_like_files() {
    let folder = Folder::new();
    let text = |path: &str| format!(r#"let f = open_file("{path}", "w"); f.write("one\n"); f.close();"#);
    let _ = run(&folder, &text("/dev/null")).unwrap();
    let piped = Rhailab::new(env!("CARGO_BIN_EXE_rhailab")).args(["eval", &text("/dev/stdout")]).run();
    assert_eq!((piped.status, piped.stdout.as_str(), piped.stderr.as_str()), (Some(0), "one\n", ""));
}

#[test]
fn copies_of_a_file_are_the_same_file() {
    let folder = Folder::new();
    let text = r#"
        let f = open_file(folder + "/log", "w");
        let line = |text| f.write(text + "\n");
        line.call("a");
        let g = f;
        g.write("b");
        f.close();
        g.write("c")"#;
    let problem = run(&folder, text).unwrap_err();
    assert!(problem.contains("log is closed"), "{problem}");
    assert_eq!(std::fs::read_to_string(folder.path().join("log")).unwrap(), "a\nb");
}

#[test]
fn what_cannot_be_opened_written_or_removed_says_so() {
    let folder = Folder::new();
    let cases = [
        (r#"open_file(folder + "/a", "r")"#, r#"open_file() has no mode "r" | "w" writes a new file"#),
        (r#"open_file(folder + "/no/a", "w")"#, "/no/a cannot be written"),
        (r#"let f = open_file(folder + "/a", "w"); f.close(); f.write("x")"#, "/a is closed"),
        (r#"remove_file(folder + "/b")"#, "/b cannot be removed"),
    ];
    for (text, expected) in cases {
        let problem = run(&folder, text).unwrap_err();
        assert!(problem.contains(expected), "{text}: {problem}");
    }
    let kind = run(&folder, r#"try { remove_file(folder + "/b") } catch (e) { return e.kind; }"#).unwrap();
    assert_eq!(kind.into_string().unwrap(), "io");
}
