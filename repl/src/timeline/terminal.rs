//! A chart as text for a terminal: a line for each job, light blocks where it waited and full ones where it ran.

use std::fmt::Write as _;

use anstyle::{Effects, Style};
use unicode_width::UnicodeWidthStr as _;

use super::axis::{Tick, ticks};
use super::{Bar, Row, Timeline};
use crate::output::columns::{padded, shortened};

/// Narrower than this no bar can be seen.
const NARROWEST: usize = 40;

/// The columns of a duration, `59m 59s`.
const TIME: usize = 7;

/// Columns that are not the name's, the bars' or the duration's: the critical path's mark, the letter, and gaps.
const GAPS: usize = 6;

const QUEUED: char = '░';
const RAN: char = '█';
const TICK: char = '┊';

const STRONG: Style = Style::new().effects(Effects::BOLD);
const FAINT: Style = Style::new().effects(Effects::DIMMED);

/// How many columns the parts of a line have.
#[derive(Clone, Copy)]
struct Columns {
    name: usize,
    bars: usize,
    color: bool,
}

/// Draws a chart over this many columns.
#[must_use]
pub fn draw(timeline: &Timeline, width: usize, color: bool) -> String {
    let width = width.max(NARROWEST);
    let longest = timeline.rows().map(|row| row.name.width()).max().unwrap_or_default();
    let name = longest.clamp(4, width / 3);
    let columns = Columns { name, bars: width - name - TIME - GAPS, color };
    let mut lines = vec![columns.styled(STRONG, &timeline.title)];
    for fact in &timeline.facts {
        lines.extend(textwrap::wrap(fact, width).into_iter().map(String::from));
    }
    // A label takes up to seven columns, and needs some air.
    let ticks = ticks(timeline.span, columns.bars / 10);
    if timeline.has_bars() {
        lines.push(String::new());
        lines.push(columns.axis(timeline.span, &ticks));
    }
    for stage in &timeline.stages {
        lines.push(columns.styled(STRONG, &shortened(&stage.name, width)));
        for row in &stage.rows {
            lines.push(columns.row(row, timeline.span, &ticks));
            if let Some(downstream) = &row.downstream {
                lines.push(shortened(&format!("    → {downstream}"), width));
            }
        }
    }
    let legend = legend(timeline);
    if !legend.is_empty() {
        lines.push(String::new());
        lines.extend(wrapped(&legend, width));
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n")
}

impl Columns {
    fn axis(self, span: f64, ticks: &[Tick]) -> String {
        let mut line = " ".repeat(self.name + GAPS - 1);
        for tick in ticks {
            let at = self.name + GAPS - 1 + self.column(tick.at, span);
            let room = self.name + GAPS + self.bars + TIME;
            if at >= line.len() && at + tick.label.len() <= room {
                line.push_str(&" ".repeat(at - line.len()));
                line.push_str(&tick.label);
            }
        }
        line
    }

    fn row(self, row: &Row, span: f64, ticks: &[Tick]) -> String {
        let look = row.mark.look();
        let name = padded(&row.name, self.name);
        let name = if row.is_critical { self.styled(STRONG, &name) } else { name };
        let critical = if row.is_critical { '*' } else { ' ' };
        let colored = Style::new().fg_color(Some(look.color.into()));
        let letter = self.styled(colored, &look.letter.to_string());
        let chart = match row.bar {
            Some(bar) => self.bar(bar, span, ticks, colored),
            None => padded(&format!("({})", row.status), self.bars),
        };
        format!("{critical} {name} {letter} {chart} {:>TIME$}", row.time())
    }

    fn bar(self, bar: Bar, span: f64, ticks: &[Tick], colored: Style) -> String {
        let (queued, ended) = (self.column(bar.queued, span), self.column(bar.ended, span));
        // Whatever ran has a block, however short it was, and so has what waits.
        let (queued, started, ended) = match bar.started {
            Some(started) => {
                let started = self.column(started, span).min(self.bars - 1);
                (queued.min(started), started, ended.max(started + 1))
            }
            None => {
                let queued = queued.min(self.bars - 1);
                (queued, ended.max(queued + 1), ended.max(queued + 1))
            }
        };
        let before = self.gap(0, queued, span, ticks);
        let after = self.gap(ended, self.bars, span, ticks);
        let waited = QUEUED.to_string().repeat(started - queued);
        let ran = RAN.to_string().repeat(ended - started);
        format!("{before}{}{}{after}", self.styled(FAINT, &waited), self.styled(colored, &ran))
    }

    fn gap(self, from: usize, to: usize, span: f64, ticks: &[Tick]) -> String {
        let is_tick = |column: usize| ticks.iter().skip(1).any(|tick| self.column(tick.at, span) == column);
        let gap: String = (from..to).map(|column| if is_tick(column) { TICK } else { ' ' }).collect();
        self.styled(FAINT, &gap)
    }

    /// The column at which a time of the chart stands; the chart's end is behind the last one.
    fn column(self, at: f64, span: f64) -> usize {
        let share = if span > 0.0 { (at / span).clamp(0.0, 1.0) } else { 0.0 };
        let bars = u32::try_from(self.bars).unwrap_or(u32::MAX);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it lies between 0 and the number of columns"
        )]
        let column = (share * f64::from(bars)).round() as usize;
        column
    }

    fn styled(self, style: Style, text: &str) -> String {
        if self.color && !text.trim().is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// What the signs mean that the chart has.
fn legend(timeline: &Timeline) -> Vec<String> {
    let mut legend = Vec::new();
    if timeline.has_queued {
        legend.push(format!("{QUEUED} queued"));
    }
    if timeline.has_bars() {
        legend.push(format!("{RAN} ran"));
    }
    if !timeline.critical_path.is_empty() {
        legend.push("* critical path".to_owned());
    }
    let marks = timeline.marks.iter().map(|mark| mark.look()).filter(|look| look.letter != ' ');
    legend.extend(marks.map(|look| format!("{} {}", look.letter, look.meaning)));
    legend
}

/// Terms beside each other, as many as a line has room for.
fn wrapped(terms: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for term in terms {
        match lines.last_mut() {
            Some(line) if line.width() + 3 + term.width() <= width => {
                // Writing to a string cannot fail.
                let _ = write!(line, "   {term}");
            }
            _ => lines.push(term.clone()),
        }
    }
    lines
}
