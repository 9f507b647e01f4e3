//! Lines that a test run shall show even when all is well: tables of what was compared, reasons for skipping.

use std::io::Write as _;

/// Writes lines to the run's own output. The test harness keeps what `println!` writes to itself as long as the
/// test passes; this goes past it.
pub fn report(lines: &str) {
    // Without anybody to read it, a report is not missed.
    let _ = writeln!(std::io::stdout().lock(), "{}", lines.trim_end());
}
