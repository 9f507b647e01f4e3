//! A program in front of a terminal emulator: what a person would see on the screen, row by row, at any moment. Unlike
//! `Terminal`, which looks at what is written, this looks at what is left of it.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rexpect::process::PtyProcess;

use crate::Folder;
use crate::patience::until;

/// The screen. The program is ended when it is dropped.
pub struct Screen {
    process: PtyProcess,
    emulator: Arc<Mutex<Emulator>>,
    reader: JoinHandle<()>,
    /// Keeps the device's name, and is the program's home.
    home: Folder,
}

struct Emulator {
    parser: vt100::Parser,
    written: Vec<u8>,
}

/// How it was in the end.
#[derive(Debug)]
pub struct Ended {
    /// The exit status; `None` when a signal ended the program.
    pub status: Option<i32>,
    /// The rows of the screen, without blank ones at the end.
    pub rows: Vec<String>,
    /// The row and the column of the cursor.
    pub cursor: (u16, u16),
    /// Whether the cursor can be seen.
    pub has_cursor: bool,
    /// Everything that was written to the terminal.
    pub written: String,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").finish_non_exhaustive()
    }
}

impl Screen {
    /// Starts a program with these arguments on a screen of this size, on which a line stands already. Its environment
    /// has a home, a terminal's name, and what is given here.
    ///
    /// # Panics
    ///
    /// When there is no terminal to be had.
    #[must_use]
    pub fn start(program: &str, args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Self {
        let home = Folder::new();
        let (rows, columns) = size;
        // A new pseudo-terminal has no size; one that is set from within is there before the program looks.
        let script = "stty rows \"$1\" cols \"$2\"; tty > device; echo above; shift 2; exec \"$0\" \"$@\"";
        let mut command = Command::new("sh");
        command.args(["-c", script, program, &rows.to_string(), &columns.to_string()]).args(args);
        command.env_clear().current_dir(home.path());
        command.env("HOME", home.path()).env("TERM", "xterm").env("PATH", "/usr/bin:/bin");
        command.envs(env.iter().copied());
        let process = PtyProcess::new(command);
        let process = process.unwrap_or_else(|error| panic!("no terminal can be had: {error}"));
        let parser = vt100::Parser::new(extent(rows), extent(columns), 0);
        let emulator = Arc::new(Mutex::new(Emulator { parser, written: Vec::new() }));
        let reader = std::thread::spawn({
            let (mut file, emulator) = (handle(&process), Arc::clone(&emulator));
            move || {
                let mut piece = [0; 4096];
                // A terminal that nobody holds open any more cannot be read, and that is the end.
                while let Ok(length @ 1..) = file.read(&mut piece) {
                    let mut emulator = hold(&emulator);
                    emulator.parser.process(&piece[..length]);
                    emulator.written.extend_from_slice(&piece[..length]);
                }
            }
        });
        Self { process, emulator, reader, home }
    }

    /// The rows of the screen as they are, without blank ones at the end.
    #[must_use]
    pub fn rows(&self) -> Vec<String> {
        hold(&self.emulator).rows()
    }

    /// Waits until the rows are as they should be, and answers them.
    ///
    /// # Panics
    ///
    /// When they do not come.
    #[track_caller]
    pub fn wait_for(&self, what: impl Fn(&[String]) -> bool) -> Vec<String> {
        until(
            || Some(self.rows()).filter(|rows| what(rows)),
            || format!("the screen stays like this:\n{}", self.rows().join("\n")),
        )
    }

    /// Gives the screen another size, and tells the program so.
    ///
    /// # Panics
    ///
    /// When the system does not do it.
    pub fn resize(&self, rows: u16, columns: u16) {
        let device = fs::read_to_string(self.home.path().join("device"))
            .and_then(|path| File::open(path.trim()))
            .unwrap_or_else(|error| panic!("the terminal cannot be opened: {error}"));
        // What is written in between is for the size that the program knows.
        let mut emulator = hold(&self.emulator);
        emulator.parser.screen_mut().set_size(extent(rows), extent(columns));
        let sizes = [rows.to_string(), columns.to_string()];
        let set = Command::new("stty")
            .args(["rows", &sizes[0], "cols", &sizes[1]])
            .stdin(Stdio::from(device))
            .status();
        assert!(set.is_ok_and(|status| status.success()), "the terminal's size cannot be set");
    }

    /// Presses keys.
    ///
    /// # Panics
    ///
    /// When the terminal is gone.
    pub fn send(&self, keys: &str) {
        let sent = handle(&self.process).write_all(keys.as_bytes());
        sent.unwrap_or_else(|error| panic!("{keys:?} cannot be typed: {error}"));
    }

    /// Waits until the program has ended.
    ///
    /// # Panics
    ///
    /// When it does not end.
    #[must_use]
    pub fn end(self) -> Ended {
        until(
            || self.reader.is_finished().then_some(()),
            || format!("the program does not end:\n{}", self.rows().join("\n")),
        );
        // The type of the answer is the terminal library's own and has no name here: `Ok(Exited(Pid(1), 0))`.
        let ended = format!("{:?}", self.process.wait());
        let status =
            ended.strip_prefix("Ok(Exited").and_then(|rest| rest.trim_end_matches(')').rsplit(' ').next());
        let emulator = hold(&self.emulator);
        let screen = emulator.parser.screen();
        Ended {
            status: status.and_then(|status| status.parse().ok()),
            rows: emulator.rows(),
            cursor: screen.cursor_position(),
            has_cursor: !screen.hide_cursor(),
            written: String::from_utf8_lossy(&emulator.written).into_owned(),
        }
    }
}

impl Emulator {
    fn rows(&self) -> Vec<String> {
        let screen = self.parser.screen();
        let (_, columns) = screen.size();
        let mut rows: Vec<String> =
            screen.rows(0, columns.get()).map(|row| row.trim_end().to_owned()).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }
}

fn extent(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap_or_else(|| panic!("a screen has rows and columns"))
}

fn hold(emulator: &Mutex<Emulator>) -> MutexGuard<'_, Emulator> {
    emulator.lock().unwrap_or_else(PoisonError::into_inner)
}

fn handle(process: &PtyProcess) -> File {
    process.get_file_handle().unwrap_or_else(|error| panic!("the terminal cannot be reached: {error}"))
}
