//! Commands that look: at help, at what the session has, at values, at the last error.

use std::fmt::Write as _;
use std::time::Instant;

use rhailab_client::Traffic;

use super::super::Shell;
use super::super::complete::shape_of;
use super::super::session::Failure;
use super::{COMMANDS, Outcome};
use crate::help;
use crate::output::{Format, terminal};

const KEYS: &str = "\
Tab           completes; twice lists all that fits
Ctrl-R        searches the history; the right arrow takes the hint
Ctrl-C        drops the line, or stops what runs; the variables stay
Ctrl-D        leaves
?TOPIC        is `:doc TOPIC`; so is TOPIC?
_             is the last value
 a space      before an input keeps it out of the history";

pub(super) fn help(_: &mut Shell, _: &str) -> Outcome {
    let called = |name: &str, usage: &str| format!(":{name} {usage}");
    let width = COMMANDS.iter().map(|command| called(command.name, command.usage).len()).max().unwrap_or(0);
    let mut text = String::new();
    for command in COMMANDS {
        let call = called(command.name, command.usage);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{call:<width$}  {}", command.doc);
    }
    let _ = write!(text, "\n{KEYS}\n\n`:doc` explains what can be typed.");
    Ok(Some(text))
}

pub(super) fn doc(shell: &mut Shell, topic: &str) -> Outcome {
    let page = |topic: &str| help::page(topic, terminal::width(), shell.color);
    // A variable stands for the kind of what it holds, where that has a page.
    let variables = shell.session.variables();
    let held = variables.iter().find(|(name, _)| name == topic).map(|(_, value)| shape_of(value).name());
    let page = held
        .filter(|kind| !kind.is_empty())
        .and_then(|kind| page(&kind).ok())
        .map_or_else(|| page(topic), Ok);
    page.map(Some).map_err(|error| error.to_string())
}

pub(super) fn variables(shell: &mut Shell, _: &str) -> Outcome {
    let rows: Vec<(String, String)> = shell
        .session
        .variables()
        .into_iter()
        .map(|(name, value)| {
            let shape = shape_of(&value).name();
            (name, if shape.is_empty() { value.type_name().to_owned() } else { shape })
        })
        .collect();
    Ok(Some(columns(&rows, "there are no variables yet")))
}

pub(super) fn functions(shell: &mut Shell, _: &str) -> Outcome {
    let rows: Vec<(String, String)> = shell
        .session
        .functions()
        .into_iter()
        .map(|(name, parameters)| (format!("{name}({})", parameters.join(", ")), String::new()))
        .collect();
    Ok(Some(columns(&rows, "no functions were declared yet")))
}

fn columns(rows: &[(String, String)], none: &str) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let width = rows.iter().map(|(first, _)| first.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> = rows
        .iter()
        .map(|(first, second)| format!("{first:<width$}  {second}").trim_end().to_owned())
        .collect();
    lines.join("\n")
}

pub(super) fn json(shell: &mut Shell, code: &str) -> Outcome {
    let value = if code.is_empty() { shell.session.last_value() } else { shell.evaluate(code) };
    match value {
        Some(value) => shell.text_of(&value, Format::Json),
        None if code.is_empty() => Err("there is no last value yet".to_owned()),
        None => Ok(None),
    }
}

pub(super) fn time(shell: &mut Shell, code: &str) -> Outcome {
    // What the shell would ask for itself meanwhile does not count.
    let introduced = std::mem::replace(&mut shell.introduced, true);
    let (started, before) = (Instant::now(), shell.client.traffic());
    let value = shell.evaluate(code);
    let shown = value.as_ref().map(|value| shell.text_of(value, shell.format));
    let Traffic { requests, bytes } = shell.client.traffic();
    shell.introduced = introduced;
    let Some(shown) = shown.transpose()? else {
        return Ok(None);
    };
    let tally = format!(
        "{:.1} ms, {} requests, {} bytes",
        started.elapsed().as_secs_f64() * 1000.0,
        requests - before.requests,
        bytes - before.bytes
    );
    Ok(Some(shown.map_or_else(|| tally.clone(), |shown| format!("{shown}\n{tally}"))))
}

pub(super) fn why(shell: &mut Shell, _: &str) -> Outcome {
    let Some(failure) = &shell.last_failure else {
        return Ok(Some("nothing has gone wrong yet".to_owned()));
    };
    let mut text = shell.report(failure).message.unwrap_or_else(|| "it was interrupted".to_owned());
    if let Failure::Thrown(thrown) = failure
        && let Some(facts) = crate::report::facts(thrown)
    {
        let _ = write!(text, "\n\n{facts}");
    }
    Ok(Some(text))
}
