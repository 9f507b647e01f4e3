//! The last lines of the terminal on standard error, drawn in place again and again. The cursor stays below them, so that
//! whatever ends the program leaves a whole picture and a terminal as it was. Knows nothing of what it draws.

use std::io;
use std::iter;
use std::sync::{Mutex, MutexGuard, PoisonError};

use console::{Term, measure_text_width};

const ERASE_TO_END_OF_LINE: &str = "\u{1b}[K";

/// What stands above the cursor.
static DRAWN: Mutex<Drawn> = Mutex::new(Drawn { lines: Vec::new(), size: (0, 0), is_alone: false });

struct Drawn {
    lines: Vec<String>,
    /// The rows and columns of the terminal when the lines were drawn.
    size: (u16, u16),
    /// Whether the screen was emptied for the lines, so that nothing else of worth stands on it.
    is_alone: bool,
}

/// How many columns and rows there are to draw on: the last row is the cursor's, and the last column stays free, because
/// terminals differ in where the cursor goes behind it.
pub(super) fn room() -> (usize, usize) {
    let (rows, columns) = Term::stderr().size();
    (usize::from(columns.max(2) - 1), usize::from(rows.max(2) - 1))
}

/// Draws these lines in place of those before.
pub(super) fn draw(lines: Vec<String>) {
    drawn().replace(lines);
}

/// Takes the lines away.
pub(super) fn clear() {
    draw(Vec::new());
}

/// Writes something else to the terminal, above the lines.
pub(crate) fn aside<T>(write: impl FnOnce() -> T) -> T {
    let mut drawn = drawn();
    let lines = drawn.lines.clone();
    drawn.replace(Vec::new());
    let written = write();
    drawn.replace(lines);
    written
}

fn drawn() -> MutexGuard<'static, Drawn> {
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drawn {
    fn replace(&mut self, lines: Vec<String>) {
        let term = Term::buffered_stderr();
        if lines != self.lines || !lines.is_empty() && term.size() != self.size {
            // When the terminal cannot be written, nobody sees the picture, and that is all that is lost.
            let _ = self.try_replace(&term, &lines);
            self.lines = lines;
        }
    }

    fn try_replace(&mut self, term: &Term, lines: &[String]) -> io::Result<()> {
        let size = term.size();
        let mut left_over = 0;
        if self.lines.is_empty() || size == self.size || !self.is_alone && self.fits(size) {
            term.write_str("\r")?;
            term.move_cursor_up(self.lines.len())?;
            left_over = self.lines.len().saturating_sub(lines.len());
        } else {
            // The terminal became smaller. Some wrap what no longer fits, some cut it, some move it out of sight and back
            // again, so nobody knows where the picture begins: only an empty screen is the same in all of them.
            term.clear_screen()?;
            self.is_alone = true;
        }
        // Each line is erased by itself: where the picture stands at the top, tmux takes the erasure of everything below for
        // a screen that was cleared, and saves what stood there, picture after picture.
        for line in lines.iter().map(String::as_str).chain(iter::repeat_n("", left_over)) {
            term.write_line(&format!("{line}{ERASE_TO_END_OF_LINE}"))?;
        }
        term.move_cursor_up(left_over)?;
        self.size = size;
        // One write for everything, or the eye would see the gap.
        term.flush()
    }

    /// Whether the lines stand in a terminal of this size as they were drawn.
    fn fits(&self, (rows, columns): (u16, u16)) -> bool {
        let fits = |line: &String| measure_text_width(line) <= usize::from(columns);
        self.lines.len() < usize::from(rows) && self.lines.iter().all(fits)
    }
}
