//! The command line: which command with which options, and the exit status. What commands do is in
//! `commands/`.

mod status;

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use rhailab_client::{Writes, duration, nearest};
use rhailab_sandbox::Fault;

use crate::commands;
use crate::commands::logs::JobName;
use crate::commands::trigger::TriggerOptions;
use crate::commands::wait::WaitOptions;
use crate::engine::bridge::Interrupt;
use crate::live::screen;
use crate::output::Format;
use crate::report::{self, Ending};
use crate::{progress, shell, verbose};

pub use status::Status;

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
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

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct GlobalOptions {
    /// The GitLab server, such as https://gitlab.example.com
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// A file that holds an access token and nothing else
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Speak to a simulated GitLab that lives as long as the command; the scenario tells of its projects
    #[arg(
        long,
        global = true,
        value_name = "SCENARIO",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with_all = ["url", "token_file", "profile"]
    )]
    pub(crate) sandbox: Option<Option<PathBuf>>,
    /// The profile of the configuration that names server and token
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Trust the certificate authorities in this PEM file, beside those of the system
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Show the certificate in this PEM file to the server
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_cert: Option<PathBuf>,
    /// The PEM file of that certificate's key, if it is another one
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_key: Option<PathBuf>,
    /// Take any certificate for the server's; whoever sits between can read the token
    #[arg(long, global = true)]
    pub(crate) insecure: bool,
    /// Refuse everything that would write
    #[arg(long, global = true, conflicts_with = "dry_run")]
    pub(crate) read_only: bool,
    /// Show what would be written, and send none of it
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// How long a call of GitLab's API may take in all, such as 30s or 5m; for `trigger`, `wait`
    /// and `logs`, the whole command
    #[arg(long, global = true, value_name = "DURATION", value_parser = time_limit)]
    pub(crate) timeout: Option<Duration>,
    /// How many requests may be under way at once
    #[arg(long, global = true, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// When to show progress
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: Progress,
    /// How values are shown
    #[arg(long, global = true, value_name = "FORMAT", default_value = "auto")]
    pub(crate) output: Format,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Show each request on standard error; twice, its headers and bodies, too
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

impl GlobalOptions {
    /// What becomes of requests that write.
    pub(crate) fn writes(&self) -> Writes {
        match (self.read_only, self.dry_run) {
            (true, _) => Writes::Refused,
            (_, true) => Writes::Rehearsed,
            _ => Writes::Sent,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether to colour what goes to standard error.
    pub(crate) fn for_stderr(self) -> bool {
        self.on(std::io::stderr().is_terminal())
    }

    /// Whether to colour what goes to standard output.
    pub(crate) fn for_stdout(self) -> bool {
        self.on(std::io::stdout().is_terminal())
    }

    fn on(self, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

/// When to show the progress of what takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Progress {
    /// When standard error is a terminal
    Auto,
    /// Never
    Never,
}

impl Progress {
    /// Whether to show progress on standard error.
    pub(crate) fn is_shown(self) -> bool {
        self == Self::Auto && std::io::stderr().is_terminal()
    }
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
    /// A field of the body, or of the query where there is no body; may be given more than once
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub(crate) field: Vec<String>,
    /// A file with the JSON of the body; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
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

/// Reads a span of time that is the value of an option.
pub(crate) fn span_of_time(text: &str) -> Result<Duration, String> {
    duration::parse(text)
        .map_err(|problem| format!("it {problem}; a span of time is written 90, 1.5, 30m or \"1h 20m\""))
}

/// Reads a pause between two looks that is the value of an option.
pub(crate) fn pause(text: &str) -> Result<Duration, String> {
    span_of_time(text)
        .and_then(|duration| duration::pause(duration).map_err(|problem| format!("it {problem}")))
}

/// Reads a time limit that is the value of an option.
fn time_limit(text: &str) -> Result<Duration, String> {
    span_of_time(text).and_then(|duration| {
        duration::limit(duration)
            .map_err(|problem| format!("it {problem}; without the option there is no limit"))
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
