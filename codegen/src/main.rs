//! The command `cargo codegen`: checks a spec, shows what becomes of a name, writes the sources.
//!
//! Owns the command line. Must not know more than the library offers.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rhailab_codegen::{Error, Model, Style, generate, load, show, write};

const USAGE: &str = "\
Turns the description of GitLab's REST API in spec/ into Rust sources.

Usage: cargo codegen <COMMAND> [--spec DIR]

Commands:
  check           Tell every problem of the spec
  show NAME       Print the Rust code of a kind, an enum, a record, or an operation
                  such as ProjectPipeline.create
  generate --out DIR
                  Write the Rust sources to a directory
  size            Print how large the spec is, and how many lines each product of it has

Options:
  --spec DIR      The directory of the YAML files [default: spec]
";

/// What the command line asks for.
enum Command {
    Help,
    Check,
    Show(String),
    Generate(PathBuf),
    Size,
}

fn main() -> ExitCode {
    match read_arguments(std::env::args().skip(1)) {
        Ok((command, spec)) => run(&command, &spec),
        Err(problem) => fail(&format!("{problem}\n\n{USAGE}")),
    }
}

fn run(command: &Command, spec: &Path) -> ExitCode {
    if matches!(command, Command::Help) {
        return print(USAGE);
    }
    let model = match load(spec) {
        Ok(model) => model,
        Err(diagnostics) => return fail(&diagnostics.below(spec).render(style())),
    };
    match command {
        Command::Help => print(USAGE),
        Command::Check => print(&format!("{}: no problems\n", contents(&model))),
        Command::Size => print(&format!("{}\n{}", contents(&model), sizes(&model))),
        Command::Show(name) => match show(&model, name) {
            Ok(code) => print(&code),
            Err(problem) => fail(&format!("{problem}\n")),
        },
        Command::Generate(out) => match write(&generate(&model), out) {
            Ok(()) => ExitCode::SUCCESS,
            Err(Error::Write { path, source }) => {
                fail(&format!("cannot write {}: {source}\n", path.display()))
            }
            Err(error) => fail(&format!("{error}\n")),
        },
    }
}

fn read_arguments(mut arguments: impl Iterator<Item = String>) -> Result<(Command, PathBuf), String> {
    let mut command = None;
    let mut name = None;
    let mut out = None;
    let mut spec = PathBuf::from("spec");
    while let Some(argument) = arguments.next() {
        let mut value = |what: &str| arguments.next().ok_or(format!("{argument} needs {what}"));
        match argument.as_str() {
            "-h" | "--help" => return Ok((Command::Help, spec)),
            "--spec" => spec = value("a directory")?.into(),
            "--out" => out = Some(PathBuf::from(value("a directory")?)),
            option if option.starts_with('-') => {
                return Err(format!("there is no option {option}"));
            }
            _ if command.is_none() => command = Some(argument),
            _ if name.is_none() => name = Some(argument),
            _ => return Err(format!("{argument} is one argument too many")),
        }
    }
    let command = match (command.as_deref(), name, out) {
        (None | Some("help"), _, _) => Command::Help,
        (Some("check"), None, None) => Command::Check,
        (Some("size"), None, None) => Command::Size,
        (Some("show"), Some(name), None) => Command::Show(name),
        (Some("show"), None, None) => return Err("show needs a name".to_owned()),
        (Some("generate"), None, Some(out)) => Command::Generate(out),
        (Some("generate"), None, None) => return Err("generate needs --out DIR".to_owned()),
        (Some("check" | "show" | "generate" | "size"), _, _) => {
            return Err("this does not belong to that command".to_owned());
        }
        (Some(other), _, _) => return Err(format!("there is no command {other}")),
    };
    Ok((command, spec))
}

/// What the spec holds, in a line.
fn contents(model: &Model) -> String {
    format!(
        "{}, {}, {} and {}",
        count(model.resources.len(), "resource"),
        count(model.endpoints.len(), "operation"),
        count(model.records.len(), "record"),
        count(model.enums.len(), "enum")
    )
}

/// The lines of each product, a product being the first part of a file's path.
fn sizes(model: &Model) -> String {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for file in generate(model) {
        let product = file.path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        *lines.entry(product).or_default() += file.content.lines().count();
    }
    let total: usize = lines.values().sum();
    lines.insert("total".to_owned(), total);
    lines.iter().map(|(product, lines)| format!("{product:<10} {lines:>6} lines\n")).collect()
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Colours only where somebody looks, and did not ask for none.
fn style() -> Style {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stderr().is_terminal() && !plain { Style::Coloured } else { Style::Plain }
}

/// A reader that went away, as with `| head`, is no failure.
fn print(text: &str) -> ExitCode {
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn fail(text: &str) -> ExitCode {
    let _ = std::io::stderr().write_all(text.as_bytes());
    ExitCode::FAILURE
}
