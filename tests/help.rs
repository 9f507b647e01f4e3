//! The commands that print or write what the program knows about itself: help, what completes in a shell, manual
//! pages, and definitions for editors.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may stop where it is")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use rhai::Engine;
use rhailab::help::page;
use rhailab_client::endpoint::On;
use rhailab_client::table;
use rhailab_tests::{Folder, Outcome, Rhailab};

const RHAILAB: &str = env!("CARGO_BIN_EXE_rhailab");

/// Help and mistakes come before the options are read, and obey them all the same.
#[test]
fn colours_are_for_who_wants_them() {
    for (args, is_coloured) in [
        (&["--color", "always", "--help"][..], true),
        (&["--color=always", "run"], true),
        (&["--help", "--color", "always"], true),
        (&["--color=always", "--color=never", "--help"], false),
        (&["--help"], false),
        (&["run"], false),
    ] {
        let outcome = rhailab(args);
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(shown.contains('\u{1b}'), is_coloured, "{args:?}: {shown:?}");
    }
}

#[test]
fn doc_prints_a_page() {
    assert_eq!(rhailab(&["doc"]), succeeded(&text("")));
    assert_eq!(rhailab(&["doc", "pipeline.retry"]), succeeded(&text("pipeline.retry")));
    assert_eq!(rhailab(&["doc", "pipeline", "retry"]), succeeded(&text("pipeline.retry")));
    let coloured = rhailab(&["doc", "--color", "always", "pipeline.retry"]);
    assert_eq!(coloured.stdout, page("pipeline.retry", 80, true).unwrap());
    let unknown = rhailab(&["doc", "pipeline.retri"]);
    let message = "error: there is no help about `pipeline.retri`; did you mean `pipeline.retry`?\n";
    assert_eq!((unknown.status, unknown.stdout.as_str(), unknown.stderr.as_str()), (Some(2), "", message));
}

#[test]
fn completions_complete_in_a_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = rhailab(&["completions", shell]);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
        assert!(outcome.stdout.contains("definitions") && outcome.stdout.contains("token-file"), "{shell}");
    }
    let script = rhailab(&["completions", "bash"]).stdout;
    let ask =
        "COMP_WORDS=(rhailab defi); COMP_CWORD=1; _rhailab rhailab defi rhailab; echo \"${COMPREPLY[@]}\"";
    let bash = Command::new("bash").args(["-c", &format!("{script}\n{ask}")]).output().unwrap();
    assert_eq!(String::from_utf8(bash.stdout).unwrap(), "definitions\n");
    let unknown = rhailab(&["completions", "tcsh"]);
    assert_eq!(unknown.status, Some(2), "{unknown:?}");
}

#[test]
fn man_writes_a_page_for_each_command() {
    let page = rhailab(&["man"]).stdout;
    assert!(page.contains(".TH rhailab 1") && page.contains("rhailab\\-doc(1)"), "{page}");
    let folder = Folder::new();
    let files = written("man", &folder.path().join("made/on/the/way"));
    assert!(files.contains("rhailab.1") && files.contains("rhailab-doc.1"), "{files:?}");
    assert!(!files.iter().any(|file| file.contains("help")), "{files:?}");
}

#[test]
fn files_that_cannot_be_written_are_told() {
    let folder = Folder::new();
    let file = folder.write("file", "");
    for command in ["man", "definitions"] {
        let outcome = Rhailab::new(RHAILAB).args([command, "--out"]).arg(&file).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""), "{outcome:?}");
        assert!(outcome.stderr.starts_with("error: the files cannot be written into "), "{outcome:?}");
    }
}

