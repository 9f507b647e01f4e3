//! How a status looks: its sign, its colour, and how much it matters when there is no room for everything. The sign and
//! the word say the same, so that nothing is lost where there are no colours.

use anstyle::{AnsiColor, Style};

/// A job of this weight stays visible as long as there is any room.
pub(super) const IMPORTANT: u8 = 8;

/// The pictures of something that moves, one after the other.
const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// How a status looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Its sign.
    pub(super) sign: char,
    /// Whether a spinner stands in the sign's place as long as somebody watches.
    moves: bool,
    color: AnsiColor,
    /// The more it matters, the longer it stays visible.
    pub(super) weight: u8,
}

const fn look(sign: char, color: AnsiColor, weight: u8) -> Look {
    Look { sign, moves: false, color, weight }
}

/// Every status of pipelines and jobs.
const LOOKS: [(&str, Look); 13] = [
    ("success", look('✓', AnsiColor::Green, 1)),
    ("failed", look('✗', AnsiColor::Red, 9)),
    ("running", Look { moves: true, ..look('●', AnsiColor::Blue, IMPORTANT) }),
    ("canceling", look('⊘', AnsiColor::BrightBlack, 7)),
    ("canceled", look('⊘', AnsiColor::BrightBlack, 6)),
    ("manual", look('‖', AnsiColor::Magenta, 5)),
    ("waiting_for_callback", look('…', AnsiColor::Yellow, 4)),
    ("waiting_for_resource", look('…', AnsiColor::Yellow, 4)),
    ("preparing", look('…', AnsiColor::Yellow, 4)),
    ("pending", look('…', AnsiColor::Yellow, 4)),
    ("scheduled", look('◷', AnsiColor::Cyan, 3)),
    ("created", look('·', AnsiColor::BrightBlack, 2)),
    ("skipped", look('»', AnsiColor::BrightBlack, 0)),
];

/// A failure that the pipeline is allowed to have.
const ALLOWED: Look = look('!', AnsiColor::Yellow, 6);

/// A status that a newer GitLab has.
const UNKNOWN: Look = look('?', AnsiColor::Yellow, 4);

impl Look {
    /// How a status looks; `may_fail` tells whether the pipeline goes on without a success.
    pub(super) fn of(status: &str, may_fail: bool) -> Self {
        if status == "failed" && may_fail {
            return ALLOWED;
        }
        LOOKS.iter().find(|(name, _)| *name == status).map_or(UNKNOWN, |(_, look)| *look)
    }

    /// The sign, or the spinner, at this tick of the clock.
    pub(super) fn sign_at(self, tick: usize) -> char {
        if self.moves { SPINNER[tick % SPINNER.len()] } else { self.sign }
    }

    pub(super) const fn style(self) -> Style {
        Style::new().fg_color(Some(anstyle::Color::Ansi(self.color)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_the_spec_has_a_look() {
        for name in ["PipelineStatus", "JobStatus"] {
            let statuses = rhailab_client::table::ENUMS.iter().find(|known| known.name == name).unwrap();
            for status in statuses.values {
                assert!(LOOKS.iter().any(|(known, _)| known == status), "{name}: {status}");
            }
        }
    }

    #[test]
    fn what_runs_moves() {
        let running = Look::of("running", false);
        assert_ne!(running.sign_at(0), running.sign_at(1));
        assert_eq!(running.sign_at(0), running.sign_at(SPINNER.len()));
        assert_eq!(Look::of("success", false).sign_at(0), Look::of("success", false).sign_at(1));
    }
}
