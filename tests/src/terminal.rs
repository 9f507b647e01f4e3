//! The shell in a pseudo-terminal, as a person sits before it. What is typed comes back mixed with the editor's own
//! signs, so a test waits for words that only an answer has.

use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

use crate::Folder;

/// More rows than any output of a test has.
const MANY_ROWS: u16 = 500;

/// How long an answer may take before the test fails; far more than is ever needed.
const PATIENCE: u64 = 60_000;

/// A shell with a home of its own.
#[derive(Debug)]
pub struct Terminal {
    session: Session,
    home: Folder,
}

/// The pseudo-terminal itself, which has no picture of its own.
struct Session(PtySession);

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Terminal {
    /// Starts the shell with these options.
    ///
    /// # Panics
    ///
    /// When it does not come up.
    #[must_use]
    pub fn start(program: &str, args: &[&str]) -> Self {
        Self::start_in(program, Folder::new(), args)
    }

    /// The same in a home that an earlier shell has left.
    ///
    /// # Panics
    ///
    /// When it does not come up.
    #[must_use]
    pub fn start_in(program: &str, home: Folder, args: &[&str]) -> Self {
        Self::open(program, home, args, MANY_ROWS)
    }

    /// The same in a terminal of so few rows, where long output goes through the pager `cat -n`.
    ///
    /// # Panics
    ///
    /// When it does not come up.
    #[must_use]
    pub fn start_with_rows(program: &str, args: &[&str], rows: u16) -> Self {
        Self::open(program, Folder::new(), args, rows)
    }

    /// Runs a program to its end in a terminal, and answers what it wrote there.
    ///
    /// # Panics
    ///
    /// When it does not end.
    #[must_use]
    pub fn output_of(program: &str, args: &[&str]) -> String {
        let home = Folder::new();
        let mut session = spawn(program, &home, args, MANY_ROWS);
        let written = session.0.exp_eof().unwrap_or_else(|error| panic!("the program does not end: {error}"));
        text_of(&written)
    }

    fn open(program: &str, home: Folder, args: &[&str], rows: u16) -> Self {
        let mut terminal = Self { session: spawn(program, &home, args, rows), home };
        terminal.expect("Ctrl-D leaves");
        terminal.expect("> ");
        terminal
    }

    /// Presses keys.
    ///
    /// # Panics
    ///
    /// When the terminal is gone.
    pub fn send(&mut self, keys: &str) {
        let sent = self.session.0.send(keys).and_then(|_| self.session.0.flush());
        sent.unwrap_or_else(|error| panic!("{keys:?} cannot be typed: {error}"));
    }

    /// Presses Ctrl and a key.
    ///
    /// # Panics
    ///
    /// When the terminal is gone.
    pub fn control(&mut self, key: char) {
        let sent = self.session.0.send_control(key);
        sent.unwrap_or_else(|error| panic!("Ctrl-{key} cannot be typed: {error}"));
    }

    /// The shell's home and working directory.
    #[must_use]
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Types a line.
    pub fn enter(&mut self, line: &str) {
        self.send(&format!("{line}\r"));
    }

    /// Waits for these words, and answers what came before them.
    ///
    /// # Panics
    ///
    /// When they do not come.
    #[track_caller]
    pub fn expect(&mut self, words: &str) -> String {
        // The terminal library takes each byte for a letter.
        let bytes: String = words.bytes().map(char::from).collect();
        let before = self.session.0.exp_string(&bytes);
        let before = before.unwrap_or_else(|error| panic!("{words:?} did not come: {error}"));
        text_of(&before)
    }

    /// Leaves with Ctrl-D, and answers the home and the exit status. The key waits for a prompt: a terminal forgets a
    /// Ctrl-D that comes while no line is read. The line that tells the prompt from earlier ones starts with a blank,
    /// which keeps it out of the history.
    #[must_use]
    pub fn leave(mut self) -> (Folder, i32) {
        self.enter(" \"see \" + \"you\"");
        self.expect("see you");
        self.expect("\u{1b}[?2004h");
        self.control('d');
        self.end()
    }

    /// Waits until the shell has ended, and answers the home and the exit status.
    ///
    /// # Panics
    ///
    /// When it does not end, or not by itself.
    #[must_use]
    pub fn end(mut self) -> (Folder, i32) {
        let ended = self.session.0.exp_eof();
        ended.unwrap_or_else(|error| panic!("the shell does not end: {error}"));
        // The type of the answer is the terminal library's own and has no name here: `Ok(Exited(Pid(1), 0))`.
        let ended = format!("{:?}", self.session.0.process().wait());
        let status =
            ended.strip_prefix("Ok(Exited").and_then(|rest| rest.trim_end_matches(')').rsplit(' ').next());
        let status = status.and_then(|status| status.parse().ok());
        (self.home, status.unwrap_or_else(|| panic!("the shell ended by {ended}")))
    }
}

fn spawn(program: &str, home: &Folder, args: &[&str], rows: u16) -> Session {
    // A new pseudo-terminal has no size; one that is set from within is there before the program looks.
    let mut command = Command::new("sh");
    command.args(["-c", "stty rows \"$1\" cols 80; shift; exec \"$0\" \"$@\""]);
    command.arg(program).arg(rows.to_string()).args(args).args(["--color", "never"]);
    command.env_clear().current_dir(home.path());
    command.env("HOME", home.path()).env("TERM", "xterm").env("PAGER", "cat -n").env("PATH", "/usr/bin:/bin");
    let session = spawn_command(command, Some(PATIENCE));
    Session(session.unwrap_or_else(|error| panic!("no terminal can be had: {error}")))
}

/// The terminal library takes each byte for a letter.
fn text_of(letters: &str) -> String {
    let bytes: Vec<u8> = letters.chars().filter_map(|letter| u8::try_from(letter).ok()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