#[test]
fn definitions_declare_everything_in_the_syntax_of_such_files() {
    let folder = Folder::new();
    let files = written("definitions", folder.path());
    assert_eq!(files, ["gitlab.d.rhai", "rhailab.d.rhai"].map(str::to_owned).into());
    let mut declared = BTreeSet::new();
    for name in files {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("module static;"));
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with("///")) {
            let rhai = as_rhai(line).unwrap_or_else(|| panic!("this is no declaration: {line}"));
            let problem = Engine::new_raw().compile(&rhai).err();
            assert!(problem.is_none(), "{line}: {problem:?}");
            declared.insert(line.to_owned());
        }
    }
    for expected in [
        "const gl: Gitlab;",
        "fn exit() -> ?;",
        "fn exit(status: ?) -> ?;",
        "fn gitlab(url: ?, options: Map) -> ?;",
        "fn filter(value: Sequence, closure: ?) -> ?;",
        "fn get projects(gl: Gitlab) -> ProjectManager;",
        "fn get pipelines(object: Project) -> ProjectPipelineManager;",
        "fn list(manager: ProjectPipelineManager) -> Sequence<ProjectPipeline>;",
        "fn create(manager: ProjectPipelineManager, options: Map) -> ProjectPipeline;",
        "fn trigger_pipeline(object: Project, ref: String, token: String, options: Map) -> ProjectPipeline;",
        "fn wait(value: ProjectPipeline, options: Map) -> ProjectPipeline;",
        "fn get status(object: ProjectPipeline) -> String;",
        "fn set cron(object: ProjectPipelineSchedule, value: String);",
    ] {
        assert!(declared.contains(expected), "{expected} is not declared");
    }
    let verbs = table::RESOURCES
        .iter()
        .flat_map(|resource| resource.operations.iter().map(move |verb| (resource, verb)));
    for (resource, verb) in verbs {
        let receiver = match verb.on {
            On::Manager => format!("fn {}(manager: {}Manager", verb.name, resource.kind),
            On::Object => format!("fn {}(object: {}", verb.name, resource.kind),
        };
        assert!(declared.iter().any(|line| line.starts_with(&receiver)), "{receiver} is not declared");
    }
}

/// A declaration as Rhai that can be parsed: a function without types and with nothing in it, a constant with a value.
fn as_rhai(line: &str) -> Option<String> {
    let line = line.strip_suffix(';')?;
    if let Some(constant) = line.strip_prefix("const ") {
        let (name, _) = constant.split_once(": ")?;
        return Some(format!("const {name} = 1;"));
    }
    let (name, rest) = line.strip_prefix("fn ")?.split_once('(')?;
    let (params, result) = rest.split_once(')')?;
    let has_result = result.is_empty() || result.strip_prefix(" -> ").is_some_and(|ty| !ty.is_empty());
    // What is declared may be called by a word that Rhai reserves, as `print` is.
    let name = name.replace("get ", "get_").replace("set ", "set_");
    let names: Option<Vec<&str>> = params
        .split(", ")
        .filter(|param| !param.is_empty())
        .map(|param| param.split_once(": ").map(|(name, _)| name))
        .collect();
    has_result.then(|| format!("fn the_{name}({}) {{}}", names.unwrap_or_else(|| vec!["?"]).join(", ")))
}

/// Runs a command that writes files into a directory, and answers their names: those that it tells, which are those
/// that are there.
fn written(command: &str, directory: &Path) -> BTreeSet<String> {
    let outcome = Rhailab::new(RHAILAB).args([command, "--out"]).arg(directory).run();
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let told: BTreeSet<String> = outcome.stdout.lines().map(|line| name(Path::new(line))).collect();
    let there = fs::read_dir(directory).unwrap().map(|entry| name(&entry.unwrap().path())).collect();
    assert_eq!(told, there);
    told
}

/// The page at the width that a program without a terminal has.
fn text(topic: &str) -> String {
    page(topic, 80, false).unwrap_or_else(|unknown| panic!("{unknown}"))
}

fn rhailab(args: &[&str]) -> Outcome {
    Rhailab::new(RHAILAB).args(args).run()
}

fn succeeded(stdout: &str) -> Outcome {
    Outcome { status: Some(0), stdout: stdout.to_owned(), stderr: String::new() }
}
