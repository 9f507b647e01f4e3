//! The transcripts in the README and in the tutorial are real: each input of their `console` blocks is typed into the
//! shell, and what it answers stands below it. `UPDATE_TRANSCRIPTS=1 cargo test --package rhailab --test transcripts`
//! writes the answers anew.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may stop where it is")]

use std::fmt::Write as _;

use rhailab_tests::{Rhailab, Terminal, repository};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

const PROMPT: &str = "sandbox> ";

/// What the editor writes when it begins to read, and when it lets go of a line.
const BEGINS: &str = "\u{1b}[?2004h";
const ENDS: &str = "\u{1b}[?2004l\r\n";

#[test]
fn the_readme_shows_what_the_shell_shows() {
    check("README.md", 8);
}

#[test]
fn the_tutorial_shows_what_the_shell_shows() {
    check("docs/tutorial.md", 25);
}

/// The scripts that the tutorial has its reader write.
#[test]
fn the_scripts_of_the_tutorial_run() {
    let text = std::fs::read_to_string(repository().join("docs/tutorial.md")).unwrap();
    let scripts: Vec<&str> =
        text.split("```rhai\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        let outcome = Rhailab::new(RHAILAB).args(["--sandbox", "run", "-"]).stdin(script).run();
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{script}\n{outcome:?}");
    }
}

fn check(file: &str, least: usize) {
    let path = repository().join(file);
    let written = std::fs::read_to_string(&path).unwrap();
    let (shown, inputs) = played(&written);
    assert!(inputs >= least, "{file} has {inputs} inputs");
    if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        std::fs::write(&path, shown).unwrap();
    } else {
        assert_eq!(written, shown, "{file} shows something else; CONTRIBUTING.md tells how to write it anew");
    }
}

/// The document with the answers that the shell gives now, and how many inputs it has. All its blocks are one session.
fn played(document: &str) -> (String, usize) {
    let mut shell = Terminal::start(RHAILAB, &["--sandbox"]);
    let (mut shown, mut inputs, mut in_block) = (String::new(), 0, false);
    for line in document.lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
        }
        if !in_block || line.starts_with("```") {
            writeln!(shown, "{line}").unwrap();
        } else if let Some(input) = line.strip_prefix(PROMPT) {
            inputs += 1;
            writeln!(shown, "{line}\n{}", answer(&mut shell, input)).unwrap();
            if shown.ends_with("\n\n") {
                shown.pop();
            }
        }
    }
    assert_eq!(shell.leave().1, 0);
    (shown, inputs)
}

fn answer(shell: &mut Terminal, input: &str) -> String {
    shell.enter(input);
    shell.expect(ENDS);
    let answer = shell.expect(BEGINS).replace('\r', "");
    let lines = answer.lines().filter(|line| !line.starts_with("(speaking as"));
    let lines: Vec<String> = lines.map(without_port).collect();
    lines.join("\n").trim_end().to_owned()
}

/// The sandbox listens on a port of its own each time.
fn without_port(line: &str) -> String {
    let Some((before, rest)) = line.split_once("127.0.0.1:") else {
        return line.trim_end().to_owned();
    };
    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    format!("{before}127.0.0.1:PORT{rest}").trim_end().to_owned()
}
