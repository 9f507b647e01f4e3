//! The shell's commands, as a table: their names, what follows them, what they do. Completion and `:help` read it.

use super::Shell;
use super::complete::Argument;

mod files;
mod look;
mod modes;

/// A command: a line that begins with a colon.
pub(super) struct ShellCommand {
    pub(super) name: &'static str,
    /// What follows the name, as a person reads it.
    pub(super) usage: &'static str,
    pub(super) takes: Argument,
    pub(super) doc: &'static str,
    run: fn(&mut Shell, &str) -> Outcome,
}

/// What a command says: text to show, or what was wrong with it.
pub(super) type Outcome = Result<Option<String>, String>;

/// All commands.
pub(super) const COMMANDS: &[ShellCommand] = &[
    command("help", "", Argument::Nothing, "Lists the commands and the keys.", look::help),
    command(
        "doc",
        "[TOPIC]",
        Argument::Topic,
        "Explains a kind, a method, a field or a function.",
        look::doc,
    ),
    command(
        "examples",
        "[NAME]",
        Argument::Nothing,
        "Lists the recipes, or loads one to edit and run.",
        files::examples,
    ),
    command("run", "FILE", Argument::File, "Runs a script in this session.", files::run),
    command("reload", "", Argument::Nothing, "Runs the script of the last `:run` again.", files::reload),
    command(
        "save",
        "FILE",
        Argument::File,
        "Writes this session's inputs as a script that runs.",
        files::save,
    ),
    command("vars", "", Argument::Nothing, "Lists the variables.", look::variables),
    command("fns", "", Argument::Nothing, "Lists the functions that were declared here.", look::functions),
    command(
        "json",
        "[CODE]",
        Argument::Code,
        "Shows the last value, or that of some code, as JSON.",
        look::json,
    ),
    command("time", "CODE", Argument::Code, "Runs code and tells its time, requests and bytes.", look::time),
    command(
        "why",
        "",
        Argument::Nothing,
        "Shows the last error in full: the request and the answer.",
        look::why,
    ),
    command("trace", "on|off", Argument::Nothing, "Shows each request as it goes.", modes::trace),
    command(
        "readonly",
        "on|off",
        Argument::Nothing,
        "Refuses everything that would write.",
        modes::read_only,
    ),
    command(
        "dry",
        "on|off",
        Argument::Nothing,
        "Shows what would be written, and sends none of it.",
        modes::dry,
    ),
    command(
        "sandbox",
        "",
        Argument::Nothing,
        "Switches to a fresh simulated GitLab, and back.",
        modes::sandbox,
    ),
    command(
        "profile",
        "[NAME]",
        Argument::Nothing,
        "Speaks to the server of a profile; lists them without a name.",
        modes::profile,
    ),
    command(
        "set",
        "[NAME VALUE]",
        Argument::Nothing,
        "Changes how the shell behaves; lists what can be set.",
        modes::set,
    ),
    command("quit", "", Argument::Nothing, "Leaves; so does Ctrl-D.", modes::quit),
];

const fn command(
    name: &'static str,
    usage: &'static str,
    takes: Argument,
    doc: &'static str,
    run: fn(&mut Shell, &str) -> Outcome,
) -> ShellCommand {
    ShellCommand { name, usage, takes, doc, run }
}

/// Runs a line that is a command, without its colon.
pub(super) fn run(shell: &mut Shell, line: &str) -> Outcome {
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let argument = argument.trim();
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        let known = COMMANDS.iter().map(|command| command.name);
        return Err(match rhailab_client::nearest(name, known) {
            Some(near) => format!("there is no command `:{name}`; did you mean `:{near}`?"),
            None => format!("there is no command `:{name}`; `:help` lists them"),
        });
    };
    if command.usage.is_empty() && !argument.is_empty() {
        return Err(format!("`:{name}` takes nothing, not {argument:?}"));
    }
    if argument.is_empty() && !command.usage.is_empty() && !command.usage.starts_with('[') {
        return Err(format!("`:{name}` needs something: `:{name} {}`", command.usage));
    }
    (command.run)(shell, argument)
}

/// `on` or `off`.
fn switch(name: &str, argument: &str) -> Result<bool, String> {
    match argument {
        "on" => Ok(true),
        "off" => Ok(false),
        other => Err(format!("`:{name}` is `on` or `off`, not {other:?}")),
    }
}
