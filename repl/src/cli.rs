//! The command line: which command with which options, and the exit status. What commands do is in
//! `commands/`.

mod global;
mod span;
mod status;

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::Shell;
use rhailab_client::nearest;
use rhailab_sandbox::Fault;

use crate::commands;
use crate::commands::logs::JobName;
use crate::commands::trigger::TriggerOptions;
use crate::commands::wait::WaitOptions;
use crate::engine::bridge::{Bridge, Interrupt};
use crate::live::screen;
use crate::report::{self, Ending};
use crate::{progress, shell, verbose};

pub(crate) use global::{GlobalOptions, Progress};
pub(crate) use span::{pause, span_of_time};
pub use status::Status;

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match parse(&std::env::args_os().collect::<Vec<_>>()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too; clap knows what goes to which stream.
            let status = if error.use_stderr() { Status::Usage } else { Status::Success };
            return match error.print() {
                Err(error) if status == Status::Success => unwritable(&error).into(),
                // When the mistake cannot even be told, the status still says it.
                _ => status.into(),
            };
        }
    };
    verbose::install(cli.global.verbose);
    progress::show(cli.global.progress.is_shown());
    run(&cli).into()
}

/// Reads the call. Help and mistakes are told before the options are read, so `--color` is looked for ahead of that.
fn parse(words: &[OsString]) -> Result<Cli, clap::Error> {
    let mut choices = words.iter().enumerate().filter_map(|(place, word)| {
        match word.to_str()?.strip_prefix("--color")? {
            "" => words.get(place + 1)?.to_str(),
            choice => choice.strip_prefix('='),
        }
    });
    let color = match choices.next_back() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    };
    let mut command = Cli::command().color(color);
    let matches = command.try_get_matches_from_mut(words)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// GitLab CI/CD recipes as scripts.
