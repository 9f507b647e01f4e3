//! The interactive shell: a prompt that reads Rhai and commands, runs them in one session, and shows what comes of
//! them.

mod command;
pub mod complete;
mod editor;
mod highlight;
mod history;
mod known;
mod last_value;
mod lexer;
mod pager;
mod printer;
mod record;
mod secrets;
mod session;

use std::sync::Arc;

use rhai::Dynamic;
use rhailab_client::{Gitlab, Writes};
use rustyline::EditMode;

use crate::cli::{GlobalOptions, Status, complain, say, start, unwritable};
use crate::engine::World;
use crate::engine::bridge::Bridge;
use crate::output::{self, Format, Style, WriteError, terminal};
use crate::report::{self, Ending};
use crate::server::{self, Server};
use editor::{LineEditor, Read};
use known::Known;
use printer::ShellPrinter;
use session::{Failure, Session};

/// Runs the shell until somebody leaves it.
pub(crate) fn run(global: &GlobalOptions) -> Status {
    match Shell::new(global) {
        Ok(mut shell) => shell.talk(),
        Err(problem) => complain(&problem),
    }
}

struct Shell {
    session: Session,
    editor: LineEditor,
    bridge: Bridge,
    printer: Arc<ShellPrinter>,
    client: Gitlab,
    server: Server,
    /// The server from before `:sandbox`, to go back to.
    left_server: Option<Server>,
    options: crate::settings::Options,
    color: bool,
    format: Format,
    pager: bool,
    editing: EditMode,
    /// Whether it has been told as whom the shell speaks.
    introduced: bool,
    last_failure: Option<Failure>,
    last_file: Option<String>,
    /// What the next input begins with.
    begun: String,
    leaving: Option<Status>,
}

impl Shell {
    fn new(global: &GlobalOptions) -> Result<Self, String> {
        let bridge = Bridge::default();
        let server = Server::configured(global, &bridge).map_err(|error| error.to_string())?;
        let client = server.client().map_err(|error| error.to_string())?;
        client.set_writes(global.writes());
        let printer = Arc::new(ShellPrinter::new(global.color.for_stdout()));
        let world = World {
            client: client.clone(),
            args: Vec::new(),
            bridge: bridge.clone(),
            print: Arc::clone(&printer) as _,
        };
        let color = global.color.for_stdout();
        let (editor, trouble) = LineEditor::new(EditMode::Emacs, color, terminal::width())?;
        if let Some(trouble) = trouble {
            say(&format!("note: {trouble}"));
        }
        let mut shell = Self {
            session: Session::new(&world),
            editor,
            bridge,
            printer,
            client,
            server,
            left_server: None,
            options: server::options(global),
            color,
            format: global.output,
            pager: true,
            editing: EditMode::Emacs,
            introduced: false,
            last_failure: None,
            last_file: None,
            begun: String::new(),
            leaving: None,
        };
        shell.printer.print_above_prompt(shell.editor.printer());
        Ok(shell)
    }

    fn talk(&mut self) -> Status {
        say(&format!("Rhailab {}: {}", env!("CARGO_PKG_VERSION"), self.server.banner()));
        say("`:help` lists the commands, Tab completes, Ctrl-D leaves.");
        while self.leaving.is_none() {
            let begun = std::mem::take(&mut self.begun);
            match self.editor.read(&self.prompt(), &begun) {
                Read::Input(input) => self.take(&input),
                Read::Dropped => {}
                Read::End => break,
            }
            self.editor.know(Known::of(&self.session));
        }
        self.leaving.unwrap_or(Status::Success)
    }

    fn take(&mut self, input: &str) {
        let text = input.trim();
        if text.is_empty() {
            return;
        }
        let hidden = input.starts_with(' ');
        if !hidden && !self.editor.remember(input) {
            say("(not kept in the history: it may hold a secret)");
        }
        // An interrupt that came before is over; it was told then.
        self.bridge.resume();
        if editor::is_command(text) {
            let said = match text.strip_prefix(':') {
                Some(line) => command::run(self, line),
                None => command::run(self, &format!("doc {}", text.trim_matches('?'))),
            };
            match said {
                Ok(Some(text)) => self.show(&text),
                Ok(None) => {}
                Err(problem) => say(&format!("error: {problem}")),
            }
            return;
        }
        if let Some(value) = self.evaluate(input) {
            match self.text_of(&value, self.format) {
                Ok(Some(text)) => self.show(&text),
                Ok(None) => {}
                Err(problem) => say(&problem),
            }
        }
    }

    /// Runs code of the session; what goes wrong is said, and there is no value then.
    fn evaluate(&mut self, code: &str) -> Option<Dynamic> {
        self.attend(|session| session.run(code))
    }

