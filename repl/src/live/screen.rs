//! The last lines of the terminal on standard error, drawn in place again and again. The cursor stays below them, so that
//! whatever ends the program leaves a whole picture and a terminal as it was. Knows nothing of what it draws.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use console::{Term, measure_text_width};

/// What stands above the cursor.
static DRAWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// How many columns and rows there are to draw on: the last row is the cursor's, and the last column stays free, because
/// terminals differ in where the cursor goes behind it.
pub(super) fn room() -> (usize, usize) {
    let (rows, columns) = Term::stderr().size();
    (usize::from(columns.max(2) - 1), usize::from(rows.max(2) - 1))
}

/// Draws these lines in place of those before.
pub(super) fn draw(lines: Vec<String>) {
    let mut drawn = drawn();
    replace(&drawn, &lines);
    *drawn = lines;
}

/// Takes the lines away.
pub(super) fn clear() {
    draw(Vec::new());
}

/// Writes something else to the terminal, above the lines.
pub(crate) fn aside<T>(write: impl FnOnce() -> T) -> T {
    let drawn = drawn();
    if drawn.is_empty() {
        return write();
    }
    replace(&drawn, &[]);
    let written = write();
    replace(&[], &drawn);
    written
}

fn drawn() -> MutexGuard<'static, Vec<String>> {
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn replace(before: &[String], after: &[String]) {
    if before.is_empty() && after.is_empty() {
        return;
    }
    // When the terminal cannot be written, nobody sees the picture, and that is all that is lost.
    let _ = try_replace(&Term::buffered_stderr(), before, after);
}

fn try_replace(term: &Term, before: &[String], after: &[String]) -> io::Result<()> {
    let (rows, columns) = term.size();
    let fits = |line: &String| measure_text_width(line) <= usize::from(columns);
    if before.len() < usize::from(rows) && before.iter().all(fits) {
        term.write_str("\r")?;
        term.move_cursor_up(before.len())?;
        term.clear_to_end_of_screen()?;
    } else {
        // The terminal became smaller. Some wrap what no longer fits and some cut it, so nobody knows where the picture
        // begins: only an empty screen is the same in all of them.
        term.clear_screen()?;
    }
    for line in after {
        term.write_line(line)?;
    }
    // One write for everything, or the eye would see the gap.
    term.flush()
}