#[derive(Debug, Parser)]
#[command(
    name = "rhailab",
    version,
    about,
    args_conflicts_with_subcommands = false,
    subcommand_precedence_over_arg = true
)]
struct Cli {
    #[command(flatten)]
    global: GlobalOptions,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a script; `-` reads it from standard input
    Run {
        /// The script
        file: PathBuf,
        /// What the script finds in `args`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Evaluate code and print its value
    Eval {
        /// The code
        code: String,
    },
    /// Look for mistakes in scripts without running them
    Check {
        /// The scripts
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Start a pipeline with a trigger token of yours, and wait for it if that is asked for
    Trigger(TriggerOptions),
    /// Wait for a pipeline that is under way
    #[command(allow_missing_positional = true)]
    Wait(WaitOptions),
    /// Send a request of any path of the API, and print the JSON of the answer
    Api(ApiOptions),
    /// Serve a simulated GitLab for any client until Ctrl-C
    Sandbox(SandboxOptions),
    /// Show the configuration and where each value comes from
    Config,
    /// Ask for a server and a token, try them, and keep them as a profile
    Login {
        /// What the profile is called
        #[arg(default_value = "default")]
        name: String,
    },
    /// Print a job's log; the exit status tells what became of the job
    Logs(LogsOptions),
    /// Explain a kind of object, a method, a field, a parameter, a function
    Doc {
        /// What stands in a script, such as pipeline, project.pipelines.create, pipeline.status; nothing for an overview
        topic: Vec<String>,
    },
    /// Print a script that completes commands and options in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write .d.rhai files, from which editors know what scripts can call
    Definitions {
        /// The directory, made if need be
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Print the manual page, or write all of them
    Man {
        /// The directory for the pages of all commands, made if need be
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// A script, with its arguments
    #[command(external_subcommand)]
    Script(Vec<OsString>),
}

/// What to send.
#[derive(Debug, Args)]
pub(crate) struct ApiOptions {
    /// GET, POST, PUT, PATCH or DELETE
    pub(crate) method: String,
    /// The path below /api/v4, such as /projects/1/pipelines
    pub(crate) path: String,
    /// A field of the body, or of the query where there is none or `--input` gives it; may be given more than once, and
    /// NAME[]=VALUE adds to a list
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub(crate) field: Vec<String>,
    /// A file with the JSON of the body; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Print tokens and masked values as they are, for a program that reads them
    #[arg(long)]
    pub(crate) show_secrets: bool,
}

/// How to simulate.
#[derive(Debug, Args)]
pub(crate) struct SandboxOptions {
    /// The address to listen on; port 0 is a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Simulated seconds per second
    #[arg(long, value_name = "N")]
    pub(crate) speed: Option<f64>,
    /// What tokens and durations are drawn from
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How long each answer takes, such as 50ms
    #[arg(long, value_name = "DURATION", value_parser = span_of_time)]
    pub(crate) latency: Option<Duration>,
    /// A YAML file that tells of groups, projects and their pipelines
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Break requests on purpose, such as 429:10%; once for each of 429, 500, 502, 503, reset, truncate, slow, html
    #[arg(long = "fault", value_name = "KIND:PROBABILITY")]
    pub(crate) faults: Vec<Fault>,
    /// How long the fault `slow` stalls an answer
    #[arg(long, value_name = "DURATION", value_parser = span_of_time)]
    pub(crate) stall: Option<Duration>,
}

/// Which log to print, and for how long.
#[derive(Debug, Args)]
pub(crate) struct LogsOptions {
    /// The project, as its number or its path, such as group/app
    pub(crate) project: String,
    /// The job, as its number, or as the number of its pipeline and its name: 45:rspec
    pub(crate) job: JobName,
    /// Go on until the job has ended
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// The pause between two looks while following, such as 5s; 2 seconds otherwise
    #[arg(long, value_name = "DURATION", value_parser = pause, requires = "follow")]
    pub(crate) poll: Option<Duration>,
}

fn run(cli: &Cli) -> Status {
    let global = &cli.global;
    match &cli.command {
        Some(Command::Run { file, args }) => commands::run::file(global, file, args.clone()),
        Some(Command::Script(words)) => script(global, words),
        Some(Command::Eval { code }) => commands::run::code(global, code),
        Some(Command::Check { files }) => commands::check::files(global, files),
        Some(Command::Trigger(options)) => commands::trigger::run(global, options),
        Some(Command::Wait(options)) => commands::wait::run(global, options),
        Some(Command::Api(options)) => commands::api::send(global, options),
        Some(Command::Sandbox(options)) => commands::sandbox::serve(global, options),
        Some(Command::Logs(options)) => commands::logs::print(global, options),
        Some(Command::Config) => commands::config::show(global),
        Some(Command::Doc { topic }) => commands::doc::show(global, topic),
        Some(Command::Completions { shell }) => commands::completions::print_for(*shell),
        Some(Command::Definitions { out }) => commands::definitions::write(out),
        Some(Command::Man { out }) => commands::man::write(out.as_deref()),
        Some(Command::Login { name }) => match commands::login::check_name(name) {
            Ok(()) => commands::login::ask(global, name),
            Err(status) => status,
        },
        None if std::io::stdin().is_terminal() => shell::run(global),
        None => commands::run::file(global, Path::new("-"), Vec::new()),
    }
}

/// `rhailab FILE [ARGS…]`. A word that is neither a file nor a command is probably a command misspelt.
fn script(global: &GlobalOptions, words: &[OsString]) -> Status {
    let Some((file, args)) = words.split_first() else {
        return complain("no script was named");
    };
    let path = Path::new(file);
    let name = file.to_string_lossy();
    if !path.exists() && path.extension().is_none() && !name.contains('/') {
        let mut program = program();
        program.build();
        let commands: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
        return complain(&match nearest(&name, commands.iter().copied()) {
            Some(near) => format!("there is no command or file `{name}`; did you mean `{near}`?"),
            None => format!("there is no command or file `{name}`; the commands are {}", commands.join(", ")),
        });
    }
    let mut texts = Vec::with_capacity(args.len());
    for arg in args {
        match arg.to_str() {
            Some(text) => texts.push(text.to_owned()),
            None => return complain(&format!("the script's argument {arg:?} is not UTF-8")),
        }
    }
    commands::run::file(global, path, texts)
}

/// The program's commands and options, for what is made of them.
pub(crate) fn program() -> clap::Command {
    Cli::command()
}

/// Writes to standard output.
pub(crate) fn print(text: &[u8]) -> Status {
    let mut out = std::io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Ok(()) => Status::Success,
        Err(error) => unwritable(&error),
    }
}

/// How the program ends when standard output cannot be written; told, unless it is only that nobody reads any more.
pub(crate) fn unwritable(error: &std::io::Error) -> Status {
    end(report::interrupted(&Interrupt::of_stdout(error)))
}

/// Says what is to be said in the end.
pub(crate) fn end(ending: Ending) -> Status {
    if let Some(message) = ending.message {
        say(&message);
    }
    ending.status
}

/// Starts what requests run on. From then on, what a bridge waits for is cut short by interrupts alone.
pub(crate) fn start(bridge: &Bridge) -> Result<(), Status> {
    bridge.runtime().map(drop).map_err(|error| {
        say(&format!("error: {error}"));
        Status::Failure
    })
}

/// Says what is wrong with the call of the program.
pub(crate) fn complain(message: &str) -> Status {
    say(&format!("error: {message}"));
    Status::Usage
}

/// Writes a line for the person in front of the screen. When even that cannot be written, nobody is there.
pub(crate) fn say(line: &str) {
    let _ = screen::aside(|| progress::aside(|| writeln!(std::io::stderr().lock(), "{line}")));
}