    /// Runs something in the session, which Ctrl-C stops instead of the shell.
    fn attend(&mut self, run: impl FnOnce(&mut Session) -> Result<Dynamic, Failure>) -> Option<Dynamic> {
        start(&self.bridge).ok()?;
        let before = self.client.traffic();
        let result = run(&mut self.session);
        if self.client.traffic() != before {
            self.introduce();
        }
        self.settle(result)
    }

    /// The value, or nothing after the failure was told.
    fn settle(&mut self, result: Result<Dynamic, Failure>) -> Option<Dynamic> {
        match result {
            Ok(value) => Some(value),
            Err(failure) => {
                let Ending { message, status } = self.report(&failure);
                if let Some(message) = message {
                    say(&message);
                }
                match status {
                    Status::Script(_) | Status::OutputClosed => self.leaving = Some(status),
                    _ => self.last_failure = Some(failure),
                }
                None
            }
        }
    }

    fn report(&self, failure: &Failure) -> Ending {
        let (sources, color) = (self.session.sources(), self.color);
        match failure {
            Failure::Parse(error) => {
                Ending { message: Some(report::parse_error(sources, error, color)), status: Status::Failure }
            }
            Failure::Thrown(thrown) => report::ending(sources, thrown, color),
        }
    }

    fn text_of(&mut self, value: &Dynamic, format: Format) -> Result<Option<String>, String> {
        let style = Style::terminal(terminal::width(), self.color, jiff::Timestamp::now());
        match output::text(value, format, style) {
            Ok(text) => Ok(text),
            Err(WriteError::Script(thrown)) => {
                self.settle(Err(Failure::Thrown(thrown)));
                Ok(None)
            }
            Err(WriteError::Data(problem)) => Err(format!("error: the value cannot be shown: {problem}")),
            Err(WriteError::Output(error)) => Err(format!("error: nothing can be written: {error}")),
        }
    }

    fn show(&mut self, text: &str) {
        if let Err(error) = pager::write(text, self.pager) {
            self.leaving = Some(unwritable(&error));
        }
    }

    /// Tells once as whom the shell speaks, when it has spoken anyway: looked up in the background.
    fn introduce(&mut self) {
        if self.introduced || !self.client.is_authenticated() {
            return;
        }
        self.introduced = true;
        let Ok(runtime) = self.bridge.runtime() else {
            return;
        };
        let (client, printer) = (self.client.clone(), Arc::clone(&self.printer));
        runtime.spawn(async move {
            use crate::engine::Printer as _;
            // A token that may not ask for this is told by the request that somebody made.
            if let Ok(user) = client.user().get().await {
                let _ = printer.note(&format!("(speaking as {})", user.username));
            }
        });
    }

    fn prompt(&self) -> (String, String) {
        let mode = match self.client.writes() {
            Writes::Refused => " read-only",
            Writes::Rehearsed => " dry",
            _ => "",
        };
        let raw = format!("{}{mode}> ", self.server.name());
        let styled = if self.color { format!("\u{1b}[1;32m{raw}\u{1b}[0m") } else { raw.clone() };
        (raw, styled)
    }

    fn set_editing(&mut self, mode: EditMode) -> Result<(), String> {
        let (editor, _) = LineEditor::new(mode, self.color, terminal::width())?;
        self.editor = editor;
        self.editing = mode;
        self.printer.print_above_prompt(self.editor.printer());
        Ok(())
    }

    fn enter_sandbox(&mut self) -> Result<(), String> {
        let server = Server::sandbox(&self.bridge, None, &self.options).map_err(|error| error.to_string())?;
        let client = self.client_of(&server)?;
        self.left_server = Some(self.enter(server, client));
        Ok(())
    }

    /// Goes back to the server from before `:sandbox`; false where there is none to go back to.
    fn leave_sandbox(&mut self) -> Result<bool, String> {
        let client = self.left_server.as_ref().map(|server| self.client_of(server)).transpose()?;
        let Some((server, client)) = self.left_server.take().zip(client) else {
            return Ok(false);
        };
        self.enter(server, client);
        Ok(true)
    }

    fn enter_profile(&mut self, name: &str) -> Result<(), String> {
        let server = Server::profile(name, &self.options).map_err(|error| error.to_string())?;
        let client = self.client_of(&server)?;
        self.left_server = None;
        self.enter(server, client);
        Ok(())
    }

    fn list_profiles(&self) -> Result<String, String> {
        server::profiles(self.options.config.as_deref()).map_err(|error| error.to_string())
    }

    /// A client of another server. What `:readonly` and `:dry` say from now on holds for what was fetched with this one, too.
    fn client_of(&self, server: &Server) -> Result<Gitlab, String> {
        server.client_like(&self.client).map_err(|error| error.to_string())
    }

    /// Makes `gl` a client of another server, and answers the one before.
    fn enter(&mut self, server: Server, client: Gitlab) -> Server {
        self.session.set_client(client.clone());
        self.client = client;
        self.introduced = false;
        std::mem::replace(&mut self.server, server)
    }
}
